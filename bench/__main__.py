"""The command `python -m bench`: compare the systems, measure a large class, write the page."""

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

from bench.comparison import Disagreement, OnProgress, run_comparison
from bench.large_class import run_large_class
from bench.machine import load, machine, versions
from bench.measure import CommandFailed
from bench.otter_venv import install_otter
from bench.report import report

console = Console()


def main(
    students: Annotated[int, typer.Option(min=2, help="Students of the Keras class.")] = 24,
    large: Annotated[int, typer.Option(min=20, help="Students of the large class.")] = 1_000,
    to: Annotated[Path, typer.Option(help="The page to write.")] = Path("BENCHMARKS.md"),
    work: Annotated[Path, typer.Option(help="Where the courses are made.")] = Path(".bench"),
) -> None:
    """Grade one class with nbgrader, Otter and this project, and report the cost of each."""
    before, folder = load(), (work / "courses").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _progress() as show:
            show("installing Otter", 0, 1)
            otter = install_otter((work / "otter").absolute())
            comparison = run_comparison(folder, students, otter, show)
            sizes = sorted({10, max(10, large // 10), large})
            grown = run_large_class(folder, sizes, show)
    except (CommandFailed, Disagreement) as error:
        console.print(Text(str(error)))
        raise typer.Exit(1) from error
    about = (
        f"{date.today():%-d %B %Y}. {machine()}; load {before:.1f} before the start.",
        f"{versions(otter.python)}.",
    )
    page = report(comparison, grown, about=about)
    to.write_text(page, encoding="utf-8")
    console.print(Markdown(page))


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """Show a bar for each part of the work."""
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def show(part: str, done: int, total: int) -> None:
            if part not in tasks:
                for task in bars.tasks:  # a part without steps ends when the next begins
                    bars.update(task.id, completed=task.total)
                    bars.stop_task(task.id)
                tasks[part] = bars.add_task(part, total=total)
            bars.update(tasks[part], completed=done, total=total)

        yield show


if __name__ == "__main__":
    typer.run(main)
