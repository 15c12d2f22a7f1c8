"""Facts about the pages on disk."""

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.errors import GradebookError, UsageError
from autograder.feedback import write_feedback


@pytest.fixture
def course(tmp_path, graded):
    examined, release = graded
    for student in ("ada", "bob"):
        folder = tmp_path / "autograded" / student / "week01"
        folder.mkdir(parents=True)
        nbformat.write(examined, folder / "perceptron.ipynb")
    (tmp_path / "release" / "week01").mkdir(parents=True)
    nbformat.write(release, tmp_path / "release" / "week01" / "perceptron.ipynb")
    return tmp_path


def test_every_student_gets_a_page(course):
    told = []

    pages = write_feedback(course, "week01", on_page=lambda *news: told.append(news[1]))

    expected = [
        course / "feedback" / name / "week01" / "perceptron.html" for name in ("ada", "bob")
    ]
    assert list(pages) == expected
    assert all(page.read_text("utf-8").startswith("<!doctype html>") for page in pages)
    assert told == [2, 2]
    assert [path for path in (course / "feedback").rglob("*") if path.suffix == ".part"] == []


def test_no_gradebook_is_made_where_there_is_none(course):
    write_feedback(course, "week01")

    assert not (course / "gradebook.db").exists()


def test_one_student_can_be_chosen(course):
    (page,) = write_feedback(course, "week01", students=["bob"])

    assert page.parts[-3] == "bob"


def test_an_unknown_student_is_named_with_those_who_are_known(course):
    with pytest.raises(UsageError, match=r"No graded work of 'eve' .* Expected one of ada, bob"):
        write_feedback(course, "week01", students=["eve"])


def test_a_week_that_nobody_graded_says_what_to_do(course):
    with pytest.raises(UsageError, match="autograder grade week09"):
        write_feedback(course, "week09")


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_marks_of_the_gradebook_are_on_the_page(course, monkeypatch):
    # nbgrader calls the command alembic when it makes a gradebook.
    folder = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", folder, prepend=os.pathsep)
    url = f"sqlite:///{course / 'gradebook.db'}"
    with Gradebook(url) as gradebook:
        gradebook.add_assignment("week01")
        gradebook.add_notebook("perceptron", "week01")
        for name, points in (("test_step", 4), ("test_sign", 6)):
            gradebook.add_grade_cell(
                name, "perceptron", "week01", max_score=points, cell_type="code"
            )
        gradebook.add_grade_cell("why", "perceptron", "week01", max_score=5, cell_type="markdown")
        gradebook.add_solution_cell("why", "perceptron", "week01")
        gradebook.add_student("ada")
        submission = gradebook.add_submission("week01", "ada")
        submission.late_submission_penalty = 1
        grade = gradebook.find_grade("why", "perceptron", "week01", "ada")
        grade.manual_score, grade.needs_manual_grade = 4.5, False
        comment = gradebook.find_comment("why", "perceptron", "week01", "ada")
        comment.manual_comment = "Well argued."
        gradebook.db.commit()

    ada, bob = write_feedback(course, "week01", db_url=url)

    assert "4.5 / 5" in ada.read_text("utf-8")
    assert "Well argued." in ada.read_text("utf-8")
    assert "Late penalty" in ada.read_text("utf-8")
    assert "– / 5" in bob.read_text("utf-8")


def test_a_gradebook_that_cannot_be_read_is_one_sentence(course):
    (course / "gradebook.db").write_bytes(b"not a database, but long enough to be looked at")

    with pytest.raises(GradebookError, match="cannot be read"):
        write_feedback(course, "week01")
