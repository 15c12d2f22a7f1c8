"""A kernel to edit cell by cell, a picture, and the feature map that they make."""

from collections.abc import Mapping
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from dlcourse import data, plot
from dlcourse.widgets._script import script
from dlcourse.widgets._still import with_still

# What a cell of each stands for is best seen by looking through it.
PRESETS: dict[str, list[list[float]]] = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "blur": [[0.11, 0.11, 0.11], [0.11, 0.12, 0.11], [0.11, 0.11, 0.11]],
    "edge": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "upright edge": [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    "curve detector": [
        [-2, -2, -1, 1, 2],
        [-2, 0, 2, 2, 1],
        [-1, 2, 2, -1, -2],
        [1, 2, -1, -2, -1],
        [2, 1, -2, -1, 0],
    ],
}


class FilterExplorer(anywidget.AnyWidget):  # type: ignore[misc]
    """The widget; `filter_explorer` makes one.

    The browser slides the kernel over the picture; `kernel`, `image`, `stride`, `padding`, `relu`
    and `feature_map` come back, so that a later cell can compute the same and compare.
    """

    _esm = script(__file__)

    pictures = traitlets.Dict().tag(sync=True)  # name: rows of pixels
    presets = traitlets.Dict().tag(sync=True)  # name: rows of weights
    title = traitlets.Unicode().tag(sync=True)
    image = traitlets.Unicode().tag(sync=True)
    kernel = traitlets.List().tag(sync=True)
    stride = traitlets.Int(1).tag(sync=True)
    padding = traitlets.Int(0).tag(sync=True)
    relu = traitlets.Bool(False).tag(sync=True)
    feature_map = traitlets.List().tag(sync=True)  # rows; by NumPy until the browser has answered

    @property
    def pixels(self) -> NDArray[np.float64]:
        """The chosen picture, shape (height, width)."""
        return np.array(self.pictures[self.image], dtype=float)

    def still(self) -> plot.Picture:
        """Return picture, kernel and feature map as they are now."""
        kernel, found = np.array(self.kernel, dtype=float), self._computed()
        return plot.side_by_side(
            plot.images(self.pixels, title="the picture", low=0, high=1),
            plot.images(kernel, title=f"the kernel, {len(kernel)} × {len(kernel)}", diverging=True),
            plot.images(found, title="the feature map", diverging=True),
            title=self.title,
            caption=f"{self.image.capitalize()}, seen through a kernel: the map is "
            f"{found.shape[0]} × {found.shape[1]}, from {_signed(found.min())} (orange) to "
            f"{_signed(found.max())} (blue). Stride {self.stride}, padding {self.padding}, "
            f"{'with' if self.relu else 'without'} ReLU.",
        )

    def _computed(self) -> NDArray[np.float64]:
        """Return the feature map by NumPy, for when no browser has computed it."""
        kernel = np.array(self.kernel, dtype=float)
        padded = np.pad(self.pixels, self.padding)
        windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
        sums = np.einsum("rcjk,jk->rc", windows[:: self.stride, :: self.stride], kernel)
        found: NDArray[np.float64] = np.maximum(sums, 0) if self.relu else sums
        return found

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), self.still())


def filter_explorer(
    pictures: Mapping[str, ArrayLike] | None = None,
    *,
    kernel: str | ArrayLike = "edge",
    stride: int = 1,
    padding: int = 0,
    relu: bool = False,
    title: str = "",
) -> FilterExplorer:
    """Return a kernel to edit, with the feature map that it makes of a picture.

    Parameters
    ----------
    pictures
        From a name to pixels between 0 and 1, shape (height, width), at least 8 × 8; those of
        `data.drawings()` when not given. The first is shown.
    kernel
        The name of a preset, or weights of shape (3, 3) or (5, 5).
    stride, padding, relu
        To begin with: 1 to 3, 0 to 2, and whether negative sums become 0.
    title
        Above the picture.

    Returns
    -------
    FilterExplorer
        With attributes `pixels`, `kernel`, `stride`, `padding`, `relu` and `feature_map`, which
        follow the reader.
    """
    shown = {name: _picture(name, pixels) for name, pixels in (pictures or data.drawings()).items()}
    widget = FilterExplorer(
        pictures=shown,
        presets=PRESETS,
        title=title,
        image=next(iter(shown)),
        kernel=_kernel(kernel),
        stride=stride,
        padding=padding,
        relu=relu,
    )
    widget.feature_map = widget._computed().tolist()
    return widget


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _picture(name: str, pixels: ArrayLike) -> list[list[float]]:
    array = np.asarray(pixels, dtype=float)
    if array.ndim != 2 or min(array.shape) < 8:
        message = (
            "filter_explorer expects pictures of shape (height, width), at least 8 × 8; "
            f"received shape {array.shape} for {name!r}."
        )
        raise ValueError(message)
    rows: list[list[float]] = array.round(4).tolist()
    return rows


def _kernel(kernel: str | ArrayLike) -> list[list[float]]:
    if isinstance(kernel, str) and kernel not in PRESETS:
        message = f"No kernel named {kernel!r}. Expected one of {', '.join(PRESETS)}, or weights."
        raise ValueError(message)
    weights = np.asarray(PRESETS[kernel] if isinstance(kernel, str) else kernel, dtype=float)
    if weights.shape not in ((3, 3), (5, 5)):
        message = f"A kernel here is 3 × 3 or 5 × 5; received shape {weights.shape}."
        raise ValueError(message)
    rows: list[list[float]] = weights.tolist()
    return rows
