"""Holds one exam on a worker: bytes in, bytes out."""

import asyncio
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from distributed import Reschedule, get_worker

from autograder.config import Settings
from autograder.dispatch.worker_plugin import Slots
from autograder.errors import ClusterError
from autograder.exam.attempt import Exam, hold
from autograder.exam.diagnosis.answer_key import Scheme
from autograder.fingerprint import differences, versions
from autograder.grading.artifacts import from_bytes, to_bytes


@dataclass(frozen=True)
class Terms:
    """What all exams of a notebook have in common, as it travels with each of them.

    With each: what a scheduler only lends to its workers is lost with the last of them.

    packed     settings and scheme
    versions   of the grader
    """

    packed: bytes
    versions: Mapping[str, str]


def terms_of(exam: Exam) -> Terms:
    """Return the terms on which the exams of a notebook are held."""
    return Terms(pickle.dumps((exam.settings, exam.scheme)), versions())


def hold_exam(paper: bytes, terms: Terms) -> bytes:
    """Hold an exam in one of this worker's slots, and return the executed paper.

    Raises
    ------
    ClusterError
        If this worker would hold another exam than the grader.
    Reschedule
        If the exam was stopped.
    """
    worker = get_worker()
    if wrong := differences(versions(), terms.versions):
        message = (
            f"The worker at {worker.address} would not give the grader's grades: {wrong}. "
            "Install the same there and here, then grade again."
        )
        raise ClusterError(message)
    settings, scheme = _unpack(terms.packed)
    slots: Slots = worker.plugins[Slots.name]
    if not slots.allow_unsandboxed:
        settings = replace(settings, allow_unsandboxed=False)
    with slots.take() as (place, stop):
        try:
            executed = hold(
                from_bytes(paper),
                settings=settings,
                scheme=scheme,
                sit=partial(slots.sit, place=place, stop=stop),
            )
        except asyncio.CancelledError:
            raise Reschedule from None
    return to_bytes(executed)


@lru_cache(maxsize=8)
def _unpack(packed: bytes) -> tuple[Settings, Scheme | None]:
    unpacked: tuple[Settings, Scheme | None] = pickle.loads(packed)
    return unpacked
