"""`grade`, `report` and `feedback` speak of the same students."""

import pytest

from autograder.config import Settings
from autograder.errors import UsageError
from autograder.grading import pipeline
from autograder.grading.class_results import read_class
from autograder.reporting.class_report import class_report
from autograder.reporting.feedback.write import not_graded, write_feedback
from tests.support.course import run_in_one_namespace

RIGHT = {
    "double": "def double(x): return x + x",
    "shout": "def shout(text): return text.upper()",
    "why": "Because.",
}


@pytest.fixture
def course(tiny_course, empty_gradebook):
    (tiny_course.root / "gradebook.db").write_bytes(empty_gradebook)
    return tiny_course


def grade(course):
    return pipeline.grade_class(
        course.root, course.week, settings=Settings(), jobs=1, run_exam=run_in_one_namespace
    )


def test_grade_report_and_feedback_speak_of_the_same_students(course):
    course.submit("ada", RIGHT)
    path = course.submit("bob", RIGHT)
    path.rename(path.with_name("tiny (1).ipynb"))
    path.with_name("timestamp.txt").write_text("2026-01-10 12:00 XYZ")
    (course.root / "submitted" / "cyd").mkdir()
    course.submit("cyd", RIGHT).rename(course.root / "submitted" / "cyd" / "week01_tiny.zip")
    course.submit("dan", RIGHT).unlink()

    graded = grade(course)
    reported = read_class(course.root, course.week)
    pages = write_feedback(course.root, course.week)

    assert [result.student for result in graded] == ["ada", "bob", "cyd", "dan"]
    assert [(r.student, r.score, r.findings) for r in reported] == [
        (r.student, r.score, r.findings) for r in graded
    ]
    assert [page.parts[-3] for page in pages] == ["ada", "bob", "cyd", "dan"]
    assert "Did you mean &#39;tiny (1).ipynb&#39;?" in pages[1].read_text("utf-8")
    assert "week01_tiny.zip" in pages[2].read_text("utf-8")
    assert "0 / 6" in pages[3].read_text("utf-8")


def test_what_was_submitted_after_grading_is_not_graded_yet(course):
    course.submit("ada", RIGHT)
    grade(course)
    course.submit("bob", RIGHT)

    report = class_report(course.week, read_class(course.root, course.week))

    assert report.ungraded == ("bob",)
    assert not_graded(course.root, course.week) == ("bob",)
    assert len(write_feedback(course.root, course.week)) == 1


def test_a_class_of_which_nothing_was_graded_is_an_error_with_quoted_advice(course):
    with pytest.raises(UsageError, match=r"`autograder grade 'week \[a\]'`"):
        read_class(course.root, "week [a]")


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"cells": 3, "nbformat": 4}', "\ufeff{"])
def test_a_damaged_graded_notebook_is_one_sentence(course, text):
    course.submit("ada", RIGHT)
    grade(course)
    course.graded_path("ada").write_text(text)

    for read in (read_class, write_feedback):
        with pytest.raises(UsageError, match=r"tiny\.ipynb .*Delete it, then grade again"):
            read(course.root, course.week)


def test_a_notebook_that_no_exam_graded_is_one_sentence(course):
    course.submit("ada", RIGHT)
    grade(course)
    course.graded_path("ada").write_bytes(course.source_path.read_bytes())

    with pytest.raises(UsageError, match="was not graded by an exam"):
        read_class(course.root, course.week)
