"""The slots of one Dask worker: each a place for one exam, and none for two."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

from distributed import Reschedule, Worker, WorkerPlugin, get_worker

from autograder.exam import run as run
from autograder.exam.attempt import RunExam
from autograder.exam.resources import Cancellation, Slot

RESOURCE = "exam"  # what Dask calls a slot: an exam is sent only where one is free


class ExamSlots(WorkerPlugin):  # type: ignore[misc]
    """Gives each exam a place, and ends the exam when nobody wants it any more.

    allow_unsandboxed   whether who started the worker trusts the students
    sit                 how exams are held here
    """

    name = "exam-slots"

    def __init__(
        self,
        slots: Sequence[Slot],
        *,
        allow_unsandboxed: bool = False,
        run_exam: RunExam | None = None,
    ) -> None:
        self.slots, self.allow_unsandboxed, self.run_exam = (
            tuple(slots),
            allow_unsandboxed,
            run_exam or run.run_exam,
        )

    def setup(self, worker: Worker) -> None:
        """Free every place."""
        del worker
        self.stops: dict[Any, Cancellation] = {}  # of the exams that are held, by key
        self.free: SimpleQueue[Slot] = SimpleQueue()
        for slot in self.slots:
            self.free.put(slot)

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:
        """Hear from Dask what becomes of a task: see `WorkerPlugin.transition`.

        The grader may have stopped, or died: then its exams are released while they are held.
        """
        if finish == "executing":
            self.stops[key] = Cancellation()
        elif start == "executing" and finish == "released" and key in self.stops:
            self.stops[key].set()

    def teardown(self, worker: Worker) -> None:
        """End the exams that are held: Dask gives them to another worker."""
        del worker
        for stop in list(self.stops.values()):
            stop.set()

    @contextmanager
    def take(self) -> Iterator[tuple[Slot, Cancellation]]:
        """Have a place for the exam that is this thread's task."""
        key = get_worker().get_current_task()
        stop = self.stops[key]
        slot = self.free.get()
        try:
            yield slot, stop
        finally:
            self.free.put(slot)
            self.stops.pop(key, None)
        if stop.is_set:
            raise Reschedule


def resources(slots: Sequence[Slot]) -> dict[str, float]:
    """Return what a worker with these places declares to Dask."""
    return {RESOURCE: float(len(slots))}
