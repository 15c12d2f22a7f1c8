"""Which notebooks of an assignment are graded, and how settings become parameters."""

import pytest

from autograder.config import Settings
from autograder.course.assignment import assignment_names, read_notebook, read_notebooks
from autograder.errors import BuildError, UsageError
from autograder.exam.attempt import exam_notebook_for
from autograder.models import Answers
from autograder.notebook.cells import exam_metadata


def test_an_assignment_has_its_graded_notebooks_with_their_releases(tiny_course, tiny_source):
    lesson = tiny_course.source_path.with_name("lesson.ipynb")
    lesson.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')

    (notebook,) = read_notebooks(tiny_course.root, tiny_course.week)

    assert (notebook.assignment, notebook.name) == ("week01_tiny", "tiny")
    assert notebook.source == tiny_source
    assert "YOUR CODE HERE" in notebook.release.cells[3].source


def test_the_names_of_assignments_are_those_of_folders_with_notebooks(tiny_course):
    (tiny_course.root / "source" / "week02_empty").mkdir()

    assert assignment_names(tiny_course.root) == ("week01_tiny",)


MISCONCEPTIONS = """
@misconception("double", hint="Twice.")
def once(x):
    return x

@variant("double")
def added(x):
    return x + x
"""


def test_known_answers_are_read_with_the_source(tiny_course):
    path = tiny_course.root / "course" / tiny_course.week / "misconceptions.py"
    path.parent.mkdir(parents=True)
    path.write_text(MISCONCEPTIONS)

    (notebook,) = read_notebooks(tiny_course.root, tiny_course.week)

    assert [(one.name, one.is_right) for one in notebook.known_answers] == [
        ("once", False),
        ("added", True),
    ]
    assert list(notebook.reference) == ["double", "shout"]


def test_the_digest_depends_on_source_and_known_answers(tiny_course, tiny_source):
    def digest():
        return read_notebook(tiny_course.root, tiny_course.week, "tiny").digest

    path = tiny_course.root / "course" / tiny_course.week / "misconceptions.py"
    path.parent.mkdir(parents=True)
    digests = [digest(), digest()]
    path.write_text(MISCONCEPTIONS)
    digests.append(digest())
    tiny_source.cells[0].source += " again"
    tiny_course.publish()
    digests.append(digest())

    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_a_misconception_of_an_unknown_exercise_is_an_error(tiny_course):
    path = tiny_course.root / "course" / tiny_course.week / "misconceptions.py"
    path.parent.mkdir(parents=True)
    path.write_text(MISCONCEPTIONS.replace('"double", hint', '"treble", hint'))

    with pytest.raises(BuildError, match="'treble'"):
        read_notebooks(tiny_course.root, tiny_course.week)


def test_a_course_may_have_no_release(tiny_course):
    (tiny_course.root / "release" / tiny_course.week / "tiny.ipynb").unlink()

    assert read_notebooks(tiny_course.root, tiny_course.week)[0].release is None


@pytest.mark.parametrize("name", ["week99", "../source/week01_tiny", "", "."])
def test_an_unknown_assignment_is_an_error_that_names_those_that_exist(tiny_course, name):
    with pytest.raises(UsageError, match="Expected one of week01_tiny"):
        read_notebooks(tiny_course.root, name)


def test_a_course_without_source_is_an_error_that_advises_to_build(tmp_path):
    with pytest.raises(UsageError, match="autograder build"):
        read_notebooks(tmp_path, "week01_tiny")


def test_an_assignment_without_points_is_an_error(tiny_course, tiny_source):
    tiny_source.cells = tiny_source.cells[:4]
    tiny_course.publish()

    with pytest.raises(UsageError, match=r"No notebook in .* has graded cells"):
        read_notebooks(tiny_course.root, tiny_course.week)


def test_a_source_that_is_not_a_notebook_is_an_error(tiny_course):
    tiny_course.source_path.write_text("not a notebook")

    with pytest.raises(UsageError, match=r"tiny\.ipynb cannot be read"):
        read_notebooks(tiny_course.root, tiny_course.week)


@pytest.mark.parametrize(
    ("settings", "injected"),
    [
        pytest.param(Settings(), None, id="none"),
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


@pytest.mark.parametrize(
    ("grade_id", "role"), [("double", "answer"), ("setup", "setup"), ("test_double", "test")]
)
def test_a_cell_that_has_to_be_python_is_one_sentence_if_it_is_not(tiny_course, grade_id, role):
    cells = tiny_course.source.cells
    (number,) = (
        number
        for number, cell in enumerate(cells, start=1)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )
    cells[number - 1].source = "x = 1\nNot Python, but words."
    tiny_course.publish()

    place = rf"tiny\.ipynb, cell {number} \({grade_id}\), line 2: invalid syntax.* {role} cell"
    with pytest.raises(UsageError, match=place):
        read_notebooks(tiny_course.root, tiny_course.week)


def test_a_source_with_a_byte_order_mark_is_read(tiny_course):
    path = tiny_course.source_path
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert read_notebooks(tiny_course.root, tiny_course.week)[0].name == "tiny"


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "3", '{"cells": 3, "nbformat": 4}'])
def test_a_source_that_is_no_notebook_is_one_sentence(tiny_course, text):
    tiny_course.source_path.write_text(text)

    with pytest.raises(UsageError, match=r"tiny\.ipynb cannot be read|has graded cells"):
        read_notebooks(tiny_course.root, tiny_course.week)
