"""The graded notebooks of a week, as the class was given them, and the papers made of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.config import Settings
from autograder.errors import UsageError
from autograder.models import Answers
from autograder.notebook.cells import points_of
from autograder.submission.assemble import rebuild


@dataclass(frozen=True)
class Assignment:
    """One graded notebook: the trusted source and the release made from it, if there is one."""

    week: str
    notebook: str
    source: NotebookNode
    release: NotebookNode | None = None


def read_assignments(root: Path, week: str) -> tuple[Assignment, ...]:
    """Return the notebooks of a week that earn points, in order of their names.

    Raises
    ------
    UsageError
        If `source/` has no such week, or nothing in it earns points.
    """
    folder = root / "source" / week
    paths = sorted(folder.glob("*.ipynb")) if _is_name(week) else []
    found = tuple(read_assignment(root, week, path.stem) for path in paths)
    graded = tuple(one for one in found if any(map(points_of, one.source.cells)))
    if graded:
        return graded
    weeks = sorted({path.parent.name for path in root.glob("source/*/*.ipynb")})
    wrong = f"No graded notebook in {folder}." if paths else f"There is no week {week!r}."
    advice = f"Expected one of {', '.join(weeks)}." if weeks else "Build one: `autograder build`."
    message = f"{wrong} {advice}"
    raise UsageError(message)


def read_assignment(root: Path, week: str, notebook: str) -> Assignment:
    """Return one notebook of a week.

    Raises
    ------
    UsageError
        If the source is not there, or the source or the release is not a notebook.
    """
    source = root / "source" / week / f"{notebook}.ipynb"
    release = root / "release" / week / f"{notebook}.ipynb"
    given = _read(release) if release.is_file() else None
    return Assignment(week, notebook, _read(source), given)


def exam_notebook_for(assignment: Assignment, answers: Answers, settings: Settings) -> NotebookNode:
    """Return the paper that a student with these answers sits."""
    parameters: dict[str, Any] = {}
    if settings.grading_seed is not None:
        parameters["SEED"] = settings.grading_seed
    if settings.profile != Settings.profile:
        parameters["PROFILE"] = settings.profile
    return rebuild(assignment.source, answers, parameters=parameters, assignment=assignment.week)


def _is_name(week: str) -> bool:
    return Path(week).name == week


def _read(path: Path) -> NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        message = f"{path} cannot be read as a notebook: {error}"
        raise UsageError(message) from error
