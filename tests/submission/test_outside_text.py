"""Text that a student wrote outside the answer's cell belongs to the question, or is a note."""

import json
from copy import deepcopy

import nbformat
import pytest

from autograder.notebook.cells import exam_cell
from autograder.submission.answers import answers_in
from autograder.submission.assemble import assemble
from autograder.submission.reading import parse_cells
from tests.support.course import RELEASED_WHY, make_cell, make_release, make_source

THEIRS = "It is because of the sum."


def text_cell(source, make=nbformat.v4.new_markdown_cell):
    return make(source)


def position(notebook, grade_id):
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return ids.index(grade_id)


def why(notebook):
    return notebook.cells[position(notebook, "why")]


def source_with_a_prompt():
    """The tiny week with a prompt above `why`, a second question, and a heading at the end."""
    source = make_source()
    marks = {"points": 5, "grade": True, "solution": True}
    at = position(source, "why")
    source.cells.insert(at, make_cell("markdown", "## The reason\n\nRead this."))
    how = "How?\n\n### BEGIN SOLUTION\nSo.\n### END SOLUTION"
    source.cells += [
        make_cell("markdown", "## The next part"),
        make_cell("markdown", how, "written", grade_id="how", **marks),
        make_cell("markdown", "## The end"),
    ]
    for number, cell in enumerate(source.cells):
        cell["id"] = f"cell-{number}"
    return source


def below(notebook):
    notebook.cells.insert(position(notebook, "why") + 1, text_cell(THEIRS))


def above(notebook):
    notebook.cells.insert(position(notebook, "why"), text_cell(THEIRS))


def raw(notebook):
    new = text_cell(THEIRS, nbformat.v4.new_raw_cell)
    notebook.cells.insert(position(notebook, "why") + 1, new)


def below_with_code_between(notebook):
    at = position(notebook, "why") + 1
    notebook.cells[at:at] = [nbformat.v4.new_code_cell("1 + 1"), text_cell(THEIRS)]


def prompt(notebook):
    notebook.cells[position(notebook, "why") - 1].source += f"\n\n{THEIRS}"


def edited_prompt(notebook):
    notebook.cells[position(notebook, "why") - 1].source = f"## The reason {THEIRS}"


def above_the_prompt(notebook):
    notebook.cells.insert(position(notebook, "why") - 1, text_cell(THEIRS))


def merged_into_the_prompt(notebook):
    at = position(notebook, "why")
    cell = notebook.cells.pop(at)
    notebook.cells[at - 1].source += "\n\n" + cell.source.replace("YOUR ANSWER HERE", THEIRS)


def split(notebook):
    at = position(notebook, "why")
    half = deepcopy(notebook.cells[at])
    half.source, half.id = THEIRS, "another"
    notebook.cells[at].source = "**Why?**"
    notebook.cells.insert(at + 1, half)


def copied(notebook):
    copy = deepcopy(why(notebook))
    copy.source, copy.id = THEIRS, "another"
    notebook.cells.append(copy)


def without_metadata_and_id(notebook):
    cell = why(notebook)
    cell.metadata, cell.id, cell.source = {}, "new", THEIRS


def moved_without_metadata(notebook):
    without_metadata_and_id(notebook)
    cell = notebook.cells.pop(position(notebook, "how") - 2)
    notebook.cells[position(notebook, "how")].source = "So."
    notebook.cells.append(cell)


def words_in_a_code_cell(notebook):
    new = nbformat.v4.new_code_cell(THEIRS)
    notebook.cells.insert(position(notebook, "why") + 1, new)


def comments_in_a_code_cell(notebook):
    new = nbformat.v4.new_code_cell(f"# {THEIRS}\n")
    notebook.cells.insert(position(notebook, "why") + 1, new)


def answered_too(notebook):
    why(notebook).source += " Yes."
    below(notebook)


OUTSIDE = [
    *(below, above, raw, below_with_code_between, prompt, edited_prompt, above_the_prompt),
    *(merged_into_the_prompt, split, copied, without_metadata_and_id),
    *(moved_without_metadata, words_in_a_code_cell, comments_in_a_code_cell, answered_too),
]


@pytest.fixture
def source():
    return source_with_a_prompt()


@pytest.fixture
def read(source):
    """Return the answers of the release after a change."""

    def read(change=lambda _: None, of=source):
        release = make_release(of)
        submitted = deepcopy(release)
        change(submitted)
        cells = parse_cells(json.dumps(submitted).encode())
        return answers_in(cells, of, release=release)

    return read


@pytest.mark.parametrize("change", OUTSIDE)
def test_text_outside_an_answer_needs_marking_and_is_beside_the_question(source, read, change):
    answers = read(change)

    assert "why" not in answers.unanswered
    assert ("text-outside-answer", "why") in [(one.kind, one.grade_id) for one in answers.findings]
    assert ("deleted-answer-cell", "why") not in [
        (one.kind, one.grade_id) for one in answers.findings
    ]
    exam_notebook = assemble(source, answers)
    at = position(exam_notebook, "why")
    assert THEIRS in exam_notebook.cells[at + 1].source
    assert exam_cell(exam_notebook.cells[at + 1]).role in ("note", "added")
    nbformat.validate(exam_notebook)


