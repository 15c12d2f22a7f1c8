"""Extract the answers of a submission: untrusted cells in, plain text by grade id out.

`reading` turns the file into cells, `matching` assigns them to the cells that students were given,
and `findings` lists what an instructor should know. Only
source text of a submission is used from here on: no metadata, tags or outputs, and nothing of its
locked cells and test cells.
"""

from collections.abc import Iterable, Iterator, Sequence

from nbformat import NotebookNode

from autograder.models import AddedCell, Answers, Finding, FindingKind
from autograder.notebook.source_code import same_text
from autograder.submission.findings import findings_of
from autograder.submission.matching import ExpectedCell, Matching, expected_cells, match
from autograder.submission.reading import SubmittedCell

MAX_ADDED = 1_000


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
