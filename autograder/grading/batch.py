"""Examines a class: what was examined before is recalled, and the same work is held once.

submission ──► paper ──► digest ──► in the ledger? ──► examined
                               └──► being held?    ──► waits with the others
                               └──► to the fleet   ──► into the ledger ──► examined
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.dispatch import Fleet, Returned, Terms, terms_of
from autograder.exam.attempt import (
    Exam,
    digest_of,
    make_paper,
    not_held,
    not_sat,
    unsat_paper,
    was_held,
)
from autograder.exam.outputs import findings_of, verdicts_of
from autograder.grading.artifacts import from_bytes, to_bytes
from autograder.grading.result_cache import Ledger
from autograder.models import Finding, Submission
from autograder.submission.assemble import add_findings

TOGETHER = 32  # submissions without an exam of their own that are yielded at a time

OpenFleet = Callable[[], AbstractContextManager[Fleet]]


@dataclass(frozen=True)
class Examined:
    """A submission, and the executed paper that came of it."""

    submission: Submission
    executed: NotebookNode


@dataclass(frozen=True)
class Waiting:
    """Submissions of the same work, whose exam is being held; each has findings of its own."""

    paper: NotebookNode
    by: list[tuple[Submission, tuple[Finding, ...]]]


class Examination:
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
        exams: Mapping[str, Exam],
        ledger: Ledger,
        open_fleet: OpenFleet,
        *,
        force: bool = False,
    ) -> None:
        self.exams, self.ledger, self.open_fleet, self.force = exams, ledger, open_fleet, force
        self.waiting: dict[str, Waiting] = {}  # by digest
        self.held: set[str] = set()  # digests
        self.terms: dict[str, Terms] = {}  # by notebook

    def examine(self, submissions: Iterable[Submission]) -> Generator[list[Examined], None, None]:
        """Yield every submission once, examined; those that are done at the same time together.

        A list is empty when nothing is done for a moment, so that one can stop.
        """
        ready: list[Examined] = []
        with ExitStack() as stack:
            fleet: Fleet | None = None
            for submission in submissions:
                paper = self._paper(submission)
                digest = digest_of(paper, self.exams[submission.notebook])
                executed = self._known(paper, digest)
                if executed is not None:
                    ready.append(_of(submission, findings_of(paper), executed))
                elif self._waits(submission, paper, digest):
                    fleet = fleet or stack.enter_context(self.open_fleet())
                    while fleet.is_full:
                        yield self._conclude(fleet.take())
                    fleet.send(digest, to_bytes(_with((), paper)), self._terms(submission))
                if len(ready) >= TOGETHER or (ready and fleet):
                    yield ready
                    ready = []
            if ready:
                yield ready
            while fleet is not None and fleet.is_busy:
                yield self._conclude(fleet.take())

    def _paper(self, submission: Submission) -> NotebookNode:
        """Return the paper of a submission; whatever it is must not reach the others."""
        exam = self.exams[submission.notebook]
        try:
            return make_paper(submission.path, exam)
        except Exception as error:
            return unsat_paper(exam.assignment, not_held(error))

    def _known(self, paper: NotebookNode, digest: str) -> NotebookNode | None:
        """Return the executed paper, if no exam has to be held for that."""
        if verdicts_of(paper):
            return paper  # there is nothing to sit: the submission could not be read
        if self.force and digest not in self.held:
            return None
        kept = self.ledger.recall(digest)
        return from_bytes(kept) if kept is not None else None

    def _waits(self, submission: Submission, paper: NotebookNode, digest: str) -> bool:
        """Let a submission wait for its exam; tell whether that has yet to be sent."""
        is_first = digest not in self.waiting
        waiting = self.waiting.setdefault(digest, Waiting(paper, []))
        waiting.by.append((submission, findings_of(paper)))
        return is_first

    def _terms(self, submission: Submission) -> Terms:
        name = submission.notebook
        if name not in self.terms:
            self.terms[name] = terms_of(self.exams[name])
        return self.terms[name]

    def _conclude(self, returned: Returned | None) -> list[Examined]:
        """Return those who waited for an exam, now that it is over."""
        if returned is None:
            return []
        waiting = self.waiting.pop(returned.name)
        came = returned.executed
        if isinstance(came, Finding):
            came = to_bytes(not_sat(_with((), waiting.paper), came))
        executed = from_bytes(came)
        if was_held(executed):
            self.ledger.record(returned.name, came)
            self.held.add(returned.name)
        return [_of(one, findings, executed) for one, findings in waiting.by]


def _of(submission: Submission, findings: Iterable[Finding], executed: NotebookNode) -> Examined:
    """Return what came of a submission: what was found in its file, then in its exam."""
    return Examined(submission, _with((*findings, *findings_of(executed)), executed))


def _with(findings: Iterable[Finding], paper: NotebookNode) -> NotebookNode:
    """Return a paper with these findings, and no others."""
    exam = NotebookNode({**paper.metadata.exam, "findings": []})
    copy = NotebookNode({**paper, "metadata": NotebookNode({**paper.metadata, "exam": exam})})
    add_findings(copy, findings)
    return copy
