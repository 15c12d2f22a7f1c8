"""Finds out which submitted cell is which trusted cell.

Cells with a grade id are known by it. The source's other cells, which have none, are known by
their text, or by their notebook id when the student edited them. What is left, the student added.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from autograder.models import CellRole
from autograder.submission.expected_cells import ExpectedCell
from autograder.submission.reading import SubmittedCell
from autograder.submission.released import comparable, same_text


@dataclass
class Matching:
    """Which cell is which. `place` counts trusted cells: -1 is before the first."""

    first: dict[str, SubmittedCell] = field(default_factory=dict)  # by grade id, as they came
    copies: dict[str, int] = field(default_factory=dict)  # grade id: how many more of it
    added: list[tuple[int, SubmittedCell]] = field(default_factory=list)  # place, cell
    unknown: list[str] = field(default_factory=list)  # grade ids of no trusted cell


def match(cells: Iterable[SubmittedCell], trusted: Sequence[ExpectedCell]) -> Matching:
    """Walk through the submitted cells and say what each of them is.

    Of several cells with one grade id the first counts. The others are added cells, as they
    were for the student; copies of test cells are nothing.
    """
    known = {cell.grade_id: cell for cell in trusted if cell.grade_id}
    unmarked = _Unmarked(trusted)
    found = Matching()
    place = -1
    for cell in cells:
        twin = known.get(cell.grade_id or "")
        if twin and twin.grade_id and twin.grade_id not in found.first:
            found.first[twin.grade_id] = cell
            place = twin.index
        elif twin and twin.grade_id:
            found.copies[twin.grade_id] = found.copies.get(twin.grade_id, 0) + 1
            if twin.role is not CellRole.TEST:
                found.added.append((place, cell))
        elif (twin := unmarked.twin_of(cell, place)) is not None:
            place = twin.index
            if twin.kind == "code" and not same_text(cell.source, twin.released):
                found.added.append((place, cell))
        else:
            found.added.append((place, cell))
            if cell.grade_id:
                found.unknown.append(cell.grade_id)
    found.added = [(place, cell) for place, cell in found.added if _says_something(cell)]
    return found


def _says_something(cell: SubmittedCell) -> bool:
    return cell.kind in ("code", "markdown") and bool(cell.source.strip())


class _Unmarked:
    """The source's cells without a grade id, to be looked up by text or notebook id."""

    def __init__(self, trusted: Sequence[ExpectedCell]) -> None:
        self._by_id: dict[str, ExpectedCell] = {}
        self._by_text: dict[tuple[str, str], list[ExpectedCell]] = {}
        for cell in trusted:
            if cell.grade_id is None:
                self._by_text.setdefault((cell.kind, comparable(cell.released)), []).append(cell)
                if cell.cell_id:
                    self._by_id[cell.cell_id] = cell

    def twin_of(self, cell: SubmittedCell, place: int) -> ExpectedCell | None:
        """Return the trusted cell that this one is: of several with one text, the next."""
        twins = self._by_text.get((cell.kind, comparable(cell.source)), [])
        if twins:
            return next((twin for twin in twins if twin.index > place), twins[-1])
        twin = self._by_id.get(cell.cell_id or "")
        return twin if twin and twin.kind == cell.kind else None
