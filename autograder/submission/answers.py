"""Extract the answers of a submission: untrusted cells in, plain text by grade id out.

`reading` turns the file into cells, and `matching` assigns them to the cells that students were
given. Only source text of a submission is used from here on: no metadata, tags or outputs, and
nothing of its locked cells and test cells. How a submission differs from the release is reported
in findings.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nbformat import NotebookNode

from autograder.models import AddedCell, Answers, CellRole, Finding, FindingKind
from autograder.notebook.source_code import same_text
from autograder.submission.matching import ExpectedCell, Matching, expected_cells, match
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
    return Answers(
        cells=answers,
        added=tuple(_added(found, expected)),
        findings=findings_of(found, expected) + _omitted(found),
        unanswered=frozenset(_unanswered(answers, expected)),
    )


def no_answers(source: NotebookNode) -> Answers:
    """Return the answers of a student who submitted no readable notebook."""
    ids = (cell.grade_id for cell in expected_cells(source, None) if cell.is_answer)
    return Answers(cells={}, unanswered=frozenset(filter(None, ids)))


def _added(found: Matching, expected: Sequence[ExpectedCell]) -> Iterator[AddedCell]:
    for index, cell in found.added[:MAX_ADDED]:
        before = expected[index] if index >= 0 else None
        yield AddedCell(
            after=before.after if before else None,
            source=cell.source,
            cell_type="code" if cell.kind == "code" else "markdown",
            n_unmarked_before=before.n_unmarked_before if before else 0,
        )


def _omitted(found: Matching) -> tuple[Finding, ...]:
    if len(found.added) <= MAX_ADDED:
        return ()
    message = f"The student added {len(found.added):,} cells; the first {MAX_ADDED:,} were used."
    return (Finding(FindingKind.TOO_MANY_CELLS, message),)


def _unanswered(answers: dict[str, str], expected: Sequence[ExpectedCell]) -> Iterator[str]:
    for cell in expected:
        if cell.is_answer and cell.grade_id:
            text = answers.get(cell.grade_id, "")
            if not text.strip() or same_text(text, cell.released):
                yield cell.grade_id


# --- findings ------------------------------------------------------------------------------------


def findings_of(found: Matching, expected: Sequence[ExpectedCell]) -> tuple[Finding, ...]:
    """Return the findings about a submission, in the order of the expected cells."""
    known = [cell for cell in expected if cell.grade_id]
    if known and not found.first:
        return (_nothing_known(known),)
    findings = [finding for cell in known for finding in _about(cell, found)]
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


def _about(cell: ExpectedCell, found: Matching) -> Iterator[Finding]:
    grade_id = cell.grade_id or ""
    submitted = found.first.get(grade_id)
    if submitted is None:
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
    for _, cell in found.added:
        if cell.problem:
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
