"""The commands for authors: build, verify."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from autograder.cli.console import Assignments, Root, commands, console
from autograder.errors import UsageError


@commands.command()
def build(
    assignments: Assignments = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when stale.")] = False,
    root: Root = Path(),
) -> None:
    """Build source/ and release/ from the text in course/."""
    from autograder.course.build import release as authoring

    if check:
        stale = authoring.stale(root, assignments or None)
        for line in stale:
            console.print(Text(f"✗ {line}"), soft_wrap=True)
        if stale:
            console.print("Run [bold]autograder build[/] and commit what it writes.")
            raise typer.Exit(1)
        console.print("[green]✓[/] source/ and release/ are what course/ says.")
        return
    for built in authoring.build(root, assignments or None):
        changed = f"{len(built.changed)} files written" if built.changed else "nothing to do"
        console.print(
            f"[green]✓[/] {built.assignment}: {built.exercises} exercises, {built.points:g} points, "
            f"{built.misconceptions} misconceptions; {changed}"
        )


@commands.command()
def verify(
    assignments: Assignments = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds to prove it on.")] = 1,
    exercise: Annotated[
        list[str] | None, typer.Option(help="Only answers to this exercise. May be repeated.")
    ] = None,
    root: Root = Path(),
) -> None:
    """Prove the tests: every known answer sits them, in one kernel and in the exam room."""
    from autograder.cli.progress import progress
    from autograder.cli.verify_view import verify_view
    from autograder.config import read_settings
    from autograder.course.assignment import assignment_names, read_notebooks
    from autograder.verification.verify import verify as prove

    settings = read_settings(root)
    reports = []
    for notebook in (
        one for name in assignments or assignment_names(root) for one in read_notebooks(root, name)
    ):
        with progress(console, f"Testing {notebook.assignment}") as tell:
            reports.append(
                prove(
                    notebook,
                    settings,
                    seeds=range(seeds),
                    exercises=frozenset(exercise or ()),
                    on_progress=tell,
                )
            )
    if not reports:
        message = f"There is no week in {root / 'source'}. Build one first: `autograder build`."
        raise UsageError(message)
    console.print(verify_view(reports))
    if any(report.problems for report in reports):
        raise typer.Exit(1)
