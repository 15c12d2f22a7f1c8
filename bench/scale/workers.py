"""Run a group of simulated workers in one process: `python -m bench.scale.workers PORT CONDITIONS`.

They are Dask workers with the slots of this project. An exam is a sleep, after which a test is
passed or failed as the text of the answer says. A worker that loses its scheduler joins again.
"""

import asyncio
import json
import logging
import random
import signal
import sys
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import Worker
from nbformat import NotebookNode

from autograder.dispatch import ExamSlots
from autograder.dispatch.queue import profiler_disabled
from autograder.dispatch.tasks import resources
from autograder.exam.environment import Slot
from autograder.exam.run import Cancellation
from autograder.models import CellRole, Verdict, VerdictState
from autograder.notebook.cells import cells_with_role, exam_cell, update_exam_cell
from bench.scale.link import HOST, Link, open_link

WRONG = "# wrong"
"""A comment in an answer: the simulated exam gives no points."""


@dataclass(frozen=True)
class Group:
    """A group of simulated workers.

    slots             of each worker
    seconds           the mean length of an exam; half of it is the same for all exams
    delay, lifetime   of the links; see `Link`
    """

    workers: int
    slots: int
    seconds: float
    delay: float = 0.0
    lifetime: float = 0.0


def simulated_exam(
    exam_notebook: NotebookNode, *, seconds: float, cancellation: Cancellation, **_: Any
) -> NotebookNode:
    """Wait as long as an exam takes, then give each test its points unless an answer is wrong.

    Raises
    ------
    asyncio.CancelledError
        If the exam is canceled.
    """
    end = time.monotonic() + seconds / 2 + random.expovariate(2 / seconds if seconds else 1e9)
    while time.monotonic() < end:
        if cancellation.is_set:
            raise asyncio.CancelledError
        time.sleep(min(0.1, max(0.0, end - time.monotonic())))
    is_wrong = any(WRONG in cell.source for cell in exam_notebook.cells)
    state = VerdictState.FAILED if is_wrong else VerdictState.PASSED
    for cell in cells_with_role(exam_notebook, CellRole.TEST):
        exam = exam_cell(cell)
        earned = 0.0 if is_wrong else exam.points
        update_exam_cell(
            cell, verdict=Verdict(str(exam.grade_id), exam.points, state, points=earned)
        )
    return exam_notebook


async def run_group(port: int, group: Group, folder: Path) -> dict[str, int]:
    """Run the workers until a signal ends this process; return what the links counted."""
    is_stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, is_stopped.set)
    links: list[Link] = []
    async with AsyncExitStack() as stack:

        async def link(target: int = 0) -> Link:
            links.append(Link(group.delay, group.lifetime, target))
            return await stack.enter_async_context(open_link(links[-1]))

        scheduler = await link(port)
        workers = [
            asyncio.ensure_future(_keep_worker(scheduler, await link(), group, folder))
            for _ in range(group.workers)
        ]
        await is_stopped.wait()
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return {
        "forwarded": sum(link.forwarded for link in links),
        "broken": sum(link.broken for link in links),
    }


async def _keep_worker(scheduler: Link, own: Link, group: Group, folder: Path) -> None:
    """Run one worker; when it has lost the scheduler, run another one in its place."""

    def run_exam(exam_notebook: NotebookNode, **more: Any) -> NotebookNode:
        return simulated_exam(exam_notebook, seconds=group.seconds, **more)

    slots = (Slot(),) * group.slots
    while True:
        with suppress(OSError):  # the link broke while it joined
            async with Worker(
                f"tcp://{HOST}:{scheduler.port}",
                nthreads=group.slots,
                resources=resources(slots),
                plugins=(ExamSlots(slots, allow_unsandboxed=True, run_exam=run_exam),),
                contact_address=f"tcp://{HOST}:{own.port}",
                host=HOST,
                memory_limit=0,
                local_directory=str(folder),
                silence_logs=logging.CRITICAL,
            ) as worker:
                own.target = worker.port
                await worker.finished()


def main(port: int, group: Group) -> None:
    """Run the workers; print what the links forwarded."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # broken links are meant
    with profiler_disabled(), tempfile.TemporaryDirectory(prefix="simulated-") as folder:
        print(json.dumps(asyncio.run(run_group(port, group, Path(folder)))))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), Group(**json.loads(sys.argv[2])))
