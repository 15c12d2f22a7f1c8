"""Provide the command `dlcourse`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from dlcourse import _selfcheck
from dlcourse._assignment import NotANotebook

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)

_LOOKS = {
    "passed": "[green]✓[/]",
    "failed": "[red]✗[/]",
    "not attempted": "[yellow]○[/]",
    "not run": "[yellow]–[/]",
    "by hand": "[dim]✎[/]",
}


@app.callback()
def main() -> None:
    """Check your own notebooks."""


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="The notebook to check (.ipynb).")],
    seconds: Annotated[float, typer.Option(help="Time limit of each cell.")] = 300,
) -> None:
    """Run NOTEBOOK in a new kernel and show points and hints by question.

    Exit code 0 if all checks pass, 1 if one fails, 2 if there is nothing to check.
    """
    console = Console()
    try:
        report = _checked(notebook, seconds, console)
    except NotANotebook as error:
        Console(stderr=True).print(escape(str(error)), soft_wrap=True)
        raise typer.Exit(2) from None
    console.print(_table(report, notebook.name))
    for remark in report.remarks:
        console.print(f"[yellow]![/] {_shown(remark)}")
    console.print(_summary(report))
    raise typer.Exit(0 if report.all_passed else 1)


def _checked(notebook: Path, seconds: float, console: Console) -> _selfcheck.Report:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=console, transient=True)
    task = progress.add_task("starting a kernel")

    def start(cells: int) -> None:
        progress.update(task, total=cells)
        progress.start()

    def advance(cell: int) -> None:
        progress.update(task, completed=cell + 1, description=f"cell {cell + 1}")

    try:
        return _selfcheck.check(notebook, seconds=seconds, on_start=start, on_cell=advance)
    finally:
        progress.stop()


def _table(report: _selfcheck.Report, title: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("question")
    table.add_column("points", justify="right")
    table.add_column("result of the checks", overflow="fold")
    for mark in report.marks:
        worth = f"{mark.question.points:g}"
        earned = f"– / {worth}" if mark.state == "by hand" else f"{mark.points:g} / {worth}"
        table.add_row(
            _LOOKS[mark.state], escape(mark.question.title), earned, _shown(mark.explanation)
        )
    return table


def _shown(text: str) -> str:
    """Return student text with Rich's markup escaped and control characters removed."""
    return escape("".join(c for c in text if c.isprintable() or c == "\n"))


def _summary(report: _selfcheck.Report) -> str:
    earned = sum(mark.points for mark in report.automatic)
    worth = sum(mark.question.points for mark in report.automatic)
    by_hand = sum(mark.question.points for mark in report.marks if mark.state == "by hand")
    line = f"\n[bold]{earned:g} of {worth:g} points[/] by the checks you can see."
    return line + (f" {by_hand:g} more are graded by hand." if by_hand else "")
