"""Load the handwritten digits of scikit-learn, at any size."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray


def digits(size: int = 8) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the 1,797 handwritten digits of scikit-learn, between 0 (paper) and 1 (ink).

    Parameters
    ----------
    size
        Height and width in pixels. The scans are 8×8; larger pictures are interpolated.

    Returns
    -------
    X : array, shape (1797, size, size)
    y : array of 0 to 9, shape (1797,)

    Notes
    -----
    They are the "Optical recognition of handwritten digits" data of E. Alpaydin and C. Kaynak
    (UCI Machine Learning Repository, 1998), loaded with `sklearn.datasets.load_digits`.
    """
    pictures, labels = _scans()
    if size != 8:
        pictures = np.stack([_resized(picture, size) for picture in pictures])
    return pictures.copy(), labels.copy()


@cache
def _scans() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    # scikit-learn takes a second to import, and only this data set needs it.
    from sklearn.datasets import load_digits

    bunch: Any = load_digits()
    return bunch.images / 16.0, bunch.target.astype(np.int64)


def _resized(picture: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    from PIL import Image

    image = Image.fromarray(picture.astype(np.float32))
    larger = np.asarray(image.resize((size, size), Image.Resampling.BICUBIC), dtype=np.float64)
    return larger.clip(0, 1)
