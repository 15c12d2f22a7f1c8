"""The metadata of cells: nbgrader's is read, that of an exam notebook is read and written."""

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.models import CellRole, Finding, FindingKind, Verdict, VerdictState
from autograder.notebook.cells import (
    ExamCell,
    ExamMetadata,
    add_findings,
    cells_with_role,
    exam_cell,
    exam_metadata,
    exercise_of,
    from_bytes,
    grade_id_of,
    has_exam_cell,
    is_exam_notebook,
    points_of,
    set_exam_cell,
    set_exam_metadata,
    to_bytes,
    update_exam_cell,
    verdicts_of,
)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
amounts = st.floats(0, 1e6)
verdicts = st.builds(
    Verdict,
    grade_id=texts,
    max_points=amounts,
    state=st.sampled_from(VerdictState),
    points=amounts,
    reason=texts,
    details=texts,
    seconds=amounts,
    misconception=st.none() | texts,
    hint=texts,
    transcript=st.lists(st.fixed_dictionaries({"call": texts})).map(tuple),
)
findings = st.builds(
    Finding, kind=st.sampled_from(FindingKind), message=texts, grade_id=st.none() | texts
)
exam_cells = st.builds(
    ExamCell,
    role=st.sampled_from(CellRole),
    grade_id=st.none() | texts,
    points=amounts,
    expected_kinds=st.dictionaries(texts, st.lists(texts)),
    verdict=st.none() | verdicts,
    seconds=amounts,
    is_withheld=st.booleans(),
)
metadata = st.builds(
    ExamMetadata,
    assignment=texts,
    names=st.lists(texts).map(tuple),
    seed=st.integers(),
    is_shared_namespace=st.booleans(),
    unanswered=st.frozensets(texts),
    findings=st.lists(findings).map(tuple),
    seconds=amounts,
    peak_memory=st.integers(0, 2**50),
    cpu_seconds=amounts,
    was_starved=st.booleans(),
)


def code(role=CellRole.TEST, **fields):
    cell = nbformat.v4.new_code_cell("x = 1")
    set_exam_cell(cell, ExamCell(role, **fields))
    return cell


def marked(**marks):
    return nbformat.v4.new_code_cell("x", metadata={"nbgrader": marks})


@given(exam_cells)
def test_an_exam_cell_survives_the_file(value):
    cell = nbformat.v4.new_code_cell("x = 1")
    set_exam_cell(cell, value)

    (read,) = from_bytes(to_bytes(nbformat.v4.new_notebook(cells=[cell]))).cells

    assert has_exam_cell(read)
    assert exam_cell(read) == value
    assert exam_cell(cell) == value


@given(metadata)
def test_exam_metadata_survive_the_file(value):
    notebook = nbformat.v4.new_notebook()
    set_exam_metadata(notebook, value)

    read = from_bytes(to_bytes(notebook))

    assert is_exam_notebook(read)
    assert exam_metadata(read) == value
    assert exam_metadata(notebook) == value


@given(exam_cells, metadata)
def test_what_is_stored_is_plain_json(cell_value, notebook_value):
    cell, notebook = nbformat.v4.new_code_cell("x"), nbformat.v4.new_notebook()
    set_exam_cell(cell, cell_value)
    set_exam_metadata(notebook, notebook_value)

    for stored in (cell.metadata, notebook.metadata):
        assert json.loads(json.dumps(stored)) == stored


def test_other_metadata_of_a_cell_stays():
    cell = marked(grade_id="double", solution=True)

    set_exam_cell(cell, ExamCell(CellRole.ANSWER, "double"))

    assert grade_id_of(cell) == "double"


def test_an_update_changes_one_field():
    verdict = Verdict("test", 2, VerdictState.PASSED, points=2)
    cell = code(grade_id="test", points=2)

    update_exam_cell(cell, verdict=verdict)

    assert exam_cell(cell) == ExamCell(CellRole.TEST, "test", 2, verdict=verdict)


def test_a_cell_and_a_notebook_without_exam_metadata():
    cell, notebook = nbformat.v4.new_code_cell("x"), nbformat.v4.new_notebook()

    assert not has_exam_cell(cell)
    assert not is_exam_notebook(notebook)
    with pytest.raises(KeyError):
        exam_cell(cell)
    with pytest.raises(KeyError):
        exam_metadata(notebook)


def test_each_finding_is_added_once_and_in_order():
    first, second = (Finding(FindingKind.LIMIT, message) for message in ("one", "two"))
    notebook = nbformat.v4.new_notebook()
    set_exam_metadata(notebook, ExamMetadata(seed=3, findings=(first,)))

    add_findings(notebook, [second, first, second])

    assert exam_metadata(notebook) == ExamMetadata(seed=3, findings=(first, second))


def test_cells_are_selected_by_role():
    cells = [code(CellRole.SETUP), code(CellRole.TEST), code(CellRole.DEMO), code(CellRole.TEST)]
    notebook = nbformat.v4.new_notebook(cells=cells)

    assert list(cells_with_role(notebook, CellRole.TEST)) == [cells[1], cells[3]]
    assert list(cells_with_role(notebook, CellRole.DEMO, CellRole.SETUP)) == [cells[0], cells[2]]


def test_the_verdicts_are_those_of_test_cells_that_have_one():
    one, two = (Verdict(name, 1, VerdictState.FAILED) for name in ("one", "two"))
    cells = [code(verdict=one), code(), code(CellRole.SETUP), code(verdict=two)]

    assert verdicts_of(nbformat.v4.new_notebook(cells=cells)) == (one, two)


@pytest.mark.parametrize(
    ("marks", "grade_id", "points"),
    [
        pytest.param({}, None, 0, id="nothing"),
        pytest.param({"grade_id": "a"}, None, 0, id="an id that is not in use"),
        pytest.param({"grade_id": "a", "locked": True, "points": 3}, "a", 0, id="locked"),
        pytest.param({"grade_id": "a", "grade": True, "points": 3}, "a", 3, id="graded"),
        pytest.param({"grade_id": "a", "task": True, "points": 2}, "a", 2, id="a task"),
        pytest.param({"grade_id": "", "grade": True}, None, 0, id="an empty id"),
        pytest.param({"grade_id": "a", "grade": True, "points": None}, "a", 0, id="no points"),
    ],
)
def test_nbgrader_s_metadata(marks, grade_id, points):
    assert grade_id_of(marked(**marks)) == grade_id
    assert points_of(marked(**marks)) == points


def test_the_exercise_of_a_test_cell():
    assert exercise_of(nbformat.v4.new_code_cell(metadata={"dlcourse": {"exercise": "f"}})) == "f"
    assert exercise_of(nbformat.v4.new_code_cell()) == ""
