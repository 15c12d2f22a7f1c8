"""What is Python in a cell: magics, shell lines, help, prompts and indentation removed."""

import ast
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from autograder.notebook.source_code import comparable, same_text, strip_magics

CASES = [
    pytest.param("%time x = 1\ny = 2", "x = 1\ny = 2", id="a timed statement"),
    pytest.param("%prun -l 3 f()\ny = 2", "pass\ny = 2", id="line magic with options"),
    pytest.param("%timeit x = 1", "pass", id="a statement that binds nothing"),
    pytest.param("%matplotlib inline\ny = 2", "pass\ny = 2", id="line magic"),
    pytest.param("if a:\n    !ls", "if a:\n    pass", id="the only line of a block"),
    pytest.param("a, b = %magic 1", "a, b = None", id="value of a magic"),
    pytest.param("x = !ls", "x = None", id="value of a shell line"),
    pytest.param("x.y = !ls\nz[0] = !ls", "x.y = None\nz[0] = None", id="other targets"),
    pytest.param("!!ls", "pass", id="two exclamation marks"),
    pytest.param("!ls \\\n  -l\ny = 1", "pass\n\ny = 1", id="a continued shell line"),
    pytest.param("%%bash\nls | wc", "\n", id="a cell of another language"),
    pytest.param("%%time\nx = 1", "pass\nx = 1", id="a timed cell"),
    pytest.param("\n%%time\n  x = 1\n  y = 2", "\npass\nx = 1\ny = 2", id="an indented timed cell"),
    pytest.param("%%capture out\n%%bash\nls", "pass\n\n", id="one cell magic inside another"),
    pytest.param("%%capture\n%%time\nx = 1", "pass\npass\nx = 1", id="two of Python"),
    pytest.param("%%bash?\nx = 1", "pass\nx = 1", id="help about a cell magic"),
    pytest.param("x = (a\n% b)", "x = (a\n% b)", id="Python is unchanged"),
    pytest.param("%pip\nx = (a\n% b)", "pass\nx = (a\n% b)", id="inside brackets"),
    pytest.param("%pip\nx = '''\n% b\n'''", "pass\nx = '''\n% b\n'''", id="inside a string"),
    pytest.param(
        '%pip\nx = """It\'s\n% b"""\n%ls', 'pass\nx = """It\'s\n% b"""\npass', id="apostrophe"
    ),
    pytest.param("%pip\nx = a \\\n% b", "pass\nx = a \\\n% b", id="after a backslash"),
    pytest.param("np.exp?\n?np.log", "pass\npass", id="help"),
    pytest.param("x = np.exp??\nnp.*load*?", "pass\npass", id="help at the end of a line"),
    pytest.param("%pip\nx = 1  # why?", "pass\nx = 1  # why?", id="a question in a comment"),
    pytest.param("%pip\nx = 'a' 'why?'", "pass\nx = 'a' 'why?'", id="a question in a string"),
    pytest.param(",f a b\n;f a\n/f a", "pass\npass\npass", id="automatic calls"),
    pytest.param("  x = 1\n  y = 2", "x = 1\ny = 2", id="indentation"),
    pytest.param(">>> x = 1\n... y = 2", "x = 1\ny = 2", id="prompts of Python"),
    pytest.param("In [12]: x = 1\n    ...: y = 2", "x = 1\ny = 2", id="prompts of IPython"),
    pytest.param("x = 1\ny = [\n  2,\n]", "x = 1\ny = [\n  2,\n]", id="no magics"),
]


@pytest.mark.parametrize(("source", "stripped"), CASES)
def test_strip_magics(source, stripped):
    assert strip_magics(source) == stripped


class Shell:
    """What IPython turns magics into, for cells whose magics must do nothing."""

    def run_line_magic(self, name, line):
        """Run the statement of `%time`, as that magic does."""
        if name in ("time", "prun") and not line.startswith("-"):
            exec(self.transformed(line), self.names)

    def run_cell_magic(self, name, _line, cell):
        """Run the body of the magics that run it in the notebook."""
        if name in ("time", "capture"):
            exec(self.transformed(cell), self.names)

    def getoutput(self, _command):
        """Return nothing, in the place of the lines that a command prints."""

    system = getoutput

    def __init__(self):
        np = SimpleNamespace(exp=None, log=None)
        self.names = {"get_ipython": lambda: self, "f": lambda *_: 0, "a": 1, "b": 2, "np": np}
        self.names |= {"x": SimpleNamespace(), "z": [0]}

    @staticmethod
    def transformed(source):
        return TransformerManager().transform_cell(source)


def namespace_after(run):
    """Return the names and plain values that a cell leaves behind, and its error's type."""
    shell, error = Shell(), None
    try:
        run(shell)
    except Exception as caught:
        error = type(caught)
    plain = {n: v for n, v in shell.names.items() if isinstance(v, int | str | list | None)}
    return plain, error


# Neither binds a name in the kernel, and the values of `a, b = %magic` depend on the magic.
UNLIKE = ("f a b", "a, b = %magic 1")


@pytest.mark.parametrize(
    "source", [case.values[0] for case in CASES if not any(u in case.values[0] for u in UNLIKE)]
)
def test_the_kernel_and_the_examiner_agree_on_the_python_part(source):
    in_kernel = namespace_after(lambda shell: exec(shell.transformed(source), shell.names))
    in_examiner = namespace_after(lambda shell: exec(strip_magics(source), shell.names))

    assert in_examiner == in_kernel


@pytest.mark.parametrize("source", [case.values[0] for case in CASES])
def test_the_python_part_is_python_where_ipython_accepts_the_cell(source):
    ast.parse(TransformerManager().transform_cell(source))

    ast.parse(strip_magics(source))


@pytest.mark.parametrize("source", ["x == !ls", "a = b = !ls", "a?; b", "x = (", "def f(:"])
def test_what_ipython_refuses_is_refused(source):
    with pytest.raises(SyntaxError):
        ast.parse(TransformerManager().transform_cell(source))
    with pytest.raises(SyntaxError):
        ast.parse(strip_magics(source))


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "source",
    [
        pytest.param(")\n" + 99_000 * " " + "a", id="spaces"),
        pytest.param(")\n" + 99_000 * "'" + "a", id="quotes"),
        pytest.param(")\n" + 99_000 * "a" + " ", id="letters"),
        pytest.param(")\n'" + 99_000 * "\\'", id="escaped quotes"),
        pytest.param(")\n'" + 99_000 * "\\'" + "?", id="escaped quotes and a question"),
        pytest.param(')\n"""' + 99_000 * "\\'\"" + "?", id="a long string"),
    ],
)
def test_a_long_line_takes_linear_time(source):
    assert strip_magics(source) == source


@pytest.mark.timeout(5)
def test_many_magics_take_linear_time():
    assert strip_magics("%%time\n" * 20_000 + "x = '?") == "pass\n" * 20_000 + "x = '?"


@given(st.text() | st.text("%!?\\\n '\"#>.=x(", max_size=40))
def test_the_number_of_lines_stays(source):
    assert strip_magics(source).count("\n") == source.count("\n")


def test_texts_are_the_same_but_for_white_space_that_editors_change():
    assert comparable(" x = 1  \n\n") == "x = 1"
    assert same_text("x = 1  \ny = 2\n", "x = 1\ny = 2")
    assert not same_text("if x:\n  y", "if x:\n    y")
