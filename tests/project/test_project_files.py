"""The files that a project has beside its code: continuous integration, forms, hooks, citation."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.support.paths import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "test.yml"
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.fixture(scope="module")
def workflow():
    return yaml.safe_load(WORKFLOW.read_text())


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_ci_runs_on_every_python_that_the_project_allows(workflow):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lowest, limit = map(int, re.findall(r"3\.(\d+)", project["requires-python"]))

    tested = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]

    assert tested == [f"3.{minor}" for minor in range(lowest, limit)]


def test_ci_runs_the_targets_that_a_developer_runs(workflow):
    commands = " ".join(step.get("run", "") for step in steps(workflow))

    assert {"check", "test"} <= set(re.findall(r"make ([a-z-]+)", commands))
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_ci_can_read_and_nothing_else(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    for step in steps(workflow):
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


def test_the_actions_of_ci_are_pinned_to_a_commit():
    for uses in re.findall(r"uses: (.*)", WORKFLOW.read_text()):
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", uses)


def test_shellcheck_finds_nothing_in_the_scripts_of_ci(workflow):
    shellcheck = [Path(sys.executable).with_name("shellcheck"), "--shell=bash", "-"]
    for script in [step["run"] for step in steps(workflow) if "run" in step]:
        assert "${{" not in script  # an expression in a script could be code

        found = subprocess.run(shellcheck, input=script, capture_output=True, text=True)

        assert found.stdout == ""


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_has_what_github_asks_for(path):
    form = yaml.safe_load(path.read_text())
    if path.stem == "config":
        assert form == {"blank_issues_enabled": False}
        return

    assert {"name", "description", "body"} <= set(form)
    names = [part["id"] for part in form["body"] if part["type"] != "markdown"]
    assert len(names) == len(set(names))


def test_the_hooks_run_the_tools_that_are_pinned():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    (local,) = (repo["hooks"] for repo in hooks["repos"] if repo["repo"] == "local")

    assert [hook["id"] for hook in local] == ["ruff", "ruff-format", "mypy", "codespell"]
    assert all(hook["entry"].startswith(".venv/bin/") for hook in local)


def test_the_help_of_make_lists_every_target():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True).stdout
    targets = MAKEFILE.split(".PHONY:")[1].split("\n\n")[0].replace("\\\n", " ").split()

    assert re.findall(r"^  make ([a-z-]+) ", shown, re.MULTILINE) == targets
