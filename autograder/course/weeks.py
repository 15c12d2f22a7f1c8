"""Finds a week of the course: its trusted notebook, and the answers that are known of it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course.known_answers import KnownAnswer, load
from autograder.errors import UsageError
from autograder.notebook.cells import grade_id_of, role_of
from autograder.notebook.names import assigned_names, imported_names

LESSON = "lesson.ipynb"


@dataclass(frozen=True)
class Week:
    """One assignment: the instructor's notebook and the known right and wrong answers to it."""

    name: str
    source: NotebookNode
    known: tuple[KnownAnswer, ...]
    digest: str  # of the text that all of it was read from

    @property
    def reference(self) -> dict[str, str]:
        """The reference's answer cells, by exercise."""
        return {
            grade_id_of(cell) or "": cell.source
            for cell in self.source.cells
            if role_of(cell) == "answer"
        }

    @property
    def given(self) -> frozenset[str]:
        """The names that its set-up cells bind."""
        texts = [cell.source for cell in self.source.cells if role_of(cell) == "setup"]
        return frozenset[str]().union(*(assigned_names(t) | imported_names(t) for t in texts))


def week_names(root: Path) -> tuple[str, ...]:
    """Return the names of the weeks that are built below `root`, in order."""
    return tuple(sorted(path.name for path in root.glob("source/*") if path.is_dir()))


def find_week(root: Path, name: str) -> Week:
    """Return a week of the course at `root`.

    Raises
    ------
    UsageError
        If `source/` has no such week, or it has not exactly one assignment.
    """
    notebooks = [p for p in sorted((root / "source" / name).glob("*.ipynb")) if p.name != LESSON]
    if len(notebooks) != 1:
        message = (
            f"No assignment of the week {name!r} in {root / 'source'}. "
            f"Expected one of {', '.join(week_names(root)) or 'none'}. "
            f"Build it first with `autograder build {name}`."
        )
        raise UsageError(message)
    return read_week(root, name, notebooks[0])


def read_week(root: Path, name: str, notebook: Path) -> Week:
    """Return a week with the given assignment, and what is known of answers to it, if anything."""
    text = notebook.read_text(encoding="utf-8")
    source = nbformat.reads(text, as_version=4)
    path = root / "course" / name / "misconceptions.py"
    week = Week(name, source, (), hashlib.sha256(text.encode()).hexdigest())
    if not path.exists():
        return week
    digest = hashlib.sha256((text + path.read_text(encoding="utf-8")).encode()).hexdigest()
    return Week(name, source, load(path, week.reference, week.given), digest)
