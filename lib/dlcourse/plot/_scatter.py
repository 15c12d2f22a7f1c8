"""Draws points with labels: the names of classes, or a text beside each point."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._label_placement import place_labels
from dlcourse.plot._panel import Limits, Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._points import class_style, limits_around
from dlcourse.plot._style import CLASS_COLORS, INK

_ARROW: dict[str, Any] = {
    "arrowstyle": "->",
    "color": INK,
    "alpha": 0.6,
    "shrinkA": 4,
    "shrinkB": 4,
}
_MARGINS = (0.6, 0.8)  # inches of a panel's width and height outside the axes


def scatter(
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    names: Sequence[object] = (),
    words: Sequence[object] = (),
    arrows: Sequence[tuple[int, int]] = (),
    equal: bool = False,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    caption: str = "",
    xlim: Limits = None,
    ylim: Limits = None,
    width: float = 5.4,
    height: float = 4.4,
) -> Picture:
    """Draw points whose axes have no meaning of their own: codes, embeddings, components.

    For points in the plane of two inputs, and decision boundaries, use `points`.

    Parameters
    ----------
    X
        Points, shape (n, 2); of more columns, the first two are drawn.
    y
        Class of each point, shape (n,); up to twelve classes can be distinguished.
    names
        Names of the classes, from the lowest, written in the middle of each class.
    words
        Text beside each point, shape (n,); "" writes nothing.
    arrows
        Arrows as pairs of row numbers of `X`, `(from, to)`; labels avoid them where they can.
    equal
        Whether both axes have the same unit.
    title, xlabel, ylabel, caption, xlim, ylim, width, height
        Texts, limits and size; see `dlcourse.plot`.
    """
    places = np.asarray(X, dtype=float)[:, :2]
    labels = np.zeros(len(places), int) if y is None else np.asarray(y).ravel()
    classes = np.unique(labels)
    left_right, bottom_top = limits_around(places, xlim, ylim)
    texts = [str(word) for word in words]

    def draw(axes: Axes) -> None:
        size = 46 if len(places) <= 60 else 20 if len(places) <= 600 else 9
        for k, label in enumerate(classes):
            style = class_style(k if y is not None else 1)
            xs, ys = places[labels == label].T
            axes.scatter(xs, ys, s=size, linewidth=0.7, zorder=3, **style)
        for k, label in enumerate(classes[: len(names)]):
            middle = np.median(places[labels == label], axis=0)
            _write_class_name(axes, middle, str(names[k]), CLASS_COLORS[k % len(CLASS_COLORS)])
        for i, j in arrows:
            axes.annotate("", places[j], places[i], arrowprops=_ARROW, zorder=2)
        if texts:
            size_inches = np.array([width, height]) - _MARGINS
            _write_labels(axes, places, texts, size_inches, arrows)
        if equal:
            axes.set_aspect("equal", adjustable="box")

    panel = Panel(draw, title, xlabel, ylabel, left_right, bottom_top, width, height, equal)
    return Picture((panel,), caption=caption)


def _write_class_name(axes: Axes, at: NDArray[np.float64], text: str, color: str) -> None:
    """Write the name of a class in its color, with a white outline to separate it from points."""
    outline: list[Any] = [patheffects.withStroke(linewidth=4, foreground="white")]
    style: dict[str, Any] = {
        "size": 13,
        "weight": "bold",
        "ha": "center",
        "va": "center",
        "zorder": 5,
    }
    axes.text(at[0], at[1], text, color=color, path_effects=outline, **style)


def _write_labels(
    axes: Axes,
    places: NDArray[np.float64],
    texts: Sequence[str],
    size: NDArray[np.float64],
    arrows: Sequence[tuple[int, int]],
) -> None:
    """Write a text beside each point, where it covers no other text, point or arrow."""
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
    inches = size / (high - low)
    steps = np.linspace(0, 1, 40)[:, None]
    paths = [(1 - steps) * places[i] + steps * places[j] for i, j in arrows]
    on_arrows = (np.concatenate([places[:0], *paths]) - low) * inches
    found = place_labels((places - low) * inches, texts, size[0], size[1], on_arrows)
    for text, (x, y, alignment) in zip(texts, found, strict=True):
        at = np.array([x, y]) / inches + low
        axes.text(at[0], at[1], text, ha=alignment, va="center", size=9, zorder=4)
