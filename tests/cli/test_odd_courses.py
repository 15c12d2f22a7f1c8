"""Whatever is in a course, a command ends with sentences, never with a traceback."""

import errno
import os
import sqlite3

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.cli import main as cli
from autograder.course.build.outcomes import BEGIN, END
from autograder.grading import pipeline
from autograder.verification.calibrate import ExamConfig
from tests.support.course import Course, make_release, make_source, run_in_one_namespace
from tests.support.tiny_course import write_course

RIGHT = {
    "double": "def double(x): return x + x",
    "shout": "def shout(text): return text.upper()",
    "why": "Because.",
}
SYLLABUS = f"{BEGIN}\n{END}\n"
COMMANDS = ("grade", "feedback", "report")


@pytest.fixture(scope="module", autouse=True)
def stand_in():
    """Grade without the sandbox: the exam and the answer key are not what is tested here."""
    original = pipeline.grade_class

    def grade_class(*arguments, **options):
        return original(*arguments, **{**options, "run_exam": run_in_one_namespace, "jobs": 1})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "grade_class", grade_class)
        patch.setattr(
            pipeline,
            "exam_config_for",
            lambda _root, notebook, settings, **_: ExamConfig(notebook, settings),
        )
        yield


def make_course(root, gradebook, week="week01_tiny", notebook="tiny"):
    source = make_source()
    course = Course(root, source, make_release(source), week, notebook)
    course.publish()
    (root / "gradebook.db").write_bytes(gradebook)
    return course


@pytest.fixture
def course(tmp_path, empty_gradebook):
    made = make_course(tmp_path / "course", empty_gradebook)
    made.submit("ada", RIGHT)
    return made


@pytest.fixture
def run(capsys):
    """Run a command on a course; return its exit code and what it printed on stderr."""

    def run(command, course, *more):
        code = cli.main([command, course.week, "--root", str(course.root), *more])
        return code, capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    "name",
    [
        *("123 [abc]", "a?b", "a#b", "a%41b", "a%b", "ä ö", "a;b", "a&b=c", "a:b@c", "[!a]*"),
        *("a'b", 'a"b', "$HOME", "[bold]x", "-v", "a" * 200, "\u202eabc", "a\nb", "{}"),
    ],
)
def test_a_name_is_a_name(tmp_path, empty_gradebook, run, name):
    made = make_course(tmp_path / name, empty_gradebook, week=f"w{name}", notebook=name)
    made.submit(name, RIGHT)
    made.submit("bob", {**RIGHT, "shout": "def shout(text): return text"})

    assert [run(command, made)[0] for command in COMMANDS] == [0, 0, 0]

    assert made.graded_path(name).is_file()
    assert (made.root / "feedback" / name / made.week / f"{name}.html").is_file()
    rows = sqlite3.connect(made.root / "gradebook.db").execute("select id from student").fetchall()
    assert sorted(rows) == sorted([(name,), ("bob",)])


def nothing_at_all(course):
    course.root.rename(course.root.with_name("elsewhere"))


def root_is_a_file(course):
    nothing_at_all(course)
    course.root.write_text("")


def submitted_is_a_file(course):
    (course.root / "submitted").rename(course.root / "elsewhere")
    (course.root / "submitted").write_text("")


def autograded_is_a_file(course):
    (course.root / "autograded").write_text("")


def feedback_is_a_file(course):
    (course.root / "feedback").write_text("")


def report_is_a_file(course):
    (course.root / "report").write_text("")


def cache_is_a_file(course):
    (course.root / ".autograder").write_text("")


def gradebook_is_a_folder(course):
    (course.root / "gradebook.db").unlink()
    (course.root / "gradebook.db").mkdir()


def gradebook_is_a_text(course):
    (course.root / "gradebook.db").write_text("Dear diary, " * 200)


def gradebook_without_tables(course):
    (course.root / "gradebook.db").unlink()
    with sqlite3.connect(course.root / "gradebook.db") as database:
        database.execute("create table student (other int)")


def config_fails(course):
    (course.root / "nbgrader_config.py").write_text("1 / 0")


