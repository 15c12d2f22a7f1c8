"""What an instructor should know about how a submission differs from the release."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from autograder.models import CellRole, Finding, FindingKind
from autograder.submission.expected_cells import ExpectedCell
from autograder.submission.matching import Matching
from autograder.submission.reading import SubmittedCell
from autograder.submission.released import same_text

MAX_FINDINGS = 100
_SKIP = ("skip-execution", "skip_execution")


def findings_of(found: Matching, trusted: Sequence[ExpectedCell]) -> tuple[Finding, ...]:
    """Return a finding for each thing of note, in the order of the trusted cells."""
    known = [cell for cell in trusted if cell.grade_id]
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
        f"None of the {len(known)} cells that were given out is in this notebook. It was made "
        "from another file, or saved by a program that drops the cells' metadata.",
    )


def _about(cell: ExpectedCell, found: Matching) -> Iterator[Finding]:
    grade_id = cell.grade_id or ""
    submitted = found.first.get(grade_id)
    if submitted is None:
        if cell.is_answer:
            yield _finding(
                FindingKind.DELETED_ANSWER_CELL, cell, "was deleted; it counts as empty."
            )
        elif cell.role is CellRole.TEST:
            yield _finding(
                FindingKind.DELETED_TEST_CELL, cell, "was deleted; the original was used."
            )
        return
    yield from _about_text(cell, submitted)
    yield from _about_metadata(cell, submitted)
    if copies := found.copies.get(grade_id):
        fate = "are not used" if cell.role is CellRole.TEST else "run as added cells"
        yield _finding(
            FindingKind.DUPLICATE_CELL,
            cell,
            f"is there {copies + 1} times; the first counts, others {fate}.",
        )


def _about_text(cell: ExpectedCell, submitted: SubmittedCell) -> Iterator[Finding]:
    if submitted.trouble and cell.is_answer:
        yield _finding(
            FindingKind.UNREADABLE_TEXT, cell, f"could not be read as it is: {submitted.trouble}."
        )
    if submitted.attachments and cell.role is CellRole.WRITTEN:
        yield _finding(
            FindingKind.DROPPED_ATTACHMENT,
            cell,
            "came with pasted pictures, which are not taken over; see the submitted file.",
        )
    if cell.is_answer or same_text(submitted.source, cell.released):
        return
    if cell.role is CellRole.TEST:
        yield _finding(FindingKind.FORGED_TEST_CELL, cell, "was edited; the original was used.")
    elif cell.kind == "code":
        yield _finding(FindingKind.EDITED_LOCKED_CELL, cell, "was edited; the original was used.")


def _about_metadata(cell: ExpectedCell, submitted: SubmittedCell) -> Iterator[Finding]:
    if submitted.kind != cell.kind:
        fate = "its text still counts" if cell.is_answer else "the original was used"
        kind = _quoted(submitted.kind)
        yield _finding(
            FindingKind.CHANGED_CELL_TYPE, cell, f"was turned from {cell.kind} into {kind}; {fate}."
        )
    flags = submitted.flags or {}
    for key in ("points", "grade", "solution", "locked", "task"):
        if key in flags and key in cell.marks and not _same(flags[key], cell.marks[key]):
            claim = f"claims {key} = {_quoted(flags[key])} instead of {cell.marks[key]!r}"
            yield _finding(FindingKind.CHANGED_METADATA, cell, f"{claim}; metadata is not used.")
    if any(tag in _SKIP for tag in submitted.tags):
        yield _finding(
            FindingKind.SKIP_EXECUTION_TAG, cell, "is tagged to be skipped; tags are not used."
        )


def _about_order(found: Matching, known: Sequence[ExpectedCell]) -> Iterator[Finding]:
    slots = {cell.grade_id: cell.index for cell in known}
    order = [slots[grade_id] for grade_id in found.first]
    if order != sorted(order):
        yield Finding(
            FindingKind.REORDERED_CELLS, "The cells were moved about; the source's order was used."
        )


def _about_added(found: Matching) -> Iterator[Finding]:
    for grade_id in found.unknown:
        message = f"A cell has the grade id {_quoted(grade_id)}, which no cell of the source has."
        yield Finding(FindingKind.UNKNOWN_GRADE_ID, message)
    for _, cell in found.added:
        if cell.trouble:
            yield Finding(FindingKind.UNREADABLE_TEXT, f"In a cell that was added, {cell.trouble}.")


def _finding(kind: FindingKind, cell: ExpectedCell, what: str) -> Finding:
    name = {CellRole.TEST: "test", CellRole.ANSWER: "answer", CellRole.WRITTEN: "answer"}.get(
        cell.role, "locked"
    )
    return Finding(kind, f"The {name} cell {cell.grade_id} {what}", cell.grade_id)


def _same(claim: Any, truth: Any) -> bool:
    if isinstance(truth, bool) or not isinstance(claim, int | float):
        return bool(claim is truth) if isinstance(truth, bool) else bool(claim == truth)
    return math.isclose(claim, truth)


def _quoted(claim: Any) -> str:
    """Return a stranger's value, short enough to print."""
    text = ascii(claim) if isinstance(claim, str | int | float | bool | None) else "(no number)"
    return text if len(text) <= 60 else f"{text[:57]}..."
