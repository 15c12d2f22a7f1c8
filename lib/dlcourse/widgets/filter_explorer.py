"""A widget to edit a convolution kernel and see the feature map of a picture."""

from collections.abc import Mapping

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from dlcourse import data, plot
from dlcourse.widgets._script import script
from dlcourse.widgets._static_image import StaticImageMixin

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


class FilterExplorer(StaticImageMixin, anywidget.AnyWidget):  # type: ignore[misc]
    """Widget that `filter_explorer` returns.

    The browser computes the feature map. It sends `kernel`, `image`, `stride`, `padding`, `relu`
    and `feature_map` to Python, so that later cells can use them.
    """

    _esm = script(__file__)

    pictures = traitlets.Dict().tag(sync=True)  # rows of pixels by name
    presets = traitlets.Dict().tag(sync=True)  # rows of weights by name
    title = traitlets.Unicode().tag(sync=True)
    image = traitlets.Unicode().tag(sync=True)
    kernel = traitlets.List().tag(sync=True)
    stride = traitlets.Int(1).tag(sync=True)
    padding = traitlets.Int(0).tag(sync=True)
    relu = traitlets.Bool(False).tag(sync=True)
    feature_map = traitlets.List().tag(sync=True)  # rows of numbers; computed in Python at first

    @property
    def pixels(self) -> NDArray[np.float64]:
        """The selected picture, shape (height, width)."""
        return np.array(self.pictures[self.image], dtype=float)

    def static_picture(self) -> plot.Picture:
        """Draw the current picture, kernel and feature map."""
        kernel, result = np.array(self.kernel, dtype=float), self._compute()
        return plot.side_by_side(
            plot.images(self.pixels, title="the picture", low=0, high=1),
            plot.images(kernel, title=f"the kernel, {len(kernel)} × {len(kernel)}", diverging=True),
            plot.images(result, title="the feature map", diverging=True),
            title=self.title,
            caption=f"{self.image.capitalize()} and its feature map: {result.shape[0]} × "
            f"{result.shape[1]} values from {_signed(result.min())} (orange) to "
            f"{_signed(result.max())} (blue). Stride {self.stride}, padding {self.padding}, "
            f"{'with' if self.relu else 'without'} ReLU.",
        )

    def _compute(self) -> NDArray[np.float64]:
        """Return the feature map, computed in Python."""
        kernel = np.array(self.kernel, dtype=float)
        padded = np.pad(self.pixels, self.padding)
        windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
        sums = np.einsum("rcjk,jk->rc", windows[:: self.stride, :: self.stride], kernel)
        feature_map: NDArray[np.float64] = np.maximum(sums, 0) if self.relu else sums
        return feature_map


def filter_explorer(
    pictures: Mapping[str, ArrayLike] | None = None,
    *,
    kernel: str | ArrayLike = "edge",
    stride: int = 1,
    padding: int = 0,
    relu: bool = False,
    title: str = "",
) -> FilterExplorer:
    """Return a kernel to edit, a picture, and the picture's feature map.

    Parameters
    ----------
    pictures
        Gray images by name, with pixels between 0 and 1, shape (height, width), at least 8 × 8;
        built-in drawings if None. The first one is selected.
    kernel
        Name of a preset, or weights of shape (3, 3) or (5, 5).
    stride, padding, relu
        Initial stride (1 to 3), padding (0 to 2), and whether negative sums become 0.
    title
        Text above the widget.

    Returns
    -------
    FilterExplorer
        Its attributes `pixels`, `kernel`, `stride`, `padding`, `relu` and `feature_map` are those
        currently shown.

    Raises
    ------
    ValueError
        If a picture or the kernel has another shape, or if there is no preset of that name.
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
    widget.feature_map = widget._compute().tolist()
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
        message = f"A kernel must be 3 × 3 or 5 × 5; received shape {weights.shape}."
        raise ValueError(message)
    rows: list[list[float]] = weights.tolist()
    return rows
