"""Finds ticks whose numbers have room."""

from itertools import pairwise
from math import ceil, floor, log, log10

from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.ticker import Locator, MaxNLocator, NullFormatter

from dlcourse.plot._style import STYLE

_FEW_DECADES = 2.95
_CLOSE = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)  # of a decade, for an axis that has less than one
_STEPS = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))
_DIGIT, _BETWEEN, _LINE = 0.64, 0.5, 1.2  # of the font's size: a digit, between numbers, a line


def tick_whole_numbers(axes: Axes) -> None:
    """Put ticks at 0, 10, 20, … or 0, 5, 10, … below, no more than have room."""
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))


def tick_short_logs(axes: Axes) -> None:
    """Write 1, 2, 5, 10, … on a logarithmic axis too short for powers of ten to be enough."""
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        if axis.get_scale() != "log" or low <= 0 or high / low > 10**_FEW_DECADES:
            continue
        axis.set_major_locator(_RoundLogs())
        axis.set_major_formatter(lambda value, _: _written(value))
        axis.set_minor_formatter(NullFormatter())


class _RoundLogs(Locator):
    """Finds ticks anew whenever the axis is drawn: only then is its length known."""

    def __call__(self) -> list[float]:
        """Return the ticks between the axis' ends."""
        assert isinstance(self.axis, XAxis | YAxis)
        return self.tick_values(*self.axis.get_view_interval())

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """Return the densest of some sets of ticks of which no two numbers touch."""
        low, high = sorted((vmin, vmax))
        found: list[float] = []
        for steps in _STEPS if high / low > 5 else (_CLOSE, *_STEPS):
            decades = range(floor(log10(low)), ceil(log10(high)) + 1)
            ticks = [step * 10.0**k for k in decades for step in steps]
            inside = [tick for tick in ticks if low <= tick <= high]
            if len(inside) < 2:
                break  # a single number does not make a scale
            found = inside
            if self._fit(found, high / low):
                break
        return found

    def _fit(self, ticks: list[float], ratio: float) -> bool:
        """Whether the ticks' numbers can stand on the axis, which reaches over such a ratio."""
        assert isinstance(self.axis, XAxis | YAxis)
        box, is_across = self.axis.axes.get_window_extent(), isinstance(self.axis, XAxis)
        pixels = box.width if is_across else box.height
        length = 72 * pixels / self.axis.axes.figure.dpi / STYLE["font.size"]
        return all(
            log(right / left) / log(ratio) * length >= (_apart(left, right) if is_across else _LINE)
            for left, right in pairwise(ticks)
        )


def _apart(left: float, right: float) -> float:
    """Return how far the middles of two numbers must be from each other, in font sizes."""
    return _BETWEEN + _DIGIT * (len(_written(left)) + len(_written(right))) / 2


def _written(value: float) -> str:
    return f"{value:,.6g}"
