"""Which notebooks of a week are graded, and how settings reach a paper."""

import pytest

from autograder.config import Settings
from autograder.course.assignment import read_notebooks
from autograder.errors import UsageError
from autograder.exam.attempt import exam_notebook_for
from autograder.models import Answers
from autograder.notebook.cells import exam_metadata


def test_a_week_has_its_graded_notebooks_with_their_releases(tiny_course, tiny_source):
    lesson = tiny_course.source_path.with_name("lesson.ipynb")
    lesson.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')

    (assignment,) = read_notebooks(tiny_course.root, tiny_course.week)

    assert (assignment.assignment, assignment.name) == ("week01_tiny", "tiny")
    assert assignment.source == tiny_source
    assert "YOUR CODE HERE" in assignment.release.cells[3].source


def test_a_course_may_have_no_release(tiny_course):
    (tiny_course.root / "release" / tiny_course.week / "tiny.ipynb").unlink()

    assert read_notebooks(tiny_course.root, tiny_course.week)[0].release is None


@pytest.mark.parametrize("week", ["week99", "../source/week01_tiny", "", "."])
def test_an_unknown_week_is_told_which_exist(tiny_course, week):
    with pytest.raises(UsageError, match="Expected one of week01_tiny"):
        read_notebooks(tiny_course.root, week)


def test_a_course_without_weeks_is_told_to_build(tmp_path):
    with pytest.raises(UsageError, match="autograder build"):
        read_notebooks(tmp_path, "week01_tiny")


def test_a_week_without_points_is_no_assignment(tiny_course, tiny_source):
    tiny_source.cells = tiny_source.cells[:4]
    tiny_course.publish()

    with pytest.raises(UsageError, match="has graded cells"):
        read_notebooks(tiny_course.root, tiny_course.week)


def test_a_source_that_is_no_notebook_is_one_sentence(tiny_course):
    tiny_course.source_path.write_text("not a notebook")

    with pytest.raises(UsageError, match=r"tiny\.ipynb cannot be read"):
        read_notebooks(tiny_course.root, tiny_course.week)


@pytest.mark.parametrize(
    ("settings", "injected"),
    [
        pytest.param(Settings(), None, id="as it stands"),
        pytest.param(Settings(grading_seed=0), "# Parameters\nSEED = 0", id="private seed"),
        pytest.param(
            Settings(grading_seed=7, profile="full"),
            "# Parameters\nSEED = 7\nPROFILE = 'full'",
            id="on a GPU",
        ),
    ],
)
def test_settings_become_parameters(tiny_course, settings, injected):
    (assignment,) = read_notebooks(tiny_course.root, tiny_course.week)

    exam_notebook = exam_notebook_for(assignment, Answers({}), settings)

    tagged = [
        c.source for c in exam_notebook.cells if "injected-parameters" in c.metadata.get("tags", [])
    ]
    assert tagged == ([injected] if injected else [])
    assert exam_metadata(exam_notebook).assignment == "week01_tiny"
