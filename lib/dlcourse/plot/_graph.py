"""Draws computation graphs and networks of units."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.text import Text

from dlcourse.plot._panel import Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._style import BLUE, INK

Edge = tuple[str, str] | tuple[str, str, str]

# Inches: half the height of a node, half the height of another line of text, a note below.
_NODE, _LINE, _NOTE = 0.22, 0.09, 0.22


def graph(
    nodes: Mapping[str, tuple[float, float]],
    edges: Sequence[Edge],
    *,
    labels: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
    colors: Mapping[str, str] | None = None,
    title: str = "",
    caption: str = "",
    width: float = 6.4,
    height: float = 3.0,
) -> Picture:
    """Draw a graph: nodes as boxes with text, and arrows between them.

    Parameters
    ----------
    nodes
        Position `(x, y)` of each node by name.
    edges
        Arrows as `(from, to)` or `(from, to, text)`, with the text written on the arrow.
    labels
        Text in a node, by name; the name itself otherwise.
    notes
        Text below a node, by name, such as a value or a gradient.
    colors
        Color of a node's frame, by name; gray otherwise.
    title, caption
        Texts above and below the picture.
    width, height
        Size in inches; a graph with a single row of nodes is less high.
    """
    texts, below, frames = dict(labels or {}), dict(notes or {}), dict(colors or {})

    def draw(axes: Axes) -> None:
        drawn = {
            name: _draw_node(
                axes, texts.get(name, name), at, frames.get(name, INK), below.get(name, "")
            )
            for name, at in nodes.items()
        }
        for start, end, *text in edges:
            ends = (nodes[start], nodes[end], drawn[start], drawn[end])
            _draw_arrow(axes, *ends, "".join(text))
        lines = max((text.count("\n") for text in texts.values()), default=0)
        _set_limits(axes, nodes, height - (0.3 if title else 0), lines, bool(below))

    if len({y for _, y in nodes.values()}) == 1:
        height = min(height, 0.95)
    return Picture((Panel(draw, title, width=width, height=height),), caption=caption)


def network(
    sizes: Sequence[int],
    *,
    names: Sequence[str] = (),
    max_units: int = 6,
    title: str = "",
    caption: str = "",
    width: float = 6.4,
    height: float = 3.2,
) -> Picture:
    """Draw a fully connected network: layers of units, with lines between adjacent layers.

    Parameters
    ----------
    sizes
        Number of units in each layer, from the inputs.
    names
        Names of the layers; their sizes if there is no name.
    max_units
        Number of units of a layer that are drawn; an ellipsis stands for the others.
    title, caption
        Texts above and below the picture.
    width, height
        Size in inches.
    """
    columns = [min(size, max_units) for size in sizes]

    def draw(axes: Axes) -> None:
        at = [[(float(i), (k - 1) / 2 - j) for j in range(k)] for i, k in enumerate(columns)]
        for left, right in pairwise(at):
            for a in left:
                for b in right:
                    axes.plot([a[0], b[0]], [a[1], b[1]], color=INK, alpha=0.35, linewidth=0.9)
        for i, column in enumerate(at):
            _draw_units(axes, column, sizes[i], i == 0)
            label = names[i] if i < len(names) else f"{sizes[i]:,}"
            axes.text(i, -max(columns) / 2 - 0.55, label, ha="center", va="top")
        axes.set_axis_off()
        axes.set(xlim=(-0.4, len(sizes) - 0.6), ylim=(-max(columns) / 2 - 1.2, max(columns) / 2))

    return Picture((Panel(draw, title, width=width, height=height),), caption=caption)


def _draw_units(
    axes: Axes, column: Sequence[tuple[float, float]], size: int, is_input: bool
) -> None:
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


def _draw_node(axes: Axes, text: str, at: tuple[float, float], color: str, note: str) -> Text:
    box = {"boxstyle": "round,pad=0.45", "facecolor": "none", "edgecolor": color, "linewidth": 1.7}
    if note:
        axes.annotate(
            note,
            at,
            xytext=(0, -19),
            textcoords="offset points",
            ha="center",
            va="top",
            size=9,
            color=color,
        )
    node: Text = axes.text(*at, text, ha="center", va="center", color=color, bbox=box, size=11)
    return node


def _draw_arrow(
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


def _set_limits(
    axes: Axes, nodes: Mapping[str, tuple[float, float]], height: float, lines: int, has_notes: bool
) -> None:
    """Set limits with space for half a node around the outer nodes, and for notes below them.

    `lines` is the largest number of line breaks in a node's text.
    """
    xs, ys = [x for x, _ in nodes.values()], [y for _, y in nodes.values()]
    margin_x = 0.1 * (max(xs) - min(xs)) + 0.3
    above, below = _NODE + _LINE * lines, _NODE + _LINE * lines + (_NOTE if has_notes else 0)
    unit = ((max(ys) - min(ys)) or 1.0) / max(0.5, height - above - below)  # per inch
    ylim = (min(ys) - below * unit, max(ys) + above * unit)
    axes.set(xlim=(min(xs) - margin_x, max(xs) + margin_x), ylim=ylim)
    axes.set_axis_off()
