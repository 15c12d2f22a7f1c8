"""Grade a class: find submissions, run an exam for each, enter the grades.

find_submissions ──► Batch.examine ──► gradebook ──► autograded/
"""

import logging
import signal
import threading
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import nbformat

from autograder.config import Settings, read_settings
from autograder.course.assignment import AssignmentNotebook, read_notebooks
from autograder.course.paths import CoursePaths
from autograder.dispatch import ExamSlots, Scheduler, local_queue, remote_queue
from autograder.dispatch.machine import machine_slots
from autograder.errors import UsageError
from autograder.exam.attempt import ExamConfig, RunExam, prepare
from autograder.exam.diagnosis.answer_key import answer_key_path, read_answer_key
from autograder.exam.environment import require_hidden
from autograder.files import write_for_user
from autograder.gradebook import (
    Book,
    enter_assignment,
    enter_results,
    open_gradebook,
    parse_time,
)
from autograder.grading.artifacts import (
    ResultCache,
    graded_path,
    stage,
)
from autograder.grading.batch import CHUNK, Batch, ExaminedSubmission, OpenQueue
from autograder.grading.class_results import missing_work, with_class_findings
from autograder.grading.unusable import OnUnusable, report_unusable
from autograder.models import Result
from autograder.sandbox.isolation.capabilities import require_sandbox
from autograder.submission.collect import StudentWork, find_submissions
from autograder.verification.calibrate import exam_config_for, silent

LOG = logging.getLogger(__name__)

OnResult = Callable[[int, int], object]
"""Called with the number that is done, and the total."""


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
    on_calibration: OnResult | None = None,
    on_result: OnResult | None = None,
    on_unusable: OnUnusable | None = None,
    strict: bool = False,
    run_exam: RunExam | None = None,
) -> tuple[Result, ...]:
    """Grade the submissions of an assignment; return one Result for each student and notebook.

    Parameters
    ----------
    root
        The root of a course in nbgrader's layout.
    assignment
        The name of the assignment.
    students
        The students to grade; all who submitted when None.
    jobs
        Exams to run at a time on this machine; one for each core when None.
    gpus
        The GPUs of this machine to run exams on, one at a time on each: "auto", a number, or a
        list such as "0,2". See `autograder.dispatch.machine_slots`.
    scheduler
        A Dask scheduler whose workers run the exams instead of this machine.
    force
        Whether to re-run exams even if a cached result exists.
    settings
        Instead of those in the course's `autograder.toml`.
    db_url
        The gradebook, instead of the course's own.
    on_calibration
        Called the first time that an assignment is graded, with the number of known answers that
        were run to make the answer key, and the total.
    on_result
        Called with the number of submissions that are graded, and the total.
    on_unusable
        Called with the tests that the course's own solution fails, if there are any.
    strict
        Whether to raise an error instead, before any exam.
    run_exam
        Runs an exam on this machine instead of `autograder.exam.run.run_exam`, which runs it in
        the sandbox.

    Returns
    -------
    tuple[Result, ...]
        In the order of the students' names, then of the notebooks'.

    Raises
    ------
    UsageError
        If the assignment or a student does not exist, nobody submitted, this machine does not offer
        the sandbox, or the course lies where student code could read it.
    GradebookError
        If the gradebook cannot be opened or written. It has the results up to that point.
    UnusableTests
        If `strict` and the course's own solution fails a test.
    ResultCacheError, ClusterError
        If results cannot be cached, or exams cannot be run. The gradebook has the results up to
        that point.
    """
    settings = settings or read_settings(root)
    notebooks = read_notebooks(root, assignment)
    class_work = find_submissions(root, assignment, notebooks, students)
    submitted = sum(len(student_work.submissions) for student_work in class_work)
    missing = sum(len(student_work.missing) for student_work in class_work)
    LOG.info("Found %d submissions of %s; %d are missing", submitted, assignment, missing)
    total = submitted + missing
    open_queue = _queue_opener(jobs, gpus, scheduler, settings, run_exam, most=total)
    report = on_result or silent
    results: list[Result] = []
    with open_gradebook(root, db_url) as book:
        if run_exam is None and scheduler is None:
            require_hidden((*CoursePaths(root).private, *book.files))
        enter_assignment(book, assignment, {one.name: one.source for one in notebooks})
        configs = {
            one.name: _exam_config(root, one, settings, on_calibration or silent)
            for one in notebooks
        }
        report_unusable(configs, on_unusable, strict=strict)
        report(0, total)
        batch = Batch(configs, ResultCache(root), open_queue, force=force)
        with (
            deferred_interrupt() as interrupt,
            closing(_enter_class(book, root, assignment, class_work, batch)) as entering,
        ):
            for entered in entering:
                for result in entered:
                    results.append(result)
                    report(len(results), total)
                interrupt.check()
    LOG.info("Entered %d results into the gradebook", len(results))
    return with_class_findings(results, class_work)


