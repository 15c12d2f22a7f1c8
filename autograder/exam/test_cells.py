"""Define the test cells of an exam notebook: what the examiner gets, and what becomes their output.

nbgrader reads the points that a test cell earned from its outputs.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nbformat import NotebookNode, v4

from autograder.models import CellRole, Verdict, VerdictState
from autograder.notebook.cells import ExpectedKinds, exam_cell, exam_metadata, exercise_of
from autograder.notebook.source_code import Region, has_region
from autograder.sandbox.limits import LimitName, recognize

TEST_ERROR_REASON = "The test itself has an error. Your instructor has been informed."
"""What a student reads when a test cell fails by an error of its own."""

_ERROR_LINE = re.compile(r"^(\w+Error): (.*)$", re.MULTILINE)  # the last line of a traceback


@dataclass(frozen=True)
class TestCell:
    """One test cell of an exam notebook.

    index            of the cell in the notebook
    exercise         that it tests; empty if it does not say
    names            the student's names
    expected_kinds   what right answers returned at each line
    """

    index: int
    grade_id: str
    points: float
    source: str
    exercise: str
    names: tuple[str, ...]
    expected_kinds: ExpectedKinds

    @property
    def has_hidden(self) -> bool:
        """Whether a part of the cell is hidden from students."""
        return has_region(self.source, Region.HIDDEN_TESTS)


@dataclass(frozen=True)
class TestTask:
    """A test cell, and the conditions under which the examiner runs it.

    seed                  of the global random generators
    is_shared_namespace   whether all test cells of the exam share one namespace
    hidden_before         whether student code has been called by a hidden test before this cell
    """

    test_cell: TestCell
    seed: int = 0
    is_shared_namespace: bool = False
    hidden_before: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "TestTask":
        """Return the task that `to_json` wrote."""
        cell = data["test_cell"]
        return cls(**{**data, "test_cell": TestCell(**{**cell, "names": tuple(cell["names"])})})


def read_test_cells(exam_notebook: NotebookNode) -> tuple[TestCell, ...]:
    """Return the test cells of an exam notebook, in order.

    The student's names are those that the reference's answer cells assign; nothing in a
    submission can add one.
    """
    names = exam_metadata(exam_notebook).names
    cells = ((index, cell, exam_cell(cell)) for index, cell in enumerate(exam_notebook.cells))
    return tuple(
        TestCell(
            index=index,
            grade_id=str(exam.grade_id),
            points=exam.points,
            source=cell.source,
            exercise=exercise_of(cell),
            names=names,
            expected_kinds=exam.expected_kinds,
        )
        for index, cell, exam in cells
        if exam.role is CellRole.TEST
    )


def outputs_of(verdict: Verdict) -> list[NotebookNode]:
    """Return the outputs of a test cell: none for full marks, a number for partial credit."""
    if verdict.passed:
        return []
    if verdict.state is VerdictState.PASSED:
        number = {"text/plain": f"{verdict.points:.12g}"}
        return [v4.new_output("execute_result", data=number, metadata={}, execution_count=None)]
    hint = f"\nHint: {verdict.hint}" if verdict.hint and verdict.hint not in verdict.reason else ""
    return [error_output(verdict.state.value, verdict.reason + hint)]


def error_output(name: str, text: str) -> NotebookNode:
    """Return an error as the output of a cell."""
    return v4.new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


def limit_in_error(verdict: Verdict) -> LimitName | None:
    """Return the limit that caused the error with which a test cell ended, or None."""
    errors = _ERROR_LINE.findall(verdict.details) if verdict.state is VerdictState.FAILED else []
    return recognize(*errors[-1]) if errors else None
