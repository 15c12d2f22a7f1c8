"""Submissions become Results and graded notebooks; none can stop the others."""

import json
import os
import sys
import threading
import time
from dataclasses import replace
from functools import partial

import nbformat
import pytest

from autograder.config import Settings
from autograder.course.assignment import read_notebooks
from autograder.dispatch import ExamSlots, local_queue, tasks
from autograder.dispatch.machine import reserved_cores
from autograder.errors import ExamError
from autograder.exam.attempt import ExamConfig, mark_tests_not_run
from autograder.exam.environment import Slot
from autograder.grading.artifacts import ResultCache, stage
from autograder.grading.batch import Batch
from autograder.models import Finding, FindingKind, Submission
from autograder.notebook.cells import add_findings, exam_metadata, set_exam_metadata

RIGHT = {
    "double": "def double(x): return x + x",
    "shout": "def shout(text): return text.upper()",
    "why": "Because.",
}


SLOT = Slot()


@pytest.fixture
def exam(tiny_course):
    (assignment,) = read_notebooks(tiny_course.root, tiny_course.week)
    return ExamConfig(assignment, Settings())


def submission(course, student="ada"):
    return Submission(student, course.week, course.notebook, course.submission_path(student))


def graded(course, student="ada"):
    return nbformat.read(course.graded_path(student), as_version=4)


@pytest.fixture
def examine_all(tiny_course, exam, one_namespace):
    """Examine submissions on this machine; yields their results as they are committed."""

    def examine_all(submissions, *, run_exam=one_namespace, slots=(SLOT,), force=False):
        queue = partial(local_queue, ExamSlots(slots, run_exam=run_exam))
        result_cache = ResultCache(tiny_course.root)
        batch = Batch({tiny_course.notebook: exam}, result_cache, queue, force=force)
        for examined in batch.examine(submissions):
            for one in examined or ():  # None: nothing finished for a moment
                staged = stage(tiny_course.root, one.submission, one.executed)
                staged.commit()
                yield staged.result

    return examine_all


@pytest.fixture
def examine(examine_all):
    def examine(one, **more):
        (result,) = examine_all([one], **more)
        return result

    return examine


def kinds(result):
    return [finding.kind for finding in result.findings]


def test_a_submission_becomes_a_result(tiny_course, examine):
    tiny_course.submit("ada", {**RIGHT, "shout": "def shout(text): return text"})

    result = examine(submission(tiny_course))

    assert (result.student, result.assignment, result.notebook) == ("ada", "week01_tiny", "tiny")
    assert {v.grade_id: v.points for v in result.verdicts} == {"test_double": 6, "test_shout": 0}
    assert (result.score, result.max_score) == (6, 10)
    assert (result.seconds, result.peak_memory) == (0.1, 1_000)
    assert result.unanswered == frozenset()
    assert result.findings == ()


def test_the_graded_notebook_is_the_executed_exam_notebook(tiny_course, examine):
    tiny_course.submit("ada", RIGHT, lambda notebook: notebook.metadata.update(mine=1))

    examine(submission(tiny_course))

    notebook = graded(tiny_course)
    nbformat.validate(notebook)
    assert "mine" not in notebook.metadata
    assert notebook.cells[3].source == RIGHT["double"]
    assert [path.name for path in tiny_course.graded_path("ada").parent.iterdir()] == ["tiny.ipynb"]


def test_nothing_else_of_a_submission_is_copied(tiny_course, examine):
    path = tiny_course.submit("ada", RIGHT)
    path.with_name("numpy.py").write_text("raise SystemExit")
    path.with_name("secret").symlink_to("/etc/passwd")

    examine(submission(tiny_course))

    assert [path.name for path in tiny_course.graded_path("ada").parent.iterdir()] == ["tiny.ipynb"]


def forge_test(notebook):
    notebook.cells[4].source = "pass"


def test_findings_about_the_file_and_the_exam_are_joined(tiny_course, examine, one_namespace):
    def run_exam(exam_notebook, **more):
        executed = one_namespace(exam_notebook, **more)
        add_findings(executed, [Finding(FindingKind.LIMIT, "too slow", "double")])
        return executed

    tiny_course.submit("ada", RIGHT, forge_test)

    result = examine(submission(tiny_course), run_exam=run_exam)

    assert kinds(result) == ["forged-test-cell", "limit"]
    assert len(exam_metadata(graded(tiny_course)).findings) == 2
    assert result.score == 10


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("print('hello')", id="Python"),
        pytest.param("{}", id="no notebook"),
        pytest.param("[" * 10_000, id="deep"),
    ],
)
def test_an_unreadable_file_scores_zero_and_says_why(tiny_course, examine, text):
    tiny_course.submit_text("ada", text)

    result = examine(submission(tiny_course))

    assert (result.score, result.max_score) == (0, 10)
    assert kinds(result) == ["unreadable-notebook"]
    assert {verdict.state for verdict in result.verdicts} == {"not run"}
    assert "could not be read" in result.verdicts[0].reason
    assert result.unanswered == {"double", "shout", "why"}
    assert graded(tiny_course).cells[3].source == ""


