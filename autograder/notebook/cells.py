"""Read and write notebooks and the metadata of their cells: nbgrader's, and that of an exam.

An exam notebook carries typed values under `metadata["exam"]`: an `ExamCell` in each cell and an
`ExamMetadata` in the notebook. Nothing else in the package reads or writes that key.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.models import CellRole, Finding, Verdict

_KEY = "exam"

ExpectedKinds = Mapping[str, Sequence[str]]
"""What right answers returned at each line of a test cell: {"12 call": ["plain"]}."""


# --- nbgrader's metadata -------------------------------------------------------------------------


def role_of(cell: NotebookNode) -> CellRole:
    """Return what a cell of the trusted source is for.

    Courses written for this package declare it. In any other nbgrader course it follows from
    nbgrader's metadata: locked code that is not a test is set-up, unmarked code is a
    demonstration, and a manually graded task is prose, since its text is the instructor's.
    """
    declared = cell.metadata.get("dlcourse", {}).get("role")
    if declared in tuple(CellRole):
        return CellRole(declared)
    marks = marks_of(cell)
    if cell.cell_type != "code":
        is_written = cell.cell_type == "markdown" and marks.get("solution")
        return CellRole.WRITTEN if is_written else CellRole.PROSE
    if marks.get("solution"):
        return CellRole.ANSWER
    if marks.get("grade"):
        return CellRole.TEST
    return CellRole.SETUP if marks.get("locked") else CellRole.DEMO


def grade_id_of(cell: NotebookNode) -> str | None:
    """Return the nbgrader id of a cell, or None if it has none.

    nbgrader leaves ids on cells that are no longer graded, solutions, tasks or locked. Like
    nbgrader, this function treats them as cells without an id.
    """
    marks = marks_of(cell)
    if not any(marks.get(mark) for mark in ("grade", "solution", "locked", "task")):
        return None
    return marks.get("grade_id") or None


def points_of(cell: NotebookNode) -> float:
    """Return the points of a test, a manually graded answer or a task."""
    marks = marks_of(cell)
    return float(marks.get("points") or 0) if marks.get("grade") or marks.get("task") else 0.0


def marks_of(cell: NotebookNode) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell, empty if it has none."""
    marks: dict[str, Any] = cell.metadata.get("nbgrader", {})
    return marks


def exercise_of(cell: NotebookNode) -> str:
    """Return the exercise that a test cell belongs to, empty if unknown."""
    return str(cell.metadata.get("dlcourse", {}).get("exercise", ""))


# --- the metadata of an exam notebook ------------------------------------------------------------


@dataclass(frozen=True)
class ExamCell:
    """The metadata of one cell of an exam notebook.

    expected_kinds   of a test cell: what right answers returned at each line
    verdict          of a test cell, after the exam
    seconds          the run time of a code cell
    is_withheld      whether the outputs are hidden from students: the cell ran after a hidden test
    """

    role: CellRole
    grade_id: str | None = None
    points: float = 0.0
    expected_kinds: ExpectedKinds = field(default_factory=dict)
    verdict: Verdict | None = None
    seconds: float = 0.0
    is_withheld: bool = False


@dataclass(frozen=True)
class ExamMetadata:
    """The metadata of an exam notebook.

    names                the names that the reference's answer cells assign
    seed                 the value of its SEED parameter
    is_shared_namespace  whether all its test cells share one namespace
    unanswered           grade ids of answers that are deleted, blank, or as released
    findings             the findings so far
    seconds              the run time of the whole exam
    peak_memory          of the candidate and its descendants, in bytes
    cpu_seconds          of the same processes
    was_starved          whether it ran out of time while other programs used its cores
    files                what the student submitted beside the notebook, by path, in base 64; until
                         the exam
    """

    assignment: str = ""
    names: tuple[str, ...] = ()
    seed: int = 0
    is_shared_namespace: bool = False
    unanswered: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    peak_memory: int = 0
    cpu_seconds: float = 0.0
    was_starved: bool = False
    files: Mapping[str, str] = field(default_factory=dict)


def is_exam_notebook(notebook: NotebookNode) -> bool:
    """Return whether a notebook is an exam notebook."""
    return _KEY in notebook.metadata


def has_exam_cell(cell: NotebookNode) -> bool:
    """Return whether a cell has the metadata of an exam notebook's cell."""
    return _KEY in cell.metadata


def exam_cell(cell: NotebookNode) -> ExamCell:
    """Return the exam metadata of a cell.

    Raises
    ------
    KeyError
        If the cell is not part of an exam notebook.
    """
    stored = cell.metadata[_KEY]
    verdict = stored.get("verdict")
    return ExamCell(
        role=CellRole(stored["role"]),
        grade_id=stored.get("grade_id"),
        points=float(stored.get("points") or 0.0),
        expected_kinds=stored.get("expected_kinds", {}),
        verdict=None if verdict is None else Verdict.from_json(verdict),
        seconds=float(stored.get("seconds", 0.0)),
        is_withheld=bool(stored.get("is_withheld", False)),
    )


