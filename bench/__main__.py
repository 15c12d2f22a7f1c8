"""The command `python -m bench`: races the systems, measures a large class, writes the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from bench.crowd import run_crowd
from bench.machine import load, machine, versions
from bench.measure import CommandFailed
from bench.otter_venv import install_otter
from bench.race import Disagreement, Tell, run_race
from bench.report import report

console = Console()


def main(
    students: Annotated[int, typer.Option(min=2, help="Of the Keras class.")] = 24,
    crowd: Annotated[int, typer.Option(min=20, help="Of the large class.")] = 1_000,
    to: Annotated[Path, typer.Option(help="The page to write.")] = Path("BENCHMARKS.md"),
    work: Annotated[Path, typer.Option(help="Where the courses are made.")] = Path(".bench"),
) -> None:
    """Grade one class with nbgrader, Otter and this project, and say how each did."""
    before, folder = load(), (work / "courses").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _progress() as tell:
            tell("installing Otter", 0, 1)
            otter = install_otter((work / "otter").absolute())
            race = run_race(folder, students, otter, tell)
            sizes = sorted({10, max(10, crowd // 10), crowd})
            grown = run_crowd(folder, sizes, tell)
    except (CommandFailed, Disagreement) as error:
        console.print(Text(str(error)))
        raise typer.Exit(1) from error
    about = (
        f"{date.today():%-d %B %Y}. {machine()}; load {before:.1f} before the start.",
        f"{versions(otter.python)}.",
    )
    page = report(race, grown, about=about)
    to.write_text(page, encoding="utf-8")
    console.print(Markdown(page))


@contextmanager
def _progress() -> Iterator[Tell]:
    """Show a bar for each part of the work."""
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(now: str, done: int, total: int) -> None:
            if now not in tasks:
                for task in bars.tasks:  # parts that don't count are over when the next begins
                    bars.update(task.id, completed=task.total)
                    bars.stop_task(task.id)
                tasks[now] = bars.add_task(now, total=total)
            bars.update(tasks[now], completed=done, total=total)

        yield tell


if __name__ == "__main__":
    typer.run(main)
