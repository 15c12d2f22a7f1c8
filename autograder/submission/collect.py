"""Finds out who handed in what: `submitted/<student>/<assignment>/*.ipynb`."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import AssignmentNotebook
from autograder.errors import SubmissionError, UsageError
from autograder.models import Finding, FindingKind, Submission
from autograder.submission.reading import read_submitted

TIMESTAMP = "timestamp.txt"  # nbgrader's, written when a submission is collected


@dataclass(frozen=True)
class StudentWork:
    """One student who handed in something.

    submissions    a notebook for each assignment that was handed in
    missing        where the others should be
    timestamp      when it was handed in, as collected; empty where nobody says
    """

    student: str
    submissions: tuple[Submission, ...]
    missing: tuple[Submission, ...] = ()
    findings: tuple[Finding, ...] = ()
    timestamp: str = ""


def find_submissions(
    root: Path,
    assignment: str,
    notebooks: Sequence[AssignmentNotebook],
    students: Collection[str] | None = None,
) -> tuple[StudentWork, ...]:
    """Return who handed in what of a assignment, in the order of the students' names.

    Parameters
    ----------
    root
        The root of a course in nbgrader's layout.
    assignment
        The name of the assignment.
    notebooks
        The notebooks that are due; others are passed over with a finding, but for those of
        the release, such as the lesson.
    students
        Those who are wanted; everybody when None.

    Raises
    ------
    UsageError
        If nobody handed in this assignment, or a wanted student did not.
    """
    found = sorted(root.glob(f"submitted/*/{assignment}/"))
    folders = {path.parent.name: path for path in found if path.parent.name[0] != "."}
    if not folders:
        message = (
            f"Nobody has handed in {assignment}. "
            f"Expected notebooks in {root / 'submitted'}/<student>/{assignment}/."
        )
        raise UsageError(message)
    for student in students or ():
        if student not in folders:
            known = ", ".join(list(folders)[:20]) + (", ..." if len(folders) > 20 else "")
            message = f"{student!r} has not handed in {assignment}. Expected one of {known}."
            raise UsageError(message)
    given = {path.name for path in root.glob(f"release/{assignment}/*.ipynb")}
    return tuple(
        _pupil(student, folder, assignment, notebooks, given)
        for student, folder in folders.items()
        if not students or student in students
    )


def _pupil(
    student: str,
    folder: Path,
    assignment: str,
    notebooks: Sequence[AssignmentNotebook],
    given: set[str],
) -> StudentWork:
    due = [
        Submission(student, assignment, one.name, folder / f"{one.name}.ipynb") for one in notebooks
    ]
    there = {path.name for path in folder.iterdir() if path.suffix == ".ipynb"}
    strange = sorted(there - given - {submission.path.name for submission in due})
    return StudentWork(
        student,
        submissions=tuple(one for one in due if one.path.name in there),
        missing=tuple(one for one in due if one.path.name not in there),
        findings=tuple(_unknown(strange)),
        timestamp=_timestamp(folder),
    )


def _unknown(names: Sequence[str]) -> Iterator[Finding]:
    for name in names[:10]:
        message = f"The notebook {name!a} belongs to no assignment and was not used."
        yield Finding(FindingKind.UNKNOWN_NOTEBOOK, message)
    if len(names) > 10:
        yield Finding(FindingKind.UNKNOWN_NOTEBOOK, f"So do {len(names) - 10:,} more notebooks.")


def _timestamp(folder: Path) -> str:
    try:
        return read_submitted(folder / TIMESTAMP)[:200].decode("utf-8", "replace").strip()
    except SubmissionError:
        return ""
