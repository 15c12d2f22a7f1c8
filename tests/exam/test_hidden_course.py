"""Student code cannot read a course, wherever it lies; if that cannot be, nobody is graded."""

import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli.main import commands
from autograder.config import Settings
from autograder.course.assignment import read_notebook
from autograder.errors import UsageError
from autograder.exam.environment import require_hidden
from autograder.grading.pipeline import grade_class
from autograder.integrations import papermill

SHOWN = Path(sys.prefix) / "share"  # a part of Python's prefix, which every exam needs
SEARCH = """
import os, sys
found = []
for start in (sys.prefix, COURSE, "/proc/self/root" + COURSE, COURSE + "/../link/"):
    for folder, folders, files in os.walk(start, followlinks=True):
        if os.path.basename(folder) == "site-packages":
            folders.clear()
        found += [name for name in files
                  if name.endswith((".ipynb", ".db", ".gz", "-journal", ".toml", ".secret"))]
for path in ("", "source", "release", "submitted", "gradebook.db", "../beside.secret"):
    if os.path.isfile(COURSE + "/" + path):
        found.append(open(COURSE + "/" + path).read())
    elif os.path.isdir(COURSE + "/" + path):
        found += os.listdir(COURSE + "/" + path)
print("FOUND", sorted(set(found)), os.path.isdir(COURSE))
def double(x): return 2 * x
"""


@pytest.fixture
def shown():
    """Return a folder in a part of Python's prefix that is visible in every exam."""
    try:
        SHOWN.mkdir(exist_ok=True)
        folder = tempfile.mkdtemp(dir=SHOWN)
    except OSError:
        pytest.skip(f"{SHOWN} cannot be written")
    Path(folder).chmod(0o755)  # else it is hidden for another reason
    yield Path(folder)
    shutil.rmtree(folder)


@pytest.fixture
def course(tiny_course, shown):
    """Return the tiny course below Python's prefix, where its candidate and examiner need files."""
    made = replace(tiny_course, root=shown / "course")
    made.publish()
    (made.root / "autograder.toml").write_text("grading_seed = 5\n")
    (shown / "beside.secret").write_text("not of the course")
    return made


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_student_code_cannot_read_a_course_below_the_prefix_of_python(course, shown, monkeypatch):
    search = f"COURSE = {str(course.root)!r}\n{SEARCH}"
    course.submit("ada", {"double": search, "shout": "def shout(t): return t.upper()"})
    course.submit("bob", {"double": "def double(x): return 0"})
    (shown / "link").symlink_to(course.root)
    monkeypatch.chdir(shown)

    ada, bob = grade_class(Path("link"), course.week, settings=Settings(), jobs=1)

    graded = course.graded_path("ada").read_text()
    # The file beside the course is visible: the prefix is, and the attack looks where it should.
    assert "FOUND ['beside.secret', 'not of the course'] True" in graded
    assert [verdict.points for verdict in ada.verdicts] == [6, 4]
    assert [verdict.points for verdict in bob.verdicts] == [0, 0]


def test_the_exams_of_all_integrations_know_what_to_hide(course, monkeypatch):
    notebook = read_notebook(course.root, course.week, "tiny")
    exam_notebook = course.root / "exam.ipynb"
    exam_notebook.touch()

    assert str(course.root) in notebook.support.hidden
    assert papermill._file(exam_notebook) == (str(exam_notebook),)


@pytest.mark.parametrize("folder", [os.path.dirname(os.__file__), "/usr/lib"])  # noqa: PTH120
def test_a_course_in_what_python_needs_is_refused_with_the_reason(folder):
    with pytest.raises(UsageError, match=r"could read this course: .* is needed.*Move the course"):
        require_hidden([folder])


def test_a_gradebook_in_a_visible_folder_is_refused(tiny_course, shown):
    tiny_course.submit("ada")
    database = shown / "grades.db"

    with pytest.raises(UsageError, match=r"grades\.db must be hidden .* Move it"):
        grade_class(
            tiny_course.root, tiny_course.week, settings=Settings(), db_url=f"sqlite:///{database}"
        )


def test_a_course_below_the_prefix_can_be_hidden(course):
    require_hidden([str(course.root), str(course.root / "gradebook.db")])


@pytest.mark.slow
def test_doctor_tells_whether_student_code_could_read_the_course(course, monkeypatch):
    answer = CliRunner().invoke(commands, ["doctor", "--root", str(course.root)])
    assert f"Student code cannot read the course in {course.root}." in answer.output

    needed = Path(os.__file__).parent / "source"
    monkeypatch.setattr("autograder.course.paths.CoursePaths.private", (str(needed.parent),))
    answer = CliRunner().invoke(commands, ["doctor", "--root", str(course.root)])
    assert "Student code could read this course" in answer.output
    assert answer.exit_code == 1
