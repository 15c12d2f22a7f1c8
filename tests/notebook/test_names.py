"""The names that a cell reads, assigns and imports."""

import builtins

import pytest

from autograder.notebook.names import (
    assigned_names,
    free_names,
    imported_names,
    names_if_python,
    student_names,
    syntax_error,
)


def free(source):
    return free_names(source) - set(dir(builtins))


@pytest.mark.parametrize(
    ("source", "names"),
    [
        pytest.param("softmax(z)", {"softmax", "z"}, id="plain reads"),
        pytest.param("z = 1\nsoftmax(z)", {"softmax"}, id="bound before"),
        pytest.param("x = x + 1", {"x"}, id="read before it is bound"),
        pytest.param("x += 1", {"x"}, id="augmented assignment reads"),
        pytest.param("a.b = 1\nc[d] = 2", {"a", "c", "d"}, id="attribute and item targets"),
        pytest.param("for row in X: y = row\nprint(y, row)", {"X"}, id="loop variables stay"),
        pytest.param("for x in x: pass", {"x"}, id="the iterable comes before the target"),
        pytest.param("[f(v) for v in X if v > t]", {"f", "X", "t"}, id="comprehension"),
        pytest.param("v = [v for _ in range(3)]", {"v"}, id="comprehension runs in place"),
        pytest.param("[v for v in X]\nv", {"X", "v"}, id="comprehension targets end with it"),
        pytest.param("[(y := f(x)) for x in X]\ny", {"f", "X"}, id="walrus leaves it"),
        pytest.param("{k: w for k, w in d.items() for q in k}", {"d"}, id="two loops"),
        pytest.param("{k: w for k in w for w in k}", {"w"}, id="loops in the wrong order"),
        pytest.param("if (n := f(x)) > 3: print(n)", {"f", "x"}, id="walrus"),
        pytest.param("def g(a): return a + h(b)", {"h", "b"}, id="nested function"),
        pytest.param("def g(): return late\nlate = 1\ng()", set(), id="bound after the def"),
        pytest.param("def g(a=d): pass", {"d"}, id="defaults are read at once"),
        pytest.param("def g(a: T) -> R: pass", {"T", "R"}, id="annotations are read"),
        pytest.param("@wraps(f)\ndef f(): pass", {"wraps", "f"}, id="decorators come first"),
        pytest.param("def g():\n  x = 1\n  def h(): return x\n  return h", set(), id="closure"),
        pytest.param("def g():\n  global n\n  n += 1", set(), id="global stores bind"),
        pytest.param("def g():\n  global n\n  return n", {"n"}, id="global reads"),
        pytest.param("lambda a, b=c: a + b + d", {"c", "d"}, id="lambda"),
        pytest.param(
            "class A(Base, metaclass=M):\n  n = k\n  m = n", {"Base", "M", "k"}, id="class"
        ),
        pytest.param("class A:\n  x = x", {"x"}, id="a class body that reads outside first"),
        pytest.param(
            "class A:\n  def f(self): return super().f() + __class__.n", set(), id="super"
        ),
        pytest.param("class A:\n  n = 1\nn", {"n"}, id="class names end with it"),
        pytest.param("x = 1\ndel x\nx", {"x"}, id="del unbinds"),
        pytest.param("del x", {"x"}, id="del reads"),
        pytest.param("import numpy as np, os.path\nnp, os, path", {"path"}, id="imports bind"),
        pytest.param("from a import b as c\nb, c", {"b"}, id="from-imports bind"),
        pytest.param("from numpy import *\nexp(1)", {"exp"}, id="star imports bind nothing known"),
        pytest.param("try: f()\nexcept E as e: print(e)\ne", {"f", "E", "e"}, id="except"),
        pytest.param("with f() as (a, b): a, b", {"f"}, id="with"),
        pytest.param("x: int", set(), id="a bare annotation"),
        pytest.param("x: int\nx", {"x"}, id="a bare annotation binds nothing"),
        pytest.param(
            "match v:\n  case P(a, [b, *c], {'k': d, **e}) as w: a, b, c, d, e, w",
            {"v", "P"},
            id="match",
        ),
        pytest.param("f'{a:{b}} {c!r}'", {"a", "b", "c"}, id="f-string"),
        pytest.param("if a: x = 1\nx", {"a"}, id="a binding in one branch counts"),
        pytest.param("%matplotlib inline\n!ls\nf(x)", {"f", "x"}, id="magics"),
        pytest.param("await f(x)", {"f", "x"}, id="top-level await"),
        pytest.param("async def g():\n  async for a in b: await a", {"b"}, id="async"),
        pytest.param("", set(), id="nothing"),
    ],
)
def test_free_names(source, names):
    assert free(source) == names


def test_builtins_are_free_names_too():
    assert free_names("print(len(x))") == {"print", "len", "x"}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        pytest.param("import numpy as np\nx = 1\ndef f(): y = 2", {"x", "f"}, id="no imports"),
        pytest.param("class A:\n  n = 1", {"A"}, id="class"),
        pytest.param("a, (b, *c) = z", {"a", "b", "c"}, id="unpacking"),
        pytest.param("[x for x in z]", set(), id="comprehension"),
        pytest.param("[(y := x) for x in z]", {"y"}, id="walrus in a comprehension"),
        pytest.param("x = 1\ndel x", set(), id="deleted again"),
        pytest.param("import f\ndef f(): pass", {"f"}, id="imported, then defined"),
        pytest.param("def f(): pass\nimport f", set(), id="defined, then imported"),
        pytest.param("if a:\n  x = 1\nelse:\n  y = 2", {"x", "y"}, id="both branches"),
        pytest.param("def f():\n  global n\n  n = 1", {"f", "n"}, id="global"),
        pytest.param("try: pass\nexcept E as e: pass", set(), id="except"),
        pytest.param("files = !ls", {"files"}, id="shell value"),
    ],
)
def test_assigned_names(source, names):
    assert assigned_names(source) == names


def test_imported_names_are_those_that_stay_imports():
    source = "import a.b, c as d\nfrom e import f, g as h\nfrom i import *\nf = 1"

    assert imported_names(source) == {"a", "d", "h", "*"}


def test_student_names_are_what_the_answer_cells_assign():
    cells = ["import numpy as np\ndef softmax(z): pass", "%time\nmodel = softmax(1)"]

    assert student_names(cells) == {"softmax", "model"}


def test_an_invalid_escape_is_ignored():
    assert free(r"f('\d')") == {"f"}


def test_a_syntax_error_is_raised():
    with pytest.raises(SyntaxError):
        free_names("def f(:")


@pytest.mark.parametrize("source", ["Some words.", "x = (", "\0", "x = 1\n  y = 2", "(" * 500])
def test_what_is_not_python_has_no_names(source):
    assert names_if_python(source) == frozenset()
    assert syntax_error(source).startswith("line ")


@pytest.mark.parametrize("source", ["x = 1", "!ls\nx = 1", "%time x = 1"])
def test_what_is_python_without_its_magics_has_names(source):
    assert names_if_python(source) == {"x"}
    assert syntax_error(source) is None
