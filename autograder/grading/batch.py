"""Examines a class: what was examined before is recalled, and the same work is held once.

submission ──► paper ──► digest ──► in the ledger? ──► examined
                               └──► being held?    ──► waits with the others
                               └──► to the fleet   ──► into the ledger ──► examined
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.dispatch import ExamQueue, Returned, RunSpec, run_spec_of
from autograder.exam.attempt import (
    ExamConfig,
    digest_of,
    empty_exam_notebook,
    exam_not_run,
    make_exam_notebook,
    mark_exam_not_run,
    was_completed,
)
from autograder.exam.outputs import findings_of, verdicts_of
from autograder.grading.artifacts import from_bytes, to_bytes
from autograder.grading.result_cache import ResultCache
from autograder.models import Finding, Submission
from autograder.submission.assemble import add_findings

TOGETHER = 32  # submissions without an exam of their own that are yielded at a time

OpenQueue = Callable[[], AbstractContextManager[ExamQueue]]


@dataclass(frozen=True)
class ExaminedSubmission:
    """A submission, and the executed paper that came of it."""

    submission: Submission
    executed: NotebookNode


@dataclass(frozen=True)
class PendingExam:
    """Submissions of the same work, whose exam is being held; each has findings of its own."""

    exam_notebook: NotebookNode
    by: list[tuple[Submission, tuple[Finding, ...]]]


class Batch:
    """What is known while a class is examined.

    Parameters
    ----------
    exams
        By the names of the notebooks.
    open_fleet
        Entered when the first exam has to be held, and not before.
    force
        Whether to hold again what was held before this examination.
    """

    def __init__(
        self,
        exams: Mapping[str, ExamConfig],
        result_cache: ResultCache,
        open_queue: OpenQueue,
        *,
        force: bool = False,
    ) -> None:
        self.exams, self.result_cache, self.open_queue, self.force = (
            exams,
            result_cache,
            open_queue,
            force,
        )
        self.waiting: dict[str, PendingExam] = {}  # by digest
        self.held: set[str] = set()  # digests
        self.run_spec: dict[str, RunSpec] = {}  # by notebook

    def examine(
        self, submissions: Iterable[Submission]
    ) -> Generator[list[ExaminedSubmission], None, None]:
        """Yield every submission once, examined; those that are done at the same time together.

        A list is empty when nothing is done for a moment, so that one can stop.
        """
        ready: list[ExaminedSubmission] = []
        with ExitStack() as stack:
            queue: ExamQueue | None = None
            for submission in submissions:
                exam_notebook = self._paper(submission)
                digest = digest_of(exam_notebook, self.exams[submission.notebook])
                executed = self._known(exam_notebook, digest)
                if executed is not None:
                    ready.append(_of(submission, findings_of(exam_notebook), executed))
                elif self._waits(submission, exam_notebook, digest):
                    queue = queue or stack.enter_context(self.open_queue())
                    while queue.is_full:
                        yield self._conclude(queue.take())
                    queue.send(digest, to_bytes(_with((), exam_notebook)), self._terms(submission))
                if len(ready) >= TOGETHER or (ready and queue):
                    yield ready
                    ready = []
            if ready:
                yield ready
            while queue is not None and queue.is_busy:
                yield self._conclude(queue.take())

    def _paper(self, submission: Submission) -> NotebookNode:
        """Return the paper of a submission; whatever it is must not reach the others."""
        exam = self.exams[submission.notebook]
        try:
            return make_exam_notebook(submission.path, exam)
        except Exception as error:
            return empty_exam_notebook(exam.notebook, exam_not_run(error))

    def _known(self, exam_notebook: NotebookNode, digest: str) -> NotebookNode | None:
        """Return the executed paper, if no exam has to be held for that."""
        if verdicts_of(exam_notebook):
            return exam_notebook  # there is nothing to sit: the submission could not be read
        if self.force and digest not in self.held:
            return None
        kept = self.result_cache.get(digest)
        return from_bytes(kept) if kept is not None else None

    def _waits(self, submission: Submission, exam_notebook: NotebookNode, digest: str) -> bool:
        """Let a submission wait for its exam; tell whether that has yet to be sent."""
        is_first = digest not in self.waiting
        waiting = self.waiting.setdefault(digest, PendingExam(exam_notebook, []))
        waiting.by.append((submission, findings_of(exam_notebook)))
        return is_first

    def _terms(self, submission: Submission) -> RunSpec:
        name = submission.notebook
        if name not in self.run_spec:
            self.run_spec[name] = run_spec_of(self.exams[name])
        return self.run_spec[name]

    def _conclude(self, returned: Returned | None) -> list[ExaminedSubmission]:
        """Return those who waited for an exam, now that it is over."""
        if returned is None:
            return []
        waiting = self.waiting.pop(returned.name)
        came = returned.executed
        if isinstance(came, Finding):
            came = to_bytes(mark_exam_not_run(_with((), waiting.exam_notebook), came))
        executed = from_bytes(came)
        if was_completed(executed):
            self.result_cache.put(returned.name, came)
            self.held.add(returned.name)
        return [_of(one, findings, executed) for one, findings in waiting.by]


def _of(
    submission: Submission, findings: Iterable[Finding], executed: NotebookNode
) -> ExaminedSubmission:
    """Return what came of a submission: what was found in its file, then in its exam."""
    return ExaminedSubmission(submission, _with((*findings, *findings_of(executed)), executed))


def _with(findings: Iterable[Finding], exam_notebook: NotebookNode) -> NotebookNode:
    """Return a paper with these findings, and no others."""
    exam = NotebookNode({**exam_notebook.metadata.exam, "findings": []})
    copy = NotebookNode(
        {**exam_notebook, "metadata": NotebookNode({**exam_notebook.metadata, "exam": exam})}
    )
    add_findings(copy, findings)
    return copy
