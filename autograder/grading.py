"""Grades a class: who handed in what, an exam for each, and the marks into the gradebook."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import nbformat

from autograder.assignments import read_assignments
from autograder.classroom import TIMESTAMP, Pupil, take_roll
from autograder.doctor import demand_sandbox
from autograder.errors import UsageError
from autograder.exam import sitting
from autograder.exams import Exam, Sit, exam_for, make_paper
from autograder.fleet import examine, examine_all, graded_path, without_exam
from autograder.gradebook import enter_assignment, enter_results, open_gradebook, parse_time
from autograder.marking import silent
from autograder.recall import recall
from autograder.records import Finding, Result, Submission
from autograder.settings import Settings, read_settings

AUTOGRADED = "autograded"  # nbgrader's name for the folder of graded notebooks
Exams = Mapping[str, Exam]  # by the notebook's name

OnResult = Callable[[int, int], object]
"""Called with how many are done, and of how many."""


def grade_class(
    root: Path,
    week: str,
    *,
    students: Collection[str] | None = None,
    jobs: int | None = None,
    force: bool = False,
    settings: Settings | None = None,
    db_url: str | None = None,
    on_known: OnResult | None = None,
    on_result: OnResult | None = None,
    sit: Sit = sitting.sit,
) -> tuple[Result, ...]:
    """Grade what students handed in for a week; return a Result for each notebook of each.

    Parameters
    ----------
    root
        The root of a course in nbgrader's layout.
    week
        The name of the assignment.
    students
        Those to grade; everybody who handed in when None.
    jobs
        Exams at a time; one for each core when None.
    force
        Whether to hold the exam again where nothing changed since it was held.
    settings
        Instead of those in the course's `autograder.toml`.
    db_url
        The gradebook, instead of the course's own.
    on_known
        Called, the first time that a week is graded, with the number of known answers that
        were sat to learn what right and wrong ones look like, and of all.
    on_result
        Called with the number of submissions that are graded, and of all.
    sit
        How an exam is held.

    Raises
    ------
    UsageError
        If the week or a student does not exist, nobody handed in, or this machine cannot keep
        student code in.
    GradebookError
        If the gradebook cannot be opened or written. What was graded so far is in it.
    """
    settings = settings or read_settings(root)
    if sit is sitting.sit:
        demand_sandbox(settings)
    assignments = read_assignments(root, week)
    pupils = take_roll(root, week, assignments, students)
    results: list[Result] = []
    with open_gradebook(root, db_url) as book:
        enter_assignment(book, week, {one.notebook: one.source for one in assignments})
        known = on_known or silent
        exams = {
            one.notebook: exam_for(root, one, settings, sit=sit, on_progress=known)
            for one in assignments
        }
        total = sum(len(pupil.submissions) + len(pupil.missing) for pupil in pupils)
        tell = on_result or silent
        tell(0, total)
        for batch in _graded(pupils, exams, root / AUTOGRADED, jobs, force):
            enter_results(book, week, batch.results, handed_in=_times(pupils), seen=batch.seen)
            results += batch.results
            tell(len(results), total)
    return _in_order(results, pupils)


def write_paper(root: Path, week: str, student: str, to: Path) -> None:
    """Write the paper of a student's submission: the trusted notebook with their answers.

    It holds the hidden tests, so it is nothing to hand out.

    Raises
    ------
    UsageError
        If the week or the student does not exist, or the week has several graded notebooks.
    """
    assignments = read_assignments(root, week)
    (pupil,) = take_roll(root, week, assignments, [student])
    if len(pupil.submissions) != 1 or len(assignments) != 1:
        message = f"{student} handed in {len(pupil.submissions)} notebooks for {week}, not one."
        raise UsageError(message)
    exam = exam_for(root, assignments[0], read_settings(root))
    to.write_text(nbformat.writes(make_paper(pupil.submissions[0].path, exam)), encoding="utf-8")


@dataclass(frozen=True)
class Batch:
    """Results that go into the gradebook together; `seen` if they went there before."""

    results: tuple[Result, ...]
    seen: bool = False


def _graded(
    pupils: Sequence[Pupil], exams: Exams, autograded: Path, jobs: int | None, force: bool
) -> Iterator[Batch]:
    """Yield the results of a class: what is known, what was not handed in, then exam by exam."""
    handed_in = [submission for pupil in pupils for submission in pupil.submissions]
    known = {} if force else _recalled(handed_in, exams, autograded)
    if known:
        yield Batch(tuple(known.values()), seen=True)
    for submission in (submission for pupil in pupils for submission in pupil.missing):
        graded_path(autograded, submission).unlink(missing_ok=True)  # of what is no longer there
        finding = Finding("missing-notebook", f"No {submission.path.name} was handed in.")
        assignment = exams[submission.notebook].assignment
        yield Batch((without_exam(submission, assignment, finding),))
    waiting = [submission for submission in handed_in if submission not in known]
    if not waiting:
        return  # and no cluster is started
    at_once = min(jobs or os.cpu_count() or 1, len(waiting))
    for result in examine_all(
        waiting, lambda one: examine(one, exams[one.notebook], autograded), jobs=at_once
    ):
        yield Batch((result,))


def _recalled(
    handed_in: Sequence[Submission], exams: Exams, autograded: Path
) -> dict[Submission, Result]:
    """Return what was graded before and did not change."""
    recalled = {one: recall(one, exams[one.notebook], autograded) for one in handed_in}
    return {submission: result for submission, result in recalled.items() if result is not None}


def _times(pupils: Sequence[Pupil]) -> dict[str, datetime]:
    times = {pupil.student: parse_time(pupil.timestamp) for pupil in pupils}
    return {student: time for student, time in times.items() if time is not None}


def _about_time(pupil: Pupil) -> Iterator[Finding]:
    if pupil.timestamp and parse_time(pupil.timestamp) is None:
        message = f"{TIMESTAMP} holds no time, so lateness is not known: {pupil.timestamp[:40]!a}."
        yield Finding("bad-timestamp", message)


def _in_order(results: Sequence[Result], pupils: Sequence[Pupil]) -> tuple[Result, ...]:
    """Sort by student and notebook; findings about a student go to the first notebook."""
    about = {pupil.student: (*pupil.findings, *_about_time(pupil)) for pupil in pupils}
    ordered = sorted(results, key=lambda result: (result.student, result.notebook))
    return tuple(
        replace(result, findings=(*about.pop(result.student, ()), *result.findings))
        for result in ordered
    )
