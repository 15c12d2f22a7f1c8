"""The test cells of a paper, with what the examiner must know of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

HIDDEN = "### BEGIN HIDDEN TESTS"


@dataclass(frozen=True)
class TestCell:
    """One test cell: `names` are the student's, `due` what was plain data at each line of it."""

    index: int
    grade_id: str
    points: float
    source: str
    exercise: str
    names: tuple[str, ...]
    expected_kinds: Mapping[str, list[str]]

    @property
    def has_hidden(self) -> bool:
        """Whether a part of the cell is hidden from students."""
        return HIDDEN in self.source

    def task(self) -> dict[str, Any]:
        """Return what the examiner is told."""
        return {
            "grade_id": self.grade_id,
            "points": self.points,
            "source": self.source,
            "names": list(self.names),
            "expected_kinds": dict(self.expected_kinds),
        }


def read_test_cells(exam_notebook: NotebookNode) -> tuple[TestCell, ...]:
    """Return the test cells of a paper, in order.

    The student's names are those that the reference's answer cells assign, as the paper keeps
    them; nothing in a submission can add one.
    """
    names = tuple(exam_notebook.metadata["exam"].get("names", ()))
    found = []
    for index, cell in enumerate(exam_notebook.cells):
        exam = cell.metadata.get("exam", {})
        if exam.get("role") == "test":
            found.append(
                TestCell(
                    index,
                    exam["grade_id"],
                    float(exam["points"]),
                    cell.source,
                    str(cell.metadata.get("dlcourse", {}).get("exercise", "")),
                    names,
                    exam.get("expected_kinds", {}),
                )
            )
    return tuple(found)