def config_exits(course):
    (course.root / "nbgrader_config.py").write_text("raise SystemExit(3)")


def config_has_a_wrong_url(course):
    text = "c = get_config()\nc.CourseDirectory.db_url = 'no url'"
    (course.root / "nbgrader_config.py").write_text(text)


def settings_are_a_folder(course):
    (course.root / "autograder.toml").mkdir()


def settings_have_a_mark(course):
    (course.root / "autograder.toml").write_bytes(b"\xef\xbb\xbfcell_seconds = 5")


def settings_are_binary(course):
    (course.root / "autograder.toml").write_bytes(b"\xff\xfe\x00")


def source_is_broken(course):
    course.source_path.write_text("{")


def source_is_a_folder(course):
    course.source_path.unlink()
    course.source_path.mkdir()


def source_is_a_text_of_another_language(course):
    course.source.cells[3].source = "f <- function(x) x"
    course.publish()


def demo_is_no_python(course):
    course.source.cells[5].source = "Some words, no code"
    course.publish()


def release_is_broken(course):
    (course.root / "release" / course.week / "tiny.ipynb").write_text("[]")


def known_answers_are_broken(course):
    (course.root / "course" / course.week).mkdir(parents=True)
    (course.root / "course" / course.week / "misconceptions.py").write_bytes(b"\xff(")


def submission_is_a_folder(course):
    course.submission_path("ada").unlink()
    course.submission_path("ada").mkdir()


def submission_is_a_pipe(course):
    course.submission_path("ada").unlink()
    os.mkfifo(course.submission_path("ada"))


def submission_is_a_link_to_itself(course):
    path = course.submission_path("ada")
    path.unlink()
    path.symlink_to(path)


def student_is_a_link_to_itself(course):
    (course.root / "submitted" / "loop").symlink_to(course.root / "submitted" / "loop")


def time_is_a_folder(course):
    course.submission_path("ada").with_name("timestamp.txt").mkdir()


def time_is_binary(course):
    course.submission_path("ada").with_name("timestamp.txt").write_bytes(b"\xff\xfe\x00\xd8")


def name_is_not_utf_8(course):
    (course.root / "submitted" / os.fsdecode(b"a\xff") / course.week).mkdir(parents=True)


def notebook_name_is_not_utf_8(course):
    path = course.submission_path("ada")
    path.rename(path.with_name(os.fsdecode(b"tiny\xff.ipynb")))


def graded_notebook_is_broken(course):
    path = course.graded_path("zoe")
    path.parent.mkdir(parents=True)
    path.write_text("null")


def two_questions_have_one_name(course):
    course.source.cells[7].metadata.nbgrader.grade_id = "double"
    course.publish()


def no_points(course):
    for cell in course.source.cells:
        cell.metadata.pop("nbgrader", None)
    course.publish()


ODD = [
    *(nothing_at_all, root_is_a_file, submitted_is_a_file, autograded_is_a_file),
    *(feedback_is_a_file, report_is_a_file, cache_is_a_file, gradebook_is_a_folder),
    *(gradebook_is_a_text, gradebook_without_tables, config_fails, config_exits),
    *(config_has_a_wrong_url, settings_are_a_folder, settings_have_a_mark, settings_are_binary),
    *(source_is_broken, source_is_a_folder, source_is_a_text_of_another_language),
    *(demo_is_no_python, release_is_broken, known_answers_are_broken, submission_is_a_folder),
    *(submission_is_a_pipe, submission_is_a_link_to_itself, student_is_a_link_to_itself),
    *(time_is_a_folder, time_is_binary, name_is_not_utf_8, notebook_name_is_not_utf_8),
    *(graded_notebook_is_broken, two_questions_have_one_name, no_points),
]


@pytest.mark.parametrize("make_odd", ODD)
def test_an_odd_course_ends_with_a_sentence(course, run, make_odd):
    make_odd(course)

    for command in (*COMMANDS, *COMMANDS):
        code, said = run(command, course)
        assert code in (0, 1, 2)
        assert "Traceback" not in said
        assert code == 0 or (said.strip() and len(said.strip().splitlines()) <= 2), said
    to = str(course.root.with_name("exam.ipynb"))
    assert cli.main(["paper", course.week, "ada", to, "--root", str(course.root)]) in (0, 1, 2)


