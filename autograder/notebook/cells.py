"""What a cell of the trusted source is for, and which grade id it is known by."""

from typing import Any, cast, get_args

from nbformat import NotebookNode

from autograder.models import Role


def role_of(cell: NotebookNode) -> Role:
    """Return what a cell of the trusted source is for.

    Courses written here say so. In any other nbgrader course the marks tell: locked code that is
    no test is set-up, unmarked code runs for the student only, and a manually graded task is
    prose, since its text is the instructor's.
    """
    declared = cell.metadata.get("dlcourse", {}).get("role")
    for role in get_args(Role):
        if role == declared:
            return cast(Role, role)
    marks = marks_of(cell)
    if cell.cell_type != "code":
        return "written" if cell.cell_type == "markdown" and marks.get("solution") else "prose"
    if marks.get("solution"):
        return "answer"
    if marks.get("grade"):
        return "test"
    return "setup" if marks.get("locked") else "demo"


def grade_id_of(cell: NotebookNode) -> str | None:
    """Return the id that nbgrader knows a cell by.

    nbgrader leaves ids behind on cells that are no longer graded, solutions, tasks or locked;
    those are cells like any other, as they are for nbgrader.
    """
    marks = marks_of(cell)
    if not any(marks.get(mark) for mark in ("grade", "solution", "locked", "task")):
        return None
    return marks.get("grade_id") or None


def points_of(cell: NotebookNode) -> float:
    """Return the points that a test, a manually graded answer or a task is worth."""
    marks = marks_of(cell)
    return float(marks.get("points") or 0) if marks.get("grade") or marks.get("task") else 0.0


def marks_of(cell: NotebookNode) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell, empty where it has none."""
    marks: dict[str, Any] = cell.metadata.get("nbgrader", {})
    return marks
