"""Make up a class, submit its notebooks, and grade them, in a separate folder."""

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
from autograder.reporting.html import write_report

ASSIGNMENT = "week01_perceptron"
CELL_SECONDS = 20.0  # enough for honest answers on a busy machine; an endless loop takes it all
_MADE_BY_US = ".made-by-autograder-demo"


@dataclass(frozen=True)
class Demo:
    """What the demo has made, and where."""

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
    """Grade twelve made-up students of the first assignment of the course at `root`, below `to`.

    Raises
    ------
    UsageError
        If the assignment is not built, or `to` has files that are not from a demo.
    """
    names = assignment_names(root)
    assignment = ASSIGNMENT if ASSIGNMENT in names or not names else names[0]
    (found,) = read_notebooks(root, assignment)
    _clear(to)
    _copy(root, to, assignment)
    paths = CoursePaths(to)
    release = paths.released_notebook(assignment, found.name)
    students = made_up_class(found, nbformat.read(release, as_version=4))
    for student in students:
        folder = paths.submitted_folder(student.name, assignment)
        folder.mkdir(parents=True)
        nbformat.write(student.notebook, folder / release.name)
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
        stories={student.name: student.story for student in students},
        pages=write_feedback(to, assignment),
        report=write_report(to, class_report(assignment, results)),
        gradebook=to / "gradebook.db",
    )


def _clear(to: Path) -> None:
    """Remove an earlier demo, except its answer key and cached results."""
    if to.exists() and any(to.iterdir()) and not (to / _MADE_BY_US).exists():
        message = f"{to} is not empty and not from a demo. Choose another folder with --to."
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
    """Copy the files that grading needs; a demo never changes the course itself."""
    theirs, ours = CoursePaths(root), CoursePaths(to)
    for folder, copy in (
        (theirs.course, ours.course),
        (theirs.source, ours.source),
        (theirs.release, ours.release),
    ):
        if (folder / assignment).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".*")
            shutil.copytree(folder / assignment, copy / assignment, ignore=ignored)
