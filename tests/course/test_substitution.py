"""Test that a known answer takes the place of the reference's definition, and nothing else does."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.substitution import inject
from autograder.notebook.source_code import without_solution_markers

REFERENCE = '''\
LIMIT = 2


@trace
def step(x, *, slope=1):
    """Return x, limited."""
    ### BEGIN SOLUTION
    return min(slope * x, LIMIT)
    ### END SOLUTION


def unrelated():
    return "stays"'''


def replace(text, replaces="step", reference=REFERENCE, notebook=()):
    """Return the reference's cell with the last definition of a text in it."""
    body = ast.parse(text).body
    return inject(body[-1], replaces, reference, text, body[:-1], notebook)


def run(source, **given):
    namespace = {"trace": lambda function: function, **given}
    exec(source, namespace)
    return namespace


def test_the_rest_of_the_cell_stays_as_it_is():
    cell = replace("def twice(x, *, slope=1):\n    return 2 * x")

    assert "LIMIT = 2" in cell
    assert run(cell)["unrelated"]() == "stays"
    assert run(cell)["step"](5) == 10


def test_decorators_go_with_the_definition_that_has_them():
    cell = replace("@mark\ndef wrong(x, *, slope=1):\n    return 0")

    assert "@trace" not in cell
    assert "@mark\ndef step(x, *, slope=1):" in cell


def test_no_line_that_marks_a_solution_is_left():
    assert "SOLUTION" not in replace("def wrong(x, *, slope=1):\n    return 0")


def test_a_helper_comes_along_with_what_it_needs_itself():
    text = (
        "import math\n\n"
        "def outer(x):\n    return inner(x)\n\n"
        "def inner(x):\n    return math.floor(x)\n\n"
        "def unneeded():\n    return 1\n\n"
        "def wrong(x, *, slope=1):\n    return outer(x)"
    )

    cell = replace(text)

    assert "unneeded" not in cell
    assert cell.index("import math") < cell.index("def outer")
    assert run(cell)["step"](2.5) == 2


def test_a_helper_that_the_notebook_has_does_not_come_along():
    text = "def helper(x):\n    return 1\n\ndef wrong(x, *, slope=1):\n    return helper(x)"

    cell = replace(text, notebook={"helper"})

    assert "def helper" not in cell
    assert run(cell, helper=lambda _: 7)["step"](0) == 7


def test_a_definition_that_calls_itself_is_renamed_throughout():
    text = "def wrong(x, *, slope=1):\n    π = 'ünï'; return 0 if x < 1 else 1 + wrong(x - 1)"

    assert run(replace(text))["step"](3) == 3


def test_magics_of_the_reference_are_taken_out():
    cell = replace("def wrong(x, *, slope=1):\n    return 0", reference="%time\n" + REFERENCE)

    assert "%time" not in cell
    assert run(cell)["step"](1) == 0


@pytest.mark.parametrize(
    ("text", "replaces", "message"),
    [
        (
            "def wrong(x):\n    return 0",
            "step",
            r"'wrong' has the arguments \(x\), but 'step' of the reference has \(x, slope=\)",
        ),
        ("def wrong(y, *, slope=1):\n    return 0", "step", "Use the same arguments"),
        ("def wrong(x):\n    return 0", "stride", "Expected one of step, unrelated"),
    ],
)
def test_an_answer_that_does_not_fit_is_an_error(text, replaces, message):
    with pytest.raises(ValueError, match=message):
        replace(text, replaces)


def test_a_class_may_take_the_place_of_a_function():
    cell = replace("class wrong:\n    def __init__(self, x):\n        self.x = x")

    assert run(cell)["step"](3).x == 3


identifiers = st.sampled_from(["f", "g", "step", "wrong", "x1", "ÄÖ", "_private"])


@given(old=identifiers, new=identifiers, value=st.integers())
def test_whatever_the_names_are_the_reference_s_name_is_bound_to_the_answer(old, new, value):
    reference = f"def {old}():\n    return 'reference'\n\nbefore = 1"
    text = f"def {new}():\n    return {value}"
    (node,) = ast.parse(text).body

    namespace = run(inject(node, old, reference, text, [], ()))

    assert (namespace[old](), namespace["before"]) == (value, 1)


source_lines = st.lists(
    st.sampled_from(
        ["x = 1", "", "    return x", "### BEGIN SOLUTION", "    ### END SOLUTION", "# SOLUTION"]
    )
)


@given(source_lines)
def test_only_whole_marker_lines_are_taken_out_and_once_is_enough(lines):
    source = "\n".join(lines)
    once = without_solution_markers(source)

    kept = [line for line in lines if not line.strip().startswith("###")]
    assert [line for line in once.split("\n") if line] == [line for line in kept if line]
    assert without_solution_markers(once) == once
