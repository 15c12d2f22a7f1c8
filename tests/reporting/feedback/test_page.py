"""Tests of the content of a feedback page."""

from dataclasses import replace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.gradebook.read import Mark, Marks
from autograder.models import CellRole, VerdictState
from autograder.notebook.cells import ExamCell, set_exam_cell, update_exam_cell
from autograder.reporting.feedback.exam_failures import failure_in_exam
from autograder.reporting.feedback.page import page_of
from autograder.reporting.feedback.render import render


def page(graded, submission, marks=None):
    return page_of(*graded, marks or Marks(), submission)


def with_verdict(graded, verdict):
    update_exam_cell(graded[0].cells[4], verdict=verdict)
    return graded


def test_every_graded_cell_has_the_name_of_its_exercise_and_its_heading(graded, submission):
    graded_cells = page(graded, submission).graded_cells

    assert [(q.name, q.title, q.points, q.max_points) for q in graded_cells] == [
        ("step", "Exercise 1. The step", 0, 4),
        ("sign", "Exercise 2. The sign", 6, 6),
        ("why", "Exercise 3. Why?", None, 5),
    ]


def test_the_header_counts_the_points_that_are_known(graded, submission):
    result = page(graded, submission)

    assert result.title == "Week 1: a first unit"
    assert (result.total, result.max_points, result.unmarked) == (6, 15, 5)


def test_marks_given_by_hand_and_lateness_count(graded, submission):
    marks = Marks({"why": Mark(3.5, 5, by_hand=True)}, {"why": "Good."}, late_penalty=2)

    result = page(graded, submission, marks)

    assert (result.earned, result.total, result.unmarked) == (9.5, 7.5, 0)
    assert result.graded_cells[2].comment == "Good."


def test_a_written_answer_left_empty_needs_no_marking(graded, submission):
    result = page(graded, submission, Marks({"why": Mark(0, 5)}))

    assert (result.graded_cells[2].words, result.unmarked) == ("left empty", 0)


def test_a_mark_given_by_hand_replaces_the_verdict(graded, submission):
    result = page(graded, submission, Marks({"test_step": Mark(3, 4, by_hand=True)}))

    assert result.graded_cells[0].points == 3
    assert result.graded_cells[0].words == "set by your instructor"


def test_an_automatic_mark_in_the_gradebook_does_not_replace_the_verdict(graded, submission):
    result = page(graded, submission, Marks({"test_step": Mark(4, 4)}))

    assert result.graded_cells[0].points == 0


def test_a_test_cell_without_a_verdict_earned_nothing(graded, submission):
    update_exam_cell(graded[0].cells[4], verdict=None)

    graded_cell = page(graded, submission).graded_cells[0]

    assert (graded_cell.points, graded_cell.words) == (0, "not run")


@pytest.mark.parametrize(
    ("state", "points", "standing", "words"),
    [
        ("passed", 4, "full", "all points"),
        ("passed", 1.5, "part", "part of the points"),
        ("failed", 0, "none", "not correct yet"),
        ("not attempted", 0, "open", "not attempted"),
        ("not run", 0, "open", "not run"),
        ("void", 0, "problem", "stopped"),
        ("test error", 0, "problem", "the test has an error"),
    ],
)
def test_each_state_has_its_words(graded, submission, verdict, state, points, standing, words):
    graded = with_verdict(graded, replace(verdict, state=VerdictState(state), points=points))

    graded_cell = page(graded, submission).graded_cells[0]

    assert (graded_cell.standing, graded_cell.words) == (standing, words)


def test_the_hint_of_a_recognized_misconception_is_shown_as_such(graded, submission, verdict):
    recognized = replace(verdict, misconception="strict_threshold", hint="At exactly 0 it fires.")

    graded_cell = page(with_verdict(graded, recognized), submission).graded_cells[0]

    assert (graded_cell.misconception_hint, graded_cell.hint) == ("At exactly 0 it fires.", "")


