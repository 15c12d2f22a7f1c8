"""Draws what a classifier takes for what."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._grids import STRONG, written_on
from dlcourse.plot._picture import Panel, Picture
from dlcourse.plot._style import DIVERGING


def confusion(
    matrix: ArrayLike,
    *,
    names: Sequence[object] = (),
    title: str = "",
    xlabel: str = "predicted class",
    ylabel: str = "true class",
    caption: str = "",
) -> Picture:
    """Draw a confusion matrix: right answers in blue on the diagonal, mistakes in orange.

    The ink of a cell is its part of its row, and of a mistake the square root of that, since
    mistakes are few: the eye should find them all the same.

    Parameters
    ----------
    matrix
        How often row i was taken for column j, shape (n_classes, n_classes).
    names
        What to call the classes; 0, 1, 2, … otherwise.
    title, xlabel, ylabel, caption
        As they say.
    """
    counts = np.asarray(matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        message = f"confusion expects as many rows as columns; received shape {counts.shape}."
        raise ValueError(message)
    n = len(counts)
    called = [str(name) for name in (names or range(n))]
    ink = _ink(counts.astype(float))

    def draw(axes: Axes) -> None:
        axes.imshow(ink, cmap=DIVERGING, vmin=-1, vmax=1)
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.set_xticks(range(n), called)
        axes.set_yticks(range(n), called)
        axes.tick_params(length=0)
        for (i, j), value in np.ndenumerate(counts):
            if value:
                written_on(axes, i, j, _short(value), bool(abs(ink[i, j]) > STRONG))

    size = 0.36 if n > 6 else 0.6
    named = 0.45 + 0.085 * max(map(len, called))
    width, height = named + 0.2 + size * n, 1.0 + size * n
    panel = Panel(draw, title, xlabel, ylabel, width=max(2.6, width), height=height)
    return Picture((panel,), caption=caption)


def _ink(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each cell's part of its row, below zero and rooted off the diagonal."""
    part = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-12)
    signed: NDArray[np.float64] = np.where(np.eye(len(counts), dtype=bool), part, -np.sqrt(part))
    return signed


def _short(value: Any) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}".lstrip("0")
