"""The systems that are compared: the command that grades a class, and what comes of it.

A system is a value: how its course is graded, where results appear as they are made, and what
points it gave in the end.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from bench.assignment import Assignment

BIN = Path(sys.executable).parent
OTTER_LOOP = str(Path(__file__).with_name("otter_loop.py"))
NBGRADER = (sys.executable, "-m", "nbgrader")
ENVIRONMENT = {  # the same for all: nbgrader takes what TensorFlow logs on stderr for a failure
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "PYTHONPATH": str(Path(__file__).parents[1] / "lib"),  # for Otter, which is installed apart
    "PATH": f"{BIN}:{os.environ['PATH']}",  # nbgrader runs alembic by its name
}
Points = Mapping[str, Mapping[str, float]]  # by student and exercise


@dataclass(frozen=True)
class System:
    """How one system grades the course that lies at `root`.

    command    run in `root`
    count      says how many submissions are graded so far, given the log of the command
    points     reads what was given in the end
    """

    name: str
    root: Path
    command: Sequence[str]
    count: Callable[[Path], int]
    points: Callable[[], Points]


def nbgrader(root: Path, assignment: Assignment) -> System:
    """Return stock `nbgrader autograde`, with nbgrader's own preprocessors."""
    return System(
        "nbgrader",
        root,
        (*NBGRADER, "autograde", assignment.week),
        count=_written_twice,
        points=lambda: _gradebook_points(root, assignment),
    )


def otter(root: Path, python: Path, students: Sequence[str]) -> System:
    """Return Otter without Docker, which is one submission after another."""
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
    """Return `autograder grade`, with so many exams at a time."""
    command = (str(BIN / "autograder"), "grade", assignment.week, "--jobs", str(jobs), *extra)
    return System(
        f"this project, {jobs} job{'s' * (jobs > 1)}",
        root,
        command,
        count=lambda _: len(list(root.glob(f"autograded/*/{assignment.week}/*.ipynb"))),
        points=lambda: _gradebook_points(root, assignment),
    )


def _written_twice(log: Path) -> int:
    """nbgrader writes a notebook when it is cleaned, and again when it is graded."""
    return log.read_text(errors="replace").count("] Writing ") // 2


def _gradebook_points(root: Path, assignment: Assignment) -> Points:
    points: dict[str, dict[str, float]] = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        for submitted_at in book.assignment_submissions(assignment.week):
            (notebook,) = submitted_at.notebooks
            grades = {grade.name: grade.score for grade in notebook.grades}
            points[submitted_at.student_id] = {
                one.name: float(grades[f"test_{one.name}"]) for one in assignment.exercises
            }
    return points


def _otter_points(results: Path) -> Points:
    graded = [json.loads(line) for line in results.read_text().splitlines()]
    return {Path(one["notebook"]).stem: one["points"] for one in graded}
