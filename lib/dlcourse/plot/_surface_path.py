"""Draws a loss surface of two parameters, and the paths of optimizers on it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._panel import Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._style import COLORS, INK, MARKERS


def surface_path(
    loss: Callable[[NDArray[np.float64]], Any],
    paths: Mapping[str, ArrayLike] | ArrayLike,
    *,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    levels: int = 16,
    minimum: ArrayLike | None = None,
    title: str = "",
    xlabel: str = "$w_1$",
    ylabel: str = "$w_2$",
    caption: str = "",
) -> Picture:
    """Draw a loss of two parameters as contour lines, and the paths of optimizers on it.

    Parameters
    ----------
    loss
        Function that takes parameters, shape (m, 2), and returns their losses, shape (m,).
    paths
        Parameters after each step by name, shape (n_steps + 1, 2); or a single path. A ring marks
        the start of each path.
    xlim, ylim
        The part of the plane to draw, `(low, high)` each.
    levels
        Number of contour lines; they are denser near the minimum.
    minimum
        Position of a cross, shape (2,); None draws no cross.
    title, xlabel, ylabel, caption
        Texts around the picture; see `dlcourse.plot`.
    """
    named = paths if isinstance(paths, Mapping) else {"": paths}
    arrays = {name: np.asarray(path, dtype=float) for name, path in named.items()}
    xs, ys = np.linspace(*xlim, 140), np.linspace(*ylim, 140)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    z = np.asarray(loss(grid), dtype=float).reshape(140, 140)

    def draw(axes: Axes) -> None:
        low, high = np.nanmin(z), np.nanmax(z)
        heights = low + (high - low) * np.linspace(0, 1, levels + 1)[1:] ** 2.2
        axes.contour(xs, ys, z, heights, colors=INK, linewidths=0.9, alpha=0.55)
        for i, (name, path) in enumerate(arrays.items()):
            _draw_path(axes, path, name, i)
        if minimum is not None:
            axes.plot(*np.asarray(minimum, float), "x", color=INK, markersize=9, markeredgewidth=2)
        axes.set(xlim=xlim, ylim=ylim)
        axes.grid(visible=False)

    panel = Panel(draw, title, xlabel, ylabel, xlim, ylim, width=5.4, height=4.0)
    return Picture((panel,), caption=caption)


def _draw_path(axes: Axes, path: NDArray[np.float64], name: str, i: int) -> None:
    color, marker = COLORS[i % len(COLORS)], MARKERS[i % len(MARKERS)]
    size = 4 if len(path) <= 60 else 2
    axes.plot(*path.T, color=color, marker=marker, markersize=size, linewidth=1.6)
    axes.plot(*path[0], marker="o", color="none", markeredgecolor=color, markersize=10)
    if name:
        axes.annotate(
            name,
            path[-1],
            xytext=(7, 7),
            textcoords="offset points",
            color=color,
            weight="bold",
            annotation_clip=True,
        )
