"""Define what several commands share: options, the console, exit codes."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

INTERRUPTED = 130  # the convention of shells: 128 plus the number of SIGINT

commands = typer.Typer(
    name="autograder",
    help="Build a course of notebooks, grade it, and write feedback and reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
kernel_commands = typer.Typer(help="The sandboxed kernel for Jupyter.", no_args_is_help=True)
commands.add_typer(kernel_commands, name="kernel")
console = Console()


def print_error(sentence: str) -> None:
    """Print a sentence on stderr."""
    Console(stderr=True).print(Text(sentence), soft_wrap=True)


class Profile(StrEnum):
    """How long networks are trained: as two cores allow, or as a GPU does."""

    quick = "quick"
    full = "full"


Assignment = Annotated[str, typer.Argument(help="The assignment, for example week01_perceptron.")]
Assignments = Annotated[list[str] | None, typer.Argument(help="The assignments. Default: all.")]
Root = Annotated[Path, typer.Option(help="The root of the course, with source/ and submitted/.")]
Student = Annotated[list[str] | None, typer.Option(help="Only this student (may be repeated).")]
Database = Annotated[str | None, typer.Option(help="The gradebook, as an SQLAlchemy URL.")]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Exams at a time. Default: one for each core.")
]
Gpus = Annotated[
    str | None,
    typer.Option(
        metavar="auto|N|LIST",
        help="One exam at a time on each GPU: on all, on N, or on those listed (0,1).",
    ),
]
Tls = Annotated[
    Path | None,
    typer.Option(
        help="PEM file. Without TLS, anyone who reaches the scheduler can run code on it."
    ),
]
Unsandboxed = Annotated[
    bool, typer.Option("--allow-unsandboxed", help="Continue if a layer of the sandbox is missing.")
]
