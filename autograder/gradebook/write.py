"""Enter Results into the gradebook, and keep what a person entered."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
    new_uuid,
)
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc

from autograder.errors import GradebookError
from autograder.gradebook.connection import CONFIG_FILE, Book
from autograder.models import Result

NO_RESPONSE = "No response."  # nbgrader's words


@dataclass(frozen=True)
class GradebookCell:
    """What the gradebook knows about a cell.

    rows       the classes of the rows that each submission has for it
    by_hand    whether a person marks it
    """

    name: str
    notebook: str
    rows: tuple[Any, ...]
    max_score: float = 0.0
    by_hand: bool = False


def enter_results(
    book: Book,
    assignment: str,
    results: Sequence[Result],
    *,
    submitted_at: Mapping[str, datetime] | None = None,
    seen: Collection[tuple[str, str]] = (),
) -> None:
    """Enter the points that were earned, as one transaction; manual marks and comments are kept.

    Students and submissions that the gradebook does not have are added. Answers that are marked
    by hand are flagged for marking unless there is nothing to read, as with nbgrader.

    Parameters
    ----------
    book
        The open gradebook.
    assignment
        The name of an assignment that `enter_assignment` has entered.
    results
        Of one or more students; a notebook that the gradebook does not have is skipped.
    submitted_at
        When each student submitted, if that is known. Late penalties depend on it.
    seen
        The students and notebooks whose same submission was entered before, so that marks given
        by hand need not be confirmed again.

    Raises
    ------
    GradebookError
        If the gradebook is locked or refuses. Then none of these results is entered.
    """
    times = submitted_at or {}

    def enter() -> None:
        cells = _cells(book, assignment)
        for result in results:
            submission = _submission(book, assignment, result.student, cells)
            if result.student in times:
                submission.timestamp = parse_utc(times[result.student])
            for notebook in _notebooks(book, submission, result.notebook):
                _enter_comments(book, notebook, result, cells)
                is_seen = (result.student, result.notebook) in seen
                score = _enter_grades(book, notebook, result, cells, is_seen)
                notebook.late_submission_penalty = _penalty(book, submission, score)

    book.write(enter)


def _submission(
    book: Book, assignment: str, student: str, cells: Mapping[str, GradebookCell]
) -> SubmittedAssignment:
    """Return the submission of a student; add it with all its rows if there is none.

    The rows are those of nbgrader's `add_submission`, which would commit by itself.
    """
    try:
        return book.api.find_submission(assignment, student)
    except MissingEntry:
        entry = book.api.find_assignment(assignment)
    session = book.api.db
    if session.get(Student, student) is None:
        session.add(Student(id=student))
    submission = SubmittedAssignment(id=new_uuid(), student_id=student, assignment_id=entry.id)
    notebooks = {
        key: SubmittedNotebook(id=new_uuid(), notebook_id=key, assignment_id=submission.id)
        for (key,) in session.query(Notebook.id).filter(Notebook.assignment_id == entry.id)
    }
    rows = [
        row(cell_id=key, notebook_id=notebooks[cell.notebook].id)
        for key, cell in cells.items()
        for row in cell.rows
    ]
    for parents_first in ([submission], notebooks.values(), rows):
        session.add_all(parents_first)
        session.flush()
    return submission


def _notebooks(book: Book, submission: SubmittedAssignment, name: str) -> list[SubmittedNotebook]:
    found = book.api.db.query(SubmittedNotebook).join(Notebook)
    found = found.filter(SubmittedNotebook.assignment_id == submission.id, Notebook.name == name)
    return list(found)


def _cells(book: Book, assignment: str) -> dict[str, GradebookCell]:
    """Return the cells of an assignment that get grades or comments, by their database ids."""
    answers = {
        key: (name, notebook) for key, name, notebook in _rows(book, assignment, SolutionCell)
    }
    by_hand = set(answers.values())
    cells = {key: GradebookCell(*answer, (Comment,)) for key, answer in answers.items()}
    for key, name, notebook, points in _rows(book, assignment, GradeCell, GradeCell.max_score):
        cells[key] = GradebookCell(name, notebook, (Grade,), points, (name, notebook) in by_hand)
    for key, name, notebook, points in _rows(book, assignment, TaskCell, TaskCell.max_score):
        cells[key] = GradebookCell(name, notebook, (Grade, Comment), points, by_hand=True)
    return cells


def _rows(book: Book, assignment: str, kind: Any, *more: Any) -> list[Any]:
    """Return id, name and notebook of cells as plain rows, which is much faster than objects."""
    query = book.api.db.query(kind.id, kind.name, kind.notebook_id, *more)
    query = query.join(Notebook, Notebook.id == kind.notebook_id)
    query = query.join(Assignment, Assignment.id == Notebook.assignment_id)
    return [tuple(row) for row in query.filter(Assignment.name == assignment)]


def _enter_grades(
    book: Book,
    notebook: SubmittedNotebook,
    result: Result,
    cells: Mapping[str, GradebookCell],
    is_seen: bool,
) -> float:
    """Enter the grade of each cell; return the sum, with the points given by hand."""
    earned = {verdict.grade_id: verdict.points for verdict in result.verdicts}
    score = 0.0
    for grade in _rows_of(book, Grade, notebook, cells):
        cell = cells[grade.cell_id]
        if not cell.by_hand:
            grade.auto_score = _points(earned.get(cell.name), cell)
        elif cell.name in result.unanswered:
            grade.auto_score = 0.0
        else:
            grade.auto_score = None
        # A mark given by hand has to be confirmed, unless the submission is still the same.
        if not (is_seen and grade.manual_score is not None):
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        counts = grade.auto_score if grade.manual_score is None else grade.manual_score
        score += (counts or 0.0) + (grade.extra_credit or 0.0)
    return score


def _rows_of(
    book: Book, kind: Any, notebook: SubmittedNotebook, cells: Mapping[str, GradebookCell]
) -> list[Any]:
    """Return the grades or the comments of a submitted notebook.

    nbgrader's index of each table begins with the cell. A query without the cells would read the
    rows of the whole class.
    """
    keys = [
        key
        for key, cell in cells.items()
        if cell.notebook == notebook.notebook_id and kind in cell.rows
    ]
    query = book.api.db.query(kind)
    return list(query.filter(kind.cell_id.in_(keys), kind.notebook_id == notebook.id))


def _points(earned: float | None, cell: GradebookCell) -> float:
    # A test without a verdict earns nothing, and neither does a number that is not a mark.
    if earned is None or not math.isfinite(earned) or not 0 <= earned <= cell.max_score:
        return 0.0
    return float(earned)


def _enter_comments(
    book: Book, notebook: SubmittedNotebook, result: Result, cells: Mapping[str, GradebookCell]
) -> None:
    for comment in _rows_of(book, Comment, notebook, cells):
        cell = cells[comment.cell_id]
        blank = cell.name in result.unanswered and Grade not in cell.rows  # not of a task
        comment.auto_comment = NO_RESPONSE if blank else None


def _penalty(book: Book, submission: SubmittedAssignment, score: float) -> float | None:
    """Return the points that the late-submission plugin of the course deducts.

    Raises
    ------
    GradebookError
        If the plugin fails.
    """
    if submission.assignment.duedate is None:
        return None  # an extension alone makes nothing late
    late = submission.total_seconds_late
    if late <= 0:
        return None
    try:
        step = AssignLatePenalties(config=book.config)
        step.init_plugin()
        penalty = step.plugin_inst.late_submission_penalty(submission.student_id, score, late)
        return None if penalty is None else min(max(float(penalty), 0.0), score)
    except Exception as error:  # a plugin may raise anything
        message = (
            f"The late-submission plugin that {CONFIG_FILE} names fails for "
            f"{submission.student_id!r}: {type(error).__name__}: {error}"
        )
        raise GradebookError(message) from error
