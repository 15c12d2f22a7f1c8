"""Assemble the exam notebook of a submission: the trusted source with the student's answers.

Only the text of answers and of added cells is the student's. Everything else comes from the
source: order, metadata, set-up cells and test cells. The source contains the reference solutions,
so an answer that was deleted becomes an empty cell: with the source's own text, it would earn full
marks.

The functions here are pure: they read and write no file.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.models import AddedCell, Answers, CellRole
from autograder.notebook.cells import (
    ExamCell,
    ExamMetadata,
    exam_cell,
    grade_id_of,
    points_of,
    role_of,
    set_exam_cell,
    set_exam_metadata,
)
from autograder.notebook.names import student_names
from autograder.notebook.sanitize import inert_markdown
from autograder.notebook.source_code import parse, strip_magics

_Location = tuple[str | None, int]  # a grade id, and how many cells without one follow it

NOT_RUN = "This test did not run, so it earns nothing."


def assemble(
    source: NotebookNode,
    answers: Answers,
    *,
    parameters: Mapping[str, Any] | None = None,
    assignment: str = "",
) -> NotebookNode:
    """Return the exam notebook of one student's answers.

    Every test cell starts with the error "NotRun" as its output, because nbgrader reads a test
    cell without output as full marks. Cells and notebook carry the metadata that
    `autograder.notebook.cells` defines. Findings about the submitted file are not part of it.

    Parameters
    ----------
    source
        The trusted notebook. It is not changed.
    answers
        What the student wrote.
    parameters
        Values that replace those of the cell tagged "parameters", by name, as papermill does.
    assignment
        The name of the assignment, for the metadata.

    Raises
    ------
    SyntaxError
        If an answer cell of the source is not Python.
    """
    cells = list(_with_added(_trusted(source, answers, parameters or {}), answers.added))
    _set_ids(cells)
    exam_notebook = nbformat.from_dict(
        {
            "cells": cells,
            "metadata": deepcopy(source.metadata),
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    set_exam_metadata(
        exam_notebook,
        ExamMetadata(
            assignment=assignment,
            names=_names(tuple(c.source for c in source.cells if role_of(c) is CellRole.ANSWER)),
            seed=_seed(source, parameters or {}),
            is_shared_namespace=not any("dlcourse" in cell.metadata for cell in source.cells),
            unanswered=answers.unanswered,
        ),
    )
    return exam_notebook


def _trusted(
    source: NotebookNode, answers: Answers, parameters: Mapping[str, Any]
) -> Iterator[tuple[_Location, NotebookNode]]:
    """Yield the source's cells with the student's answers in them, and the location of each."""
    after, n_unmarked = None, 0
    for cell in source.cells:
        grade_id = grade_id_of(cell)
        after, n_unmarked = (grade_id, 0) if grade_id else (after, n_unmarked + 1)
        for made in _cells_for(cell, answers, parameters):
            yield (after, n_unmarked), made


def _cells_for(
    cell: NotebookNode, answers: Answers, parameters: Mapping[str, Any]
) -> Iterator[NotebookNode]:
    role = role_of(cell)
    text = str(cell.source)
    if role is CellRole.DEMO and "dlcourse" not in cell.metadata and (imports := _imports(text)):
        yield _cell("code", imports, CellRole.SETUP)
    if role in (CellRole.ANSWER, CellRole.WRITTEN):
        text = answers.cells.get(grade_id_of(cell) or "", "")
    if role is CellRole.WRITTEN:
        text = inert_markdown(text)
    yield _cell(cell.cell_type, text, role, cell)
    if parameters and "parameters" in cell.metadata.get("tags", []):
        assignments = (f"{name} = {value!r}" for name, value in parameters.items())
        injected = _cell("code", "\n".join(["# Parameters", *assignments]), CellRole.SETUP)
        injected["metadata"]["tags"] = ["injected-parameters"]
        yield injected


def _with_added(
    trusted: Iterable[tuple[_Location, NotebookNode]], added: Iterable[AddedCell]
) -> Iterator[NotebookNode]:
    """Yield the trusted cells, and each of the student's own cells after its location."""
    waiting: dict[_Location, list[NotebookNode]] = defaultdict(list)
    for cell in sorted(added, key=lambda cell: not cell.is_beside):
        waiting[cell.after, cell.n_unmarked_before].append(_added_cell(cell))
    yield from waiting.pop((None, 0), [])
    last: _Location | None = None
    for location, made in trusted:
        if location != last and last is not None:
            yield from waiting.pop(last, [])
        last = location
        yield made
    for cells in list(waiting.values()):  # after the last cell, or at an unknown location
        yield from cells


def _added_cell(cell: AddedCell) -> NotebookNode:
    if cell.cell_type == "markdown":
        return _cell("markdown", inert_markdown(cell.source), CellRole.NOTE)
    return _cell("code", cell.source, CellRole.ADDED)


def _cell(
    kind: str, text: str, role: CellRole, original: NotebookNode | None = None
) -> NotebookNode:
    """Return a cell of the exam notebook; its metadata is a copy of the original's."""
    grade_id = grade_id_of(original) if original else None
    metadata: dict[str, Any] = deepcopy(dict(original.metadata)) if original else {}
    points = points_of(original) if original else 0.0
    cell: dict[str, Any] = {"cell_type": kind, "source": text, "metadata": metadata}
    if original and "id" in original:
        cell["id"] = original["id"]
    if original and "attachments" in original and role is CellRole.PROSE:
        cell["attachments"] = deepcopy(original["attachments"])
    if kind == "code":
        cell |= {"execution_count": None, "outputs": [_not_run()] if role is CellRole.TEST else []}
    made = nbformat.from_dict(cell)
    set_exam_cell(made, ExamCell(role, grade_id, points))
    return made


def _not_run() -> dict[str, str | list[str]]:
    return {"output_type": "error", "ename": "NotRun", "evalue": NOT_RUN, "traceback": [NOT_RUN]}


# The same source is assembled for every student, so results that depend on it only are cached.


@cache
def _names(reference: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(student_names(reference)))


@cache
def _imports(text: str) -> str:
    """Return the import statements at the top level of a cell, one per line."""
    statements = (node for node in _parse(text) if isinstance(node, ast.Import | ast.ImportFrom))
    return "\n".join(ast.unparse(statement) for statement in statements)


def _seed(source: NotebookNode, parameters: Mapping[str, Any]) -> int:
    """Return the value that SEED will have; 0 if the notebook does not assign it."""
    if "SEED" in parameters:
        return int(parameters["SEED"])
    tagged = (cell for cell in source.cells if "parameters" in cell.metadata.get("tags", []))
    return next((_assigned_seed(str(cell.source)) for cell in tagged), 0)


@cache
def _assigned_seed(text: str) -> int:
    for node in _parse(text):
        match node:
            case ast.Assign(targets=[ast.Name("SEED")], value=ast.Constant(int(value))):
                return value
    return 0


def _parse(text: str) -> list[ast.stmt]:
    try:
        return parse(strip_magics(text)).body
    except (SyntaxError, ValueError):
        return []


def _set_ids(cells: Iterable[NotebookNode]) -> None:
    """Give an id to each cell that has none or one that another cell has."""
    taken: set[str] = set()
    for number, cell in enumerate(cells):
        wanted = cell.get("id") or f"{exam_cell(cell).role}-{number}"
        while wanted in taken:
            wanted = f"{wanted}-{number}"
        cell["id"] = wanted
        taken.add(wanted)
