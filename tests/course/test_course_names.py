"""Tests that the course uses only names and keyword arguments that `dlcourse` has."""

import ast
import importlib
import inspect
import re
from functools import cache

import pytest

from tests.support.paths import ROOT

COURSE = ROOT / "course"
FILES = sorted(COURSE.glob("*/*.py"))
TEXTS = [*sorted(COURSE.glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]

IN_PROSE = re.compile(r"`(plot|widgets|envs)\.(\w+)")

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@cache
def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(tree):
    """Yield (local name, module, name or None) of each import of `dlcourse` in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dlcourse":
            for alias in node.names:
                yield alias.asname or alias.name, node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname and alias.name.startswith("dlcourse."):
                    package, _, name = alias.name.rpartition(".")
                    yield alias.asname, package, name


def resolve(module, name):
    """Return the object that `from module import name` binds."""
    found = importlib.import_module(module)
    return (
        getattr(found, name)
        if hasattr(found, name)
        else importlib.import_module(f"{module}.{name}")
    )


def bound_in(scope):
    """Return the names that a function, a lambda or a file binds itself, without its imports."""
    names = set()
    if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        a = scope.args
        arguments = [*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg]
        names |= {argument.arg for argument in arguments if argument}
    stack = list(ast.iter_child_nodes(scope))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        if not isinstance(node, SCOPES):
            stack.extend(ast.iter_child_nodes(node))
    return names


def uses(scope, modules):
    """Yield each attribute `name.attribute` of the modules, and the keywords of its call."""
    modules = modules - bound_in(scope)
    calls = {}
    stack = list(ast.iter_child_nodes(scope))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Call):
            calls[id(node.func)] = [keyword.arg for keyword in node.keywords if keyword.arg]
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in modules
        ):
            yield node, calls.get(id(node), [])
        if isinstance(node, SCOPES):
            yield from uses(node, modules)
            # A decorator and a default value belong to the enclosing scope, but no file of the
            # course rebinds a module there, so `uses` may visit them with the function.
        else:
            stack.extend(ast.iter_child_nodes(node))


def unknown_keywords(function, keywords):
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return []
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return []
    return [keyword for keyword in keywords if keyword not in parameters]


def problems_of(tree, imports):
    """Return what a file uses of `dlcourse` although it does not exist."""
    found = []
    modules = {local: f"{module}.{name}" for local, module, name in imports}
    for node, keywords in uses(tree, frozenset(modules)):
        package, _, name = modules[node.value.id].rpartition(".")
        module = resolve(package, name)
        used = f"{node.value.id}.{node.attr}"
        if not hasattr(module, node.attr):
            found.append(f"line {node.lineno}: {used}")
            continue
        wrong = unknown_keywords(getattr(module, node.attr), keywords)
        found += [f"line {node.lineno}: {used}({keyword}=...)" for keyword in wrong]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_imported_name_exists(path):
    for _, module, name in imports_of(parse(path)):
        resolve(module, name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_used_name_exists(path):
    # Misconceptions are run in the namespace of the week's assignment.
    imports = {one for file in path.parent.glob("*.py") for one in imports_of(parse(file))}

    assert problems_of(parse(path), imports) == []


@pytest.mark.parametrize(
    "path", [*FILES, *TEXTS], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_every_name_in_prose_exists(path):
    for module, name in IN_PROSE.findall(path.read_text(encoding="utf-8")):
        assert hasattr(importlib.import_module(f"dlcourse.{module}"), name), f"{module}.{name}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("plot.points([])", [], id="known"),
        pytest.param("plot.point([])", ["line 1: plot.point"], id="unknown name"),
        pytest.param(
            "f(plot.points(X, paint=1))", ["line 1: plot.points(paint=...)"], id="keyword"
        ),
        pytest.param("def f():\n    return plot.x", ["line 2: plot.x"], id="in a function"),
        pytest.param("def f(plot):\n    return plot.x", [], id="an argument of that name"),
        pytest.param("def f():\n    plot = 1\n    plot.x", [], id="a variable of that name"),
    ],
)
def test_problems_are_found(source, expected):
    assert problems_of(ast.parse(source), {("plot", "dlcourse", "plot")}) == expected
