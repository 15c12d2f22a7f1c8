"""Submitted cells are matched with expected ones, or were added by the student."""

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.submission.answers import answers_in
from autograder.submission.reading import SubmittedCell


def cells_of(notebook):
    return [submitted(cell) for cell in notebook.cells]


def submitted(cell):
    marks = cell.metadata.get("nbgrader", {})
    return SubmittedCell(cell.cell_type, cell.source, marks.get("grade_id"), cell.get("id"), marks)


def code(source, **more):
    return SubmittedCell("code", source, **more)


def index_of(cells, grade_id):
    return next(i for i, cell in enumerate(cells) if cell.grade_id == grade_id)


def locations(answers):
    return [(cell.after, cell.n_unmarked_before, cell.source) for cell in answers.added]


@pytest.fixture
def cells(tiny_release):
    return cells_of(tiny_release)


def test_the_unchanged_release_has_no_answers(tiny_source, tiny_release, cells):
    answers = answers_in(cells, tiny_source, release=tiny_release)

    assert set(answers.cells) == {"double", "shout", "why"}
    assert answers.unanswered == {"double", "shout", "why"}
    assert answers.added == ()
    assert answers.findings == ()


def test_the_release_is_derived_if_it_is_not_given(tiny_source, cells):
    assert answers_in(cells, tiny_source) == answers_in(cells, tiny_source, release=None)
    assert answers_in(cells, tiny_source).unanswered == {"double", "shout", "why"}
    assert answers_in(cells, tiny_source).findings == ()


def test_the_source_has_all_answers(tiny_source, tiny_release):
    answers = answers_in(cells_of(tiny_source), tiny_source, release=tiny_release)

    assert answers.unanswered == frozenset()
    assert "return 2 * x" in answers.cells["double"]


def test_a_deleted_answer_has_no_entry(tiny_source, tiny_release, cells):
    del cells[index_of(cells, "double")]

    answers = answers_in(cells, tiny_source, release=tiny_release)

    assert "double" not in answers.cells
    assert "double" in answers.unanswered


def test_a_blank_answer_is_unanswered(tiny_source, cells):
    cells[index_of(cells, "why")] = SubmittedCell("markdown", " \n", "why")

    assert "why" in answers_in(cells, tiny_source).unanswered


def test_nothing_of_locked_and_test_cells_is_used(tiny_source, cells):
    for grade_id in ("setup", "test_double"):
        cells[index_of(cells, grade_id)] = code("forged = True", grade_id=grade_id)

    answers = answers_in(cells, tiny_source)

    assert "forged" not in str((answers.cells, answers.added))


def test_an_added_cell_keeps_its_location_after_the_known_cell(tiny_source, cells):
    at = index_of(cells, "double")
    cells[at:at] = [code("before_double")]
    cells[at + 2 : at + 2] = [code("after_double")]

    answers = answers_in(cells, tiny_source)

    assert locations(answers) == [("parameters", 0, "before_double"), ("double", 0, "after_double")]


def test_added_cells_keep_their_locations_among_unmarked_cells(tiny_source, cells):
    cells[:0] = [code("first")]
    cells[2:2] = [code("after_the_title")]
    cells[-1:-1] = [code("last_but_one")]
    at = next(i for i, cell in enumerate(cells) if cell.source == "Now text.")
    cells[at:at] = [code("before_now_text")]

    assert locations(answers_in(cells, tiny_source)) == [
        (None, 0, "first"),
        (None, 1, "after_the_title"),
        ("test_double", 1, "before_now_text"),
        ("test_shout", 0, "last_but_one"),
    ]


def test_of_unmarked_cells_with_the_same_text_the_next_is_matched(tiny_source, tiny_release):
    for number, notebook in enumerate((tiny_source, tiny_release)):
        notebook.cells.append(nbformat.v4.new_code_cell("print(double(21))", id=f"again-{number}"))
    cells = cells_of(tiny_release)
    cells.append(code("after_the_second"))

    assert locations(answers_in(cells, tiny_source)) == [("why", 1, "after_the_second")]


