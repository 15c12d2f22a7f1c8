"""Make a Result for every student of a class, also for work that was not graded.

`grade`, `report` and `feedback` speak of the same students: a notebook that is missing, has another
name or was not graded yet has a Result too, with a finding.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from autograder.course.assignment import AssignmentNotebook, read_notebooks
from autograder.errors import UsageError
from autograder.exam.attempt import empty_exam_notebook, mark_tests_not_run
from autograder.gradebook import EXPECTED_TIME, parse_time
from autograder.grading.artifacts import grade_command, read_results, result_of, with_file_findings
from autograder.models import Finding, FindingKind, Result, Submission
from autograder.submission.collect import (
    TIMESTAMP,
    StudentWork,
    find_submissions,
    missing_sentence,
)


@dataclass(frozen=True)
class Ungraded:
    """A notebook that a student should have submitted or that was not graded yet, and why."""

    submission: Submission
    notebook: AssignmentNotebook
    finding: Finding

    @property
    def is_missing(self) -> bool:
        """Whether it was not submitted, so that it earns nothing."""
        return self.finding.kind is FindingKind.MISSING_NOTEBOOK

    def executed(self) -> NotebookNode:
        """Return an exam notebook without answers in which every test says why it did not run."""
        marked = mark_tests_not_run(empty_exam_notebook(self.notebook), self.finding.message)
        return with_file_findings(marked, [self.finding])

    def result(self) -> Result:
        """Return its Result: no points."""
        return result_of(self.executed(), self.submission)


def missing_work(
    student_work: StudentWork, notebooks: Sequence[AssignmentNotebook]
) -> Iterator[Ungraded]:
    """Yield the notebooks that a student did not submit."""
    by_name = {notebook.name: notebook for notebook in notebooks}
    for submission in student_work.missing:
        message = missing_sentence(student_work, submission)
        finding = Finding(FindingKind.MISSING_NOTEBOOK, message)
        yield Ungraded(submission, by_name[submission.notebook], finding)


def read_class(root: Path, assignment: str) -> tuple[Result, ...]:
    """Return a Result of every student and notebook: those that were graded, and the others.

    Raises
    ------
    UsageError
        If nothing of this assignment was submitted or graded, or a graded notebook is damaged.
    """
    graded = read_results(root, assignment)
    class_work, others = ungraded_work(root, assignment, {(r.student, r.notebook) for r in graded})
    results = (*graded, *(one.result() for one in others))
    if not results:
        message = f"There are no graded notebooks of {assignment!r} in {root / 'autograded'}. "
        raise UsageError(message + f"Grade it first: {grade_command(assignment)}.")
    return with_class_findings(results, class_work)


def ungraded_work(
    root: Path, assignment: str, graded: Collection[tuple[str, str]]
) -> tuple[tuple[StudentWork, ...], tuple[Ungraded, ...]]:
    """Return what a class submitted, and what of it has no graded notebook.

    Parameters
    ----------
    root
        The root of the course.
    assignment
        The name of the assignment.
    graded
        The students and notebooks that were graded.
    """
    try:
        notebooks = read_notebooks(root, assignment)
        class_work = find_submissions(root, assignment, notebooks)
    except UsageError:
        return (), ()  # of a class that was graded elsewhere, there are only graded notebooks
    message = f"It was submitted, but not graded yet. Grade it: {grade_command(assignment)}."
    waiting = Finding(FindingKind.NOT_GRADED, message)
    by_name = {notebook.name: notebook for notebook in notebooks}
    others = [
        one
        for student_work in class_work
        for one in (
            *missing_work(student_work, notebooks),
            *(Ungraded(one, by_name[one.notebook], waiting) for one in student_work.submissions),
        )
        if (one.submission.student, one.submission.notebook) not in graded
    ]
    return class_work, tuple(others)


def with_class_findings(
    results: Sequence[Result], class_work: Sequence[StudentWork]
) -> tuple[Result, ...]:
    """Sort by student and notebook; add the findings about a student to the first notebook."""
    findings = {
        student_work.student: (*student_work.findings, *_timestamp_findings(student_work))
        for student_work in class_work
    }
    ordered = sorted(results, key=lambda result: (result.student, result.notebook))
    return tuple(
        replace(result, findings=(*findings.pop(result.student, ()), *result.findings))
        for result in ordered
    )


def _timestamp_findings(student_work: StudentWork) -> Iterator[Finding]:
    if student_work.timestamp and parse_time(student_work.timestamp) is None:
        found = student_work.timestamp[:40]
        message = (
            f"{TIMESTAMP} has no time, or in an unknown zone, so lateness is unknown: {found!a}. "
            f"Expected {EXPECTED_TIME}."
        )
        yield Finding(FindingKind.BAD_TIMESTAMP, message)
