"""Grades a class: who handed in what, an exam for each, and the marks into the gradebook."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from autograder.assignments import Assignment, read_assignments
from autograder.classroom import TIMESTAMP, Pupil, take_roll
from autograder.exam import sitting
from autograder.exam.scheme import Scheme
from autograder.fleet import Exam, Sit, examine, examine_all, without_exam
from autograder.gradebook import enter_assignment, enter_results, open_gradebook, parse_time
from autograder.marking import scheme_for, silent
from autograder.recall import digest_of, recall
from autograder.records import Finding, Result, Submission
from autograder.settings import Settings, read_settings
from autograder.weeks import find_week

Exams = Mapping[str, Exam]  # by the notebook's name


def grade_class(
    root: Path,
    week: str,
    *,
    students: Collection[str] | None = None,
    jobs: int | None = None,
    force: bool = False,
    settings: Settings | None = None,
    db_url: str | None = None,
    on_result: Callable[[int, int], object] | None = None,
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
    on_result
        Called with the number of submissions that are graded, and of all.
    sit
        How an exam is held.

    Raises
    ------
    UsageError
        If the week or a student does not exist, or nobody handed in.
    GradebookError
        If the gradebook cannot be opened or written. What was graded so far is in it.
    """
    settings = settings or read_settings(root)
    assignments = read_assignments(root, week)
    pupils = take_roll(root, week, assignments, students)
    due = {one.notebook: one for one in assignments}
    with open_gradebook(root, db_url) as book:
        enter_assignment(book, week, {name: one.source for name, one in due.items()})
        exams = {name: _exam(root, one, settings, sit) for name, one in due.items()}
        times = {pupil.student: parse_time(pupil.timestamp) for pupil in pupils}
        enter = partial(
            enter_results, book, week, handed_in={who: time for who, time in times.items() if time}
        )
        known = _recalled(pupils, exams) if not force else {}
        enter(list(known.values()), seen=True)
        results = list(known.values())
        tell = on_result or silent
        total = sum(len(pupil.submissions) + len(pupil.missing) for pupil in pupils)
        tell(len(results), total)
        for result in _examined(pupils, exams, set(known), jobs or os.cpu_count() or 1):
            enter([result])
            results.append(result)
            tell(len(results), total)
    findings = {pupil.student: (*pupil.findings, *_about_time(pupil)) for pupil in pupils}
    return _in_order(results, findings)


def _exam(root: Path, assignment: Assignment, settings: Settings, sit: Sit) -> Exam:
    """Return what the submissions of a notebook have in common."""
    scheme = _scheme(root, assignment, settings)
    digest = digest_of(assignment, settings, scheme)
    return Exam(assignment, settings, root / "autograded", scheme, digest, sit)


def _scheme(root: Path, assignment: Assignment, settings: Settings) -> Scheme | None:
    """Return what is known of right and wrong answers, for a week that was written here."""
    if not (root / "course" / assignment.week / "misconceptions.py").is_file():
        return None
    return scheme_for(root, find_week(root, assignment.week), settings)


def _recalled(pupils: Sequence[Pupil], exams: Exams) -> dict[Submission, Result]:
    found = {}
    for pupil in pupils:
        for submission in pupil.submissions:
            result = recall(submission, exams[submission.notebook])
            if result is not None:
                found[submission] = result
    return found


def _examined(
    pupils: Sequence[Pupil], exams: Exams, known: Collection[Submission], jobs: int
) -> Iterator[Result]:
    for pupil in pupils:
        for submission in pupil.missing:
            exam = exams[submission.notebook]
            exam.graded_path(submission).unlink(missing_ok=True)  # of what is no longer there
            message = f"No {submission.path.name} was handed in."
            yield without_exam(submission, exam.assignment, Finding("missing-notebook", message))
    waiting = [one for pupil in pupils for one in pupil.submissions if one not in known]
    if waiting:
        yield from examine_all(
            waiting, lambda one: examine(one, exams[one.notebook]), jobs=min(jobs, len(waiting))
        )


def _about_time(pupil: Pupil) -> Iterator[Finding]:
    if pupil.timestamp and parse_time(pupil.timestamp) is None:
        message = f"{TIMESTAMP} holds no time, so lateness is not known: {pupil.timestamp[:40]!a}."
        yield Finding("bad-timestamp", message)


def _in_order(
    results: Sequence[Result], findings: Mapping[str, tuple[Finding, ...]]
) -> tuple[Result, ...]:
    """Sort by student and notebook; each student's own findings go to the first notebook."""
    ordered = sorted(results, key=lambda result: (result.student, result.notebook))
    told: set[str] = set()
    for place, result in enumerate(ordered):
        if result.student not in told:
            told.add(result.student)
            more = findings.get(result.student, ())
            ordered[place] = replace(result, findings=(*more, *result.findings))
    return tuple(ordered)