def test_a_link_is_not_followed(tiny_course, examine, tmp_path):
    tiny_course.submit("ada", RIGHT)
    path = tiny_course.submission_path("eve")
    path.parent.mkdir(parents=True)
    path.symlink_to(tiny_course.submission_path("ada"))

    assert kinds(examine(submission(tiny_course, "eve"))) == ["unreadable-notebook"]


@pytest.mark.parametrize(
    "error",
    [
        ExamError("no kernel"),
        RuntimeError("?"),
        MemoryError(),
        RecursionError(),
        OSError(28, "full"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_exam_that_cannot_be_run_is_a_result(tiny_course, examine, error):
    def run_exam(exam_notebook, **more):
        raise error

    tiny_course.submit("ada", RIGHT)

    result = examine(submission(tiny_course), run_exam=run_exam)

    assert (result.score, result.max_score) == (0, 10)
    assert kinds(result) == ["exam-not-run"]
    assert type(error).__name__ in result.findings[0].message
    assert result.unanswered == frozenset()  # a marker can still read the written answer
    assert graded(tiny_course).cells[-1].source == "Because."


def test_a_folder_that_cannot_be_written_costs_no_points(tiny_course, examine):
    tiny_course.submit("ada", RIGHT)
    (tiny_course.root / "autograded").write_text("a file is in the way")

    result = examine(submission(tiny_course))

    assert result.score == 10
    assert kinds(result) == ["not-written"]


def test_a_test_cell_without_a_verdict_earns_nothing(tiny_course, examine):
    tiny_course.submit("ada", RIGHT)

    def run_exam(exam_notebook, **more):
        return exam_notebook

    result = examine(submission(tiny_course), run_exam=run_exam)

    assert (result.score, result.max_score) == (0, 10)
    assert {verdict.state for verdict in result.verdicts} == {"not run"}


def test_output_that_no_file_can_hold_is_written_all_the_same(tiny_course, examine, one_namespace):
    def run_exam(exam_notebook, **more):
        executed = one_namespace(exam_notebook, **more)
        output = nbformat.v4.new_output("stream", text="lone \ud800 surrogate")
        executed.cells[3].outputs = [output]
        return executed

    tiny_course.submit("ada", RIGHT)

    assert examine(submission(tiny_course), run_exam=run_exam).score == 10
    json.loads(tiny_course.graded_path("ada").read_text(encoding="utf-8"))


def submit_distinct(course, count):
    """Submit `count` distinct works; return the submissions."""
    students = [f"student{number:02}" for number in range(count)]
    for student in students:
        course.submit(student, {**RIGHT, "why": f"Because of {student}."})
    return [submission(course, student) for student in students]


def test_every_submission_becomes_a_result(tiny_course, examine_all):
    submissions = submit_distinct(tiny_course, 12)

    results = list(examine_all(submissions, slots=(SLOT,) * 3))

    assert sorted(result.student for result in results) == [one.student for one in submissions]
    assert {result.score for result in results} == {10}


class Slow:
    """Runs exams that take a moment, and records their slots."""

    def __init__(self, run_exam):
        self.run_exam, self.lock = run_exam, threading.Lock()
        self.now, self.most, self.taken = [], 0, []

    def __call__(self, exam_notebook, *, slot, **more):
        with self.lock:
            assert slot not in self.now, "two exams in one slot"
            self.now.append(slot)
            self.taken.append(slot)
            self.most = max(self.most, len(self.now))
        time.sleep(0.05)
        with self.lock:
            self.now.remove(slot)
        return self.run_exam(exam_notebook, **more)


def test_one_exam_runs_at_a_time_in_each_slot(tiny_course, examine_all, one_namespace):
    slow = Slow(one_namespace)
    slots = tuple(Slot(gpu=str(number)) for number in range(3))

    results = list(examine_all(submit_distinct(tiny_course, 12), run_exam=slow, slots=slots))

    assert [result.findings for result in results] == [()] * 12
    assert slow.most == 3
    assert set(slow.taken) == set(slots)


def test_exams_at_the_same_time_have_cores_of_their_own(
    tiny_course, examine_all, one_namespace, monkeypatch
):
    first = 1_000_000 + 1_000 * os.getpid()  # cores that no other exam uses meanwhile
    cores = range(first, first + 4)
    monkeypatch.setattr(tasks, "reserved_cores", partial(reserved_cores, cores=cores))
    slow = Slow(one_namespace)

    results = list(
        examine_all(submit_distinct(tiny_course, 12), run_exam=slow, slots=(Slot(threads=2),) * 2)
    )

    assert [result.findings for result in results] == [()] * 12
    assert slow.most == 2
    assert {slot.cores for slot in slow.taken} == {tuple(cores[:2]), tuple(cores[2:])}


class Starving:
    """Runs exams of which some run out of time while others use their cores."""

    def __init__(self, run_exam, starved, times):
        self.run_exam, self.starved, self.times = run_exam, starved, times
        self.lock, self.running, self.runs = threading.Lock(), 0, []

    def __call__(self, exam_notebook, **more):
        name = exam_notebook.cells[-1].source.removesuffix(".").split()[-1]
        with self.lock:
            self.running += 1
            self.runs.append(name)
            count = self.runs.count(name)
            is_alone = self.running == 1
        time.sleep(0.05)
        with self.lock:
            is_alone = is_alone and self.running == 1
            self.running -= 1
        assert count == 1 or is_alone
        executed = self.run_exam(exam_notebook, **more)
        if name in self.starved and count <= self.times:
            mark_tests_not_run(executed, "out of time")
            set_exam_metadata(executed, replace(exam_metadata(executed), was_starved=True))
        return executed


@pytest.mark.parametrize("times", [1, 2, 100])
def test_a_starved_exam_is_run_again_alone_but_only_once(
    tiny_course, examine_all, one_namespace, times
):
    submissions, starved = submit_distinct(tiny_course, 8), ["student02", "student05"]
    starving = Starving(one_namespace, starved, times)

    results = {
        result.student: result
        for result in examine_all(submissions, run_exam=starving, slots=(SLOT,) * 3)
    }

    assert sorted(starving.runs[:8]) == sorted(results)
    assert sorted(starving.runs[8:]) == starved
    for student, result in results.items():
        failed_twice = student in starved and times > 1
        assert result.score == (0 if failed_twice else 10)
        assert kinds(result) == (["starved"] if failed_twice else [])


def test_the_first_result_of_a_starved_exam_is_not_recorded(
    tiny_course, examine_all, one_namespace
):
    submissions = submit_distinct(tiny_course, 3)
    starving = Starving(one_namespace, ["student01"], 1)

    earlier = examine_all(submissions, run_exam=starving)
    next(earlier)
    next(earlier)
    earlier.close()  # before it was run again
    results = list(examine_all(submissions, run_exam=starving))

    assert [result.score for result in results] == [10] * 3
    assert starving.runs.count("student01") == 2


def test_dask_does_not_profile_the_threads_of_exams(
    tiny_course, examine_all, one_namespace, monkeypatch
):
    calls = []
    monkeypatch.setattr(sys, "_current_frames", lambda: calls.append(1) or {})

    def half_a_second(exam_notebook, **more):
        time.sleep(0.5)  # the profiler runs every 10 ms
        return one_namespace(exam_notebook, settings=more["settings"])

    (result,) = examine_all(submit_distinct(tiny_course, 1), run_exam=half_a_second)

    assert result.score == 10
    assert calls == []


def test_results_are_yielded_early_and_few_exams_are_sent_ahead(tiny_course, examine_all):
    taken = []

    def one_by_one():
        for one in submit_distinct(tiny_course, 40):
            taken.append(one)
            yield one

    results = examine_all(one_by_one(), slots=(SLOT,) * 2)
    for _ in range(3):
        next(results)
    results.close()

    assert len(taken) < 12


def test_what_goes_wrong_with_one_is_a_result_and_the_others_go_on(
    tiny_course, examine_all, one_namespace
):
    def run_exam(exam_notebook, **more):
        if "student03" in exam_notebook.cells[-1].source:
            raise ValueError("broken")
        return one_namespace(exam_notebook, **more)

    results = {
        r.student: r for r in examine_all(submit_distinct(tiny_course, 6), run_exam=run_exam)
    }

    assert len(results) == 6
    assert kinds(results["student03"]) == ["exam-not-run"]
    assert kinds(results["student04"]) == []
    assert results["student04"].score == 10


def test_stopping_early_does_not_wait_for_the_exams(tiny_course, examine_all, one_namespace):
    begun = threading.Event()

    def run_exam(exam_notebook, cancellation, **more):
        if "student00" in exam_notebook.cells[-1].source:
            return one_namespace(exam_notebook, **more)
        begun.set()
        while not cancellation.is_set:
            time.sleep(0.01)
        raise RuntimeError("stopped")

    results = examine_all(submit_distinct(tiny_course, 3), run_exam=run_exam)
    assert next(results).student == "student00"
    assert begun.wait(30)
    results.close()

    assert not tiny_course.graded_path("student01").exists()
    assert len(list(ResultCache(tiny_course.root).folder.rglob("*.gz"))) == 1


def test_an_unexpected_error_is_logged_with_its_traceback(
    tiny_course, examine, monkeypatch, caplog
):
    def prepare(path, config):
        raise LookupError("a bug")

    monkeypatch.setattr("autograder.grading.batch.prepare", prepare)
    tiny_course.submit("ada", RIGHT)

    result = examine(submission(tiny_course))

    assert kinds(result) == ["exam-not-run"]
    (record,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert record.name == "autograder.grading.batch"
    assert record.exc_info[0] is LookupError
