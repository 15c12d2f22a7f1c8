"""Write the feedback pages of an assignment: one HTML file for each graded notebook."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat

from autograder.course.paths import CoursePaths
from autograder.errors import UsageError
from autograder.files import write_for_user
from autograder.gradebook import open_gradebook
from autograder.gradebook.read import marks_of
from autograder.grading.artifacts import grade_command, graded_submissions, read_graded
from autograder.grading.class_results import Ungraded, ungraded_work
from autograder.models import Submission
from autograder.reporting.feedback.page import page_of
from autograder.reporting.feedback.render import render

LOG = logging.getLogger(__name__)


def write_feedback(
    root: Path,
    assignment: str,
    *,
    students: Sequence[str] = (),
    db_url: str | None = None,
    on_page: Callable[[Path, int], object] | None = None,
) -> tuple[Path, ...]:
    """Write `feedback/<student>/<assignment>/<notebook>.html` for every submission.

    Submissions that were not graded yet have none: see `not_graded`.

    Parameters
    ----------
    students
        The students to write for; all graded students if empty.
    db_url
        The gradebook with the marks given by hand; the gradebook of the course if None.
    on_page
        Called after each page with its path and the number of all pages.

    Raises
    ------
    UsageError
        If nothing was graded, the submission of one of the students was not, or a page cannot be
        written.
    GradebookError
        If the gradebook cannot be read.
    """
    paths = CoursePaths(root)
    submissions = _chosen(root, assignment, students)
    written: list[Path] = []
    with open_gradebook(root, db_url) as book:
        for submission, missing in submissions:
            marks = marks_of(book.api, submission)
            notebook = missing.executed() if missing else read_graded(submission)
            page = page_of(notebook, _release(paths, submission), marks, submission)
            target = paths.feedback_page(submission.student, assignment, submission.notebook)
            write_for_user(target, render(page).encode("utf-8", "replace"))
            written.append(target)
            LOG.info("Wrote %s", target)
            if on_page is not None:
                on_page(target, len(submissions))
    return tuple(written)


def not_graded(root: Path, assignment: str) -> tuple[str, ...]:
    """Return the students whose submission was not graded yet, so that they get no page."""
    graded = {(one.student, one.notebook) for one in graded_submissions(root, assignment)}
    _, others = ungraded_work(root, assignment, graded)
    return tuple(dict.fromkeys(one.submission.student for one in others if not one.is_missing))


def _chosen(
    root: Path, assignment: str, students: Sequence[str]
) -> list[tuple[Submission, Ungraded | None]]:
    """Return the notebooks to write about, in the order of the students' names.

    A notebook that is missing has a page too, which says so.
    """
    graded = graded_submissions(root, assignment)
    _, others = ungraded_work(root, assignment, {(one.student, one.notebook) for one in graded})
    found: list[tuple[Submission, Ungraded | None]] = [(one, None) for one in graded]
    found += [(one.submission, one) for one in others if one.is_missing]
    if not found:
        message = (
            f"There are no graded submissions of {assignment!r} in {CoursePaths(root).autograded}. "
        )
        raise UsageError(message + f"Grade them first: {grade_command(assignment)}.")
    found.sort(key=lambda one: (one[0].student, one[0].notebook))
    names = list(dict.fromkeys(submission.student for submission, _ in found))
    for student in students:
        if student not in names:
            known = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
            message = f"There is no graded submission of {student!r} for {assignment!r}. "
            raise UsageError(message + f"Expected one of {known}.")
    return [one for one in found if not students or one[0].student in students]


def _release(paths: CoursePaths, submission: Submission) -> nbformat.NotebookNode | None:
    path = paths.released_notebook(submission.assignment, submission.notebook)
    if not path.is_file():
        return None
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises almost anything for what is not a notebook
        message = f"{path} cannot be read as a notebook: {type(error).__name__}. Build it again."
        raise UsageError(message) from error
