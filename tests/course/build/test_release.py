"""Facts about building source/ and release/: what is in them, what is not, the same bytes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course.build import build, stale
from autograder.course.build.outcomes import BEGIN, END
from autograder.errors import BuildError, UsageError
from tests.support.tiny_course import (
    ASSIGNMENT,
    LESSON,
    MISCONCEPTIONS,
    WEEK,
    build_course,
    read_notebook,
    write_course,
)


def tree(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return build_course(tmp_path_factory.mktemp("course"))


def test_a_build_leaves_two_notebooks_and_the_support_files_in_each_folder(course):
    files = {path.as_posix() for path in tree(course) if path.parts[0] != "course"}

    assert files == {
        f"{folder}/{WEEK}/{name}"
        for folder in ("source", "release")
        for name in ("doubling.ipynb", "lesson.ipynb", "figures/dot.bin")
    }


def test_support_files_are_copied_as_they_are(course):
    assert (course / "release" / WEEK / "figures" / "dot.bin").read_bytes() == b"\x00\xff"


def test_a_fresh_build_is_not_stale(course):
    assert stale(course) == ()


def test_a_second_build_changes_nothing(course):
    before = tree(course)

    (built,) = build(course)

    assert built.changed == ()
    assert tree(course) == before


def test_a_build_elsewhere_makes_the_same_bytes(course, tmp_path):
    shutil.copytree(course / "course", tmp_path / "x" / "course")

    build(tmp_path / "x")

    for folder in ("source", "release"):
        assert tree(tmp_path / "x" / folder) == tree(course / folder)


def test_a_build_returns_what_it_built(tmp_path):
    reported = []

    (built,) = build(write_course(tmp_path), [WEEK], on_built=reported.append)

    assert reported == [built]
    assert (built.assignment, built.notebook) == (WEEK, "doubling")
    assert (built.exercises, built.points, built.misconceptions) == (2, 100, 6)
    assert f"release/{WEEK}/doubling.ipynb" in built.changed


def test_a_relative_root_is_a_root(tmp_path, monkeypatch):
    write_course(tmp_path)
    monkeypatch.chdir(tmp_path)

    build(Path())

    assert stale(Path()) == ()
    assert Path.cwd() == tmp_path


def test_stale_names_each_file_and_what_is_wrong_with_it(tmp_path):
    build(write_course(tmp_path))
    (tmp_path / "release" / WEEK / "lesson.ipynb").write_text("{}")
    (tmp_path / "source" / WEEK / "doubling.ipynb").unlink()
    (tmp_path / "release" / WEEK / "old.ipynb").write_text("{}")
    before = tree(tmp_path)

    assert stale(tmp_path) == (
        f"source/{WEEK}/doubling.ipynb: missing",
        f"release/{WEEK}/lesson.ipynb: differs",
        f"release/{WEEK}/old.ipynb: left over",
    )
    assert tree(tmp_path) == before


def test_a_build_updates_what_is_stale(tmp_path):
    build(write_course(tmp_path))
    (tmp_path / "release" / WEEK / "lesson.ipynb").write_text("{}")
    (tmp_path / "source" / WEEK / "old").mkdir()
    (tmp_path / "source" / WEEK / "old" / "picture.png").write_bytes(b"")

    build(tmp_path)

    assert stale(tmp_path) == ()
    assert not (tmp_path / "source" / WEEK / "old").exists()


def test_what_was_built_for_a_removed_assignment_is_left_over(tmp_path):
    build(write_course(tmp_path))
    (tmp_path / "course" / WEEK).rename(tmp_path / "course" / "week02")
    (tmp_path / "source" / "by_hand").mkdir()
    (tmp_path / "source" / "by_hand" / "own.ipynb").write_text("{}")

    build(tmp_path, ["week02"])
    assert stale(tmp_path, ["week02"]) == ()
    assert f"release/{WEEK}/doubling.ipynb: left over" in stale(tmp_path)

    build(tmp_path)
    assert stale(tmp_path) == ()
    assert sorted(path.name for path in (tmp_path / "source").iterdir()) == ["by_hand", "week02"]


def test_caches_and_checkpoints_are_not_left_over(tmp_path):
    build(write_course(tmp_path))
    (tmp_path / "release" / WEEK / ".ipynb_checkpoints").mkdir()
    (tmp_path / "release" / WEEK / ".ipynb_checkpoints" / "doubling.ipynb").write_text("{}")

    assert stale(tmp_path) == ()


def test_an_edit_of_the_text_makes_its_notebooks_stale(tmp_path):
    build(write_course(tmp_path))
    write_course(tmp_path, lesson=LESSON.replace("Twice", "Double"))

    assert stale(tmp_path) == (
        f"source/{WEEK}/lesson.ipynb: differs",
        f"release/{WEEK}/lesson.ipynb: differs",
    )


def test_an_edit_changes_the_id_of_its_own_cell_only(tmp_path):
    notebook = tmp_path / "source" / WEEK / "doubling.ipynb"
    build(write_course(tmp_path))
    before = [cell.id for cell in read_notebook(notebook).cells]
    build(write_course(tmp_path, assignment=ASSIGNMENT.replace("print(double(3))", "double(5)")))
    after = [cell.id for cell in read_notebook(notebook).cells]

    assert [old for old, new in zip(before, after, strict=True) if old != new] == [before[5]]


def test_an_error_in_one_assignment_leaves_everything_unchanged(tmp_path):
    build(write_course(tmp_path))
    write_course(tmp_path, lesson=LESSON.replace("2 * 2", "2 * 3"))
    write_course(tmp_path, week="week02", assignment=ASSIGNMENT.replace("points=40", "points=4"))
    before = tree(tmp_path)

    with pytest.raises(BuildError, match="sum to 64"):
        build(tmp_path)

    assert tree(tmp_path) == before


def test_an_unknown_assignment_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="no assignment 'week9'"):
        build(write_course(tmp_path), ["week9"])


def test_a_course_without_text_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="is not a folder"):
        build(tmp_path)


def test_a_stub_that_is_not_python_is_an_error(tmp_path):
    text = ASSIGNMENT.replace(
        "    ### BEGIN SOLUTION\n    secret", "    if x:\n### BEGIN SOLUTION\n        secret"
    ).replace("    return secret_of_doubling * x\n    ###", "        return 2 * x\n###")
    text = text.replace("secret_of_doubling = 2\n        return 2 * x", "return 2 * x")

    with pytest.raises(BuildError, match="Without its solution the cell is not Python"):
        build(write_course(tmp_path, assignment=text))


def test_a_build_leaves_no_database_and_no_working_folder_behind(course):
    assert not list(course.rglob("*.db"))
    assert "release" in {path.name for path in course.iterdir()}
    assert {path.name for path in course.iterdir()} == {"course", "source", "release"}


def test_a_build_ignores_the_settings_in_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "nbgrader_config.py").write_text("raise SystemExit('read')")
    monkeypatch.chdir(tmp_path)

    build(write_course(tmp_path))

    assert stale(tmp_path) == ()


SYLLABUS = f"# Syllabus\n\n{BEGIN}\nold\n{END}\n\nafter\n"


def test_the_syllabus_shows_which_exercises_serve_an_outcome(tmp_path):
    write_course(tmp_path)
    (tmp_path / "course" / "syllabus.md").write_text(SYLLABUS)
    assert "course/syllabus.md: differs" in stale(tmp_path)

    build(tmp_path)

    page = (tmp_path / "course" / "syllabus.md").read_text()
    rows = [
        line.rpartition("| ")[0].rpartition("| ")[2] for line in page.split("\n") if "|" in line
    ]
    assert "week 1: `double`, `quadruple` |" in page
    assert len(rows) == 2 + 16
    assert page.startswith("# Syllabus\n")
    assert page.endswith("\nafter\n")
    assert stale(tmp_path) == ()


def test_a_syllabus_without_the_marks_is_an_error(tmp_path):
    write_course(tmp_path)
    (tmp_path / "course" / "syllabus.md").write_text(f"{END}\n{BEGIN}\n")

    with pytest.raises(BuildError, match="needs two lines"):
        build(tmp_path)


words = st.lists(st.sampled_from("abcdefgh"), min_size=6, max_size=12).map("".join)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(solution=st.lists(words, min_size=1), hidden=st.lists(words, min_size=1), rubric=words)
def test_nothing_hidden_survives_and_the_bytes_are_the_same(
    tmp_path_factory, solution, hidden, rubric
):
    text = ASSIGNMENT.replace(
        "    secret_of_doubling = 2\n",
        "    secret_of_doubling = 2\n"
        + "".join(f"    sol_{word} = '''\n\n'''\n" for word in solution),
    )
    text = text.replace(
        "hidden_number = 21\n",
        "hidden_number = 21\n" + "".join(f"hid_{word} = '### {word}'\n" for word in hidden),
    )
    text = text.replace("The rubric.", f"rub_{rubric}")
    first, second = (
        write_course(tmp_path_factory.mktemp(name), assignment=text) for name in ("a", "b")
    )

    build(first)
    build(second)

    assert tree(first) == tree(second)
    released = (first / "release" / WEEK / "doubling.ipynb").read_text()
    for secret in ("sol_", "hid_", "rub_", "secret_of", "hidden_number", "model answer"):
        assert secret not in released
        assert secret in (first / "source" / WEEK / "doubling.ipynb").read_text()


def test_known_answers_stay_out_of_the_notebooks(course):
    assert "Squaring is not doubling." in MISCONCEPTIONS
    for content in tree(course / "source").values():
        assert b"Squaring" not in content


def test_building_imports_no_tensorflow():
    program = """
import sys
from autograder.course.build import build
sys.exit("tensorflow" in sys.modules)
"""

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
