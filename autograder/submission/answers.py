"""A submitted file becomes `Answers`: untrusted bytes in, plain text by grade id out.

`reading` turns the file into cells, `trusted` and `released` say what the student was given,
`matching` which cell is which, `findings` what an instructor should know. Of a submission only
source text goes on from here: no metadata, tags or outputs, nothing of its locked and test cells.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nbformat import NotebookNode

from autograder.models import AddedCell, Answers, Finding, FindingKind
from autograder.submission.expected_cells import ExpectedCell, expected_cells
from autograder.submission.findings import findings_of
from autograder.submission.matching import Matching, match
from autograder.submission.reading import SubmittedCell, parse_cells, read_bytes
from autograder.submission.released import same_text

__all__ = ["answers_in", "no_answers", "read_answers"]

MAX_ADDED = 1_000


def read_answers(
    path: Path, source: NotebookNode, *, release: NotebookNode | None = None
) -> Answers:
    """Read the answers in a submitted file.

    Parameters
    ----------
    path
        The submitted notebook, as the student left it.
    source
        The trusted notebook that the assignment was made from.
    release
        The notebook that students were given; without it, what they were given is worked out
        from the source.

    Raises
    ------
    IntakeError
        If the file is not a regular file, is too large, or is not a notebook.
    """
    return answers_in(parse_cells(read_bytes(path)), source, release=release)


def answers_in(
    cells: Iterable[SubmittedCell], source: NotebookNode, *, release: NotebookNode | None = None
) -> Answers:
    """Return what the submitted cells answer to the questions of `source`."""
    trusted = expected_cells(source, release)
    found = match(cells, trusted)
    answers = {
        cell.grade_id: found.first[cell.grade_id].source
        for cell in trusted
        if cell.is_answer and cell.grade_id in found.first
    }
    return Answers(
        cells=answers,
        added=tuple(_added(found, trusted)),
        findings=findings_of(found, trusted) + _left_out(found),
        unanswered=frozenset(_unanswered(answers, trusted)),
    )


def no_answers(source: NotebookNode) -> Answers:
    """Return the answers of a student who submitted nothing that can be read."""
    ids = (cell.grade_id for cell in expected_cells(source, None) if cell.is_answer)
    return Answers(cells={}, unanswered=frozenset(filter(None, ids)))


def _added(found: Matching, trusted: Sequence[ExpectedCell]) -> Iterator[AddedCell]:
    for place, cell in found.added[:MAX_ADDED]:
        before = trusted[place] if place >= 0 else None
        yield AddedCell(
            after=before.after if before else None,
            source=cell.source,
            cell_type="code" if cell.kind == "code" else "markdown",
            passed=before.passed if before else 0,
        )


def _left_out(found: Matching) -> tuple[Finding, ...]:
    if len(found.added) <= MAX_ADDED:
        return ()
    message = f"There are {len(found.added):,} added cells; the first {MAX_ADDED:,} were used."
    return (Finding(FindingKind.TOO_MANY_CELLS, message),)


def _unanswered(answers: dict[str, str], trusted: Sequence[ExpectedCell]) -> Iterator[str]:
    for cell in trusted:
        if cell.is_answer and cell.grade_id:
            text = answers.get(cell.grade_id, "")
            if not text.strip() or same_text(text, cell.released):
                yield cell.grade_id
