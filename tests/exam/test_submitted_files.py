"""Files that a student submits beside the notebook are there for the student's code only."""

import os

import pytest

from autograder.config import Settings
from autograder.course.assignment import LIMIT, SupportFiles, read_notebook
from autograder.exam.attempt import ExamConfig, attempt_exam, prepare
from autograder.exam.diagnosis.missing_files import needed_file
from autograder.grading.pipeline import grade_class
from autograder.models import FindingKind
from autograder.notebook.cells import exam_metadata, set_exam_metadata, take_files
from autograder.submission.beside import MAX_FILES, read_files_beside

DOUBLE = """import mine, given
with open("own/table.csv") as file:
    factor = int(file.read())
def double(x): return given.factor * mine.factor * factor * x
"""
SHOUT = "def shout(text): return text.upper()"


@pytest.fixture
def submission(tiny_course):
    """Return the folder of a submission with modules and data, in a course with a released file."""
    released = tiny_course.root / "release" / tiny_course.week
    (released / "given.py").write_text("factor = 0")
    (released / "same.csv").write_text("as released")
    folder = tiny_course.submit("ada", {"double": DOUBLE, "shout": SHOUT}).parent
    (folder / "mine.py").write_text("factor = 1")
    (folder / "own").mkdir()
    (folder / "own" / "table.csv").write_text("1")
    (folder / "given.py").write_text("factor = 2")
    (folder / "same.csv").write_text("as released")
    (folder / "timestamp.txt").write_text("2026-01-01 10:00")
    (folder / ".hidden").write_text("no")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_candidate_has_them_and_a_test_that_needs_them_is_reported(tiny_course, submission):
    needs = "import mine\nassert shout('a') == 'A'"
    tiny_course.source.cells[8].source = needs
    tiny_course.publish()
    tiny_course.submit("bob", {"double": DOUBLE, "shout": SHOUT})

    ada, bob = grade_class(tiny_course.root, tiny_course.week, settings=Settings(), jobs=1)

    assert [verdict.points for verdict in ada.verdicts] == [6, 0], ada.verdicts
    (finding,) = [one for one in ada.findings if one.kind is FindingKind.TEST_NEEDS_FILE]
    assert finding.grade_id == "test_shout"
    assert "The test needs 'mine.py', which only the student submitted" in finding.message
    assert [verdict.points for verdict in bob.verdicts] == [0, 0]  # without the files
    assert FindingKind.TEST_NEEDS_FILE not in {finding.kind for finding in bob.findings}
    assert '"files"' not in tiny_course.graded_path("ada").read_text()


def test_those_that_differ_from_the_release_are_in_the_exam_notebook(submission):
    files, findings = read_files_beside(
        submission, {"given.py": b"factor = 0", "same.csv": b"as released"}
    )

    assert files == {
        "given.py": b"factor = 2",
        "mine.py": b"factor = 1",
        "own/table.csv": b"1",
    }
    assert findings == ()


def test_a_link_is_not_followed(submission, tiny_course):
    secret = tiny_course.root / "gradebook.db"
    secret.write_text("grades")
    (submission / "link.db").symlink_to(secret)
    (submission / "source").symlink_to(tiny_course.root / "source")
    os.mkfifo(submission / "pipe")

    files, _ = read_files_beside(submission, {})

    assert not {path for path in files if path.startswith(("link", "source", "pipe"))}


def test_what_is_too_much_is_left_out_with_a_finding(submission):
    (submission / "large.bin").write_bytes(bytes(LIMIT))
    (submission / os.fsdecode(b"odd\xff.csv")).write_text("x")

    files, (finding,) = read_files_beside(submission, {})

    assert {"mine.py", "own/table.csv"} <= set(files)
    assert finding.kind is FindingKind.LEFT_OUT_FILES
    assert "'large.bin', 'odd\\udcff.csv'" in finding.message


def test_thousands_of_files_are_not_read(tmp_path):
    for number in range(MAX_FILES + 50):
        (tmp_path / f"{number}.txt").touch()

    files, findings = read_files_beside(tmp_path, {})

    assert len(files) == MAX_FILES
    assert len(findings) == 1


def test_exam_notebooks_differ_by_them_and_do_not_keep_them(tiny_course, submission):
    notebook = read_notebook(tiny_course.root, tiny_course.week, "tiny")
    config = ExamConfig(notebook, Settings())
    path = tiny_course.submission_path("ada")
    with_files = prepare(path, config).exam_notebook
    (submission / "mine.py").write_text("factor = 5")
    changed = prepare(path, config).exam_notebook

    def fails(*_, **__):
        raise OSError

    failed = attempt_exam(changed, settings=Settings(), run_exam=fails)

    assert config.digest_with(with_files) != config.digest_with(prepare(path, config).exam_notebook)
    assert take_files(with_files)["mine.py"] == b"factor = 1"
    assert exam_metadata(with_files).files == exam_metadata(failed).files == {}


def test_an_exam_notebook_without_files_is_as_before(tiny_course):
    tiny_course.submit("ada")
    notebook = read_notebook(tiny_course.root, tiny_course.week, "tiny")
    made = prepare(tiny_course.submission_path("ada"), ExamConfig(notebook, Settings()))

    set_exam_metadata(made.exam_notebook, exam_metadata(made.exam_notebook))

    assert "files" not in made.exam_notebook.metadata["exam"]


def test_a_file_in_place_of_a_released_folder_is_left_out():
    released = SupportFiles({"data/a.csv": b"1", "b.csv": b"2"}, hidden=("/course",))

    merged = released.replaced_by({"data": b"x", "b.csv/c": b"x", "b.csv": b"3", "data/d": b"4"})

    assert merged.files == {"data/a.csv": b"1", "b.csv": b"3", "data/d": b"4"}
    assert merged.hidden == ("/course",)


HERE = 'File "<test t>", line 1, in <module>\n'


@pytest.mark.parametrize(
    ("details", "needed"),
    [
        (HERE + "ModuleNotFoundError: No module named 'mine'\n", "mine.py"),
        (HERE + "ModuleNotFoundError: No module named 'own.part'; 'own' is not a package\n", None),
        (HERE + "ModuleNotFoundError: No module named 'own'\n", "own/table.csv"),
        (HERE + "FileNotFoundError: [Errno 2] No such file or directory: './mine.py'\n", "mine.py"),
        (HERE + "FileNotFoundError: [Errno 2] No such file or directory: 'own'\n", "own/table.csv"),
        (HERE + "FileNotFoundError: [Errno 2] No such file or directory: 'other.csv'\n", None),
        (HERE + "AssertionError: No module named 'mine'\n", None),
        ("", None),
    ],
)
def test_a_test_needs_a_file_if_its_own_lines_do_not_find_it(details, needed):
    assert needed_file(details, ("mine.py", "own/table.csv")) == needed


def test_a_verdict_without_submitted_files_needs_none():
    assert needed_file(HERE + "ModuleNotFoundError: No module named 'mine'\n", ()) is None
