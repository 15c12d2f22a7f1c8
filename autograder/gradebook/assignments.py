"""Enters into the gradebook what can be earned, as nbgrader's generate_assignment does."""

import logging
from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Assignment, Notebook
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

from autograder.errors import GradebookError
from autograder.gradebook.connection import Book, open_gradebook
from autograder.notebook.cells import points_of

_STEPS = (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ComputeChecksums)


def enter_assignment(book: Book, assignment: str, sources: Mapping[str, NotebookNode]) -> None:
    """Enter an assignment, or bring points and texts up to date; marks stay.

    Parameters
    ----------
    book
        The open gradebook.
    assignment
        The name of the assignment.
    sources
        The trusted notebooks by name. Those without points, lessons, are left out.

    Raises
    ------
    GradebookError
        If marks were given for other questions than those of `sources`.
    """
    graded = {name: nb for name, nb in sources.items() if any(map(points_of, nb.cells))}
    prepared = {name: _prepare(assignment, name, nb) for name, nb in graded.items()}
    entry = book.write(lambda: book.api.update_or_create_assignment(assignment))
    if entry.submissions:
        _refuse_other_questions(entry, prepared)
    else:
        for gone in {notebook.name for notebook in entry.notebooks} - set(prepared):
            book.write(partial(book.api.remove_notebook, gone, assignment))
    known = {notebook.name: _checksums_saved(notebook) for notebook in entry.notebooks}
    book.api.db.rollback()  # ends the reading, or SaveCells would wait for it
    for name, notebook in prepared.items():
        if known.get(name) != _checksums(notebook):
            book.write(partial(_save, book, assignment, name, notebook))


def enter_week(assignment: str, student: str = "*", notebooks: object = ()) -> None:
    """Enter the assignment of the course in the working directory: nbgrader's pre_convert_hook.

    So `nbgrader autograde` and formgrader can grade a assignment that was only built.
    """
    del student, notebooks  # nbgrader's hooks are called with them
    root = Path.cwd()
    paths = sorted((root / "source" / assignment).glob("*.ipynb"))
    sources = {path.stem: nbformat.read(path, as_version=4) for path in paths}
    with open_gradebook(root) as book:
        enter_assignment(book, assignment, sources)


def _prepare(assignment: str, name: str, source: NotebookNode) -> NotebookNode:
    """Return a source as nbgrader saves it: solutions cut, hidden tests there, checksums."""
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
    """Refuse questions that came or went since the first mark was given, as nbgrader does."""
    before = {(book.name, cell.name) for book in entry.notebooks for cell in book._base_cells}
    now = {
        (name, cell.metadata.nbgrader.grade_id)
        for name, notebook in prepared.items()
        for cell in notebook.cells
        if is_grade(cell) or is_solution(cell) or is_task(cell)
    }
    if before == now:
        return
    new = ", ".join(sorted(question for _, question in now - before)) or "none"
    gone = ", ".join(sorted(question for _, question in before - now)) or "none"
    message = (
        f"The gradebook has marks for other questions of {entry.name} than source/ has now "
        f"(new: {new}; gone: {gone}). Bring the questions back, or remove the marks with "
        f"`nbgrader db assignment remove {entry.name} --force` and grade again."
    )
    raise GradebookError(message)


def _save(book: Book, assignment: str, name: str, prepared: NotebookNode) -> None:
    """Save a notebook's cells with nbgrader's own step."""
    _let_locked_cells_change(book, assignment, name, prepared)
    resources = {"nbgrader": {"notebook": name, "assignment": assignment, "db_url": book.url}}
    SaveCells().preprocess(prepared, resources)


def _let_locked_cells_change(
    book: Book, assignment: str, name: str, prepared: NotebookNode
) -> None:
    """Bring locked cells that came or went into the gradebook, where nbgrader would refuse.

    No mark hangs on them, and a course may need one more import in the middle of the term.
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


def _checksums_saved(notebook: Notebook) -> dict[str, str | None]:
    return {cell.name: cell.checksum for cell in notebook.source_cells}


def _checksums(prepared: NotebookNode) -> dict[str, str | None]:
    return {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.get("checksum")
        for cell in prepared.cells
        if is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell)
    }
