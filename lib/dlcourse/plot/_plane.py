"""Draws points of the plane in their classes, and the lines between them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._picture import Limits, Panel, Picture
from dlcourse.plot._style import CLASS_COLOURS, CLASS_MARKERS, INK

Line = tuple[ArrayLike, Any]  # weights (2,) and bias of w·x + b = 0

WIDTH = 4.4


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
    """Draw points of the plane; each class has its colour and shape.

    Parameters
    ----------
    X
        Shape (n, 2).
    y
        Class of each point, shape (n,). Of two classes the lower is drawn as orange squares, the
        upper as blue circles.
    line
        `(w, b)`: also draw the line `w·x + b = 0` and its normal.
    names
        What to call the classes, from the lowest up; adds a legend.
    title, xlabel, ylabel, caption, xlim, ylim
        As they say.
    """
    X = np.asarray(X, dtype=float)
    labels = None if y is None else np.asarray(y).ravel()
    xlim, ylim = limits(X, xlim, ylim)

    def draw(axes: Axes) -> None:
        scatter(axes, X, labels, names)
        if line is not None:
            _separate(axes, *line)

    return Picture(
        (Panel(draw, title, xlabel, ylabel, xlim, ylim, WIDTH, equal=True),), caption=caption
    )


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
    """Draw the line `w·x + b = 0`; `normal` adds the weight vector, at right angles to it.

    To draw it over points: `plot.overlay(plot.points(X, y), plot.line(w, b))`.
    """

    def draw(axes: Axes) -> None:
        _separate(axes, w, b, normal=normal, name=name)

    return Picture(
        (Panel(draw, title, xlabel, ylabel, xlim, ylim, WIDTH, equal=True),), caption=caption
    )


def scatter(axes: Axes, X: NDArray[np.float64], labels: Any, names: Sequence[str]) -> None:
    """Draw points on axes, each class in its colour and shape."""
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
            **class_look(1 if label is None else i),
        )
    if len(X) <= 12:
        _mark_coinciding(axes, X)
    if names:
        axes.legend(loc="best", handletextpad=0.1)
    axes.set_aspect("equal", adjustable="box", anchor="NW")


def class_look(k: int) -> dict[str, Any]:
    """Return colour and shape of the k-th class; beyond the six colours, shapes are hollow."""
    colour = CLASS_COLOURS[k % len(CLASS_COLOURS)]
    face = {"facecolor": colour, "edgecolor": "white"}
    if k >= len(CLASS_COLOURS):
        face = {"facecolor": "none", "edgecolor": colour}
    return {"marker": CLASS_MARKERS[k % len(CLASS_MARKERS)], **face}


def _mark_coinciding(axes: Axes, X: NDArray[np.float64]) -> None:
    places, counts = np.unique(X.round(9), axis=0, return_counts=True)
    for place, n in zip(places, counts, strict=True):
        if n > 1:
            axes.annotate(f"×{n}", place, xytext=(8, 6), textcoords="offset points", weight="bold")


def _separate(axes: Axes, w: ArrayLike, b: Any, *, normal: bool = True, name: str = "") -> None:
    """Draw w·x + b = 0 across the axes, and the weight vector where the line is nearest."""
    weights, bias = np.asarray(w, dtype=float).ravel(), float(np.asarray(b).ravel()[0])
    length = float(np.hypot(*weights))
    if length == 0:
        return  # no direction, no line: an untrained unit
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


def limits(X: NDArray[np.float64], xlim: Limits, ylim: Limits) -> tuple[Limits, Limits]:
    """Return limits that hold all points with room around, where none are given."""
    found: list[Limits] = []
    for axis, given in enumerate((xlim, ylim)):
        if given is not None or len(X) == 0:
            found.append(given or (-1.2, 1.2))
            continue
        low, high = float(X[:, axis].min()), float(X[:, axis].max())
        room = 0.12 * (high - low) or 1.0
        found.append((low - room, high + room))
    return found[0], found[1]