def set_exam_cell(cell: NotebookNode, value: ExamCell) -> None:
    """Write the exam metadata of a cell."""
    stored: dict[str, Any] = {
        "role": value.role.value,
        "grade_id": value.grade_id,
        "points": value.points,
    }
    if value.expected_kinds:
        stored["expected_kinds"] = dict(value.expected_kinds)
    if value.verdict is not None:
        stored["verdict"] = value.verdict.to_json()
    if value.seconds:
        stored["seconds"] = value.seconds
    if value.is_withheld:
        stored["is_withheld"] = True
    cell.metadata[_KEY] = nbformat.from_dict(stored)


def update_exam_cell(cell: NotebookNode, **changes: Any) -> None:
    """Change some fields of the exam metadata of a cell."""
    set_exam_cell(cell, replace(exam_cell(cell), **changes))


def exam_metadata(notebook: NotebookNode) -> ExamMetadata:
    """Return the exam metadata of a notebook.

    Raises
    ------
    KeyError
        If the notebook is not an exam notebook.
    """
    stored = notebook.metadata[_KEY]
    return ExamMetadata(
        assignment=str(stored.get("assignment", "")),
        names=tuple(stored.get("names", ())),
        seed=int(stored.get("seed", 0)),
        is_shared_namespace=bool(stored.get("is_shared_namespace", False)),
        unanswered=frozenset(stored.get("unanswered", ())),
        findings=tuple(Finding.from_json(finding) for finding in stored.get("findings", ())),
        seconds=float(stored.get("seconds", 0.0)),
        peak_memory=int(stored.get("peak_memory", 0)),
        cpu_seconds=float(stored.get("cpu_seconds", 0.0)),
        was_starved=bool(stored.get("was_starved", False)),
        files=stored.get("files", {}),
    )


def set_exam_metadata(notebook: NotebookNode, value: ExamMetadata) -> None:
    """Write the exam metadata of a notebook."""
    notebook.metadata[_KEY] = nbformat.from_dict(
        {
            "assignment": value.assignment,
            "names": list(value.names),
            "seed": value.seed,
            "is_shared_namespace": value.is_shared_namespace,
            "unanswered": sorted(value.unanswered),
            "findings": [finding.to_json() for finding in value.findings],
            "seconds": value.seconds,
            "peak_memory": value.peak_memory,
            "cpu_seconds": value.cpu_seconds,
            "was_starved": value.was_starved,
            **({"files": dict(value.files)} if value.files else {}),
        }
    )


def add_files(notebook: NotebookNode, files: Mapping[str, bytes]) -> None:
    """Add the files that a student submitted to an exam notebook, by path."""
    encoded = {path: base64.b64encode(content).decode() for path, content in files.items()}
    set_exam_metadata(notebook, replace(exam_metadata(notebook), files=encoded))


def take_files(notebook: NotebookNode) -> dict[str, bytes]:
    """Remove the student's files from an exam notebook, and return them, by path."""
    metadata = exam_metadata(notebook)
    set_exam_metadata(notebook, replace(metadata, files={}))
    return {path: base64.b64decode(content) for path, content in metadata.files.items()}


def add_findings(notebook: NotebookNode, findings: Sequence[Finding]) -> None:
    """Add findings to an exam notebook, without duplicates."""
    metadata = exam_metadata(notebook)
    combined = tuple(dict.fromkeys((*metadata.findings, *findings)))
    set_exam_metadata(notebook, replace(metadata, findings=combined))


def cells_with_role(notebook: NotebookNode, *roles: CellRole) -> Iterator[NotebookNode]:
    """Yield the cells of an exam notebook that have one of the roles, in order.

    Cells that another tool added, such as papermill's mark of an error, have no role.
    """
    # Only the role is read: parsing the verdict of every cell would cost more than the search.
    return (
        cell
        for cell in notebook.cells
        if has_exam_cell(cell) and CellRole(cell.metadata[_KEY]["role"]) in roles
    )


def verdicts_of(notebook: NotebookNode) -> tuple[Verdict, ...]:
    """Return the verdicts that an exam notebook has so far, in the order of its test cells."""
    verdicts = (exam_cell(cell).verdict for cell in cells_with_role(notebook, CellRole.TEST))
    return tuple(verdict for verdict in verdicts if verdict is not None)


# --- notebooks as bytes: for files, caches and other processes ------------------------------------


def to_bytes(notebook: NotebookNode) -> bytes:
    """Return a notebook as UTF-8 JSON; characters that UTF-8 cannot encode are replaced.

    It is one line: with the indentation of `nbformat.write`, the transcripts of an exam take five
    times as long to write, for every submission of a class.
    """
    text = json.dumps(notebook, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def from_bytes(data: bytes) -> NotebookNode:
    """Return the notebook that `to_bytes` wrote; it is not validated again."""
    return nbformat.v4.reads(data.decode("utf-8"))
