"""Many exams at a time, on this machine or on many: Dask hands them out.

    grader                 scheduler                worker, with slots
    paper, terms  ───────►  a task  ───────────────►  an exam in a place of its own
    executed paper  ◄──────────────────────────────   ◄──┘

Only bytes travel, so that grader and workers need no file in common; what a worker never sees is
the gradebook, the ledger and who the student is. A worker that dies loses nothing: its exams are
held again elsewhere.
"""

from autograder.dispatch.clusters import Scheduler, Tls, local_queue, remote_queue
from autograder.dispatch.machine import machine_slots
from autograder.dispatch.queue import ExamQueue, Returned
from autograder.dispatch.tasks import RunSpec, run_spec_of
from autograder.dispatch.worker_plugin import ExamSlots

__all__ = [
    "ExamQueue",
    "ExamSlots",
    "Returned",
    "RunSpec",
    "Scheduler",
    "Tls",
    "local_queue",
    "machine_slots",
    "remote_queue",
    "run_spec_of",
]
