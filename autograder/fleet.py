"""Many submissions become many Results, some at a time; none can stop the others.

Whatever goes wrong with a submission, an unreadable file or a kernel that does not start, is a
Result with no points and a finding that says so.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import nbformat
from distributed import Client, Future, LocalCluster, as_completed
from nbformat import NotebookNode

from autograder.assignments import Assignment, paper_for
from autograder.exam.executed import findings_of, verdicts_of
from autograder.exams import Exam, hold, make_paper, no_verdict, not_held
from autograder.intake import no_answers
from autograder.records import Finding, Result, Submission
from autograder.settings import Settings

NOWHERE_ELSE = "127.0.0.1:0"  # Dask's servers listen on this machine only, at any free port
AHEAD = 2  # submissions handed to the workers for each exam at a time: bounds the memory


def examine(submission: Submission, exam: Exam, autograded: Path) -> Result:
    """Examine one submission and write its graded notebook; a bad one is a Result, not an error.

    Nothing else of the submission is copied.

    Parameters
    ----------
    submission
        Where the file lies that was handed in; it is not changed.
    exam
        What it is examined by.
    autograded
        The folder that gets `<student>/<week>/<notebook>.ipynb`.
    """
    try:
        executed = hold(make_paper(submission.path, exam), exam)
        _write(executed, graded_path(autograded, submission))
    except Exception as error:  # whatever happens to one student must not reach the others
        return without_exam(submission, exam.assignment, not_held(error))
    return result_of(executed, submission)


def examine_all(
    submissions: Iterable[Submission], work: Callable[[Submission], Result], *, jobs: int
) -> Iterator[Result]:
    """Yield a Result for each submission as it is done, `jobs` of them at a time.

    Who stops early, or is interrupted, waits for the exams that are being held.
    """
    with (
        LocalCluster(
            n_workers=1,
            threads_per_worker=jobs,
            processes=False,
            memory_limit=0,  # the exams are processes of their own, with limits of their own
            dashboard_address=NOWHERE_ELSE,
            worker_dashboard_address=NOWHERE_ELSE,
            silence_logs=logging.ERROR,
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
    one = submission
    return Result(one.student, one.assignment, one.notebook, (), (not_held(error),))


def graded_path(autograded: Path, submission: Submission) -> Path:
    """Return where the graded notebook of a submission lies."""
    folder = autograded / submission.student / submission.assignment
    return folder / f"{submission.notebook}.ipynb"


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
        verdicts=tuple(held.get(test.grade_id) or no_verdict(test) for test in tests),
        findings=findings_of(executed),
        seconds=float(exam.get("seconds", 0.0)),
        peak_memory=int(exam.get("peak_memory", 0)),
        unanswered=frozenset(exam["unanswered"]),
    )


def _write(executed: NotebookNode, target: Path) -> None:
    """Write the graded notebook: it is there completely, or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.stem}.half")
    half.write_bytes(nbformat.writes(executed).encode("utf-8", "replace"))
    half.replace(target)
