"""Draws arrays of numbers as pictures: images and heat maps."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._picture import Panel, Picture
from dlcourse.plot._style import DIVERGING, INK, INKED, SEQUENTIAL, WIDEST

_GAP = 0.12  # between two images, as a part of their width
_LARGEST = 2.8  # inches: the longer side of an image
_LETTER = 0.085  # inches, on average
_SMALL_LETTER = 0.075  # of what is written below an image
STRONG = 0.3  # of full ink: from here on a cell is too saturated for grey letters
_OUTLINE: list[Any] = [patheffects.withStroke(linewidth=1.8, foreground="#3a3a3a")]


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
        Shape (n, height, width) or (n, height, width, 1), or (n, height, width, 3) in colours, or
        one image, (height, width).
    titles
        What to write below each image.
    columns
        Images in a row; as many as look well when not given.
    diverging
        Whether the sign matters (weights): orange below zero, nothing at zero, blue above.
        Otherwise the lowest value is paper and the highest ink.
    low, high
        The values at the ends of the scale, common to all images; found when not given.
    title, caption
        Above and below.
    """
    stack = np.asarray(pictures)
    stack = stack[None] if stack.ndim == 2 else stack
    stack = stack[..., 0] if stack.ndim == 4 and stack.shape[-1] == 1 else stack
    n = len(stack)
    across = columns or min(n, max(4, int(np.ceil(np.sqrt(2.2 * n)))))
    rows = -(-n // across)
    top, bottom = _scale(stack, low, high, diverging)
    tall = stack.shape[1] / stack.shape[2]
    size = min(_LARGEST, max(1.05, 4.4 / max(across, rows * tall)))  # inches, of one image
    size = max(size, _SMALL_LETTER * _longest(titles) / (1 + _GAP))
    below = 0.24 / size if len(titles) else 0.0
    row_height = tall + _GAP + below
    xlim = (-0.02, across * (1 + _GAP) - _GAP + 0.02)
    ylim = (_GAP - rows * row_height - 0.02, 0.02)

    def draw(axes: Axes) -> None:
        for i, image in enumerate(stack):
            x, y = (i % across) * (1 + _GAP), -(i // across) * row_height
            axes.imshow(
                image,
                extent=(x, x + 1, y - tall, y),
                cmap=DIVERGING if diverging else INKED,
                vmin=bottom,
                vmax=top,
                interpolation="nearest",
            )
            axes.add_patch(Rectangle((x, y - tall), 1, tall, fill=False, edgecolor=INK, alpha=0.35))
            if i < len(titles):
                axes.text(x + 0.5, y - tall - 0.05, str(titles[i]), ha="center", va="top", size=9)
        axes.set(xlim=xlim, ylim=ylim)  # drawing has scaled to the last image
        axes.set_aspect("equal", anchor="NW")
        axes.set_axis_off()

    width = min(WIDEST, size * across * (1 + _GAP))
    panel = Panel(draw, title, "", "", xlim, ylim, width, equal=True, margins=(0.07, 0.0))
    return Picture((panel,), caption=caption)


def heatmap(
    matrix: ArrayLike,
    *,
    rows: Sequence[object] | NDArray[Any] = (),
    columns: Sequence[object] | NDArray[Any] = (),
    numbers: str | None = None,
    words: ArrayLike | None = None,
    diverging: bool | None = None,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    caption: str = "",
) -> Picture:
    """Draw a matrix as coloured cells.

    Parameters
    ----------
    matrix
        Shape (n_rows, n_columns).
    rows, columns
        What to call them.
    numbers
        How to write each value into its cell, as in `format`: ".2f", "d"; "" writes none. When
        not given, small matrices are written with three digits.
    words
        What to write into each cell instead (arrows, names), shape (n_rows, n_columns).
    diverging
        Whether the sign matters; when not given, it does where a value is negative.
    title, xlabel, ylabel, caption
        As they say.
    """
    z = np.asarray(matrix, dtype=float)
    signed = bool(z.min() < 0) if diverging is None else diverging
    top, bottom = _scale(z, None, None, signed)
    form = (".3g" if z.size <= 120 else "") if numbers is None else numbers
    written = None if words is None else np.asarray(words).reshape(z.shape)

    def draw(axes: Axes) -> None:
        axes.imshow(
            z, cmap=DIVERGING if signed else SEQUENTIAL, vmin=bottom, vmax=top, aspect="auto"
        )
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.set_xticks(np.arange(z.shape[1]), _names(columns, z.shape[1]))
        axes.set_yticks(np.arange(z.shape[0]), _names(rows, z.shape[0]))
        axes.tick_params(length=0)
        empty = 0.0 if signed else bottom
        for (i, j), value in np.ndenumerate(z):
            text = _number(value, form) if written is None else str(written[i, j])
            strong = bool(abs(value - empty) > STRONG * abs(top - empty))
            written_on(axes, i, j, text, strong)

    names = 0.3 + _LETTER * max(2, _longest(rows)) + (0.25 if ylabel else 0)
    width = names + max(0.52, 0.15 + _LETTER * _longest(columns)) * z.shape[1]
    height = min(7.0, 0.9 + 0.4 * z.shape[0])
    panel = Panel(
        draw,
        title,
        xlabel,
        ylabel,
        width=min(WIDEST, max(width, 2.6)),
        height=max(height, 1.6),
        margins=(names, 0.55),
    )
    return Picture((panel,), caption=caption)


def _number(value: float, form: str) -> str:
    """Return a number as it is written into a cell: a zero has no sign, a minus is a real one."""
    if not form:
        return ""
    written = format(int(value) if form.endswith("d") else value, form)
    if written.strip("-0.") == "":
        written = written.removeprefix("-")
    return written.replace("-", "−")


def written_on(axes: Axes, row: float, column: float, text: str, strong: bool, **look: Any) -> None:
    """Write into a cell of a heat map; `strong` says whether the cell is saturated."""
    drawn = axes.text(column, row, text, ha="center", va="center", **{"size": 9, **look})
    if strong:  # grey ink drowns in a saturated cell
        drawn.set(color="white", weight="bold")
        drawn.set_path_effects(_OUTLINE)


def _scale(
    z: NDArray[Any], low: float | None, high: float | None, diverging: bool
) -> tuple[float, float]:
    """Return the values at the top and the bottom of the scale."""
    finite = z[np.isfinite(z)] if z.dtype.kind == "f" else z
    top = float(finite.max(initial=0) if high is None else high)
    bottom = float(finite.min(initial=top) if low is None else low)
    if diverging:
        span = max(abs(top), abs(bottom), 1e-12)
        return span, -span
    return (top, bottom) if top > bottom else (bottom + 1, bottom)


def _longest(names: Sequence[object] | NDArray[Any]) -> int:
    return max((len(str(name)) for name in names), default=0)


def _names(given: Sequence[object] | NDArray[Any], n: int) -> list[str]:
    return [str(name) for name in given] if len(given) else [str(i) for i in range(n)]
