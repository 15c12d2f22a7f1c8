"""Open the nbgrader database that a course configures, and wait while it is locked."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_fixed
from traitlets.config import Config, PyFileConfigLoader

from autograder.errors import GradebookError

CONFIG_FILE = "nbgrader_config.py"
DATABASE = "gradebook.db"
ATTEMPTS = 3  # at each of them, SQLite itself waits five seconds for a lock
PAUSE = 1.0  # seconds between two attempts

_ADVICE = {
    "readonly": "Allow writing to the file and to its folder, or choose another with --db.",
    "unable to open": "Check that its folder exists, and that you may write there.",
    "permission denied": "Check that its folder exists, and that you may write there.",
    "is full": "Free some space on that disk, then run the same command again.",
    "disk i/o": "Check the disk that it is on.",
    "not a database": "Restore it from a backup, or move it away to begin a new one.",
    "malformed": "Restore it from a backup, or move it away to begin a new one.",
    "no such column": "If an older nbgrader created it, back it up and run `nbgrader db upgrade`.",
    "no such table": "If an older nbgrader created it, back it up and run `nbgrader db upgrade`.",
}
"""What to do, by words of the reason that a database gives."""

LOG = logging.getLogger(__name__)

Returned = TypeVar("Returned")


@dataclass(frozen=True)
class Book:
    """An open gradebook. `config` is the nbgrader configuration of the course."""

    api: Gradebook
    url: str
    config: Config

    @property
    def files(self) -> tuple[str, ...]:
        """The file of the database, if it is one on this machine."""
        url = make_url(self.url)
        is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        return (os.path.abspath(str(url.database)),) if is_file else ()  # noqa: PTH100

    def write(self, action: Callable[[], Returned]) -> Returned:
        """Run `action` as one transaction; try again while another program has the lock.

        Raises
        ------
        GradebookError
            If the database stays locked or refuses. Then nothing of `action` is kept.
        """
        try:
            done: Returned = _retrying()(self._write_once, action)
        except (SQLAlchemyError, InvalidEntry) as error:
            raise _refusal(self.url, error) from error
        return done

    def _write_once(self, action: Callable[[], Returned]) -> Returned:
        try:
            with _without_tracebacks():
                done = action()
                self.api.db.commit()
        except BaseException:
            self.api.db.rollback()
            raise
        return done


@contextmanager
def open_gradebook(root: Path, db_url: str | None = None) -> Iterator[Book]:
    """Open the gradebook of the course at `root`; create it if there is none.

    Parameters
    ----------
    root
        The root of the course, with its `nbgrader_config.py` if it has one.
    db_url
        Any SQLAlchemy URL. By default that of the configuration, else `root/gradebook.db`.

    Raises
    ------
    GradebookError
        If the configuration fails, or the database cannot be opened or is locked.
    """
    config = read_config(root)
    courses = CourseDirectory(config=config)
    url = db_url or config.CourseDirectory.get("db_url") or sqlite_url(root.resolve() / DATABASE)
    api = _open(url, courses.course_id)
    try:
        yield Book(api, url, config)
    finally:
        api.close()


def sqlite_url(path: Path) -> str:
    """Return the URL of a database file, whose path may have any characters."""
    return f"sqlite:///{quote(os.fsencode(path))}"


def read_config(root: Path) -> Config:
    """Return what the course sets in `nbgrader_config.py`; nothing if there is no such file.

    Raises
    ------
    GradebookError
        If the file raises an error.
    """
    if not (root / CONFIG_FILE).is_file():
        return Config()
    try:
        return PyFileConfigLoader(CONFIG_FILE, path=str(root)).load_config()
    except (Exception, SystemExit) as error:  # the file is a program: it may raise anything
        message = f"{root / CONFIG_FILE} fails: {type(error).__name__}: {error}"
        raise GradebookError(message) from error


def _open(url: str, course_id: str) -> Gradebook:
    try:
        with _alembic_on_path(), _without_tracebacks():
            gradebook = _retrying()(Gradebook, url, course_id)
    except (SQLAlchemyError, InvalidEntry, ImportError) as error:
        raise _refusal(url, error) from error
    except (OSError, subprocess.SubprocessError) as error:
        message = f"The gradebook cannot be created: nbgrader could not run alembic ({error})."
        raise GradebookError(message) from error
    LOG.debug("Opened the gradebook %s", _shown(url))
    return gradebook


def _retrying() -> Retrying:
    """Return a function that calls another one again while the database is locked."""
    return Retrying(
        retry=retry_if_exception(_is_lock),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_fixed(PAUSE),
        before_sleep=_log_lock,
        reraise=True,
    )


def _log_lock(state: RetryCallState) -> None:
    LOG.info("The gradebook is locked; attempt %d of %d", state.attempt_number, ATTEMPTS)


@contextmanager
def _alembic_on_path() -> Iterator[None]:
    """Put the `alembic` of this Python on the path; nbgrader runs it to create a database."""
    before = os.environ.get("PATH")
    programs = str(Path(sys.executable).parent)
    os.environ["PATH"] = programs if before is None else f"{programs}{os.pathsep}{before}"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before


@contextmanager
def _without_tracebacks() -> Iterator[None]:
    """Keep nbgrader from printing the traceback of an error that this module reports."""
    log = logging.getLogger("tornado.application")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _is_lock(error: BaseException) -> bool:
    return isinstance(error, SQLAlchemyError | InvalidEntry) and any(
        word in str(error).lower() for word in ("locked", "deadlock", "lock wait timeout")
    )


def _refusal(url: str, error: Exception) -> GradebookError:
    try:
        name = _shown(url)
    except ArgumentError:
        message = f"{url!r} is not the URL of a database. Expected one like sqlite:///gradebook.db."
        return GradebookError(message)
    if _is_lock(error):
        message = (
            f"The gradebook {name} is locked by another program. "
            "Close formgrader and any other program that writes to it, then grade again."
        )
        return GradebookError(message)
    reason = str(getattr(error, "orig", None) or error).split("\n")[0]
    return GradebookError(f"The gradebook {name} cannot be used: {reason}. {_advice(reason)}")


def _advice(reason: str) -> str:
    """Return what to do about a reason that the database gives."""
    known = (text for words, text in _ADVICE.items() if words in reason.lower())
    return next(known, "Check that it is the gradebook of this course.")


def _shown(url: str) -> str:
    """Return the URL of a database without its password.

    Raises
    ------
    ArgumentError
        If it is not such a URL.
    """
    return make_url(url).render_as_string(hide_password=True)
