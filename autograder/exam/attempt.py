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
from typing import Any

from nbformat import NotebookNode

from autograder.config import Settings
from autograder.course.assignment import AssignmentNotebook
from autograder.errors import SubmissionError
from autograder.exam import run as run
from autograder.exam.diagnosis.answer_key import AnswerKey, set_expected_kinds
from autograder.exam.outputs import findings_of, verdicts_of
from autograder.fingerprint import versions
from autograder.models import Answers, Finding, Verdict
from autograder.submission.answers import answers_in, no_answers
from autograder.submission.assemble import add_findings, rebuild
from autograder.submission.reading import parse_cells, read_submitted

EXAM_NOT_RUN = "exam-not-held"
_DID_NOT_RUN = "This test did not run."


RunExam = Callable[..., NotebookNode]
"""How an exam is held: `autograder.exam.run.sit`, or a stand-in of a test."""


@dataclass(frozen=True)
class ExamConfig:
    """All that the submissions of one notebook have in common.

    scheme     what is known of right and wrong answers
    """

    notebook: AssignmentNotebook
    settings: Settings
    answer_key: AnswerKey | None = None

    @cached_property
    def digest(self) -> str:
        """Of all that determines what comes of a paper, beside the paper."""
        deciding = {
            "settings": asdict(self.settings),
            "scheme": self.answer_key.to_json() if self.answer_key else None,
            "versions": versions(),
        }
        return _digest(deciding)


def make_exam_notebook(path: Path, exam: ExamConfig) -> NotebookNode:
    """Return the paper of a submitted file; one that cannot be read makes an empty paper."""
    notebook = exam.notebook
    try:
        cells = parse_cells(read_submitted(path))
        answers = answers_in(cells, notebook.source, release=notebook.release)
    except SubmissionError as error:
        answers = no_answers(notebook.source, Finding("unreadable-notebook", str(error)))
        exam_notebook = exam_notebook_for(notebook, answers, exam.settings)
        return mark_tests_not_run(exam_notebook, f"Your file could not be read. {error}")
    exam_notebook = exam_notebook_for(notebook, answers, exam.settings)
    if exam.answer_key is not None:
        set_expected_kinds(exam_notebook, exam.answer_key)
    return exam_notebook


def exam_notebook_for(
    notebook: AssignmentNotebook, answers: Answers, settings: Settings
) -> NotebookNode:
    """Return the exam notebook of a student with these answers."""
    parameters: dict[str, Any] = {}
    if settings.grading_seed is not None:
        parameters["SEED"] = settings.grading_seed
    if settings.profile != Settings.profile:
        parameters["PROFILE"] = settings.profile
    return rebuild(notebook.source, answers, parameters=parameters, assignment=notebook.assignment)


def attempt_exam(
    exam_notebook: NotebookNode,
    *,
    settings: Settings,
    answer_key: AnswerKey | None = None,
    run_exam: RunExam = run.run_exam,
) -> NotebookNode:
    """Return the paper executed; where no exam can be held, the paper says so."""
    if verdicts_of(exam_notebook):
        return exam_notebook  # there is nothing to sit: the submission could not be read
    before = findings_of(exam_notebook)
    try:
        executed = run_exam(exam_notebook, settings=settings, answer_key=answer_key)
    except Exception as error:  # no kernel came up, say; the answers can still be marked by hand
        return mark_exam_not_run(exam_notebook, exam_not_run(error))
    while_sitting = findings_of(executed)
    executed.metadata.exam["findings"] = []
    add_findings(executed, (*before, *while_sitting))
    return executed


def mark_exam_not_run(exam_notebook: NotebookNode, why: Finding) -> NotebookNode:
    """Return a paper that could not be sat: no points, and why."""
    add_findings(exam_notebook, [why])
    return mark_tests_not_run(
        exam_notebook, "The exam could not be held. Your instructor was told."
    )


def empty_exam_notebook(notebook: AssignmentNotebook, why: Finding) -> NotebookNode:
    """Return the paper of a submission of which nothing could be used: no answers, no points."""
    answers = no_answers(notebook.source, why)
    return mark_tests_not_run(exam_notebook_for(notebook, answers, Settings()), _DID_NOT_RUN)


def was_completed(executed: NotebookNode) -> bool:
    """Tell whether the exam was held, so that what came of it can be kept."""
    return all(finding.kind != EXAM_NOT_RUN for finding in findings_of(executed))


def exam_not_run(error: Exception) -> Finding:
    """Return the finding that an exam could not be held."""
    why = f"The exam could not be held: {type(error).__name__}: {error}"
    return Finding(EXAM_NOT_RUN, why)


def missing_verdict(test: NotebookNode, reason: str = _DID_NOT_RUN) -> Verdict:
    """Return the verdict of a test cell that did not run; `test` is its "exam" metadata."""
    return Verdict(str(test.grade_id), float(test.points), "not run", reason=reason)


def mark_tests_not_run(exam_notebook: NotebookNode, reason: str) -> NotebookNode:
    """Return a paper that is not sat, with the reason in each test cell."""
    for cell in exam_notebook.cells:
        if cell.metadata.exam.role == "test":
            cell.metadata.exam["verdict"] = missing_verdict(cell.metadata.exam, reason).to_json()
    return exam_notebook


def digest_of(exam_notebook: NotebookNode, exam: ExamConfig) -> str:
    """Return the digest of all that determines what comes of a paper.

    Its findings are about the file that was handed in: they decide nothing.
    """
    findings = exam_notebook.metadata.exam.pop("findings")
    try:
        return _digest([exam.digest, exam_notebook])
    finally:
        exam_notebook.metadata.exam["findings"] = findings


def _digest(deciding: object) -> str:
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()
