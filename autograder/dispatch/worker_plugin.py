"""The slots of one Dask worker: each a place for one exam, and none for two."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

from distributed import Reschedule, Worker, WorkerPlugin, get_worker

from autograder.exam import run as sitting
from autograder.exam.attempt import Sit
from autograder.exam.resources import Place, Stop

RESOURCE = "exam"  # what Dask calls a slot: an exam is sent only where one is free


class Slots(WorkerPlugin):  # type: ignore[misc]
    """Gives each exam a place, and ends the exam when nobody wants it any more.

    allow_unsandboxed   whether who started the worker trusts the students
    sit                 how exams are held here
    """

    name = "exam-slots"

    def __init__(
        self, places: Sequence[Place], *, allow_unsandboxed: bool = False, sit: Sit = sitting.sit
    ) -> None:
        self.places, self.allow_unsandboxed, self.sit = tuple(places), allow_unsandboxed, sit

    def setup(self, worker: Worker) -> None:
        """Free every place."""
        del worker
        self.stops: dict[Any, Stop] = {}  # of the exams that are held, by key
        self.free: SimpleQueue[Place] = SimpleQueue()
        for place in self.places:
            self.free.put(place)

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:
        """Hear from Dask what becomes of a task: see `WorkerPlugin.transition`.

        The grader may have stopped, or died: then its exams are released while they are held.
        """
        if finish == "executing":
            self.stops[key] = Stop()
        elif start == "executing" and finish == "released" and key in self.stops:
            self.stops[key].set()

    def teardown(self, worker: Worker) -> None:
        """End the exams that are held: Dask gives them to another worker."""
        del worker
        for stop in list(self.stops.values()):
            stop.set()

    @contextmanager
    def take(self) -> Iterator[tuple[Place, Stop]]:
        """Have a place for the exam that is this thread's task."""
        key = get_worker().get_current_task()
        stop = self.stops[key]
        place = self.free.get()
        try:
            yield place, stop
        finally:
            self.free.put(place)
            self.stops.pop(key, None)
        if stop.is_set:
            raise Reschedule


def resources(places: Sequence[Place]) -> dict[str, float]:
    """Return what a worker with these places declares to Dask."""
    return {RESOURCE: float(len(places))}
