"""Read the test cells of an exam notebook, with what the examiner must know of each."""

from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.models import CellRole
from autograder.notebook.cells import ExpectedKinds, exam_cell, exam_metadata, exercise_of
from autograder.notebook.markers import Region, has_region


@dataclass(frozen=True)
class TestCell:
    """One test cell: the student's names, and what right answers returned at each line."""

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

    def task(self) -> dict[str, Any]:
        """Return what is sent to the examiner."""
        return {
            "grade_id": self.grade_id,
            "points": self.points,
            "source": self.source,
            "names": list(self.names),
            "expected_kinds": dict(self.expected_kinds),
        }


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
