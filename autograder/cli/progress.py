"""Show progress: a bar in a terminal, else a line from time to time."""

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

LINE_SECONDS = 10.0  # between two lines, if there is no terminal


class OnProgress(Protocol):
    """Show `done` of `total` steps of the part of the work that is called `part`."""

    def __call__(self, done: int, total: int, part: str = ...) -> None:
        """Show progress."""


@contextmanager
def progress(console: Console, what: str) -> Iterator[OnProgress]:
    """Show the progress of some work; yield the function to call after each step."""
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

        def show(done: int, total: int, part: str = what) -> None:
            if bar.tasks[0].description != part:  # each part has its own time and rate
                bar.reset(task, description=part)
            bar.update(task, completed=done, total=total)

        yield show


class PlainLines:
    """Print a line when a part of the work begins and ends, and from time to time between.

    Parameters
    ----------
    what
        The name of the work; a part of it may have its own name.
    show
        Prints a line.
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
        self.before = 0  # steps that were done when this part began

    def __call__(self, done: int, total: int, part: str = "") -> None:
        """Print a line, unless the last one was printed just before."""
        name, moment = part or self.what, self.clock()
        if name != self.part:
            self.part, self.began, self.before = name, moment, done
        elif done < total and moment - self.shown < LINE_SECONDS:
            return
        self.shown = moment
        self.show(f"{name}: {done} of {total}{self._speed(done, total, moment)}")

    def _speed(self, done: int, total: int, moment: float) -> str:
        seconds, new = moment - self.began, done - self.before
        if not new or not seconds:
            return ""
        left = timedelta(seconds=round((total - done) * seconds / new))
        return f", {60 * new / seconds:.1f}/min, {left} left"


class _Rate(ProgressColumn):
    """Show the steps per minute."""

    def render(self, task: Task) -> Text:
        if not task.speed:
            return Text("")
        return Text(f"{60 * task.speed:.1f}/min", style="bright_black")
