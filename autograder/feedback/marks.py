"""Read from nbgrader's gradebook what marking by hand and lateness have to say."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from autograder.errors import GradebookError


@dataclass(frozen=True)
class Mark:
    """What the gradebook says about one graded cell; `points` is None until somebody marked it."""

    points: float | None
    max_points: float
    by_hand: bool = False


@dataclass(frozen=True)
class Marks:
    """What the gradebook says about one notebook of one student.

    late_penalty    points taken off the whole assignment
    """

    by_cell: Mapping[str, Mark] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    late_penalty: float = 0.0


@contextmanager
def opened(db_url: str) -> Iterator[Any | None]:
    """Open the gradebook, or give None where a SQLite file does not exist yet.

    Raises
    ------
    GradebookError
        If there is a gradebook that cannot be read.
    """
    url = make_url(db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        yield None  # nbgrader would create an empty one
        return
    try:
        with Gradebook(db_url) as gradebook:
            yield gradebook
    except SQLAlchemyError as error:
        message = f"The gradebook {db_url} cannot be read: {error}. Is another program writing it?"
        raise GradebookError(message) from error


def marks_of(gradebook: Any | None, student: str, assignment: str, notebook: str) -> Marks:
    """Return the marks of one notebook; none where the gradebook does not know it."""
    if gradebook is None:
        return Marks()
    try:
        submission = gradebook.find_submission(assignment, student)
        entry = gradebook.find_submission_notebook(notebook, assignment, student)
    except MissingEntry:
        return Marks()
    return Marks(
        by_cell={grade.name: _mark(grade) for grade in entry.grades},
        comments={comment.name: comment.comment for comment in entry.comments if comment.comment},
        late_penalty=float(submission.late_submission_penalty or 0.0),
    )


def _mark(grade: Any) -> Mark:
    by_hand = grade.manual_score is not None or bool(grade.extra_credit)
    waits = grade.needs_manual_grade or (grade.auto_score is None and grade.manual_score is None)
    return Mark(
        points=None if waits else float(grade.score),
        max_points=float(grade.max_score),
        by_hand=by_hand,
    )
