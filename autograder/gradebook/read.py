"""Read manual marks, comments and late penalties from the gradebook."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbgrader.api import BaseCell, Comment, Grade, Gradebook, MissingEntry, SubmittedNotebook
from sqlalchemy import select

from autograder.models import Submission


@dataclass(frozen=True)
class Mark:
    """What the gradebook says about one graded cell; `points` is None if it is not marked yet."""

    points: float | None
    max_points: float
    by_hand: bool = False


@dataclass(frozen=True)
class Marks:
    """What the gradebook says about one notebook of one student.

    by_cell         by grade id
    comments        of the instructor, by grade id
    late_penalty    points deducted from this notebook
    """

    by_cell: Mapping[str, Mark] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    late_penalty: float = 0.0


def marks_of(gradebook: Gradebook, submission: Submission) -> Marks:
    """Return the marks of one notebook; none if the gradebook does not have it."""
    try:
        entry = gradebook.find_submission_notebook(
            submission.notebook, submission.assignment, submission.student
        )
    except MissingEntry:
        return Marks()
    return Marks(
        by_cell={grade.name: _mark(grade) for grade in _rows_of(gradebook, Grade, entry)},
        comments={
            comment.name: comment.manual_comment
            for comment in _rows_of(gradebook, Comment, entry)
            if comment.manual_comment
        },
        late_penalty=float(entry.late_submission_penalty or 0.0),
    )


def _rows_of(gradebook: Gradebook, kind: Any, notebook: SubmittedNotebook) -> list[Any]:
    """Return the grades or the comments of a submitted notebook, found by nbgrader's index.

    The index begins with the cell. `notebook.grades` would read the grades of the whole class.
    """
    cells = select(BaseCell.id).where(BaseCell.notebook_id == notebook.notebook_id)
    query = gradebook.db.query(kind)
    return list(query.filter(kind.cell_id.in_(cells), kind.notebook_id == notebook.id))


def _mark(grade: Any) -> Mark:
    by_hand = grade.manual_score is not None or bool(grade.extra_credit)
    # After grading again, a mark given by hand has to be confirmed; until then it is valid.
    is_open = grade.manual_score is None and (grade.auto_score is None or grade.needs_manual_grade)
    return Mark(
        points=None if is_open else float(grade.score),
        max_points=float(grade.max_score),
        by_hand=by_hand,
    )
