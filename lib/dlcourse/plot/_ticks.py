"""Chooses ticks whose labels do not overlap."""

from itertools import pairwise
from math import ceil, floor, log, log10

from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.ticker import Locator, MaxNLocator, NullFormatter

from dlcourse.plot._style import STYLE

_FEW_DECADES = 2.95  # longer axes have enough powers of ten
_CLOSE = (
    1.0,
    1.5,
    2.0,
    3.0,
    4.0,
    5.0,
    7.0,
)  # within a decade, for an axis that spans less than one
_STEPS = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))
# In font sizes: the width of a digit, the gap between two labels, the height of a line.
_DIGIT, _GAP, _LINE = 0.64, 0.5, 1.2


def set_integer_ticks(axes: Axes) -> None:
    """Set ticks of the x-axis at round integers (0, 10, 20, ...), as many as fit."""
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))


def set_short_log_ticks(axes: Axes) -> None:
    """Set ticks 1, 2, 5, 10, ... on logarithmic axes that span less than three decades."""
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        if axis.get_scale() != "log" or low <= 0 or high / low > 10**_FEW_DECADES:
            continue
        axis.set_major_locator(_LogLocator())
        axis.set_major_formatter(lambda value, _: _format(value))
        axis.set_minor_formatter(NullFormatter())


class _LogLocator(Locator):
    """Locator that chooses ticks each time the axis is drawn, when its length is known."""

    def __call__(self) -> list[float]:
        """Return the ticks between the ends of the axis."""
        assert isinstance(self.axis, XAxis | YAxis)
        return self.tick_values(*self.axis.get_view_interval())

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """Return the densest set of ticks whose labels do not overlap."""
        low, high = sorted((vmin, vmax))
        found: list[float] = []
        for steps in _STEPS if high / low > 5 else (_CLOSE, *_STEPS):
            decades = range(floor(log10(low)), ceil(log10(high)) + 1)
            ticks = [step * 10.0**k for k in decades for step in steps]
            inside = [tick for tick in ticks if low <= tick <= high]
            if len(inside) < 2:
                break  # one label is not enough to read a scale
            found = inside
            if self._fit(found, high / low):
                break
        return found

    def _fit(self, ticks: list[float], ratio: float) -> bool:
        """Return whether the labels fit on the axis, whose ends have the given ratio."""
        assert isinstance(self.axis, XAxis | YAxis)
        box, is_horizontal = self.axis.axes.get_window_extent(), isinstance(self.axis, XAxis)
        pixels = box.width if is_horizontal else box.height
        length = 72 * pixels / self.axis.axes.figure.dpi / STYLE["font.size"]
        return all(
            log(right / left) / log(ratio) * length
            >= (_distance(left, right) if is_horizontal else _LINE)
            for left, right in pairwise(ticks)
        )


def _distance(left: float, right: float) -> float:
    """Return the minimum distance between the centers of two labels, in font sizes."""
    return _GAP + _DIGIT * (len(_format(left)) + len(_format(right))) / 2


def _format(value: float) -> str:
    return f"{value:,.6g}"
