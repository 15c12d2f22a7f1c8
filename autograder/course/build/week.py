"""Finds the weeks of a course in `course/` and reads their texts, checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.build.checks import check_assignment, check_lesson
from autograder.course.build.headers import HEADER
from autograder.course.build.name_checks import check_names, missing_names, setup_names
from autograder.course.build.text import CourseText, read_course_text
from autograder.course.known_answers import KnownAnswer, load
from autograder.errors import BuildError, UsageError

FEWEST_MISCONCEPTIONS = 3

_LESSON, _MISCONCEPTIONS = "lesson.py", "misconceptions.py"


@dataclass(frozen=True)
class CourseWeek:
    """One folder of `course/`. `support` are the other files that a notebook may need."""

    name: str
    assignment: CourseText
    lesson: CourseText | None
    known_answers: tuple[KnownAnswer, ...]
    support: tuple[Path, ...]


def course_week_names(root: Path, wanted: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the weeks that are wanted, or all that `course/` has, in order.

    Raises
    ------
    UsageError
        If there is no `course/` at the root, or a wanted week is not in it.
    """
    course = root / "course"
    if not course.is_dir():
        message = f"{course} is not a folder. Expected the course's text there."
        raise UsageError(message)
    folders = (path.name for path in course.iterdir() if path.is_dir())
    known = sorted(name for name in folders if not name.startswith((".", "_")))
    for name in wanted or ():
        if name not in known:
            choices = ", ".join(known) or "(none)"
            message = f"No week named {name!r} in {course}. Expected one of {choices}."
            raise UsageError(message)
    return tuple(known if wanted is None else dict.fromkeys(wanted))


def read_course_week(root: Path, name: str) -> CourseWeek:
    """Return a week of the course, in which no fault was found.

    Raises
    ------
    BuildError
        If its text cannot become notebooks that can be released and graded.
    """
    folder = root / "course" / name
    assignment = read_assignment(root, name)
    check_assignment(assignment)
    check_names(assignment)
    lesson = None
    if (folder / _LESSON).exists():
        lesson = read_course_text(folder / _LESSON)
        check_lesson(lesson)
    known = _known_answers(folder / _MISCONCEPTIONS, assignment)
    _check_enough(known, assignment)
    return CourseWeek(name, assignment, lesson, known, _support(folder, assignment.path))


def read_assignment(root: Path, name: str) -> CourseText:
    """Return the assignment of a week, its headers read but nothing else checked.

    Raises
    ------
    BuildError
        If the week has not exactly one assignment, or a header is wrong.
    """
    folder = root / "course" / name
    found = [
        path
        for path in sorted(folder.glob("*.py"))
        if path.name not in (_LESSON, _MISCONCEPTIONS) and _has_cells(path)
    ]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        message = f"A week has exactly one assignment, a .py file with `# %%` cells; got {names}."
        raise BuildError(message, folder, 1)
    return read_course_text(found[0])


def is_scratch(path: Path) -> bool:
    """Whether a relative path is what tools leave behind: caches, checkpoints, hidden files."""
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _has_cells(path: Path) -> bool:
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return any(HEADER.match(line) for line in lines)


def _known_answers(path: Path, assignment: CourseText) -> tuple[KnownAnswer, ...]:
    reference = {name: cell.source for name, cell in assignment.answers.items()}
    known = load(path, reference, given=setup_names(assignment))
    for answer in known:
        for name in missing_names(answer.source, assignment):
            message = f"{answer.name!r} of {answer.exercise!r} reads {name!r}, which nothing binds."
            raise BuildError(message, path, answer.line)
    return known


def _check_enough(known: tuple[KnownAnswer, ...], assignment: CourseText) -> None:
    for exercise, cell in assignment.answers.items():
        count = sum(answer.exercise == exercise and not answer.is_right for answer in known)
        if count < FEWEST_MISCONCEPTIONS:
            message = (
                f"Exercise {exercise!r} has {count} misconceptions in {_MISCONCEPTIONS}: "
                f"at least {FEWEST_MISCONCEPTIONS} prove its tests."
            )
            raise cell.error(message)


def _support(folder: Path, assignment: Path) -> tuple[Path, ...]:
    """Return the files to copy, relative to the week's folder."""
    texts = {folder / _LESSON, folder / _MISCONCEPTIONS, assignment}
    files = (path for path in folder.rglob("*") if path.is_file() and path not in texts)
    relative = (path.relative_to(folder) for path in files)
    return tuple(sorted(path for path in relative if not is_scratch(path)))
