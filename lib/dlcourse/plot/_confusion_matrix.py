"""Draws a confusion matrix."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._heatmap import SATURATED, label_cells, names_or_numbers, write_in_cell
from dlcourse.plot._panel import Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._style import DIVERGING


def confusion_matrix(
    matrix: ArrayLike,
    *,
    names: Sequence[object] = (),
    title: str = "",
    xlabel: str = "predicted class",
    ylabel: str = "true class",
    caption: str = "",
) -> Picture:
    """Draw a confusion matrix: correct predictions in blue on the diagonal, errors in orange.

    The color of a cell shows its fraction of the row. For errors it shows the square root of that
    fraction, because errors are rare and would hardly be visible otherwise.

    Parameters
    ----------
    matrix
        Number of examples of class i that were predicted as class j, shape (n_classes, n_classes).
    names
        Names of the classes; 0, 1, 2, ... if empty.
    title, xlabel, ylabel, caption
        Texts around the picture; see `dlcourse.plot`.

    Raises
    ------
    ValueError
        If the matrix is not square.
    """
    counts = np.asarray(matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        message = (
            f"confusion_matrix expects as many rows as columns; received shape {counts.shape}."
        )
        raise ValueError(message)
    n = len(counts)
    classes = names_or_numbers(names, n)
    strength = _color_strength(counts.astype(float))

    def draw(axes: Axes) -> None:
        axes.imshow(strength, cmap=DIVERGING, vmin=-1, vmax=1)
        label_cells(axes, classes, classes)
        for (i, j), value in np.ndenumerate(counts):
            if value:
                is_saturated = bool(abs(strength[i, j]) > SATURATED)
                write_in_cell(axes, i, j, _format(value), is_saturated)

    size = 0.36 if n > 6 else 0.6
    left = 0.45 + 0.085 * max(map(len, classes))
    width, height = left + 0.2 + size * n, 1.0 + size * n
    panel = Panel(draw, title, xlabel, ylabel, width=max(2.6, width), height=height)
    return Picture((panel,), caption=caption)


def _color_strength(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each cell's fraction of its row; off the diagonal, minus its square root."""
    fraction = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-12)
    on_diagonal = np.eye(len(counts), dtype=bool)
    signed: NDArray[np.float64] = np.where(on_diagonal, fraction, -np.sqrt(fraction))
    return signed


def _format(value: Any) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}".lstrip("0")
