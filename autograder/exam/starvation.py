"""Notice when an exam runs out of time because other programs used its cores.

A cell that sleeps or waits for data uses little CPU time, and one that calculates uses much. Only
one whose processes were ready to run, and had no core, does neither: its time was taken by others.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from autograder.models import Finding, FindingKind
from autograder.sandbox.forkserver import usage
from autograder.sandbox.forkserver.usage import CpuTime

LOST_SHARE = 0.25
"""The share of its time that an exam must have lost: less makes no difference to most limits."""

_FIRST_SECONDS = 1.0  # of a cell, which are not measured: most cells are over by then


@dataclass(frozen=True)
class Period:
    """What an exam's processes did for some seconds; see `usage.CpuTime`."""

    seconds: float = 0.0
    used: float = 0.0
    waited: float = 0.0

    def __add__(self, other: "Period") -> "Period":
        return Period(
            self.seconds + other.seconds, self.used + other.used, self.waited + other.waited
        )

    @property
    def is_starved(self) -> bool:
        """Whether others took the time of one core.

        Processes of an exam that wait for each other keep a core busy together.
        """
        lost = LOST_SHARE * self.seconds
        return self.seconds > 0 and self.waited >= lost and self.used <= self.seconds - lost


class StarvationWatch:
    """Measures the CPU time of an exam during its cells.

    Parameters
    ----------
    supervisors
        Returns the process ids of the exam's supervisors.
    """

    def __init__(self, supervisors: Callable[[], Iterable[int]]) -> None:
        self.supervisors = supervisors
        self.is_starved = False  # whether a cell ran out of time and others took it
        self.all = Period()  # of all cells so far: they share the time of the exam
        self._start: tuple[float, CpuTime] | None = None

    @contextmanager
    def cell(self, seconds: float) -> Iterator[None]:
        """Measure while a cell runs; `seconds` is the time that it may take."""
        loop = asyncio.get_running_loop()
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
            self._end()

    def _begin(self) -> None:
        self._start = time.monotonic(), self._measure()

    def _end(self) -> Period:
        """Return what was measured since `_begin`, and add it to the sum."""
        if self._start is None:
            return Period()
        (began, before), after = self._start, self._measure()
        self._start = None
        period = Period(
            time.monotonic() - began,
            max(0.0, after.used - before.used),  # processes may have been replaced by others
            max(0.0, after.waited - before.waited),
        )
        self.all += period
        return period

    def _run_out(self) -> None:
        period = self._end()
        self.is_starved = self.is_starved or period.is_starved or self.all.is_starved

    def _measure(self) -> CpuTime:
        processes = [process for one in self.supervisors() for process in usage.descendants(one)]
        return usage.cpu_time(processes)


def starved() -> Finding:
    """Return the finding that an exam ran out of time because others used its cores."""
    message = (
        "A cell ran out of time, but other programs used the cores of the exam for "
        f"{LOST_SHARE:.0%} of that time or more. Grade again with --force when nothing else runs "
        "on that machine."
    )
    return Finding(FindingKind.STARVED, message)
