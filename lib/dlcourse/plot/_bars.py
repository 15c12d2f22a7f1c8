"""Draws bars, one for each name or one for each name in every group."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._picture import Limits, Panel, Picture
from dlcourse.plot._style import BLUE, COLOURS, INK

_TOGETHER = 0.78  # of the room of a group, that its bars take
_HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++")


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
    """Draw a bar for each name, or for each name in every group, with its height on top.

    Parameters
    ----------
    heights
        From a name to its height; with `groups`, to one height for each group.
    groups
        What to call the groups: `bars({"MLP": [96, 60], "ConvNet": [97, 83]}, groups=["still",
        "shifted"])` draws two groups of two bars.
    spread
        From a name to what to draw above and below (a standard deviation), in the same shape.
    numbers
        How to write each height on its bar, as in `format`; "" writes none.
    mark
        Names whose bars are orange, without groups: a rival, a human.
    title, xlabel, ylabel, caption, ylim
        As they say; a line break in a name is kept.
    """
    table = {name: np.atleast_1d(np.asarray(values, float)) for name, values in heights.items()}
    errors = {name: np.atleast_1d(np.asarray(v, float)) for name, v in (spread or {}).items()}
    _check(table, len(groups))

    def draw(axes: Axes) -> None:
        if groups:
            _grouped(axes, table, errors, groups, numbers)
        else:
            _single(axes, table, errors, numbers, mark)
        axes.grid(visible=False, axis="x")
        axes.tick_params(axis="x", length=0)
        if ylim is None:
            axes.margins(y=0.12)
        else:
            axes.set_ylim(*ylim)

    width = 1.2 + 0.62 * sum(len(values) for values in table.values())
    longest = [max(map(len, str(one).split("\n"))) for one in (groups or table)]
    # Bars stand equally far apart: as far as the two longest neighbours need.
    apart = max((a + b for a, b in pairwise(longest)), default=0) / 2 + 2
    width = min(8.4, max(3.4, width, 1.0 + 0.075 * apart * len(longest)))
    return Picture((Panel(draw, title, xlabel, ylabel, ylim=ylim, width=width),), caption=caption)


def _single(
    axes: Axes,
    table: Mapping[str, NDArray[np.float64]],
    errors: Mapping[str, NDArray[np.float64]],
    numbers: str,
    mark: Sequence[str],
) -> None:
    colours = [COLOURS[1] if name in mark else BLUE for name in table]
    for i, (name, values) in enumerate(table.items()):
        _bar(axes, i, values, errors.get(name), numbers, width=0.66, color=colours[i])
    axes.set_xticks(range(len(table)), list(table))


def _grouped(
    axes: Axes,
    table: Mapping[str, NDArray[np.float64]],
    errors: Mapping[str, NDArray[np.float64]],
    groups: Sequence[object],
    numbers: str,
) -> None:
    width = _TOGETHER / len(table)
    for i, (name, values) in enumerate(table.items()):
        at = np.arange(len(groups)) + (i - (len(table) - 1) / 2) * width
        look = {"color": COLOURS[i % len(COLOURS)], "hatch": _HATCHES[i % len(_HATCHES)]}
        _bar(axes, at, values, errors.get(name), numbers, width=0.92 * width, label=name, **look)
    axes.set_xticks(range(len(groups)), [str(group) for group in groups])
    # Above the axes, where no bar can be.
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(table), borderaxespad=0.1)
    axes.set_title(axes.get_title(loc="left"), pad=26)


def _bar(axes: Axes, at: Any, values: Any, error: Any, numbers: str, **look: Any) -> None:
    cap = {"ecolor": INK, "elinewidth": 1.4, "capsize": 4}
    drawn = axes.bar(at, values, yerr=error, error_kw=cap, edgecolor="white", linewidth=0, **look)
    if numbers:
        known = np.isfinite(values)
        written = [format(v, numbers) if ok else "" for v, ok in zip(values, known, strict=True)]
        axes.bar_label(
            drawn, [words.replace("-", "−") for words in written], padding=2, color=INK, size=9
        )


def _check(table: Mapping[str, NDArray[np.float64]], groups: int) -> None:
    expected = groups or 1
    for name, values in table.items():
        if values.shape != (expected,):
            message = (
                f"bars expects {expected} height(s) for each name"
                f"{'' if groups else '; several need `groups`'}; "
                f"received shape {values.shape} for {name!r}."
            )
            raise ValueError(message)
