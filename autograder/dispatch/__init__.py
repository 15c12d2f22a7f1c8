"""Many exams at a time, on this machine or on many: Dask hands them out.

    grader                 scheduler                worker, with slots
    paper, terms  ───────►  a task  ───────────────►  an exam in a place of its own
    executed paper  ◄──────────────────────────────   ◄──┘

Only bytes travel, so that grader and workers need no file in common; what a worker never sees is
the gradebook, the ledger and who the student is. A worker that dies loses nothing: its exams are
held again elsewhere.
"""

from autograder.dispatch.clusters import Scheduler, Tls, on_this_machine, on_workers
from autograder.dispatch.machine import places
from autograder.dispatch.queue import Fleet, Returned
from autograder.dispatch.tasks import Terms, terms_of
from autograder.dispatch.worker_plugin import Slots

__all__ = [
    "Fleet",
    "Returned",
    "Scheduler",
    "Slots",
    "Terms",
    "Tls",
    "on_this_machine",
    "on_workers",
    "places",
    "terms_of",
]
