"""Tests of the sentence for a cell that is not Python."""

import pytest

from autograder.reporting.feedback.syntax import syntax_problem


@pytest.mark.parametrize(
    "source",
    ["", "x = 1", "%matplotlib inline\nx = 1", "!ls", "def f():\n    return 1", "x = '\\d'"],
)
def test_a_cell_that_runs_in_jupyter_has_no_problem(source):
    assert syntax_problem(source) == ""


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x = 1\ndef f(x:\n    pass", "Python cannot read line 2 of this cell: '(' was never"),
        ("x = (1,\n", "Python cannot read line 1 of this cell: '(' was never closed."),
        ("if True:\nx = 1", "Python cannot read line 2 of this cell: expected an indented"),
    ],
)
def test_the_first_error_is_reported_with_its_line(source, sentence):
    assert syntax_problem(source).startswith(sentence)


@pytest.mark.parametrize("source", ["(" * 50_000, "x = 1\x00", "-" * 90_000 + "1", "\ud800"])
def test_no_text_stops_the_page(source):
    assert syntax_problem(source).startswith("Python cannot read")
