"""Read an assignment: its questions, and whether its test cells are unchanged."""

import hashlib
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HIDDEN = re.compile(
    r"^[^\S\n]*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS[^\n]*$", re.DOTALL | re.MULTILINE
)


class NotANotebook(Exception):
    """A file that cannot be checked; the message is for the user of the command line."""


@dataclass(frozen=True)
class Question:
    """A cell that is worth points, according to nbgrader's metadata.

    Attributes
    ----------
    index
        The index of the cell in the notebook.
    is_written
        Whether it is graded by hand, not by checks.
    """

    index: int
    grade_id: str
    points: float
    is_written: bool = False

    @property
    def title(self) -> str:
        """The name of the question: `softmax` for the cell `test_softmax`."""
        return self.grade_id.removeprefix("test_")

    @property
    def exercise(self) -> str:
        """The name of the answer cell: `softmax` for `test_softmax` and `test_softmax_2`."""
        return re.sub(r"_\d+$", "", self.title) if self.grade_id != self.title else self.title


def read(path: Path) -> Any:
    """Return the notebook at `path`, without hidden tests and outputs.

    Raises
    ------
    NotANotebook
        If the file does not exist or is not a notebook.
    """
    import nbformat

    if not path.is_file():
        message = f"There is no file {path}. Give the path of a notebook (.ipynb)."
        raise NotANotebook(message)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # copied cells share an id, which nbformat repairs
            notebook = nbformat.read(path, as_version=4)
            nbformat.validate(notebook)
    except Exception as error:  # nbformat passes on any error of its readers and of JSON
        message = f"{path} is not a notebook: expected a file that Jupyter wrote (.ipynb)."
        raise NotANotebook(message) from error
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = _HIDDEN.sub("", cell.source)
            cell.outputs, cell.execution_count = [], None
    return notebook


def questions(notebook: Any) -> tuple[Question, ...]:
    """Return the cells that are worth points; only the first of several copies of a cell."""
    found: dict[str, Question] = {}
    for index, cell in enumerate(notebook.cells):
        about = nbgrader_of(cell)
        if about.get("grade") is not True or str(about.get("grade_id")) in found:
            continue
        points = about.get("points")
        worth = float(points) if isinstance(points, (int, float)) else 0.0
        name = str(about.get("grade_id"))
        found[name] = Question(index, name, worth, about.get("solution") is True)
    return tuple(found.values())


def remarks(notebook: Any) -> tuple[str, ...]:
    """Return a sentence for each test cell that was edited, copied or deleted."""
    sentences, seen = [], set()
    for cell in notebook.cells:
        about = nbgrader_of(cell)
        name = str(about.get("grade_id", ""))
        if name and name in seen:
            sentences.append(f"The cell `{name}` exists twice: only the first counts.")
        elif _is_test(about) and about.get("checksum") not in (None, _checksum(cell, about)):
            sentences.append(
                f"The test cell `{name}` was edited: grading uses the original, "
                "so its result may differ from yours."
            )
        seen.add(name)
    sentences += [
        f"The test cell of `{name}` was deleted: copy it from a fresh notebook to check `{name}`."
        for name in deleted_tests(notebook)
    ]
    return tuple(sentences)


def deleted_tests(notebook: Any) -> tuple[str, ...]:
    """Return the exercises that have an answer cell but no test cell."""
    cells = [nbgrader_of(cell) for cell in notebook.cells]
    tests = {str(about["grade_id"]) for about in cells if _is_test(about)}
    if not any(name.startswith("test_") for name in tests):
        return ()  # a course that names its cells differently
    answers = [
        str(about["grade_id"])
        for about in cells
        if about.get("solution") is True and about.get("grade") is not True
    ]
    return tuple(name for name in answers if f"test_{name}" not in tests)


def _is_test(about: Mapping[str, Any]) -> bool:
    return about.get("grade") is True and about.get("solution") is not True


def nbgrader_of(cell: Any) -> Mapping[str, Any]:
    """Return nbgrader's metadata of a cell, empty if it has none."""
    about = cell.metadata.get("nbgrader", {})
    return about if isinstance(about, dict) else {}


def _checksum(cell: Any, about: Mapping[str, Any]) -> str:
    """Return the checksum of a test cell, as nbgrader computes it for a release."""
    parts = (cell.source, cell.cell_type, "True", "False", "True", str(about["grade_id"]))
    points = str(float(about.get("points", 0)))
    text = "".join((*parts, points))
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
