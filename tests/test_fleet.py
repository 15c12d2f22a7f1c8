"""Submissions become Results and graded notebooks; none can stop the others."""

import json
import threading
import time
from dataclasses import replace

import nbformat
import pytest

from autograder.assignments import read_assignments
from autograder.errors import ExamError
from autograder.exams import Exam
from autograder.fleet import examine as examine_into
from autograder.fleet import examine_all
from autograder.records import Result, Submission
from autograder.settings import Settings

RIGHT = {
    "double": "def double(x): return x + x",
    "shout": "def shout(text): return text.upper()",
    "why": "Because.",
}


@pytest.fixture
def exam(tiny_course, one_namespace):
    (assignment,) = read_assignments(tiny_course.root, tiny_course.week)
    return Exam(assignment, Settings(), sit=one_namespace)


def submission(course, student="ada"):
    return Submission(student, course.week, course.notebook, course.submission_path(student))


def graded(course, student="ada"):
    return nbformat.read(course.graded_path(student), as_version=4)


@pytest.fixture
def examine(tiny_course):
    return lambda one, exam: examine_into(one, exam, tiny_course.root / "autograded")


def kinds(result):
    return [finding.kind for finding in result.findings]


def test_a_submission_becomes_a_result(tiny_course, examine, exam):
    tiny_course.submit("ada", {**RIGHT, "shout": "def shout(text): return text"})

    result = examine(submission(tiny_course), exam)

    assert (result.student, result.assignment, result.notebook) == ("ada", "week01_tiny", "tiny")
    assert {v.grade_id: v.points for v in result.verdicts} == {"test_double": 6, "test_shout": 0}
    assert (result.score, result.max_score) == (6, 10)
    assert (result.seconds, result.peak_memory) == (0.1, 1_000)
    assert result.unanswered == frozenset()
    assert result.findings == ()


def test_the_graded_notebook_is_the_executed_paper(tiny_course, examine, exam):
    tiny_course.submit("ada", RIGHT, lambda notebook: notebook.metadata.update(mine=1))

    examine(submission(tiny_course), exam)

    notebook = graded(tiny_course)
    nbformat.validate(notebook)
    assert "mine" not in notebook.metadata
    assert notebook.cells[3].source == RIGHT["double"]
    assert [path.name for path in tiny_course.graded_path("ada").parent.iterdir()] == ["tiny.ipynb"]


def test_nothing_else_of_a_submission_is_copied(tiny_course, examine, exam):
    path = tiny_course.submit("ada", RIGHT)
    path.with_name("numpy.py").write_text("raise SystemExit")
    path.with_name("secret").symlink_to("/etc/passwd")

    examine(submission(tiny_course), exam)

    assert [path.name for path in tiny_course.graded_path("ada").parent.iterdir()] == ["tiny.ipynb"]


def forge_test(notebook):
    notebook.cells[4].source = "pass"


def test_findings_of_intake_and_exam_come_together(tiny_course, examine, exam, one_namespace):
    def sit(paper, **more):
        executed = one_namespace(paper, **more)
        found = {"kind": "stopped-by-time", "message": "too slow", "grade_id": "double"}
        executed.metadata.exam["findings"] = [found]
        return executed

    tiny_course.submit("ada", RIGHT, forge_test)

    result = examine(submission(tiny_course), replace(exam, sit=sit))

    assert kinds(result) == ["forged-test-cell", "stopped-by-time"]
    assert len(graded(tiny_course).metadata.exam.findings) == 2
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
def test_an_unreadable_file_scores_zero_and_says_why(tiny_course, examine, exam, text):
    tiny_course.submit_text("ada", text)

    result = examine(submission(tiny_course), exam)

    assert (result.score, result.max_score) == (0, 10)
    assert kinds(result) == ["unreadable-notebook"]
    assert {verdict.state for verdict in result.verdicts} == {"not run"}
    assert "could not be read" in result.verdicts[0].reason
    assert result.unanswered == {"double", "shout", "why"}
    assert graded(tiny_course).cells[3].source == ""


def test_a_link_is_not_followed(tiny_course, examine, exam, tmp_path):
    tiny_course.submit("ada", RIGHT)
    path = tiny_course.submission_path("eve")
    path.parent.mkdir(parents=True)
    path.symlink_to(tiny_course.submission_path("ada"))

    assert kinds(examine(submission(tiny_course, "eve"), exam)) == ["unreadable-notebook"]


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
def test_an_exam_that_cannot_be_held_is_a_result(tiny_course, examine, exam, error):
    def sit(paper, **more):
        raise error

    tiny_course.submit("ada", RIGHT)

    result = examine(submission(tiny_course), replace(exam, sit=sit))

    assert (result.score, result.max_score) == (0, 10)
    assert kinds(result) == ["exam-not-held"]
    assert type(error).__name__ in result.findings[0].message
    assert result.unanswered == frozenset()  # a marker can still read the written answer
    assert graded(tiny_course).cells[-1].source == "Because."


def test_a_folder_that_cannot_be_written_is_a_result(tiny_course, examine, exam):
    tiny_course.submit("ada", RIGHT)
    (tiny_course.root / "autograded").write_text("a file is in the way")

    result = examine(submission(tiny_course), exam)

    assert result.score == 0
    assert kinds(result) == ["exam-not-held"]


def test_a_test_cell_without_a_verdict_earns_nothing(tiny_course, examine, exam):
    tiny_course.submit("ada", RIGHT)

    def sit(paper, **more):
        return paper

    result = examine(submission(tiny_course), replace(exam, sit=sit))

    assert (result.score, result.max_score) == (0, 10)
    assert {verdict.state for verdict in result.verdicts} == {"not run"}


def test_output_that_no_file_can_hold_is_written_all_the_same(
    tiny_course, examine, exam, one_namespace
):
    def sit(paper, **more):
        executed = one_namespace(paper, **more)
        output = nbformat.v4.new_output("stream", text="lone \ud800 surrogate")
        executed.cells[3].outputs = [output]
        return executed

    tiny_course.submit("ada", RIGHT)

    assert examine(submission(tiny_course), replace(exam, sit=sit)).score == 10
    json.loads(tiny_course.graded_path("ada").read_text(encoding="utf-8"))


def pupils(count):
    return [Submission(f"student{n:03}", "week", "tiny", None) for n in range(count)]


def done(one):
    return Result(one.student, one.assignment, one.notebook, ())


def test_every_submission_becomes_a_result():
    results = list(examine_all(pupils(25), done, jobs=3))

    assert sorted(result.student for result in results) == [one.student for one in pupils(25)]


def test_so_many_exams_are_held_at_a_time():
    lock, now, most = threading.Lock(), 0, 0

    def work(one):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:
            now -= 1
        return done(one)

    list(examine_all(pupils(12), work, jobs=3))

    assert most == 3


def test_results_come_as_they_are_done_and_no_more_wait_than_needed():
    taken = []

    def endless():
        for one in pupils(1_000):
            taken.append(one)
            yield one

    results = examine_all(endless(), done, jobs=2)
    for _ in range(3):
        next(results)
    results.close()

    assert len(taken) < 10


def test_what_goes_wrong_with_one_is_a_result_and_the_others_go_on():
    def work(one):
        if one.student.endswith("3"):
            raise ValueError("broken")
        return done(one)

    results = {result.student: result for result in examine_all(pupils(8), work, jobs=2)}

    assert len(results) == 8
    assert kinds(results["student003"]) == ["exam-not-held"]
    assert kinds(results["student004"]) == []
