"""The command `autograder`: strings to values, one call, an exit code.

0    all is well
1    a check or a proof failed, or some work could not be graded
2    a name, path or option that does not exist
130  Ctrl-C
"""

import sys

from autograder.cli import author as course
from autograder.cli import grade as grading
from autograder.cli import system as machine
from autograder.cli.console import commands, complain
from autograder.errors import AutograderError, UsageError

__all__ = ["app", "commands", "course", "grading", "machine", "main"]

_GRADING = (
    "dask",
    "distributed",
    "jupytext",
    "nbconvert",
    "nbgrader",
    "nh3",
    "papermill",
    "psutil",
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code, with one sentence on stderr when it is not 0."""
    try:
        commands(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except AutograderError as error:
        complain(str(error))
        return 2 if isinstance(error, UsageError) else 1
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _GRADING:
            raise
        complain(f"This needs what instructors install: pip install 'dlcourse[grading]' ({error}).")
        return 2
    return 0


def app() -> None:
    """Run the command line, as the installed program does."""
    sys.exit(main())
