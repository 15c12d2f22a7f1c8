"""What several commands of the command line have in common: options, the console, exit codes."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

INTERRUPTED = 130  # as shells say: 128, and the number of SIGINT

commands = typer.Typer(
    name="autograder",
    help="Build a course of notebooks, grade it, and tell everyone how it went.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
kernel_commands = typer.Typer(help="The warm, sandboxed kernel.", no_args_is_help=True)
commands.add_typer(kernel_commands, name="kernel")
console = Console()


def complain(sentence: str) -> None:
    """Say on stderr what is wrong."""
    Console(stderr=True).print(Text(sentence), soft_wrap=True)


class Profile(StrEnum):
    """How much is trained: what two cores can do, or the real thing."""

    quick = "quick"
    full = "full"


Assignment = Annotated[str, typer.Argument(help="The assignment, for example week01_perceptron.")]
Assignments = Annotated[list[str] | None, typer.Argument(help="The assignments. Default: all.")]
Root = Annotated[Path, typer.Option(help="The course's root: source/, submitted/, gradebook.db.")]
Student = Annotated[list[str] | None, typer.Option(help="Only this student (may be repeated).")]
Database = Annotated[str | None, typer.Option(help="The gradebook, as any SQLAlchemy URL.")]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Exams at a time; one for each core without it.")
]
Gpus = Annotated[
    str | None,
    typer.Option(metavar="auto|N|LIST", help="One exam on each of these GPUs: all, N, or 0,1."),
]
Tls = Annotated[
    Path | None,
    typer.Option(help="PEM file. Without TLS, who reaches the scheduler can run code on it."),
]
Unsandboxed = Annotated[
    bool, typer.Option("--allow-unsandboxed", help="Go on where a layer of the sandbox is missing.")
]
