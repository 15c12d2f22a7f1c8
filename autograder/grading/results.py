"""Results on disk: read from the graded notebooks, written as JSON lines for other programs."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

from autograder.errors import UsageError
from autograder.grading.artifacts import result_of
from autograder.models import Result, Submission, Verdict


def read_results(root: Path, assignment: str) -> tuple[Result, ...]:
    """Return what `autograded/` holds of a assignment, in the order of the students' names.

    Raises
    ------
    UsageError
        If nothing of this assignment was graded.
    """
    paths = sorted(root.glob(f"autograded/*/{assignment}/*.ipynb"))
    if not paths:
        message = f"No graded work for {assignment!r} in {root / 'autograded'}. "
        raise UsageError(message + f"Grade it first: `autograder grade {assignment}`.")
    return tuple(_read(path) for path in paths)


def write_results(results: Iterable[Result], path: Path) -> None:
    """Write one line of JSON a result, for a spreadsheet or another program."""
    lines = (json.dumps(as_json(result), ensure_ascii=False) + "\n" for result in results)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")


def as_json(result: Result) -> dict[str, Any]:
    """Return one result as plain JSON values; seconds, and bytes of memory."""
    return {
        "student": result.student,
        "assignment": result.assignment,
        "notebook": result.notebook,
        "score": result.score,
        "max_score": result.max_score,
        "grades": {verdict.grade_id: _grade(verdict) for verdict in result.verdicts},
        "misconceptions": {v.grade_id: v.misconception for v in result.verdicts if v.misconception},
        "findings": [vars(finding) for finding in result.findings],
        "seconds": result.seconds,
        "peak_memory": result.peak_memory,
    }


def _grade(verdict: Verdict) -> dict[str, Any]:
    return {
        "points": verdict.points,
        "max_points": verdict.max_points,
        "state": verdict.state,
        "reason": verdict.reason,
    }


def _read(path: Path) -> Result:
    submission = Submission(path.parent.parent.name, path.parent.name, path.stem, path)
    return result_of(nbformat.read(path, as_version=4), submission)
