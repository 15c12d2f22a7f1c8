"""Facts about taking magics out of a cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.notebook.magics import strip_magics


@pytest.mark.parametrize(
    ("source", "stripped"),
    [
        pytest.param("%time x = 1\ny = 2", "pass\ny = 2", id="line magic"),
        pytest.param("if a:\n    !ls", "if a:\n    pass", id="the only line of a block"),
        pytest.param("a, b = %magic 1", "a, b = None", id="value of a magic"),
        pytest.param("%%bash\nls | wc", "\n", id="a cell of another language"),
        pytest.param("%%time\nx = 1", "pass\nx = 1", id="a timed cell"),
        pytest.param("x = (a\n% b)", "x = (a\n% b)", id="Python stays"),
        pytest.param("%pip\nx = (a\n% b)", "pass\nx = (a\n% b)", id="inside brackets"),
        pytest.param("%pip\nx = '''\n% b\n'''", "pass\nx = '''\n% b\n'''", id="inside a string"),
        pytest.param("%pip\nx = a \\\n% b", "pass\nx = a \\\n% b", id="after a backslash"),
        pytest.param("np.exp?\n?np.log", "pass\npass", id="help"),
    ],
)
def test_strip_magics(source, stripped):
    assert strip_magics(source) == stripped


@pytest.mark.timeout(5)
def test_a_long_line_takes_no_longer_than_it_is():
    source = ")\n" + 99_000 * " " + "a"

    assert strip_magics(source) == source


@given(st.text())
def test_stripping_keeps_the_lines(source):
    assert strip_magics(source).count("\n") == source.count("\n")
