"""Enter assignments and their points into the gradebook, as `nbgrader generate_assignment` does."""

import logging
import shlex
from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Assignment, Notebook, SubmittedAssignment
from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError, ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    SaveCells,
)
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from autograder.course.paths import CoursePaths
from autograder.errors import GradebookError
from autograder.gradebook.connection import Book, open_gradebook
from autograder.notebook.cells import points_of

_STEPS = (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ComputeChecksums)


def enter_assignment(book: Book, assignment: str, sources: Mapping[str, NotebookNode]) -> None:
    """Enter an assignment, or update its points and texts; marks are kept.

    Parameters
    ----------
    book
        The open gradebook.
    assignment
        The name of the assignment.
    sources
        The trusted notebooks, by name. Notebooks without points (lessons) are left out.

    Raises
    ------
    GradebookError
        If there are marks for other questions than those of `sources`.
    """
    graded = {name: nb for name, nb in sources.items() if any(map(points_of, nb.cells))}
    prepared = {name: _prepare(assignment, name, nb) for name, nb in graded.items()}
    entry = book.write(lambda: book.api.update_or_create_assignment(assignment))
    if _has_submissions(book, entry):
        _refuse_other_questions(entry, prepared)
    else:
        for removed in {notebook.name for notebook in entry.notebooks} - set(prepared):
            book.write(partial(book.api.remove_notebook, removed, assignment))
    known = {notebook.name: _saved_checksums(notebook) for notebook in entry.notebooks}
    book.api.db.rollback()  # ends the read transaction; SaveCells would wait for it
    for name, notebook in prepared.items():
        if known.get(name) != _checksums(notebook):
            book.write(partial(_save, book, assignment, name, notebook))


def register_assignment(assignment: str, student: str = "*", notebooks: object = ()) -> None:
    """Enter an assignment of the course in the working directory.

    This is a pre_convert_hook of nbgrader: with it, `nbgrader autograde` and formgrader can grade
    an assignment that was built, but never entered into the gradebook.
    """
    del student, notebooks  # nbgrader passes them to every hook
    root = Path.cwd()
    folder = CoursePaths(root).source_folder(assignment)
    paths = sorted(folder.glob("*.ipynb"))
    sources = {path.stem: nbformat.read(path, as_version=4) for path in paths}
    with open_gradebook(root) as book:
        enter_assignment(book, assignment, sources)


def _has_submissions(book: Book, entry: Assignment) -> bool:
    """Return whether there is a submission; `entry.submissions` would read all of them."""
    query = book.api.db.query(SubmittedAssignment.id)
    return query.filter(SubmittedAssignment.assignment_id == entry.id).first() is not None


def _prepare(assignment: str, name: str, source: NotebookNode) -> NotebookNode:
    """Return a source as nbgrader saves it: without solutions, with hidden tests and checksums."""
    notebook = deepcopy(source)
    resources: dict[str, object] = {}
    quiet = logging.getLogger("autograder.gradebook.silent")
    quiet.setLevel(logging.CRITICAL + 1)
    try:
        for step in _STEPS:
            notebook, resources = step(log=quiet).preprocess(notebook, resources)
    except (ValidationError, SchemaTooNewError, SchemaTooOldError, RuntimeError) as error:
        reason = str(error).split("\n")[0]
        message = (
            f"nbgrader cannot read source/{assignment}/{name}.ipynb: {reason}. "
            "If it is from an older nbgrader, run `nbgrader update` on it."
        )
        raise GradebookError(message) from error
    return notebook


def _refuse_other_questions(entry: Assignment, prepared: Mapping[str, NotebookNode]) -> None:
    """Refuse to add or remove questions once there are marks, as nbgrader does."""
    before = {(book.name, cell.name) for book in entry.notebooks for cell in book._base_cells}
    now = {
        (name, cell.metadata.nbgrader.grade_id)
        for name, notebook in prepared.items()
        for cell in notebook.cells
        if is_grade(cell) or is_solution(cell) or is_task(cell)
    }
    if before == now:
        return
    added = ", ".join(sorted(question for _, question in now - before)) or "none"
    removed = ", ".join(sorted(question for _, question in before - now)) or "none"
    message = (
        f"The gradebook has marks for {entry.name}, but its questions in source/ have changed "
        f"(added: {added}; removed: {removed}). Restore the questions, or remove the marks with "
        f"`nbgrader db assignment remove {shlex.quote(entry.name)} --force` and grade again."
    )
    raise GradebookError(message)


def _save(book: Book, assignment: str, name: str, prepared: NotebookNode) -> None:
    """Save the cells of a notebook with nbgrader's own preprocessor."""
    _update_locked_cells(book, assignment, name, prepared)
    resources = {"nbgrader": {"notebook": name, "assignment": assignment, "db_url": book.url}}
    SaveCells().preprocess(prepared, resources)


def _update_locked_cells(book: Book, assignment: str, name: str, prepared: NotebookNode) -> None:
    """Add and remove locked cells in the gradebook, which nbgrader would refuse.

    No marks belong to them, and a course may need one more import in the middle of a term.
    """
    entry = book.api.find_assignment(assignment)
    saved = next((notebook for notebook in entry.notebooks if notebook.name == name), None)
    if saved is None:
        return
    now = _checksums(prepared)
    for cell in saved.source_cells:
        if cell.name not in now:
            book.api.db.delete(cell)
    for new in set(now) - {cell.name for cell in saved.source_cells}:
        book.api.add_source_cell(new, name, assignment, cell_type="code", source="")
    book.api.db.commit()


def _saved_checksums(notebook: Notebook) -> dict[str, str | None]:
    return {cell.name: cell.checksum for cell in notebook.source_cells}


def _checksums(prepared: NotebookNode) -> dict[str, str | None]:
    return {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.get("checksum")
        for cell in prepared.cells
        if is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell)
    }
