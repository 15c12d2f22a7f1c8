"""Draws curves, each with its name at its end."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._panel import Limits, Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._style import COLORS, MARKERS
from dlcourse.plot._ticks import set_integer_ticks, set_short_log_ticks

_NAME_DISTANCE = 0.075  # minimum distance between two names, as a fraction of the axes' height
_MAX_MARKED = 25  # curves with more points are drawn without markers


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
        Values of each curve by name, shape (n,), or a pair `(x, values)`; or the values of a
        single curve.
    x
        Positions of the values if all curves share them, shape (n,); 0, 1, 2, ... if None.
    spread
        Band around a curve, by the curve's name: a distance above and below (such as a standard
        deviation), shape (n,), or a pair `(lower, upper)` of curves.
    logx, logy
        Whether the axis is logarithmic.
    title, xlabel, ylabel, caption, xlim, ylim
        Texts and limits; see `dlcourse.plot`.
    """
    named = series if isinstance(series, Mapping) else {"": series}
    lines = {name: _xy(values, x) for name, values in named.items()}
    spreads = dict(spread or {})

    def draw(axes: Axes) -> None:
        if logx:
            axes.set_xscale("log")
        if logy:
            axes.set_yscale("log")
        for i, (name, (xs, ys)) in enumerate(lines.items()):
            _draw_curve(axes, xs, ys, i)
            if name in spreads:
                lower, upper = _band(ys, spreads[name])
                axes.fill_between(xs, lower, upper, color=COLORS[i % len(COLORS)], alpha=0.18)
        _restore_limits(axes, xlim, ylim)
        set_short_log_ticks(axes)
        _write_names(axes, lines)

    return Picture((Panel(draw, title, xlabel, ylabel, xlim, ylim),), caption=caption)


def _xy(values: Any, x: ArrayLike | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if isinstance(values, tuple) and len(values) == 2 and np.ndim(values[0]) == 1:
        return np.asarray(values[0], float), np.asarray(values[1], float)
    ys = np.asarray(values, float).ravel()
    xs = np.arange(len(ys)) if x is None else np.asarray(x)
    return xs.astype(float), ys


def _draw_curve(axes: Axes, xs: NDArray[np.float64], ys: NDArray[np.float64], i: int) -> None:
    has_markers = len(ys) <= _MAX_MARKED
    # Line styles distinguish curves without markers, and curves beyond the six colors.
    style = i // len(COLORS) if has_markers else i
    axes.plot(
        xs,
        ys,
        color=COLORS[i % len(COLORS)],
        marker=MARKERS[i % len(MARKERS)] if has_markers else None,
        markersize=4.5,
        linestyle=("-", "--", ":", "-.")[style % 4],
    )
    if axes.get_xscale() == "linear" and np.array_equal(xs, xs.round()):
        set_integer_ticks(axes)


def _band(ys: NDArray[np.float64], spread: Any) -> tuple[Any, Any]:
    if isinstance(spread, tuple):
        return spread[0], spread[1]
    return ys - np.asarray(spread), ys + np.asarray(spread)


def _restore_limits(axes: Axes, xlim: Limits, ylim: Limits) -> None:
    """Set the limits again: changing the scale and drawing have changed them."""
    if xlim is not None:
        axes.set_xlim(*xlim)
    if ylim is not None:
        axes.set_ylim(*ylim)


def _write_names(axes: Axes, lines: Mapping[str, Any]) -> None:
    """Write each name at the height of its curve's end, moved where names would overlap."""
    axes.get_xlim(), axes.get_ylim()  # updates the data limits, which `transData` depends on
    ends: list[tuple[float, str, str]] = []
    for i, (name, (xs, ys)) in enumerate(lines.items()):
        finite = np.isfinite(ys)
        if name and finite.any():
            end = (xs[finite][-1], ys[finite][-1])
            height = axes.transAxes.inverted().transform(axes.transData.transform(end))[1]
            ends.append((float(np.clip(height, 0, 1)), name, COLORS[i % len(COLORS)]))
    ends.sort(key=lambda end: end[0])
    heights = _separate([end[0] for end in ends])
    for height, (_, name, color) in zip(heights, ends, strict=True):
        axes.text(
            1.015, height, name, color=color, weight="bold", va="center", transform=axes.transAxes
        )


def _separate(heights: list[float]) -> list[float]:
    """Return sorted heights, moved as little as possible to be `_NAME_DISTANCE` apart."""
    moved = list(heights)
    for _ in range(60):
        for i in range(len(moved) - 1):
            overlap = _NAME_DISTANCE - (moved[i + 1] - moved[i])
            if overlap > 1e-6:
                moved[i] -= overlap / 2
                moved[i + 1] += overlap / 2
    # Names may have been moved beyond the axes: move them back, together with their neighbors.
    for i in reversed(range(len(moved))):
        upper = 1.0 if i == len(moved) - 1 else moved[i + 1] - _NAME_DISTANCE
        moved[i] = min(moved[i], upper)
    for i in range(len(moved)):
        lower = 0.0 if i == 0 else moved[i - 1] + _NAME_DISTANCE
        moved[i] = max(moved[i], lower)
    return moved
