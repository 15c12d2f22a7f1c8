"""Joins a scheduler with the slots of this machine, until either goes."""

import asyncio
import logging
import signal
import tempfile
from collections.abc import Callable
from typing import Any

from distributed import Nanny

from autograder.config import Settings
from autograder.dispatch.clusters import Scheduler, connect
from autograder.dispatch.worker_plugin import ExamSlots, resources
from autograder.sandbox.isolation.capabilities import require_sandbox

OnJoined = Callable[[str], object]
"""Called with the address at which this machine now waits for exams."""


def join(
    scheduler: Scheduler, slots: ExamSlots, on_joined: OnJoined, *, name: str | None = None
) -> None:
    """Hold exams for whoever grades with a scheduler; return when it has gone, or on a signal.

    The exams are held in a process of their own, which Dask's nanny starts again when it dies.
    Who counts workers, Dask's operator say, knows this one by its `name`.

    Raises
    ------
    UsageError
        If this machine cannot keep student code in.
    ClusterError
        If no scheduler answers.
    """
    connect(scheduler).close()  # a nanny says less well what is wrong with an address
    require_sandbox(Settings(allow_unsandboxed=slots.allow_unsandboxed))
    with tempfile.TemporaryDirectory(prefix="worker-") as folder:
        asyncio.run(_wait_for_exams(scheduler, slots, folder, on_joined, name))


async def _wait_for_exams(
    scheduler: Scheduler, slots: ExamSlots, folder: str, on_joined: OnJoined, name: str | None
) -> None:
    security = scheduler.tls.security() if scheduler.tls is not None else None
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with Nanny(
        scheduler.address,
        name=name,
        nthreads=len(slots.slots),
        resources=resources(slots.slots),
        plugins=(slots,),
        security=security,
        memory_limit=0,  # an exam has limits of its own
        local_directory=folder,
        dashboard=False,
        silence_logs=logging.ERROR,
    ) as nanny:
        on_joined(nanny.worker_address)
        await _first(over.wait(), nanny.finished())


async def _first(*awaited: Any) -> None:
    """Wait for the first of several."""
    tasks = [asyncio.ensure_future(one) for one in awaited]
    _, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
