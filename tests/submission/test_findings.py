"""Each change in a submission is a finding; honest work has none."""

from copy import deepcopy

import pytest

from autograder.submission.answers import MAX_FINDINGS, answers_in, no_answers
from autograder.submission.reading import SubmittedCell, parse_cells


def findings(notebook, source, release=None):
    import json

    answers = answers_in(parse_cells(json.dumps(notebook).encode()), source, release=release)
    return [(finding.kind, finding.grade_id) for finding in answers.findings]


def cell(notebook, grade_id):
    marked = (each for each in notebook.cells if "nbgrader" in each.metadata)
    return next(each for each in marked if each.metadata.nbgrader.grade_id == grade_id)


def edit_test(notebook):
    cell(notebook, "test_double").source = "pass"


def edit_setup(notebook):
    cell(notebook, "setup").source = "import os"


def delete_test(notebook):
    notebook.cells.remove(cell(notebook, "test_double"))


def delete_answer(notebook):
    notebook.cells.remove(cell(notebook, "double"))


def delete_written(notebook):
    notebook.cells.remove(cell(notebook, "why"))


def copy_test(notebook):
    notebook.cells.append(deepcopy(cell(notebook, "test_double")))


def copy_answer(notebook):
    notebook.cells.append(deepcopy(cell(notebook, "double")))


def raise_points(notebook):
    cell(notebook, "test_double").metadata.nbgrader.points = 100


def invent_points(notebook):
    cell(notebook, "test_double").metadata.nbgrader.points = "a lot"


def nan_points(notebook):
    cell(notebook, "test_double").metadata.nbgrader.points = float("nan")


def unlock(notebook):
    cell(notebook, "test_double").metadata.nbgrader.locked = False


def ungrade(notebook):
    cell(notebook, "test_double").metadata.nbgrader.grade = False


def claim_solution(notebook):
    cell(notebook, "test_double").metadata.nbgrader.solution = True


def skip(notebook):
    cell(notebook, "test_double").metadata.tags = ["skip-execution"]


def turn_test_into_markdown(notebook):
    cell(notebook, "test_double").cell_type = "markdown"


def turn_answer_into_markdown(notebook):
    cell(notebook, "double").cell_type = "markdown"


def rename_test(notebook):
    cell(notebook, "test_double").metadata.nbgrader.grade_id = "test_other"


def reverse(notebook):
    notebook.cells.reverse()


def paste_an_image(notebook):
    cell(notebook, "why").attachments = {"image.png": {"image/png": "AAAA"}}


def write_surrogates(notebook):
    cell(notebook, "double").source = "x = '\ud800'"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (edit_test, [("forged-test-cell", "test_double")]),
        (edit_setup, [("edited-locked-cell", "setup")]),
        (delete_test, [("deleted-test-cell", "test_double")]),
        (delete_answer, [("deleted-answer-cell", "double")]),
        (delete_written, [("deleted-answer-cell", "why")]),
        (copy_test, [("duplicate-cell", "test_double")]),
        (copy_answer, [("duplicate-cell", "double")]),
        (raise_points, [("changed-metadata", "test_double")]),
        (invent_points, [("changed-metadata", "test_double")]),
        (nan_points, [("changed-metadata", "test_double")]),
        (unlock, [("changed-metadata", "test_double")]),
        (ungrade, [("changed-metadata", "test_double")]),
        (claim_solution, [("changed-metadata", "test_double")]),
        (skip, [("skip-execution-tag", "test_double")]),
        (turn_test_into_markdown, [("changed-cell-type", "test_double")]),
        (turn_answer_into_markdown, [("changed-cell-type", "double")]),
        (rename_test, [("deleted-test-cell", "test_double"), ("unknown-grade-id", None)]),
        (reverse, [("reordered-cells", None)]),
        (paste_an_image, [("dropped-attachment", "why")]),
        (write_surrogates, [("unreadable-text", "double")]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_each_change_is_a_finding(tiny_source, tiny_release, change, expected):
    notebook = deepcopy(tiny_release)
    change(notebook)

    assert findings(notebook, tiny_source, tiny_release) == expected
    assert findings(notebook, tiny_source) == expected


def fill_in(notebook):
    for grade_id in ("double", "shout", "why"):
        cell(notebook, grade_id).source = "an answer"


def run(notebook):
    for each in notebook.cells:
        if each.cell_type == "code":
            each.execution_count = 7
            each.outputs = [{"output_type": "stream", "name": "stdout", "text": "6.0"}]


def strip_line_ends(notebook):
    for each in notebook.cells:
        each.source = each.source.replace("\n", "  \n") + "\n"


def add_cells(notebook):
    notebook.cells.insert(0, {"cell_type": "code", "source": "import this", "metadata": {}})


def save_with_another_program(notebook):
    for each in notebook.cells:
        each.metadata["id"] = "xyz"
        each.metadata["collapsed"] = True
        each.pop("id")


@pytest.mark.parametrize(
    "change", [fill_in, run, strip_line_ends, add_cells, save_with_another_program]
)
def test_honest_work_has_no_findings(tiny_source, tiny_release, change):
    notebook = deepcopy(tiny_release)
    change(notebook)

    assert findings(notebook, tiny_source, tiny_release) == []


def test_another_notebook_is_one_finding(tiny_source):
    answers = answers_in([SubmittedCell("code", "x = 1")], tiny_source)

    assert [finding.kind for finding in answers.findings] == ["no-known-cells"]


def test_untrusted_text_is_quoted_and_short(tiny_source, tiny_release):
    cell(tiny_release, "test_double").metadata.nbgrader.grade_id = "\x1b[31m" + "x" * 10_000

    answers = answers_in(
        [
            SubmittedCell(
                each.cell_type, each.source, each.metadata.get("nbgrader", {}).get("grade_id")
            )
            for each in tiny_release.cells
        ],
        tiny_source,
    )

    (finding,) = (each for each in answers.findings if each.kind == "unknown-grade-id")
    assert "\x1b" not in finding.message
    assert len(finding.message) < 150


def test_the_number_of_findings_is_limited(tiny_source):
    cells = [SubmittedCell("code", "x", f"nobody-{number}") for number in range(500)]
    cells.append(SubmittedCell("code", "x", "double"))

    findings = answers_in(cells, tiny_source).findings

    assert len(findings) == MAX_FINDINGS + 1
    assert findings[-1].kind == "more-findings"


def test_no_submission_has_no_answers(tiny_source):
    answers = no_answers(tiny_source)

    assert answers.cells == {}
    assert answers.unanswered == {"double", "shout", "why"}
    assert answers.findings == ()
