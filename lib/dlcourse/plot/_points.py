"""Draws points in the plane, colored by class, and straight lines between classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._panel import Limits, Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._style import CLASS_COLORS, CLASS_MARKERS, INK

Line = tuple[ArrayLike, Any]  # weights, shape (2,), and bias of w·x + b = 0

WIDTH = 4.4  # inches: a panel of the plane


def points(
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    line: Line | None = None,
    names: Sequence[str] = (),
    title: str = "",
    xlabel: str = "$x_1$",
    ylabel: str = "$x_2$",
    caption: str = "",
    xlim: Limits = None,
    ylim: Limits = None,
) -> Picture:
    """Draw points in the plane, with a color and a marker for each class.

    Parameters
    ----------
    X
        Points, shape (n, 2).
    y
        Class of each point, shape (n,). With two classes, the lower one is drawn as orange squares
        and the upper one as blue circles.
    line
        Weights and bias `(w, b)`: also draw the line `w·x + b = 0` and its normal vector.
    names
        Names of the classes, from the lowest; adds a legend.
    title, xlabel, ylabel, caption, xlim, ylim
        Texts and limits; see `dlcourse.plot`.
    """
    data = np.asarray(X, dtype=float)
    labels = None if y is None else np.asarray(y).ravel()
    left_right, bottom_top = limits_around(data, xlim, ylim)

    def draw(axes: Axes) -> None:
        draw_points(axes, data, labels, names)
        if line is not None:
            _draw_line(axes, *line)

    panel = Panel(draw, title, xlabel, ylabel, left_right, bottom_top, WIDTH, equal=True)
    return Picture((panel,), caption=caption)


def line(
    w: ArrayLike,
    b: Any,
    *,
    normal: bool = True,
    name: str = "",
    title: str = "",
    xlabel: str = "$x_1$",
    ylabel: str = "$x_2$",
    caption: str = "",
    xlim: Limits = (-1.2, 1.2),
    ylim: Limits = (-1.2, 1.2),
) -> Picture:
    """Draw the line `w·x + b = 0`.

    To draw it over points, use `plot.overlay(plot.points(X, y), plot.line(w, b))`. If all weights
    are zero there is no line, and nothing is drawn.

    Parameters
    ----------
    w
        Weights, shape (2,).
    b
        Bias: a number, or an array with one element.
    normal
        Whether to draw the weight vector as an arrow at right angles to the line.
    name
        Text beside the line.
    title, xlabel, ylabel, caption, xlim, ylim
        Texts and limits; see `dlcourse.plot`.
    """

    def draw(axes: Axes) -> None:
        _draw_line(axes, w, b, normal=normal, name=name)

    panel = Panel(draw, title, xlabel, ylabel, xlim, ylim, WIDTH, equal=True)
    return Picture((panel,), caption=caption)


def draw_points(axes: Axes, X: NDArray[np.float64], labels: Any, names: Sequence[str]) -> None:
    """Draw points, shape (n, 2), on axes, with a color and a marker for each class."""
    size = 90 if len(X) <= 12 else 34 if len(X) <= 300 else 14
    classes = [None] if labels is None else list(np.unique(labels))
    for i, label in enumerate(classes):
        chosen = X if label is None else X[labels == label]
        axes.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=size,
            linewidth=0.7,
            zorder=3,
            label=names[i] if i < len(names) else None,
            **class_style(1 if label is None else i),
        )
    if len(X) <= 12:
        _mark_coinciding(axes, X)
    if names:
        axes.legend(loc="best", handletextpad=0.1)
    axes.set_aspect("equal", adjustable="box", anchor="NW")


def class_style(k: int) -> dict[str, Any]:
    """Return color and marker of class k; from the seventh class on, markers are hollow."""
    color = CLASS_COLORS[k % len(CLASS_COLORS)]
    face = {"facecolor": color, "edgecolor": "white"}
    if k >= len(CLASS_COLORS):
        face = {"facecolor": "none", "edgecolor": color}
    return {"marker": CLASS_MARKERS[k % len(CLASS_MARKERS)], **face}


def limits_around(
    X: NDArray[np.float64], xlim: Limits, ylim: Limits
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the given limits; where they are None, limits with a margin around the points."""
    found = []
    for axis, given in enumerate((xlim, ylim)):
        if given is not None or len(X) == 0:
            found.append(given or (-1.2, 1.2))
            continue
        low, high = float(X[:, axis].min()), float(X[:, axis].max())
        margin = 0.12 * (high - low) or 1.0
        found.append((low - margin, high + margin))
    return found[0], found[1]


def _mark_coinciding(axes: Axes, X: NDArray[np.float64]) -> None:
    """Write "×2" and so on beside points that occur more than once."""
    places, counts = np.unique(X.round(9), axis=0, return_counts=True)
    for place, n in zip(places, counts, strict=True):
        if n > 1:
            axes.annotate(f"×{n}", place, xytext=(8, 6), textcoords="offset points", weight="bold")


def _draw_line(axes: Axes, w: ArrayLike, b: Any, *, normal: bool = True, name: str = "") -> None:
    """Draw w·x + b = 0 across the axes, and the weight vector at the point nearest the middle."""
    weights, bias = np.asarray(w, dtype=float).ravel(), float(np.asarray(b).ravel()[0])
    length = float(np.hypot(*weights))
    if length == 0:
        return
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    middle = np.array([(left + right) / 2, (low + high) / 2])
    foot = middle - (weights @ middle + bias) / length**2 * weights
    along = np.array([-weights[1], weights[0]]) / length
    reach = 2 * np.hypot(right - left, high - low)
    ends = np.stack([foot - reach * along, foot + reach * along])
    axes.plot(*ends.T, color=INK, linewidth=1.8, zorder=2)
    if normal:
        tip = foot + 0.16 * min(right - left, high - low) * weights / length
        arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", tip, foot, arrowprops=arrow, zorder=4, annotation_clip=True)
        beyond = tip + 0.035 * (right - left) * weights / length
        axes.text(
            beyond[0],
            beyond[1],
            "w",
            style="italic",
            weight="bold",
            ha="center",
            va="center",
            clip_on=True,
            zorder=5,
        )
    if name:
        below = foot - 0.05 * (right - left) * weights / length
        axes.text(below[0], below[1], name, clip_on=True)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
