"""Write what each student reads about their work: one self-contained page a notebook."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import nbformat

from autograder.errors import UsageError
from autograder.files import write_atomically
from autograder.gradebook import open_gradebook
from autograder.gradebook.read import marks_of
from autograder.models import Submission
from autograder.reporting.feedback.page import page_of
from autograder.reporting.feedback.render import render


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
        Those to write for; all who were graded where there are none.
    db_url
        The gradebook with the marks given by hand; the course's own where None.
    on_page
        Called with each page's path and the number of pages there will be.

    Raises
    ------
    UsageError
        If nothing was graded, or a student's work was not.
    GradebookError
        If the gradebook cannot be read.
    """
    graded = list(_graded(root, assignment, students))
    written: list[Path] = []
    with open_gradebook(root, db_url) as book:
        for submission in graded:
            marks = marks_of(book.api, submission)
            examined = nbformat.read(submission.path, as_version=4)
            page = page_of(examined, _release(root, submission), marks, submission)
            target = (
                root / "feedback" / submission.student / assignment / f"{submission.notebook}.html"
            )
            write_atomically(target, render(page).encode())
            written.append(target)
            if on_page is not None:
                on_page(target, len(graded))
    return tuple(written)


def _graded(root: Path, assignment: str, students: Sequence[str]) -> Iterator[Submission]:
    """Yield the graded notebooks of the students, in the order of their names."""
    found = sorted(root.glob(f"autograded/*/{assignment}/*.ipynb"))
    if not found:
        message = f"No graded work for {assignment!r} in {root / 'autograded'}. "
        raise UsageError(message + f"Grade it first: `autograder grade {assignment}`.")
    names = [path.parent.parent.name for path in found]
    for student in students:
        if student not in names:
            message = f"No graded work of {student!r} for {assignment!r}. "
            raise UsageError(message + f"Expected one of {', '.join(sorted(set(names)))}.")
    for student, path in zip(names, found, strict=True):
        if not students or student in students:
            yield Submission(student, assignment, path.stem, path)


def _release(root: Path, submission: Submission) -> nbformat.NotebookNode | None:
    path = root / "release" / submission.assignment / f"{submission.notebook}.ipynb"
    return nbformat.read(path, as_version=4) if path.is_file() else None
