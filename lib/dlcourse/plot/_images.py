"""Draws images in rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._colormap import value_range
from dlcourse.plot._panel import Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._style import DIVERGING, INK, INKED, MAX_WIDTH

_GAP = 0.12  # between two images, as a fraction of an image's width
_MAX_SIDE = 2.8  # inches: the longer side of an image
_LETTER = 0.075  # inches: mean letter width of the text below an image


def images(
    pictures: ArrayLike,
    titles: Sequence[object] | NDArray[Any] = (),
    *,
    columns: int | None = None,
    diverging: bool = False,
    low: float | None = None,
    high: float | None = None,
    title: str = "",
    caption: str = "",
) -> Picture:
    """Draw images in rows.

    Parameters
    ----------
    pictures
        Gray images, shape (n, height, width) or (n, height, width, 1); RGB images, shape
        (n, height, width, 3); or one gray image, shape (height, width).
    titles
        Text below each image.
    columns
        Number of images in a row; chosen to fit the page if None.
    diverging
        Whether the sign matters, as for weights: orange below zero, transparent at zero, blue
        above. Otherwise the lowest value is transparent and the highest is dark.
    low, high
        Values at the ends of the color scale of all images; computed from the images if None.
    title, caption
        Texts above and below the picture.
    """
    stack = np.asarray(pictures)
    stack = stack[None] if stack.ndim == 2 else stack
    stack = stack[..., 0] if stack.ndim == 4 and stack.shape[-1] == 1 else stack
    n = len(stack)
    per_row = columns or min(n, max(4, int(np.ceil(np.sqrt(2.2 * n)))))
    rows = -(-n // per_row)
    bottom, top = value_range(stack, low, high, diverging=diverging)
    ratio = stack.shape[1] / stack.shape[2]  # height of an image whose width is 1
    size = min(_MAX_SIDE, max(1.05, 4.4 / max(per_row, rows * ratio)))  # inches: an image's width
    longest = max((len(str(text)) for text in titles), default=0)
    size = max(size, _LETTER * longest / (1 + _GAP))
    below = 0.24 / size if len(titles) else 0.0
    row_height = ratio + _GAP + below
    xlim = (-0.02, per_row * (1 + _GAP) - _GAP + 0.02)
    ylim = (_GAP - rows * row_height - 0.02, 0.02)

    def draw(axes: Axes) -> None:
        for i, image in enumerate(stack):
            x, y = (i % per_row) * (1 + _GAP), -(i // per_row) * row_height
            axes.imshow(
                image,
                extent=(x, x + 1, y - ratio, y),
                cmap=DIVERGING if diverging else INKED,
                vmin=bottom,
                vmax=top,
                interpolation="nearest",
            )
            frame = Rectangle((x, y - ratio), 1, ratio, fill=False, edgecolor=INK, alpha=0.35)
            axes.add_patch(frame)
            if i < len(titles):
                axes.text(x + 0.5, y - ratio - 0.05, str(titles[i]), ha="center", va="top", size=9)
        axes.set(xlim=xlim, ylim=ylim)  # imshow has set the limits to those of the last image
        axes.set_aspect("equal", anchor="NW")
        axes.set_axis_off()

    width = min(MAX_WIDTH, size * per_row * (1 + _GAP))
    panel = Panel(draw, title, "", "", xlim, ylim, width, equal=True, margins=(0.07, 0.0))
    return Picture((panel,), caption=caption)
