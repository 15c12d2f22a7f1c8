"""Draws a maze: cells colored by their value, arrows for what is done in them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import ArrayLike, NDArray

from dlcourse import plot
from dlcourse.plot._heatmap import STRONG, written_on
from dlcourse.plot._style import DIVERGING

_CELL = 0.78  # inches
_WIDEST = 5.2
_ENDS = {"G": ("goal", plot.BLUE), "g": ("small", plot.SKY), "P": ("pit", plot.ORANGE)}
_ARROWS = ((0, 1), (1, 0), (0, -1), (-1, 0))  # up, right, down, left on paper
_CORNERS = ((-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5))  # from the upper left, clockwise


def picture(
    rows: Sequence[str],
    values: ArrayLike | None,
    policy: ArrayLike | None,
    limit: float | None,
    title: str,
    caption: str,
) -> plot.Picture:
    """Return the maze; the parameters are those of `GridWorld.picture`."""
    height, width = len(rows), len(rows[0])
    known = None if values is None else np.asarray(values, dtype=float)
    top = limit or (1.0 if known is None else float(np.abs(known).max()) or 1.0)
    chosen = None if policy is None else np.asarray(policy)

    def draw(axes: Axes) -> None:
        for state, letter in enumerate("".join(rows)):
            x, y = state % width, height - 1 - state // width
            _cell(axes, x, y, letter)
            if letter == "#" or letter in _ENDS:
                continue
            is_strong = known is not None and bool(np.max(np.abs(known[state])) > STRONG * top)
            if known is not None:
                _values(axes, x, y, known[state], top, chosen is None)
            if chosen is not None:
                _arrow(axes, x, y, int(chosen[state]), is_strong)
            if letter == "S":
                written_on(axes, y + 0.41, x - 0.27, "start", is_strong, size=6)
        axes.set(xlim=(-0.52, width - 0.48), ylim=(-0.52, height - 0.48))
        axes.set_aspect("equal")
        axes.set_axis_off()

    across = min(_CELL * width, _WIDEST)
    return plot.picture(
        draw,
        title=title,
        caption=caption,
        xlim=(-0.52, width - 0.48),
        ylim=(-0.52, height - 0.48),
        width=across,
        equal=True,
        margins=(0.05, 0.0),
    )


def _cell(axes: Axes, x: int, y: int, letter: str) -> None:
    """Draw a cell's border, and what it is."""
    place = (x - 0.5, y - 0.5)
    axes.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor=plot.INK, alpha=0.5))
    if letter == "#":
        axes.add_patch(Rectangle(place, 1, 1, facecolor=plot.INK, alpha=0.55))
    if letter in _ENDS:
        name, color = _ENDS[letter]
        axes.add_patch(Rectangle(place, 1, 1, facecolor=color, alpha=0.9))
        axes.text(x, y, name, ha="center", va="center", color="white", weight="bold")


def _values(
    axes: Axes, x: int, y: int, value: NDArray[np.float64], top: float, is_written: bool
) -> None:
    """Color a cell by its value, or its four corners by those of the actions."""
    if np.ndim(value) == 0:
        one = float(value)
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=_color(one, top)))
        below = 0.0 if is_written else -0.34
        size = 9 if is_written else 7.5
        written_on(axes, y + below, x, _number(one), abs(one) > STRONG * top, size=size)
        return
    for action, one in enumerate(value.tolist()):
        (left, up), (right, down) = _CORNERS[action], _CORNERS[(action + 1) % 4]
        corners = [(x, y), (x + left, y + up), (x + right, y + down)]
        axes.add_patch(Polygon(corners, facecolor=_color(one, top), edgecolor=plot.INK, lw=0.3))
        along, upwards = _ARROWS[action]
        if is_written:
            height, across = y + 0.27 * upwards, x + 0.31 * along  # below the word "start"
            written_on(axes, height, across, _number(one), abs(one) > STRONG * top, size=6)


def _arrow(axes: Axes, x: int, y: int, action: int, is_strong: bool) -> None:
    along, upwards = _ARROWS[action]
    tail = (x - 0.2 * along, y - 0.2 * upwards + 0.04)
    axes.arrow(
        *tail, 0.26 * along, 0.26 * upwards, width=0.035, head_width=0.17, head_length=0.15,
        facecolor="white" if is_strong else plot.INK, edgecolor="#3a3a3a",
        linewidth=0.8 if is_strong else 0, zorder=4,
    )  # fmt: skip


def _color(value: float, top: float) -> tuple[float, float, float, float]:
    red, green, blue, alpha = DIVERGING(0.5 + 0.5 * float(np.clip(value / top, -1, 1)))
    return red, green, blue, alpha * 0.85


def _number(value: float) -> str:
    written = f"{value:.2f}"
    return ("0" if written.strip("-0.") == "" else written).replace("-", "−")
