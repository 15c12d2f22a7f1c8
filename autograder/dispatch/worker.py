"""Join a scheduler as a worker, with the slots of this machine."""

import asyncio
import logging
import signal
import tempfile
from collections.abc import Callable
from typing import Any

from distributed import Nanny

from autograder.config import Settings
from autograder.dispatch.queue import Scheduler, connect, profiler_disabled
from autograder.dispatch.tasks import ExamSlots, resources
from autograder.errors import ClusterError
from autograder.sandbox.isolation.capabilities import require_sandbox

OnJoined = Callable[[str], object]
"""Called with the address of the worker, once it has joined."""


def join(
    scheduler: Scheduler, slots: ExamSlots, on_joined: OnJoined, *, name: str | None = None
) -> None:
    """Run the exams that a scheduler sends; return when the scheduler ends, or on a signal.

    The exams run in a separate process, which Dask's nanny starts again when it dies.

    Parameters
    ----------
    scheduler
        The scheduler to join.
    slots
        The slots of this machine, and how exams are run in them.
    on_joined
        Called with the address of the worker, once it has joined.
    name
        The name of this worker at the scheduler, for a program that counts workers, such as
        Dask's operator for Kubernetes.

    Raises
    ------
    UsageError
        If this machine does not offer the sandbox.
    ClusterError
        If no scheduler answers, or the worker dies while it joins.
    """
    connect(scheduler).close()  # its error says more about a wrong address than a nanny's
    require_sandbox(Settings(allow_unsandboxed=slots.allow_unsandboxed))
    with profiler_disabled(), tempfile.TemporaryDirectory(prefix="worker-") as folder:
        try:
            asyncio.run(_wait_for_exams(scheduler, slots, folder, on_joined, name))
        except RuntimeError as error:  # of the nanny, which does not start such a worker again
            message = (
                f"The worker died while it joined the scheduler at {scheduler.address}: {error} "
                "Its log above may say why. Start the worker again."
            )
            raise ClusterError(message) from error


async def _wait_for_exams(
    scheduler: Scheduler, slots: ExamSlots, folder: str, on_joined: OnJoined, name: str | None
) -> None:
    security = scheduler.tls.security() if scheduler.tls is not None else None
    is_stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, is_stopped.set)
    async with Nanny(
        scheduler.address,
        name=name,
        nthreads=len(slots.slots),
        resources=resources(slots.slots),
        plugins=(slots,),
        security=security,
        memory_limit=0,  # an exam has its own limits
        local_directory=folder,
        dashboard=False,
        silence_logs=logging.ERROR,
    ) as nanny:
        on_joined(nanny.worker_address)
        await _first_of(is_stopped.wait(), nanny.finished())


async def _first_of(*awaitables: Any) -> None:
    """Wait until the first of several awaitables is done; cancel the others."""
    tasks = [asyncio.ensure_future(one) for one in awaitables]
    _, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
