"""Define the commands for authors: build, verify."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from autograder.cli.console import Assignments, Root, commands, console
from autograder.errors import UsageError


@commands.command()
def build(
    assignments: Assignments = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if something is out of date.")
    ] = False,
    root: Root = Path(),
) -> None:
    """Build source/ and release/ from the text in course/."""
    from autograder.course.build import release as builder

    if check:
        stale = builder.stale(root, assignments or None)
        for line in stale:
            console.print(Text(f"✗ {line}"), soft_wrap=True)
        if stale:
            console.print("Run [bold]autograder build[/] and commit the files that it writes.")
            raise typer.Exit(1)
        console.print("[green]✓[/] source/ and release/ are up to date.")
        return
    for built in builder.build(root, assignments or None):
        changed = f"{len(built.changed)} files written" if built.changed else "nothing has changed"
        console.print(
            f"[green]✓[/] {built.assignment}: {built.exercises} exercises, "
            f"{built.points:g} points, {built.misconceptions} misconceptions; {changed}"
        )


@commands.command()
def verify(
    assignments: Assignments = None,
    seeds: Annotated[
        int, typer.Option(min=1, help="The number of seeds to run the tests with.")
    ] = 1,
    exercise: Annotated[
        list[str] | None, typer.Option(help="Only answers to this exercise (may be repeated).")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Run every answer again, even if nothing has changed.")
    ] = False,
    root: Root = Path(),
) -> None:
    """Test the tests: run them on known right and wrong answers, in one and in two processes.

    Results are recorded in your cache folder. An answer is run again only if something has changed
    that could change its result.
    """
    from autograder.cli.progress import progress
    from autograder.cli.views import verify_view
    from autograder.config import read_settings
    from autograder.course.assignment import assignment_names, read_notebooks
    from autograder.course.paths import CoursePaths
    from autograder.verification.records import discard_unused, records_folder
    from autograder.verification.verify import verify as verify_notebook

    settings = read_settings(root)
    records = None if force else records_folder()
    if records is not None:
        discard_unused(records)
    reports = []
    for notebook in (
        one for name in assignments or assignment_names(root) for one in read_notebooks(root, name)
    ):
        with progress(console, f"Testing {notebook.assignment}") as show:
            reports.append(
                verify_notebook(
                    notebook,
                    settings,
                    seeds=range(seeds),
                    exercises=frozenset(exercise or ()),
                    records=records,
                    on_progress=show,
                )
            )
    if not reports:
        message = (
            f"There is no assignment in {CoursePaths(root).source}. "
            "Build the course first: `autograder build`."
        )
        raise UsageError(message)
    console.print(verify_view(reports))
    if any(report.problems for report in reports):
        raise typer.Exit(1)
