"""An exam notebook is the trusted source with the answers, and nothing else, of the student."""

import ast
from copy import deepcopy

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.models import AddedCell, Answers, CellRole
from autograder.notebook.cells import ExamCell, exam_cell, exam_metadata, role_of
from autograder.submission.assemble import assemble

NOTHING = Answers(cells={})


def sources(exam_notebook, role):
    return [cell.source for cell in exam_notebook.cells if exam_cell(cell).role == role]


def roles(exam_notebook):
    return [exam_cell(cell).role for cell in exam_notebook.cells]


def foreign(source):
    """Return the notebook without the metadata of this package, as in other nbgrader courses."""
    notebook = deepcopy(source)
    for cell in notebook.cells:
        cell.metadata.pop("dlcourse", None)
    return notebook


def test_an_exam_notebook_is_a_valid_notebook(tiny_source):
    added = (AddedCell("double", "x = 1"), AddedCell(None, "Hm.", cell_type="markdown"))

    exam_notebook = assemble(tiny_source, Answers({"double": "x"}, added), parameters={"SEED": 3})

    assert (exam_notebook.nbformat, exam_notebook.nbformat_minor) == (4, 5)
    nbformat.validate(exam_notebook)


def test_answers_replace_the_solutions(tiny_source):
    exam_notebook = assemble(tiny_source, Answers({"double": "mine", "why": "Because."}))

    assert sources(exam_notebook, "answer") == ["mine", ""]
    assert sources(exam_notebook, "written") == ["Because."]


def test_a_stub_that_was_not_edited_stays(tiny_source):
    stub = "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"

    assert sources(assemble(tiny_source, Answers({"double": stub})), "answer")[0] == stub


names = st.sampled_from(["double", "shout", "why", "test_double", "setup", "nobody"])
texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=30)
answers = st.builds(
    Answers,
    cells=st.dictionaries(names, texts),
    added=st.lists(
        st.builds(
            AddedCell,
            after=st.none() | names,
            source=texts,
            cell_type=st.sampled_from(["code", "markdown"]),
            n_unmarked_before=st.integers(0, 4),
        ),
        max_size=5,
    ).map(tuple),
)


@given(given_answers=answers)
def test_no_reference_solution_is_left(make_tiny_source, given_answers):
    exam_notebook = assemble(make_tiny_source(), given_answers)

    expected = [given_answers.cells.get(name, "") for name in ("double", "shout")]
    assert sources(exam_notebook, "answer") == expected
    text = "".join(cell.source for cell in exam_notebook.cells)
    assert "BEGIN SOLUTION" not in text
    assert "Because of reasons" not in text


@given(given_answers=answers)
def test_nothing_but_answers_and_added_cells_depends_on_the_student(
    make_tiny_source, given_answers
):
    honest = assemble(make_tiny_source(), NOTHING)
    exam_notebook = assemble(make_tiny_source(), given_answers)

    kept = [cell for cell in exam_notebook.cells if "-" in cell.id and cell.id.startswith("cell-")]
    for cell, original in zip(kept, honest.cells, strict=True):
        assert cell.metadata == original.metadata
        assert cell.get("outputs") == original.get("outputs")
        if exam_cell(cell).role not in ("answer", "written"):
            assert cell.source == original.source


@given(given_answers=answers)
def test_each_added_cell_is_there_once(make_tiny_source, given_answers):
    exam_notebook = assemble(make_tiny_source(), given_answers)

    own = [cell for cell in exam_notebook.cells if not cell.id.startswith("cell-")]
    assert len(own) == len(given_answers.added)
    assert sorted(cell.source for cell in own if cell.cell_type == "code") == sorted(
        cell.source for cell in given_answers.added if cell.cell_type == "code"
    )
    nbformat.validate(exam_notebook)


def test_added_cells_keep_their_locations(tiny_source):
    added = (
        AddedCell(None, "first"),
        AddedCell(None, "after the title", n_unmarked_before=1),
        AddedCell("double", "after double"),
        AddedCell("double", "after that"),
        AddedCell("test_double", "after the demonstration", n_unmarked_before=1),
        AddedCell("why", "last"),
    )

    exam_notebook = assemble(tiny_source, Answers({}, added))

    assert [cell.source for cell in exam_notebook.cells if exam_cell(cell).role == "added"] == [
        cell.source for cell in added
    ]
    assert roles(exam_notebook) == [
        *("added", "prose", "added", "setup", "setup", "answer", "added", "added", "test"),
        *("demo", "added", "prose", "answer", "test", "written", "added"),
    ]


def test_the_source_is_not_changed(tiny_source):
    before = deepcopy(tiny_source)

    exam_notebook = assemble(tiny_source, Answers({"double": "x"}), parameters={"SEED": 1})
    exam_notebook.cells[1].metadata.nbgrader.locked = "changed"
    exam_notebook.metadata.kernelspec.name = "changed"

    assert tiny_source == before


def test_every_test_cell_starts_as_not_run(tiny_source):
    exam_notebook = assemble(tiny_source, NOTHING)

    tests = [cell for cell in exam_notebook.cells if exam_cell(cell).role == "test"]
    assert [cell.outputs[0].ename for cell in tests] == ["NotRun", "NotRun"]
    assert [exam_cell(cell).points for cell in tests] == [6, 4]
    assert "assert double(-3) == -6" in tests[0].source


def test_outputs_of_the_source_are_not_copied(tiny_source):
    output = nbformat.v4.new_output("stream", text="42")
    tiny_source.cells[5].outputs = [output]

    assert assemble(tiny_source, NOTHING).cells[5].outputs == []


