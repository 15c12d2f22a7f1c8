"""A graded notebook with three questions, written by hand."""

from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.models import CellRole, Submission, Verdict, VerdictState
from autograder.notebook.cells import ExamCell, exam_cell, set_exam_cell

HIDDEN = "### BEGIN HIDDEN TESTS\nassert step(12345.678) == 1\n### END HIDDEN TESTS"


def cell_of(role, source, grade_id=None, points=None, verdict=None, outputs=()):
    new = new_markdown_cell if role in ("prose", "written") else new_code_cell
    cell = new(source, id=f"{role}-{grade_id or abs(hash(source)) % 10**6}")
    set_exam_cell(cell, ExamCell(CellRole(role), grade_id, points or 0.0, verdict=verdict))
    if grade_id:
        cell.metadata["nbgrader"] = {"grade_id": grade_id, "points": points}
    if new is new_code_cell:
        cell.outputs = list(outputs)
    return cell


def released(cell):
    """The cell as it was released."""
    copy = NotebookNode(cell)
    copy.source = cell.source.replace(HIDDEN, "")
    if exam_cell(cell).role in ("answer", "written"):
        copy.source = "raise NotImplementedError()"
    return copy


@pytest.fixture
def verdict():
    """The verdict of the first question, which tests replace."""
    return Verdict(
        "test_step", 4, VerdictState.FAILED, reason="step of 0: it should be 1.", details="SECRET"
    )


@pytest.fixture
def graded(verdict):
    """A graded notebook and its release; all test cells have hidden tests."""
    visible = "assert step(1.0) == 1\n"
    passed = Verdict("test_sign", 6, VerdictState.PASSED, points=6)
    printed = [new_output("stream", text="printed <b>early</b>\n")]
    after = [new_output("stream", text="12345.678 was the input\n")]
    examined = new_notebook(
        cells=[
            cell_of("prose", "# Week 1: a first unit\n\nIt adds up $w x$."),
            cell_of("setup", "import numpy as np"),
            cell_of("prose", "## Exercise 1. The step · 4 points"),
            cell_of("answer", "def step(z):\n    return z > 0", "step", outputs=printed),
            cell_of("test", visible + HIDDEN, "test_step", 4, verdict),
            cell_of("prose", "## Exercise 2. The sign · 6 points"),
            cell_of("answer", "def sign(z):\n    return 1", "sign", outputs=after),
            cell_of("added", "helper = 1", outputs=after),
            cell_of("test", "assert sign(1.0) == 1\n" + HIDDEN, "test_sign", 6, passed),
            cell_of("prose", "## Exercise 3. Why?"),
            cell_of("written", "Because **four** clash.<script>alert(1)</script>", "why", 5),
        ]
    )
    released_cells = [released(cell) for cell in examined.cells if cell.source != "helper = 1"]
    return examined, new_notebook(cells=released_cells)


@pytest.fixture
def submission():
    return Submission("student01", "week01", "perceptron", Path("perceptron.ipynb"))
