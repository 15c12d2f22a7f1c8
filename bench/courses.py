"""Write the benchmark's courses to disk: one in nbgrader's layout, one for Otter."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import nbformat

from autograder.course.paths import CoursePaths
from bench import formats
from bench.assignment import Assignment
from bench.students import StudentWork
from bench.systems import ENVIRONMENT, NBGRADER

STOCK = "c = get_config()\nc.CourseDirectory.root = {root!r}\nc.CourseDirectory.course_id = 'b'\n"


def write_nbgrader_course(
    root: Path, assignment: Assignment, class_work: Iterable[StudentWork]
) -> None:
    """Write a course in nbgrader's layout, with nbgrader's stock configuration, and release it."""
    _clear(root)
    (root / "nbgrader_config.py").write_text(STOCK.format(root=str(root)))
    source = CoursePaths(root).source_notebook(assignment.name, assignment.name)
    _write(formats.nbgrader_source(assignment), source)
    _nbgrader(root, "generate_assignment", assignment.name)
    submit(root, assignment, class_work)


def submit(root: Path, assignment: Assignment, class_work: Iterable[StudentWork]) -> None:
    """Write the submissions of students into a course in nbgrader's layout."""
    for student in class_work:
        notebook = formats.nbgrader_submission(assignment, student.answers)
        _write(notebook, submission(root, assignment, student.name))


def submission(root: Path, assignment: Assignment, student: str) -> Path:
    """Return the path of a student's notebook in a course in nbgrader's layout."""
    return CoursePaths(root).submitted_folder(student, assignment.name) / f"{assignment.name}.ipynb"


def write_otter_course(
    root: Path, assignment: Assignment, class_work: Iterable[StudentWork], otter: Path
) -> None:
    """Write Otter's tests and submissions, and generate Otter's zip file of the tests."""
    _clear(root)
    for exercise in assignment.exercises:
        path = root / "tests" / f"{exercise.name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(formats.otter_test(exercise))
    generate = ["generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"]
    subprocess.run([str(otter), *generate], cwd=root, check=True, capture_output=True)
    for student in class_work:
        notebook = formats.otter_submission(assignment, student.answers)
        _write(notebook, root / "submissions" / f"{student.name}.ipynb")


def _nbgrader(root: Path, *arguments: str) -> None:
    environment = {**os.environ, **ENVIRONMENT}
    command = [*NBGRADER, *arguments]
    subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)


def _write(notebook: nbformat.NotebookNode, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def _clear(root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
