"""Create the instructor's notebook from a course text, with nbgrader's metadata and with roles."""

import hashlib
from collections import Counter
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course.build.text import CourseText, TextCell
from autograder.course.paths import COURSE
from autograder.models import CellRole

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def assignment_notebook(text: CourseText) -> NotebookNode:
    """Return an assignment's notebook: the reference, all tests, nbgrader's metadata."""
    grade_ids = _grade_ids(text)
    cells = [
        _cell(cell, cell_id, grade_id)
        for cell, cell_id, grade_id in zip(
            text.cells, _cell_ids(text, grade_ids), grade_ids, strict=True
        )
    ]
    return _notebook(text, cells)


def lesson_notebook(text: CourseText) -> NotebookNode:
    """Return a lesson's notebook, in which nothing is graded or locked."""
    ids = _cell_ids(text, [None] * len(text.cells))
    cells = [_cell(cell, cell_id, None) for cell, cell_id in zip(text.cells, ids, strict=True)]
    return _notebook(text, cells)


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """Return the file content of a notebook: the same bytes for the same notebook."""
    text: str = nbformat.writes(notebook)
    return (text.rstrip("\n") + "\n").encode()


def _notebook(text: CourseText, cells: list[NotebookNode]) -> NotebookNode:
    origin = f"{COURSE}/{text.path.parent.name}/{text.path.name}"
    metadata = {"kernelspec": _KERNEL, "language_info": _LANGUAGE, "dlcourse": {"text": origin}}
    notebook = new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    return notebook


def _cell(cell: TextCell, cell_id: str, grade_id: str | None) -> NotebookNode:
    metadata: dict[str, Any] = {}
    if cell.header.role is not CellRole.PROSE:
        metadata["dlcourse"] = _our_metadata(cell)
    if cell.header.is_parameters:
        metadata["tags"] = ["parameters"]
    if grade_id is not None:
        metadata["nbgrader"] = _nbgrader_metadata(cell, grade_id)
    new_cell = new_markdown_cell if cell.is_markdown else new_code_cell
    return new_cell(cell.source, metadata=metadata, id=cell_id)


def _our_metadata(cell: TextCell) -> dict[str, Any]:
    header = cell.header
    metadata: dict[str, Any] = {"role": header.role}
    if header.role in (CellRole.ANSWER, CellRole.TEST):
        metadata["exercise"] = header.name
    if header.role is CellRole.ANSWER:
        metadata["uses"] = list(header.uses)
    if header.role in (CellRole.ANSWER, CellRole.WRITTEN):
        metadata["outcomes"] = list(header.outcomes)
    return metadata


def _nbgrader_metadata(cell: TextCell, grade_id: str) -> dict[str, Any]:
    role = cell.header.role
    metadata: dict[str, Any] = {
        "grade": role in (CellRole.TEST, CellRole.WRITTEN),
        "grade_id": grade_id,
        "locked": role in (CellRole.SETUP, CellRole.TEST),
        "schema_version": 3,
        "solution": role in (CellRole.ANSWER, CellRole.WRITTEN),
        "task": False,
    }
    if metadata["grade"]:
        metadata["points"] = cell.header.points
    return metadata


def _grade_ids(text: CourseText) -> list[str | None]:
    """Return the grade id of each cell; None for cells that nbgrader ignores."""
    count: Counter[str] = Counter()
    ids: list[str | None] = []
    for cell in text.cells:
        match cell.header.role:
            case CellRole.ANSWER | CellRole.WRITTEN:
                ids.append(cell.header.name)
            case CellRole.TEST:
                ids.append(_numbered(f"test_{cell.header.name}", count))
            case CellRole.SETUP:
                stem = "parameters" if cell.header.is_parameters else "setup"
                ids.append(_numbered(stem, count))
            case _:
                ids.append(None)
    return ids


def _numbered(stem: str, count: Counter[str]) -> str:
    count[stem] += 1
    return stem if count[stem] == 1 else f"{stem}_{count[stem]}"


def _cell_ids(text: CourseText, grade_ids: list[str | None]) -> list[str]:
    """Return an id for each cell: its grade id, or else one derived from its text.

    An edit then changes the id of one cell only, and a cell that moves keeps its id.
    """
    count: Counter[str] = Counter()
    ids = []
    for cell, grade_id in zip(text.cells, grade_ids, strict=True):
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:12]
        ids.append(grade_id or _numbered(f"{cell.header.role}-{digest}", count))
    return ids
