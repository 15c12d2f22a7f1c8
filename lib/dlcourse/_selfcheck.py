"""Run a notebook in a new kernel and report the results of its visible checks.

For self-learners: the checks, hints and points are those of a graded course. It trusts the
notebook, and has no hidden tests.
"""

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dlcourse._assignment import (
    NotANotebook,
    Question,
    deleted_tests,
    nbgrader_of,
    questions,
    read,
    remarks,
)
from dlcourse.check import CheckFailed

State = Literal["passed", "failed", "not attempted", "not run", "by hand"]


@dataclass(frozen=True)
class Mark:
    """The result of a question, and one sentence about it."""

    question: Question
    state: State
    explanation: str = ""

    @property
    def points(self) -> float:
        """The points earned: all or none."""
        return self.question.points if self.state == "passed" else 0.0


@dataclass(frozen=True)
class Report:
    """The results of a notebook, and remarks about test cells that were changed."""

    marks: tuple[Mark, ...]
    remarks: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()  # exercises whose test cell was deleted

    @property
    def automatic(self) -> tuple[Mark, ...]:
        """The results that checks decide."""
        return tuple(mark for mark in self.marks if mark.state != "by hand")

    @property
    def all_passed(self) -> bool:
        """Whether there is at least one check, all passed, and none was deleted."""
        passed = all(mark.state == "passed" for mark in self.automatic)
        return bool(self.automatic) and passed and not self.deleted


def check(
    path: Path,
    *,
    seconds: float = 300,
    on_start: Callable[[int], None] = lambda _: None,
    on_cell: Callable[[int], None] = lambda _: None,
) -> Report:
    """Run the notebook at `path` in a new kernel and return the results of its checks.

    Parameters
    ----------
    path
        The notebook; it is not changed.
    seconds
        The time limit of each cell.
    on_start
        Called with the number of cells.
    on_cell
        Called with the index of each cell after it ran.

    Raises
    ------
    NotANotebook
        If the file is not a notebook or has no checks.
    """
    notebook = read(path)
    asked = questions(notebook)
    if not any(not question.is_written for question in asked):
        message = f"{path} has no checks that give points. Is it the lesson? Give the assignment."
        raise NotANotebook(message)
    notes, gone = remarks(notebook), deleted_tests(notebook)
    on_start(len(notebook.cells))
    replies, died = _run(notebook, path.resolve().parent, seconds, on_cell)
    marks = tuple(_mark(question, notebook, replies) for question in asked)
    return Report(marks, (*notes, died) if died else notes, gone)


def _run(
    notebook: Any, folder: Path, seconds: float, on_cell: Callable[[int], None]
) -> tuple[Mapping[int, str], str]:
    """Execute the notebook in place; return the status of each cell, and why the kernel died."""
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    replies: dict[int, str] = {}

    def replied(**about: Any) -> None:
        content = about["execute_reply"].get("content", {})
        replies[about["cell_index"]] = str(content.get("status"))

    def completed(**about: Any) -> None:
        on_cell(about["cell_index"])

    client = NotebookClient(
        notebook,
        timeout=seconds,
        kernel_name="python3",
        allow_errors=True,
        interrupt_on_timeout=True,
        skip_cells_with_tag="",
        resources={"metadata": {"path": str(folder)}},
        on_cell_executed=replied,
        on_cell_complete=completed,
    )
    try:
        # What the kernel writes to the terminal would break the progress bar.
        client.execute(stderr=subprocess.DEVNULL)
    except DeadKernelError:
        return replies, "The kernel died: a cell asked for too much memory, or ended the process."
    return replies, ""


def _mark(question: Question, notebook: Any, replies: Mapping[int, str]) -> Mark:
    if question.is_written:
        return Mark(question, "by hand", "graded by a person")
    error = _error(notebook.cells[question.index])
    if error is None:
        # Only the reply "ok" is a pass: a cell that never ran has no error either.
        if replies.get(question.index) == "ok":
            return Mark(question, "passed")
        return Mark(question, "not run", "this cell did not run")
    if error.ename == "NotImplementedError":
        return Mark(question, "not attempted", "not attempted yet")
    cause = _cause(question, notebook)
    if cause and error.ename in ("NameError", "NotImplementedError"):
        return Mark(question, cause[0], cause[1])
    if error.ename == CheckFailed.__name__:
        return Mark(question, "failed", str(error.evalue))
    if error.ename == "KeyboardInterrupt":
        return Mark(question, "failed", "took too long and was stopped: is there an endless loop?")
    return Mark(question, "failed", _summary(error))


def _cause(question: Question, notebook: Any) -> tuple[State, str] | None:
    """Return the error of the answer's own cell, which caused the error of the test."""
    for cell in notebook.cells[: question.index]:
        if nbgrader_of(cell).get("grade_id") not in (question.title, question.exercise):
            continue
        error = _error(cell)
        if error is None:
            return None
        if error.ename == "NotImplementedError":
            return "not attempted", "not attempted yet"
        return "failed", f"its answer cell stopped with {_summary(error)}"
    return None


def _summary(error: Any) -> str:
    """Return the type and first line of an error, without the temporary file name of a cell."""
    first = (str(error.evalue).strip().splitlines() or [""])[0][:300]
    first = re.sub(r"\([^()\s]*, line", "(line", first)
    return f"{error.ename}: {first}" if first else str(error.ename)


def _error(cell: Any) -> Any:
    outputs = cell.get("outputs", [])
    return next((output for output in outputs if output.output_type == "error"), None)
