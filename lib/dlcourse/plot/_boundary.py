"""Draws what a classifier says everywhere in the plane."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._picture import Limits, Panel, Picture
from dlcourse.plot._plane import WIDTH, limits, scatter
from dlcourse.plot._style import CLASS_COLOURS, INK, SURFACE


def boundary(
    f: Callable[[NDArray[np.float64]], Any],
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    level: float = 0.5,
    names: Sequence[str] = (),
    title: str = "",
    xlabel: str = "$x_1$",
    ylabel: str = "$x_2$",
    caption: str = "",
    xlim: Limits = None,
    ylim: Limits = None,
    resolution: int = 160,
) -> Picture:
    """Draw what a classifier says everywhere in the plane, and where it changes its mind.

    Parameters
    ----------
    f
        Takes points, shape (m, 2); returns for each a probability or a score, shape (m,) or
        (m, 1), or one for each class, shape (m, n_classes).
    X, y
        Points to draw on top.
    level
        Value of `f` on the boundary: 0.5 for probabilities, 0 for scores and labels ±1.
    names
        What to call the classes.
    title, xlabel, ylabel, caption, xlim, ylim
        As they say.
    resolution
        Number of grid points along each axis.
    """
    given = np.zeros((0, 2)) if X is None else np.asarray(X, dtype=float)
    labels = None if y is None else np.asarray(y).ravel()
    xlim, ylim = limits(given, xlim, ylim)
    assert xlim is not None
    assert ylim is not None
    across, up = np.linspace(*xlim, resolution), np.linspace(*ylim, resolution)
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    values = np.asarray(f(grid), dtype=float).reshape(len(grid), -1)

    def draw(axes: Axes) -> None:
        if values.shape[1] > 2:
            _regions(axes, across, up, values)
        else:
            _surface(axes, across, up, values[:, -1], level)
        if X is not None:
            scatter(axes, given, labels, names)
        axes.grid(visible=False)

    return Picture(
        (Panel(draw, title, xlabel, ylabel, xlim, ylim, WIDTH, equal=True),), caption=caption
    )


def _surface(axes: Axes, across: Any, up: Any, values: NDArray[np.float64], level: float) -> None:
    z = values.reshape(len(up), len(across))
    finite = z[np.isfinite(z)]
    span = max(float(np.abs(finite - level).max(initial=0)), 1e-9)
    if level == 0.5 and span <= 0.5 + 1e-9:
        span = 0.5
    axes.imshow(
        z,
        extent=(across[0], across[-1], up[0], up[-1]),
        origin="lower",
        cmap=SURFACE,
        vmin=level - span,
        vmax=level + span,
        aspect="auto",
        interpolation="bilinear",
    )
    if finite.size and finite.min() < level < finite.max():
        axes.contour(across, up, z, [level], colors=INK, linewidths=1.6)
    axes.set_aspect("equal", adjustable="box", anchor="NW")


def _regions(axes: Axes, across: Any, up: Any, values: NDArray[np.float64]) -> None:
    winner = values.argmax(axis=1).reshape(len(up), len(across))
    for k in range(values.shape[1]):
        colour = CLASS_COLOURS[k % len(CLASS_COLOURS)]
        axes.contourf(across, up, winner == k, [0.5, 1.5], colors=[colour], alpha=0.3)
    edges = np.arange(values.shape[1] - 1) + 0.5
    axes.contour(across, up, winner, edges, colors=INK, linewidths=1.2)
    axes.set_aspect("equal", adjustable="box", anchor="NW")
