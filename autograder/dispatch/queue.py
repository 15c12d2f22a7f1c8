"""Send exams to the workers of a cluster, and take back their results.

The cluster is one in this process, or the workers of a running scheduler.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

import dask
from distributed import Client, Future, LocalCluster
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker
from distributed.security import Security

from autograder.dispatch.tasks import (
    RESOURCE,
    ExamSlots,
    ExecutedExam,
    RunSpec,
    resources,
    run_exam_task,
)
from autograder.errors import AutograderError, ClusterError
from autograder.exam.attempt import exam_not_run
from autograder.models import Finding, FindingKind
from autograder.notebook.cells import add_findings, from_bytes, to_bytes

LOG = logging.getLogger(__name__)

SENT_PER_SLOT = 2  # so that a slot which becomes free finds its next exam on the worker
POLL_SECONDS = 0.2
COUNT_SECONDS = 1.0  # between two questions how many slots there are, which the scheduler answers
RETRIES = 3  # of Dask, after an error in Dask itself
LOCAL_ONLY = "127.0.0.1:0"  # Dask's servers listen on this machine only, at any free port
CONNECT_SECONDS = 10
DEATHS = 2  # of workers, after which an exam is a suspect; see `ExamQueue`


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

    An exam that ran out of time while others used its cores is run again at the end, too. It does
    not return the first time, so nothing records that result; it returns the second time in any
    case. Student code may cause this, but only once, and after all other exams.
    """

    def __init__(
        self,
        client: Client,
        slots: Callable[[], int],
        on_waiting: Callable[[], object] = lambda: None,
    ) -> None:
        self.client, self.slots, self.on_waiting = client, slots, on_waiting
        self.sent: dict[str, tuple[SentExam, Future]] = {}  # by Dask's key
        self.again: list[SentExam] = []  # at the end, one at a time
        self.alone: str | None = None  # the key of the one that runs now
        self.done: SimpleQueue[Future] = SimpleQueue()
        self.counted, self.counted_at = 1, -COUNT_SECONDS  # slots

    @property
    def is_full(self) -> bool:
        """Whether results must be taken before more exams are sent, which wait in memory."""
        self._count_slots()
        return len(self.sent) >= max(1, SENT_PER_SLOT * self.counted)

    @property
    def is_busy(self) -> bool:
        """Whether there are results to wait for."""
        return bool(self.sent or self.again)

    def send(self, name: str, exam_notebook: bytes, run_spec: RunSpec) -> None:
        """Send an exam."""
        self._submit(SentExam(name, exam_notebook, run_spec))

    def take(self, most: int = 1) -> list[ReturnedExam]:
        """Return the results of the exams that have ended, at most `most`.

        There are none if no exam ended for a moment, or one is run again.

        Raises
        ------
        ClusterError
            If the scheduler is gone, or a worker's versions differ from the grader's.
        """
        self._count_slots()
        if not self.sent:
            self.alone = self._submit(self.again.pop())
        ended = self._ended(most)
        results = self._fetch([future for future in ended if future.status == "finished"])
        returned = (self._return(future, results.get(future.key)) for future in ended)
        return [one for one in returned if one is not None]

    def _count_slots(self) -> None:
        """Count the slots, at most once a second; call `on_waiting` when the last one is gone."""
        now = time.monotonic()
        if now - self.counted_at < COUNT_SECONDS:
            return
        before, self.counted, self.counted_at = self.counted, self.slots(), now
        if before and not self.counted:
            self.on_waiting()

    def _ended(self, most: int) -> list[Future]:
        """Wait a moment for an exam to end; return those that have ended, at most `most`."""
        ended: list[Future] = []
        try:
            ended.append(self.done.get(timeout=POLL_SECONDS))
            while len(ended) < most:
                ended.append(self.done.get_nowait())
        except Empty:
            return ended
        return ended

    def _fetch(self, futures: Sequence[Future]) -> dict[str, ExecutedExam]:
        """Return the results of exams by Dask's key, fetched together: one wait for the network."""
        if len(futures) < 2:
            return {}
        try:
            fetched = self.client.gather(futures)
        except Exception:  # each is fetched again by itself, which says whose error it is
            LOG.debug("%d results could not be fetched together", len(futures), exc_info=True)
            return {}
        return {future.key: one for future, one in zip(futures, fetched, strict=True)}

    def _return(self, future: Future, fetched: ExecutedExam | None) -> ReturnedExam | None:
        """Return the result of an exam that has ended; None if it is run again."""
        sent, _ = self.sent.pop(future.key)
        try:
            executed = future.result() if fetched is None else fetched
            if not executed.was_starved:
                return ReturnedExam(sent.name, executed.exam_notebook)
            LOG.warning("Exam %s ran out of time while others used its cores", sent.name)
            if future.key != self.alone:
                self._run_again(sent)
                return None
            return ReturnedExam(sent.name, _with_finding(executed.exam_notebook, _starved()))
        except AutograderError:
            raise
        except KilledWorker as error:
            if future.key != self.alone:
                LOG.warning("The workers of exam %s died", sent.name)
                self._run_again(sent)
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

    def _run_again(self, sent: SentExam) -> None:
        LOG.info("Exam %s is run again at the end, alone", sent.name)
        self.again.append(sent)

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


