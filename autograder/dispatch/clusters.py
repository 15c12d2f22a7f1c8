"""Open an exam queue: on a cluster in this process, or on the workers of a running scheduler."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import Client, LocalCluster
from distributed.security import Security

from autograder.dispatch.queue import ExamQueue
from autograder.dispatch.worker_plugin import RESOURCE, ExamSlots, resources
from autograder.errors import ClusterError

LOCAL_ONLY = "127.0.0.1:0"  # Dask's servers listen on this machine only, at any free port
CONNECT_SECONDS = 10
DEATHS = 2  # of workers, after which an exam is a suspect; see `ExamQueue`


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
    on_waiting   called if no worker has joined it yet
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
        if not slots_of(client):
            scheduler.on_waiting()
        yield ExamQueue(client, lambda: slots_of(client))


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
    workers = client.scheduler_info()["workers"].values()
    return sum(int(worker["resources"].get(RESOURCE, 0)) for worker in workers)