def nothing(notebook):
    pass


def untouched_without_metadata(notebook):
    cell = why(notebook)
    cell.metadata, cell.id = {}, "new"


def untouched_and_merged(notebook):
    at = position(notebook, "why")
    cell = notebook.cells.pop(at)
    notebook.cells[at - 1].source += "\n\n" + cell.source


def untouched_and_copied(notebook):
    copy = deepcopy(why(notebook))
    copy.id = "another"
    notebook.cells.append(copy)


def deleted(notebook):
    notebook.cells.remove(why(notebook))


def blank(notebook):
    why(notebook).source = "\n"


def blank_cell_below(notebook):
    notebook.cells.insert(position(notebook, "why") + 1, text_cell(" \n"))


def code_below(notebook):
    new = nbformat.v4.new_code_cell("x = 1\nprint(x)")
    notebook.cells.insert(position(notebook, "why") + 1, new)


def note_at_the_top(notebook):
    notebook.cells.insert(0, text_cell(THEIRS))


@pytest.mark.parametrize(
    "change",
    [
        *(nothing, untouched_without_metadata, untouched_and_merged, untouched_and_copied),
        *(deleted, blank, blank_cell_below, code_below, note_at_the_top),
    ],
)
def test_an_untouched_question_is_unanswered(read, change):
    answers = read(change)

    assert {"why", "how"} <= answers.unanswered
    assert "text-outside-answer" not in [one.kind for one in answers.findings]


def test_a_question_that_was_merged_into_the_one_above_is_beside_its_own(read):
    source = make_source()
    marks = {"points": 5, "grade": True, "solution": True}
    how = "How?\n\n### BEGIN SOLUTION\nSo.\n### END SOLUTION"
    source.cells.append(make_cell("markdown", how, "written", grade_id="how", **marks))

    def merge(notebook):
        text = RELEASED_WHY.replace("YOUR ANSWER HERE", "Therefore.")
        why(notebook).source = f"{text}\n\nHow?\n\n{THEIRS}"
        del notebook.cells[-1]

    answers = read(merge, of=source)

    assert not {"why", "how"} & answers.unanswered
    (beside,) = answers.added
    assert (beside.after, beside.source) == ("how", f"How?\n\n{THEIRS}")


def test_text_in_the_prose_below_the_last_question_belongs_to_it(read):
    def write(notebook):
        notebook.cells[-1].source += f"\n{THEIRS}"

    answers = read(write)

    assert [(cell.after, cell.source) for cell in answers.added] == [("how", THEIRS)]
    assert "how" not in answers.unanswered


def test_a_question_that_was_deleted_is_unanswered_if_the_one_above_is_answered(read, source):
    def delete(notebook):
        why(notebook).source = "Therefore."
        del notebook.cells[position(notebook, "how")]

    answers = read(delete)

    assert "how" in answers.unanswered
    assert "why" not in answers.unanswered


@pytest.mark.parametrize("role", ["answer", "written"])
def test_an_answer_without_metadata_is_recognized_by_its_id(read, role):
    name = "double" if role == "answer" else "why"

    def lose(notebook):
        cell = notebook.cells[position(notebook, name)]
        cell.metadata, cell.source = {}, "mine"

    answers = read(lose)

    assert answers.cells[name] == "mine"
    assert name not in answers.unanswered
    assert [(one.kind, one.grade_id) for one in answers.findings] == [("changed-metadata", name)]


def test_a_note_is_a_note_where_it_was_written(source, read):
    def add(notebook):
        notebook.cells.insert(0, text_cell("My name is Ada."))
        notebook.cells.insert(position(notebook, "test_double"), text_cell("Hm."))

    answers = read(add)

    assert [(one.source, one.is_beside) for one in answers.added] == [
        ("My name is Ada.", False),
        ("Hm.", False),
    ]
    cells = assemble(source, answers).cells
    notes = [(number, cell) for number, cell in enumerate(cells) if exam_cell(cell).role == "note"]
    assert [(number, cell.source) for number, cell in notes] == [
        (0, "My name is Ada."),
        (position(assemble(source, answers), "double") + 1, "Hm."),
    ]


def test_text_of_a_task_is_kept_and_is_no_finding(read):
    source = make_source()
    marks = {"task": True, "locked": True, "grade_id": "draw", "points": 3}
    source.cells.append(make_cell("markdown", "Draw it.", **marks))

    def draw(notebook):
        notebook.cells[-1].source += "\n\nIn the task."
        notebook.cells.append(text_cell("Below the task."))

    answers = read(draw, of=source)

    assert [cell.source for cell in answers.added] == ["In the task.", "Below the task."]
    assert {cell.after for cell in answers.added} == {"draw"}
    assert answers.findings == ()
