"""Names are checked in the build: each that would be missing in an exam is an error."""

import pytest

from autograder.course.build.name_checks import check_names, setup_names
from autograder.course.build.text import read_course_text
from autograder.errors import BuildError
from tests.support.tiny_course import line_of

TEXT = """\
# %% setup=true
import numpy as np
import warnings
from contextlib import suppress
from dlcourse import check
import tensorflow as tf

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% exercise="double"
import math
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test="double" points=50
rng = np.random.default_rng(SEED)
check.equal(double(2), 4)
### BEGIN HIDDEN TESTS
expected = 6
check.equal(double(3), expected)
### END HIDDEN TESTS

# %%
shown = double(4)

# %% exercise="Net"
class Net:
    def call(self, x):
        ### BEGIN SOLUTION
        return x
        ### END SOLUTION

# %% test="Net" points=50
LAST
"""


def check_last(tmp_path, last, text=TEXT):
    path = tmp_path / "text.py"
    path.write_text(text.replace("LAST", last), encoding="utf-8")
    check_names(read_course_text(path))


def build_error(tmp_path, last, text=TEXT):
    with pytest.raises(BuildError) as caught:
        check_last(tmp_path, last, text)
    return caught.value


@pytest.mark.parametrize(
    "last",
    [
        pytest.param("check.equal(Net().call(SEED), 0)", id="set-up and student's names"),
        pytest.param("net = Net()\ncheck.equal(net.call(len([])), 0)", id="own and built-in"),
        pytest.param("check.equal(double(Net().call(1)), 2)", id="another exercise's"),
        pytest.param("def f(n): return g(n)\ndef g(n): return n\nf(Net())", id="own functions"),
        pytest.param("[Net() for n in range(3) if (m := n)]\nm", id="comprehension and walrus"),
        pytest.param("with warnings.catch_warnings():\n  Net()", id="warnings are sent too"),
        pytest.param("with suppress(ValueError):\n  Net()", id="exceptions are sent too"),
        pytest.param(
            "with np.errstate(all='raise'):\n  np.log(0)\nnet = Net()", id="not around a call"
        ),
        pytest.param("net = Net()\ndouble = 2\nwith np.errstate():\n  double", id="own name"),
    ],
)
def test_what_a_test_may_read(tmp_path, last):
    check_last(tmp_path, last)


@pytest.mark.parametrize(
    ("last", "message"),
    [
        pytest.param("Net()\nnobody(1)", "which no cell binds", id="unknown"),
        pytest.param("Net()\nchek.equal(1, 1)", "Did you mean 'check'", id="misspelt"),
        pytest.param("Net()\nmath.pi", "only an answer cell imports", id="answer's import"),
        pytest.param("Net()\nrng.normal()", "another test cell binds", id="another test's"),
        pytest.param("Net()\nexpected", "another test cell binds", id="another test's hidden"),
        pytest.param("Net()\nshown", "only a demonstration binds", id="demonstration's"),
        pytest.param("Net()\ndisplay(1)", "which no cell binds", id="IPython's"),
        pytest.param("Net()\nx = x + 1", "before it binds it", id="read before it is bound"),
        pytest.param("Net()\ndef f(): return nobody", "which no cell binds", id="in a function"),
    ],
)
def test_a_name_that_a_test_will_not_have(tmp_path, last, message):
    error = build_error(tmp_path, last)

    assert message in error.message
    assert error.line == line_of(TEXT, "LAST") + 1


def test_a_test_reads_what_its_exercise_defines(tmp_path):
    assert "reads nothing that its exercise defines" in build_error(tmp_path, "double(1)").message


@pytest.mark.parametrize(
    ("context", "instead"),
    [
        pytest.param("np.errstate(over='raise')", "use warnings.catch_warnings()", id="errstate"),
        pytest.param("tf.GradientTape() as tape", "probes.value_and_gradient", id="tape"),
        pytest.param("check.silence()", "before or after it", id="any other"),
    ],
)
def test_a_context_without_effect_is_an_error_with_advice(tmp_path, context, instead):
    error = build_error(tmp_path, f"net = 1\nwith {context}:\n    y = [Net().call(x) for x in [1]]")

    assert instead in error.message
    assert "'Net'" in error.message
    assert error.line == line_of(TEXT, "LAST") + 1


def test_one_of_several_contexts_is_enough(tmp_path):
    last = "with warnings.catch_warnings(), np.errstate(all='raise'):\n    Net()"

    assert "`with errstate`" in build_error(tmp_path, last).message


HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS\n"


def test_the_visible_part_runs_without_the_hidden_part(tmp_path):
    error = build_error(tmp_path, HIDDEN.format("n = 1") + "Net().call(n)")

    assert "visible part of the test reads 'n'" in error.message


def test_a_part_of_a_test_is_visible(tmp_path):
    assert "Nothing of the test is visible" in build_error(tmp_path, HIDDEN.format("Net()")).message


def test_the_visible_part_is_python(tmp_path):
    last = "for n in range(3):\n" + HIDDEN.format("    Net()")

    assert "Without its hidden tests the cell is not Python" in build_error(tmp_path, last).message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "SEED = 0", "SEED = double(1)", "The student defines 'double'", id="student's"
        ),
        pytest.param(
            "SEED = 0", "SEED = later", "No set-up cell above binds 'later'", id="unknown"
        ),
        pytest.param("import warnings", "from os import *", "A star import", id="star import"),
    ],
)
def test_set_up_cells_read_only_set_up_names(tmp_path, old, new, message):
    error = build_error(tmp_path, "Net()", TEXT.replace(old, new))

    assert message in error.message


def test_a_set_up_cell_below_a_test_comes_too_late(tmp_path):
    text = TEXT + "\n# %% setup=true\nlate = 1\n"

    assert "a set-up cell below this one" in build_error(tmp_path, "Net().call(late)", text).message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("SEED = 3", "which is a name of a set-up cell", id="set-up name"),
        pytest.param("sum = 3", "which is a built-in name", id="built-in"),
        pytest.param("y = nobody", "which no cell binds", id="unknown"),
        pytest.param("y = Net()", "Add uses=['Net']", id="use that is not declared"),
        pytest.param("y = expected", "which no cell binds", id="a test's name"),
    ],
)
def test_what_a_reference_may_not_do(tmp_path, line, message):
    text = TEXT.replace("import math\n", f"import math\n{line}\n")

    assert message in build_error(tmp_path, "Net()", text).message


def test_set_up_names_are_those_of_all_set_up_cells(tmp_path):
    path = tmp_path / "text.py"
    path.write_text(TEXT, encoding="utf-8")

    assert setup_names(read_course_text(path)) == {
        *("np", "warnings", "suppress", "check", "tf"),
        *("SEED", "PROFILE"),
    }


@pytest.mark.parametrize("last", ["Net()", "Net().call(3)"])
def test_a_test_does_not_end_with_a_call_of_student_code(tmp_path, last):
    error = build_error(tmp_path, f"check.equal(Net().call(2), 2)\n{last}  # the end")

    assert "A number that it returns would be the partial credit" in error.message
    assert error.line == line_of(TEXT, "LAST") + 1
