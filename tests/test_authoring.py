"""Facts about building source/ and release/: what is in them, what is not, the same bytes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_course import ASSIGNMENT, LESSON, MISCONCEPTIONS, WEEK, write_course

from autograder.authoring import build, stale
from autograder.errors import BuildError, UsageError
from autograder.outcomes import BEGIN, END


def read(root, folder, notebook="doubling"):
    return nbformat.read(root / folder / WEEK / f"{notebook}.ipynb", as_version=4)


def by_id(notebook):
    return {cell.id: cell for cell in notebook.cells}


def tree(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = write_course(tmp_path_factory.mktemp("course"))
    (root / "course" / WEEK / "figures").mkdir()
    (root / "course" / WEEK / "figures" / "dot.bin").write_bytes(b"\x00\xff")
    (root / "course" / WEEK / "__pycache__").mkdir()
    (root / "course" / WEEK / "__pycache__" / "x.pyc").write_bytes(b"")
    (root / "course" / WEEK / ".hidden").write_bytes(b"")
    build(root)
    return root


def test_a_build_leaves_two_notebooks_and_the_support_files_in_each_folder(course):
    files = {path.as_posix() for path in tree(course) if path.parts[0] != "course"}

    assert files == {
        f"{folder}/{WEEK}/{name}"
        for folder in ("source", "release")
        for name in ("doubling.ipynb", "lesson.ipynb", "figures/dot.bin")
    }


def test_support_files_are_copied_as_they_are(course):
    assert (course / "release" / WEEK / "figures" / "dot.bin").read_bytes() == b"\x00\xff"


def test_grade_ids_follow_from_the_exercises(course):
    ids = {
        c.id: c.metadata.nbgrader.grade_id
        for c in read(course, "source").cells
        if c.metadata and "nbgrader" in c.metadata
    }

    assert list(ids.values()) == [
        *("setup", "parameters", "double", "test_double"),
        *("quadruple", "test_quadruple", "test_quadruple_2", "why_two"),
    ]
    assert list(ids) == list(ids.values())


@pytest.mark.parametrize(
    ("cell", "marks"),
    [
        pytest.param("setup", {"grade": False, "solution": False, "locked": True}, id="set-up"),
        pytest.param("double", {"grade": False, "solution": True, "locked": False}, id="answer"),
        pytest.param(
            "test_double",
            {"grade": True, "solution": False, "locked": True, "points": 30},
            id="test",
        ),
        pytest.param(
            "why_two", {"grade": True, "solution": True, "locked": False, "points": 10}, id="words"
        ),
    ],
)
def test_cells_have_nbgraders_metadata(course, cell, marks):
    metadata = by_id(read(course, "source"))[cell].metadata.nbgrader

    assert metadata == {"grade_id": cell, "schema_version": 3, "task": False, **marks}


@pytest.mark.parametrize("folder", ["source", "release"])
@pytest.mark.parametrize(
    ("cell", "metadata"),
    [
        pytest.param("parameters", {"role": "setup"}, id="parameters"),
        pytest.param(
            "quadruple",
            {"role": "answer", "exercise": "quadruple", "uses": ["double"], "outcomes": [14]},
            id="answer",
        ),
        pytest.param("test_quadruple_2", {"role": "test", "exercise": "quadruple"}, id="test"),
        pytest.param("why_two", {"role": "written", "outcomes": [1]}, id="words"),
    ],
)
def test_cells_say_their_role(course, folder, cell, metadata):
    assert by_id(read(course, folder))[cell].metadata.dlcourse == metadata


def test_unmarked_code_is_a_demonstration_and_text_is_just_text(course):
    demo = next(cell for cell in read(course, "source").cells if "print" in cell.source)
    prose = read(course, "source").cells[0]

    assert demo.metadata == {"dlcourse": {"role": "demo"}}
    assert prose.metadata == {}
    assert prose.source == "# Doubling\n\nWrite $2\\sigma$ down."


def test_the_parameters_cell_is_tagged_for_papermill(course):
    assert by_id(read(course, "release"))["parameters"].metadata.tags == ["parameters"]


def test_notebooks_have_no_outputs_and_name_the_kernel_and_their_text(course):
    for folder in ("source", "release"):
        notebook = read(course, folder)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(not cell.outputs and cell.execution_count is None for cell in code)
        assert notebook.metadata.kernelspec.name == "python3"
        assert notebook.metadata.dlcourse.text == f"course/{WEEK}/doubling.py"


def test_the_source_has_everything(course):
    cells = by_id(read(course, "source"))

    assert "secret_of_doubling" in cells["double"].source
    assert "hidden_number" in cells["test_double"].source
    assert "The rubric." in cells["why_two"].source


def test_the_release_has_the_stubs_and_nothing_else(course):
    cells = by_id(read(course, "release"))

    assert cells["double"].source == (
        'def double(x):\n    """Return twice x."""\n'
        "    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    assert cells["test_double"].source == "check.equal(double(2), 4)"
    assert cells["why_two"].source.strip() == "Why two?\n\nYOUR ANSWER HERE"


def test_locked_cells_of_the_release_cannot_be_edited(course):
    cells = by_id(read(course, "release"))

    assert not cells["setup"].metadata.editable
    assert not cells["test_double"].metadata.editable
    assert "editable" not in cells["double"].metadata


def test_source_and_release_have_the_same_cells(course):
    for notebook in ("doubling", "lesson"):
        source, release = (read(course, folder, notebook) for folder in ("source", "release"))
        assert [cell.id for cell in source.cells] == [cell.id for cell in release.cells]


def test_the_lesson_is_released_as_it_is(course):
    cells = read(course, "release", "lesson").cells

    assert [cell.source for cell in cells] == [
        "# The lesson\n\nTwice is more.",
        'SEED = 0\nPROFILE = "quick"',
        "2 * 2",
    ]
    assert all("nbgrader" not in cell.metadata for cell in cells)


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


def test_a_build_says_what_it_made(tmp_path):
    heard = []

    (built,) = build(write_course(tmp_path), [WEEK], on_week=heard.append)

    assert heard == [built]
    assert (built.week, built.notebook) == (WEEK, "doubling")
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


def test_a_build_mends_what_is_stale(tmp_path):
    build(write_course(tmp_path))
    (tmp_path / "release" / WEEK / "lesson.ipynb").write_text("{}")
    (tmp_path / "source" / WEEK / "old").mkdir()
    (tmp_path / "source" / WEEK / "old" / "picture.png").write_bytes(b"")

    build(tmp_path)

    assert stale(tmp_path) == ()
    assert not (tmp_path / "source" / WEEK / "old").exists()


def test_what_tools_leave_behind_is_not_left_over(tmp_path):
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
    build(write_course(tmp_path))
    before = [cell.id for cell in read(tmp_path, "source").cells]
    build(write_course(tmp_path, assignment=ASSIGNMENT.replace("print(double(3))", "double(5)")))
    after = [cell.id for cell in read(tmp_path, "source").cells]

    assert [old for old, new in zip(before, after, strict=True) if old != new] == [before[5]]


def test_a_fault_in_one_week_leaves_everything_as_it_was(tmp_path):
    build(write_course(tmp_path))
    write_course(tmp_path, lesson=LESSON.replace("2 * 2", "2 * 3"))
    write_course(tmp_path, week="week02", assignment=ASSIGNMENT.replace("points=40", "points=4"))
    before = tree(tmp_path)

    with pytest.raises(BuildError, match="sum to 64"):
        build(tmp_path)

    assert tree(tmp_path) == before


def test_an_unknown_week_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="No week named 'week9'"):
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


def test_a_build_asks_no_settings_of_the_folder_it_runs_in(tmp_path, monkeypatch):
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

    with pytest.raises(BuildError, match="between two lines"):
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


def test_checksums_are_nbgraders(course):
    from nbgrader.utils import compute_checksum

    for cell in read(course, "release").cells:
        if "nbgrader" in cell.metadata:
            assert cell.metadata.nbgrader.checksum == compute_checksum(cell)


def test_a_notebook_file_is_sorted_and_ends_with_a_line_end(course):
    text = (course / "source" / WEEK / "doubling.ipynb").read_text()

    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_known_answers_stay_out_of_the_notebooks(course):
    assert "Squaring is not doubling." in MISCONCEPTIONS
    for content in tree(course / "source").values():
        assert b"Squaring" not in content


def test_building_imports_no_tensorflow():
    program = "import sys, autograder.authoring; sys.exit('tensorflow' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
