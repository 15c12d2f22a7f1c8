"""Export the grades with nbgrader, whose exporters know the formats of learning platforms."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import GradebookError, UsageError
from autograder.gradebook.connection import DATABASE, read_config, sqlite_url


def export(root: Path, arguments: Sequence[str] = ()) -> int:
    """Run `nbgrader export` in the course at `root`; return its exit code.

    Parameters
    ----------
    root
        The root of the course.
    arguments
        Options of nbgrader, such as `--to grades.csv` or `--exporter ...`.

    Raises
    ------
    UsageError
        If there is no such folder, or nbgrader is not installed.
    GradebookError
        If the course's `nbgrader_config.py` fails, or nbgrader does.
    """
    programs = Path(sys.executable).parent
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    # nbgrader would take a path such as `a?b` for a URL with a query.
    configured = read_config(root).CourseDirectory.get("db_url")
    database = [] if configured else [f"--db={sqlite_url(root.resolve() / DATABASE)}"]
    command = [str(programs / "nbgrader"), "export", *database, *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env={**os.environ, "PATH": path},
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        message = f"nbgrader cannot be run in {root}: {error.strerror} ({error.filename})."
        raise UsageError(message) from error
    if "Traceback (most recent call last)" in done.stderr:
        message = f"nbgrader cannot export the grades: {done.stderr.strip().splitlines()[-1]}"
        raise GradebookError(message)
    sys.stderr.write(done.stderr)
    return done.returncode
