"""The command `autograder`: read options, call one function, return an exit code.

0    success
1    a check or a test of a test failed, a submission could not be graded, or a disk has an error
2    a name, path, option or setting that does not exist or is not valid
130  Ctrl-C
"""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import author, grade, system
from autograder.cli.console import commands, print_error
from autograder.errors import AutograderError, UsageError
from autograder.files import advice_on
from autograder.log import configure_logging

__all__ = ["app", "author", "commands", "grade", "main", "system"]

LOG = logging.getLogger(__name__)


@commands.callback()
def configure(
    verbose: Annotated[
        int,
        typer.Option("--verbose", "-v", count=True, help="Print the log; -vv prints more."),
    ] = 0,
    log_file: Annotated[
        Path | None,
        typer.Option(help="Append the log to this file, with the tracebacks of errors."),
    ] = None,
) -> None:
    """Build a course of notebooks, grade it, and write feedback and reports."""
    configure_logging(verbose, log_file)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code, with one sentence on stderr if it is not 0."""
    try:
        commands(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except AutograderError as error:
        LOG.info("The command failed", exc_info=True)
        print_error(str(error))
        return 2 if isinstance(error, UsageError) else 1
    except OSError as error:  # a disk or a permission, not a mistake in this program
        LOG.info("The command failed", exc_info=True)
        where = f"{error.filename}: " if error.filename else ""
        print_error(f"{where}{error.strerror or error}. {advice_on(error)}")
        return 1
    except Exception:
        LOG.exception("The command failed")
        raise
    return 0


def app() -> None:
    """Run the command line, as the installed program does."""
    sys.exit(main())
