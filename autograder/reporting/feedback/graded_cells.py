"""One graded cell as its student reads about it: points, a word, a reason, a hint, a comment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from nbformat import NotebookNode

from autograder.gradebook.read import Mark, Marks
from autograder.models import Verdict, VerdictState
from autograder.notebook.cells import exam_cell, has_exam_cell
from autograder.notebook.sanitize import plain_text

Standing = Literal["full", "part", "none", "open", "problem"]
_WORDS = {
    "passed": "all points",
    "failed": "not yet right",
    "not attempted": "not attempted",
    "not run": "not run",
    "void": "stopped",
    "test error": "the test is at fault",
}


@dataclass(frozen=True)
class GradedCell:
    """One graded cell: what it earned and why.

    points    None until a written answer is marked
    standing  how it is drawn; `words` says the same in words
    misconception_hint      the hint of a recognised misconception
    """

    grade_id: str
    title: str
    max_points: float
    points: float | None
    standing: Standing
    words: str
    reason: str = ""
    hint: str = ""
    misconception_hint: str = ""
    comment: str = ""
    by_hand: bool = False

    @property
    def name(self) -> str:
        """The exercise's name, as students know it."""
        return self.grade_id.removeprefix("test_").removeprefix("test-")


def tested(cell: NotebookNode, title: str, marks: Marks) -> GradedCell:
    """Return what a student reads about an examined test cell."""
    grade_id = grade_id_of(cell)
    max_points = _max_points(cell)
    found = exam_cell(cell).verdict if has_exam_cell(cell) else None
    # Silence is not a pass: a cell without a verdict was never examined.
    verdict = found or Verdict(grade_id, max_points, VerdictState.NOT_RUN)
    reason, hint, misconception_hint = _words_of(verdict)
    graded_cell = GradedCell(
        grade_id=grade_id,
        title=title,
        max_points=max_points,
        points=verdict.points,
        standing=_standing(verdict.points, max_points, verdict.state),
        words=_WORDS[verdict.state],
        reason=reason,
        hint=hint,
        misconception_hint=misconception_hint,
        comment=marks.comments.get(grade_id, ""),
    )
    if graded_cell.standing == "part":
        graded_cell = replace(graded_cell, words="part of the points")
    mark = marks.by_cell.get(grade_id)
    return graded_cell if mark is None or not mark.by_hand else _overruled(graded_cell, mark)


def _overruled(graded_cell: GradedCell, mark: Mark) -> GradedCell:
    """Return a question as marked by hand: the instructor's word counts."""
    points = mark.points or 0.0
    standing = _standing(points, graded_cell.max_points, "passed")
    words = "set by your instructor"
    return replace(graded_cell, points=points, standing=standing, words=words, by_hand=True)


def written(cell: NotebookNode, title: str, marks: Marks) -> GradedCell:
    """Return what a student reads about an answer in words."""
    grade_id = grade_id_of(cell)
    mark = marks.by_cell.get(grade_id) or Mark(None, _max_points(cell))
    standing: Standing = "open"
    if mark.points is None:
        words = "waits to be read"
    elif mark.by_hand:
        words, standing = "marked", _standing(mark.points, mark.max_points, "passed")
    else:  # nbgrader gives no points to an answer that is the prompt's own text
        words = "left empty"
    return GradedCell(
        grade_id=grade_id,
        title=title,
        max_points=mark.max_points,
        points=mark.points,
        standing=standing,
        words=words,
        comment=marks.comments.get(grade_id, ""),
        by_hand=mark.by_hand,
    )


def _words_of(verdict: Verdict) -> tuple[str, str, str]:
    """Return reason, hint and recognised misconception_hint, none of them said twice."""
    hint = plain_text(verdict.hint, 2_000).strip()
    reason = plain_text(verdict.reason, 4_000).strip()
    if hint and hint in reason:
        reason = reason.replace(hint, "").strip()
    return (reason, "", hint) if verdict.misconception else (reason, hint, "")


def _standing(points: float, max_points: float, state: str) -> Standing:
    if state in ("void", "test error"):
        return "problem"
    if state in (VerdictState.NOT_ATTEMPTED, VerdictState.NOT_RUN):
        return "open"
    if points >= max_points:
        return "full"
    return "part" if points > 0 else "none"


def grade_id_of(cell: NotebookNode) -> str:
    """Return the name under which a cell is graded, "" where it is not."""
    metadata: Mapping[str, object] = cell.metadata.get("nbgrader", {})
    return str(metadata.get("grade_id") or (has_exam_cell(cell) and exam_cell(cell).grade_id) or "")


def _max_points(cell: NotebookNode) -> float:
    if has_exam_cell(cell):
        return exam_cell(cell).points
    return float(cell.metadata["nbgrader"]["points"])
