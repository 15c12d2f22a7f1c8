"""`dlcourse check` in a real kernel."""

import nbformat
import pytest
from dlcourse import _assignment, _selfcheck
from dlcourse._cli import app
from nbformat import v4
from typer.testing import CliRunner

SETUP = "import numpy as np\nfrom dlcourse import check"


def metadata(grade_id, *, grade, solution, points=0):
    about = {
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": not solution,
        "schema_version": 3,
        "task": False,
    }
    return {"nbgrader": about | ({"points": points} if grade else {})}


def answer(name, source):
    return v4.new_code_cell(source, metadata=metadata(name, grade=False, solution=True))


def test_cell(name, points, source):
    about = metadata(f"test_{name}", grade=True, solution=False, points=points)
    cell = v4.new_code_cell(source, metadata=about)
    cell.metadata.nbgrader["checksum"] = _assignment._checksum(cell, cell.metadata.nbgrader)
    return cell


test_cell.__test__ = False


def essay():
    about = metadata("why", grade=True, solution=True, points=6)
    return v4.new_markdown_cell("My essay.", metadata=about)


def step(source="def step(z):\n    return np.where(z >= 0, 1, 0)"):
    test = "check.equal(step(np.array([-1.0, 0.0])), [0, 1], name='step', hint='Inclusive.')"
    return [answer("step", source), test_cell("step", 10, test)]


def other(name, source):
    return [answer(name, source), test_cell(name, 5, f"check.close({name}(0.0), 0.5)")]


def written(path, *cells):
    notebook = v4.new_notebook(cells=[v4.new_code_cell(SETUP), *cells])
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    path = tmp_path_factory.mktemp("mixed") / "week.ipynb"
    stub = "def sigmoid(z):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    hidden = "### BEGIN HIDDEN TESTS\nraise SystemError('hidden')\n### END HIDDEN TESTS"
    passing = step()
    passing[1].source += f"\n{hidden}"
    written(
        path,
        *passing,
        *other("sigmoid", stub),
        *other("broken", "def broken(z) return 0.5"),
        *other("wrong", "def wrong(z):\n    return -0.5"),
        *other("endless", "def endless(z):\n    while True: pass"),
        *other("late", "def late(z):\n    return 0.5\nnp = 3"),
        essay(),
    )
    return _selfcheck.check(path, seconds=2)


def result(report, title):
    return next(mark for mark in report.marks if mark.question.title == title)


@pytest.mark.parametrize(
    ("title", "state", "words"),
    [
        ("step", "passed", ""),
        ("sigmoid", "not attempted", "not attempted yet"),
        ("broken", "failed", "its answer cell stopped with SyntaxError: expected ':' (line 1)"),
        ("wrong", "failed", "got -0.5, expected 0.5. The sign is flipped."),
        ("endless", "failed", "took too long and was stopped: is there an endless loop?"),
        ("late", "passed", ""),
        ("why", "by hand", "graded by a person"),
    ],
)
def test_each_question_is_marked_in_words(mixed, title, state, words):
    mark = result(mixed, title)

    assert (mark.state, mark.explanation) == (state, words)


def test_points_are_given_for_passed_checks_only(mixed):
    assert sum(mark.points for mark in mixed.marks) == 15
    assert not mixed.all_passed


def test_a_hidden_test_is_neither_run_nor_taken_for_an_edit(tmp_path):
    cells = step()
    notebook = written(tmp_path / "a.ipynb", *cells)

    assert "HIDDEN" not in str(_selfcheck.read(notebook))
    assert _selfcheck.remarks(_selfcheck.read(notebook)) == ()


def test_an_edited_a_copied_and_a_deleted_test_get_a_sentence_each(tmp_path):
    edited, copied, deleted = step(), other("wrong", "wrong = 1"), other("gone", "gone = 1")
    edited[1].source = "pass"
    again = other("wrong", "wrong = 1")[1]
    path = written(tmp_path / "a.ipynb", *edited, *copied, again, deleted[0])

    remarks = _selfcheck.remarks(_selfcheck.read(path))

    assert [sentence.split(":")[0] for sentence in remarks] == [
        "The test cell `test_step` was edited",
        "The cell `test_wrong` exists twice",
        "The test cell of `gone` was deleted",
    ]


def test_a_deleted_test_is_not_a_passed_one(tmp_path):
    path = written(tmp_path / "a.ipynb", *step(), other("gone", "gone = 1")[0])

    report = _selfcheck.check(path)

    assert all(mark.state == "passed" for mark in report.automatic)
    assert not report.all_passed


def test_a_kernel_that_dies_passes_nothing(tmp_path):
    dead = answer("dead", "import os\nos._exit(0)")
    path = written(tmp_path / "a.ipynb", dead, *step())

    report = _selfcheck.check(path)

    assert result(report, "step").state == "not run"
    assert "The kernel died" in report.remarks[-1]


def run(*arguments):
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def test_the_command_returns_0_when_all_pass(tmp_path):
    result = run(written(tmp_path / "a.ipynb", *step(), essay()))

    assert result.exit_code == 0
    assert "10 of 10 points" in result.output
    assert "6 more are graded by hand" in result.output


def test_the_command_returns_1_and_the_hint_when_a_check_fails(tmp_path):
    strict = "def step(z):\n    return np.where(z > 0, 1, 0)"

    result = run(written(tmp_path / "a.ipynb", *step(strict)))

    assert result.exit_code == 1
    assert "0 of 10 points" in result.output
    assert "Inclusive." in result.output


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("missing.ipynb", None, "There is no file"),
        ("text.ipynb", "hello", "is not a notebook"),
        ("list.ipynb", "[1, 2]", "is not a notebook"),
        ("empty.ipynb", "", "is not a notebook"),
        (
            "lesson.ipynb",
            '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
            "has no checks that give points",
        ),
    ],
)
def test_the_command_returns_2_and_one_sentence_when_there_is_nothing_to_check(
    tmp_path, name, text, sentence
):
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")

    result = run(tmp_path / name)

    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output
