"""Write the feedback pages of an assignment: one HTML file for each graded notebook."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import nbformat

from autograder.course.paths import CoursePaths
from autograder.errors import UsageError
from autograder.files import write_atomically
from autograder.gradebook import open_gradebook
from autograder.gradebook.read import marks_of
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
    """Write `feedback/<student>/<assignment>/<notebook>.html` for every graded submission.

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
        If nothing was graded, or the submission of one of the students was not.
    GradebookError
        If the gradebook cannot be read.
    """
    paths = CoursePaths(root)
    graded = list(_graded(paths, assignment, students))
    written: list[Path] = []
    with open_gradebook(root, db_url) as book:
        for submission in graded:
            marks = marks_of(book.api, submission)
            notebook = nbformat.read(submission.path, as_version=4)
            page = page_of(notebook, _release(paths, submission), marks, submission)
            target = paths.feedback_page(submission.student, assignment, submission.notebook)
            write_atomically(target, render(page).encode())
            written.append(target)
            LOG.info("Wrote %s", target)
            if on_page is not None:
                on_page(target, len(graded))
    return tuple(written)


def _graded(paths: CoursePaths, assignment: str, students: Sequence[str]) -> Iterator[Submission]:
    """Yield the graded notebooks of the students, in the order of their names."""
    found = sorted(paths.autograded.glob(f"*/{assignment}/*.ipynb"))
    if not found:
        message = f"There are no graded submissions of {assignment!r} in {paths.autograded}. "
        raise UsageError(message + f"Grade them first: `autograder grade {assignment}`.")
    names = [path.parent.parent.name for path in found]
    for student in students:
        if student not in names:
            message = f"There is no graded submission of {student!r} for {assignment!r}. "
            raise UsageError(message + f"Expected one of {', '.join(sorted(set(names)))}.")
    for student, path in zip(names, found, strict=True):
        if not students or student in students:
            yield Submission(student, assignment, path.stem, path)


def _release(paths: CoursePaths, submission: Submission) -> nbformat.NotebookNode | None:
    path = paths.released_notebook(submission.assignment, submission.notebook)
    return nbformat.read(path, as_version=4) if path.is_file() else None
