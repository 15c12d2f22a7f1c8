"""Run exams on a Dask worker, each in its own slot, and cancel those that Dask has given up."""

import asyncio
import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from queue import SimpleQueue
from typing import Any

from distributed import Reschedule, Worker, WorkerPlugin, get_worker

from autograder.config import Settings
from autograder.course.assignment import SupportFiles
from autograder.dispatch.machine import reserved_cores
from autograder.errors import ClusterError
from autograder.exam import run
from autograder.exam.attempt import ExamConfig, RunExam, attempt_exam
from autograder.exam.diagnosis.answer_key import AnswerKey
from autograder.exam.environment import Slot
from autograder.exam.run import Cancellation
from autograder.fingerprint import differences, versions
from autograder.notebook.cells import exam_metadata, from_bytes, to_bytes

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
        """Take a slot for the exam that is this thread's task, with cores of its own if it can."""
        key = get_worker().get_current_task()
        cancellation = self.cancellations[key]
        slot = self.free.get()
        try:
            with reserved_cores(slot.threads) if slot.threads else nullcontext(()) as cores:
                yield replace(slot, cores=cores), cancellation
        finally:
            self.free.put(slot)
            self.cancellations.pop(key, None)
        if cancellation.is_set:
            raise Reschedule


def resources(slots: Sequence[Slot]) -> dict[str, float]:
    """Return the resources that a worker with these slots declares to Dask."""
    return {RESOURCE: float(len(slots))}


@dataclass(frozen=True)
class RunSpec:
    """What all exams of a notebook have in common; sent with each of them.

    It is sent each time, because data that a scheduler spreads over its workers is lost with the
    last of them.

    packed     settings, answer key and support files, pickled
    versions   of the grader
    """

    packed: bytes
    versions: Mapping[str, str]


def run_spec_of(config: ExamConfig) -> RunSpec:
    """Return the run spec of the exams of a notebook."""
    shared = (config.settings, config.answer_key, config.notebook.support)
    return RunSpec(pickle.dumps(shared), versions())


@dataclass(frozen=True)
class ExecutedExam:
    """What a worker returns.

    exam_notebook   executed
    was_starved     whether it ran out of time while other programs used its cores
    """

    exam_notebook: bytes
    was_starved: bool


def run_exam_task(exam_notebook: bytes, run_spec: RunSpec) -> ExecutedExam:
    """Run an exam in one of this worker's slots.

    Raises
    ------
    ClusterError
        If the versions on this worker differ from the grader's.
    Reschedule
        If the exam was canceled.
    """
    worker = get_worker()
    if wrong := differences(versions(), run_spec.versions):
        message = (
            f"The worker at {worker.address} could give other grades than the grader: {wrong}. "
            "Install the same versions on both machines, then grade again."
        )
        raise ClusterError(message)
    settings, answer_key, support = _unpack(run_spec.packed)
    slots: ExamSlots = worker.plugins[ExamSlots.name]
    if not slots.allow_unsandboxed:
        settings = replace(settings, allow_unsandboxed=False)
    with slots.take() as (slot, cancellation):
        try:
            executed = attempt_exam(
                from_bytes(exam_notebook),
                settings=settings,
                answer_key=answer_key,
                support=support,
                run_exam=partial(slots.run_exam, slot=slot, cancellation=cancellation),
            )
        except asyncio.CancelledError:
            raise Reschedule from None
    return ExecutedExam(to_bytes(executed), exam_metadata(executed).was_starved)


@lru_cache(maxsize=8)
def _unpack(packed: bytes) -> tuple[Settings, AnswerKey | None, SupportFiles]:
    unpacked: tuple[Settings, AnswerKey | None, SupportFiles] = pickle.loads(packed)
    return unpacked