def test_an_edited_demonstration_runs_after_the_original(tiny_source, cells):
    at = next(i for i, cell in enumerate(cells) if cell.source == "print(double(21))")
    cells[at] = code("print(double(4))", cell_id=cells[at].cell_id)

    assert locations(answers_in(cells, tiny_source)) == [("test_double", 1, "print(double(4))")]


def test_edited_prose_is_not_added(tiny_source, cells):
    cells[0] = SubmittedCell("markdown", "# Mine", cell_id=cells[0].cell_id)

    assert answers_in(cells, tiny_source).added == ()


def test_added_prose_is_kept_for_grading_by_hand(tiny_source, cells):
    cells.append(SubmittedCell("markdown", "My thoughts."))

    (added,) = answers_in(cells, tiny_source).added

    assert (added.cell_type, added.after, added.source) == ("markdown", "why", "My thoughts.")


def test_blank_cells_are_not_added(tiny_source, cells):
    cells += [code(" \n"), SubmittedCell("raw", ""), SubmittedCell("", "\n")]

    assert answers_in(cells, tiny_source).added == ()


def test_the_first_of_two_answers_counts_and_the_second_is_added(tiny_source, cells):
    at = index_of(cells, "double")
    cells[at] = code("first", grade_id="double")
    cells[at + 1 : at + 1] = [code("second", grade_id="double")]

    answers = answers_in(cells, tiny_source)

    assert answers.cells["double"] == "first"
    assert locations(answers) == [("double", 0, "second")]


def test_a_copy_of_a_test_cell_does_not_run(tiny_source, cells):
    cells.append(code("assert True", grade_id="test_double"))

    assert answers_in(cells, tiny_source).added == ()


def test_an_answer_turned_into_markdown_still_counts(tiny_source, cells):
    cells[index_of(cells, "double")] = SubmittedCell("markdown", "def double(x): ...", "double")

    assert answers_in(cells, tiny_source).cells["double"] == "def double(x): ..."


def test_missing_ids_change_nothing(tiny_source, tiny_release):
    with_ids = answers_in(cells_of(tiny_release), tiny_source)
    for cell in (*tiny_release.cells, *tiny_source.cells):
        del cell["id"]

    assert answers_in(cells_of(tiny_release), tiny_source) == with_ids


def test_leftover_ids_of_unmarked_cells_are_ignored(tiny_source, tiny_release):
    for notebook in (tiny_source, tiny_release):
        notebook.cells[5].metadata["nbgrader"] = {"grade_id": "leftover", "grade": False}
    cells = cells_of(tiny_release)
    cells[5] = code("x = 1", grade_id="leftover")

    assert locations(answers_in(cells, tiny_source)) == [("test_double", 0, "x = 1")]


def test_at_most_a_thousand_cells_are_added(tiny_source, cells):
    cells += [code(f"x = {number}") for number in range(1_200)]

    answers = answers_in(cells, tiny_source)

    assert len(answers.added) == 1_000
    assert [finding.kind for finding in answers.findings] == ["too-many-cells"]


IDS = ["double", "shout", "why", "setup", "test_double", "nobody", None]


@given(
    cells=st.lists(
        st.builds(
            SubmittedCell,
            st.sampled_from(["code", "markdown", "raw"]),
            st.sampled_from(["a", "b", "# Tiny", "print(double(21))", ""]),
            st.sampled_from(IDS),
            st.sampled_from([None, "cell-0", "cell-5", "cell-6"]),
        )
    )
)
def test_only_answer_cells_have_answers(make_tiny_source, cells):
    answers = answers_in(cells, make_tiny_source())

    assert set(answers.cells) <= {"double", "shout", "why"}
    beside = {cell.after for cell in answers.added if cell.is_beside}
    beside |= {finding.grade_id for finding in answers.findings if "outside" in finding.kind}
    assert {"double", "shout", "why"} - set(answers.cells) - beside <= answers.unanswered
    assert not beside & answers.unanswered
