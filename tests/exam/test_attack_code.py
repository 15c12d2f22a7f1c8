"""Test that the code of the attacks uses modules, names and paths that exist.

An attack on something that does not exist earns nothing either, and so would test nothing.
"""

import ast
import importlib
from pathlib import Path

import pytest

from autograder.course.paths import CoursePaths
from tests.support.attacks import BREAKING, EXHAUSTING, FORGING, READING

SOURCES = {**FORGING, **READING, **BREAKING, **EXHAUSTING}
OUR_PACKAGES = ("autograder", "dlcourse")


def imports_of(code):
    """Yield (module, name) of each import from our packages; the name is None for `import a.b`."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)


IMPORTS = [
    pytest.param(module, name, id=f"{attack}-{module}")
    for attack, code in SOURCES.items()
    for module, name in imports_of(code)
    if module.partition(".")[0] in OUR_PACKAGES
]


def test_some_attacks_import_from_our_packages():
    assert len(IMPORTS) >= 4


@pytest.mark.parametrize(("module", "name"), IMPORTS)
def test_what_an_attack_imports_exists(module, name):
    found = importlib.import_module(module)

    if name is not None and not hasattr(found, name):
        importlib.import_module(f"{module}.{name}")


def test_the_attack_on_files_reads_the_result_cache():
    assert f'"{CoursePaths(Path("ROOT")).result_cache}"' in READING["reads-files"]
