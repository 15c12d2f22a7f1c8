"""Turn a graded notebook into the content of a feedback page, without any HTML.

A page consists of what the student already has (the release and their own text) and of what the
verdicts say. Nothing is copied from the instructor's notebook, so no hidden test can be shown.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from nbformat import NotebookNode

from autograder.gradebook.read import Marks
from autograder.models import CellRole, Submission
from autograder.notebook.cells import exam_cell, has_exam_cell
from autograder.notebook.sanitize import plain_text, sanitize_outputs
from autograder.reporting.feedback.exam_failures import failure_in_exam
from autograder.reporting.feedback.graded_cells import GradedCell, grade_id_of, tested, written
from autograder.reporting.feedback.syntax import syntax_problem

OUTPUT_LIMIT = 400_000  # characters of text and pictures that one cell shows


@dataclass(frozen=True)
class Block:
    """One cell of the notebook, as the page shows it.

    kind         prose | setup | answer | added | written | note | graded cell
    beside       text that the student wrote outside a written answer's cell
    comment      what the instructor wrote about an answer
    problem      why the cell cannot be read as Python, or ""
    is_withheld  whether its outputs are not shown, because they came after a hidden test
    failure      how the cell of an answer failed in the exam, or ""
    """

    kind: str
    text: str = ""
    outputs: tuple[NotebookNode, ...] = ()
    graded_cell: GradedCell | None = None
    beside: tuple[str, ...] = ()
    comment: str = ""
    problem: str = ""
    is_withheld: bool = False
    failure: str = ""


@dataclass(frozen=True)
class Page:
    """Everything that one student reads about one notebook."""

    submission: Submission
    title: str
    blocks: tuple[Block, ...]
    late_penalty: float

    @property
    def graded_cells(self) -> tuple[GradedCell, ...]:
        """The graded cells in order."""
        return tuple(block.graded_cell for block in self.blocks if block.graded_cell is not None)

    @property
    def earned(self) -> float:
        """The points known so far, before the late penalty."""
        return sum(graded_cell.points or 0.0 for graded_cell in self.graded_cells)

    @property
    def total(self) -> float:
        """The points known so far, after the late penalty."""
        return max(self.earned - self.late_penalty, 0.0)

    @property
    def max_points(self) -> float:
        """The points that could be earned."""
        return sum(graded_cell.max_points for graded_cell in self.graded_cells)

    @property
    def withholds(self) -> bool:
        """Whether the outputs of some cell are not shown."""
        return any(block.is_withheld for block in self.blocks)

    @property
    def unmarked(self) -> float:
        """The points of the written answers that are not marked yet."""
        return sum(cell.max_points for cell in self.graded_cells if cell.points is None)


def page_of(
    graded: NotebookNode, release: NotebookNode | None, marks: Marks, submission: Submission
) -> Page:
    """Return what a student reads about a graded notebook.

    Parameters
    ----------
    graded
        The notebook in `autograded/`, with roles and verdicts in the metadata of its cells.
    release
        The notebook that students were given; without it only their own cells are shown.
    marks
        What the gradebook says about the notebook.
    submission
        Whose notebook it is.
    """
    blocks = tuple(_blocks(graded, _Release(release), marks))
    first = next((block.text for block in blocks if block.kind == "prose"), "")
    return Page(
        submission=submission,
        title=next(iter(_headings(first)), submission.notebook),
        blocks=blocks,
        late_penalty=marks.late_penalty,
    )


def _blocks(graded: NotebookNode, public: "_Release", marks: Marks) -> Iterator[Block]:
    heading = ""
    hidden_has_run = False
    cells = deque(graded.cells)
    while cells:
        cell = cells.popleft()
        role, grade_id = _role(cell), grade_id_of(cell)
        if role is CellRole.PROSE:
            text = public.text(cell)
            heading = (_headings(text) or [heading])[-1]
            if text:
                yield Block("prose", text)
        elif role is CellRole.TEST:
            hidden_has_run = hidden_has_run or public.text(cell) != cell.source
            graded_cell = tested(cell, heading, marks)
            yield Block("graded cell", public.text(cell), graded_cell=graded_cell)
        elif role is CellRole.WRITTEN:
            # Text outside the answer's cell was put behind it.
            notes = list(takewhile(lambda cell: _role(cell) is CellRole.NOTE, cells))
            for _ in notes:
                cells.popleft()
            answer = written(cell, heading, marks)
            beside = tuple(str(note.source) for note in notes)
            yield Block("written", cell.source, graded_cell=answer, beside=beside)
        elif role is CellRole.NOTE:
            yield Block("note", cell.source)
        else:
            theirs = role in (CellRole.ANSWER, CellRole.ADDED)
            text = cell.source if theirs else public.text(cell)
            outputs = sanitize_outputs(cell.get("outputs", []), OUTPUT_LIMIT)
            # Student code may print what a hidden test called it with, now or later.
            after_hidden = hidden_has_run or (has_exam_cell(cell) and exam_cell(cell).is_withheld)
            withheld = bool(outputs and after_hidden)
            yield Block(
                role if theirs else "setup",
                plain_text(text),
                () if withheld else tuple(outputs),
                comment=marks.comments.get(grade_id, ""),
                problem=syntax_problem(text) if theirs else "",
                is_withheld=withheld,
                failure=failure_in_exam(outputs) if role is CellRole.ANSWER else "",
            )


class _Release:
    """The text that students were given, by cell."""

    def __init__(self, release: NotebookNode | None) -> None:
        cells = release.cells if release is not None else []
        self._by_grade_id = {grade_id_of(cell): cell.source for cell in cells if grade_id_of(cell)}
        self._by_id = {cell.get("id"): cell.source for cell in cells if cell.get("id")}
        self._texts = {cell.source for cell in cells}

    def text(self, cell: NotebookNode) -> str:
        """Return the released text of a trusted cell, or "" if the release has no such cell."""
        grade_id = grade_id_of(cell)
        if grade_id:
            return str(self._by_grade_id.get(grade_id, ""))
        if cell.source in self._texts:
            return str(cell.source)
        return str(self._by_id.get(cell.get("id"), ""))


def _role(cell: NotebookNode) -> CellRole:
    if not has_exam_cell(cell):
        return CellRole.PROSE if cell.cell_type != "code" else CellRole.ADDED
    role = exam_cell(cell).role
    # In a notebook that was graded before there were notes, they are answers without an id.
    return CellRole.NOTE if role is CellRole.WRITTEN and not grade_id_of(cell) else role


def _headings(markdown: str) -> list[str]:
    """Return the headings of a Markdown cell, each up to its first middle dot."""
    found = re.findall(r"^#{1,6}[ \t]+(\S.*)$", markdown, re.MULTILINE)
    return [re.sub(r"[*_`]", "", heading.split(" · ")[0]).strip() for heading in found]
