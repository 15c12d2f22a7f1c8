"""Who submitted what, in nbgrader's layout."""

import pytest

from autograder.course.assignment import read_notebooks
from autograder.errors import UsageError
from autograder.submission.collect import find_submissions


def roll(course, students=None):
    return find_submissions(
        course.root, course.week, read_notebooks(course.root, course.week), students
    )


def test_everybody_who_handed_in_is_found_in_order(tiny_course):
    for student in ("zoe", "ada", "Ümit 3"):
        tiny_course.submit(student)

    class_work = roll(tiny_course)

    assert [student_work.student for student_work in class_work] == ["ada", "zoe", "Ümit 3"]
    (submission,) = class_work[0].submissions
    assert submission.path == tiny_course.submission_path("ada")
    assert (submission.student, submission.assignment) == ("ada", "week01_tiny")
    assert class_work[0].missing == ()
    assert class_work[0].findings == ()


def test_hidden_folders_are_nobody(tiny_course):
    tiny_course.submit("ada")
    tiny_course.submit(".ipynb_checkpoints")

    assert [student_work.student for student_work in roll(tiny_course)] == ["ada"]


def test_only_wanted_students_are_found(tiny_course):
    for student in ("ada", "bob", "zoe"):
        tiny_course.submit(student)

    assert [student_work.student for student_work in roll(tiny_course, ["zoe", "ada"])] == [
        "ada",
        "zoe",
    ]


def test_a_notebook_that_is_not_there_is_missing(tiny_course):
    path = tiny_course.submit("ada")
    path.rename(path.with_name("mine.ipynb"))

    (student_work,) = roll(tiny_course)

    assert student_work.submissions == ()
    assert [submission.notebook for submission in student_work.missing] == ["tiny"]
    assert [finding.kind for finding in student_work.findings] == ["unknown-notebook"]
    assert "mine.ipynb" in student_work.findings[0].message


def test_an_empty_folder_is_a_submission_of_nothing(tiny_course):
    tiny_course.submit("ada").unlink()

    assert len(roll(tiny_course)[0].missing) == 1


def test_the_lesson_that_came_along_is_nothing_of_note(tiny_course):
    path = tiny_course.submit("ada")
    for folder in (path.parent, tiny_course.root / "release" / tiny_course.week):
        (folder / "lesson.ipynb").write_text("{}")

    assert roll(tiny_course)[0].findings == ()


def test_a_link_is_there_and_is_not_followed_here(tiny_course):
    path = tiny_course.submit("ada")
    path.unlink()
    path.symlink_to("/nowhere")

    assert len(roll(tiny_course)[0].submissions) == 1


def test_the_time_of_collection_is_read(tiny_course):
    path = tiny_course.submit("ada")
    path.with_name("timestamp.txt").write_text("2026-01-10 12:00:00 UTC\n")

    assert roll(tiny_course)[0].timestamp == "2026-01-10 12:00:00 UTC"


def test_nobody_is_told_where_work_belongs(tiny_course):
    with pytest.raises(UsageError, match=r"There are no submissions for week01_tiny.*submitted"):
        roll(tiny_course)


def test_an_unknown_student_is_told_who_handed_in(tiny_course):
    tiny_course.submit("ada")

    with pytest.raises(UsageError, match=r"'eve' submitted nothing for week01_tiny\. .* ada"):
        roll(tiny_course, ["ada", "eve"])
