"""Tests of the feedback pages on disk."""

import nbformat
import pytest

from autograder.errors import GradebookError, UsageError
from autograder.gradebook import open_gradebook
from autograder.reporting.feedback.write import write_feedback


@pytest.fixture
def course(tmp_path, graded, empty_gradebook):
    examined, release = graded
    (tmp_path / "gradebook.db").write_bytes(empty_gradebook)
    for student in ("ada", "bob"):
        folder = tmp_path / "autograded" / student / "week01"
        folder.mkdir(parents=True)
        nbformat.write(examined, folder / "perceptron.ipynb")
    (tmp_path / "release" / "week01").mkdir(parents=True)
    nbformat.write(release, tmp_path / "release" / "week01" / "perceptron.ipynb")
    return tmp_path


def test_every_student_gets_a_page(course):
    counts = []

    pages = write_feedback(course, "week01", on_page=lambda _, total: counts.append(total))

    expected = [
        course / "feedback" / name / "week01" / "perceptron.html" for name in ("ada", "bob")
    ]
    assert list(pages) == expected
    assert all(page.read_text("utf-8").startswith("<!doctype html>") for page in pages)
    assert counts == [2, 2]
    assert [path for path in (course / "feedback").rglob("*") if path.suffix == ".part"] == []


def test_one_student_can_be_chosen(course):
    (page,) = write_feedback(course, "week01", students=["bob"])

    assert page.parts[-3] == "bob"


def test_an_unknown_student_is_an_error_that_lists_the_known_ones(course):
    with pytest.raises(UsageError, match=r"graded submission of 'eve' .* Expected one of ada, bob"):
        write_feedback(course, "week01", students=["eve"])


def test_an_assignment_that_was_not_graded_is_an_error_with_advice(course):
    with pytest.raises(UsageError, match="autograder grade week09"):
        write_feedback(course, "week09")


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_marks_of_the_gradebook_are_on_the_page(course):
    with open_gradebook(course) as book:
        api = book.api
        api.add_assignment("week01")
        api.add_notebook("perceptron", "week01")
        where = ("perceptron", "week01")
        api.add_grade_cell("test_step", *where, max_score=4, cell_type="code")
        api.add_grade_cell("why", *where, max_score=5, cell_type="markdown")
        api.add_solution_cell("why", *where)
        api.add_student("ada")
        api.add_submission("week01", "ada")
        api.find_submission_notebook(*where, "ada").late_submission_penalty = 1
        grade = api.find_grade("why", *where, "ada")
        grade.manual_score, grade.needs_manual_grade = 4.5, True
        api.find_comment("why", *where, "ada").manual_comment = "Well argued."
        api.db.commit()

    ada, bob = write_feedback(course, "week01")

    assert "4.5 / 5" in ada.read_text("utf-8")
    assert "Well argued." in ada.read_text("utf-8")
    assert "Late penalty" in ada.read_text("utf-8")
    assert "– / 5" in bob.read_text("utf-8")


def test_a_gradebook_that_cannot_be_read_is_one_sentence(course):
    (course / "gradebook.db").write_bytes(b"not a database, but long enough to be looked at")

    with pytest.raises(GradebookError, match="cannot be used"):
        write_feedback(course, "week01")
