"""Distribute exams with Dask, over the slots of this machine or of many.

    grader                          scheduler        worker, with slots
    exam notebook, run spec ──────►  a task  ──────►  an exam in a slot of its own
    executed exam notebook  ◄─────────────────────────┘

Only bytes are sent, so that grader and workers need no file in common. A worker never sees the
gradebook, the result cache, or who the student is. When a worker dies, its exams are run again
elsewhere.
"""

from autograder.dispatch.machine import machine_slots
from autograder.dispatch.queue import (
    ExamQueue,
    ReturnedExam,
    Scheduler,
    Tls,
    local_queue,
    remote_queue,
)
from autograder.dispatch.tasks import ExamSlots, RunSpec, run_spec_of

__all__ = [
    "ExamQueue",
    "ExamSlots",
    "ReturnedExam",
    "RunSpec",
    "Scheduler",
    "Tls",
    "local_queue",
    "machine_slots",
    "remote_queue",
    "run_spec_of",
]
