"""The commands about a machine: doctor, kernel, demo."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.console import Jobs, Unsandboxed, commands, console, kernel_commands


@commands.command()
def doctor() -> None:
    """Say what this machine offers to hold exams on: layers of the sandbox, and GPUs."""
    from autograder.cli.views import layers_view
    from autograder.sandbox.gpus import gpus
    from autograder.sandbox.isolation.capabilities import layers

    found = layers()
    console.print(layers_view(found, gpus()))
    if not all(layer.available for layer in found):
        raise typer.Exit(1)


@kernel_commands.command()
def install(
    prefix: Annotated[Path | None, typer.Option(help="Below this folder, not for you.")] = None,
) -> None:
    """Install the warm, sandboxed kernel for any Jupyter client."""
    from autograder.sandbox.jupyter.kernelspec import install_kernelspec

    console.print(f"[green]✓[/] {install_kernelspec(prefix=prefix)}")


@commands.command()
def demo(
    root: Annotated[Path, typer.Option(help="The course to make it from.")] = Path(),
    to: Annotated[Path, typer.Option(help="Where to write it; made anew.")] = Path("demo"),
    jobs: Jobs = None,
    allow_unsandboxed: Unsandboxed = False,
) -> None:
    """Make up a class of twelve, cheats and all, and grade it for real."""
    from autograder.cli.demo.demo import run_demo
    from autograder.cli.progress import progress
    from autograder.cli.views import class_view, stories_table
    from autograder.reporting.class_report import class_report

    console.print(
        f"A made-up class of twelve hands in assignment 1. Everything is written in {to}/."
    )
    with progress(console, "Grading twelve students") as tell:
        shown = run_demo(
            root,
            to,
            jobs=jobs,
            allow_unsandboxed=allow_unsandboxed,
            on_calibration=lambda done, total: tell(done, total, "Sitting known answers"),
            on_result=tell,
        )
    console.print(
        stories_table(shown.stories), class_view(class_report(shown.assignment, shown.results))
    )
    console.print(f"Feedback:     {shown.pages[0]} and {len(shown.pages) - 1} more", soft_wrap=True)
    console.print(f"Class report: {shown.report}", soft_wrap=True)
    console.print(f"Gradebook:    {shown.gradebook}", soft_wrap=True)
