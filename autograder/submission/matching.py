"""Match submitted cells with the cells that students were given.

Cells with a grade id are matched by it, or by their notebook id if a program removed the metadata.
The source's other cells are matched by their text, or by their notebook id if the student edited
them. The remaining cells are those that the student added.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from autograder.models import CellRole
from autograder.notebook.cells import grade_id_of, marks_of, role_of
from autograder.notebook.source_code import (
    Region,
    comparable,
    has_region,
    replace_region,
)
from autograder.submission.reading import SubmittedCell

CODE_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
TEXT_STUB = ("YOUR ANSWER HERE",)


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

    @property
    def is_written_question(self) -> bool:
        """Whether a person marks text that the student writes in it, or below it (a task)."""
        return self.role is CellRole.WRITTEN or bool(self.marks.get("task"))


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
    stub = CODE_STUB if cell.cell_type == "code" else TEXT_STUB
    if has_region(text, Region.SOLUTION):
        return replace_region(text, Region.SOLUTION, *stub)
    return "\n".join(stub)


@dataclass(frozen=True)
class PlacedCell:
    """A submitted cell, and what it is.

    original   the expected cell that it is; None if the student added it
    is_copy    whether an earlier cell has its grade id, so that this one is an added cell
    after      the index of the expected cell that it is, or else that is before it (-1: none)
    """

    cell: SubmittedCell
    original: ExpectedCell | None
    is_copy: bool
    after: int

    @property
    def is_added(self) -> bool:
        """Whether it is the student's own; copies of test cells are ignored."""
        if self.is_copy and self.original is not None:
            return self.original.role is not CellRole.TEST
        return self.original is None


@dataclass
class Matching:
    """Which submitted cell is which expected cell.

    placed    all cells, in the order of the submission
    first     the first cell of each grade id, in the order of the submission
    copies    how many more cells have that grade id
    unknown   grade ids that no expected cell has
    """

    placed: list[PlacedCell] = field(default_factory=list)
    first: dict[str, SubmittedCell] = field(default_factory=dict)
    copies: dict[str, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def match(cells: Iterable[SubmittedCell], expected: Sequence[ExpectedCell]) -> Matching:
    """Match each submitted cell with an expected cell, or with none.

    If several cells have one grade id, the first counts. The others are added cells, because they
    ran as such in the student's notebook; copies of test cells are ignored.
    """
    cells = tuple(cells)
    known = {cell.grade_id: cell for cell in expected if cell.grade_id}
    present = {cell.grade_id for cell in cells}
    lost = {
        cell.cell_id: cell
        for cell in known.values()
        if cell.cell_id and cell.grade_id not in present
    }
    unmarked = _Unmarked(expected)
    found = Matching()
    index = -1  # of the last expected cell that was found
    for cell in cells:
        original = known.get(cell.grade_id) if cell.grade_id else lost.get(cell.cell_id or "")
        is_copy = False
        if original and original.grade_id and original.grade_id not in found.first:
            found.first[original.grade_id] = cell
            index = original.index
        elif original and original.grade_id:
            found.copies[original.grade_id] = found.copies.get(original.grade_id, 0) + 1
            is_copy = True
        elif (original := unmarked.find(cell, index)) is not None:
            index = original.index
        elif cell.grade_id:
            found.unknown.append(cell.grade_id)
        found.placed.append(PlacedCell(cell, original, is_copy, index))
    return found


class _Unmarked:
    """The expected cells without a grade id, found by text or by notebook id."""

    def __init__(self, expected: Sequence[ExpectedCell]) -> None:
        self._by_id: dict[str, ExpectedCell] = {}
        self._by_text: dict[tuple[str, str], list[ExpectedCell]] = {}
        for cell in expected:
            if cell.grade_id is None:
                self._by_text.setdefault((cell.kind, comparable(cell.released)), []).append(cell)
                if cell.cell_id:
                    self._by_id[cell.cell_id] = cell

    def find(self, cell: SubmittedCell, index: int) -> ExpectedCell | None:
        """Return the cell that a submitted cell is; of several with the same text, the next one."""
        same = self._by_text.get((cell.kind, comparable(cell.source)), [])
        if same:
            return next((original for original in same if original.index > index), same[-1])
        original = self._by_id.get(cell.cell_id or "")
        return original if original and original.kind == cell.kind else None
