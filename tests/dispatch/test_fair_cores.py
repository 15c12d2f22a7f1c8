"""A student whose processes use all the cores that they can get costs the others nothing.

The tests do not depend on how busy the machine is: an honest cell needs a fortieth of its time.
"""

import os
import pickle
import signal
import subprocess
import sys
from ast import literal_eval
from contextlib import contextmanager
from dataclasses import replace

import pytest

from autograder.config import Settings
from autograder.course.assignment import SupportFiles
from autograder.dispatch import ExamSlots, RunSpec, local_queue, machine
from autograder.dispatch.machine import core_count
from autograder.exam.environment import Slot
from autograder.exam.run import run_exam
from autograder.fingerprint import versions
from autograder.notebook.cells import exam_metadata, from_bytes, to_bytes, verdicts_of
from autograder.sandbox.forkserver import usage
from autograder.sandbox.isolation.capabilities import NAMES
from tests.sandbox.conftest import skip_without
from tests.support.exam_notebooks import exam_notebook

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SETTINGS = Settings(cell_seconds=8.0)

# All begin to spin at the same time. Linux may share cores between sessions instead of processes.
SPINNING = """
import os
reading, writing = os.pipe()
for _ in range({processes}):
    if os.fork() == 0:
        os.close(writing)
        os.setsid()
        os.read(reading, 1)
        while True: pass
os.close(writing)
"""
ENDLESS = "while True: pass"
CALCULATES = "until = time.process_time() + 0.2\n    while time.process_time() < until: pass"
TEST = ("test", "check.equal(f(1), 1)")

SPINNER = exam_notebook(("answer", SPINNING.format(processes=15) + ENDLESS), TEST)
HONEST_CELLS = ("answer", f"import time\ndef f(x):\n    {CALCULATES}\n    return x\nf(0)"), TEST
HONEST = exam_notebook(*HONEST_CELLS)
WRONG = exam_notebook(("answer", "def f(x):\n    return 0"), TEST)
POINTS = {"spinner": [0.0], "honest": [3.0], "wrong": [0.0]}


@pytest.fixture(autouse=True)
def _sandbox(monkeypatch):
    skip_without(*NAMES)
    own = f"\0test-{os.getpid()}-{{}}"  # other tests may run exams at the same time
    monkeypatch.setattr(machine, "_NAME", own)


@contextmanager
def spinning(processes, core):
    """Run a program whose processes use a core; yield a function that ends it."""
    pinned = f"import os\nos.sched_setaffinity(0, [{core}])\n"
    program = pinned + SPINNING.format(processes=processes) + "print(flush=True)\n" + ENDLESS
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"\n"
        everyone = [*usage.descendants(parent.pid)]

        def end():
            while everyone:
                os.kill(everyone.pop(), signal.SIGKILL)

        try:
            assert len(everyone) == processes + 1
            yield end
        finally:
            end()


def run_class(exams, slots, run_exam=run_exam):
    """Run exams at the same time; return the executed notebooks by name."""
    run_spec = RunSpec(pickle.dumps((SETTINGS, None, SupportFiles())), versions())
    executed = {}
    with local_queue(ExamSlots(slots, run_exam=run_exam)) as queue:
        for name, notebook in exams.items():
            queue.send(name, to_bytes(notebook), run_spec)
        while queue.is_busy:
            for returned in queue.take():
                executed[returned.name] = from_bytes(returned.executed)
    return executed


def lines(executed):
    """Return what the first answer cell printed, by line."""
    return executed.cells[1].outputs[0].text.splitlines()


def points(executed):
    return {name: [v.points for v in verdicts_of(one)] for name, one in executed.items()}


def test_230_spinning_processes_of_a_student_stay_on_the_cores_of_their_exam():
    if core_count() < 2:
        pytest.skip("two exams have cores of their own only on two cores or more")
    show = "print(sorted(os.sched_getaffinity(0)))"
    first = f"import os, time\n{show}\ntime.sleep(1)\n"
    last = "time.sleep(3)\nos._exit(1)"
    at_once = f"import os, time\n{show}\ntime.sleep(3)\n{show}"  # while the others spin
    spinner = exam_notebook(("answer", first + SPINNING.format(processes=230) + last), TEST)
    honest = exam_notebook(("answer", at_once), *HONEST_CELLS)

    executed = run_class(
        {"spinner": spinner, "honest": honest}, (Slot(threads=core_count() // 2),) * 2
    )

    theirs, ours = (literal_eval(lines(executed[name])[0]) for name in ("spinner", "honest"))
    assert len(theirs) == len(ours) == core_count() // 2
    assert not set(theirs) & set(ours)
    assert points(executed) == {"spinner": [0.0], "honest": [3.0]}


def test_an_exam_that_another_program_starved_is_run_again(caplog):
    core, began = max(os.sched_getaffinity(0)), []

    with spinning(60, core) as end:

        def run_on_that_core(exam_notebook, *, slot, **more):
            began.append(1)
            if len(began) == 2:
                end()
            return run_exam(exam_notebook, slot=replace(slot, cores=(core,)), **more)

        executed = run_class({"honest": HONEST}, (Slot(),), run_on_that_core)

    assert len(began) == 2
    assert "ran out of time while others used its cores" in caplog.text
    assert points(executed) == {"honest": [3.0]}
    assert exam_metadata(executed["honest"]).findings == ()


def test_an_exam_that_sleeps_too_long_is_not_run_again():
    began = []

    def run_and_count(exam_notebook, **more):
        began.append(1)
        return run_exam(exam_notebook, **more)

    sleeps = exam_notebook(("answer", "import time\ntime.sleep(60)"), TEST)
    executed = run_class({"sleeps": sleeps}, (Slot(threads=1),), run_and_count)

    assert len(began) == 1
    assert points(executed) == {"sleeps": [0.0]}


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_points_do_not_depend_on_how_many_exams_run_at_a_time(jobs):
    exams = {"wrong": WRONG, "spinner": SPINNER, "honest": HONEST}

    executed = run_class(exams, (Slot(threads=max(1, core_count() // jobs)),) * jobs)

    assert points(executed) == POINTS
