"""Write and read what grading produces: cached exams, graded notebooks, and Results.

    .autograder/results/ab/abcdef….gz      a checksum, and the executed exam notebook

So the same work is never examined twice: not when a class is graded again, not when a student
submits the same work again, and not when many students submit the same work. An entry is never
changed. Deleting the folder loses nothing but the time to run the exams again.

A Result is all that is read of a graded notebook in `autograded/`, except for its cells.
"""

import gzip
import hashlib
import json
import shlex
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course.paths import CoursePaths
from autograder.errors import ResultCacheError, UsageError
from autograder.exam.attempt import missing_verdict
from autograder.files import advice_on, write_atomically, write_for_user, write_partial
from autograder.models import CellRole, Finding, FindingKind, Result, Submission, Verdict
from autograder.notebook.cells import (
    cells_with_role,
    exam_cell,
    exam_metadata,
    is_exam_notebook,
    set_exam_metadata,
    to_bytes,
)
from autograder.submission.collect import check_names

# --- the result cache ----------------------------------------------------------------------------


class ResultCache:
    """The executed exam notebooks of a course, as bytes, by the digest of what determines them."""

    def __init__(self, root: Path) -> None:
        self.folder = CoursePaths(root).result_cache

    def path(self, digest: str) -> Path:
        """Return the path of an entry."""
        return self.folder / digest[:2] / f"{digest}.gz"

    def get(self, digest: str) -> bytes | None:
        """Return an executed exam notebook; None where there is no entry, or it is damaged."""
        try:
            entry = gzip.decompress(self.path(digest).read_bytes())
        except (OSError, EOFError, zlib.error):
            return None
        checksum, _, executed = entry.partition(b"\n")
        return executed if checksum == _checksum(digest, executed) else None

    def put(self, digest: str, executed: bytes) -> None:
        """Write an executed exam notebook to disk.

        Raises
        ------
        ResultCacheError
            If it cannot be written.
        """
        entry = gzip.compress(_checksum(digest, executed) + b"\n" + executed, 1, mtime=0)
        try:
            write_atomically(self.path(digest), entry)
        except OSError as error:
            message = (
                f"The result of an exam cannot be written to {self.folder}: {error.strerror}. "
                f"{advice_on(error)} Then grade again: submissions that are already graded "
                "are not examined again."
            )
            raise ResultCacheError(message) from error


def _checksum(digest: str, executed: bytes) -> bytes:
    """Return a digest that detects an incomplete, changed or wrongly named entry."""
    return hashlib.sha256(digest.encode() + b"\0" + executed).hexdigest().encode()


# --- graded notebooks ----------------------------------------------------------------------------


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
    metadata = exam_metadata(executed)
    combined = tuple(dict.fromkeys((*findings, *metadata.findings)))
    set_exam_metadata(copy, replace(metadata, findings=combined))
    return copy


@dataclass(frozen=True)
class StagedResult:
    """A Result, and its graded notebook: written, but not yet in place.

    partial        the new file beside `target`; None if there is nothing to replace
    is_unchanged   whether `target` has this very content already
    """

    result: Result
    target: Path
    partial: Path | None
    is_unchanged: bool

    def commit(self) -> None:
        """Replace the graded notebook with the new one."""
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
    except OSError as error:  # the grades are valid without the file
        message = f"The graded notebook could not be written: {error}"
        findings = (*result.findings, Finding(FindingKind.NOT_WRITTEN, message))
        return StagedResult(replace(result, findings=findings), target, None, is_unchanged=False)


# --- reading and exporting Results ----------------------------------------------------------------


def graded_submissions(root: Path, assignment: str) -> tuple[Submission, ...]:
    """Return what was graded of an assignment, in the order of the students' names.

    The path of each is that of its graded notebook.

    Raises
    ------
    UsageError
        If the name of a student is not UTF-8.
    """
    if Path(assignment).name != assignment:
        return ()  # a name with a slash could lead elsewhere
    autograded = CoursePaths(root).autograded
    check_names(_names(autograded), autograded)
    return tuple(
        Submission(student, assignment, Path(name).stem, autograded / student / assignment / name)
        for student in _names(autograded)
        for name in _names(autograded / student / assignment)
        if name.endswith(".ipynb")
    )


def _names(folder: Path) -> list[str]:
    """Return the names in a folder that are not hidden, in order; none if there is no folder."""
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def read_graded(submission: Submission) -> NotebookNode:
    """Return a graded notebook.

    Raises
    ------
    UsageError
        If the file is not a notebook any more.
    """
    try:
        return nbformat.read(submission.path, as_version=4)
    except Exception as error:  # nbformat raises almost anything for what is not a notebook
        message = (
            f"{submission.path} cannot be read as a notebook: {type(error).__name__}. "
            f"Delete it, then grade again: {grade_command(submission.assignment)}."
        )
        raise UsageError(message) from error


def grade_command(assignment: str) -> str:
    """Return the command that grades an assignment, as a shell reads it."""
    return f"`autograder grade {shlex.quote(assignment)}`"


def read_results(root: Path, assignment: str) -> tuple[Result, ...]:
    """Return the Results in `autograded/` of an assignment, in the order of the students' names.

    Raises
    ------
    UsageError
        If a file there is not a graded notebook.
    """
    return tuple(_read(submission) for submission in graded_submissions(root, assignment))


def write_results(results: Iterable[Result], path: Path) -> None:
    """Write each Result as one line of JSON, for a spreadsheet or another program.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    lines = (json.dumps(as_json(result), ensure_ascii=False) + "\n" for result in results)
    write_for_user(path, "".join(lines).encode("utf-8", "replace"))


def as_json(result: Result) -> dict[str, Any]:
    """Return a Result as plain JSON values; times are in seconds, memory in bytes."""
    return {
        "student": result.student,
        "assignment": result.assignment,
        "notebook": result.notebook,
        "score": result.score,
        "max_score": result.max_score,
        "grades": {verdict.grade_id: _grade(verdict) for verdict in result.verdicts},
        "misconceptions": {v.grade_id: v.misconception for v in result.verdicts if v.misconception},
        "findings": [finding.to_json() for finding in result.findings],
        "seconds": result.seconds,
        "peak_memory": result.peak_memory,
    }


def _grade(verdict: Verdict) -> dict[str, Any]:
    return {
        "points": verdict.points,
        "max_points": verdict.max_points,
        "state": verdict.state,
        "reason": verdict.reason,
    }


def _read(submission: Submission) -> Result:
    graded = read_graded(submission)
    if not is_exam_notebook(graded):
        message = (
            f"{submission.path} was not graded by an exam. "
            f"Delete it, then grade again: {grade_command(submission.assignment)}."
        )
        raise UsageError(message)
    return result_of(graded, submission)
