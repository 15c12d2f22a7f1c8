"""Makes the paper of one submission and holds the exam; nothing a student hands in is an error.

    submitted file ──► make_paper ──► paper ──► hold ──► executed paper

`autograder grade` and nbgrader's preprocessors both grade by these two steps, which is why they
give the same points.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from autograder.config import Settings
from autograder.course.assignment import Assignment, paper_for
from autograder.errors import IntakeError
from autograder.exam import run as sitting
from autograder.exam.diagnosis.answer_key import Scheme, inscribe
from autograder.exam.outputs import findings_of, verdicts_of
from autograder.fingerprint import versions
from autograder.models import Finding, Verdict
from autograder.submission.answers import answers_in, no_answers
from autograder.submission.assemble import add_findings
from autograder.submission.reading import parse_cells, read_submitted

NOT_HELD = "exam-not-held"
_DID_NOT_RUN = "This test did not run."


Sit = Callable[..., NotebookNode]
"""How an exam is held: `autograder.exam.run.sit`, or a stand-in of a test."""


@dataclass(frozen=True)
class Exam:
    """All that the submissions of one notebook have in common.

    scheme     what is known of right and wrong answers
    """

    assignment: Assignment
    settings: Settings
    scheme: Scheme | None = None

    @cached_property
    def digest(self) -> str:
        """Of all that determines what comes of a paper, beside the paper."""
        deciding = {
            "settings": asdict(self.settings),
            "scheme": self.scheme.to_json() if self.scheme else None,
            "versions": versions(),
        }
        return _digest(deciding)


def make_paper(path: Path, exam: Exam) -> NotebookNode:
    """Return the paper of a submitted file; one that cannot be read makes an empty paper."""
    assignment = exam.assignment
    try:
        cells = parse_cells(read_submitted(path))
        answers = answers_in(cells, assignment.source, release=assignment.release)
    except IntakeError as error:
        answers = no_answers(assignment.source, Finding("unreadable-notebook", str(error)))
        paper = paper_for(assignment, answers, exam.settings)
        return without_verdicts(paper, f"Your file could not be read. {error}")
    paper = paper_for(assignment, answers, exam.settings)
    if exam.scheme is not None:
        inscribe(paper, exam.scheme)
    return paper


def hold(
    paper: NotebookNode, *, settings: Settings, scheme: Scheme | None = None, sit: Sit = sitting.sit
) -> NotebookNode:
    """Return the paper executed; where no exam can be held, the paper says so."""
    if verdicts_of(paper):
        return paper  # there is nothing to sit: the submission could not be read
    before = findings_of(paper)
    try:
        executed = sit(paper, settings=settings, scheme=scheme)
    except Exception as error:  # no kernel came up, say; the answers can still be marked by hand
        return not_sat(paper, not_held(error))
    while_sitting = findings_of(executed)
    executed.metadata.exam["findings"] = []
    add_findings(executed, (*before, *while_sitting))
    return executed


def not_sat(paper: NotebookNode, why: Finding) -> NotebookNode:
    """Return a paper that could not be sat: no points, and why."""
    add_findings(paper, [why])
    return without_verdicts(paper, "The exam could not be held. Your instructor was told.")


def unsat_paper(assignment: Assignment, why: Finding) -> NotebookNode:
    """Return the paper of a submission of which nothing could be used: no answers, no points."""
    answers = no_answers(assignment.source, why)
    return without_verdicts(paper_for(assignment, answers, Settings()), _DID_NOT_RUN)


def was_held(executed: NotebookNode) -> bool:
    """Tell whether the exam was held, so that what came of it can be kept."""
    return all(finding.kind != NOT_HELD for finding in findings_of(executed))


def not_held(error: Exception) -> Finding:
    """Return the finding that an exam could not be held."""
    why = f"The exam could not be held: {type(error).__name__}: {error}"
    return Finding(NOT_HELD, why)


def no_verdict(test: NotebookNode, reason: str = _DID_NOT_RUN) -> Verdict:
    """Return the verdict of a test cell that did not run; `test` is its "exam" metadata."""
    return Verdict(str(test.grade_id), float(test.points), "not run", reason=reason)


def without_verdicts(paper: NotebookNode, reason: str) -> NotebookNode:
    """Return a paper that is not sat, with the reason in each test cell."""
    for cell in paper.cells:
        if cell.metadata.exam.role == "test":
            cell.metadata.exam["verdict"] = no_verdict(cell.metadata.exam, reason).to_json()
    return paper


def digest_of(paper: NotebookNode, exam: Exam) -> str:
    """Return the digest of all that determines what comes of a paper.

    Its findings are about the file that was handed in: they decide nothing.
    """
    findings = paper.metadata.exam.pop("findings")
    try:
        return _digest([exam.digest, paper])
    finally:
        paper.metadata.exam["findings"] = findings


def _digest(deciding: object) -> str:
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()