TEXTS = st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=30)
NAMES = TEXTS.filter(lambda name: name not in (".", "..") and len(name.encode()) < 200)
CONTENTS = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"", b"{}", b"[]", b"null", b'{"cells": [{}]}', b"PK\x03\x04", b"\xef\xbb\xbf{"]
    ),
    st.just(nbformat.writes(make_release(make_source())).encode()),
)
PLACES = st.sampled_from(
    [
        *("submitted/{0}", "submitted/{0}/week01_tiny", "submitted/ada/{0}", "autograded/{0}"),
        *("submitted/{0}/week01_tiny/tiny.ipynb", "submitted/ada/week01_tiny/tiny.ipynb"),
        *("submitted/ada/week01_tiny/{0}", "submitted/{0}/{0}/{0}", "release/week01_tiny/{0}"),
        *("autograded/{0}/week01_tiny/tiny.ipynb", "submitted/ada/week01_tiny/timestamp.txt"),
        "{0}",
    ]
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.tuples(PLACES, NAMES, CONTENTS), max_size=4))
def test_any_files_in_a_course_end_with_a_sentence(
    tmp_path_factory, empty_gradebook, capsys, files
):
    made = make_course(tmp_path_factory.mktemp("odd") / "course", empty_gradebook)
    for place, name, content in files:
        path = made.root / place.format(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError:
            continue  # another file of this example is in the way

    for command in COMMANDS:
        code = cli.main([command, made.week, "--root", str(made.root)])
        said = capsys.readouterr().err
        assert code in (0, 1, 2)
        assert code == 0 or said.strip()


@given(words=st.lists(NAMES, max_size=3), command=st.sampled_from([*COMMANDS, "paper", "build"]))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_arguments_end_with_a_sentence(tmp_path_factory, capsys, words, command):
    root = tmp_path_factory.mktemp("empty")

    code = cli.main([command, "--root", str(root), "--", *words])

    assert code in (0, 1, 2)
    assert "Traceback" not in capsys.readouterr().err


def test_a_results_file_that_cannot_be_written_is_a_sentence(course, run):
    (course.root / "folder").mkdir()

    code, said = run("grade", course, "--results", str(course.root / "folder"))

    assert code == 2
    assert "folder cannot be written: Is a directory" in said


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "Free some space there."),
        (errno.EROFS, "That disk is read-only"),
        (errno.EACCES, "Change the permissions"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_disk_that_cannot_be_written_has_advice_that_fits(
    course, run, monkeypatch, command, number, advice
):
    assert run("grade", course)[0] == 0

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    course.submit("bob", {**RIGHT, "double": "def double(x): return 2 * x"})
    code, said = run(command, course)

    assert code in (1, 2)
    assert advice in said
    others = {"Free some space", "read-only", "permissions", "nbgrader db upgrade"}
    assert not [other for other in others if other in said and other not in advice]


def test_an_error_of_the_file_system_is_a_sentence_wherever_it_happens(monkeypatch, run, course):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", "/some/file")

    monkeypatch.setattr(pipeline, "grade_class", refuse)

    assert run("grade", course) == (
        1,
        "/some/file: Permission denied. Change the permissions of the file and of its folder.\n",
    )


@pytest.mark.parametrize("name", ["week01_doubling/misconceptions.py", "syllabus.md"])
@pytest.mark.parametrize(
    ("before", "code"), [(b"\xef\xbb\xbf", 0), (b"\xff\xfe\x00", 1)], ids=["a mark", "no UTF-8"]
)
def test_text_of_a_course_is_read_or_refused_with_its_name(tmp_path, capsys, name, before, code):
    root = write_course(tmp_path)
    path = root / "course" / name
    path.write_bytes(before + (path.read_bytes() if path.exists() else SYLLABUS.encode()))

    assert cli.main(["build", "--root", str(root)]) == code

    assert code == 0 or f"{path}:1: The file is not UTF-8" in capsys.readouterr().err
