"""Send exams to the workers of a cluster, and take back their results."""

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from uuid import uuid4

from distributed import Client, Future
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker

from autograder.dispatch.tasks import RunSpec, run_exam_task
from autograder.dispatch.worker_plugin import RESOURCE
from autograder.errors import AutograderError, ClusterError
from autograder.exam.attempt import exam_not_run
from autograder.models import Finding, FindingKind

LOG = logging.getLogger(__name__)

SENT_PER_SLOT = 2  # so that a slot which becomes free finds its next exam on the worker
POLL_SECONDS = 0.2
RETRIES = 3  # of Dask, after an error in Dask itself


@dataclass(frozen=True)
class SentExam:
    """An exam that was sent: its name at the sender, and what is needed to run it."""

    name: str
    exam_notebook: bytes
    run_spec: RunSpec


@dataclass(frozen=True)
class ReturnedExam:
    """The result of an exam: the executed exam notebook, or why there is none."""

    name: str
    executed: bytes | Finding


class ExamQueue:
    """The exams that are sent and have not returned.

    Dask runs the exams of a worker that died again elsewhere. It cannot say which exam of a worker
    killed it, so an exam that lost two workers is only a suspect: it is run again at the end, with
    no other exam beside it, and fails when it loses two more. So no exam is run more than four
    times.
    """

    def __init__(self, client: Client, slots: Callable[[], int]) -> None:
        self.client, self.slots = client, slots
        self.sent: dict[str, tuple[SentExam, Future]] = {}  # by Dask's key
        self.suspects: list[SentExam] = []
        self.alone: str | None = None  # the key of the suspect that runs now
        self.done: SimpleQueue[Future] = SimpleQueue()

    @property
    def is_full(self) -> bool:
        """Whether results must be taken before more exams are sent, which wait in memory."""
        return len(self.sent) >= max(1, SENT_PER_SLOT * self.slots())

    @property
    def is_busy(self) -> bool:
        """Whether there are results to wait for."""
        return bool(self.sent or self.suspects)

    def send(self, name: str, exam_notebook: bytes, run_spec: RunSpec) -> None:
        """Send an exam."""
        self._submit(SentExam(name, exam_notebook, run_spec))

    def take(self) -> ReturnedExam | None:
        """Return the result of an exam; None if none has ended yet, or one is run again.

        Raises
        ------
        ClusterError
            If the scheduler is gone, or a worker's versions differ from the grader's.
        """
        if not self.sent:
            self.alone = self._submit(self.suspects.pop())
        try:
            future = self.done.get(timeout=POLL_SECONDS)
        except Empty:
            return None
        sent, _ = self.sent.pop(future.key)
        try:
            return ReturnedExam(sent.name, future.result())
        except AutograderError:
            raise
        except KilledWorker as error:
            if future.key != self.alone:
                LOG.warning("The workers of exam %s died; it is run again alone later", sent.name)
                self.suspects.append(sent)
                return None
            return ReturnedExam(sent.name, _killed_workers(error))
        except (CancelledError, CommClosedError) as error:
            message = (
                "The connection to the scheduler was lost. All graded submissions are in the "
                "gradebook: start the scheduler again, then run the same command to go on."
            )
            raise ClusterError(message) from error
        except Exception as error:  # concerns this exam only: the others go on
            LOG.exception("Exam %s could not be run", sent.name)
            return ReturnedExam(sent.name, exam_not_run(error))

    def _submit(self, sent: SentExam) -> str:
        key = f"exam-{uuid4().hex}"
        future: Future = self.client.submit(
            run_exam_task,
            sent.exam_notebook,
            sent.run_spec,
            key=key,
            resources={RESOURCE: 1},
            retries=RETRIES,
        )
        self.sent[key] = (sent, future)  # Dask forgets a task when nobody has its future
        future.add_done_callback(self.done.put)
        return key


def _killed_workers(error: KilledWorker) -> Finding:
    message = (
        f"Every worker that ran this exam died, the last {error.allowed_failures + 1} of them "
        f"while they ran no other exam; the very last was {error.last_worker.address}. Its log may "
        "say why. Grade this submission by hand, or grade again with --force."
    )
    return Finding(FindingKind.KILLED_WORKERS, message)
