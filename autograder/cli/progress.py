"""Shows how far some work is: a bar that moves in a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

LINE_SECONDS = 10.0  # between two lines where there is no terminal


class OnProgress(Protocol):
    """Moves a bar: `done` of `total`, of the part of the work called `now`."""

    def __call__(self, done: int, total: int, now: str = ...) -> None:
        """Show it."""


@contextmanager
def progress(console: Console, what: str) -> Iterator[OnProgress]:
    """Show how far something is; what it gives is called with how many of how many."""
    if not console.is_terminal:
        yield PlainLines(what, lambda line: console.print(Text(line), soft_wrap=True))
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TextColumn("[bright_black]left[/]"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, total: int, now: str = what) -> None:
            if bar.tasks[0].description != now:  # another part of the work: its own time and rate
                bar.reset(task, description=now)
            bar.update(task, completed=done, total=total)

        yield tell


class PlainLines:
    """Prints a line when a part of the work begins and ends, and now and then between.

    Parameters
    ----------
    what
        The part of the work that has no name of its own.
    clock
        Returns seconds.
    """

    def __init__(
        self,
        what: str,
        show: Callable[[str], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.what, self.show, self.clock = what, show, clock
        self.part: str | None = None
        self.began = self.shown = 0.0
        self.before = 0  # how many were done when this part began

    def __call__(self, done: int, total: int, now: str = "") -> None:
        """Say it, unless something was said just now."""
        part, moment = now or self.what, self.clock()
        if part != self.part:
            self.part, self.began, self.before = part, moment, done
        elif done < total and moment - self.shown < LINE_SECONDS:
            return
        self.shown = moment
        self.show(f"{part}: {done} of {total}{self._speed(done, total, moment)}")

    def _speed(self, done: int, total: int, moment: float) -> str:
        seconds, new = moment - self.began, done - self.before
        if not new or not seconds:
            return ""
        left = timedelta(seconds=round((total - done) * seconds / new))
        return f", {60 * new / seconds:.1f}/min, {left} left"


class _Rate(ProgressColumn):
    """How many a minute."""

    def render(self, task: Task) -> Text:
        if not task.speed:
            return Text("")
        return Text(f"{60 * task.speed:.1f}/min", style="bright_black")