def write_exam_notebook(root: Path, assignment: str, student: str, to: Path) -> None:
    """Write the exam notebook of a student's submission: the trusted notebook with their answers.

    It contains the hidden tests, so it must not be released to students.

    Raises
    ------
    UsageError
        If the assignment or the student does not exist, or there is not exactly one submission of
        exactly one graded notebook, or the file cannot be written.
    """
    notebooks = read_notebooks(root, assignment)
    (student_work,) = find_submissions(root, assignment, notebooks, [student])
    if len(student_work.submissions) != 1 or len(notebooks) != 1:
        message = (
            f"{assignment} has {len(notebooks)} graded notebooks, of which {student} submitted "
            f"{len(student_work.submissions)}. Expected exactly one, and that it was submitted."
        )
        raise UsageError(message)
    config = exam_config_for(root, notebooks[0], read_settings(root))
    prepared = prepare(student_work.submissions[0].path, config)
    text = nbformat.writes(prepared.exam_notebook)
    write_for_user(to, text.encode("utf-8", "replace"))


class DeferredInterrupt:
    """Records that Ctrl-C was pressed; pressing it a second time interrupts at once."""

    is_pressed = False

    def handle(self, *_: object) -> None:
        """Handle the signal."""
        if self.is_pressed:
            raise KeyboardInterrupt
        self.is_pressed = True

    def check(self) -> None:
        """Raise the interrupt now if Ctrl-C was pressed.

        Raises
        ------
        KeyboardInterrupt
            If Ctrl-C was pressed.
        """
        if self.is_pressed:
            raise KeyboardInterrupt


@contextmanager
def deferred_interrupt() -> Iterator[DeferredInterrupt]:
    """Defer Ctrl-C inside the block; only the main thread receives it."""
    interrupt = DeferredInterrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = signal.signal(signal.SIGINT, interrupt.handle)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)


def _queue_opener(
    jobs: int | None,
    gpus: str | None,
    scheduler: Scheduler | None,
    settings: Settings,
    run_exam: RunExam | None,
    *,
    most: int,
) -> OpenQueue:
    """Return a function that opens the queue: on this machine (`most` slots) or a scheduler."""
    if scheduler is not None:
        if jobs is not None or gpus is not None:
            message = "With a scheduler, each worker says how many exams it runs at a time."
            raise UsageError(message)
        return lambda: remote_queue(scheduler)
    if run_exam is None:
        require_sandbox(settings)
    slots = machine_slots(jobs, gpus, most=most)
    exam_slots = ExamSlots(slots, allow_unsandboxed=settings.allow_unsandboxed, run_exam=run_exam)
    return lambda: local_queue(exam_slots)


def _exam_config(
    root: Path, notebook: AssignmentNotebook, settings: Settings, on_calibration: OnResult
) -> ExamConfig:
    """Return the exam configuration of a notebook; run its known answers if that was not done."""
    answer_key = read_answer_key(answer_key_path(root, notebook, settings))
    if answer_key is None:
        return exam_config_for(root, notebook, settings, on_progress=on_calibration)
    return ExamConfig(notebook, settings, answer_key)


def _enter_class(
    book: Book, root: Path, assignment: str, class_work: Sequence[StudentWork], batch: Batch
) -> Generator[list[Result], None, None]:
    """Yield results as they are entered into the gradebook, those of missing notebooks first.

    Those of one list were entered as one transaction. It is empty when there is no new result for
    a moment.
    """
    times = _times(class_work)
    notebooks = [config.notebook for config in batch.configs.values()]
    missing = [one for student_work in class_work for one in missing_work(student_work, notebooks)]
    for begin in range(0, len(missing), CHUNK):
        chunk = missing[begin : begin + CHUNK]
        results = [one.result() for one in chunk]
        enter_results(book, assignment, results, submitted_at=times)
        for one in chunk:
            graded_path(root, one.submission).unlink(missing_ok=True)  # of an earlier submission
        yield results
    submitted = (one for student_work in class_work for one in student_work.submissions)
    with closing(batch.examine(submitted)) as examining:
        for examined in examining:
            yield _enter(book, root, assignment, examined, times) if examined else []


def _enter(
    book: Book,
    root: Path,
    assignment: str,
    examined: Sequence[ExaminedSubmission],
    times: Mapping[str, datetime],
) -> list[Result]:
    """Enter examined submissions into the gradebook, then commit their graded notebooks.

    In this order: if grading is interrupted in between, the next run finds the earlier graded
    notebooks and enters the grades again. In the other order, nobody would be asked to check
    grades that were given by hand for an earlier submission.
    """
    staged = [stage(root, one.submission, one.executed) for one in examined]
    results = [one.result for one in staged]
    unchanged = (one.result for one in staged if one.is_unchanged)
    seen = {(result.student, result.notebook) for result in unchanged}
    enter_results(book, assignment, results, submitted_at=times, seen=seen)
    for one in staged:
        one.commit()
    return results


def _times(class_work: Sequence[StudentWork]) -> dict[str, datetime]:
    times = {
        student_work.student: parse_time(student_work.timestamp) for student_work in class_work
    }
    return {student: time for student, time in times.items() if time is not None}
