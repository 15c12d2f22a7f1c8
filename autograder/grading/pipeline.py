"""Grades a class: who handed in what, an exam for each, and the marks into the gradebook."""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import nbformat

from autograder.config import Settings, read_settings
from autograder.course.assignment import read_assignments
from autograder.dispatch import Scheduler, Slots, on_this_machine, on_workers
from autograder.dispatch.machine import places
from autograder.errors import UsageError
from autograder.exam import run as sitting
from autograder.exam.attempt import Sit, make_paper
from autograder.gradebook import Book, enter_assignment, enter_results, open_gradebook, parse_time
from autograder.grading.artifacts import graded_path, put_down, without_exam
from autograder.grading.batch import Examination, Examined, OpenFleet
from autograder.grading.interrupts import noted_ctrl_c
from autograder.grading.result_cache import Ledger
from autograder.models import Finding, Result
from autograder.sandbox.doctor import demand_sandbox
from autograder.submission.collect import TIMESTAMP, Pupil, take_roll
from autograder.verification.calibrate import exam_for, silent

OnResult = Callable[[int, int], object]
"""Called with how many are done, and of how many."""


def grade_class(
    root: Path,
    week: str,
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
        Called, the first time that a week is graded, with the number of known answers that
        were sat to learn what right and wrong ones look like, and of all.
    on_result
        Called with the number of submissions that are graded, and of all.
    sit
        How an exam is held on this machine.

    Raises
    ------
    UsageError
        If the week or a student does not exist, nobody handed in, or this machine cannot keep
        student code in.
    GradebookError
        If the gradebook cannot be opened or written. What was graded so far is in it.
    LedgerError, ClusterError
        If exams cannot be kept, or held. What was graded so far is in the gradebook.
    """
    settings = settings or read_settings(root)
    assignments = read_assignments(root, week)
    pupils = take_roll(root, week, assignments, students)
    total = sum(len(pupil.submissions) + len(pupil.missing) for pupil in pupils)
    open_fleet = _fleet(jobs, gpus, scheduler, settings, sit, most=total)
    tell = on_result or silent
    results: list[Result] = []
    with open_gradebook(root, db_url) as book:
        enter_assignment(book, week, {one.notebook: one.source for one in assignments})
        known = on_known or silent
        exams = {
            one.notebook: exam_for(root, one, settings, on_progress=known) for one in assignments
        }
        tell(0, total)
        examination = Examination(exams, Ledger(root), open_fleet, force=force)
        with (
            noted_ctrl_c() as pressed,
            closing(_entered(book, root, week, pupils, examination)) as entering,
        ):
            for entered in entering:
                results += entered
                if entered:
                    tell(len(results), total)
                pressed.check()
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


def _fleet(
    jobs: int | None,
    gpus: str | None,
    scheduler: Scheduler | None,
    settings: Settings,
    sit: Sit,
    *,
    most: int,
) -> OpenFleet:
    """Return what opens the fleet that is wanted; on this machine, with `most` slots."""
    if scheduler is not None:
        if jobs is not None or gpus is not None:
            message = "With a scheduler, each worker says how many exams it holds at a time."
            raise UsageError(message)
        return lambda: on_workers(scheduler)
    if sit is sitting.sit:
        demand_sandbox(settings)
    here = places(jobs, gpus, most=most)
    slots = Slots(here, allow_unsandboxed=settings.allow_unsandboxed, sit=sit)
    return lambda: on_this_machine(slots)


def _entered(
    book: Book, root: Path, week: str, pupils: Sequence[Pupil], examination: Examination
) -> Generator[list[Result], None, None]:
    """Yield the results of a class when they are in the gradebook: first who did not hand in.

    A list is empty when there is nothing new for a moment.
    """
    times = _times(pupils)
    for gone in (submission for pupil in pupils for submission in pupil.missing):
        finding = Finding("missing-notebook", f"No {gone.path.name} was handed in.")
        result = without_exam(gone, examination.exams[gone.notebook].assignment, finding)
        enter_results(book, week, [result], handed_in=times)
        graded_path(root, gone).unlink(missing_ok=True)  # of what is no longer there
        yield [result]
    handed_in = [submission for pupil in pupils for submission in pupil.submissions]
    with closing(examination.examine(handed_in)) as examining:
        for together in examining:
            yield _enter(book, root, week, together, times)


def _enter(
    book: Book, root: Path, week: str, examined: Sequence[Examined], times: Mapping[str, datetime]
) -> list[Result]:
    """Enter submissions that were examined into the gradebook, then into `autograded/`.

    In this order: whoever is stopped in between finds the graded notebooks of before, and enters
    the marks once more. The other way round, nobody would look again at marks given by hand.
    """
    down = [put_down(root, one.submission, one.executed) for one in examined]
    for is_same in (True, False):
        these = [one for one in down if one.is_same is is_same]
        enter_results(book, week, [one.result for one in these], handed_in=times, seen=is_same)
        for one in these:
            one.keep()
    return [one.result for one in down]


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
