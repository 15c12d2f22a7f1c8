"""Tests of the class report: as values, in a terminal, as a page, as JSON lines."""

import io
import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from rich.console import Console

from autograder.cli.views import class_view
from autograder.errors import UsageError
from autograder.grading.artifacts import read_results, write_results
from autograder.grading.class_results import read_class
from autograder.models import Finding, FindingKind, Result, Verdict, VerdictState
from autograder.reporting.class_report import class_report
from autograder.reporting.html import write_report

HINT = "At exactly z = 0 the unit fires."


def result(student, step, sign, findings=(), misconception=None):
    """The result of a student with these points, of 4 and of 6."""
    state = VerdictState.FAILED if step < 4 else VerdictState.PASSED
    sign_state = VerdictState.PASSED if sign else VerdictState.NOT_ATTEMPTED
    return Result(
        student=student,
        assignment="week01",
        notebook="perceptron",
        verdicts=(
            Verdict(
                "test_step",
                4,
                state,
                points=step,
                reason="step of 0" if step < 4 else "",
                misconception=misconception,
                hint=HINT if misconception else "",
            ),
            Verdict(
                "test_sign",
                6,
                sign_state,
                points=sign,
            ),
        ),
        findings=findings,
        seconds=1.5,
        peak_memory=2**28,
    )


@pytest.fixture
def results():
    forged = Finding(FindingKind.FORGED_TEST_CELL, "The test cell was changed.", "test_step")
    return (
        result("bob", 0, 6, misconception="strict_threshold"),
        result("ada", 4, 6),
        result("eve", 0, 0, findings=(forged,), misconception="strict_threshold"),
    )


def test_students_are_in_order_with_what_they_missed(results):
    report = class_report("week01", results)

    assert [(line.student, line.score, line.failed) for line in report.students] == [
        ("ada", 10, ()),
        ("bob", 6, ("step",)),
        ("eve", 0, ("step", "sign")),
    ]
    assert report.mean == pytest.approx(16 / 3)
    assert report.max_score == 10


def test_the_hardest_question_comes_first(results):
    first, second = class_report("week01", results).questions

    assert (first.name, first.missed, first.students, first.not_attempted) == ("step", 2, 3, 0)
    assert (second.name, second.missed, second.not_attempted) == ("sign", 1, 1)
    assert first.share == pytest.approx(2 / 3)
    assert second.mean == pytest.approx(12 / 18)


def test_misconceptions_are_counted_in_a_sentence(results):
    (line,) = class_report("week01", results).misconceptions

    assert line.sentence == "2 of 3: strict_threshold — At exactly z = 0 the unit fires."


def test_several_notebooks_of_a_student_count_together():
    report = class_report("week01", [result("ada", 4, 6), result("ada", 0, 6)])

    assert [(line.student, line.score, line.max_score) for line in report.students] == [
        ("ada", 16, 20)
    ]


def test_students_without_an_exam_are_listed():
    lost = result("ada", 0, 0, findings=(Finding(FindingKind.EXAM_NOT_RUN, "It was lost."),))

    assert class_report("week01", [lost, result("bob", 4, 6)]).ungraded == ("ada",)


def test_an_empty_class_is_not_an_error():
    report = class_report("week01", [])

    assert (report.mean, report.max_score, report.students) == (0, 0, ())


def on_terminal(report, width=100):
    console = Console(file=io.StringIO(), width=width)
    console.print(class_view(report))
    return console.file.getvalue()


def test_the_terminal_shows_students_questions_misconceptions_and_findings(results):
    shown = on_terminal(class_report("week01", results))

    assert re.search(r"ada +10 / 10 +none", shown)
    assert re.search(r"eve +0 / 10 +step, sign +forged-test-cell", shown)
    assert "2 of 3: strict_threshold" in shown
    assert "mean 5.3" in shown


def test_names_of_students_are_not_markup():
    shown = on_terminal(class_report("week01", [result("[red]ada[/red]", 4, 6)]))

    assert "[red]ada[/red]" in shown


def test_the_page_shows_the_same_and_escapes_it(results, tmp_path):
    hostile = result("<script>alert(1)</script>", 0, 0, (Finding("<b>", "<img src=x>"),), "<i>")

    path = write_report(tmp_path, class_report("week01", [*results, hostile]))

    html = path.read_text("utf-8")
    assert path == tmp_path / "report" / "week01.html"
    assert "strict_threshold" in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"<script|<img|<b>|<i>|style=\"", html)


def test_json_lines_have_everything_a_spreadsheet_needs(results, tmp_path):
    path = tmp_path / "out" / "results.jsonl"

    write_results(results, path)

    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert lines[0] == {
        "student": "bob",
        "assignment": "week01",
        "notebook": "perceptron",
        "score": 6,
        "max_score": 10,
        "grades": {
            "test_step": {"points": 0, "max_points": 4, "state": "failed", "reason": "step of 0"},
            "test_sign": {"points": 6, "max_points": 6, "state": "passed", "reason": ""},
        },
        "misconceptions": {"test_step": "strict_threshold"},
        "findings": [],
        "seconds": 1.5,
        "peak_memory": 2**28,
    }
    assert lines[2]["findings"][0]["kind"] == "forged-test-cell"


def graded_cell(verdict):
    exam = {"role": "test", "grade_id": verdict.grade_id, "points": verdict.max_points}
    return new_code_cell(metadata={"exam": {**exam, "verdict": verdict.to_json()}})


def test_results_are_read_from_the_graded_notebooks(results, tmp_path):
    expected = results[2]
    cells = [graded_cell(verdict) for verdict in expected.verdicts]
    answer = new_code_cell("x = 1", metadata={"exam": {"role": "answer", "grade_id": "step"}})
    notebook = new_notebook(cells=[answer, *cells])
    notebook.metadata["exam"] = {
        "unanswered": [],
        "findings": [finding.to_json() for finding in expected.findings],
        "seconds": 1.5,
        "peak_memory": 2**28,
    }
    folder = tmp_path / "autograded" / "eve" / "week01"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "perceptron.ipynb")

    assert read_results(tmp_path, "week01") == (expected,)


def test_an_assignment_that_was_not_graded_is_an_error_with_advice(tmp_path):
    with pytest.raises(UsageError, match="autograder grade week01"):
        read_class(tmp_path, "week01")
