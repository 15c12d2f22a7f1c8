"""Turn an executed exam notebook into a Result and a graded notebook in `autograded/`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from autograder.course.assignment import AssignmentNotebook
from autograder.course.paths import CoursePaths
from autograder.exam.attempt import empty_exam_notebook, missing_verdict
from autograder.files import write_partial
from autograder.models import CellRole, Finding, FindingKind, Result, Submission
from autograder.notebook.cells import (
    add_findings,
    cells_with_role,
    exam_cell,
    exam_metadata,
    set_exam_metadata,
)
from autograder.notebook.serialization import to_bytes


def graded_path(root: Path, submission: Submission) -> Path:
    """Return the path of the graded notebook of a submission."""
    return CoursePaths(root).graded_notebook(
        submission.student, submission.assignment, submission.notebook
    )


def result_of(executed: NotebookNode, submission: Submission) -> Result:
    """Return the Result of an executed exam notebook; a test without a verdict earns nothing.

    Transcripts stay in the graded notebook, because those of a whole class are large.
    """
    metadata = exam_metadata(executed)
    tests = [exam_cell(cell) for cell in cells_with_role(executed, CellRole.TEST)]
    verdicts = (test.verdict or missing_verdict(test) for test in tests)
    return Result(
        student=submission.student,
        assignment=submission.assignment,
        notebook=submission.notebook,
        verdicts=tuple(replace(verdict, transcript=()) for verdict in verdicts),
        findings=metadata.findings,
        seconds=metadata.seconds,
        peak_memory=metadata.peak_memory,
        unanswered=metadata.unanswered,
    )


def with_file_findings(executed: NotebookNode, findings: Sequence[Finding]) -> NotebookNode:
    """Return an executed exam notebook with findings about the submitted file before its own.

    The notebook itself is not changed: students with equal exam notebooks share it.
    """
    copy = NotebookNode({**executed, "metadata": NotebookNode(executed.metadata)})
    own = exam_metadata(executed).findings
    set_exam_metadata(copy, replace(exam_metadata(executed), findings=()))
    add_findings(copy, (*findings, *own))
    return copy


@dataclass(frozen=True)
class StagedResult:
    """A Result, and its graded notebook, written beside the one that `commit` replaces."""

    result: Result
    target: Path
    partial: Path | None
    is_unchanged: bool

    def commit(self) -> None:
        """Replace the graded notebook by the new one."""
        if self.partial is not None:
            self.partial.replace(self.target)


def stage(root: Path, submission: Submission, executed: NotebookNode) -> StagedResult:
    """Return the Result of a submission, with its graded notebook written but not in place."""
    result, target = result_of(executed, submission), graded_path(root, submission)
    data = to_bytes(executed)
    try:
        if target.is_file() and target.read_bytes() == data:
            return StagedResult(result, target, None, is_unchanged=True)
        return StagedResult(result, target, write_partial(target, data), is_unchanged=False)
    except OSError as error:  # the grades are right nevertheless
        message = f"The graded notebook could not be written: {error}"
        findings = (*result.findings, Finding(FindingKind.NOT_WRITTEN, message))
        return StagedResult(replace(result, findings=findings), target, None, is_unchanged=False)


def result_without_exam(
    submission: Submission, notebook: AssignmentNotebook, finding: Finding
) -> Result:
    """Return the Result of a submission whose exam could not be run: no points."""
    executed = empty_exam_notebook(notebook)
    return result_of(with_file_findings(executed, [finding]), submission)
