"""Enters Results into the gradebook; what a person entered there stays."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

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

from autograder.gradebook.connection import Book
from autograder.models import Result

NO_RESPONSE = "No response."  # nbgrader's words


@dataclass(frozen=True)
class Cell:
    """What the gradebook knows of a cell; `rows` is what each submission has for it."""

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
    seen: bool = False,
) -> None:
    """Enter what was earned, as one transaction; manual marks and comments are kept.

    A student, or a submission, that the gradebook does not know is added. Answers that are
    marked by hand wait for a marker unless there is nothing to read, as with nbgrader.

    Parameters
    ----------
    book
        The open gradebook.
    assignment
        The assignment, which `enter_assignment` has entered.
    results
        Of one or more students; a notebook that the gradebook does not know is passed over.
    handed_in
        When each student handed in, where that is known; decides about late penalties.
    seen
        Whether this very work was entered before, so that marks given by hand need no second look.

    Raises
    ------
    GradebookError
        If the gradebook is locked or refuses; then none of these results is in it.
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
                score = _enter_grades(book, notebook, result, cells, seen)
                notebook.late_submission_penalty = _penalty(book, submission, score)

    book.write(enter)


def parse_time(text: str) -> datetime | None:
    """Return the time in nbgrader's `timestamp.txt`, in UTC; None where it is no time."""
    try:
        return cast(datetime, parse_utc(text)) if text else None
    except (ValueError, OverflowError, TypeError):
        return None


def _submission(
    book: Book, assignment: str, student: str, cells: Mapping[str, Cell]
) -> SubmittedAssignment:
    """Return a student's submission, added with all its rows where there is none.

    The rows are those of nbgrader's `add_submission`, which would commit on its own.
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


def _cells(book: Book, assignment: str) -> dict[str, Cell]:
    """Return the cells of an assignment that get grades or comments, by the gradebook's ids."""
    answers = {
        key: (name, notebook) for key, name, notebook in _rows(book, assignment, SolutionCell)
    }
    by_hand = set(answers.values())
    cells = {key: Cell(*answer, (Comment,)) for key, answer in answers.items()}
    for key, name, notebook, points in _rows(book, assignment, GradeCell, GradeCell.max_score):
        cells[key] = Cell(name, notebook, (Grade,), points, (name, notebook) in by_hand)
    for key, name, notebook, points in _rows(book, assignment, TaskCell, TaskCell.max_score):
        cells[key] = Cell(name, notebook, (Grade, Comment), points, by_hand=True)
    return cells


def _rows(book: Book, assignment: str, kind: Any, *more: Any) -> list[Any]:
    """Return id, name and notebook of cells, as rows: an object for each would cost far more."""
    query = book.api.db.query(kind.id, kind.name, kind.notebook_id, *more)
    query = query.join(Notebook, Notebook.id == kind.notebook_id)
    query = query.join(Assignment, Assignment.id == Notebook.assignment_id)
    return [tuple(row) for row in query.filter(Assignment.name == assignment)]


def _enter_grades(
    book: Book,
    notebook: SubmittedNotebook,
    result: Result,
    cells: Mapping[str, Cell],
    seen: bool,
) -> float:
    """Enter the grade of each cell; return what they sum to, with the marker's."""
    earned = {verdict.grade_id: verdict.points for verdict in result.verdicts}
    score = 0.0
    for grade in book.api.db.query(Grade).filter(Grade.notebook_id == notebook.id):
        cell = cells[grade.cell_id]
        if not cell.by_hand:
            grade.auto_score = _points(earned.get(cell.name), cell)
        elif cell.name in result.unanswered:
            grade.auto_score = 0.0
        else:
            grade.auto_score = None
        # A mark given by hand is looked at again, unless the work below it is still the same.
        if not (seen and grade.manual_score is not None):
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        counts = grade.auto_score if grade.manual_score is None else grade.manual_score
        score += (counts or 0.0) + (grade.extra_credit or 0.0)
    return score


def _points(earned: float | None, cell: Cell) -> float:
    # A test without a verdict earns nothing, and so does a number that is no mark.
    if earned is None or not math.isfinite(earned) or not 0 <= earned <= cell.max_score:
        return 0.0
    return float(earned)


def _enter_comments(
    book: Book, notebook: SubmittedNotebook, result: Result, cells: Mapping[str, Cell]
) -> None:
    for comment in book.api.db.query(Comment).filter(Comment.notebook_id == notebook.id):
        cell = cells[comment.cell_id]
        blank = cell.name in result.unanswered and Grade not in cell.rows  # not of a task
        comment.auto_comment = NO_RESPONSE if blank else None


def _penalty(book: Book, submission: SubmittedAssignment, score: float) -> float | None:
    """Return what the course's late-submission plugin takes off, as nbgrader asks it."""
    late = submission.total_seconds_late
    if late <= 0:
        return None
    step = AssignLatePenalties(config=book.config)
    step.init_plugin()
    penalty = step.plugin_inst.late_submission_penalty(submission.student_id, score, late)
    return None if penalty is None else min(max(float(penalty), 0.0), score)
