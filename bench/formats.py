"""Convert an assignment and its answers to each system's format: nbgrader's and Otter's.

This project reads nbgrader's format. Nothing is written to disk here.
"""

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from bench.assignment import Assignment, Exercise

KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
STUB = "# Your answer.\n"


def nbgrader_source(assignment: Assignment) -> NotebookNode:
    """Return the instructor's notebook, with nbgrader's metadata and the right answers."""
    return _nbgrader_notebook(
        assignment,
        {
            name: f"### BEGIN SOLUTION\n{answer}### END SOLUTION"
            for name, answer in assignment.reference.items()
        },
    )


def nbgrader_submission(assignment: Assignment, answers: Mapping[str, str]) -> NotebookNode:
    """Return what a student submits: the release, with the answers filled in."""
    return _nbgrader_notebook(assignment, answers)


def otter_submission(assignment: Assignment, answers: Mapping[str, str]) -> NotebookNode:
    """Return the same for Otter, whose tests are in separate files."""
    code = [assignment.setup, *(answers.get(e.name, STUB) for e in assignment.exercises)]
    cells = [new_code_cell(source, id=f"cell-{index}") for index, source in enumerate(code)]
    return new_notebook(cells=cells, metadata=KERNEL)


def otter_test(exercise: Exercise) -> str:
    """Return Otter's test file of an exercise: the same code, in the student's namespace."""
    return (
        "from otter.test_files import test_case\n\n"
        "OK_FORMAT = False\n"
        f"name = {exercise.name!r}\n"
        f"points = {exercise.points}\n\n"
        f"CODE = {exercise.test!r}\n\n\n"
        f"@test_case(points={exercise.points}, hidden=True)\n"
        "def test_it(env):\n"
        '    exec(compile(CODE, name, "exec"), env)\n'
    )


def _nbgrader_notebook(assignment: Assignment, answers: Mapping[str, str]) -> NotebookNode:
    cells = [_cell(assignment.setup, "set_up", locked=True)]
    for exercise in assignment.exercises:
        cells.append(_cell(answers.get(exercise.name, STUB), exercise.name, solution=True))
        marks = {"grade": True, "locked": True, "points": exercise.points}
        cells.append(_cell(exercise.test, f"test_{exercise.name}", **marks))
    return new_notebook(cells=cells, metadata=KERNEL)


def _cell(source: str, grade_id: str, **marks: Any) -> NotebookNode:
    defaults = {"grade": False, "locked": False, "solution": False, "task": False}
    nbgrader = {"grade_id": grade_id, "schema_version": 3, **defaults, **marks}
    return new_code_cell(source, id=grade_id.replace("_", "-"), metadata={"nbgrader": nbgrader})
