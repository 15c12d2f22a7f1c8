"""Give each exam on a Dask worker its own slot, and cancel exams that Dask has given up."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

from distributed import Reschedule, Worker, WorkerPlugin, get_worker

from autograder.exam import run
from autograder.exam.attempt import RunExam
from autograder.exam.cancellation import Cancellation
from autograder.exam.resources import Slot

RESOURCE = "exam"  # the name of a slot in Dask, which sends an exam only where one is free


class ExamSlots(WorkerPlugin):  # type: ignore[misc]
    """The slots of one Dask worker.

    Parameters
    ----------
    slots
        Each is used by one exam at a time.
    allow_unsandboxed
        Whether exams may run on this worker if its machine lacks layers of the sandbox.
    run_exam
        Runs an exam here; `autograder.exam.run.run_exam`, in the sandbox, when None.
    """

    name = "exam-slots"

    def __init__(
        self,
        slots: Sequence[Slot],
        *,
        allow_unsandboxed: bool = False,
        run_exam: RunExam | None = None,
    ) -> None:
        self.slots, self.allow_unsandboxed = tuple(slots), allow_unsandboxed
        self.run_exam = run_exam or run.run_exam

    def setup(self, worker: Worker) -> None:
        """Mark every slot as free."""
        del worker
        self.cancellations: dict[Any, Cancellation] = {}  # of the exams that run, by key
        self.free: SimpleQueue[Slot] = SimpleQueue()
        for slot in self.slots:
            self.free.put(slot)

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:
        """Follow the state of a task; Dask calls this, see `WorkerPlugin.transition`.

        When a grader stops or dies, its exams are released while they run: cancel them.
        """
        if finish == "executing":
            self.cancellations[key] = Cancellation()
        elif start == "executing" and finish == "released" and key in self.cancellations:
            self.cancellations[key].set()

    def teardown(self, worker: Worker) -> None:
        """Cancel the exams that run: Dask gives them to another worker."""
        del worker
        for cancellation in list(self.cancellations.values()):
            cancellation.set()

    @contextmanager
    def take(self) -> Iterator[tuple[Slot, Cancellation]]:
        """Take a slot for the exam that is this thread's task."""
        key = get_worker().get_current_task()
        cancellation = self.cancellations[key]
        slot = self.free.get()
        try:
            yield slot, cancellation
        finally:
            self.free.put(slot)
            self.cancellations.pop(key, None)
        if cancellation.is_set:
            raise Reschedule


def resources(slots: Sequence[Slot]) -> dict[str, float]:
    """Return the resources that a worker with these slots declares to Dask."""
    return {RESOURCE: float(len(slots))}
