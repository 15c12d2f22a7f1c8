"""Test a scheduler and its workers, each a process of its own, which run the exams of a class."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from autograder.config import Settings
from autograder.dispatch import Scheduler, queue
from autograder.errors import ClusterError, UsageError
from autograder.gradebook import open_gradebook
from autograder.grading.pipeline import grade_class
from tests.support.paths import ROOT
from tests.support.queue_exams import GATE, LOG, notes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROGRAMS = Path(sys.executable).parent
PATIENCE = 300  # seconds: the machine may be busy
STAND_IN = [sys.executable, "-m", "tests.support.queue_exams"]
AUTOGRADER = [PROGRAMS / "autograder", "worker"]


class Cluster:
    """A scheduler process, and workers that join it."""

    def __init__(self, folder):
        self.folder, self.processes = folder, []
        self.log, self.gate = folder / "exams.log", folder / "gate"
        file = folder / "scheduler.json"
        self.start(
            [
                *(PROGRAMS / "dask", "scheduler", "--host", "127.0.0.1", "--port", "0"),
                *("--no-dashboard", "--scheduler-file", file),
            ]
        )
        wait_for(lambda: file.exists() and file.read_text().endswith("}"))
        self.address = json.loads(file.read_text())["address"]

    def start(self, command, **variables):
        output = (self.folder / f"{len(self.processes)}.log").open("w+")
        environment = {**os.environ, LOG: str(self.log), GATE: str(self.gate), **variables}
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        self.processes.append((process, output))
        return process

    def worker(self, command, *arguments, **variables):
        """Start a worker; return its process."""
        return self.start([*command, self.address, *arguments], **variables)

    def wait_for_workers(self, count):
        """Wait until `count` workers have printed that they joined."""
        wait_for(lambda: self.printed().count("tcp://") >= count)

    def printed(self):
        """Return what the workers printed."""
        return "".join(Path(output.name).read_text() for _, output in self.processes[1:])

    def close(self):
        for process, output in reversed(self.processes):
            process.terminate()
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()
                output.close()


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def cluster(tmp_path):
    cluster = Cluster(tmp_path)
    yield cluster
    cluster.close()


@pytest.fixture
def course(tiny_course, empty_gradebook):
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    return tiny_course


def submit_distinct(course, count, remark=""):
    """Submit distinct work, every third of it wrong; return the points of each student."""
    earned = {}
    for number in range(count):
        factor = 3 if number % 3 == 0 else 2
        student = f"student{number:02}"
        double = f"def double(x): return {factor} * x  # {student} {remark}"
        course.submit(student, {"double": double, "shout": "def shout(t): return t.upper()"})
        earned[student] = 4 if factor == 3 else 10
    return earned


def grade(course, cluster, **more):
    more = {"settings": Settings(), "scheduler": Scheduler(cluster.address), **more}
    results = grade_class(course.root, course.week, **more)
    assert len(results) == len({result.student for result in results})
    return {result.student: result for result in results}


def marks(course):
    with open_gradebook(course.root) as book:
        submissions = book.api.find_assignment(course.week).submissions
        return {
            one.student_id: sum(grade.auto_score or 0 for grade in one.notebooks[0].grades)
            for one in submissions
        }


def test_a_worker_that_is_killed_loses_no_exam(course, cluster):
    earned = submit_distinct(course, 10)
    first = cluster.worker(AUTOGRADER, "--jobs", "1")
    cluster.worker(AUTOGRADER, "--jobs", "1")
    cluster.wait_for_workers(2)
    reported = []

    def report(done, total):
        reported.append(done)
        if done == 3:
            first.send_signal(signal.SIGKILL)

    results = grade(course, cluster, on_result=report)

    assert first.wait(PATIENCE) == -signal.SIGKILL
    assert reported == list(range(11))
    assert {name: result.score for name, result in results.items()} == earned
    assert [result.findings for result in results.values()] == [()] * 10
    assert marks(course) == earned


def test_whoever_grades_is_notified_each_time_that_there_is_no_worker(course, cluster, monkeypatch):
    earned = submit_distinct(course, 4, remark="SLOW")
    notified, counted = [], []
    count = queue.slots_of

    def slots_of(client):
        counted.append(count(client))
        return counted[-1]

    def kill_during_an_exam(worker):
        wait_for(lambda: notes(cluster.log) and 1 in counted)
        for process in (*psutil.Process(worker.pid).children(recursive=True), worker):
            process.kill()

    def on_waiting():
        notified.append(len(notes(cluster.log)))
        if len(notified) == 1:
            first = cluster.worker(STAND_IN, "0")
            threading.Thread(target=kill_during_an_exam, args=(first,)).start()
        else:
            cluster.gate.touch()
            cluster.worker(STAND_IN, "0", "1")

    monkeypatch.setattr(queue, "slots_of", slots_of)
    results = grade(course, cluster, scheduler=Scheduler(cluster.address, on_waiting=on_waiting))

    assert notified[0] == 0
    assert len(notified) >= 2
    assert {name: result.score for name, result in results.items()} == earned


def test_no_two_exams_share_a_gpu(course, cluster):
    earned = submit_distinct(course, 12)
    cluster.worker(STAND_IN, "0", "1")
    cluster.worker(STAND_IN, "2")
    cluster.wait_for_workers(2)

    results = grade(course, cluster)

    assert {name: result.score for name, result in results.items()} == earned
    now, used = set(), Counter()
    for what, _, gpu, _ in notes(cluster.log):
        if what == "begin":
            assert gpu not in now
            now.add(gpu)
            used[gpu] += 1
        else:
            now.remove(gpu)
    assert set(used) == {"0", "1", "2"}
    assert used.total() == 12


def test_an_exam_that_kills_its_workers_is_zero_and_the_others_are_graded(course, cluster):
    earned = submit_distinct(course, 5)
    course.submit("eve", {"double": "def double(x): return 2 * x  # DEADLY"})
    cluster.worker(STAND_IN, "0", "1")
    cluster.wait_for_workers(1)  # Dask restarts a worker only after it has joined

    results = grade(course, cluster)
    deaths = sum("DEADLY" in source for _, source, _, _ in notes(cluster.log))
    again = grade(course, cluster)

    assert results.pop("eve").score == 0
    assert {name: result.score for name, result in results.items()} == earned
    assert [finding.kind for finding in again["eve"].findings] == ["killed-its-workers"]
    assert deaths == 4
    assert marks(course) == {**earned, "eve": 0}
    assert sum("DEADLY" in source for _, source, _, _ in notes(cluster.log)) == deaths


def test_a_worker_that_dies_while_it_joins_is_an_error(cluster):
    dies = repr(["import os\nos._exit(3)\n"])  # Dask runs it in the worker's process
    worker = cluster.worker(AUTOGRADER, "--jobs", "1", DASK_DISTRIBUTED__WORKER__PRELOAD=dies)

    assert worker.wait(PATIENCE) == 1
    assert "The worker died while it joined" in cluster.printed()
    assert "Traceback" not in cluster.printed()


def test_exams_of_a_stopped_grader_are_canceled(course, cluster):
    submit_distinct(course, 2, remark="SLOW")
    cluster.worker(STAND_IN, "0", "1")
    cluster.wait_for_workers(1)
    grader = cluster.start(
        [
            *(PROGRAMS / "autograder", "grade", course.week, "--root", course.root),
            *("--scheduler", cluster.address),
        ]
    )
    wait_for(lambda: len(notes(cluster.log)) == 2)

    grader.send_signal(signal.SIGINT)

    assert grader.wait(PATIENCE) == 130
    assert "run the same command to continue" in cluster.printed()
    wait_for(lambda: [what for what, *_ in notes(cluster.log)].count("stop") == 2)
    cluster.gate.touch()
    assert len(grade(course, cluster)) == 2


def test_a_worker_with_other_versions_is_an_error(course, cluster):
    submit_distinct(course, 1)
    cluster.worker(STAND_IN, "0", KERAS_BACKEND="jax")

    with pytest.raises(ClusterError, match="Keras' backend is jax, not tensorflow"):
        grade(course, cluster)


def test_no_scheduler_is_an_error(course):
    submit_distinct(course, 1)
    with pytest.raises(ClusterError, match=r"No Dask scheduler can be used at nonsense://x"):
        grade_class(course.root, course.week, scheduler=Scheduler("nonsense://x"))


def test_with_a_scheduler_the_number_of_jobs_is_an_error(course):
    submit_distinct(course, 1)
    with pytest.raises(UsageError, match="each worker says"):
        grade_class(course.root, course.week, jobs=2, scheduler=Scheduler("tcp://127.0.0.1:1"))
