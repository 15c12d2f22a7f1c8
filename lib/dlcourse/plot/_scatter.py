"""Draws points that have names: classes with theirs in their middle, words beside their dots."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._picture import Limits, Panel, Picture
from dlcourse.plot._plane import class_look, limits
from dlcourse.plot._style import CLASS_COLOURS, INK
from dlcourse.plot._words import placed

Size = tuple[float, float]

_ARROW: dict[str, Any] = {
    "arrowstyle": "->",
    "color": INK,
    "alpha": 0.6,
    "shrinkA": 4,
    "shrinkB": 4,
}
_MARGINS = (0.6, 0.8)  # inches of a panel, across and up, that are not axes


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
    """Draw points whose axes mean nothing by themselves: codes, embeddings, components.

    (For points in the plane of two inputs, with a boundary, there is `points`.)

    Parameters
    ----------
    X
        Shape (n, 2); of more columns, the first two.
    y
        Class of each point, shape (n,); twelve can be told apart.
    names
        What to call the classes, from the lowest up, written in the middle of each: digits, say.
    words
        What to write beside each point, shape (n,); "" writes nothing.
    arrows
        From which point to which, by their rows in `X`; words keep off them where they can.
    equal
        Whether both axes have the same unit.
    title, xlabel, ylabel, caption, xlim, ylim, width, height
        As they say.
    """
    places = np.asarray(X, dtype=float)[:, :2]
    labels = np.zeros(len(places), int) if y is None else np.asarray(y).ravel()
    classes = np.unique(labels)
    xlim, ylim = limits(places, xlim, ylim)

    def draw(axes: Axes) -> None:
        size = 46 if len(places) <= 60 else 20 if len(places) <= 600 else 9
        for k, label in enumerate(classes):
            look = class_look(k if y is not None else 1)
            across, up = places[labels == label].T
            axes.scatter(across, up, s=size, linewidth=0.7, zorder=3, **look)
        for k, label in enumerate(classes[: len(names)]):
            middle = np.median(places[labels == label], axis=0)
            _written(axes, middle, str(names[k]), CLASS_COLOURS[k % len(CLASS_COLOURS)])
        for i, j in arrows:
            axes.annotate("", places[j], places[i], arrowprops=_ARROW, zorder=2)
        steps = np.linspace(0, 1, 40)[:, None]
        ways = [(1 - steps) * places[i] + steps * places[j] for i, j in arrows]
        _words(axes, places, words, (width - _MARGINS[0], height - _MARGINS[1]), ways)
        if equal:
            axes.set_aspect("equal", adjustable="box")

    panel = Panel(draw, title, xlabel, ylabel, xlim, ylim, width, height, equal)
    return Picture((panel,), caption=caption)


def _written(axes: Axes, at: NDArray[np.float64], text: str, colour: str) -> None:
    """Write a class' name in its colour, on a plate of white so that the dots do not swallow it."""
    plate: list[Any] = [patheffects.withStroke(linewidth=4, foreground="white")]
    look: dict[str, Any] = {
        "size": 13,
        "weight": "bold",
        "ha": "center",
        "va": "center",
        "zorder": 5,
    }
    axes.text(at[0], at[1], text, color=colour, path_effects=plate, **look)


def _words(
    axes: Axes,
    places: NDArray[np.float64],
    words: Sequence[object],
    size: Size,
    ways: Sequence[NDArray[np.float64]],
) -> None:
    if not len(words):
        return
    low, unit = np.array([axes.get_xlim(), axes.get_ylim()]).T
    inches = np.array(size) / (unit - low)
    drawn = (np.concatenate([places[:0], *ways]) - low) * inches
    found = placed((places - low) * inches, [str(word) for word in words], *size, drawn)
    for word, (x, y, end) in zip(words, found, strict=True):
        at = np.array([x, y]) / inches + low
        axes.text(at[0], at[1], str(word), ha=end, va="center", size=9, zorder=4)
