"""Grades a class: who handed in what, an exam for each, and the marks into the gradebook."""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import nbformat

from autograder.config import Settings, read_settings
from autograder.course.assignment import read_notebooks
from autograder.dispatch import ExamSlots, Scheduler, local_queue, remote_queue
from autograder.dispatch.machine import machine_slots
from autograder.errors import UsageError
from autograder.exam import run as run
from autograder.exam.attempt import RunExam, prepare
from autograder.gradebook import Book, enter_assignment, enter_results, open_gradebook, parse_time
from autograder.grading.artifacts import graded_path, result_without_exam, stage
from autograder.grading.batch import Batch, ExaminedSubmission, OpenQueue
from autograder.grading.interrupts import deferred_interrupt
from autograder.grading.result_cache import ResultCache
from autograder.models import Finding, FindingKind, Result
from autograder.sandbox.doctor import require_sandbox
from autograder.submission.collect import TIMESTAMP, StudentWork, find_submissions
from autograder.verification.calibrate import exam_config_for, silent

OnResult = Callable[[int, int], object]
"""Called with how many are done, and of how many."""


def grade_class(
    root: Path,
    assignment: str,
    *,
    students: Collection[str] | None = None,
    jobs: int | None = None,
    gpus: str | None = None,
    scheduler: Scheduler | None = None,
    force: bool = False,
    settings: Settings | None = None,
    db_url: str | None = None,
    on_known: OnResult | None = None,
    on_result: OnResult | None = None,
    run_exam: RunExam | None = None,
) -> tuple[Result, ...]:
    """Grade what students handed in for a assignment; return a Result for each notebook of each.

    Parameters
    ----------
    root
        The root of a course in nbgrader's layout.
    assignment
        The name of the assignment.
    students
        Those to grade; everybody who handed in when None.
    jobs
        Exams at a time on this machine; one for each core when None.
    gpus
        The GPUs of this machine to hold exams on, one on each at a time; see `fleet.places`.
    scheduler
        Whose workers hold the exams, in place of this machine.
    force
        Whether to hold the exam again where nothing changed since it was held.
    settings
        Instead of those in the course's `autograder.toml`.
    db_url
        The gradebook, instead of the course's own.
    on_known
        Called, the first time that a assignment is graded, with the number of known answers that
        were sat to learn what right and wrong ones look like, and of all.
    on_result
        Called with the number of submissions that are graded, and of all.
    sit
        How an exam is held on this machine.

    Raises
    ------
    UsageError
        If the assignment or a student does not exist, nobody handed in, or this machine cannot keep
        student code in.
    GradebookError
        If the gradebook cannot be opened or written. What was graded so far is in it.
    LedgerError, ClusterError
        If exams cannot be kept, or held. What was graded so far is in the gradebook.
    """
    settings = settings or read_settings(root)
    notebooks = read_notebooks(root, assignment)
    class_work = find_submissions(root, assignment, notebooks, students)
    total = sum(
        len(student_work.submissions) + len(student_work.missing) for student_work in class_work
    )
    open_queue = _fleet(jobs, gpus, scheduler, settings, run_exam, most=total)
    tell = on_result or silent
    results: list[Result] = []
    with open_gradebook(root, db_url) as book:
        enter_assignment(book, assignment, {one.name: one.source for one in notebooks})
        known = on_known or silent
        configs = {
            one.name: exam_config_for(root, one, settings, on_progress=known) for one in notebooks
        }
        tell(0, total)
        batch = Batch(configs, ResultCache(root), open_queue, force=force)
        with (
            deferred_interrupt() as pressed,
            closing(_entered(book, root, assignment, class_work, batch)) as entering,
        ):
            for entered in entering:
                results += entered
                if entered:
                    tell(len(results), total)
                pressed.check()
    return _in_order(results, class_work)


