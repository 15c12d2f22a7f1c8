"""Test which module may import which, so that what runs student code cannot write grades.

The packages' order is a contract of import-linter in pyproject.toml. Here are the other rules:
which of the installed packages may be imported where, what must stay apart, and no circles.
"""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

from tests.support.paths import ROOT

FILES = sorted([*(ROOT / "autograder").rglob("*.py"), *(ROOT / "lib" / "dlcourse").rglob("*.py")])

ONLY = {
    "papermill": ("autograder.integrations",),
    "dask": ("autograder.dispatch",),
    "distributed": ("autograder.dispatch",),
    "typer": ("autograder.cli",),
    "nbgrader": (
        "autograder.course.build.release",
        "autograder.gradebook",
        "autograder.integrations.nbgrader",
        "autograder.reporting.feedback",
    ),
    "sqlalchemy": ("autograder.gradebook",),
}
"""The modules and packages of `autograder` that may import an installed package."""

APART = [
    ("autograder.gradebook", "autograder.exam"),
    ("autograder.gradebook", "autograder.dispatch"),
    ("autograder.exam", "autograder.gradebook"),
    ("autograder.dispatch", "autograder.gradebook"),
    ("dlcourse", "autograder"),
    *[
        ("autograder.sandbox", f"autograder.{name}")
        for name in ("notebook", "course", "submission", "exam", "dispatch", "verification")
    ],
    *[
        ("autograder.sandbox", name)
        for name in ("nbformat", "nbclient", "nbgrader", "papermill", "dask", "distributed")
    ],
    ("autograder.sandbox", "dlcourse"),
]
"""Pairs of which the first must not import the second, neither directly nor through others."""

PURE = {
    "autograder.exam.protocol": {"autograder.errors", "autograder.models"},
    "autograder.submission": {
        "autograder.course",
        "autograder.errors",
        "autograder.models",
        "autograder.notebook",
    },
    "autograder.notebook": {"autograder.models"},
    "autograder.models": set[str](),
    "autograder.config": {"autograder.errors"},
    "autograder.errors": set[str](),
}
"""All of ours that a pure module or package may import."""

NO_PROCESSES = {"subprocess", "multiprocessing", "zmq", "jupyter_client", "nbclient", "dask"}
"""What nothing pure imports: it starts no process and talks to none."""


@cache
def graph() -> grimp.ImportGraph:
    """Return which module imports which, wherever in it; installed packages are single nodes."""
    return grimp.build_graph(
        "autograder", "dlcourse", include_external_packages=True, cache_dir=None
    )


def is_in(module: str, package: str) -> bool:
    """Return whether a module is a package or is in it."""
    return module == package or module.startswith(f"{package}.")


def modules_of(package: str) -> set[str]:
    """Return the modules of a package, which must exist."""
    found = {module for module in graph().modules if is_in(module, package)}
    assert found, f"There is no {package}."
    return found


def imported_by(package: str) -> set[str]:
    """Return what the modules of a package import from outside it."""
    imported = (graph().find_modules_directly_imported_by(one) for one in modules_of(package))
    return {module for module in set().union(*imported) if not is_in(module, package)}


@pytest.mark.parametrize("package", ONLY)
def test_an_installed_package_is_imported_only_where_it_belongs(package):
    importers = graph().find_modules_that_directly_import(package)
    ours = {module for module in importers if is_in(module, "autograder")}
    strangers = {one for one in ours if not any(is_in(one, place) for place in ONLY[package])}

    assert ours
    assert strangers == set()


@pytest.mark.parametrize(("importer", "imported"), APART)
def test_packages_that_must_stay_apart_do(importer, imported):
    ours = is_in(imported, "autograder") or is_in(imported, "dlcourse")
    targets = modules_of(imported) if ours else {imported} & graph().modules

    chains = [
        " -> ".join(chain)
        for module in sorted(modules_of(importer))
        for target in sorted(targets)
        if (chain := graph().find_shortest_chain(module, target))
    ]

    assert chains == []


@pytest.mark.parametrize("package", PURE)
def test_what_is_pure_imports_only_what_is_pure(package):
    imported = imported_by(package)
    ours = {module for module in imported if is_in(module, "autograder")}

    assert {one for one in ours if not any(is_in(one, ok) for ok in PURE[package])} == set()
    assert imported & NO_PROCESSES == set()


def test_no_modules_import_each_other_in_a_circle():
    ours = {one for one in graph().modules if is_in(one, "autograder") or is_in(one, "dlcourse")}
    imports = {one: graph().find_modules_directly_imported_by(one) & ours for one in ours}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" imported by ".join(error.args[1]))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_states_its_job_in_its_first_line(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))

    assert docstring, f"{path} has no docstring."
    assert docstring.splitlines()[0].endswith("."), "The first line is not a sentence."


def test_all_imports_name_their_package():
    relative = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []
