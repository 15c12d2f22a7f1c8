"""The two distributions: students install `dlcourse` alone, instructors both."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.support.paths import ROOT

LOCK = ROOT / "requirements.lock"
UV = Path(sys.executable).with_name("uv")

FOLDERS = {"autograder": ROOT, "dlcourse": ROOT / "lib"}

GRADER = {"autograder", "dask", "distributed", "jupytext", "nbgrader", "papermill", "sqlalchemy"}
"""What only instructors install."""

LOAD_ENTRY_POINTS = """
import importlib.metadata, json
import papermill  # it loads its engines itself, so it comes first
points = importlib.metadata.distribution("{name}").entry_points
print(json.dumps(sorted([point.group, point.name, callable(point.load())] for point in points)))
"""


def read_project(name):
    return tomllib.loads((FOLDERS[name] / "pyproject.toml").read_text())


def package_name(requirement):
    """Return the name in a requirement: `dask` for `dask>=2025.1`."""
    return re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()


def run(*command, cwd, expected=0):
    """Run a command outside the repository and this environment; return what it printed."""
    hidden = {"VIRTUAL_ENV", "PYTHONPATH", "JUPYTER_PATH"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    ended = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=250
    )
    assert ended.returncode == expected, ended.stdout + ended.stderr
    return ended.stdout


def install(environment, *wheels):
    """Make an environment that has the wheels and what they depend on, at the pinned versions."""
    folder = environment.parent
    python = environment / "bin" / "python"
    run(UV, "venv", "--quiet", "--python", sys.executable, environment, cwd=folder)
    options = ["--quiet", "--python", python, "--constraints", LOCK]
    run(UV, "pip", "install", *options, *wheels, cwd=folder)
    return environment / "bin"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    for source in FOLDERS.values():
        run(UV, "build", "--quiet", "--wheel", "--out-dir", folder, source, cwd=folder)
    return {path.name.split("-")[0]: path for path in folder.glob("*.whl")}


@pytest.fixture(scope="module")
def student(tmp_path_factory, wheels):
    """The programs of an environment with `dlcourse` alone."""
    return install(tmp_path_factory.mktemp("student") / "venv", wheels["dlcourse"])


@pytest.fixture(scope="module")
def instructor(tmp_path_factory, wheels):
    """The programs of an environment with both distributions."""
    return install(tmp_path_factory.mktemp("instructor") / "venv", *wheels.values())


def test_both_distributions_have_the_license():
    assert (ROOT / "lib" / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_the_lock_has_names_and_versions_only():
    lines = [line for line in LOCK.read_text().splitlines() if line]

    for line in lines:
        assert line.lstrip().startswith("#") or re.fullmatch(r"[\w.-]+==[\w.+!-]+( ; .*)?", line)
        assert "://" not in line


@pytest.mark.parametrize("name", FOLDERS)
def test_the_lock_pins_every_direct_dependency(name):
    project = read_project(name)
    slurm = project["project"]["optional-dependencies"].get("slurm", [])
    dev = project.get("dependency-groups", {}).get("dev", [])
    wanted = {package_name(r) for r in [*project["project"]["dependencies"], *slurm, *dev]}

    pinned = {package_name(line) for line in LOCK.read_text().splitlines() if "==" in line}

    assert wanted - pinned - {"dlcourse"} == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDERS)
def test_a_wheel_has_every_file_of_its_package_and_no_other(name, wheels):
    folder = FOLDERS[name]
    files = {
        path.relative_to(folder).as_posix()
        for path in (folder / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    packed = set(zipfile.ZipFile(wheels[name]).namelist())

    assert {path for path in packed if ".dist-info/" not in path} == files
    assert f"{name}/py.typed" in files


@pytest.mark.slow
def test_a_student_installs_no_grader(student, tmp_path):
    listed = run(UV, "pip", "list", "--format", "json", "-p", student / "python", cwd=tmp_path)
    installed = {package["name"] for package in json.loads(listed)}

    assert "dlcourse" in installed
    assert installed & GRADER == set()
    run(student / "python", "-c", "import autograder", cwd=tmp_path, expected=1)


@pytest.mark.slow
def test_a_student_checks_a_released_notebook(student, tmp_path):
    notebook = ROOT / "release" / "week01_perceptron" / "perceptron.ipynb"

    shown = run(student / "dlcourse", "check", notebook, cwd=tmp_path, expected=1)

    assert "not attempted yet" in shown
    assert re.search(r"^0 of \d+ points", shown, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDERS)
def test_entry_points_can_be_loaded(name, instructor, tmp_path):
    project = read_project(name)["project"]
    groups = {"console_scripts": project["scripts"], **project.get("entry-points", {})}
    expected = [[group, point, True] for group, points in groups.items() for point in points]

    script = LOAD_ENTRY_POINTS.format(name=name)
    loaded = json.loads(run(instructor / "python", "-c", script, cwd=tmp_path))

    assert loaded == sorted(expected)


@pytest.mark.slow
def test_an_instructor_has_the_command_and_one_version_of_both(instructor, wheels, tmp_path):
    versions = {path.name.split("-")[1] for path in wheels.values()}

    assert "grade" in run(instructor / "autograder", "--help", cwd=tmp_path)
    assert len(versions) == 1
