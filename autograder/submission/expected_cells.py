"""What the trusted source, and the release made from it, say about each cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.models import CellRole
from autograder.notebook.cells import grade_id_of, marks_of, role_of
from autograder.submission.released import released_text


@dataclass(frozen=True)
class ExpectedCell:
    """One cell of the source, as far as it takes to recognise the student's copy of it.

    `after` and `passed` say where it lies: the grade id of the known cell before it (its own,
    if it has one), and how many cells without a grade id follow that one up to it.
    """

    index: int
    kind: str
    role: CellRole
    grade_id: str | None
    cell_id: str | None
    released: str
    marks: Mapping[str, Any]
    after: str | None
    passed: int

    @property
    def is_answer(self) -> bool:
        """Whether its text is the student's to write."""
        return self.role in (CellRole.ANSWER, CellRole.WRITTEN)


def expected_cells(source: NotebookNode, release: NotebookNode | None) -> tuple[ExpectedCell, ...]:
    """Return the cells of `source`, with the texts that `release` gave to students."""
    given = {grade_id_of(cell): cell for cell in release.cells} if release else {}
    cells: list[ExpectedCell] = []
    after, passed = None, 0
    for index, cell in enumerate(source.cells):
        grade_id = grade_id_of(cell)
        after, passed = (grade_id, 0) if grade_id else (after, passed + 1)
        released = given.get(grade_id) if grade_id else None
        cells.append(
            ExpectedCell(
                index=index,
                kind=cell.cell_type,
                role=role_of(cell),
                grade_id=grade_id,
                cell_id=cell.get("id"),
                released=released.source if released else released_text(cell),
                marks=marks_of(released or cell),
                after=after,
                passed=passed,
            )
        )
    return tuple(cells)
