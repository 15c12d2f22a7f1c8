"""Sends exams to the workers of a cluster and takes back what came of them."""

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

AHEAD = 2  # exams sent for each slot: the next one is there when one is over
MOMENT = 0.2  # seconds
RESCHEDULED = 3  # times that an error of Dask's own is no reason to give up


@dataclass(frozen=True)
class Sent:
    """An exam that was sent: what it is known by to the sender, and what it takes to hold it."""

    name: str
    exam_notebook: bytes
    run_spec: RunSpec


@dataclass(frozen=True)
class Returned:
    """What came of an exam: the executed paper, or why there is none."""

    name: str
    executed: bytes | Finding


class ExamQueue:
    """Exams on their way.

    Dask holds the exams of a worker that died again elsewhere. Whoever was near is suspected too:
    an exam that lost two workers is held again in the end, alone, and given up when it loses two
    more. So no exam is held more than four times.
    """

    def __init__(self, client: Client, slots: Callable[[], int]) -> None:
        self.client, self.slots = client, slots
        self.sent: dict[str, tuple[Sent, Future]] = {}  # by Dask's key
        self.suspects: list[Sent] = []
        self.alone: str | None = None  # the key of the suspect that is held now
        self.done: SimpleQueue[Future] = SimpleQueue()

    @property
    def is_full(self) -> bool:
        """Whether one should take before one sends: what is sent waits in memory."""
        return len(self.sent) >= max(1, AHEAD * self.slots())

    @property
    def is_busy(self) -> bool:
        """Whether there is something to take."""
        return bool(self.sent or self.suspects)

    def send(self, name: str, exam_notebook: bytes, run_spec: RunSpec) -> None:
        """Send an exam."""
        self._submit(Sent(name, exam_notebook, run_spec))

    def take(self) -> Returned | None:
        """Return what came of an exam; None if none is over for a moment, or has to be repeated.

        Raises
        ------
        ClusterError
            If the scheduler went away, or a worker would hold another exam.
        """
        if not self.sent:
            self.alone = self._submit(self.suspects.pop())
        try:
            future = self.done.get(timeout=MOMENT)
        except Empty:
            return None
        sent, _ = self.sent.pop(future.key)
        try:
            return Returned(sent.name, future.result())
        except AutograderError:
            raise
        except KilledWorker as error:
            if future.key != self.alone:
                self.suspects.append(sent)
                return None
            return Returned(sent.name, _deadly(error))
        except (CancelledError, CommClosedError) as error:
            message = (
                "The scheduler went away. What is graded is kept: start it again, then run the "
                "same command to go on."
            )
            raise ClusterError(message) from error
        except Exception as error:  # of this exam alone: the others go on
            return Returned(sent.name, exam_not_run(error))

    def _submit(self, sent: Sent) -> str:
        key = f"exam-{uuid4().hex}"
        future: Future = self.client.submit(
            run_exam_task,
            sent.exam_notebook,
            sent.run_spec,
            key=key,
            resources={RESOURCE: 1},
            retries=RESCHEDULED,
        )
        self.sent[key] = (sent, future)  # Dask forgets a task when nobody has its future
        future.add_done_callback(self.done.put)
        return key


def _deadly(error: KilledWorker) -> Finding:
    message = (
        f"Every worker that held this exam died of it, {error.allowed_failures + 1} of them in the "
        f"end with nothing else to do; the last was {error.last_worker.address}. Its log may say "
        "why. Hold it by hand, or grade again with --force."
    )
    return Finding(FindingKind.KILLED_WORKERS, message)
