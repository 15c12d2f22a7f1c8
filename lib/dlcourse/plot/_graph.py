"""Draws boxes and arrows: computation graphs and networks of units."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.text import Text

from dlcourse.plot._picture import Panel, Picture
from dlcourse.plot._style import BLUE, INK

Edge = tuple[str, str] | tuple[str, str, str]

_NODE, _LINE, _NOTE = 0.22, 0.09, 0.22  # inches: half a node, half a further line, a note below


def graph(
    nodes: Mapping[str, tuple[float, float]],
    edges: Sequence[Edge],
    *,
    labels: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    title: str = "",
    caption: str = "",
    width: float = 6.4,
    height: float = 3.0,
) -> Picture:
    """Draw named nodes, and arrows between them.

    Parameters
    ----------
    nodes
        From a name to where it is.
    edges
        `(from, to)` or `(from, to, what to write on the arrow)`.
    labels
        What to write into a node instead of its name.
    notes
        What to write below a node: a value, a gradient.
    colours
        Colour of a node's frame; grey ink otherwise.
    title, caption
        Above and below.
    width, height
        In inches.
    """
    texts, below, tint = dict(labels or {}), dict(notes or {}), dict(colours or {})

    def draw(axes: Axes) -> None:
        drawn = {
            name: _node(axes, texts.get(name, name), at, tint.get(name, INK), below.get(name, ""))
            for name, at in nodes.items()
        }
        for start, end, *written in edges:
            _arrow(axes, nodes[start], nodes[end], drawn[start], drawn[end], "".join(written))
        lines = max((text.count("\n") for text in texts.values()), default=0)
        _frame(axes, nodes, height - (0.3 if title else 0), lines, bool(below))

    if len({y for _, y in nodes.values()}) == 1:
        height = min(height, 0.95)  # one row needs no more
    return Picture((Panel(draw, title, width=width, height=height),), caption=caption)


def network(
    sizes: Sequence[int],
    *,
    names: Sequence[str] = (),
    most: int = 6,
    title: str = "",
    caption: str = "",
    width: float = 6.4,
    height: float = 3.2,
) -> Picture:
    """Draw layers of units, each connected with all of the next layer.

    Parameters
    ----------
    sizes
        Units in each layer, the inputs first.
    names
        What to call the layers.
    most
        How many units of a layer are drawn; the others are dots.
    title, caption
        Above and below.
    width, height
        In inches.
    """
    columns = [min(size, most) for size in sizes]

    def draw(axes: Axes) -> None:
        at = [[(float(i), (k - 1) / 2 - j) for j in range(k)] for i, k in enumerate(columns)]
        for left, right in pairwise(at):
            for a in left:
                for b in right:
                    axes.plot([a[0], b[0]], [a[1], b[1]], color=INK, alpha=0.35, linewidth=0.9)
        for i, column in enumerate(at):
            _units(axes, column, sizes[i], i == 0)
            label = names[i] if i < len(names) else f"{sizes[i]:,}"
            axes.text(i, -max(columns) / 2 - 0.55, label, ha="center", va="top")
        axes.set_axis_off()
        axes.set(xlim=(-0.4, len(sizes) - 0.6), ylim=(-max(columns) / 2 - 1.2, max(columns) / 2))

    return Picture((Panel(draw, title, width=width, height=height),), caption=caption)


def _units(axes: Axes, column: Sequence[tuple[float, float]], size: int, is_input: bool) -> None:
    for j, (x, y) in enumerate(column):
        if size > len(column) and j == len(column) - 2:
            axes.text(x, y, "⋮", ha="center", va="center", size=14)
            continue
        axes.plot(
            x,
            y,
            marker="s" if is_input else "o",
            markersize=13,
            color=INK if is_input else BLUE,
            markeredgecolor="white",
            markeredgewidth=0.8,
            zorder=3,
        )


def _node(axes: Axes, text: str, at: tuple[float, float], colour: str, note: str) -> Text:
    box = {"boxstyle": "round,pad=0.45", "facecolor": "none", "edgecolor": colour, "linewidth": 1.7}
    if note:
        axes.annotate(
            note,
            at,
            xytext=(0, -19),
            textcoords="offset points",
            ha="center",
            va="top",
            size=9,
            color=colour,
        )
    node: Text = axes.text(*at, text, ha="center", va="center", color=colour, bbox=box, size=11)
    return node


def _arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], a: Text, b: Text, text: str
) -> None:
    shape = {
        "arrowstyle": "-|>",
        "color": INK,
        "linewidth": 1.4,
        "shrinkA": 2,
        "shrinkB": 2,
        "patchA": a.get_bbox_patch(),
        "patchB": b.get_bbox_patch(),
    }
    axes.annotate("", end, start, arrowprops=shape)
    if text:
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        axes.annotate(text, middle, xytext=(0, 5), textcoords="offset points", ha="center", size=9)


def _frame(
    axes: Axes, nodes: Mapping[str, tuple[float, float]], height: float, lines: int, noted: bool
) -> None:
    """Leave as much room above and below the outer nodes as a node needs, and notes below."""
    xs, ys = [x for x, _ in nodes.values()], [y for _, y in nodes.values()]
    room_x = 0.1 * (max(xs) - min(xs)) + 0.3
    above, below = _NODE + _LINE * lines, _NODE + _LINE * lines + (_NOTE if noted else 0)
    unit = ((max(ys) - min(ys)) or 1.0) / max(0.5, height - above - below)  # of an inch
    ylim = (min(ys) - below * unit, max(ys) + above * unit)
    axes.set(xlim=(min(xs) - room_x, max(xs) + room_x), ylim=ylim)
    axes.set_axis_off()
