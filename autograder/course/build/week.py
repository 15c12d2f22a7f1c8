"""Find the assignments in `course/`, and read and check their texts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.build.checks import check_assignment, check_lesson
from autograder.course.build.headers import HEADER
from autograder.course.build.name_checks import check_names, missing_names, setup_names
from autograder.course.build.text import CourseText, read_course_text
from autograder.course.known_answers import KnownAnswer, load
from autograder.course.paths import CoursePaths
from autograder.errors import BuildError, UsageError

MIN_MISCONCEPTIONS = 3


@dataclass(frozen=True)
class CourseFolder:
    """The content of one folder of `course/`, from which an assignment is built.

    name             the name of the assignment and of its folder
    text             the text of the graded notebook
    lesson           the text of the lesson's notebook; None if there is none
    known_answers    right and wrong answers to its exercises
    support          other files that the notebooks may need, relative to the folder
    """

    name: str
    text: CourseText
    lesson: CourseText | None
    known_answers: tuple[KnownAnswer, ...]
    support: tuple[Path, ...]


def course_folder_names(root: Path, names: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the names of all assignments in `course/`, in order, or check those that are given.

    Raises
    ------
    UsageError
        If the root has no `course/`, or a given assignment is not in it.
    """
    course = CoursePaths(root).course
    if not course.is_dir():
        message = f"{course} is not a folder. Expected the text of the course there."
        raise UsageError(message)
    folders = (path.name for path in course.iterdir() if path.is_dir())
    known = sorted(name for name in folders if not name.startswith((".", "_")))
    for name in names or ():
        if name not in known:
            choices = ", ".join(known) or "(none)"
            message = f"There is no assignment {name!r} in {course}. Expected one of {choices}."
            raise UsageError(message)
    return tuple(known if names is None else dict.fromkeys(names))


def read_course_folder(root: Path, name: str) -> CourseFolder:
    """Return the checked content of one folder of `course/`.

    Raises
    ------
    BuildError
        If its text cannot become notebooks that can be released and graded.
    """
    paths = CoursePaths(root)
    text = read_assignment_text(root, name)
    check_assignment(text)
    check_names(text)
    lesson = None
    if paths.lesson_text(name).exists():
        lesson = read_course_text(paths.lesson_text(name))
        check_lesson(lesson)
    known = _known_answers(paths.misconceptions(name), text)
    _check_count(known, text)
    texts = (text.path, paths.lesson_text(name), paths.misconceptions(name))
    return CourseFolder(name, text, lesson, known, _support(paths.text_folder(name), texts))


def read_assignment_text(root: Path, name: str) -> CourseText:
    """Return the text of the graded notebook. Only its headers are checked.

    Raises
    ------
    BuildError
        If the folder does not have exactly one such text, or a header is wrong.
    """
    paths = CoursePaths(root)
    folder = paths.text_folder(name)
    others = (paths.lesson_text(name), paths.misconceptions(name))
    found = [
        path for path in sorted(folder.glob("*.py")) if path not in others and _has_cells(path)
    ]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        message = (
            "The folder needs exactly one text of an assignment, a .py file with `# %%` cells; "
            f"got {names}."
        )
        raise BuildError(message, folder, 1)
    return read_course_text(found[0])


def is_ignored_file(path: Path) -> bool:
    """Return whether a relative path is a cache, a checkpoint or a hidden file."""
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _has_cells(path: Path) -> bool:
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return any(HEADER.match(line) for line in lines)


def _known_answers(path: Path, text: CourseText) -> tuple[KnownAnswer, ...]:
    reference = {name: cell.source for name, cell in text.answers.items()}
    known = load(path, reference, setup_names(text))
    for answer in known:
        for name in missing_names(answer.source, text):
            message = (
                f"{answer.name!r} of {answer.exercise!r} reads {name!r}, which is not defined."
            )
            raise BuildError(message, path, answer.line)
    return known


def _check_count(known: tuple[KnownAnswer, ...], text: CourseText) -> None:
    for exercise, cell in text.answers.items():
        count = sum(answer.exercise == exercise and not answer.is_right for answer in known)
        if count < MIN_MISCONCEPTIONS:
            message = (
                f"Exercise {exercise!r} has {count} misconceptions in misconceptions.py. "
                f"Its tests need at least {MIN_MISCONCEPTIONS} to be verified."
            )
            raise cell.error(message)


def _support(folder: Path, texts: Collection[Path]) -> tuple[Path, ...]:
    """Return the files to copy, relative to the folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and path not in texts)
    relative = (path.relative_to(folder) for path in files)
    return tuple(sorted(path for path in relative if not is_ignored_file(path)))
