"""Run one exam on a worker: bytes in, bytes out."""

import asyncio
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from distributed import Reschedule, get_worker

from autograder.config import Settings
from autograder.course.assignment import SupportFiles
from autograder.dispatch.worker_plugin import ExamSlots
from autograder.errors import ClusterError
from autograder.exam.attempt import ExamConfig, attempt_exam
from autograder.exam.diagnosis.answer_key import AnswerKey
from autograder.fingerprint import differences, versions
from autograder.notebook.cells import from_bytes, to_bytes


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


def run_exam_task(exam_notebook: bytes, run_spec: RunSpec) -> bytes:
    """Run an exam in one of this worker's slots; return the executed exam notebook.

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
                run_exam=partial(slots.run_exam, slot=slot, stop=cancellation),
            )
        except asyncio.CancelledError:
            raise Reschedule from None
    return to_bytes(executed)


@lru_cache(maxsize=8)
def _unpack(packed: bytes) -> tuple[Settings, AnswerKey | None, SupportFiles]:
    unpacked: tuple[Settings, AnswerKey | None, SupportFiles] = pickle.loads(packed)
    return unpacked
