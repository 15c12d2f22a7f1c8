"""Opens nbgrader's database, as the course's `nbgrader_config.py` says, and waits for its lock."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from traitlets.config import Config, PyFileConfigLoader

from autograder.errors import GradebookError

CONFIG_FILE = "nbgrader_config.py"
ATTEMPTS = 3  # SQLite itself waits five seconds for a lock, each time
PAUSE = 1.0  # seconds between two attempts

Returned = TypeVar("Returned")


@dataclass(frozen=True)
class Book:
    """An open gradebook. `config` is the course's nbgrader configuration."""

    api: Gradebook
    url: str
    config: Config

    def write(self, action: Callable[[], Returned]) -> Returned:
        """Run `action` as one transaction, again when another program holds the lock.

        Raises
        ------
        GradebookError
            If the lock stays, or the database refuses. Nothing of `action` is kept then.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with _without_tracebacks():
                    done = action()
                    self.api.db.commit()
                return done
            except (SQLAlchemyError, InvalidEntry) as error:
                self.api.db.rollback()
                if attempt == ATTEMPTS or not _is_lock(error):
                    raise _refusal(self.url, error) from error
                time.sleep(PAUSE)
            except BaseException:
                self.api.db.rollback()
                raise
        raise AssertionError  # the last attempt returns or raises


@contextmanager
def open_gradebook(root: Path, db_url: str | None = None) -> Iterator[Book]:
    """Open the gradebook of the course at `root`; it is created where there is none.

    Parameters
    ----------
    root
        The root of the course, with its `nbgrader_config.py` if it has one.
    db_url
        Any SQLAlchemy URL; without it the configuration's, without that `root/gradebook.db`.

    Raises
    ------
    GradebookError
        If the configuration fails, or the database cannot be opened or is locked.
    """
    config = read_config(root)
    courses = CourseDirectory(config=config)
    url = (
        db_url or config.CourseDirectory.get("db_url") or f"sqlite:///{root.resolve()}/gradebook.db"
    )
    api = _open(url, courses.course_id)
    try:
        yield Book(api, url, config)
    finally:
        api.close()


def read_config(root: Path) -> Config:
    """Return what the course's `nbgrader_config.py` sets; nothing where there is no such file.

    Raises
    ------
    GradebookError
        If the file fails.
    """
    if not (root / CONFIG_FILE).is_file():
        return Config()
    try:
        return PyFileConfigLoader(CONFIG_FILE, path=str(root)).load_config()
    except Exception as error:  # it is a program: it may raise anything
        message = f"{root / CONFIG_FILE} fails: {type(error).__name__}: {error}"
        raise GradebookError(message) from error


def _open(url: str, course_id: str) -> Gradebook:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with _alembic_on_path(), _without_tracebacks():
                return Gradebook(url, course_id)
        except (SQLAlchemyError, InvalidEntry, ImportError) as error:
            if attempt == ATTEMPTS or not _is_lock(error):
                raise _refusal(url, error) from error
            time.sleep(PAUSE)
        except (OSError, subprocess.SubprocessError) as error:
            message = f"The gradebook cannot be created: nbgrader could not run alembic ({error})."
            raise GradebookError(message) from error
    raise AssertionError  # the last attempt returns or raises


@contextmanager
def _alembic_on_path() -> Iterator[None]:
    """Let nbgrader find the `alembic` beside this Python, which it runs to make a database."""
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
    """Keep nbgrader from printing the traceback of an error that is about to be one sentence."""
    log = logging.getLogger("tornado.application")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _is_lock(error: Exception) -> bool:
    return any(word in str(error).lower() for word in ("locked", "deadlock", "lock wait timeout"))


def _refusal(url: str, error: Exception) -> GradebookError:
    try:
        name = make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        message = f"{url!r} is not the URL of a database. Expected one like sqlite:///gradebook.db."
        return GradebookError(message)
    if _is_lock(error):
        message = (
            f"The gradebook {name} is locked by another program. "
            "Close formgrader or whatever else writes to it, then grade again."
        )
        return GradebookError(message)
    reason = str(getattr(error, "orig", None) or error).split("\n")[0]
    advice = "If an older nbgrader made it: back it up, then run `nbgrader db upgrade`."
    return GradebookError(f"The gradebook {name} cannot be used: {reason}. {advice}")
