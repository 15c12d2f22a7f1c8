"""A large class costs as much for each submission as a small one, in transactions and memory."""

import tracemalloc
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder.config import Settings
from autograder.grading import batch as batches
from autograder.grading.pipeline import grade_class

RIGHT = {"double": "def double(x): return 2 * x", "shout": "def shout(text): return text.upper()"}


@pytest.fixture
def course(tiny_course, empty_gradebook):
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    return tiny_course


@pytest.fixture
def grade(course, one_namespace):
    def grade(**more):
        more = {"settings": Settings(), "jobs": 2, "run_exam": one_namespace, **more}
        return grade_class(course.root, course.week, **more)

    return grade


def submit(course, count, *, is_distinct):
    for number in range(count):
        why = f"Because of {number}." if is_distinct else "Because."
        course.submit(f"student{number:04}", {**RIGHT, "why": why})


@contextmanager
def transactions():
    """Yield a list that receives an entry for each transaction of a database that wrote."""
    found, wrote = [], []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            wrote.append(statement)

    def commit(_connection):
        found.extend(wrote[:1])
        wrote.clear()

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", commit)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        event.remove(Engine, "commit", commit)


@pytest.mark.parametrize("is_distinct", [True, False], ids=["distinct", "equal"])
def test_a_batch_of_results_is_one_transaction(
    course, grade, monkeypatch, empty_gradebook, is_distinct
):
    monkeypatch.setattr(batches, "CHUNK", 8)
    submit(course, 20, is_distinct=is_distinct)
    grade()  # so that the results are stored
    (course.root / "gradebook.db").write_bytes(empty_gradebook)

    with transactions() as found:
        results = grade()

    entered = [one for one in found if "submitted_" in one or "student" in one]
    assert {result.score for result in results} == {10.0}
    assert len(entered) == 3


def test_missing_notebooks_are_entered_together(course, grade):
    submit(course, 20, is_distinct=True)
    for path in course.root.glob("submitted/*/*/tiny.ipynb"):
        path.rename(path.with_name("mine.ipynb"))
    grade()

    with transactions() as found:
        results = grade()

    assert [result.score for result in results] == [0.0] * 20
    assert len(found) <= 1


def test_many_equal_submissions_are_entered_a_few_at_a_time(course, grade, monkeypatch):
    sizes = []
    monkeypatch.setattr(batches, "CHUNK", 8)
    monkeypatch.setattr(
        "autograder.grading.pipeline.enter_results",
        lambda _book, _assignment, results, **_: sizes.append(len(results)),
    )
    submit(course, 30, is_distinct=False)

    assert len(grade()) == 30
    assert max(sizes) <= 8


def test_progress_counts_every_result_once(course, grade):
    submit(course, 20, is_distinct=False)
    reported = []

    grade(on_result=lambda done, total: reported.append((done, total)))

    assert reported == [(done, 20) for done in range(21)]


@pytest.mark.slow
def test_the_memory_of_a_submission_is_small(course, grade):
    """A submitted notebook of the tiny course has 4 KiB as text, and 40 as objects."""
    kept = []
    grade_all = 300
    submit(course, grade_all, is_distinct=True)
    grade()  # so that the results are stored
    tracemalloc.start()
    try:
        grade(on_result=lambda *_: kept.append(tracemalloc.get_traced_memory()[0]))
    finally:
        tracemalloc.stop()

    begin, end = kept[100], kept[-2]
    assert (end - begin) / (grade_all - 100) < 4_000
