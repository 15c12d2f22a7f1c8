"""Workers whose exams do as they are told, and evenings that can be killed: for tests of the fleet.

An answer to `double` may say "DEADLY" (its worker dies of it) or "SLOW" (the exam takes as long as
the file $FLEET_GATE is not there). Each exam writes a line when it begins and ends.
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
from autograder.exam.resources import Slot
from autograder.grading.pipeline import grade_class
from tests.support.course import run_in_one_namespace

LOG, GATE = "FLEET_LOG", "FLEET_GATE"


def run_exam(exam_notebook, *, slot=None, stop=None, **more):
    """Hold an exam in this process; it stops when it is told to."""
    source = exam_notebook.cells[3].source
    note("begin", source, slot)
    if "DEADLY" in source:
        os.kill(os.getpid(), signal.SIGKILL)
    gate = os.environ.get(GATE)
    while "SLOW" in source and gate and not Path(gate).exists():
        if stop.is_set:
            note("stop", source, slot)
            raise RuntimeError("stopped")
        time.sleep(0.01)
    time.sleep(0.02)
    note("end", source, slot)
    return run_in_one_namespace(exam_notebook, **more)


def note(what, source, slot):
    """Write a line, which is there completely or not at all."""
    if LOG in os.environ:
        gpu = slot.gpu if slot is not None else None
        line = json.dumps([what, source, gpu, os.getpid()]) + "\n"
        with Path(os.environ[LOG]).open("a") as file:
            file.write(line)


def notes(path):
    """Return what the exams wrote."""
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


def be_worker(address, gpus):
    """Join a scheduler with a slot for each of these GPUs, which need not exist."""
    slots = tuple(Slot(gpu=name) for name in gpus)
    slots = ExamSlots(slots, allow_unsandboxed=True, run_exam=run_exam)
    join(Scheduler(address), slots, lambda own: sys.stderr.write(f"{own} joined\n"))


def grade_here(root, week, variables=()):
    """Grade a class, two exams at a time; Ctrl-C ends it as it ends the command."""
    os.environ.update(variables)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        grade_class(root, week, jobs=2, settings=Settings(), run_exam=run_exam)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    be_worker(sys.argv[1], sys.argv[2:])
