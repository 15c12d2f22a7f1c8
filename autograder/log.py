"""Configure logging: all modules log below the logger "autograder".

A module of this package calls `logging.getLogger(__name__)` and nothing else. INFO is the life of
an exam (started, ended, cached), DEBUG is everything. Code that catches any exception logs it with
its traceback, so that a log file has what the one sentence on the screen leaves out.

As a library, the package prints no log: `autograder/__init__.py` adds a `logging.NullHandler`.
"""

import logging
import sys
from pathlib import Path

from autograder.errors import UsageError

ROOT = "autograder"
FORMAT = "%(asctime)s %(levelname)-7s %(name)s [%(process)d]: %(message)s"


def configure_logging(verbose: int = 0, log_file: Path | None = None) -> None:
    """Send the log of this package to the screen, to a file, to both, or nowhere.

    Each call replaces what an earlier one configured.

    Parameters
    ----------
    verbose
        What is printed on stderr: 0 for nothing, 1 for INFO, 2 or more for DEBUG.
    log_file
        A file to append to. It gets INFO, or DEBUG if `verbose` is 2 or more.

    Raises
    ------
    UsageError
        If the file cannot be opened.
    """
    logger = logging.getLogger(ROOT)
    for earlier in [handler for handler in logger.handlers if isinstance(handler, _OURS)]:
        logger.removeHandler(earlier)
        earlier.close()
    handlers: list[logging.Handler] = [_ScreenHandler()] if verbose else []
    if log_file is not None:
        handlers.append(_open(log_file))
    for handler in handlers:
        handler.setFormatter(logging.Formatter(FORMAT))
        logger.addHandler(handler)
    if handlers:
        logger.setLevel(logging.DEBUG if verbose >= 2 else logging.INFO)
    else:
        logger.setLevel(logging.NOTSET)


class _ScreenHandler(logging.Handler):
    """Print on what `sys.stderr` is at the time, which a progress bar replaces."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


class _LogFile(logging.FileHandler):
    """The file of `--log-file`."""


_OURS = (_ScreenHandler, _LogFile)


def _open(path: Path) -> _LogFile:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _LogFile(path, encoding="utf-8")
    except OSError as error:
        message = f"The log file {path} cannot be opened: {error.strerror}."
        raise UsageError(message) from error
