"""Draws a matrix as colored cells, with text in them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._colormap import value_range
from dlcourse.plot._panel import Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._style import DIVERGING, MAX_WIDTH, SEQUENTIAL

_LETTER = 0.085  # inches, on average
SATURATED = 0.3  # fraction of the color scale above which gray text cannot be read on a cell
_OUTLINE: list[Any] = [patheffects.withStroke(linewidth=1.8, foreground="#3a3a3a")]


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
    """Draw a matrix as colored cells.

    Parameters
    ----------
    matrix
        Numbers, shape (n_rows, n_columns).
    rows, columns
        Names of the rows and columns; 0, 1, 2, ... if empty.
    numbers
        Format of the value written in each cell, such as ".2f" or "d"; "" writes no values. If
        None, the values of a small matrix are written with three digits.
    words
        Text written in each cell instead of its value, shape (n_rows, n_columns).
    diverging
        Whether the sign matters: orange below zero, blue above. If None, it matters if a value is
        negative.
    title, xlabel, ylabel, caption
        Texts around the picture; see `dlcourse.plot`.
    """
    z = np.asarray(matrix, dtype=float)
    signed = bool(z.min() < 0) if diverging is None else diverging
    bottom, top = value_range(z, diverging=signed)
    form = (".3g" if z.size <= 120 else "") if numbers is None else numbers
    texts = None if words is None else np.asarray(words).reshape(z.shape)

    def draw(axes: Axes) -> None:
        axes.imshow(
            z, cmap=DIVERGING if signed else SEQUENTIAL, vmin=bottom, vmax=top, aspect="auto"
        )
        label_cells(axes, names_or_numbers(rows, len(z)), names_or_numbers(columns, z.shape[1]))
        transparent = 0.0 if signed else bottom
        for (i, j), value in np.ndenumerate(z):
            text = _format(value, form) if texts is None else str(texts[i, j])
            is_saturated = abs(value - transparent) > SATURATED * abs(top - transparent)
            write_in_cell(axes, i, j, text, bool(is_saturated))

    left = 0.3 + _LETTER * max(2, _longest(rows)) + (0.25 if ylabel else 0)
    width = left + max(0.52, 0.15 + _LETTER * _longest(columns)) * z.shape[1]
    height = min(7.0, 0.9 + 0.4 * z.shape[0])
    panel = Panel(
        draw,
        title,
        xlabel,
        ylabel,
        width=min(MAX_WIDTH, max(width, 2.6)),
        height=max(height, 1.6),
        margins=(left, 0.55),
    )
    return Picture((panel,), caption=caption)


def label_cells(axes: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Write the names of rows and columns along the axes, and hide grid, ticks and frame."""
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)


def write_in_cell(
    axes: Axes, row: float, column: float, text: str, is_saturated: bool, **style: Any
) -> None:
    """Write text in a cell: gray, or white with an outline if the cell's color is saturated."""
    drawn = axes.text(column, row, text, ha="center", va="center", **{"size": 9, **style})
    if is_saturated:
        drawn.set(color="white", weight="bold")
        drawn.set_path_effects(_OUTLINE)


def names_or_numbers(names: Sequence[object] | NDArray[Any], n: int) -> list[str]:
    """Return the names as strings, or "0", "1", ... up to n if there are none."""
    return [str(name) for name in names] if len(names) else [str(i) for i in range(n)]


def _format(value: float, form: str) -> str:
    """Return a number as text, with a typographic minus sign and without a sign before zero."""
    if not form:
        return ""
    text = format(int(value) if form.endswith("d") else value, form)
    if text.strip("-0.") == "":
        text = text.removeprefix("-")
    return text.replace("-", "−")


def _longest(names: Sequence[object] | NDArray[Any]) -> int:
    return max((len(str(name)) for name in names), default=0)
