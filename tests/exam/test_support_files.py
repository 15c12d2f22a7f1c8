"""Files that a course releases beside a notebook are there in an exam, too."""

import nbformat
import pytest

from autograder.config import Settings
from autograder.course import assignment
from autograder.course.assignment import SupportFiles, read_notebook, read_support_files
from autograder.dispatch.tasks import _unpack, run_spec_of
from autograder.errors import UsageError
from autograder.exam.attempt import ExamConfig
from autograder.grading.pipeline import grade_class

READS_BESIDE = '''def double(x):
    """Twice the number."""
    with open("data.csv") as file:
        return int(file.read()) * x'''
TEST = """with open("data.csv") as file:
    factor = int(file.read())
with open("tables/more.csv") as file:
    assert file.read() == "7"
assert double(2) == 2 * factor
### BEGIN HIDDEN TESTS
assert double(-3) == -6
### END HIDDEN TESTS"""


@pytest.fixture
def course(tiny_course):
    """The tiny course, whose reference, set-up cell and test read files beside the notebook."""
    setup = 'import math\nwith open("data.csv") as file:\n    assert file.read() == "2"'
    for notebook in (tiny_course.source, tiny_course.release):
        notebook.cells[1].source = setup
        notebook.cells[4].source = TEST
    tiny_course.source.cells[3].source = READS_BESIDE
    tiny_course.publish()
    folder = tiny_course.root / "release" / tiny_course.week
    (folder / "data.csv").write_text("2")
    (folder / "tables").mkdir()
    (folder / "tables" / "more.csv").write_text("7")
    (folder / ".hidden").write_text("not for exams")
    return tiny_course


def read(course):
    return read_support_files(course.root / "release" / course.week)


@pytest.mark.slow
def test_answers_and_tests_read_files_beside_the_notebook(course):
    course.submit("ada", {"double": READS_BESIDE, "shout": "def shout(t): return t.upper()"})
    course.submit("bob", {"double": "def double(x): return open('data.csv').read() * x"})

    ada, bob = grade_class(course.root, course.week, settings=Settings(), jobs=1)

    assert [verdict.points for verdict in ada.verdicts] == [6, 4], ada.verdicts
    assert [verdict.points for verdict in bob.verdicts] == [0, 0]
    assert "AssertionError" in bob.verdicts[0].details, bob.verdicts


@pytest.mark.slow
def test_students_cannot_change_what_the_tests_read(course):
    spoils = "try:\n    open('data.csv', 'w').write('3')\nexcept OSError:\n    pass\n"
    course.submit("ada", {"double": spoils + "def double(x): return 3 * x"})

    (ada,) = grade_class(course.root, course.week, settings=Settings(), jobs=1)

    assert ada.verdicts[0].points == 0
    assert (course.root / "release" / course.week / "data.csv").read_text() == "2"


def test_notebooks_and_hidden_files_are_not_support_files(course):
    assert read(course) == SupportFiles({"data.csv": b"2", "tables/more.csv": b"7"})


def test_they_are_sent_to_workers(course):
    config = ExamConfig(read_notebook(course.root, course.week, "tiny"), Settings())

    *_, support = _unpack(run_spec_of(config).packed)

    assert support == read(course)


def test_they_are_written_as_they_were(course, tmp_path):
    folder = tmp_path / "written"
    folder.mkdir()

    read(course).write(folder)

    assert read_support_files(folder) == read(course)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda folder: (folder / "data.csv").write_text("3"), id="content"),
        pytest.param(lambda folder: (folder / "data.csv").rename(folder / "x.csv"), id="name"),
        pytest.param(lambda folder: (folder / "data.csv").unlink(), id="deleted"),
    ],
)
def test_a_change_of_them_changes_the_digests(course, change):
    before = read_notebook(course.root, course.week, "tiny")

    change(course.root / "release" / course.week)

    after = read_notebook(course.root, course.week, "tiny")
    exam_notebook = nbformat.v4.new_notebook()
    digests = {
        ExamConfig(notebook, Settings()).digest_with(exam_notebook) for notebook in (before, after)
    }
    assert len(digests) == 2
    assert before.digest != after.digest


def test_too_large_files_are_an_error_that_says_where_they_belong(course, monkeypatch):
    monkeypatch.setattr(assignment, "LIMIT", 1)

    with pytest.raises(UsageError, match=r"have 2 bytes\. An exam gets at most 1\..*DLCOURSE_DATA"):
        read(course)
