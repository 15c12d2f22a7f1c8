"""Draws the predictions of a classifier in the plane."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._panel import Limits, Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._points import WIDTH, draw_points, limits_around
from dlcourse.plot._style import CLASS_COLORS, INK, SURFACE


def decision_boundary(
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
    """Draw the predictions of a classifier in the plane, and its decision boundary.

    Parameters
    ----------
    f
        Classifier: takes points, shape (m, 2), and returns a probability or score for each point,
        shape (m,) or (m, 1), or one for each class, shape (m, n_classes).
    X
        Points to draw on top, shape (n, 2).
    y
        Class of each point, shape (n,).
    level
        Value of `f` on the boundary: 0.5 for probabilities, 0 for scores of the classes -1 and 1.
    names
        Names of the classes, from the lowest; adds a legend.
    title, xlabel, ylabel, caption, xlim, ylim
        Texts and limits; see `dlcourse.plot`.
    resolution
        Number of grid points along each axis.
    """
    data = np.zeros((0, 2)) if X is None else np.asarray(X, dtype=float)
    labels = None if y is None else np.asarray(y).ravel()
    left_right, bottom_top = limits_around(data, xlim, ylim)
    xs, ys = np.linspace(*left_right, resolution), np.linspace(*bottom_top, resolution)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    values = np.asarray(f(grid), dtype=float).reshape(len(grid), -1)

    def draw(axes: Axes) -> None:
        if values.shape[1] > 2:
            _draw_regions(axes, xs, ys, values)
        else:
            _draw_surface(axes, xs, ys, values[:, -1], level)
        axes.set_aspect("equal", adjustable="box", anchor="NW")
        if X is not None:
            draw_points(axes, data, labels, names)
        axes.grid(visible=False)

    panel = Panel(draw, title, xlabel, ylabel, left_right, bottom_top, WIDTH, equal=True)
    return Picture((panel,), caption=caption)


def _draw_surface(axes: Axes, xs: Any, ys: Any, values: NDArray[np.float64], level: float) -> None:
    """Draw values as colors, orange below `level` and blue above, and the line between them."""
    z = values.reshape(len(ys), len(xs))
    finite = z[np.isfinite(z)]
    span = max(float(np.abs(finite - level).max(initial=0)), 1e-9)
    if level == 0.5 and span <= 0.5 + 1e-9:  # probabilities: the scale is from 0 to 1
        span = 0.5
    axes.imshow(
        z,
        extent=(xs[0], xs[-1], ys[0], ys[-1]),
        origin="lower",
        cmap=SURFACE,
        vmin=level - span,
        vmax=level + span,
        aspect="auto",
        interpolation="bilinear",
    )
    if finite.size and finite.min() < level < finite.max():
        axes.contour(xs, ys, z, [level], colors=INK, linewidths=1.6)


def _draw_regions(axes: Axes, xs: Any, ys: Any, values: NDArray[np.float64]) -> None:
    """Draw the region of each class, that is, where its value is the largest."""
    winner = values.argmax(axis=1).reshape(len(ys), len(xs))
    for k in range(values.shape[1]):
        color = CLASS_COLORS[k % len(CLASS_COLORS)]
        axes.contourf(xs, ys, winner == k, [0.5, 1.5], colors=[color], alpha=0.3)
    edges = np.arange(values.shape[1] - 1) + 0.5
    axes.contour(xs, ys, winner, edges, colors=INK, linewidths=1.2)
