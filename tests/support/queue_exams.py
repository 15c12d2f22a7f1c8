"""Workers with stand-in exams, and grading that can be killed: for tests of the exam queue.

An answer to `double` may contain "DEADLY" (it kills its worker) or "SLOW" (the exam waits for the
file $QUEUE_GATE). Each exam writes a line when it begins and ends.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

from autograder.config import Settings
from autograder.dispatch import ExamSlots, Scheduler
from autograder.dispatch.worker import join
from autograder.exam.environment import Slot
from autograder.grading.pipeline import grade_class
from tests.support.course import run_in_one_namespace

LOG, GATE = "QUEUE_LOG", "QUEUE_GATE"


def run_exam(exam_notebook, *, slot=None, cancellation=None, **more):
    """Run an exam in this process, until it is canceled."""
    source = exam_notebook.cells[3].source
    note("begin", source, slot)
    if "DEADLY" in source:
        os.kill(os.getpid(), signal.SIGKILL)
    gate = os.environ.get(GATE)
    while "SLOW" in source and gate and not Path(gate).exists():
        if cancellation.is_set:
            note("stop", source, slot)
            raise RuntimeError("stopped")
        time.sleep(0.01)
    time.sleep(0.02)
    note("end", source, slot)
    return run_in_one_namespace(exam_notebook, **more)


def note(what, source, slot):
    """Write a line to the log, in one piece."""
    if LOG in os.environ:
        gpu = slot.gpu if slot is not None else None
        line = json.dumps([what, source, gpu, os.getpid()]) + "\n"
        with Path(os.environ[LOG]).open("a") as file:
            file.write(line)


def notes(path):
    """Return the lines that the exams wrote."""
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


def run_worker(address, gpus):
    """Join a scheduler with a slot for each of these GPUs, which need not exist."""
    slots = tuple(Slot(gpu=name) for name in gpus)
    slots = ExamSlots(slots, allow_unsandboxed=True, run_exam=run_exam)
    join(Scheduler(address), slots, lambda own: sys.stderr.write(f"{own} joined\n"))


def grade_here(root, assignment, variables, is_ready):
    """Grade a class, two exams at a time; Ctrl-C ends it as it ends the command.

    `is_ready` is an event, set from when on that is so. Once the class is graded, Ctrl-C is
    ignored: it would only disturb the end of the process.
    """
    os.environ.update(variables)
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        is_ready.set()
        grade_class(root, assignment, jobs=2, settings=Settings(), run_exam=run_exam)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run_worker(sys.argv[1], sys.argv[2:])
