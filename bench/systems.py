"""Define the systems to compare: the command that grades a class, and how to read its results."""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.course.paths import CoursePaths
from bench.assignment import Assignment

BIN = Path(sys.executable).parent
OTTER_LOOP = str(Path(__file__).with_name("otter_loop.py"))
NBGRADER = (sys.executable, "-m", "nbgrader")
ENVIRONMENT = {  # the same for all; nbgrader treats TensorFlow's log on stderr as a failure
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "AUTOGRADER_IDLE_SECONDS": "0",  # every command of this project imports TensorFlow itself
    "PYTHONPATH": str(
        Path(__file__).parents[1] / "lib"
    ),  # for Otter, which has its own environment
    "PATH": f"{BIN}:{os.environ['PATH']}",  # nbgrader runs alembic by its name
}
Points = Mapping[str, Mapping[str, float]]  # by student and exercise


@dataclass(frozen=True)
class System:
    """How one system grades the course at `root`.

    command    run in `root`
    count      returns how many submissions are graded so far, given the log of the command
    points     returns the points that were given
    """

    name: str
    root: Path
    command: Sequence[str]
    count: Callable[[Path], int]
    points: Callable[[], Points]


def nbgrader(root: Path, assignment: Assignment) -> System:
    """Return plain `nbgrader autograde`, with nbgrader's own preprocessors."""
    return System(
        "nbgrader",
        root,
        (*NBGRADER, "autograde", assignment.name),
        count=_written_twice,
        points=lambda: _gradebook_points(root, assignment),
    )


def otter(root: Path, python: Path, students: Sequence[str]) -> System:
    """Return Otter without Docker, which grades one submission after another."""
    results = root / "results.jsonl"
    notebooks = [f"submissions/{student}.ipynb" for student in students]
    return System(
        "Otter",
        root,
        (str(python), OTTER_LOOP, "autograder.zip", str(results), *notebooks),
        count=lambda _: len(results.read_text().splitlines()) if results.exists() else 0,
        points=lambda: _otter_points(results),
    )


def ours(root: Path, assignment: Assignment, jobs: int, *extra: str) -> System:
    """Return `autograder grade`, which runs `jobs` exams at a time."""
    graded = CoursePaths(root).autograded
    command = (str(BIN / "autograder"), "grade", assignment.name, "--jobs", str(jobs), *extra)
    return System(
        f"this project, {jobs} job{'s' * (jobs > 1)}",
        root,
        command,
        count=lambda _: len(list(graded.glob(f"*/{assignment.name}/*.ipynb"))),
        points=lambda: _gradebook_points(root, assignment),
    )


def _written_twice(log: Path) -> int:
    """Return the number of graded notebooks: nbgrader writes each once cleaned and once graded."""
    return log.read_text(errors="replace").count("] Writing ") // 2


def _gradebook_points(root: Path, assignment: Assignment) -> Points:
    points: dict[str, dict[str, float]] = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        for submission in book.assignment_submissions(assignment.name):
            (notebook,) = submission.notebooks
            grades = {grade.name: grade.score for grade in notebook.grades}
            points[submission.student_id] = {
                one.name: float(grades[f"test_{one.name}"]) for one in assignment.exercises
            }
    return points


def _otter_points(results: Path) -> Points:
    graded = [json.loads(line) for line in results.read_text().splitlines()]
    return {Path(one["notebook"]).stem: one["points"] for one in graded}