def _starved() -> Finding:
    message = (
        "Twice, this exam ran out of time while other programs used its cores: the second time no "
        "other exam of this class ran. Grade again with --force when the machine is idle."
    )
    return Finding(FindingKind.STARVED, message)


def _with_finding(exam_notebook: bytes, finding: Finding) -> bytes:
    executed = from_bytes(exam_notebook)
    add_findings(executed, [finding])
    return to_bytes(executed)


# --- clusters ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tls:
    """Files in PEM format for encrypted, authenticated connections; see `distributed.Security`."""

    ca_file: Path
    cert: Path
    key: Path

    def security(self) -> Security:
        """Return Dask's object of these files, for a client and for a worker."""
        for path in (self.ca_file, self.cert, self.key):
            if not path.is_file():
                message = f"There is no file {path}. Expected a certificate or key in PEM format."
                raise ClusterError(message)
        own = {f"tls_{role}_cert": str(self.cert) for role in ("client", "worker")}
        own |= {f"tls_{role}_key": str(self.key) for role in ("client", "worker")}
        return Security(tls_ca_file=str(self.ca_file), require_encryption=True, **own)


@dataclass(frozen=True)
class Scheduler:
    """A running Dask scheduler.

    tls          None: as in Dask's own configuration
    on_waiting   called when an exam waits and no worker has joined, or the last one has left
    """

    address: str
    tls: Tls | None = None
    on_waiting: Callable[[], object] = lambda: None


@contextmanager
def local_queue(exam_slots: ExamSlots) -> Iterator[ExamQueue]:
    """Open a queue whose exams are run by threads of this process.

    Student code does not run in this process: each exam starts its own processes.
    """
    count = len(exam_slots.slots)
    with (
        profiler_disabled(),
        LocalCluster(
            n_workers=1,
            threads_per_worker=count,
            processes=False,
            resources=resources(exam_slots.slots),
            plugins=(exam_slots,),
            memory_limit=0,  # an exam has its own limits
            dashboard_address=LOCAL_ONLY,
            worker_dashboard_address=LOCAL_ONLY,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield ExamQueue(client, lambda: count)


def profiler_disabled() -> AbstractContextManager[object]:
    """Return a context manager; Dask's servers that are started inside have no profiler.

    The profiler calls `sys._current_frames` a hundred times a second. In Python 3.11 that call can
    deadlock with the garbage collector: https://github.com/python/cpython/issues/106883.
    """
    disabled: AbstractContextManager[object] = dask.config.set(
        {"distributed.worker.profile.enabled": False}
    )
    return disabled


@contextmanager
def remote_queue(scheduler: Scheduler) -> Iterator[ExamQueue]:
    """Open a queue whose exams run on the workers that have joined a scheduler, or will.

    Raises
    ------
    ClusterError
        If no scheduler answers there.
    """
    with connect(scheduler) as client:
        client.run_on_scheduler(_set_allowed_deaths(DEATHS))
        yield ExamQueue(client, lambda: slots_of(client), scheduler.on_waiting)


def connect(scheduler: Scheduler) -> Client:
    """Return a client of the scheduler.

    Raises
    ------
    ClusterError
        If no scheduler answers there.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # errors are raised
    try:
        return Client(
            scheduler.address,
            security=scheduler.tls.security() if scheduler.tls is not None else None,
            timeout=CONNECT_SECONDS,
            set_as_default=False,
        )
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        message = (
            f"No Dask scheduler can be used at {scheduler.address}: {error}. Expected one at an "
            "address such as tcp://host:8786, or tls://host:8786 with --tls-ca-file, --tls-cert "
            "and --tls-key. `dask scheduler` starts one."
        )
        raise ClusterError(message) from error


def _set_allowed_deaths(deaths: int) -> Callable[..., None]:
    """Return a function that tells a scheduler after how many dead workers a task fails."""

    def configure(dask_scheduler: Any) -> None:  # Dask passes the argument by this name
        dask_scheduler.allowed_failures = deaths - 1

    return configure


def slots_of(client: Client) -> int:
    """Return how many exams can run at a time on all the workers."""
    return int(client.run_on_scheduler(_slot_counter()))


def _slot_counter() -> Callable[..., float]:
    """Return a function that counts on the scheduler: a list of workers would grow with them."""
    resource = RESOURCE

    def count(dask_scheduler: Any) -> float:  # Dask passes the argument by this name
        return float(sum(dask_scheduler.resources.get(resource, {}).values()))

    return count
