"""Define the commands about this machine: doctor, warm, kernel, demo."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from autograder.cli.console import Jobs, Root, Unsandboxed, commands, console, kernel_commands
from autograder.errors import UsageError


@commands.command()
def doctor(root: Root = Path()) -> None:
    """Show what this machine offers to exams: layers of the sandbox, GPUs, fork servers.

    In a course, it also shows whether student code could read the course.
    """
    from autograder.cli.views import forkservers_view, layers_view
    from autograder.sandbox.forkserver.running import descriptions
    from autograder.sandbox.gpus import gpus
    from autograder.sandbox.isolation.capabilities import layers

    found = layers()
    console.print(layers_view(found, gpus()))
    console.print(forkservers_view(descriptions()))
    if not all([*(layer.available for layer in found), _is_hidden(root)]):
        raise typer.Exit(1)


def _is_hidden(root: Path) -> bool:
    """Print whether exams can hide the course at `root`; return it, or True without a course."""
    from autograder.course.paths import CoursePaths
    from autograder.exam.environment import require_hidden

    paths = CoursePaths(root)
    if not paths.source.is_dir():
        return True
    try:
        require_hidden(paths.private)
    except UsageError as error:
        console.print(Text(f"✗ {error}", style="red"), soft_wrap=True)
        return False
    console.print(
        Text(f"✓ Student code cannot read the course in {root.resolve()}."), soft_wrap=True
    )
    return True


@commands.command()
def warm(
    stop: Annotated[
        bool, typer.Option("--stop", help="End the fork servers that stay, instead.")
    ] = False,
) -> None:
    """Import the course's libraries now, into a fork server that stays for the next commands.

    It ends when no command has used it for ten minutes; AUTOGRADER_IDLE_SECONDS changes that.
    """
    from autograder.cli.views import forkservers_view, stopped_lines
    from autograder.sandbox.forkserver.running import descriptions, stop_all

    if stop:
        console.print(stopped_lines(stop_all()), soft_wrap=True)
        return
    from autograder.sandbox.forkserver.client import shared_forkserver

    shared_forkserver().warm_up()
    console.print(forkservers_view(descriptions()))


@kernel_commands.command()
def install(
    prefix: Annotated[
        Path | None,
        typer.Option(help="Install it below this folder, instead of for the current user."),
    ] = None,
) -> None:
    """Install the sandboxed kernel, for any Jupyter client."""
    from autograder.sandbox.jupyter.kernelspec import install_kernelspec

    console.print(f"[green]✓[/] {install_kernelspec(prefix=prefix)}")


@commands.command()
def demo(
    root: Annotated[Path, typer.Option(help="The root of the course to copy from.")] = Path(),
    to: Annotated[
        Path, typer.Option(help="The folder to write to; an earlier demo is replaced.")
    ] = Path("demo"),
    jobs: Jobs = None,
    allow_unsandboxed: Unsandboxed = False,
) -> None:
    """Make up a class of twelve students, three of whom attack the grader, and grade it."""
    from autograder.cli.demo.demo import run_demo
    from autograder.cli.progress import progress
    from autograder.cli.views import class_view, stories_table
    from autograder.reporting.class_report import class_report

    console.print(
        f"Twelve made-up students submit the first assignment. Everything is written to {to}/."
    )
    with progress(console, "Grading twelve students") as show:
        made = run_demo(
            root,
            to,
            jobs=jobs,
            allow_unsandboxed=allow_unsandboxed,
            on_calibration=lambda done, total: show(done, total, "Running known answers"),
            on_result=show,
        )
    console.print(
        stories_table(made.stories), class_view(class_report(made.assignment, made.results))
    )
    console.print(f"Feedback:     {made.pages[0]} and {len(made.pages) - 1} more", soft_wrap=True)
    console.print(f"Class report: {made.report}", soft_wrap=True)
    console.print(f"Gradebook:    {made.gradebook}", soft_wrap=True)
