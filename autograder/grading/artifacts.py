"""What came of an exam: a Result, and the graded notebook in `autograded/`."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course.assignment import AssignmentNotebook
from autograder.exam.attempt import empty_exam_notebook, missing_verdict
from autograder.exam.outputs import findings_of, verdicts_of
from autograder.files import write_partial
from autograder.models import Finding, Result, Submission

AUTOGRADED = "autograded"  # nbgrader's name for the folder of graded notebooks


def graded_path(root: Path, submission: Submission) -> Path:
    """Return where the graded notebook of a submission lies."""
    folder = root / AUTOGRADED / submission.student / submission.assignment
    return folder / f"{submission.notebook}.ipynb"


def result_of(executed: NotebookNode, submission: Submission) -> Result:
    """Return what an executed paper says; a test cell without a verdict earns nothing.

    Transcripts stay in the graded notebook: a class of them is large.
    """
    exam: dict[str, Any] = executed.metadata["exam"]
    held = {verdict.grade_id: replace(verdict, transcript=()) for verdict in verdicts_of(executed)}
    tests = (cell.metadata.exam for cell in executed.cells if cell.metadata.exam.role == "test")
    return Result(
        student=submission.student,
        assignment=submission.assignment,
        notebook=submission.notebook,
        verdicts=tuple(held.get(test.grade_id) or missing_verdict(test) for test in tests),
        findings=findings_of(executed),
        seconds=float(exam.get("seconds", 0.0)),
        peak_memory=int(exam.get("peak_memory", 0)),
        unanswered=frozenset(exam["unanswered"]),
    )


@dataclass(frozen=True)
class StagedResult:
    """A Result, and the graded notebook that `keep` puts into its place."""

    result: Result
    target: Path
    half: Path | None
    is_same: bool  # as what lies there already

    def keep(self) -> None:
        """Let the graded notebook be the new one."""
        if self.half is not None:
            self.half.replace(self.target)


def stage(root: Path, submission: Submission, executed: NotebookNode) -> StagedResult:
    """Return what came of a submission, with its graded notebook beside the one of before."""
    result, target = result_of(executed, submission), graded_path(root, submission)
    data = to_bytes(executed)
    try:
        if target.is_file() and target.read_bytes() == data:
            return StagedResult(result, target, None, is_same=True)
        return StagedResult(result, target, write_partial(target, data), is_same=False)
    except OSError as error:  # the marks are right all the same
        why = Finding("not-written", f"The graded notebook could not be written: {error}")
        return StagedResult(
            replace(result, findings=(*result.findings, why)), target, None, is_same=False
        )


def result_without_exam(
    submission: Submission, notebook: AssignmentNotebook, finding: Finding
) -> Result:
    """Return the Result of a submission that no exam could be held for: no points."""
    return result_of(empty_exam_notebook(notebook, finding), submission)


def to_bytes(notebook: NotebookNode) -> bytes:
    """Return a notebook as it is kept and sent; what no file can hold is replaced."""
    text: str = nbformat.v4.writes(notebook)
    return text.encode("utf-8", "replace")


def from_bytes(data: bytes) -> NotebookNode:
    """Return the notebook that `to_bytes` wrote; it is not checked again."""
    return nbformat.v4.reads(data.decode("utf-8"))
