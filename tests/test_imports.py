"""Who may import whom: what runs student code cannot write grades, by construction."""

import ast
from pathlib import Path

import pytest

from tests.support.paths import ROOT

AUTOGRADER, DLCOURSE = ROOT / "autograder", ROOT / "lib" / "dlcourse"

FILES = sorted([*AUTOGRADER.rglob("*.py"), *DLCOURSE.rglob("*.py")])

ONLY = {
    "papermill": {"exam/engine.py"},
    "dask": {"fleet"},
    "distributed": {"fleet"},
    "typer": {"cli"},
    "nbgrader": {"authoring.py", "exam/preprocessor.py", "gradebook", "feedback"},
}
"""Of `autograder`, only these files and folders import the package."""

FOUNDATIONS = {"records.py": set[str](), "errors.py": set[str](), "settings.py": {"errors"}}
PURE = {
    "paper.py",
    "intake",
    "exam/wire.py",
    "exam/encoding.py",
    "exam/decoding.py",
    "exam/trees.py",
}
OF_PURE = {
    "records",
    "errors",
    "roles",
    "magics",
    "parsing",
    "names",
    "intake",
    "paper",
    "harmless",
    "exam.trees",
    "exam.wire",
}


def imported(path: Path) -> set[str]:
    """Return the full names of the modules that a file imports, wherever in it."""
    names = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imports(path: Path, package: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for name in imported(path))


def below(path: Path, slots: set[str]) -> bool:
    """Tell whether a file of `autograder` is one of the places or lies in one."""
    relative = path.relative_to(AUTOGRADER).as_posix()
    return any(
        relative == place or relative.startswith(f"{place}/") or relative == f"{place}.py"
        for place in slots
    )


@pytest.mark.parametrize("package", ONLY)
def test_a_package_is_imported_only_where_it_belongs(package):
    guests = [
        path.relative_to(ROOT).as_posix()
        for path in AUTOGRADER.rglob("*.py")
        if imports(path, package) and not below(path, ONLY[package])
    ]

    assert guests == []


@pytest.mark.parametrize("name", FOUNDATIONS)
def test_the_foundations_import_nothing_of_ours(name):
    ours = {n.split(".")[1] for n in imported(AUTOGRADER / name) if n.startswith("autograder.")}

    assert ours <= FOUNDATIONS[name]


@pytest.mark.parametrize("place", sorted(PURE))
def test_what_is_pure_imports_only_what_is_pure(place):
    files = [path for path in AUTOGRADER.rglob("*.py") if below(path, {place})]
    ours = {
        name.removeprefix("autograder.")
        for path in files
        for name in imported(path)
        if name.startswith("autograder.")
    }
    strangers = {n for n in ours if not any(n == ok or n.startswith(f"{ok}.") for ok in OF_PURE)}

    assert files
    assert strangers == set()


def test_the_exam_and_the_gradebook_never_meet():
    exam = [path for path in AUTOGRADER.rglob("*.py") if below(path, {"exam", "fleet"})]
    books = [path for path in AUTOGRADER.rglob("*.py") if below(path, {"gradebook"})]

    assert [path.name for path in exam if imports(path, "autograder.gradebook")] == []
    assert books
    assert [path.name for path in books if imports(path, "autograder.exam")] == []


def test_the_students_package_does_not_know_the_grader():
    assert [path.name for path in DLCOURSE.rglob("*.py") if imports(path, "autograder")] == []


def test_every_file_says_its_job_in_its_first_line():
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert silent == []
