"""Draws a maze with values as colors and a policy as arrows."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import ArrayLike, NDArray

from dlcourse import plot
from dlcourse.plot._heatmap import SATURATED, write_in_cell
from dlcourse.plot._style import DIVERGING

_CELL = 0.78  # inches
_MAX_WIDTH = 5.2
_ENDS = {"G": ("goal", plot.BLUE), "g": ("small", plot.SKY), "P": ("pit", plot.ORANGE)}
_ARROWS = ((0, 1), (1, 0), (0, -1), (-1, 0))  # up, right, down, left, with y upwards
_CORNERS = ((-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5))  # from the upper left, clockwise


def draw_maze(
    rows: Sequence[str],
    values: ArrayLike | None,
    policy: ArrayLike | None,
    limit: float | None,
    title: str,
    caption: str,
) -> plot.Picture:
    """Return a picture of the maze; the parameters are those of `GridWorld.picture`."""
    height, width = len(rows), len(rows[0])
    table = None if values is None else np.asarray(values, dtype=float)
    top = limit or (1.0 if table is None else float(np.abs(table).max()) or 1.0)
    actions = None if policy is None else np.asarray(policy)

    def draw(axes: Axes) -> None:
        for state, letter in enumerate("".join(rows)):
            x, y = state % width, height - 1 - state // width
            _draw_cell(axes, x, y, letter)
            if letter == "#" or letter in _ENDS:
                continue
            is_saturated = table is not None and bool(
                np.max(np.abs(table[state])) > SATURATED * top
            )
            if table is not None:
                _draw_values(axes, x, y, table[state], top, actions is None)
            if actions is not None:
                _draw_arrow(axes, x, y, int(actions[state]), is_saturated)
            if letter == "S":
                write_in_cell(axes, y + 0.41, x - 0.27, "start", is_saturated, size=6)
        axes.set(xlim=(-0.52, width - 0.48), ylim=(-0.52, height - 0.48))
        axes.set_aspect("equal")
        axes.set_axis_off()

    panel_width = min(_CELL * width, _MAX_WIDTH)
    return plot.picture(
        draw,
        title=title,
        caption=caption,
        xlim=(-0.52, width - 0.48),
        ylim=(-0.52, height - 0.48),
        width=panel_width,
        equal=True,
        margins=(0.05, 0.0),
    )


def _draw_cell(axes: Axes, x: int, y: int, letter: str) -> None:
    """Draw the border of a cell; fill walls and terminal cells."""
    place = (x - 0.5, y - 0.5)
    axes.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor=plot.INK, alpha=0.5))
    if letter == "#":
        axes.add_patch(Rectangle(place, 1, 1, facecolor=plot.INK, alpha=0.55))
    if letter in _ENDS:
        name, color = _ENDS[letter]
        axes.add_patch(Rectangle(place, 1, 1, facecolor=color, alpha=0.9))
        axes.text(x, y, name, ha="center", va="center", color="white", weight="bold")


def _draw_values(
    axes: Axes, x: int, y: int, value: NDArray[np.float64], top: float, is_written: bool
) -> None:
    """Color a cell by its value, or its four triangles by the values of the actions."""
    if np.ndim(value) == 0:
        one = float(value)
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=_color(one, top)))
        below = 0.0 if is_written else -0.34
        size = 9 if is_written else 7.5
        write_in_cell(axes, y + below, x, _format(one), abs(one) > SATURATED * top, size=size)
        return
    for action, one in enumerate(value.tolist()):
        (left, up), (right, down) = _CORNERS[action], _CORNERS[(action + 1) % 4]
        corners = [(x, y), (x + left, y + up), (x + right, y + down)]
        axes.add_patch(Polygon(corners, facecolor=_color(one, top), edgecolor=plot.INK, lw=0.3))
        along, upwards = _ARROWS[action]
        if is_written:
            row, column = y + 0.27 * upwards, x + 0.31 * along  # below the word "start"
            write_in_cell(axes, row, column, _format(one), abs(one) > SATURATED * top, size=6)


def _draw_arrow(axes: Axes, x: int, y: int, action: int, is_saturated: bool) -> None:
    along, upwards = _ARROWS[action]
    tail = (x - 0.2 * along, y - 0.2 * upwards + 0.04)
    axes.arrow(
        *tail, 0.26 * along, 0.26 * upwards, width=0.035, head_width=0.17, head_length=0.15,
        facecolor="white" if is_saturated else plot.INK, edgecolor="#3a3a3a",
        linewidth=0.8 if is_saturated else 0, zorder=4,
    )  # fmt: skip


def _color(value: float, top: float) -> tuple[float, float, float, float]:
    red, green, blue, alpha = DIVERGING(0.5 + 0.5 * float(np.clip(value / top, -1, 1)))
    return red, green, blue, alpha * 0.85


def _format(value: float) -> str:
    written = f"{value:.2f}"
    return ("0" if written.strip("-0.") == "" else written).replace("-", "−")
