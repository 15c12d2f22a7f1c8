"""The notebooks that a build creates: what is in them, and what is not."""

import json

import pytest
from nbgrader.utils import compute_checksum

from tests.support.tiny_course import WEEK, build_course, read_notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return build_course(tmp_path_factory.mktemp("course"))


def read(root, folder, notebook="doubling"):
    return read_notebook(root / folder / WEEK / f"{notebook}.ipynb")


def by_id(notebook):
    return {cell.id: cell for cell in notebook.cells}


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
def test_cells_have_their_role(course, folder, cell, metadata):
    assert by_id(read(course, folder))[cell].metadata.dlcourse == metadata


def test_code_without_keys_is_a_demonstration_and_markdown_is_prose(course):
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


def test_checksums_are_nbgraders(course):
    for cell in read(course, "release").cells:
        if "nbgrader" in cell.metadata:
            assert cell.metadata.nbgrader.checksum == compute_checksum(cell)


def test_a_notebook_file_is_sorted_and_ends_with_a_line_end(course):
    text = (course / "source" / WEEK / "doubling.ipynb").read_text()

    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
