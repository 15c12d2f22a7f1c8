"""Find text that a student wrote outside the answer cells, and the question that it belongs to.

Students write below the answer cell, into the prompt above it, or into a new code cell. They split
and merge cells, and programs remove the metadata that marks a cell. Such text is never lost: what
is beside a written question belongs to it, so that a person reads it. Text that is beside no
question is a note.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from autograder.models import CellRole
from autograder.notebook.source_code import comparable, parse, strip_magics
from autograder.submission.matching import CODE_STUB, TEXT_STUB, ExpectedCell, Matching, PlacedCell

_STUBS = (*TEXT_STUB, *CODE_STUB)


@dataclass(frozen=True)
class OutsideText:
    """Text outside the answer cells.

    source     the text
    position   the index of the submitted cell that it is in; of merged text, one after the last
    after      the index of the expected cell that it is, or that is before it
    question   the grade id of the written question that it belongs to; None for a note
    is_code    whether it is in a code cell, which runs where it is
    """

    source: str
    position: int
    after: int
    question: str | None
    is_code: bool = False


def outside_texts(found: Matching, expected: Sequence[ExpectedCell]) -> tuple[OutsideText, ...]:
    """Return the text outside the answer cells, in the order of the submission."""
    return tuple(_Reader(found, expected).texts())


@dataclass
class _Reader:
    found: Matching
    expected: Sequence[ExpectedCell]
    released: frozenset[str] = field(init=False)
    unanswered: frozenset[str | None] = field(init=False)

    def __post_init__(self) -> None:
        self.released = frozenset(comparable(cell.released) for cell in self.expected)
        self.unanswered = frozenset(
            cell.grade_id
            for cell in self.expected
            if cell.is_written_question and self._is_unanswered(cell)
        )

    def texts(self) -> list[OutsideText]:
        placed = self.found.placed
        neighbors = enumerate(_neighbors(placed))
        found = [self._text_of(placed[at], *nearest, at) for at, nearest in neighbors]
        texts = [text for text in found if text is not None and self._is_theirs(text.source)]
        for cell in self.expected:
            is_deleted = cell.is_written_question and cell.grade_id not in self.found.first
            if not is_deleted or any(text.question == cell.grade_id for text in texts):
                continue
            if part := self._merged(cell):
                texts.append(OutsideText(part, len(placed) + len(texts), cell.index, cell.grade_id))
            else:  # it may have been moved
                texts = [
                    replace(text, question=cell.grade_id)
                    if text.question is None and text.after > cell.index
                    else text
                    for text in texts
                ]
        return texts

    def _text_of(
        self,
        placed: PlacedCell,
        above: ExpectedCell | None,
        below: ExpectedCell | None,
        position: int,
    ) -> OutsideText | None:
        original, source = placed.original, placed.cell.source
        if placed.is_added:
            is_copy = original is not None and original.is_written_question
            question = original if is_copy else self._between(above, below)
            is_code = placed.cell.kind == "code"
            if is_code and (question is None or not _is_prose(source)):
                return None
        elif original is not None and original.role is CellRole.PROSE:
            question, is_code = self._of_prose(original), False
            released = original.released.strip()
            if question is None and released not in source:
                return None  # the student changed a text that belongs to no question
            source = source.replace(released, "", 1)
        else:
            return None
        grade_id = question.grade_id if question is not None else None
        return OutsideText(source.strip("\n"), position, placed.after, grade_id, is_code)

    def _is_theirs(self, source: str) -> bool:
        return bool(source.strip()) and comparable(source) not in self.released

    def _between(
        self, above: ExpectedCell | None, below: ExpectedCell | None
    ) -> ExpectedCell | None:
        """Return the question that text between two expected cells belongs to."""
        for neighbor in (above, below):
            if neighbor is not None and neighbor.is_written_question:
                return neighbor
        first = above.index + 1 if above is not None else 0
        last = below.index if below is not None else len(self.expected)
        deleted = (cell for cell in self.expected[first:last] if cell.is_written_question)
        return next(deleted, None) or self._unanswered_near(first - 1, last)

    def _of_prose(self, prose: ExpectedCell) -> ExpectedCell | None:
        """Return the question that the edited text of a prose cell belongs to."""
        if prose.is_written_question:
            return prose
        after = (cell for cell in self.expected[prose.index + 1 :] if not _is_text(cell))
        before = self.expected[prose.index - 1] if prose.index > 0 else None
        for neighbor in (next(after, None), before):
            if neighbor is not None and neighbor.is_written_question:
                return neighbor
        return self._unanswered_near(prose.index, prose.index)

    def _unanswered_near(self, first: int, last: int) -> ExpectedCell | None:
        """Return the nearest question above or below; None if it is answered, or code is nearer.

        A text that is farther from its question than the next cell is more likely a note, so it is
        taken for the answer only where there is no other.
        """
        for direction in (reversed(self.expected[: first + 1]), self.expected[max(last, 0) :]):
            nearest = next((cell for cell in direction if _has_answer(cell)), None)
            if nearest and nearest.is_written_question and nearest.grade_id in self.unanswered:
                return nearest
        return None

    def _is_unanswered(self, cell: ExpectedCell) -> bool:
        submitted = self.found.first.get(cell.grade_id or "")
        if submitted is None or not submitted.source.strip():
            return True
        return comparable(submitted.source) == comparable(cell.released)

    def _merged(self, deleted: ExpectedCell) -> str:
        """Return the text of a question that was merged into the answer above it."""
        for cell in reversed(self.expected[: deleted.index]):
            if cell.role is CellRole.WRITTEN and cell.grade_id in self.found.first:
                return self._part(self.found.first[cell.grade_id].source, cell, deleted)
            if not _is_text(cell):
                break
        return ""

    def _part(self, text: str, above: ExpectedCell, deleted: ExpectedCell) -> str:
        if above.grade_id in self.unanswered:
            return ""
        lines = (line.strip() for line in deleted.released.split("\n"))
        prompt = next((line for line in lines if line and line not in _STUBS), "")
        if prompt not in text:
            return ""
        part = text[text.rindex(prompt) :] if prompt else text
        return part if self._is_theirs(part) else ""


def _neighbors(
    placed: Sequence[PlacedCell],
) -> Iterator[tuple[ExpectedCell | None, ExpectedCell | None]]:
    """Yield for each cell the expected cells that are above and below it in the submission."""
    originals = [None, *(None if one.is_copy else one.original for one in placed), None]
    above = list(accumulate(originals, _latest))
    below = list(accumulate(reversed(originals), _latest))[::-1]
    return zip(above[:-2], below[2:], strict=True)


def _latest(nearest: ExpectedCell | None, cell: ExpectedCell | None) -> ExpectedCell | None:
    return nearest if cell is None else cell


def _is_text(cell: ExpectedCell) -> bool:
    return cell.role is CellRole.PROSE and not cell.is_written_question


def _has_answer(cell: ExpectedCell) -> bool:
    return cell.is_answer or cell.is_written_question or cell.role is CellRole.TEST


def _is_prose(source: str) -> bool:
    """Return whether a code cell has words instead of code: comments, strings, or no Python."""
    try:
        body = parse(strip_magics(source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return all(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for node in body
    )
