"""Extract the answers of a submission: untrusted cells in, plain text by grade id out.

`reading` turns the file into cells, and `matching` assigns them to the cells that students were
given. Only source text of a submission is used from here on: no metadata, tags or outputs, and
nothing of its locked cells and test cells. How a submission differs from the release is reported
in findings.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from nbformat import NotebookNode

from autograder.models import AddedCell, Answers, CellRole, Finding, FindingKind
from autograder.notebook.source_code import same_text
from autograder.submission.matching import (
    ExpectedCell,
    Matching,
    PlacedCell,
    expected_cells,
    match,
)
from autograder.submission.outside_text import OutsideText, outside_texts
from autograder.submission.reading import SubmittedCell

MAX_ADDED = 1_000
MAX_FINDINGS = 100
_SKIP = ("skip-execution", "skip_execution")


def answers_in(
    cells: Iterable[SubmittedCell], source: NotebookNode, *, release: NotebookNode | None = None
) -> Answers:
    """Return the answers in the cells of a submitted notebook.

    Parameters
    ----------
    cells
        The submitted cells, as `parse_cells` returns them.
    source
        The trusted notebook that the assignment was made from.
    release
        The notebook that students were given. Without it, the release is derived from the source.
    """
    expected = expected_cells(source, release)
    found = match(cells, expected)
    answers = {
        cell.grade_id: found.first[cell.grade_id].source
        for cell in expected
        if cell.is_answer and cell.grade_id in found.first
    }
    outside = outside_texts(found, expected)
    beside = Counter(text.question for text in outside if text.question)
    added = list(_added(found, expected, outside))
    return Answers(
        cells=answers,
        added=tuple(added[:MAX_ADDED]),
        findings=findings_of(found, expected, beside) + _omitted(len(added)),
        unanswered=frozenset(_unanswered(answers, expected)) - set(beside),
    )


def no_answers(source: NotebookNode) -> Answers:
    """Return the answers of a student who submitted no readable notebook."""
    ids = (cell.grade_id for cell in expected_cells(source, None) if cell.is_answer)
    return Answers(cells={}, unanswered=frozenset(filter(None, ids)))


def _added(
    found: Matching, expected: Sequence[ExpectedCell], outside: Iterable[OutsideText]
) -> Iterator[AddedCell]:
    """Yield the code and the text that the student added, and unmarked code that was edited."""
    texts = {text.position: text for text in outside if not text.is_code}
    for position, placed in enumerate(found.placed):
        text = texts.pop(position, None)
        if text is not None:
            yield _added_text(text, expected)
        elif _is_added_code(placed):
            yield _added_cell(placed.cell.source, "code", placed.after, expected)
    for text in texts.values():
        yield _added_text(text, expected)


def _is_added_code(placed: PlacedCell) -> bool:
    cell, original = placed.cell, placed.original
    if cell.kind != "code" or not cell.source.strip():
        return False
    if placed.is_added or original is None:
        return placed.is_added
    return original.grade_id is None and not same_text(cell.source, original.released)


def _added_text(text: OutsideText, expected: Sequence[ExpectedCell]) -> AddedCell:
    if text.question:
        return AddedCell(text.question, text.source, "markdown", is_beside=True)
    return _added_cell(text.source, "markdown", text.after, expected)


def _added_cell(
    source: str,
    cell_type: Literal["code", "markdown"],
    after: int,
    expected: Sequence[ExpectedCell],
) -> AddedCell:
    before = expected[after] if after >= 0 else None
    return AddedCell(
        after=before.after if before else None,
        source=source,
        cell_type=cell_type,
        n_unmarked_before=before.n_unmarked_before if before else 0,
    )


def _omitted(added: int) -> tuple[Finding, ...]:
    if added <= MAX_ADDED:
        return ()
    message = f"The student added {added:,} cells; the first {MAX_ADDED:,} were used."
    return (Finding(FindingKind.TOO_MANY_CELLS, message),)


def _unanswered(answers: dict[str, str], expected: Sequence[ExpectedCell]) -> Iterator[str]:
    for cell in expected:
        if cell.is_answer and cell.grade_id:
            text = answers.get(cell.grade_id, "")
            if not text.strip() or same_text(text, cell.released):
                yield cell.grade_id


# --- findings ------------------------------------------------------------------------------------


def findings_of(
    found: Matching, expected: Sequence[ExpectedCell], beside: Mapping[str, int]
) -> tuple[Finding, ...]:
    """Return the findings about a submission, in the order of the expected cells.

    `beside` is in how many other cells there is text that belongs to a written question.
    """
    known = [cell for cell in expected if cell.grade_id]
    if known and not found.first:
        return (_nothing_known(known),)
    findings = [finding for cell in known for finding in _about(cell, found, beside)]
    findings += _about_order(found, known)
    findings += _about_added(found)
    if len(findings) > MAX_FINDINGS:
        more = len(findings) - MAX_FINDINGS
        findings[MAX_FINDINGS:] = [
            Finding(FindingKind.MORE_FINDINGS, f"There are {more:,} more findings.")
        ]
    return tuple(findings)


def _nothing_known(known: Sequence[ExpectedCell]) -> Finding:
    return Finding(
        FindingKind.NO_KNOWN_CELLS,
        f"None of the {len(known)} cells with a grade id is in this notebook. It was made from "
        "another file, or saved by a program that removes the cells' metadata.",
    )


def _about(cell: ExpectedCell, found: Matching, beside: Mapping[str, int]) -> Iterator[Finding]:
    grade_id = cell.grade_id or ""
    submitted = found.first.get(grade_id)
    if grade_id in beside and cell.role is CellRole.WRITTEN:
        yield _outside(cell, submitted is None, beside[grade_id])
    if submitted is None:
        if grade_id in beside:
            return
        if cell.is_answer:
            yield _finding(
                FindingKind.DELETED_ANSWER_CELL, cell, "was deleted; it counts as an empty answer."
            )
        elif cell.role is CellRole.TEST:
            yield _finding(
                FindingKind.DELETED_TEST_CELL, cell, "was deleted; the original was used."
            )
        return
    yield from _about_text(cell, submitted)
    yield from _about_metadata(cell, submitted)
    if copies := found.copies.get(grade_id):
        use = "are not used" if cell.role is CellRole.TEST else "run as added cells"
        yield _finding(
            FindingKind.DUPLICATE_CELL,
            cell,
            f"occurs {copies + 1} times; the first one counts, the others {use}.",
        )


def _outside(cell: ExpectedCell, is_deleted: bool, count: int) -> Finding:
    state = "was deleted, but there" if is_deleted else "is not all: there"
    cells = "another cell" if count == 1 else f"{count} other cells"
    return _finding(
        FindingKind.TEXT_OUTSIDE_ANSWER,
        cell,
        f"{state} is text of the student's in {cells}. It is shown beside the answer. "
        "Mark it by hand.",
    )


def _about_text(cell: ExpectedCell, submitted: SubmittedCell) -> Iterator[Finding]:
    if submitted.problem and cell.is_answer:
        yield _finding(
            FindingKind.UNREADABLE_TEXT,
            cell,
            f"has a text that could not be used as it is: {submitted.problem}.",
        )
    if submitted.attachments and cell.role is CellRole.WRITTEN:
        yield _finding(
            FindingKind.DROPPED_ATTACHMENT,
            cell,
            "contains pasted images, which are not copied; see the submitted file.",
        )
    if cell.is_answer or same_text(submitted.source, cell.released):
        return
    if cell.role is CellRole.TEST:
        yield _finding(FindingKind.FORGED_TEST_CELL, cell, "was edited; the original was used.")
    elif cell.kind == "code":
        yield _finding(FindingKind.EDITED_LOCKED_CELL, cell, "was edited; the original was used.")


def _about_metadata(cell: ExpectedCell, submitted: SubmittedCell) -> Iterator[Finding]:
    if submitted.kind != cell.kind:
        use = "its text still counts" if cell.is_answer else "the original was used"
        kind = _quoted(submitted.kind)
        yield _finding(
            FindingKind.CHANGED_CELL_TYPE, cell, f"was changed from {cell.kind} to {kind}; {use}."
        )
    if submitted.grade_id is None:
        yield _finding(
            FindingKind.CHANGED_METADATA, cell, "lost its metadata; it was recognized by its id."
        )
    flags = submitted.flags or {}
    for key in ("points", "grade", "solution", "locked", "task"):
        if key in flags and key in cell.marks and not _same(flags[key], cell.marks[key]):
            change = f"has {key} = {_quoted(flags[key])} instead of {cell.marks[key]!r}"
            yield _finding(FindingKind.CHANGED_METADATA, cell, f"{change}; metadata is not used.")
    if any(tag in _SKIP for tag in submitted.tags):
        yield _finding(
            FindingKind.SKIP_EXECUTION_TAG,
            cell,
            "has a tag to skip its execution; tags are not used.",
        )


def _about_order(found: Matching, known: Sequence[ExpectedCell]) -> Iterator[Finding]:
    indices = {cell.grade_id: cell.index for cell in known}
    order = [indices[grade_id] for grade_id in found.first]
    if order != sorted(order):
        yield Finding(
            FindingKind.REORDERED_CELLS,
            "The cells were moved; the order of the source was used.",
        )


def _about_added(found: Matching) -> Iterator[Finding]:
    for grade_id in found.unknown:
        message = f"A cell has the grade id {_quoted(grade_id)}, which no cell of the source has."
        yield Finding(FindingKind.UNKNOWN_GRADE_ID, message)
    for placed in found.placed:
        cell = placed.cell
        if placed.is_added and cell.problem:
            yield Finding(
                FindingKind.UNREADABLE_TEXT,
                f"The text of an added cell could not be used as it is: {cell.problem}.",
            )


def _finding(kind: FindingKind, cell: ExpectedCell, what: str) -> Finding:
    name = {CellRole.TEST: "test", CellRole.ANSWER: "answer", CellRole.WRITTEN: "answer"}.get(
        cell.role, "locked"
    )
    return Finding(kind, f"The {name} cell {cell.grade_id} {what}", cell.grade_id)


def _same(claimed: Any, actual: Any) -> bool:
    if isinstance(actual, bool):
        return claimed is actual
    if isinstance(claimed, int | float) and isinstance(actual, int | float):
        return math.isclose(claimed, actual)
    return bool(claimed == actual)


def _quoted(claim: Any) -> str:
    """Return an untrusted value as short printable text."""
    text = ascii(claim) if isinstance(claim, str | int | float | bool | None) else "(a collection)"
    return text if len(text) <= 60 else f"{text[:57]}..."
