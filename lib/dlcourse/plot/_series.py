"""Draws curves with their names at their ends, and counts as bars."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._picture import Limits, Panel, Picture
from dlcourse.plot._style import BLUE, COLOURS, INK, MARKERS
from dlcourse.plot._ticks import tick_short_logs, tick_whole_numbers

_APART = 0.075  # of the axes' height, between two names
_MARKED = 25  # a curve of more points than this is drawn without its points


def curves(
    series: Mapping[str, Any] | ArrayLike,
    *,
    x: ArrayLike | None = None,
    spread: Mapping[str, ArrayLike] | None = None,
    logx: bool = False,
    logy: bool = False,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    caption: str = "",
    xlim: Limits = None,
    ylim: Limits = None,
) -> Picture:
    """Draw one or more curves, each with its name at its end.

    Parameters
    ----------
    series
        From a name to the values, or to a pair `(x, values)`; or the values of a single curve.
    x
        Where the values are, when all curves share it; 0, 1, 2, … otherwise.
    spread
        From a name to what to shade above and below its curve (a standard deviation), or to
        a pair (lower, upper) of curves.
    logx, logy
        Whether the axis is logarithmic.
    title, xlabel, ylabel, caption, xlim, ylim
        As they say.
    """
    named = series if isinstance(series, Mapping) else {"": series}
    lines = {name: _xy(values, x) for name, values in named.items()}
    shaded = dict(spread or {})

    def draw(axes: Axes) -> None:
        if logx:
            axes.set_xscale("log")
        if logy:
            axes.set_yscale("log")
        for i, (name, (across, up)) in enumerate(lines.items()):
            _curve(axes, across, up, i)
            if name in shaded:
                low, high = _band(up, shaded[name])
                axes.fill_between(across, low, high, color=COLOURS[i % len(COLOURS)], alpha=0.18)
        _keep_limits(axes, xlim, ylim)
        tick_short_logs(axes)
        _name_ends(axes, lines)

    return Picture((Panel(draw, title, xlabel, ylabel, xlim, ylim),), caption=caption)


def counts(
    values: ArrayLike,
    *,
    names: Mapping[int, str] | None = None,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "how many",
    caption: str = "",
) -> Picture:
    """Draw how often each whole number occurs, as bars with their heights written on top.

    Parameters
    ----------
    values
        Whole numbers or truth, any shape.
    names
        What to call some of them on the axis.
    title, xlabel, ylabel, caption
        As they say.
    """
    whole = np.asarray(values).ravel().astype(int)
    found, heights = np.unique(whole, return_counts=True)

    def draw(axes: Axes) -> None:
        bars = axes.bar(found, heights, width=0.72, color=BLUE)
        axes.bar_label(bars, [f"{height:,}" for height in heights], padding=2, color=INK)
        axes.grid(visible=False, axis="x")
        axes.margins(y=0.12)
        if len(found) <= 20:
            axes.set_xticks(found, [(names or {}).get(int(n), str(n)) for n in found])
        axes.yaxis.set_major_formatter(lambda height, _: f"{height:,.0f}")

    return Picture((Panel(draw, title, xlabel, ylabel, height=3.0),), caption=caption)


def _xy(values: Any, x: ArrayLike | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if isinstance(values, tuple) and len(values) == 2 and np.ndim(values[0]) == 1:
        return np.asarray(values[0], float), np.asarray(values[1], float)
    up = np.asarray(values, float).ravel()
    across = np.arange(len(up)) if x is None else np.asarray(x)
    return across.astype(float), up


def _curve(axes: Axes, across: NDArray[np.float64], up: NDArray[np.float64], i: int) -> None:
    marked = len(up) <= _MARKED
    axes.plot(
        across,
        up,
        color=COLOURS[i % len(COLOURS)],
        marker=MARKERS[i % len(MARKERS)] if marked else None,
        markersize=4.5,
        # Beyond the six colours, and where no marker tells curves apart, dashes do.
        linestyle=("-", "--", ":", "-.")[(i if not marked else i // len(COLOURS)) % 4],
    )
    if axes.get_xscale() == "linear" and np.array_equal(across, across.round()):
        tick_whole_numbers(axes)


def _band(up: NDArray[np.float64], spread: Any) -> tuple[Any, Any]:
    if isinstance(spread, tuple):
        return spread[0], spread[1]
    return up - np.asarray(spread), up + np.asarray(spread)


def _keep_limits(axes: Axes, xlim: Limits, ylim: Limits) -> None:
    """Scaling to the data undoes limits that were set before it was drawn."""
    if xlim is not None:
        axes.set_xlim(*xlim)
    if ylim is not None:
        axes.set_ylim(*ylim)


def _name_ends(axes: Axes, lines: Mapping[str, Any]) -> None:
    """Write each name at the height where its curve ends, moved apart where names would meet."""
    axes.get_xlim(), axes.get_ylim()  # scales to the data, on which the heights depend
    ends: list[tuple[float, str, str]] = []
    for i, (name, (across, up)) in enumerate(lines.items()):
        finite = np.isfinite(up)
        if name and finite.any():
            at = (across[finite][-1], up[finite][-1])
            inside = axes.transAxes.inverted().transform(axes.transData.transform(at))[1]
            ends.append((float(np.clip(inside, 0, 1)), name, COLOURS[i % len(COLOURS)]))
    ends.sort(key=lambda end: end[0])
    heights = _moved_apart([end[0] for end in ends])
    for height, (_, name, colour) in zip(heights, ends, strict=True):
        axes.text(
            1.015, height, name, color=colour, weight="bold", va="center", transform=axes.transAxes
        )


def _moved_apart(heights: list[float]) -> list[float]:
    """Return sorted heights at least `_APART` from each other, as near as can be to the given."""
    moved = list(heights)
    for _ in range(60):
        for i in range(len(moved) - 1):
            overlap = _APART - (moved[i + 1] - moved[i])
            if overlap > 1e-6:
                moved[i] -= overlap / 2
                moved[i + 1] += overlap / 2
    # A group may have been pushed beyond the axes: all that hang together come back.
    for i in reversed(range(len(moved))):
        ceiling = 1.0 if i == len(moved) - 1 else moved[i + 1] - _APART
        moved[i] = min(moved[i], ceiling)
    for i in range(len(moved)):
        floor = 0.0 if i == 0 else moved[i - 1] + _APART
        moved[i] = max(moved[i], floor)
    return moved
