"""Build `source/` and `release/` from the text in `course/`: the same bytes for the same text."""

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
from autograder.course.build.glossary import glossary, with_link_to_glossary
from autograder.course.build.instructor_notebook import (
    assignment_notebook,
    lesson_notebook,
    notebook_bytes,
)
from autograder.course.build.outcomes import syllabus
from autograder.course.build.text import TextCell
from autograder.course.build.week import CourseFolder, course_folder_names, read_course_folder
from autograder.course.paths import LESSON, CoursePaths
from autograder.errors import BuildError
from autograder.notebook.source_code import parse, strip_magics


@dataclass(frozen=True)
class BuiltAssignment:
    """What was built for one assignment. `changed` lists the files that were written or removed."""

    assignment: str
    notebook: str
    exercises: int
    points: float
    misconceptions: int
    changed: tuple[str, ...]


def build(
    root: Path,
    assignments: Sequence[str] | None = None,
    *,
    on_built: Callable[[BuiltAssignment], object] | None = None,
) -> tuple[BuiltAssignment, ...]:
    """Write the source and the release of assignments, and the pages about the whole course.

    These are the table of outcomes in the syllabus and the glossary.

    Nothing is written if one of the assignments cannot be built.

    Parameters
    ----------
    root
        The root of the course, which contains `course/`.
    assignments
        The names of the assignments to build; all of them if None.
    on_built
        Called after each assignment that is written.

    Raises
    ------
    UsageError
        If an assignment does not exist.
    BuildError
        If a course text has an error; the message names the file and the line.
    """
    made = [(folder, _make(root, folder)) for folder in _read(root, assignments)]
    pages = _pages(root)
    built = []
    for folder, files in made:
        changed = differences(root, files, _output_folders(folder.name))
        write(root, files, changed)
        built.append(_summary(folder, tuple(changed)))
        if on_built is not None:
            on_built(built[-1])
    write(root, pages, differences(root, pages) | _of_no_assignment(root, assignments))
    return tuple(built)


def stale(root: Path, assignments: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the files that a build would change, each with the reason; write nothing.

    Raises
    ------
    UsageError, BuildError
        As `build` does.
    """
    found: dict[str, str] = {}
    for folder in _read(root, assignments):
        found |= differences(root, _make(root, folder), _output_folders(folder.name))
    found |= differences(root, _pages(root)) | _of_no_assignment(root, assignments)
    return tuple(f"{path}: {why}" for path, why in found.items())


def _pages(root: Path) -> dict[str, bytes]:
    """Return the built pages about the whole course, by path."""
    return syllabus(root) | glossary(root)


def _read(root: Path, assignments: Sequence[str] | None) -> list[CourseFolder]:
    return [read_course_folder(root, name) for name in course_folder_names(root, assignments)]


def _output_folders(assignment: str) -> tuple[str, str]:
    """Return the folders that a build writes, relative to the root."""
    paths = CoursePaths(Path())
    folders = paths.source_folder(assignment), paths.release_folder(assignment)
    return folders[0].as_posix(), folders[1].as_posix()


def _of_no_assignment(root: Path, assignments: Sequence[str] | None) -> dict[str, str]:
    """Return files of assignments that `course/` no longer has; nothing in a partial build."""
    return left_over(root, course_folder_names(root)) if assignments is None else {}


def _summary(folder: CourseFolder, changed: tuple[str, ...]) -> BuiltAssignment:
    return BuiltAssignment(
        assignment=folder.name,
        notebook=folder.text.path.stem,
        exercises=len(folder.text.answers),
        points=sum(cell.header.points for cell in folder.text.cells),
        misconceptions=sum(not answer.is_right for answer in folder.known_answers),
        changed=changed,
    )


def _make(root: Path, folder: CourseFolder) -> dict[str, bytes]:
    """Return all files of an assignment in `source/` and `release/`."""
    with tempfile.TemporaryDirectory(prefix="autograder-build-") as name:
        scratch = Path(name).resolve()
        paths = CoursePaths(scratch)
        source, release = paths.source_folder(folder.name), paths.release_folder(folder.name)
        source.mkdir(parents=True)
        for path, content in _source_files(root, folder).items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(content)
        _generate(scratch, folder)
        _check_stubs(paths.released_notebook(folder.name, folder.text.path.stem), folder)
        return {
            path.relative_to(scratch).as_posix(): path.read_bytes()
            for written in (source, release)
            for path in sorted(written.rglob("*"))
            if path.is_file()
        }


def _source_files(root: Path, folder: CourseFolder) -> dict[Path, bytes]:
    """Return the files of an assignment's source, by their paths in its folder."""
    texts = CoursePaths(root).text_folder(folder.name)
    files = {path: (texts / path).read_bytes() for path in folder.support}
    notebook = notebook_bytes(assignment_notebook(folder.text))
    files[Path(f"{folder.text.path.stem}.ipynb")] = notebook
    if folder.lesson is not None:
        linked = CoursePaths(root).glossary.exists()
        lesson = with_link_to_glossary(folder.lesson) if linked else folder.lesson
        files[Path(f"{LESSON}.ipynb")] = notebook_bytes(lesson_notebook(lesson))
    return files


def _generate(root: Path, folder: CourseFolder) -> None:
    """Generate the release from the source with nbgrader's generate_assignment."""
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.assignment_id = folder.name
    # The release does not depend on a gradebook: as `nbgrader generate_assignment --no-db`.
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    # nbgrader expects mark schemes in task cells, which have no answer; here they are in the
    # cells of written answers.
    config.ClearMarkScheme.enforce_metadata = False
    log, lines = _quiet_log()
    try:
        coursedir = CourseDirectory(config=config, log=log)
        GenerateAssignment(coursedir=coursedir, config=config, log=log).start()
    except NbGraderException as error:
        reason = lines[-1] if lines else str(error)
        message = f"nbgrader cannot generate the release: {reason}"
        raise BuildError(message, folder.text.path, 1) from error


def _quiet_log() -> tuple[logging.Logger, list[str]]:
    """Return a logger that prints nothing, and a list of the last lines of its errors."""
    lines: list[str] = []
    log = logging.Logger("autograder.course.build.release", logging.ERROR)
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(  # type: ignore[method-assign]
        record.getMessage().strip().rpartition("\n")[2]
    )
    log.addHandler(handler)
    return log, lines


def _check_stubs(path: Path, folder: CourseFolder) -> None:
    """Refuse a release with answer cells that are not Python."""
    released = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    for name, cell in folder.text.answers.items():
        _check_stub(cell, released[name])


def _check_stub(cell: TextCell, released: str) -> None:
    try:
        parse(strip_magics(released))
    except SyntaxError as error:
        message = f"Without its solution the cell is not Python ({error.msg}). Move the markers."
        raise cell.error(message) from error
