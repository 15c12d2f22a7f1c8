"""Notice when an exam runs out of time because other programs used its cores.

A cell that sleeps or waits for data uses little CPU time, and one that calculates uses much. Only
one whose processes were ready to run, and had no core, does neither: its time was taken by others.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from autograder.sandbox.forkserver import usage
from autograder.sandbox.forkserver.usage import CpuTime

LOST_SHARE = 0.25
"""The share of its time that an exam must have lost: less makes no difference to most limits."""

_FIRST_SECONDS = 1.0  # of a cell, which are not measured: most cells are over by then
_LEAST_SECONDS = 0.1  # of a period: what is shorter says nothing, Linux counts hundredths


@dataclass(frozen=True)
class Period:
    """What an exam's processes did for some seconds; see `usage.CpuTime`."""

    seconds: float
    used: float
    waited: float

    @property
    def is_starved(self) -> bool:
        """Whether others took the time of one core.

        Processes of an exam that wait for each other keep a core busy together.
        """
        lost = LOST_SHARE * self.seconds
        is_long = self.seconds >= _LEAST_SECONDS
        return is_long and self.waited >= lost and self.used <= self.seconds - lost


class StarvationWatch:
    """Measures the CPU time of an exam when one of its cells runs out of time.

    Parameters
    ----------
    supervisors
        Returns the process ids of the exam's supervisors.
    """

    def __init__(self, supervisors: Callable[[], Iterable[int]]) -> None:
        self.supervisors = supervisors
        self.is_starved = False  # whether a cell ran out of time and others took it
        self._first: _Moment | None = None  # the first cell of these processes
        self._cell: _Moment | None = None

    @contextmanager
    def cell(self, seconds: float) -> Iterator[None]:
        """Measure if a cell takes longer than it may, which is `seconds`."""
        loop, supervisors = asyncio.get_running_loop(), tuple(self.supervisors())
        if self._first is None or self._first.supervisors != supervisors:
            self._first = _Moment(loop.time(), supervisors, CpuTime())  # they have just started
        self._cell = None
        timers = [
            loop.call_later(min(_FIRST_SECONDS, seconds / 4), self._begin),
            # Now: the processes that ran out of time are killed soon afterwards.
            loop.call_later(seconds, self._run_out),
        ]
        try:
            yield
        finally:
            for timer in timers:
                timer.cancel()

    def _begin(self) -> None:
        self._cell = self._measure()

    def _run_out(self) -> None:
        """Find out whether others took the time of this cell, or of the cells so far."""
        end = self._measure()
        for start in filter(None, (self._cell, self._first)):
            # Nothing is known about processes that have been replaced meanwhile.
            if start.supervisors == end.supervisors:
                self.is_starved = self.is_starved or _period(start, end).is_starved

    def _measure(self) -> "_Moment":
        supervisors = tuple(self.supervisors())
        processes = [process for one in supervisors for process in usage.descendants(one)]
        return _Moment(asyncio.get_running_loop().time(), supervisors, usage.cpu_time(processes))


@dataclass(frozen=True)
class _Moment:
    """What the processes below some supervisors have used and waited for until one moment."""

    time: float
    supervisors: tuple[int, ...]
    cpu: CpuTime


def _period(start: _Moment, end: _Moment) -> Period:
    used, waited = end.cpu.used - start.cpu.used, end.cpu.waited - start.cpu.waited
    return Period(end.time - start.time, used, waited)
