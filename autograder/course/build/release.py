"""Builds `source/` and `release/` from the text in `course/`; the same text, the same bytes."""

import logging
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course.build.artifacts import differences, left_over, write
from autograder.course.build.instructor_notebook import (
    assignment_notebook,
    lesson_notebook,
    notebook_bytes,
)
from autograder.course.build.outcomes import syllabus
from autograder.course.build.text import TextCell
from autograder.course.build.week import CourseWeek, course_week_names, read_course_week
from autograder.errors import BuildError
from autograder.notebook.source_code import parse, strip_magics


@dataclass(frozen=True)
class Built:
    """What the build of one week made. `changed` are the files that were not so before."""

    assignment: str
    notebook: str
    exercises: int
    points: float
    misconceptions: int
    changed: tuple[str, ...]


def build(
    root: Path,
    weeks: Sequence[str] | None = None,
    *,
    on_week: Callable[[Built], object] | None = None,
) -> tuple[Built, ...]:
    """Write `source/<week>/` and `release/<week>/`, and the table in the syllabus.

    Nothing is written unless every week that is wanted can be built.

    Parameters
    ----------
    root
        The root of the course, which has `course/`.
    weeks
        The weeks to build; all of them when None.
    on_week
        Called when a week is written.

    Raises
    ------
    UsageError
        If a week does not exist.
    BuildError
        If a course text has a fault; it names file and line.
    """
    made = [(week, _make(root, week)) for week in _read(root, weeks)]
    table = syllabus(root)
    built = []
    for week, files in made:
        changed = differences(root, files, _folders(week.name))
        write(root, files, changed)
        built.append(_summary(week, tuple(changed)))
        if on_week is not None:
            on_week(built[-1])
    write(root, table, differences(root, table) | _of_no_week(root, weeks))
    return tuple(built)


def stale(root: Path, weeks: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the files that a build would change, each with what is wrong; writes nothing.

    Raises
    ------
    UsageError, BuildError
        As `build` does.
    """
    found: dict[str, str] = {}
    for week in _read(root, weeks):
        found |= differences(root, _make(root, week), _folders(week.name))
    found |= differences(root, syllabus(root)) | _of_no_week(root, weeks)
    return tuple(f"{path}: {why}" for path, why in found.items())


def _read(root: Path, weeks: Sequence[str] | None) -> list[CourseWeek]:
    return [read_course_week(root, name) for name in course_week_names(root, weeks)]


def _folders(week: str) -> tuple[str, str]:
    return f"source/{week}", f"release/{week}"


def _of_no_week(root: Path, weeks: Sequence[str] | None) -> dict[str, str]:
    """Return what was built of weeks that `course/` has no more; nothing in a partial build."""
    return left_over(root, course_week_names(root)) if weeks is None else {}


def _summary(week: CourseWeek, changed: tuple[str, ...]) -> Built:
    return Built(
        assignment=week.name,
        notebook=week.assignment.path.stem,
        exercises=len(week.assignment.answers),
        points=sum(cell.header.points for cell in week.assignment.cells),
        misconceptions=sum(not answer.is_right for answer in week.known_answers),
        changed=changed,
    )


def _make(root: Path, week: CourseWeek) -> dict[str, bytes]:
    """Return all files of a week in `source/` and `release/`."""
    with tempfile.TemporaryDirectory(prefix="autograder-build-") as name:
        scratch = Path(name).resolve()
        source, release = scratch / "source" / week.name, scratch / "release" / week.name
        source.mkdir(parents=True)
        for path, content in _source_files(root, week).items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(content)
        _generate(scratch, week)
        _check_stubs(release / f"{week.assignment.path.stem}.ipynb", week)
        return {
            path.relative_to(scratch).as_posix(): path.read_bytes()
            for folder in (source, release)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def _source_files(root: Path, week: CourseWeek) -> dict[Path, bytes]:
    folder = root / "course" / week.name
    files = {path: (folder / path).read_bytes() for path in week.support}
    stem = week.assignment.path.stem
    files[Path(f"{stem}.ipynb")] = notebook_bytes(assignment_notebook(week.assignment))
    if week.lesson is not None:
        files[Path("lesson.ipynb")] = notebook_bytes(lesson_notebook(week.lesson))
    return files


def _generate(root: Path, week: CourseWeek) -> None:
    """Make `release/<week>` of `source/<week>` with nbgrader's generate_assignment."""
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.assignment_id = week.name
    # What a student gets depends on no gradebook: as `nbgrader generate_assignment --no-db`.
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    # nbgrader wants rubrics in task cells, which have no answer; ours stand under the question.
    config.ClearMarkScheme.enforce_metadata = False
    log, lines = _quiet_log()
    try:
        coursedir = CourseDirectory(config=config, log=log)
        GenerateAssignment(coursedir=coursedir, config=config, log=log).start()
    except NbGraderException as error:
        reason = lines[-1] if lines else str(error)
        message = f"nbgrader cannot make the release: {reason}"
        raise BuildError(message, week.assignment.path, 1) from error


def _quiet_log() -> tuple[logging.Logger, list[str]]:
    """Return a logger that prints nothing, and the last lines of the errors it was told."""
    lines: list[str] = []
    log = logging.Logger("autograder.course.build.release", logging.ERROR)
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(  # type: ignore[method-assign]
        record.getMessage().strip().rpartition("\n")[2]
    )
    log.addHandler(handler)
    return log, lines


def _check_stubs(path: Path, week: CourseWeek) -> None:
    """Refuse a release whose answer cells are not Python before the student writes a line."""
    released = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    for name, cell in week.assignment.answers.items():
        _check_stub(cell, released[name])


def _check_stub(cell: TextCell, released: str) -> None:
    try:
        parse(strip_magics(released))
    except SyntaxError as error:
        message = f"Without its solution the cell is not Python ({error.msg}): move the markers."
        raise cell.error(message) from error
