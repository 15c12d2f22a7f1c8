"""Test that grading can be killed at any moment: the same command then completes it."""

import multiprocessing
import os
import random
import signal
import time

import pytest

from autograder.gradebook import open_gradebook
from autograder.grading.artifacts import ResultCache
from tests.support.course import Course
from tests.support.queue_exams import GATE, LOG, grade_here, notes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PATIENCE = 120  # seconds: the machine may be busy
STUDENTS = 12


@pytest.fixture(scope="module")
def forks():
    """Start processes that have imported everything already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.queue_exams"])
    return context


@pytest.fixture
def make_course(tmp_path, tiny_source, tiny_release, empty_gradebook):
    def make_course(name):
        course = Course(tmp_path / name, tiny_source, tiny_release)
        course.publish()
        (course.root / "gradebook.db").write_bytes(empty_gradebook)
        for number in range(STUDENTS):
            double = f"def double(x): return {number % 3} * x"
            course.submit(f"student{number:02}", {"double": double, "why": f"{number // 2}"})
        course.submit_text("unreadable", "not a notebook")
        return course

    return make_course


def begin(forks, course, variables=()):
    """Start grading; return the process as soon as Ctrl-C interrupts grading there.

    A process that is just starting dies of Ctrl-C somewhere in `multiprocessing`.
    """
    is_ready = forks.Event()
    process = forks.Process(target=grade_here, args=(course.root, course.week, variables, is_ready))
    process.start()
    assert is_ready.wait(PATIENCE)
    return process


def graded(course):
    """Everything that grading writes, except random ids in the database."""
    with open_gradebook(course.root) as book:
        marks = {
            (submission.student_id, grade.name): (
                *(grade.auto_score, grade.manual_score, grade.needs_manual_grade),
            )
            for submission in book.api.find_assignment(course.week).submissions
            for grade in submission.notebooks[0].grades
        }
    root = course.root
    notebooks = {
        path.relative_to(root): path.read_bytes() for path in root.glob("autograded/*/*/*.ipynb")
    }
    records = {path.name for path in ResultCache(root).folder.rglob("*.gz")}
    return marks, notebooks, records


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["SIGKILL", "SIGINT"])
def test_killed_at_any_moment_it_ends_as_if_undisturbed(forks, make_course, number):
    undisturbed, course = make_course("undisturbed"), make_course("disturbed")
    process = begin(forks, undisturbed)
    began = time.monotonic()
    process.join(PATIENCE)
    assert process.exitcode == 0
    seconds = time.monotonic() - began
    moments = random.Random(6)

    for _ in range(10):
        process = begin(forks, course)
        process.join(moments.uniform(0, seconds))  # or it ends earlier
        if process.is_alive():
            os.kill(process.pid, number)
        process.join(PATIENCE)
        assert process.exitcode in (0, -number, 130)
    process = begin(forks, course)
    process.join(PATIENCE)

    assert process.exitcode == 0
    assert graded(course) == graded(undisturbed)
    assert len(graded(course)[0]) == 3 * (STUDENTS + 1)


def test_ctrl_c_waits_for_no_exam(forks, make_course, tmp_path):
    course = make_course("slow")
    course.submit("slow", {"double": "def double(x): return 'SLOW'"})
    gate, log = tmp_path / "never", tmp_path / "log"
    process = begin(forks, course, {GATE: str(gate), LOG: str(log)})
    until = time.monotonic() + PATIENCE
    while "SLOW" not in (log.read_text() if log.exists() else "") and time.monotonic() < until:
        time.sleep(0.05)

    os.kill(process.pid, signal.SIGINT)
    process.join(PATIENCE)

    assert process.exitcode == 130
    assert [what for what, source, *_ in notes(log) if "SLOW" in source] == ["begin", "stop"]
