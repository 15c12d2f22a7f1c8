"""Holds one exam on a worker: bytes in, bytes out."""

import asyncio
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from distributed import Reschedule, get_worker

from autograder.config import Settings
from autograder.dispatch.worker_plugin import ExamSlots
from autograder.errors import ClusterError
from autograder.exam.attempt import ExamConfig, attempt_exam
from autograder.exam.diagnosis.answer_key import AnswerKey
from autograder.fingerprint import differences, versions
from autograder.notebook.serialization import from_bytes, to_bytes


@dataclass(frozen=True)
class RunSpec:
    """What all exams of a notebook have in common, as it travels with each of them.

    With each: what a scheduler only lends to its workers is lost with the last of them.

    packed     settings and scheme
    versions   of the grader
    """

    packed: bytes
    versions: Mapping[str, str]


def run_spec_of(exam: ExamConfig) -> RunSpec:
    """Return the terms on which the exams of a notebook are held."""
    return RunSpec(pickle.dumps((exam.settings, exam.answer_key)), versions())


def run_exam_task(exam_notebook: bytes, run_spec: RunSpec) -> bytes:
    """Hold an exam in one of this worker's slots, and return the executed paper.

    Raises
    ------
    ClusterError
        If this worker would hold another exam than the grader.
    Reschedule
        If the exam was stopped.
    """
    worker = get_worker()
    if wrong := differences(versions(), run_spec.versions):
        message = (
            f"The worker at {worker.address} would not give the grader's grades: {wrong}. "
            "Install the same there and here, then grade again."
        )
        raise ClusterError(message)
    settings, answer_key = _unpack(run_spec.packed)
    slots: ExamSlots = worker.plugins[ExamSlots.name]
    if not slots.allow_unsandboxed:
        settings = replace(settings, allow_unsandboxed=False)
    with slots.take() as (slot, stop):
        try:
            executed = attempt_exam(
                from_bytes(exam_notebook),
                settings=settings,
                answer_key=answer_key,
                run_exam=partial(slots.run_exam, slot=slot, stop=stop),
            )
        except asyncio.CancelledError:
            raise Reschedule from None
    return to_bytes(executed)


@lru_cache(maxsize=8)
def _unpack(packed: bytes) -> tuple[Settings, AnswerKey | None]:
    unpacked: tuple[Settings, AnswerKey | None] = pickle.loads(packed)
    return unpacked
