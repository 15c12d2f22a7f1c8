"""Check that the sandbox knows no notebook: it imports only the layers below it."""

import ast
from pathlib import Path

import autograder.sandbox

BELOW = ("autograder.sandbox", "autograder.errors", "autograder.models", "autograder.config")
FORBIDDEN = ("nbformat", "nbclient", "nbgrader", "papermill", "dask", "dlcourse")


def test_the_sandbox_imports_only_the_layers_below_it():
    names = set()
    for path in Path(autograder.sandbox.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(str(node.module))

    ours = {name for name in names if name.startswith("autograder")}
    assert {name for name in ours if not name.startswith(BELOW)} == set()
    assert {name for name in names if name.split(".")[0] in FORBIDDEN} == set()
