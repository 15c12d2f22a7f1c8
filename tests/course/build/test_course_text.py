"""Reading a course text: cells, headers, lines."""

import pytest

from autograder.course.build.text import read_course_text
from autograder.errors import BuildError
from tests.support.tiny_course import ASSIGNMENT, line_of


def read(tmp_path, text):
    path = tmp_path / "text.py"
    path.write_text(text, encoding="utf-8")
    return read_course_text(path)


def test_each_header_gives_a_cell_its_role(tmp_path):
    roles = [cell.header.role for cell in read(tmp_path, ASSIGNMENT).cells]

    assert roles == [
        *["prose", "setup", "setup", "answer", "test", "demo"],
        *["answer", "test", "test", "written"],
    ]


def test_headers_carry_their_values(tmp_path):
    text = read(tmp_path, ASSIGNMENT)
    quadruple = text.answers["quadruple"].header

    assert (quadruple.uses, quadruple.outcomes) == (("double",), (14,))
    assert [cell.header.points for cell in text.cells if cell.header.role == "test"] == [30, 40, 20]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('"""\nAlpha $\\alpha$\n"""', id="docstring"),
        pytest.param('r"""\nAlpha $\\alpha$\n"""', id="raw docstring"),
        pytest.param("'''\nAlpha $\\alpha$\n'''", id="single quotes"),
        pytest.param("# Alpha $\\alpha$", id="comment"),
    ],
)
def test_prose_is_a_docstring_or_comments(tmp_path, body):
    assert read(tmp_path, f"# %% [markdown]\n{body}\n").cells[0].source == "Alpha $\\alpha$"


def test_a_cell_knows_the_line_of_its_source(tmp_path):
    text = read(tmp_path, '# top\n\n# %%\n\n\nx = 1\n\n# %% [markdown]\n"""\nprose\n"""\n')

    assert [(cell.line, cell.first) for cell in text.cells] == [(3, 6), (8, 10)]


def test_magics_in_comments_are_magics(tmp_path):
    assert read(tmp_path, "# %%\n# %matplotlib inline\n").cells[0].source == "%matplotlib inline"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        pytest.param("# %% exercize='a'", "Did you mean 'exercise'", id="misspelled role"),
        pytest.param("# %% color=1", "Unknown key 'color'", id="unknown key"),
        pytest.param("# %% A title", "expected key=value", id="title"),
        pytest.param("# %% test=softmax points=1", "not a Python literal", id="bare word"),
        pytest.param("# %% exercise=['a' uses=[]", "not a Python literal", id="unclosed"),
        pytest.param("# %% exercise=3", "expected a name", id="a number for a name"),
        pytest.param("# %% exercise='two words'", "expected a name", id="no identifier"),
        pytest.param("# %% setup=false", "expected true", id="set-up that is not"),
        pytest.param("# %% test='a' points='5'", "a positive number", id="points as text"),
        pytest.param("# %% test='a' points=0", "a positive number", id="no points"),
        pytest.param("# %% test='a' points=-1", "a positive number", id="negative points"),
        pytest.param("# %% test='a' points=True", "a positive number", id="points that are true"),
        pytest.param("# %% test='a'", "has no points", id="test without points"),
        pytest.param("# %% [markdown] written='a'", "has no points", id="words without points"),
        pytest.param("# %% test='a' points=1 points=2", "given twice", id="a key twice"),
        pytest.param("# %% exercise='a' test='a' points=1", "one role", id="two roles"),
        pytest.param("# %% exercise='a' points=1", "belongs to a cell with test", id="wrong key"),
        pytest.param("# %% uses=['a']", "belongs to a cell with exercise", id="key without role"),
        pytest.param("# %% exercise='a' uses='b'", "a list of exercises", id="uses as text"),
        pytest.param("# %% exercise='a' outcomes=[17]", "from 1 to 16", id="no such outcome"),
        pytest.param("# %% exercise='a' outcomes=[1, 1]", "each once", id="an outcome twice"),
        pytest.param("# %% exercise='a' outcomes=['1']", "from 1 to 16", id="outcome as text"),
        pytest.param("# %% written='a' points=1", "is a [markdown] cell", id="written code"),
        pytest.param("# %% [markdown] setup=true", "is a code cell", id="set-up in prose"),
        pytest.param("# %% [raw]", "code or [markdown]", id="raw"),
        pytest.param("#%% setup=true", "at the left margin", id="no space"),
        pytest.param("    # %%", "at the left margin", id="indented"),
        pytest.param("# %%%", "at the left margin", id="three"),
    ],
)
def test_a_wrong_header_is_an_error_with_its_line(tmp_path, header, message):
    with pytest.raises(BuildError) as caught:
        read(tmp_path, f"# %%\nx = 1\n\n{header}\ny = 2\n")

    assert message in caught.value.message
    assert caught.value.line == 4
    assert caught.value.path.endswith("text.py")


def test_a_string_in_a_header_may_look_like_a_key(tmp_path):
    with pytest.raises(BuildError, match="expected a name"):
        read(tmp_path, "# %% exercise='a points=3'\nx = 1\n")


@pytest.mark.parametrize("value", ["true", "True"])
def test_true_is_written_either_way(tmp_path, value):
    assert read(tmp_path, f"# %% setup={value}\nx = 1\n").cells[0].header.role == "setup"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param("import numpy\n# %%\nx = 1\n", 1, "Only comments", id="code above the cells"),
        pytest.param("x = 1\n", 1, "no cells", id="no cells"),
        pytest.param("# %%\nx = 1\n# %%\n\n# %%\ny = 1\n", 3, "empty", id="empty cell"),
    ],
)
def test_a_text_that_is_not_a_notebook(tmp_path, text, line, message):
    with pytest.raises(BuildError, match=message) as caught:
        read(tmp_path, text)

    assert caught.value.line == line


def test_a_file_in_another_encoding_is_an_error(tmp_path):
    path = tmp_path / "text.py"
    path.write_bytes(b"# %%\nx = '\xff'\n")

    with pytest.raises(BuildError, match="not UTF-8"):
        read_course_text(path)


def test_windows_line_ends_are_line_ends(tmp_path):
    path = tmp_path / "text.py"
    path.write_bytes(ASSIGNMENT.replace("\n", "\r\n").encode())

    assert read_course_text(path).answers["double"].line == line_of(ASSIGNMENT, 'exercise="double"')