def test_parameters_are_injected_after_the_parameters_cell(tiny_source):
    exam_notebook = assemble(tiny_source, NOTHING, parameters={"SEED": 7, "PROFILE": "full"})

    cell = exam_notebook.cells[3]
    assert cell.source == "# Parameters\nSEED = 7\nPROFILE = 'full'"
    assert cell.metadata.tags == ["injected-parameters"]
    assert exam_cell(cell).role == "setup"


def test_the_metadata_have_the_seed(tiny_source):
    assert exam_metadata(assemble(tiny_source, NOTHING)).seed == 0
    tiny_source.cells[2].source = "SEED = 5"
    assert exam_metadata(assemble(tiny_source, NOTHING)).seed == 5
    assert exam_metadata(assemble(tiny_source, NOTHING, parameters={"SEED": 7})).seed == 7


def test_the_names_are_those_of_the_reference(tiny_source):
    exam_notebook = assemble(tiny_source, Answers({"double": "def print(x): ..."}))

    assert exam_metadata(exam_notebook).names == ("double", "shout")


def test_without_parameters_nothing_is_injected(tiny_source):
    assert len(assemble(tiny_source, NOTHING).cells) == len(tiny_source.cells)


def test_written_answers_have_no_active_content(tiny_source):
    text = "<script>alert(1)</script> [x](javascript:alert(1))"

    exam_notebook = assemble(
        tiny_source, Answers({"why": text}, (AddedCell("why", text, "markdown"),))
    )

    for source in sources(exam_notebook, "written"):
        assert "<script" not in source
        assert "(javascript" not in source


def test_images_of_the_instructors_prose_stay(tiny_source):
    tiny_source.cells[0].attachments = {"a.png": {"image/png": "AAAA"}}

    assert assemble(tiny_source, NOTHING).cells[0].attachments["a.png"]


@pytest.mark.parametrize(
    ("kind", "marks", "role"),
    [
        pytest.param("code", {"locked": True}, "setup", id="locked code"),
        pytest.param("code", {"grade": True, "locked": True}, "test", id="a test"),
        pytest.param("code", {"solution": True}, "answer", id="an answer"),
        pytest.param("code", {"solution": True, "grade": True}, "answer", id="code graded by hand"),
        pytest.param("markdown", {"solution": True, "grade": True}, "written", id="words"),
        pytest.param("markdown", {"locked": True}, "prose", id="locked prose"),
        pytest.param("markdown", {"task": True, "locked": True}, "prose", id="a task"),
        pytest.param("code", {}, "demo", id="unmarked code"),
        pytest.param("markdown", {}, "prose", id="prose"),
        pytest.param("raw", {"solution": True}, "prose", id="raw"),
    ],
)
def test_roles_in_other_nbgrader_courses(kind, marks, role):
    cell = nbformat.from_dict(
        {"cell_type": kind, "source": "", "metadata": {"nbgrader": marks} if marks else {}}
    )

    assert role_of(cell) == role


def test_a_declared_role_counts():
    cell = nbformat.v4.new_code_cell(metadata={"dlcourse": {"role": "setup"}})

    assert role_of(cell) == "setup"


def test_tests_of_other_nbgrader_courses_share_a_namespace(tiny_source):
    assert exam_metadata(assemble(tiny_source, NOTHING)).is_shared_namespace is False
    assert exam_metadata(assemble(foreign(tiny_source), NOTHING)).is_shared_namespace is True


def test_imports_of_unmarked_cells_are_set_up_in_other_nbgrader_courses(tiny_source):
    notebook = foreign(tiny_source)
    imports = "import numpy as np, os\nfrom math import (\n    pi,\n    e,\n)\n"
    notebook.cells[5].source = f"%matplotlib inline\n{imports}x = np.zeros(3)"

    exam_notebook = assemble(notebook, NOTHING)

    assert exam_cell(exam_notebook.cells[5]).role == "setup"
    assert ast.unparse(ast.parse(exam_notebook.cells[5].source)) == (
        "import numpy as np, os\nfrom math import pi, e"
    )
    assert exam_cell(exam_notebook.cells[6]).role == "demo"
    assert exam_notebook.cells[6].source == notebook.cells[5].source


def test_imports_of_declared_demonstrations_are_not_set_up(tiny_source):
    tiny_source.cells[5].source = "import os"

    assert roles(assemble(tiny_source, NOTHING))[5] == "demo"


def test_a_source_without_cell_ids_gets_some(tiny_source):
    for cell in tiny_source.cells:
        del cell["id"]
    tiny_source.nbformat_minor = 4

    exam_notebook = assemble(tiny_source, Answers({}, (AddedCell("double", "x"),)))

    nbformat.validate(exam_notebook)
    assert exam_notebook == assemble(tiny_source, Answers({}, (AddedCell("double", "x"),)))


def test_a_task_keeps_its_points_and_the_students_cells_behind_it(tiny_source):
    marks = {"task": True, "locked": True, "grade_id": "draw", "points": 3, "grade": False}
    task = nbformat.v4.new_markdown_cell("Draw it.", metadata={"nbgrader": marks})
    tiny_source.cells.append(task)

    exam_notebook = assemble(
        tiny_source, Answers({}, (AddedCell("draw", "My drawing", "markdown"),))
    )

    assert exam_cell(exam_notebook.cells[-2]) == ExamCell(CellRole.PROSE, "draw", 3)
    assert exam_notebook.cells[-1].source == "My drawing"
