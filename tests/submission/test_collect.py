"""Who submitted what, in nbgrader's layout."""

import pytest

from autograder.course.assignment import read_notebooks
from autograder.errors import UsageError
from autograder.submission.collect import find_submissions


def class_work(course, students=None):
    return find_submissions(
        course.root, course.week, read_notebooks(course.root, course.week), students
    )


def test_all_who_submitted_are_found_in_order(tiny_course):
    for student in ("zoe", "ada", "Ümit 3"):
        tiny_course.submit(student)

    found = class_work(tiny_course)

    assert [student_work.student for student_work in found] == ["ada", "zoe", "Ümit 3"]
    (submission,) = found[0].submissions
    assert submission.path == tiny_course.submission_path("ada")
    assert (submission.student, submission.assignment) == ("ada", "week01_tiny")
    assert found[0].missing == ()
    assert found[0].findings == ()


def test_hidden_folders_are_not_students(tiny_course):
    tiny_course.submit("ada")
    tiny_course.submit(".ipynb_checkpoints")

    assert [student_work.student for student_work in class_work(tiny_course)] == ["ada"]


def test_only_given_students_are_found(tiny_course):
    for student in ("ada", "bob", "zoe"):
        tiny_course.submit(student)

    assert [student_work.student for student_work in class_work(tiny_course, ["zoe", "ada"])] == [
        "ada",
        "zoe",
    ]


def test_a_notebook_that_was_not_submitted_is_missing(tiny_course):
    path = tiny_course.submit("ada")
    path.rename(path.with_name("mine.ipynb"))

    (student_work,) = class_work(tiny_course)

    assert student_work.submissions == ()
    assert [submission.notebook for submission in student_work.missing] == ["tiny"]
    assert [finding.kind for finding in student_work.findings] == ["unknown-notebook"]
    assert "mine.ipynb" in student_work.findings[0].message


def test_an_empty_folder_is_a_submission_without_notebooks(tiny_course):
    tiny_course.submit("ada").unlink()

    assert len(class_work(tiny_course)[0].missing) == 1


def test_a_submitted_lesson_is_not_a_finding(tiny_course):
    path = tiny_course.submit("ada")
    for folder in (path.parent, tiny_course.root / "release" / tiny_course.week):
        (folder / "lesson.ipynb").write_text("{}")

    assert class_work(tiny_course)[0].findings == ()


def test_a_link_is_a_submission_and_is_not_followed(tiny_course):
    path = tiny_course.submit("ada")
    path.unlink()
    path.symlink_to("/nowhere")

    assert len(class_work(tiny_course)[0].submissions) == 1


def test_the_time_of_collection_is_read(tiny_course):
    path = tiny_course.submit("ada")
    path.with_name("timestamp.txt").write_text("2026-01-10 12:00:00 UTC\n")

    assert class_work(tiny_course)[0].timestamp == "2026-01-10 12:00:00 UTC"


def test_no_submissions_is_an_error_that_names_the_folder(tiny_course):
    with pytest.raises(UsageError, match=r"There are no submissions for week01_tiny.*submitted"):
        class_work(tiny_course)


def test_an_unknown_student_is_an_error_that_names_the_others(tiny_course):
    tiny_course.submit("ada")

    with pytest.raises(UsageError, match=r"'eve' submitted nothing for week01_tiny\. .* ada"):
        class_work(tiny_course, ["ada", "eve"])
