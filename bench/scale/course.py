"""Write a course with one real assignment of this repository, and a class that answered it."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import nbformat

from autograder.course.assignment import read_notebooks
from autograder.course.paths import CoursePaths
from autograder.models import CellRole
from autograder.notebook.cells import grade_id_of, role_of, to_bytes

REPOSITORY = Path(__file__).parents[2]
MARK = "# Student 00000000"  # a comment that makes each submission distinct


def write_course(root: Path, assignment: str) -> None:
    """Write the text, source and release of an assignment of this repository into a course.

    What an earlier run left there is deleted, except for the answer keys.
    """
    here, there = CoursePaths(REPOSITORY), CoursePaths(root)
    for folder in (CoursePaths.text_folder, CoursePaths.source_folder, CoursePaths.release_folder):
        shutil.rmtree(folder(there, assignment), ignore_errors=True)
        shutil.copytree(folder(here, assignment), folder(there, assignment))
    forget_grades(root)
    forget_results(root)


def submit(root: Path, assignment: str, numbers: Iterable[int]) -> None:
    """Write the submissions of numbered students: the right answers, each with a comment."""
    paths = CoursePaths(root)
    (notebook,) = read_notebooks(root, assignment)
    submitted = nbformat.from_dict(notebook.release or notebook.source)
    is_marked = False
    for cell in submitted.cells:
        if role_of(cell) is CellRole.ANSWER:
            cell.source = notebook.reference[grade_id_of(cell) or ""]
            if not is_marked:
                cell.source, is_marked = f"{MARK}\n{cell.source}", True
    content = to_bytes(submitted)
    for number in numbers:
        name = student(number)
        path = paths.submitted_folder(name, assignment) / f"{notebook.name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace(MARK.encode(), f"# Student {number:08}".encode()))


def student(number: int) -> str:
    """Return the name of a student."""
    return f"student{number:08}"


def forget_grades(root: Path) -> None:
    """Delete the gradebook and the graded notebooks; keep the stored results and the answer key."""
    (root / "gradebook.db").unlink(missing_ok=True)
    shutil.rmtree(CoursePaths(root).autograded, ignore_errors=True)


def forget_results(root: Path) -> None:
    """Delete the stored results and the submissions."""
    paths = CoursePaths(root)
    shutil.rmtree(paths.result_cache, ignore_errors=True)
    shutil.rmtree(paths.submitted, ignore_errors=True)
