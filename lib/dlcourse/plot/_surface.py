"""Draws a loss of two parameters, and the paths of learners on it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._picture import Panel, Picture
from dlcourse.plot._style import COLOURS, INK, MARKERS


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
    """Draw a loss of two parameters as contour lines, and the paths of learners on it.

    Parameters
    ----------
    loss
        Takes parameters, shape (m, 2); returns their losses, shape (m,).
    paths
        From a name to the parameters after each step, shape (n_steps + 1, 2); or one path.
    xlim, ylim
        What part of the plane to draw.
    levels
        Number of contour lines; they are denser near the minimum.
    minimum
        Where to draw a cross.
    title, xlabel, ylabel, caption
        As they say.
    """
    named = paths if isinstance(paths, Mapping) else {"": paths}
    tracks = {name: np.asarray(path, dtype=float) for name, path in named.items()}
    across, up = np.linspace(*xlim, 140), np.linspace(*ylim, 140)
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    z = np.asarray(loss(grid), dtype=float).reshape(140, 140)

    def draw(axes: Axes) -> None:
        low, high = np.nanmin(z), np.nanmax(z)
        heights = low + (high - low) * np.linspace(0, 1, levels + 1)[1:] ** 2.2
        axes.contour(across, up, z, heights, colors=INK, linewidths=0.9, alpha=0.55)
        for i, (name, track) in enumerate(tracks.items()):
            _track(axes, track, name, i)
        if minimum is not None:
            axes.plot(*np.asarray(minimum, float), "x", color=INK, markersize=9, markeredgewidth=2)
        axes.set(xlim=xlim, ylim=ylim)
        axes.grid(visible=False)

    panel = Panel(draw, title, xlabel, ylabel, xlim, ylim, width=5.4, height=4.0)
    return Picture((panel,), caption=caption)


def _track(axes: Axes, track: NDArray[np.float64], name: str, i: int) -> None:
    colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
    size = 4 if len(track) <= 60 else 2
    axes.plot(*track.T, color=colour, marker=marker, markersize=size, linewidth=1.6)
    axes.plot(*track[0], marker="o", color="none", markeredgecolor=colour, markersize=10)
    if name:
        axes.annotate(
            name,
            track[-1],
            xytext=(7, 7),
            textcoords="offset points",
            color=colour,
            weight="bold",
            annotation_clip=True,
        )
