"""A student whose processes use all the cores that they can get costs the others nothing."""

import os
import pickle
from dataclasses import replace

import pytest

from autograder.config import Settings
from autograder.course.assignment import SupportFiles
from autograder.dispatch import ExamSlots, RunSpec, local_queue
from autograder.dispatch.cores import core_count
from autograder.exam.environment import Slot
from autograder.exam.run import run_exam
from autograder.fingerprint import versions
from autograder.notebook.cells import exam_metadata, from_bytes, to_bytes, verdicts_of
from autograder.sandbox.isolation.capabilities import NAMES
from tests.sandbox.conftest import skip_without
from tests.support.exam_notebooks import exam_notebook

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SPINNING = """
import os
for _ in range({processes}):
    if os.fork() == 0:
        os.setsid()  # Linux may share cores between sessions instead of processes
        while True: pass
while True: pass
"""
SECOND = "until = time.process_time() + 1.0\nwhile time.process_time() < until: pass"
TEST = ("test", "check.equal(f(1), 1)")

SPINNER = exam_notebook(("answer", SPINNING.format(processes=230)), TEST)
FEWER = exam_notebook(("answer", SPINNING.format(processes=15)), TEST)
HONEST = exam_notebook(
    ("answer", "import time\ntime.sleep(2)"),  # until the other's processes are running
    ("answer", f"{SECOND}\ndef f(x):\n    return x"),
    TEST,
    ("answer", f"def f(x):\n    {SECOND.replace(chr(10), chr(10) + '    ')}\n    return x + 1"),
    ("test", "check.equal(f(1), 2)"),
)
WRONG = exam_notebook(("answer", "def f(x):\n    return 0"), TEST)
POINTS = {"spinner": [0.0], "honest": [3.0, 3.0], "wrong": [0.0]}
SETTINGS = Settings(cell_seconds=8.0)  # an honest cell needs 1 s of CPU time, or 2 s of sleep


@pytest.fixture(autouse=True)
def _sandbox():
    skip_without(*NAMES)


class Recorded:
    """Runs exams, all on the same cores if some are given, and records which began."""

    def __init__(self, cores):
        self.cores, self.began = cores, []

    def __call__(self, exam_notebook, *, slot, **more):
        self.began.append(exam_metadata(exam_notebook).assignment)
        slot = replace(slot, cores=self.cores or slot.cores)
        return run_exam(exam_notebook, slot=slot, **more)


def run_class(exams, slots, cores=()):
    """Run exams at the same time; return the executed notebooks by name, and which began."""
    run_spec = RunSpec(pickle.dumps((SETTINGS, None, SupportFiles())), versions())
    recorded, executed = Recorded(cores), {}
    with local_queue(ExamSlots(slots, run_exam=recorded)) as queue:
        for name, notebook in exams.items():
            notebook.metadata["exam"]["assignment"] = name
            queue.send(name, to_bytes(notebook), run_spec)
        while queue.is_busy:
            if (returned := queue.take()) is not None:
                executed[returned.name] = from_bytes(returned.executed)
    return executed, recorded.began


def points(executed):
    return {name: [v.points for v in verdicts_of(one)] for name, one in executed.items()}


def test_230_spinning_processes_cost_an_honest_neighbor_nothing():
    if core_count() < 2:
        pytest.skip("two exams have cores of their own only on two cores or more")
    exams = {"spinner": SPINNER, "honest": HONEST}

    executed, _ = run_class(exams, (Slot(threads=core_count() // 2),) * 2)

    assert points(executed) == {name: POINTS[name] for name in exams}
    assert exam_metadata(executed["spinner"]).cpu_seconds > 4


def test_an_exam_that_others_starved_is_run_again_alone():
    exams, core = {"spinner": FEWER, "honest": HONEST}, max(os.sched_getaffinity(0))

    executed, began = run_class(exams, (Slot(),) * 2, cores=(core,))

    assert points(executed) == {name: POINTS[name] for name in exams}
    assert began[2:].count("honest") == 1
    assert not exam_metadata(executed["honest"]).was_starved


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_points_do_not_depend_on_how_many_exams_run_at_a_time(jobs):
    exams = {"wrong": WRONG, "spinner": FEWER, "honest": HONEST}

    executed, _ = run_class(exams, (Slot(threads=max(1, core_count() // jobs)),) * jobs)

    assert points(executed) == POINTS
