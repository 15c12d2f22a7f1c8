"""Say what a student reads about one graded cell: points, reason, hint, comment.

How it looks is in `templates/feedback.html.j2`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from nbformat import NotebookNode

from autograder.gradebook.read import Mark, Marks
from autograder.models import Verdict, VerdictState
from autograder.notebook.cells import exam_cell, has_exam_cell
from autograder.notebook.sanitize import plain_text
from autograder.reporting.class_report import question_name

Standing = Literal["full", "part", "none", "open", "problem"]
"""How a graded cell is drawn: all, some or no points earned, open, or a problem."""

_WORDS = {
    VerdictState.PASSED: "all points",
    VerdictState.FAILED: "not correct yet",
    VerdictState.NOT_ATTEMPTED: "not attempted",
    VerdictState.NOT_RUN: "not run",
    VerdictState.VOID: "stopped",
    VerdictState.TEST_ERROR: "the test has an error",
}


@dataclass(frozen=True)
class GradedCell:
    """One graded cell: what it earned, and why.

    points              None for a written answer that is not marked yet
    standing            how it is drawn; `words` says the same
    hint                a hint of the test
    misconception_hint  the hint of a misconception that was recognized
    comment             what the instructor wrote
    by_hand             whether a person set the points
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
        """The name of the exercise, as students know it."""
        return question_name(self.grade_id)


def tested(cell: NotebookNode, title: str, marks: Marks) -> GradedCell:
    """Return what a student reads about a test cell."""
    grade_id = grade_id_of(cell)
    max_points = _max_points(cell)
    found = exam_cell(cell).verdict if has_exam_cell(cell) else None
    # A cell without a verdict was never run, so it did not pass.
    verdict = found or Verdict(grade_id, max_points, VerdictState.NOT_RUN)
    reason, hint, misconception_hint = _explanation(verdict)
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
    """Return a graded cell with the points that the instructor set by hand."""
    points = mark.points or 0.0
    standing = _standing(points, graded_cell.max_points)
    words = "set by your instructor"
    return replace(graded_cell, points=points, standing=standing, words=words, by_hand=True)


def written(cell: NotebookNode, title: str, marks: Marks) -> GradedCell:
    """Return what a student reads about a written answer."""
    grade_id = grade_id_of(cell)
    mark = marks.by_cell.get(grade_id) or Mark(None, _max_points(cell))
    standing: Standing = "open"
    if mark.points is None:
        words = "not marked yet"
    elif mark.by_hand:
        words, standing = "marked", _standing(mark.points, mark.max_points)
    else:  # nbgrader gives no points to an answer that is still as released
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


def _explanation(verdict: Verdict) -> tuple[str, str, str]:
    """Return reason, hint, and hint of the recognized misconception; the reason repeats neither."""
    hint = plain_text(verdict.hint, 2_000).strip()
    reason = plain_text(verdict.reason, 4_000).strip()
    if hint and hint in reason:
        reason = reason.replace(hint, "").strip()
    return (reason, "", hint) if verdict.misconception else (reason, hint, "")


def _standing(
    points: float, max_points: float, state: VerdictState = VerdictState.PASSED
) -> Standing:
    if state in (VerdictState.VOID, VerdictState.TEST_ERROR):
        return "problem"
    if state in (VerdictState.NOT_ATTEMPTED, VerdictState.NOT_RUN):
        return "open"
    if points >= max_points:
        return "full"
    return "part" if points > 0 else "none"


def grade_id_of(cell: NotebookNode) -> str:
    """Return the id that a cell is graded by, or "" if it is not graded."""
    metadata: Mapping[str, object] = cell.metadata.get("nbgrader", {})
    return str(metadata.get("grade_id") or (has_exam_cell(cell) and exam_cell(cell).grade_id) or "")


def _max_points(cell: NotebookNode) -> float:
    if has_exam_cell(cell):
        return exam_cell(cell).points
    return float(cell.metadata["nbgrader"]["points"])
