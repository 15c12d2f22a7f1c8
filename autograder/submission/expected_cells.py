"""List the cells that students were given, from the trusted source and the release."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.models import CellRole
from autograder.notebook.cells import grade_id_of, marks_of, role_of
from autograder.notebook.markers import Region, has_region, replace_region

_CODE_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
_TEXT_STUB = ("YOUR ANSWER HERE",)


@dataclass(frozen=True)
class ExpectedCell:
    """One cell of the source, with what is needed to recognize the student's copy of it.

    index               of the cell in the source
    kind                "code", "markdown" or "raw"
    released            its text in the release
    marks               its nbgrader metadata in the release
    after               the grade id of the nearest cell above that has one, or its own
    n_unmarked_before   how many cells without a grade id follow that cell, this one included
    """

    index: int
    kind: str
    role: CellRole
    grade_id: str | None
    cell_id: str | None
    released: str
    marks: Mapping[str, Any]
    after: str | None
    n_unmarked_before: int

    @property
    def is_answer(self) -> bool:
        """Whether its text is the student's to write."""
        return self.role in (CellRole.ANSWER, CellRole.WRITTEN)


def expected_cells(source: NotebookNode, release: NotebookNode | None) -> tuple[ExpectedCell, ...]:
    """Return the cells of the source, with their texts in the release.

    Without a release, these texts are derived from the source.
    """
    by_id = {grade_id_of(cell): cell for cell in release.cells} if release else {}
    cells: list[ExpectedCell] = []
    after, n_unmarked = None, 0
    for index, cell in enumerate(source.cells):
        grade_id = grade_id_of(cell)
        after, n_unmarked = (grade_id, 0) if grade_id else (after, n_unmarked + 1)
        released = by_id.get(grade_id) if grade_id else None
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
                n_unmarked_before=n_unmarked,
            )
        )
    return tuple(cells)


def released_text(cell: NotebookNode) -> str:
    """Return the text that nbgrader gives students for a cell of the source.

    Hidden tests and mark schemes are removed. In a solution cell, stubs replace the solutions; if
    none is marked, a stub replaces the whole text.
    """
    text = str(cell.source)
    for region in (Region.HIDDEN_TESTS, Region.MARK_SCHEME):
        text = replace_region(text, region)
    if not cell.metadata.get("nbgrader", {}).get("solution"):
        return text
    stub = _CODE_STUB if cell.cell_type == "code" else _TEXT_STUB
    if has_region(text, Region.SOLUTION):
        return replace_region(text, Region.SOLUTION, *stub)
    return "\n".join(stub)
