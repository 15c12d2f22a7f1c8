"""Draws bars: one per name, one per name in each group, or one per integer."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._panel import Limits, Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._style import BLUE, COLORS, INK, MAX_WIDTH, ORANGE

_GROUP_WIDTH = 0.78  # total width of the bars of a group; the groups are 1 apart
_HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++")

Table = Mapping[str, NDArray[np.float64]]


def bars(
    heights: Mapping[str, ArrayLike],
    *,
    groups: Sequence[object] = (),
    spread: Mapping[str, ArrayLike] | None = None,
    numbers: str = ".3g",
    mark: Sequence[str] = (),
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    caption: str = "",
    ylim: Limits = None,
) -> Picture:
    """Draw bars, one per name or one per name in each group, with their heights on top.

    Parameters
    ----------
    heights
        Height of the bar by name; with `groups`, one height per group, shape (n_groups,). A line
        break in a name is kept.
    groups
        Names of the groups: `bars({"MLP": [96, 60], "ConvNet": [97, 83]}, groups=["still",
        "shifted"])` draws two groups of two bars.
    spread
        Error bar above and below a height (such as a standard deviation), by name, in the same
        shape as the heights.
    numbers
        Format of the heights on top of the bars; "" writes none.
    mark
        Names of bars to highlight in orange; only without `groups`.
    title, xlabel, ylabel, caption, ylim
        Texts and limits; see `dlcourse.plot`.

    Raises
    ------
    ValueError
        If a name does not have one height, or one height per group.
    """
    table = {name: np.atleast_1d(np.asarray(values, float)) for name, values in heights.items()}
    errors = {name: np.atleast_1d(np.asarray(v, float)) for name, v in (spread or {}).items()}
    _check(table, len(groups))

    def draw(axes: Axes) -> None:
        if groups:
            _draw_groups(axes, table, errors, groups, numbers)
        else:
            _draw_single(axes, table, errors, numbers, mark)
        axes.grid(visible=False, axis="x")
        axes.tick_params(axis="x", length=0)
        if ylim is None:
            axes.margins(y=0.12)
        else:
            axes.set_ylim(*ylim)

    width = _width(table, groups)
    return Picture((Panel(draw, title, xlabel, ylabel, ylim=ylim, width=width),), caption=caption)


def counts(
    values: ArrayLike,
    *,
    names: Mapping[int, str] | None = None,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "count",
    caption: str = "",
) -> Picture:
    """Draw how often each integer occurs, as bars with the counts on top.

    Parameters
    ----------
    values
        Integers or booleans, any shape.
    names
        Tick labels to write instead of some of the integers.
    title, xlabel, ylabel, caption
        Texts around the picture; see `dlcourse.plot`.
    """
    integers = np.asarray(values).ravel().astype(int)
    found, heights = np.unique(integers, return_counts=True)

    def draw(axes: Axes) -> None:
        drawn = axes.bar(found, heights, width=0.72, color=BLUE)
        axes.bar_label(drawn, [f"{height:,}" for height in heights], padding=2, color=INK)
        axes.grid(visible=False, axis="x")
        axes.margins(y=0.12)
        if len(found) <= 20:
            axes.set_xticks(found, [(names or {}).get(int(n), str(n)) for n in found])
        axes.yaxis.set_major_formatter(lambda height, _: f"{height:,.0f}")

    return Picture((Panel(draw, title, xlabel, ylabel, height=3.0),), caption=caption)


def _width(table: Table, groups: Sequence[object]) -> float:
    """Return the width of the panel in inches, with enough space for the tick labels."""
    width = 1.2 + 0.62 * sum(len(values) for values in table.values())
    letters = [max(map(len, str(name).split("\n"))) for name in (groups or table)]
    # The distance between tick labels is constant: the two longest neighbors determine it.
    distance = max((a + b for a, b in pairwise(letters)), default=0) / 2 + 2
    return min(MAX_WIDTH, max(3.4, width, 1.0 + 0.075 * distance * len(letters)))


def _draw_single(
    axes: Axes, table: Table, errors: Table, numbers: str, highlighted: Sequence[str]
) -> None:
    for i, (name, values) in enumerate(table.items()):
        color = ORANGE if name in highlighted else BLUE
        _draw_bars(axes, i, values, errors.get(name), numbers, width=0.66, color=color)
    axes.set_xticks(range(len(table)), list(table))


def _draw_groups(
    axes: Axes, table: Table, errors: Table, groups: Sequence[object], numbers: str
) -> None:
    width = _GROUP_WIDTH / len(table)
    for i, (name, values) in enumerate(table.items()):
        x = np.arange(len(groups)) + (i - (len(table) - 1) / 2) * width
        style = {"color": COLORS[i % len(COLORS)], "hatch": _HATCHES[i % len(_HATCHES)]}
        error = errors.get(name)
        _draw_bars(axes, x, values, error, numbers, width=0.92 * width, label=name, **style)
    axes.set_xticks(range(len(groups)), [str(group) for group in groups])
    # The legend is above the axes, where it cannot cover a bar.
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(table), borderaxespad=0.1)
    axes.set_title(axes.get_title(loc="left"), pad=26)


def _draw_bars(axes: Axes, x: Any, values: Any, error: Any, numbers: str, **style: Any) -> None:
    caps = {"ecolor": INK, "elinewidth": 1.4, "capsize": 4}
    drawn = axes.bar(x, values, yerr=error, error_kw=caps, edgecolor="white", linewidth=0, **style)
    if numbers:
        texts = [format(v, numbers) if np.isfinite(v) else "" for v in values]
        labels = [text.replace("-", "−") for text in texts]
        axes.bar_label(drawn, labels, padding=2, color=INK, size=9)


def _check(table: Table, n_groups: int) -> None:
    expected = n_groups or 1
    for name, values in table.items():
        if values.shape != (expected,):
            message = (
                f"bars expects {expected} height(s) for each name"
                f"{'' if n_groups else '; several heights need `groups`'}; "
                f"received shape {values.shape} for {name!r}."
            )
            raise ValueError(message)
