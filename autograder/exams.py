"""Makes the paper of one submission and holds the exam; nothing a student hands in is an error.

    submitted file ──► make_paper ──► paper ──► hold ──► executed paper

`autograder grade` and nbgrader's preprocessors both grade by these two steps, which is why they
give the same points.
"""

import hashlib
import json
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Protocol

import dlcourse
from nbformat import NotebookNode

from autograder.assignments import Assignment, paper_for
from autograder.errors import IntakeError
from autograder.exam import sitting
from autograder.exam.executed import findings_of, verdicts_of
from autograder.exam.scheme import Scheme, inscribe
from autograder.intake import answers_in, no_answers
from autograder.intake.reading import parse_cells, read_bytes
from autograder.marking import OnProgress, scheme_for, silent
from autograder.paper import add_findings
from autograder.records import Finding, Verdict
from autograder.settings import Settings
from autograder.weeks import read_week

_LIBRARIES = ("numpy", "keras", "tensorflow", "nbformat", "ipykernel")


class Sit(Protocol):
    """How an exam is held: `autograder.exam.sitting.sit`, or a stand-in of a test."""

    def __call__(
        self, paper: NotebookNode, *, settings: Settings, scheme: Scheme | None = None
    ) -> NotebookNode:
        """Return the paper executed."""


@dataclass(frozen=True)
class Exam:
    """All that the submissions of one notebook have in common.

    scheme     what is known of right and wrong answers
    digest     of all that decides about a class, but for what was handed in
    sit        how the exam is held
    """

    assignment: Assignment
    settings: Settings
    scheme: Scheme | None = None
    digest: str = ""
    sit: Sit = sitting.sit


def exam_for(
    root: Path,
    assignment: Assignment,
    settings: Settings,
    *,
    sit: Sit = sitting.sit,
    on_progress: OnProgress = silent,
) -> Exam:
    """Return the exam of a notebook, with what is known of right and wrong answers.

    The first time, those answers are sat, which takes a while; `on_progress` is told of it.
    """
    notebook = root / "source" / assignment.week / f"{assignment.notebook}.ipynb"
    week = read_week(root, assignment.week, notebook)
    scheme = scheme_for(root, week, settings, on_progress)
    return Exam(assignment, settings, scheme, _digest(assignment, settings, scheme), sit)


def make_paper(path: Path, exam: Exam) -> NotebookNode:
    """Return the paper of a submitted file; one that cannot be read makes an empty paper."""
    assignment = exam.assignment
    try:
        data = read_bytes(path)
        answers = answers_in(parse_cells(data), assignment.source, release=assignment.release)
    except IntakeError as error:
        answers = no_answers(assignment.source, Finding("unreadable-notebook", str(error)))
        paper = paper_for(assignment, answers, exam.settings)
        return without_verdicts(paper, f"Your file could not be read. {error}")
    paper = paper_for(assignment, answers, exam.settings)
    paper.metadata.exam["fingerprint"] = fingerprint(exam, data)
    if exam.scheme is not None:
        inscribe(paper, exam.scheme)
    return paper


def hold(paper: NotebookNode, exam: Exam) -> NotebookNode:
    """Return the paper executed; where no exam can be held, the paper says so."""
    if verdicts_of(paper):
        return paper  # there is nothing to sit: the submission could not be read
    before = findings_of(paper)
    try:
        executed = exam.sit(paper, settings=exam.settings, scheme=exam.scheme)
    except Exception as error:  # no kernel came up, say; the answers can still be marked by hand
        paper.metadata.exam.pop("fingerprint", None)
        add_findings(paper, [not_held(error)])
        return without_verdicts(paper, "The exam could not be held. Your instructor was told.")
    while_sitting = findings_of(executed)
    executed.metadata.exam["findings"] = []
    add_findings(executed, (*before, *while_sitting))
    return executed


def not_held(error: Exception) -> Finding:
    """Return the finding that an exam could not be held."""
    why = f"The exam could not be held: {type(error).__name__}: {error}"
    return Finding("exam-not-held", why)


def no_verdict(test: NotebookNode, reason: str = "This test did not run.") -> Verdict:
    """Return the verdict of a test cell that did not run; `test` is its "exam" metadata."""
    return Verdict(str(test.grade_id), float(test.points), "not run", reason=reason)


def without_verdicts(paper: NotebookNode, reason: str) -> NotebookNode:
    """Return a paper that is not sat, with the reason in each test cell."""
    for cell in paper.cells:
        if cell.metadata.exam.role == "test":
            cell.metadata.exam["verdict"] = no_verdict(cell.metadata.exam, reason).to_json()
    return paper


def fingerprint(exam: Exam, data: bytes) -> str:
    """Return what tells one examination from another: all that decides, and the file handed in."""
    return hashlib.sha256(exam.digest.encode() + b"\0" + data).hexdigest()


def _digest(assignment: Assignment, settings: Settings, scheme: Scheme | None) -> str:
    deciding = {
        "source": assignment.source,
        "release": assignment.release,
        "settings": repr(settings),
        "scheme": scheme.to_json() if scheme else None,
        "python": sys.version,
        "libraries": [metadata.version(name) for name in _LIBRARIES],
    }
    digest = hashlib.sha256(json.dumps(deciding, sort_keys=True, default=list).encode())
    for package in (Path(__file__).parent, Path(dlcourse.__file__).parent):
        for path in sorted(package.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
