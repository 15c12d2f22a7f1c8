"""Enters Results into the gradebook; what a person entered there stays."""

import math
from collections.abc import Mapping, Sequence
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
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc

from autograder.gradebook.opening import Book
from autograder.records import Result

NO_RESPONSE = "No response."  # nbgrader's words


@dataclass(frozen=True)
class Question:
    """What the gradebook knows of a cell that earns points."""

    name: str
    max_score: float
    by_hand: bool


def enter_results(
    book: Book,
    assignment: str,
    results: Sequence[Result],
    *,
    handed_in: Mapping[str, datetime] | None = None,
) -> None:
    """Enter what was earned, as one transaction; manual marks and comments are kept.

    A student, or a submission, that the gradebook does not know is added. Answers that are
    marked by hand wait for a marker unless there is nothing to read, as with nbgrader.

    Parameters
    ----------
    book
        The open gradebook.
    assignment
        The week, which `enter_assignment` has entered.
    results
        Of one or more students; a notebook that the gradebook does not know is passed over.
    handed_in
        When each student handed in, where that is known; decides about late penalties.

    Raises
    ------
    GradebookError
        If the gradebook is locked or refuses; then none of these results is in it.
    """
    times = handed_in or {}

    def enter() -> None:
        students = sorted({result.student for result in results})
        submissions = {student: _submission(book, assignment, student) for student in students}
        questions, answers = _questions(book, assignment), _answers(book, assignment)
        for student in submissions.keys() & times.keys():
            submissions[student].timestamp = parse_utc(times[student])
        for result in results:
            submission = submissions[result.student]
            for notebook in _notebooks(book, submission, result.notebook):
                _enter_comments(book, notebook, result, answers)
                score = _enter_grades(book, notebook, result, questions)
                notebook.late_submission_penalty = _penalty(book, submission, score)

    book.write(enter)


def _submission(book: Book, assignment: str, student: str) -> SubmittedAssignment:
    try:
        return book.api.find_submission(assignment, student)
    except MissingEntry:
        book.api.update_or_create_student(student)
        with book.api.db.no_autoflush:  # nbgrader builds the rows before it adds them
            return book.api.add_submission(assignment, student)


def _notebooks(book: Book, submission: SubmittedAssignment, name: str) -> list[SubmittedNotebook]:
    found = book.api.db.query(SubmittedNotebook).join(Notebook)
    found = found.filter(SubmittedNotebook.assignment_id == submission.id, Notebook.name == name)
    return list(found)


def _questions(book: Book, assignment: str) -> dict[str, Question]:
    """Return the cells of an assignment that earn points, by the gradebook's own ids."""
    solutions = set(_rows(book, assignment, SolutionCell.name, SolutionCell.notebook_id))
    graded = (GradeCell.id, GradeCell.name, GradeCell.notebook_id, GradeCell.max_score)
    questions = {
        key: Question(name, points, by_hand=(name, notebook) in solutions)
        for key, name, notebook, points in _rows(book, assignment, *graded)
    }
    for key, name, points in _rows(
        book, assignment, TaskCell.id, TaskCell.name, TaskCell.max_score
    ):
        questions[key] = Question(name, points, by_hand=True)
    return questions


def _answers(book: Book, assignment: str) -> dict[str, str]:
    return dict(_rows(book, assignment, SolutionCell.id, SolutionCell.name))


def _rows(book: Book, assignment: str, *columns: Any) -> list[Any]:
    """Return these columns of an assignment's cells, without loading a cell for each."""
    cell = columns[0].class_
    query = book.api.db.query(*columns).join(Notebook, Notebook.id == cell.notebook_id)
    query = query.join(Assignment, Assignment.id == Notebook.assignment_id)
    return [tuple(row) for row in query.filter(Assignment.name == assignment)]


def _enter_grades(
    book: Book, notebook: SubmittedNotebook, result: Result, questions: Mapping[str, Question]
) -> float:
    """Enter the grade of each cell; return what they sum to, with the marker's."""
    earned = {verdict.grade_id: verdict.points for verdict in result.verdicts}
    score = 0.0
    for grade in book.api.db.query(Grade).filter(Grade.notebook_id == notebook.id):
        question = questions[grade.cell_id]
        if not question.by_hand:
            grade.auto_score = _points(earned.get(question.name), question)
        elif question.name in result.unanswered:
            grade.auto_score = 0.0
        else:
            grade.auto_score = None
        # A mark given by hand is looked at again: the work below it may have changed.
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        counts = grade.auto_score if grade.manual_score is None else grade.manual_score
        score += (counts or 0.0) + (grade.extra_credit or 0.0)
    return score


def _points(earned: float | None, question: Question) -> float:
    # A test without a verdict earns nothing, and so does a number that is no mark.
    if earned is None or not math.isfinite(earned) or not 0 <= earned <= question.max_score:
        return 0.0
    return float(earned)


def _enter_comments(
    book: Book, notebook: SubmittedNotebook, result: Result, answers: Mapping[str, str]
) -> None:
    for comment in book.api.db.query(Comment).filter(Comment.notebook_id == notebook.id):
        if comment.cell_id in answers:
            blank = answers[comment.cell_id] in result.unanswered
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
