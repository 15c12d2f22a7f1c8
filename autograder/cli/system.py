"""Define the commands about this machine: doctor, kernel, demo."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.console import Jobs, Unsandboxed, commands, console, kernel_commands


@commands.command()
def doctor() -> None:
    """Show the layers of the sandbox and the GPUs that this machine offers to exams."""
    from autograder.cli.views import layers_view
    from autograder.sandbox.gpus import gpus
    from autograder.sandbox.isolation.capabilities import layers

    found = layers()
    console.print(layers_view(found, gpus()))
    if not all(layer.available for layer in found):
        raise typer.Exit(1)


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
