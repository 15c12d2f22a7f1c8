"""Make up a class, hand in its work, and grade it for real, in a folder of its own."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.cli.demo.made_up_class import made_up_class
from autograder.config import Settings
from autograder.course.assignment import assignment_names, read_notebooks
from autograder.course.paths import CoursePaths
from autograder.errors import UsageError
from autograder.grading.pipeline import OnResult, grade_class
from autograder.models import Result
from autograder.reporting.class_report import class_report
from autograder.reporting.feedback.write import write_feedback
from autograder.reporting.report_page import write_report

WEEK = "week01_perceptron"
CELL_SECONDS = 20.0  # enough for honest answers on a busy machine, short for who never ends
_MADE_BY_US = ".made-by-autograder-demo"


@dataclass(frozen=True)
class Demo:
    """What the demo made, and where it is."""

    assignment: str
    results: tuple[Result, ...]
    stories: Mapping[str, str]
    pages: tuple[Path, ...]
    report: Path
    gradebook: Path


def run_demo(
    root: Path,
    to: Path,
    *,
    jobs: int | None = None,
    allow_unsandboxed: bool = False,
    on_calibration: OnResult | None = None,
    on_result: OnResult | None = None,
) -> Demo:
    """Grade twelve made-up students of assignment 1 of the course at `root`, below `to`.

    Raises
    ------
    UsageError
        If the assignment is not built, or `to` holds something that no demo made.
    """
    assignment = (
        WEEK if WEEK in assignment_names(root) else next(iter(assignment_names(root)), WEEK)
    )
    (found,) = read_notebooks(root, assignment)
    _clear(to)
    _copy(root, to, assignment)
    release = CoursePaths(to).released_notebook(assignment, found.name)
    class_work = made_up_class(found, nbformat.read(release, as_version=4))
    for student_work in class_work:
        folder = to / "submitted" / student_work.name / assignment
        folder.mkdir(parents=True)
        nbformat.write(student_work.notebook, folder / release.name)
    results = grade_class(
        to,
        assignment,
        jobs=jobs,
        settings=Settings(cell_seconds=CELL_SECONDS, allow_unsandboxed=allow_unsandboxed),
        on_calibration=on_calibration,
        on_result=on_result,
    )
    return Demo(
        assignment=assignment,
        results=tuple(results),
        stories={student_work.name: student_work.story for student_work in class_work},
        pages=write_feedback(to, assignment),
        report=write_report(to, class_report(assignment, results)),
        gradebook=to / "gradebook.db",
    )


def _clear(to: Path) -> None:
    """Remove an earlier demo, but what it learned about right and wrong answers."""
    if to.exists() and any(to.iterdir()) and not (to / _MADE_BY_US).exists():
        message = f"{to} is not empty, and no demo made it. Choose another place with --to."
        raise UsageError(message)
    to.mkdir(parents=True, exist_ok=True)
    (to / _MADE_BY_US).touch()
    for path in to.iterdir():
        if path.name in (_MADE_BY_US, ".autograder"):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _copy(root: Path, to: Path, assignment: str) -> None:
    """Copy what grading a assignment reads: a demo never touches the course itself."""
    for part in ("course", "source", "release"):
        if (root / part / assignment).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".*")
            shutil.copytree(root / part / assignment, to / part / assignment, ignore=ignored)
