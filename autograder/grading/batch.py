"""Run the exams of a class: reuse cached results, and run equal exams only once.

submission ──► exam notebook ──► digest ──► in the result cache? ──► examined
                                       └──► running already?     ──► waits for that exam
                                       └──► to the exam queue    ──► result cache ──► examined
"""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from itertools import chain, islice

from nbformat import NotebookNode

from autograder.dispatch import ExamQueue, ReturnedExam, RunSpec, run_spec_of
from autograder.exam.attempt import (
    ExamConfig,
    PreparedSubmission,
    empty_exam_notebook,
    exam_not_run,
    mark_exam_not_run,
    prepare,
    was_completed,
)
from autograder.grading.artifacts import ResultCache, with_file_findings
from autograder.models import Finding, Submission
from autograder.notebook.cells import from_bytes, to_bytes, verdicts_of

LOG = logging.getLogger(__name__)

CHUNK = 32  # results that are yielded at a time, at most: without an exam, or exams that ended

OpenQueue = Callable[[], AbstractContextManager[ExamQueue]]


@dataclass(frozen=True)
class ExaminedSubmission:
    """A submission and its executed exam notebook, findings about the file included."""

    submission: Submission
    executed: NotebookNode


@dataclass(frozen=True)
class PendingExam:
    """An exam that is not over, and the submissions that wait for it.

    waiting   submissions with equal exam notebooks, each with the findings about its own file
    """

    exam_notebook: NotebookNode
    waiting: list[tuple[Submission, tuple[Finding, ...]]]


class Batch:
    """Run the exams of a class.

    Parameters
    ----------
    configs
        By the names of the notebooks.
    result_cache
        Where results are looked up, and kept.
    open_queue
        Called when the first exam has to be run, and not before.
    force
        Whether to ignore results that were cached before this batch.
    """

    def __init__(
        self,
        configs: Mapping[str, ExamConfig],
        result_cache: ResultCache,
        open_queue: OpenQueue,
        *,
        force: bool = False,
    ) -> None:
        self.configs, self.result_cache = configs, result_cache
        self.open_queue, self.force = open_queue, force
        self.pending: dict[str, PendingExam] = {}  # by digest
        self.completed: set[str] = set()  # digests of the exams that this batch ran
        self.run_specs: dict[str, RunSpec] = {}  # by notebook
        self.from_cache = self.exams_run = 0

    def examine(
        self, submissions: Iterable[Submission]
    ) -> Generator[list[ExaminedSubmission], None, None]:
        """Yield every examined submission once; those that finish together are one batch.

        A batch is empty when nothing finished for a moment, so that the caller can stop.
        """
        ready: list[ExaminedSubmission] = []
        with ExitStack() as stack:
            queue: ExamQueue | None = None
            for submission in submissions:
                prepared = self._prepare(submission)
                config = self.configs[submission.notebook]
                digest = config.digest_with(prepared.exam_notebook)
                executed = self._cached(prepared, digest)
                if executed is not None:
                    ready.append(_examined(submission, prepared.findings, executed))
                elif self._is_first(submission, prepared, digest):
                    queue = queue or stack.enter_context(self.open_queue())
                    while queue.is_full:
                        yield from self._finish(queue.take(CHUNK))
                    data = to_bytes(prepared.exam_notebook)
                    queue.send(digest, data, self._run_spec(submission))
                if len(ready) >= CHUNK or (ready and queue):
                    yield ready
                    ready = []
            if ready:
                yield ready
            while queue is not None and queue.is_busy:
                yield from self._finish(queue.take(CHUNK))
        LOG.info("Used %d cached results, ran %d exams", self.from_cache, self.exams_run)

    def _prepare(self, submission: Submission) -> PreparedSubmission:
        """Return the exam notebook of a submission; an error in one must not stop the others."""
        config = self.configs[submission.notebook]
        try:
            return prepare(submission.path, config)
        except Exception as error:
            LOG.exception("The exam notebook of %s could not be made", submission.path)
            return PreparedSubmission(empty_exam_notebook(config.notebook), (exam_not_run(error),))

    def _cached(self, prepared: PreparedSubmission, digest: str) -> NotebookNode | None:
        """Return the executed exam notebook if no exam has to be run for it."""
        if verdicts_of(prepared.exam_notebook):
            return prepared.exam_notebook  # the submission could not be read
        if self.force and digest not in self.completed:
            return None
        cached = self.result_cache.get(digest)
        if cached is None:
            return None
        self.from_cache += 1
        return from_bytes(cached)

    def _is_first(self, submission: Submission, prepared: PreparedSubmission, digest: str) -> bool:
        """Add a submission to those that wait for its exam; return whether it is the first."""
        is_first = digest not in self.pending
        pending = self.pending.setdefault(digest, PendingExam(prepared.exam_notebook, []))
        pending.waiting.append((submission, prepared.findings))
        return is_first

    def _run_spec(self, submission: Submission) -> RunSpec:
        name = submission.notebook
        if name not in self.run_specs:
            self.run_specs[name] = run_spec_of(self.configs[name])
        return self.run_specs[name]

    def _finish(self, returned: Iterable[ReturnedExam]) -> Iterator[list[ExaminedSubmission]]:
        """Yield the submissions that waited for these exams, at least one list."""
        examined = chain.from_iterable([self._finish_exam(one) for one in returned])
        yield list(islice(examined, CHUNK))
        while chunk := list(islice(examined, CHUNK)):  # many have submitted the same
            yield chunk

    def _finish_exam(self, returned: ReturnedExam) -> Iterator[ExaminedSubmission]:
        """Keep the result of an exam; return the submissions that waited for it."""
        self.exams_run += 1
        pending = self.pending.pop(returned.name)
        outcome = returned.executed
        if isinstance(outcome, Finding):
            executed = mark_exam_not_run(pending.exam_notebook, outcome)
            outcome = to_bytes(executed)
        else:
            executed = from_bytes(outcome)
        if was_completed(executed):  # or killed its workers, which it would do again
            self.result_cache.put(returned.name, outcome)
            self.completed.add(returned.name)
        return (_examined(one, findings, executed) for one, findings in pending.waiting)


def _examined(
    submission: Submission, findings: Sequence[Finding], executed: NotebookNode
) -> ExaminedSubmission:
    return ExaminedSubmission(submission, with_file_findings(executed, findings))
