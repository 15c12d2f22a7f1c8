"""What a student sees of `dlcourse`."""

import ast
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import dlcourse
import pytest

PUBLIC = ["check", "data", "envs", "import_keras", "plot", "text", "widgets"]
ROOT = Path(dlcourse.__file__).parent


def test_completion_shows_what_a_student_uses():
    assert dir(dlcourse) == ["__version__", *PUBLIC]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_has_a_docstring(name):
    assert len(getattr(dlcourse, name).__doc__.splitlines()[0]) > 20


@pytest.mark.parametrize("name", ["check", "data", "envs", "plot", "text", "widgets"])
def test_everything_a_submodule_exports_has_a_docstring_or_is_data(name):
    submodule = getattr(dlcourse, name)

    assert [
        each
        for each in submodule.__all__
        if callable(getattr(submodule, each)) and not getattr(submodule, each).__doc__
    ] == []


def test_the_version_is_that_of_the_distribution():
    assert dlcourse.__version__ == version("dlcourse")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError):
        dlcourse.models  # noqa: B018


def test_submodules_are_imported_on_first_use():
    code = (
        "import sys, dlcourse; assert 'dlcourse.data' not in sys.modules; "
        "dlcourse.data.xor; from dlcourse import probes; import dlcourse.check; "
        "sys.exit('matplotlib' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_module_imports_itself_in_a_circle():
    graph = {module(path): imports(path) for path in ROOT.rglob("*.py")}
    left = dict(graph)
    while free := [name for name, needed in left.items() if not needed & left.keys()]:
        for name in free:
            del left[name]

    assert sorted(left) == []


def module(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Return the modules of `dlcourse` that a file imports at its top level.

    `from dlcourse.check import _format` counts as an import of `dlcourse.check._format` alone.
    """
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            folder = ROOT.parent.joinpath(*node.module.split("."))
            modules = {
                name
                for name in inside
                if (folder / f"{name.rpartition('.')[2]}.py").exists()
                or (folder / name.rpartition(".")[2]).is_dir()
            }
            found |= modules
            if modules != inside:
                found.add(node.module)
    return found