def test_a_hint_that_the_reason_ends_with_is_shown_once(graded, submission, verdict):
    repeated = replace(verdict, reason="step of 0: wrong. Look again.", hint="Look again.")

    graded_cell = page(with_verdict(graded, repeated), submission).graded_cells[0]

    assert (graded_cell.reason, graded_cell.hint) == ("step of 0: wrong.", "Look again.")


def test_outputs_after_the_first_hidden_call_are_withheld(graded, submission):
    blocks = {block.text: block for block in page(graded, submission).blocks}

    early = blocks["def step(z):\n    return z > 0"]
    assert early.outputs
    assert not early.is_withheld
    for late in (blocks["def sign(z):\n    return 1"], blocks["helper = 1"]):
        assert not late.outputs
        assert late.is_withheld


def test_outputs_that_the_exam_withheld_stay_withheld(graded, submission):
    update_exam_cell(graded[0].cells[3], is_withheld=True)

    (block,) = [b for b in page(graded, submission).blocks if b.text.startswith("def step")]

    assert block.is_withheld
    assert not block.outputs


def test_how_an_answer_failed_in_the_exam_is_said_even_where_its_output_is_withheld(
    graded, submission
):
    secret = new_output("error", ename="FileNotFoundError", evalue="hidden 17", traceback=[])
    for cell in graded[0].cells:
        if cell.cell_type == "code":
            cell.outputs = [secret]

    blocks = page(graded, submission).blocks

    answers = [block for block in blocks if block.kind == "answer"]
    assert [block.is_withheld for block in answers] == [False, True]
    for block in answers:
        assert block.failure == (
            "In the exam, this cell ended with an error: it did not find a file. The exam has the "
            "files that were released or submitted beside the notebook."
        )
    assert not any(block.failure for block in blocks if block.kind != "answer")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ModuleNotFoundError", "could not import a module"),
        ("URLError", "The exam has none"),
        ("StdinNotImplementedError", "Nobody can type"),
        ("Stopped", "by a limit"),
        ("NotImplementedError", "still raised NotImplementedError"),
        ("Secret17", "ended with an error, so what it should define may be missing"),
    ],
)
def test_each_kind_of_failure_has_a_sentence_without_words_of_the_student(name, words):
    sentence = failure_in_exam([new_output("error", ename=name, evalue="17", traceback=["17"])])

    assert words in sentence
    assert "17" not in sentence


def test_a_cell_that_ended_without_an_error_did_not_fail():
    assert failure_in_exam([new_output("stream", name="stdout", text="fine")]) == ""


def test_without_a_release_nothing_of_the_source_is_shown(graded, submission):
    result = page_of(graded[0], None, Marks(), submission)

    texts = "".join(block.text for block in result.blocks)
    assert "assert" not in texts
    assert "import numpy" not in texts
    assert "Exercise" not in texts
    assert "def sign" in texts
    assert [graded_cell.points for graded_cell in result.graded_cells] == [0, 6, None]


def test_a_trusted_cell_that_has_changed_since_shows_what_was_released(graded, submission):
    graded[0].cells[4].source = "assert hidden_only()"

    block = next(b for b in page(graded, submission).blocks if b.graded_cell is not None)

    assert block.text == "assert step(1.0) == 1\n"


def test_text_outside_the_answer_is_with_its_question_and_a_note_is_not_graded(graded, submission):
    examined, release = graded
    added = [new_markdown_cell("Below."), new_markdown_cell("In the prompt.")]
    added += [new_code_cell("x = 1"), new_markdown_cell("A note.")]
    for cell in added:
        role = CellRole.ADDED if cell.cell_type == "code" else CellRole.NOTE
        set_exam_cell(cell, ExamCell(role, None, 0.0))
    examined.cells += added

    page = page_of(examined, release, Marks(), submission)

    (answer,) = [block for block in page.blocks if block.kind == "written"]
    assert answer.beside == ("Below.", "In the prompt.")
    assert [block.text for block in page.blocks if block.kind == "note"] == ["A note."]
    assert len(page.graded_cells) == 3
    for text in ("Below.", "In the prompt.", "A note.", "Note that you added"):
        assert text in render(page)
