"""Find the submissions of a class: `submitted/<student>/<assignment>/*.ipynb`."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import AssignmentNotebook, assignment_names
from autograder.course.paths import CoursePaths
from autograder.errors import SubmissionError, UsageError
from autograder.models import Finding, FindingKind, Submission
from autograder.submission.misplaced import files_below, may_contain, what_lies_there
from autograder.submission.reading import read_submitted

TIMESTAMP = "timestamp.txt"  # written by nbgrader when it collects a submission
MAX_TIMESTAMP = 1_000  # bytes


@dataclass(frozen=True)
class StudentWork:
    """What one student submitted for an assignment.

    submissions    the graded notebooks that were submitted
    missing        the graded notebooks that were not, with the paths where they should be
    timestamp      when the work was submitted, as nbgrader recorded it; empty if it did not
    instead        the files that lie where notebooks are missing, relative to their folder
    """

    student: str
    submissions: tuple[Submission, ...]
    missing: tuple[Submission, ...] = ()
    findings: tuple[Finding, ...] = ()
    timestamp: str = ""
    instead: tuple[str, ...] = ()


def find_submissions(
    root: Path,
    assignment: str,
    notebooks: Sequence[AssignmentNotebook],
    students: Collection[str] | None = None,
) -> tuple[StudentWork, ...]:
    """Return the work of each student who submitted something, in the order of their names.

    That includes students who submitted only what cannot be graded: nothing in the folder, or a
    file with another name or in another place.

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
        If nobody submitted this assignment, one of `students` did not, or the name of a student
        is not UTF-8.
    """
    paths = CoursePaths(root)
    others = set(assignment_names(root)) - {assignment}
    folders = _folders(paths, assignment, notebooks, others)
    if not folders:
        message = (
            f"There are no submissions for {assignment}. "
            f"Expected notebooks in {paths.submitted}/<student>/{assignment}/."
        )
        files = [name for name in _names(paths.submitted) if (paths.submitted / name).is_file()]
        found = (
            f" Found in {paths.submitted}: {', '.join(map(ascii, files[:10]))}." if files else ""
        )
        raise UsageError(message + found)
    for student in students or ():
        if student not in folders:
            known = ", ".join(list(folders)[:20]) + (", ..." if len(folders) > 20 else "")
            message = f"{student!r} submitted nothing for {assignment}. Expected one of {known}."
            raise UsageError(message)
    wanted = set(students or folders)
    released = {f"{name}.ipynb" for name in _stems(paths.release_folder(assignment))}
    return tuple(
        _student_work(student, folder, notebooks, released, others)
        for student, folder in folders.items()
        if student in wanted
    )


def _folders(
    paths: CoursePaths,
    assignment: str,
    notebooks: Sequence[AssignmentNotebook],
    others: Collection[str],
) -> dict[str, Path]:
    """Return the folder of each student's submission, by student, in the order of their names.

    It need not exist: a student whose folder has something for this assignment, but in another
    place, is one of the class.
    """
    check_names(_names(paths.submitted), paths.submitted)
    found: dict[str, Path] = {}
    for student in _names(paths.submitted):
        folder = paths.submitted_folder(student, assignment)
        if folder.is_dir() or _instead_of(folder, notebooks, others):
            found[student] = folder
    return found


def _instead_of(
    folder: Path, notebooks: Sequence[AssignmentNotebook], others: Collection[str] = ()
) -> list[Path]:
    """Return what a student has beside the folder of an assignment that may belong into it."""
    if folder.parent.is_symlink():
        return []
    own = [folder.parent / name for name in _names(folder.parent) if name not in others]
    names = [notebook.name for notebook in notebooks]
    return [
        path
        for path in own
        if (path != folder or path.is_file()) and may_contain(path, folder.name, names)
    ]


def _names(folder: Path) -> list[str]:
    """Return the names in a folder that are not hidden, in order; none if there is no folder.

    Raises
    ------
    UsageError
        If the folder cannot be read.
    """
    try:
        return sorted(path.name for path in folder.iterdir() if path.name[0] != ".")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        message = f"The folder {folder} cannot be read: {error.strerror}."
        raise UsageError(message) from error


def check_names(names: Iterable[str], folder: Path) -> None:
    """Refuse names that no gradebook and no page can contain, because they are not UTF-8.

    Raises
    ------
    UsageError
        If a name is not UTF-8.
    """
    for name in names:
        try:
            name.encode("utf-8")
        except UnicodeEncodeError as error:
            message = f"The name {name!a} in {folder} is not UTF-8. Rename it."
            raise UsageError(message) from error


def _stems(folder: Path) -> set[str]:
    return {Path(name).stem for name in _names(folder) if name.endswith(".ipynb")}


def _student_work(
    student: str,
    folder: Path,
    notebooks: Sequence[AssignmentNotebook],
    released: set[str],
    others: Collection[str],
) -> StudentWork:
    expected = [
        Submission(student, folder.name, one.name, folder / f"{one.name}.ipynb")
        for one in notebooks
    ]
    present = {name for name in _names(folder) if name.endswith(".ipynb")}
    known = released | {submission.path.name for submission in expected}
    timestamp, findings = _timestamp(folder)
    missing = tuple(one for one in expected if one.path.name not in present)
    return StudentWork(
        student,
        submissions=tuple(one for one in expected if one.path.name in present),
        missing=missing,
        findings=(*_unknown_notebooks(sorted(present - known)), *findings),
        timestamp=timestamp,
        instead=_instead(folder, notebooks, known, others) if missing else (),
    )


def _instead(
    folder: Path,
    notebooks: Sequence[AssignmentNotebook],
    known: Collection[str],
    others: Collection[str],
) -> tuple[str, ...]:
    """Return the files of a student that are not where a notebook is expected."""
    if folder.is_symlink() or folder.parent.is_symlink():
        return ()  # it may lead to another student's work
    if folder.is_dir() and (below := files_below(folder, known)):
        return tuple(below)
    found = []
    for path in _instead_of(folder, notebooks, others):
        inside = files_below(path) if path.is_dir() and not path.is_symlink() else []
        found += [f"../{path.name}/{name}" for name in inside] or [f"../{path.name}"]
    return tuple(found)


def missing_sentence(student_work: StudentWork, submission: Submission) -> str:
    """Return what is to be said about a notebook that is missing."""
    name = submission.path.name
    return f"{name} was not submitted.{what_lies_there(student_work.instead, name)}"


def _unknown_notebooks(names: Sequence[str]) -> Iterator[Finding]:
    for name in names[:10]:
        message = f"The notebook {name!a} is not part of the assignment and was not used."
        yield Finding(FindingKind.UNKNOWN_NOTEBOOK, message)
    if len(names) > 10:
        message = f"{len(names) - 10:,} more notebooks are not part of the assignment."
        yield Finding(FindingKind.UNKNOWN_NOTEBOOK, message)


def _timestamp(folder: Path) -> tuple[str, tuple[Finding, ...]]:
    """Return the text of the time of submission, and a finding if it cannot be read."""
    path = folder / TIMESTAMP
    try:
        data = read_submitted(path, MAX_TIMESTAMP)
    except SubmissionError as error:
        if not (path.exists() or path.is_symlink()):
            return "", ()
        message = f"Lateness is unknown. {error}"
        return "", (Finding(FindingKind.BAD_TIMESTAMP, message),)
    encoding = "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    return data.decode(encoding, "replace").strip(), ()
