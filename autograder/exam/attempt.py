"""Make the exam notebook of a submission and run its exam; no submission raises an error.

    submitted file ──► prepare ──► exam notebook ──► attempt_exam ──► executed exam notebook

`autograder grade` and nbgrader's preprocessors both grade with these two functions, so they give
the same points.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.config import Settings
from autograder.course.assignment import AssignmentNotebook, SupportFiles
from autograder.errors import SubmissionError
from autograder.exam import run
from autograder.exam.diagnosis.answer_key import AnswerKey, set_expected_kinds
from autograder.fingerprint import digest_of, versions
from autograder.models import Answers, CellRole, Finding, FindingKind, Verdict, VerdictState
from autograder.notebook.cells import (
    ExamCell,
    add_files,
    add_findings,
    cells_with_role,
    exam_cell,
    exam_metadata,
    take_files,
    update_exam_cell,
    verdicts_of,
)
from autograder.submission.answers import answers_in, no_answers
from autograder.submission.assemble import assemble
from autograder.submission.beside import read_files_beside
from autograder.submission.reading import parse_cells, read_submitted

LOG = logging.getLogger(__name__)

_DID_NOT_RUN = "This test did not run."

RunExam = Callable[..., NotebookNode]
"""Runs one exam: `autograder.exam.run.run_exam`, or a stand-in in a test."""


@dataclass(frozen=True)
class ExamConfig:
    """What the exams of all submissions of one notebook have in common."""

    notebook: AssignmentNotebook
    settings: Settings
    answer_key: AnswerKey | None = None

    @cached_property
    def digest(self) -> str:
        """The digest of everything that determines a verdict, except the exam notebook."""
        return digest_of(
            {
                "settings": asdict(self.settings),
                "answer key": self.answer_key.to_json() if self.answer_key else None,
                "support files": self.notebook.support.digest,
                "versions": dict(versions()),
            }
        )

    def digest_with(self, exam_notebook: NotebookNode) -> str:
        """Return the digest of everything that determines the result of one exam."""
        return digest_of([self.digest, exam_notebook])


@dataclass(frozen=True)
class PreparedSubmission:
    """A submission, ready for its exam.

    findings   about the submitted file; the exam notebook has none of them, because the results of
               equal exam notebooks are shared
    """

    exam_notebook: NotebookNode
    findings: tuple[Finding, ...] = ()


def prepare(path: Path, config: ExamConfig) -> PreparedSubmission:
    """Return the exam notebook of a submitted file; one that cannot be read has no answers."""
    notebook = config.notebook
    try:
        cells = parse_cells(read_submitted(path))
        answers = answers_in(cells, notebook.source, release=notebook.release)
    except SubmissionError as error:
        finding = Finding(FindingKind.UNREADABLE_NOTEBOOK, str(error))
        exam_notebook = exam_notebook_for(notebook, no_answers(notebook.source), config.settings)
        mark_tests_not_run(exam_notebook, f"Your file could not be read. {error}")
        return PreparedSubmission(exam_notebook, (finding,))
    exam_notebook = exam_notebook_for(notebook, answers, config.settings)
    if config.answer_key is not None:
        set_expected_kinds(exam_notebook, config.answer_key)
    files, left_out = read_files_beside(path.parent, notebook.support.files)
    add_files(exam_notebook, files)
    return PreparedSubmission(exam_notebook, (*answers.findings, *left_out))


def exam_notebook_for(
    notebook: AssignmentNotebook, answers: Answers, settings: Settings
) -> NotebookNode:
    """Return the exam notebook of a student with these answers."""
    parameters: dict[str, Any] = {}
    if settings.grading_seed is not None:
        parameters["SEED"] = settings.grading_seed
    if settings.profile != Settings.profile:
        parameters["PROFILE"] = settings.profile
    return assemble(notebook.source, answers, parameters=parameters, assignment=notebook.assignment)


def attempt_exam(
    exam_notebook: NotebookNode,
    *,
    settings: Settings,
    answer_key: AnswerKey | None = None,
    support: SupportFiles | None = None,
    run_exam: RunExam = run.run_exam,
) -> NotebookNode:
    """Return the exam notebook executed; if no exam can be run, it says so."""
    if verdicts_of(exam_notebook):
        return exam_notebook  # the submission could not be read: there is nothing to run
    try:
        return run_exam(exam_notebook, settings=settings, answer_key=answer_key, support=support)
    except Exception as error:  # such as no kernel; answers can still be graded by hand
        LOG.exception("An exam of %r could not be run", exam_metadata(exam_notebook).assignment)
        return mark_exam_not_run(exam_notebook, exam_not_run(error))


def mark_exam_not_run(exam_notebook: NotebookNode, why: Finding) -> NotebookNode:
    """Return an exam notebook whose exam could not be run: no points, and why."""
    take_files(exam_notebook)
    add_findings(exam_notebook, [why])
    return mark_tests_not_run(
        exam_notebook, "The exam could not be run. Your instructor has been informed."
    )


def empty_exam_notebook(notebook: AssignmentNotebook) -> NotebookNode:
    """Return the exam notebook of a submission that has no usable answers: no points."""
    exam_notebook = exam_notebook_for(notebook, no_answers(notebook.source), Settings())
    return mark_tests_not_run(exam_notebook, _DID_NOT_RUN)


def was_completed(executed: NotebookNode) -> bool:
    """Return whether the exam was run, so that its result can be kept."""
    return all(
        finding.kind is not FindingKind.EXAM_NOT_RUN for finding in exam_metadata(executed).findings
    )


def exam_not_run(error: Exception) -> Finding:
    """Return the finding that an exam could not be run."""
    why = f"The exam could not be run: {type(error).__name__}: {error}"
    return Finding(FindingKind.EXAM_NOT_RUN, why)


def missing_verdict(test: ExamCell, reason: str = _DID_NOT_RUN) -> Verdict:
    """Return the verdict of a test cell that did not run."""
    return Verdict(str(test.grade_id), test.points, VerdictState.NOT_RUN, reason=reason)


def mark_tests_not_run(exam_notebook: NotebookNode, reason: str) -> NotebookNode:
    """Write into each test cell of an exam notebook that it did not run, and why."""
    for cell in cells_with_role(exam_notebook, CellRole.TEST):
        update_exam_cell(cell, verdict=missing_verdict(exam_cell(cell), reason))
    return exam_notebook
