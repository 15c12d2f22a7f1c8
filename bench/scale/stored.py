"""Grade a class whose exams cost nothing, and measure what is left: the grader's own work.

A separate program, so that its memory is that of one class: `python -m bench.scale.stored ROOT
ASSIGNMENT`. The exams are copies of one exam that was run before. They enter the result cache, so
a second grading of the same class uses stored results only.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder.config import Settings
from autograder.grading.pipeline import grade_class
from autograder.models import Result
from autograder.notebook.cells import exam_cell, exam_metadata, from_bytes, set_exam_metadata

RunExam = Callable[..., NotebookNode]
TEMPLATE = "template.ipynb"
"""The executed exam notebook that is copied, in the root of the course."""
SHARE = 10  # the first and the last tenth of a class are compared


@dataclass(frozen=True)
class Grading:
    """What grading a class took.

    start          CPU seconds of the grader until the first submission
    cpu            CPU seconds of the grader from then on
    wall           seconds, likewise
    first, last    CPU seconds for each result in the first and the last tenth of the class
    peak           most memory of the grader, bytes
    transactions   commits of the gradebook
    points         the sum of all points
    """

    students: int
    start: float
    cpu: float
    wall: float
    first: float
    last: float
    peak: int
    transactions: int
    points: float


def grade_stored(root: Path, assignment: str) -> Grading:
    """Grade a class of a course in a process of its own; return the measurements.

    Raises
    ------
    subprocess.CalledProcessError
        If grading failed.
    """
    command = [sys.executable, "-m", "bench.scale.stored", str(root), assignment]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Grading(**json.loads(done.stdout.splitlines()[-1]))


def copy_of_exam(executed: NotebookNode) -> RunExam:
    """Return a function that runs an exam by copying what an earlier exam wrote into each cell."""

    def run_exam(exam_notebook: NotebookNode, **_: Any) -> NotebookNode:
        for cell, earlier in zip(exam_notebook.cells, executed.cells, strict=True):
            if cell.cell_type == "code":
                cell.outputs = earlier.outputs
                if exam_cell(earlier).verdict is not None:
                    cell.metadata["exam"] = earlier.metadata["exam"]
        set_exam_metadata(exam_notebook, exam_metadata(executed))
        return exam_notebook

    return run_exam


def measure_grading(
    root: Path, assignment: str, run_exam: RunExam, settings: Settings | None = None
) -> Grading:
    """Grade a class in this process; return the measurements.

    Raises
    ------
    AssertionError
        If progress went back, or a result was reported twice or never.
    """
    moments: list[tuple[int, float]] = []
    transactions = 0

    def count(_connection: object) -> None:
        nonlocal transactions
        transactions += 1

    def on_result(done: int, total: int) -> None:
        moments.append((done, time.process_time()))
        if not done <= total or (len(moments) > 1 and done < moments[-2][0]):
            message = f"Progress went from {moments[-2][0]} to {done} of {total}."
            raise AssertionError(message)

    event.listen(Engine, "commit", count)
    began = time.monotonic()
    try:
        results = grade_class(
            root, assignment, jobs=2, settings=settings, run_exam=run_exam, on_result=on_result
        )
    finally:
        event.remove(Engine, "commit", count)
    wall = time.monotonic() - began
    _check(results, moments)
    return Grading(
        students=len(results),
        start=moments[0][1],
        cpu=moments[-1][1] - moments[0][1],
        wall=wall,
        first=_cost(moments, 0, len(results) // SHARE),
        last=_cost(moments, len(results) - len(results) // SHARE, len(results)),
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        transactions=transactions,
        points=sum(result.score for result in results),
    )


def _check(results: Sequence[Result], moments: Sequence[tuple[int, float]]) -> None:
    names = {(result.student, result.notebook) for result in results}
    if len(names) != len(results) or moments[-1][0] != len(results):
        message = f"{len(results)} results of {len(names)} submissions, {moments[-1][0]} reported."
        raise AssertionError(message)


def _cost(moments: Sequence[tuple[int, float]], begin: int, end: int) -> float:
    """Return the CPU seconds for each result from the `begin`th to the `end`th."""
    before = max(moment for moment in moments if moment[0] <= begin)
    after = min(moment for moment in moments if moment[0] >= end)
    return (after[1] - before[1]) / max(1, after[0] - before[0])


if __name__ == "__main__":
    root, assignment = Path(sys.argv[1]), sys.argv[2]
    template = from_bytes((root / TEMPLATE).read_bytes())
    grading = measure_grading(root, assignment, copy_of_exam(template))
    print(json.dumps(asdict(grading)))  # noqa: T201
