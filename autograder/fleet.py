"""Many submissions become many Results, some at a time; none can stop the others.

Whatever goes wrong with a submission, an unreadable file or a kernel that does not start, is a
Result with no points and a finding that says so.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import nbformat
from distributed import Client, Future, LocalCluster, as_completed
from nbformat import NotebookNode

from autograder.assignments import Assignment, paper_for
from autograder.errors import IntakeError
from autograder.exam import sitting
from autograder.exam.scheme import Scheme, inscribe
from autograder.exam.sitting import findings_of, verdicts_of
from autograder.intake import answers_in, no_answers
from autograder.intake.reading import parse_cells, read_bytes
from autograder.paper import add_findings
from autograder.records import Finding, Result, Submission, Verdict
from autograder.settings import Settings

NOWHERE_ELSE = "127.0.0.1:0"  # Dask's servers listen on this machine only, at any free port
AHEAD = 2  # submissions handed to the workers for each exam at a time: bounds the memory


class Sit(Protocol):
    """How an exam is held: `autograder.exam.sitting.sit`, or a stand-in of a test."""

    def __call__(
        self, paper: NotebookNode, *, settings: Settings, scheme: Scheme | None = None
    ) -> NotebookNode:
        """Return the paper executed."""


@dataclass(frozen=True)
class Exam:
    """All that the submissions of one notebook have in common.

    autograded     the folder that gets `<student>/<week>/<notebook>.ipynb`
    scheme         what is known of right and wrong answers
    digest         of all that decides, but for what was handed in; see `recall`
    sit            how the exam is held
    """

    assignment: Assignment
    settings: Settings
    autograded: Path
    scheme: Scheme | None = None
    digest: str = ""
    sit: Sit = sitting.sit

    def graded_path(self, submission: Submission) -> Path:
        """Return where the graded notebook of a submission lies."""
        folder = self.autograded / submission.student / submission.assignment
        return folder / f"{submission.notebook}.ipynb"


def examine(submission: Submission, exam: Exam) -> Result:
    """Examine one submission and write its graded notebook; a bad one is a Result, not an error.

    Nothing else of the submission is copied.
    """
    try:
        executed = _hold(submission, exam)
        _write(executed, exam.graded_path(submission))
    except Exception as error:  # whatever happens to one student must not reach the others
        why = f"The submission could not be graded: {_name(error)}"
        return without_exam(submission, exam.assignment, Finding("exam-not-held", why))
    return result_of(executed, submission)


def examine_all(
    submissions: Iterable[Submission], work: Callable[[Submission], Result], *, jobs: int
) -> Iterator[Result]:
    """Yield a Result for each submission as it is done, `jobs` of them at a time."""
    with (
        LocalCluster(
            n_workers=1,
            threads_per_worker=jobs,
            processes=False,
            memory_limit=0,  # the exams are processes of their own, with limits of their own
            dashboard_address=NOWHERE_ELSE,
            worker_dashboard_address=NOWHERE_ELSE,
        ) as cluster,
        Client(cluster) as client,
    ):
        sent: dict[str, Submission] = {}
        shared = client.scatter(work, hash=False)  # once: it holds the notebook that all answer

        def send(submission: Submission) -> Future:
            future = client.submit(_do, shared, submission, pure=False)
            sent[future.key] = submission
            return future

        waiting = map(send, submissions)
        running = as_completed(islice(waiting, AHEAD * jobs))
        for future in running:
            submission = sent.pop(future.key)
            try:
                yield future.result()
            except Exception as error:  # a worker that was lost, say
                yield _lost(submission, error)
            running.update(list(islice(waiting, 1)))


def _do(work: Callable[[Submission], Result], submission: Submission) -> Result:
    return work(submission)


def _lost(submission: Submission, error: Exception) -> Result:
    finding = Finding("exam-not-held", f"The exam was lost: {_name(error)}")
    return Result(submission.student, submission.assignment, submission.notebook, (), (finding,))


def fingerprint(digest: str, data: bytes) -> str:
    """Return what tells one examination from another: all that decides, and the file handed in."""
    return hashlib.sha256(digest.encode() + b"\0" + data).hexdigest()


def without_exam(submission: Submission, assignment: Assignment, finding: Finding) -> Result:
    """Return the Result of a submission that no exam could be held for: no points."""
    paper = paper_for(assignment, no_answers(assignment.source, finding), Settings())
    return result_of(paper, submission)


def result_of(executed: NotebookNode, submission: Submission) -> Result:
    """Return what an executed paper says; a test cell without a verdict earns nothing."""
    exam: dict[str, Any] = executed.metadata["exam"]
    held = {verdict.grade_id: verdict for verdict in verdicts_of(executed)}
    tests = (cell.metadata.exam for cell in executed.cells if cell.metadata.exam.role == "test")
    return Result(
        student=submission.student,
        assignment=submission.assignment,
        notebook=submission.notebook,
        verdicts=tuple(held.get(test.grade_id) or _no_verdict(test, "") for test in tests),
        findings=findings_of(executed),
        seconds=float(exam.get("seconds", 0.0)),
        peak_memory=int(exam.get("peak_memory", 0)),
        unanswered=frozenset(exam["unanswered"]),
    )


def _hold(submission: Submission, exam: Exam) -> NotebookNode:
    """Return the executed paper of a submission, or the one that says why there was no exam."""
    assignment = exam.assignment
    try:
        data = read_bytes(submission.path)
        answers = answers_in(parse_cells(data), assignment.source, release=assignment.release)
    except IntakeError as error:
        answers = no_answers(assignment.source, Finding("unreadable-notebook", str(error)))
        paper = paper_for(assignment, answers, exam.settings)
        return _with_reason(paper, f"Your file could not be read. {error}")
    paper = paper_for(assignment, answers, exam.settings)
    if exam.scheme is not None:
        inscribe(paper, exam.scheme)
    try:
        executed = exam.sit(paper, settings=exam.settings, scheme=exam.scheme)
    except Exception as error:  # no kernel came up, say; the answers can still be marked by hand
        why = f"The exam could not be held: {_name(error)}"
        add_findings(paper, [Finding("exam-not-held", why)])
        return _with_reason(paper, "The exam could not be held. Your instructor has been told.")
    while_sitting = findings_of(executed)
    executed.metadata.exam["findings"] = []
    add_findings(executed, (*answers.findings, *while_sitting))
    executed.metadata.exam["fingerprint"] = fingerprint(exam.digest, data)
    return executed


def _with_reason(paper: NotebookNode, reason: str) -> NotebookNode:
    """Return the paper with the reason why it was not sat in each test cell."""
    for cell in paper.cells:
        if cell.metadata.exam.role == "test":
            cell.metadata.exam["verdict"] = _no_verdict(cell.metadata.exam, reason).to_json()
    return paper


def _no_verdict(test: NotebookNode, reason: str) -> Verdict:
    reason = reason or "This test did not run."
    return Verdict(str(test.grade_id), float(test.points), "not run", reason=reason)


def _write(executed: NotebookNode, target: Path) -> None:
    """Write the graded notebook: it is there completely, or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.stem}.half")
    half.write_bytes(nbformat.writes(executed).encode("utf-8", "replace"))
    half.replace(target)


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