def write_exam_notebook(root: Path, assignment: str, student: str, to: Path) -> None:
    """Write the paper of a student's submission: the trusted notebook with their answers.

    It holds the hidden tests, so it is nothing to hand out.

    Raises
    ------
    UsageError
        If the assignment or the student does not exist, or the assignment has several graded notebooks.
    """
    notebooks = read_notebooks(root, assignment)
    (student_work,) = find_submissions(root, assignment, notebooks, [student])
    if len(student_work.submissions) != 1 or len(notebooks) != 1:
        message = f"{student} handed in {len(student_work.submissions)} notebooks for {assignment}, not one."
        raise UsageError(message)
    exam = exam_config_for(root, notebooks[0], read_settings(root))
    to.write_text(
        nbformat.writes(prepare(student_work.submissions[0].path, exam).exam_notebook),
        encoding="utf-8",
    )


def _fleet(
    jobs: int | None,
    gpus: str | None,
    scheduler: Scheduler | None,
    settings: Settings,
    run_exam: RunExam | None,
    *,
    most: int,
) -> OpenQueue:
    """Return what opens the fleet that is wanted; on this machine, with `most` slots."""
    if scheduler is not None:
        if jobs is not None or gpus is not None:
            message = "With a scheduler, each worker says how many exams it holds at a time."
            raise UsageError(message)
        return lambda: remote_queue(scheduler)
    if run_exam is None:
        require_sandbox(settings)
    here = machine_slots(jobs, gpus, most=most)
    exam_slots = ExamSlots(here, allow_unsandboxed=settings.allow_unsandboxed, run_exam=run_exam)
    return lambda: local_queue(exam_slots)


def _entered(
    book: Book, root: Path, assignment: str, class_work: Sequence[StudentWork], batch: Batch
) -> Generator[list[Result], None, None]:
    """Yield the results of a class when they are in the gradebook: first who did not hand in.

    A list is empty when there is nothing new for a moment.
    """
    times = _times(class_work)
    for gone in (submission for student_work in class_work for submission in student_work.missing):
        finding = Finding(FindingKind.MISSING_NOTEBOOK, f"No {gone.path.name} was handed in.")
        result = result_without_exam(gone, batch.configs[gone.notebook].notebook, finding)
        enter_results(book, assignment, [result], submitted_at=times)
        graded_path(root, gone).unlink(missing_ok=True)  # of what is no longer there
        yield [result]
    submitted_at = [
        submission for student_work in class_work for submission in student_work.submissions
    ]
    with closing(batch.examine(submitted_at)) as examining:
        for together in examining:
            yield _enter(book, root, assignment, together, times)


def _enter(
    book: Book,
    root: Path,
    assignment: str,
    examined: Sequence[ExaminedSubmission],
    times: Mapping[str, datetime],
) -> list[Result]:
    """Enter submissions that were examined into the gradebook, then into `autograded/`.

    In this order: whoever is stopped in between finds the graded notebooks of before, and enters
    the marks once more. The other way round, nobody would look again at marks given by hand.
    """
    staged = [stage(root, one.submission, one.executed) for one in examined]
    unchanged = [one for one in staged if one.is_unchanged]
    changed = [one for one in staged if not one.is_unchanged]
    for some, seen in ((unchanged, True), (changed, False)):
        results = [one.result for one in some]
        enter_results(book, assignment, results, submitted_at=times, seen=seen)
        for one in some:
            one.commit()
    return [one.result for one in staged]


def _times(class_work: Sequence[StudentWork]) -> dict[str, datetime]:
    times = {
        student_work.student: parse_time(student_work.timestamp) for student_work in class_work
    }
    return {student: time for student, time in times.items() if time is not None}


def _about_time(student_work: StudentWork) -> Iterator[Finding]:
    if student_work.timestamp and parse_time(student_work.timestamp) is None:
        message = (
            f"{TIMESTAMP} holds no time, so lateness is not known: {student_work.timestamp[:40]!a}."
        )
        yield Finding(FindingKind.BAD_TIMESTAMP, message)


def _in_order(results: Sequence[Result], class_work: Sequence[StudentWork]) -> tuple[Result, ...]:
    """Sort by student and notebook; findings about a student go to the first notebook."""
    about = {
        student_work.student: (*student_work.findings, *_about_time(student_work))
        for student_work in class_work
    }
    ordered = sorted(results, key=lambda result: (result.student, result.notebook))
    return tuple(
        replace(result, findings=(*about.pop(result.student, ()), *result.findings))
        for result in ordered
    )
