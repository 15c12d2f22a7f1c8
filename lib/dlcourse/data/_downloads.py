"""Load MNIST and tiny Shakespeare: from a folder, the cache or the network.

They are looked for in `$DLCOURSE_DATA`, then in the user's cache, then downloaded and compared
with a known hash. Without a network, real data from installed packages replaces them, and a
message says so once.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcourse.data._digits import digits


@dataclass(frozen=True)
class Split:
    """Images and labels for training and for testing.

    Attributes
    ----------
    X_train, X_test : arrays of uint8, shape (n, 28, 28), 0 is paper and 255 ink
    y_train, y_test : arrays of int64, shape (n,)
    name : str
        The source: "MNIST", or "digits" for the fallback.
    """

    X_train: NDArray[np.uint8]
    y_train: NDArray[np.int64]
    X_test: NDArray[np.uint8]
    y_test: NDArray[np.int64]
    name: str


@dataclass(frozen=True)
class _Remote:
    file: str
    url: str
    sha256: str


_MNIST = _Remote(
    "mnist.npz",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
)
_SHAKESPEARE = _Remote(
    "tinyshakespeare.txt",
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
)
# MD5 of each array in the idx format, in which MNIST was published: npz files with the same
# pictures may differ in their bytes.
_IDX_MD5 = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}


def mnist() -> Split:
    """Return MNIST: 60,000 handwritten digits for training and 10,000 for testing.

    Without network and cache, return scikit-learn's 1,797 digits, scaled to 28×28, instead: 1,438
    for training and 359 for testing. `Split.name` says which data set it is.

    Raises
    ------
    ValueError
        If `$DLCOURSE_DATA/mnist.npz` is not MNIST.
    """
    path = _found(_MNIST)
    if path is None:
        _warn_once("MNIST", "scikit-learn's 1,797 handwritten digits, scaled to 28×28")
        return _fallback_split()
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in _IDX_MD5 if name in file}
    for name, digest in _IDX_MD5.items():
        if name not in arrays or _idx_md5(arrays[name]) != digest:
            message = (
                f"{path} is not MNIST: expected an array {name!r} with the 28×28 pictures or "
                "labels of the original. Delete the file to download it again."
            )
            raise ValueError(message)
    return Split(
        arrays["x_train"],
        arrays["y_train"].astype(np.int64),
        arrays["x_test"],
        arrays["y_test"].astype(np.int64),
        "MNIST",
    )


def text() -> str:
    """Return an English text: tiny Shakespeare, 1,115,394 characters.

    Without network and cache, return Python's own documentation topics instead: 465,000
    characters of English, which differ between versions of Python.
    """
    path = _found(_SHAKESPEARE)
    if path is not None:
        return path.read_text(encoding="utf-8")
    _warn_once("tiny Shakespeare", "the help texts of Python")
    from pydoc_data.topics import topics

    return "\n".join(topics[name] for name in sorted(topics))


def _found(remote: _Remote) -> Path | None:
    """Return the path of the file, after a download if needed, or None."""
    folder = os.environ.get("DLCOURSE_DATA")
    if folder and (Path(folder) / remote.file).is_file():
        return Path(folder) / remote.file
    return _downloaded(remote)


def _downloaded(remote: _Remote) -> Path | None:
    import pooch  # takes half a second, and only large data sets need it
    from requests.exceptions import RequestException

    fetch: Callable[..., Any] = pooch.retrieve
    level = pooch.get_logger().level
    pooch.get_logger().setLevel("ERROR")
    try:
        return Path(
            fetch(
                remote.url,
                known_hash=f"sha256:{remote.sha256}",
                fname=remote.file,
                path=pooch.os_cache("dlcourse"),
                downloader=pooch.HTTPDownloader(progressbar=True, timeout=10),
            )
        )
    except (RequestException, OSError, ValueError):
        # No network, a read-only home, a login page instead of the file: a class goes on
        # without the download.
        return None
    finally:
        pooch.get_logger().setLevel(level)


def _fallback_split() -> Split:
    X, y = digits(28)
    pictures = np.rint(255 * X).astype(np.uint8)
    # Every fifth is for testing: the scans are ordered by writer, so both parts have all writers.
    test = np.arange(len(y)) % 5 == 4
    return Split(pictures[~test], y[~test], pictures[test], y[test], "digits")


def _idx_md5(array: NDArray[Any]) -> str:
    # The idx format: two zero bytes, 8 for unsigned bytes, the number of axes, then the lengths.
    lengths = np.array(array.shape, dtype=">u4").tobytes()
    header = bytes([0, 0, 8, array.ndim]) + lengths
    body = np.ascontiguousarray(array, dtype=np.uint8).tobytes()
    return hashlib.md5(header + body, usedforsecurity=False).hexdigest()


@cache
def _warn_once(wanted: str, instead: str) -> None:
    sys.stderr.write(
        f"No network and no copy of {wanted} on this machine: using {instead} instead. "
        "Set DLCOURSE_DATA to a folder with the file, or connect to the internet once.\n"
    )
