"""Find the submissions of a class: `submitted/<student>/<assignment>/*.ipynb`."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import AssignmentNotebook
from autograder.course.paths import CoursePaths
from autograder.errors import SubmissionError, UsageError
from autograder.models import Finding, FindingKind, Submission
from autograder.submission.reading import read_submitted

TIMESTAMP = "timestamp.txt"  # written by nbgrader when it collects a submission


@dataclass(frozen=True)
class StudentWork:
    """What one student submitted for an assignment.

    submissions    the graded notebooks that were submitted
    missing        the graded notebooks that were not, with the paths where they should be
    timestamp      when the work was submitted, as nbgrader recorded it; empty if it did not
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
    """Return the work of each student who submitted something, in the order of their names.

    Parameters
    ----------
    root
        The root of a course in nbgrader's layout.
    assignment
        The name of the assignment.
    notebooks
        The graded notebooks of the assignment. Other notebooks are ignored, with a finding
        unless they are part of the release, such as the lesson.
    students
        The students to return; all of them if None.

    Raises
    ------
    UsageError
        If nobody submitted this assignment, or one of `students` did not.
    """
    paths = CoursePaths(root)
    found = sorted(paths.submitted.glob(f"*/{assignment}/"))
    folders = {path.parent.name: path for path in found if path.parent.name[0] != "."}
    if not folders:
        message = (
            f"There are no submissions for {assignment}. "
            f"Expected notebooks in {paths.submitted}/<student>/{assignment}/."
        )
        raise UsageError(message)
    for student in students or ():
        if student not in folders:
            known = ", ".join(list(folders)[:20]) + (", ..." if len(folders) > 20 else "")
            message = f"{student!r} submitted nothing for {assignment}. Expected one of {known}."
            raise UsageError(message)
    wanted = set(students or folders)
    released = {path.name for path in paths.release_folder(assignment).glob("*.ipynb")}
    return tuple(
        _student_work(student, folder, assignment, notebooks, released)
        for student, folder in folders.items()
        if student in wanted
    )


def _student_work(
    student: str,
    folder: Path,
    assignment: str,
    notebooks: Sequence[AssignmentNotebook],
    released: set[str],
) -> StudentWork:
    expected = [
        Submission(student, assignment, one.name, folder / f"{one.name}.ipynb") for one in notebooks
    ]
    present = {path.name for path in folder.iterdir() if path.suffix == ".ipynb"}
    unknown = sorted(present - released - {submission.path.name for submission in expected})
    return StudentWork(
        student,
        submissions=tuple(one for one in expected if one.path.name in present),
        missing=tuple(one for one in expected if one.path.name not in present),
        findings=tuple(_unknown_notebooks(unknown)),
        timestamp=_timestamp(folder),
    )


def _unknown_notebooks(names: Sequence[str]) -> Iterator[Finding]:
    for name in names[:10]:
        message = f"The notebook {name!a} is not part of the assignment and was not used."
        yield Finding(FindingKind.UNKNOWN_NOTEBOOK, message)
    if len(names) > 10:
        message = f"{len(names) - 10:,} more notebooks are not part of the assignment."
        yield Finding(FindingKind.UNKNOWN_NOTEBOOK, message)


def _timestamp(folder: Path) -> str:
    try:
        return read_submitted(folder / TIMESTAMP)[:200].decode("utf-8", "replace").strip()
    except SubmissionError:
        return ""
