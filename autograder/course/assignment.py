"""Read an assignment: its notebooks, known answers, and the files beside the notebooks."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import nbformat
from nbformat import NotebookNode

from autograder.course.known_answers import KnownAnswer, load
from autograder.course.paths import CoursePaths
from autograder.errors import UsageError
from autograder.fingerprint import text_digest
from autograder.models import CellRole
from autograder.notebook.cells import grade_id_of, points_of, role_of
from autograder.notebook.names import assigned_names, imported_names, syntax_error

LIMIT = 8 << 20
"""Bytes of all support files of an assignment: they are sent with every exam."""


@dataclass(frozen=True)
class SupportFiles:
    """What an exam sees of its course beside the notebook, and what it must not see.

    files    the content of the files, by their paths relative to the notebook
    hidden   the course with its gradebook, wherever it lies: see `CoursePaths.private`
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    hidden: tuple[str, ...] = field(default=(), compare=False)

    @property
    def digest(self) -> str:
        """The digest of all paths and contents."""
        digest = hashlib.sha256()
        for path, content in sorted(self.files.items()):
            digest.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
        return digest.hexdigest()

    def replaced_by(self, files: Mapping[str, bytes]) -> "SupportFiles":
        """Return these files with others in addition, or in place of those with the same path.

        A file in place of a folder, or a folder in place of a file, is left out.
        """
        folders = {str(parent) for path in self.files for parent in PurePosixPath(path).parents}
        fitting = {
            path: content
            for path, content in files.items()
            if path not in folders
            and not any(str(parent) in self.files for parent in PurePosixPath(path).parents)
        }
        return replace(self, files={**self.files, **fitting})

    def write(self, folder: Path) -> None:
        """Write the files into a folder, readable by everyone: an exam may run as another user."""
        folder.chmod(0o755)
        for path, content in self.files.items():
            file = folder / path
            file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(0o644)


@dataclass(frozen=True)
class AssignmentNotebook:
    """One graded notebook of an assignment.

    assignment      the name of the assignment and of its folder: "week01_perceptron"
    name            the notebook's name: "perceptron"
    source          the instructor's notebook, trusted
    release         the notebook that students were given; None if there is none
    known_answers   right and wrong answers, from `course/<assignment>/misconceptions.py`
    digest          of the texts of source and known answers, and of the support files
    support         the files that students get beside the notebook
    """

    assignment: str
    name: str
    source: NotebookNode
    release: NotebookNode | None = None
    known_answers: tuple[KnownAnswer, ...] = ()
    digest: str = ""
    support: SupportFiles = field(default_factory=SupportFiles)

    @property
    def reference(self) -> dict[str, str]:
        """The reference's answer cells, by exercise."""
        return _reference(self.source)


def assignment_names(root: Path) -> tuple[str, ...]:
    """Return the names of the assignments that have a notebook in `source/`, in order."""
    found = CoursePaths(root).source.glob("*/*.ipynb")
    return tuple(sorted({path.parent.name for path in found}))


def read_notebooks(root: Path, assignment: str) -> tuple[AssignmentNotebook, ...]:
    """Return the notebooks of an assignment that earn points, in order of their names.

    Raises
    ------
    UsageError
        If `source/` has no such assignment, or nothing in it earns points.
    """
    folder = CoursePaths(root).source_folder(assignment)
    # A name with a slash could lead out of `source/`.
    paths = sorted(folder.glob("*.ipynb")) if Path(assignment).name == assignment else []
    found = tuple(read_notebook(root, assignment, path.stem) for path in paths)
    graded = tuple(one for one in found if any(map(points_of, one.source.cells)))
    if graded:
        return graded
    known = assignment_names(root)
    problem = (
        f"No notebook in {folder} has graded cells."
        if paths
        else f"There is no assignment {assignment!r} in {folder.parent}."
    )
    advice = f"Expected one of {', '.join(known)}." if known else "Build one: `autograder build`."
    message = f"{problem} {advice}"
    raise UsageError(message)


def read_notebook(root: Path, assignment: str, name: str) -> AssignmentNotebook:
    """Return one notebook of an assignment.

    Raises
    ------
    UsageError
        If the source is missing, source or release is not a notebook, or a set-up, answer or test
        cell of the source is not Python.
    BuildError
        If the file of known answers is not valid.
    """
    paths = CoursePaths(root)
    text = _read(paths.source_notebook(assignment, name))
    source = _parse(text, paths.source_notebook(assignment, name))
    _check_python(source, paths.source_notebook(assignment, name))
    released = paths.released_notebook(assignment, name)
    release = _parse(_read(released), released) if released.is_file() else None
    known_answers: tuple[KnownAnswer, ...] = ()
    misconceptions = paths.misconceptions(assignment)
    if misconceptions.is_file() and (reference := _reference(source)):
        text += _read(misconceptions)
        known_answers = load(misconceptions, reference, _setup_names(source))
    support = replace(read_support_files(released.parent), hidden=paths.private)
    digest = text_digest(text + support.digest)
    return AssignmentNotebook(assignment, name, source, release, known_answers, digest, support)


def _reference(source: NotebookNode) -> dict[str, str]:
    cells = (cell for cell in source.cells if role_of(cell) is CellRole.ANSWER)
    return {grade_id_of(cell) or "": cell.source for cell in cells}


def _check_python(source: NotebookNode, path: Path) -> None:
    """Refuse a source with a cell that an exam needs as Python; other cells may be anything."""
    for number, cell in enumerate(source.cells, start=1):
        is_needed = role_of(cell) in (CellRole.SETUP, CellRole.ANSWER, CellRole.TEST)
        if is_needed and (problem := syntax_error(cell.source)):
            name = f" ({grade_id_of(cell)})" if grade_id_of(cell) else ""
            message = (
                f"{path}, cell {number}{name}, {problem}. This {role_of(cell)} cell has to be "
                "Python. Correct it, or remove its marks so that it is not part of the exam."
            )
            raise UsageError(message)


def _setup_names(source: NotebookNode) -> frozenset[str]:
    """Return the names that the set-up cells bind."""
    texts = [cell.source for cell in source.cells if role_of(cell) is CellRole.SETUP]
    return frozenset[str]().union(*(assigned_names(t) | imported_names(t) for t in texts))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {error}"
        raise UsageError(message) from error


def _parse(text: str, path: Path) -> NotebookNode:
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:  # nbformat raises almost anything for what is not a notebook
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        message = f"{path} cannot be read as a notebook: {reason}"
        raise UsageError(message) from error


def read_support_files(folder: Path) -> SupportFiles:
    """Return the files of a released assignment, without its notebooks and hidden files.

    Raises
    ------
    UsageError
        If a file cannot be read, or all of them are too large to be sent with every exam.
    """
    paths = sorted(
        path for path in folder.rglob("*") if path.is_file() and _is_support(path, folder)
    )
    try:
        size = sum(path.stat().st_size for path in paths)
        if size > LIMIT:
            message = (
                f"The files beside the notebooks in {folder} have {size:,} bytes. An exam gets at "
                f"most {LIMIT:,}. Move large files to the folder that DLCOURSE_DATA names."
            )
            raise UsageError(message)
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    except OSError as error:
        message = f"A file beside the notebooks in {folder} cannot be read: {error}"
        raise UsageError(message) from error
    return SupportFiles(files)


def _is_support(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    is_hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
    return not is_hidden and path.suffix != ".ipynb"
