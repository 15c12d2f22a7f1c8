"""The files in runners/ say what they should, as far as it can be tried without their machines."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml
from bench.pupils import trivial_class
from bench.race import demand_points

from autograder.cli.main import commands
from bench import systems
from bench.assignment import TRIVIAL
from bench.courses import write_nbgrader_course
from tests.support.paths import ROOT

RUNNERS = ROOT / "runners"
DOCKERFILE = RUNNERS / "docker" / "Dockerfile"
WORKFLOW = RUNNERS / "github" / "grade.yml"
CLUSTER = RUNNERS / "kubernetes" / "cluster.yaml"
SLURM = RUNNERS / "slurm" / "grade.py"
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "course" / "authoring.md"]
BIN = Path(sys.executable).parent

COMMANDS = typer.main.get_command(commands).commands
CALL = re.compile(r"(?<![\w-])autograder,?[ ]+((?:" + "|".join(COMMANDS) + r")\b[^\n#`;|&\]]*)")


def calls(text):
    """Return the command lines of ours in a text, as lists of words."""
    return [shlex.split(call.replace(", ", " ")) for call in CALL.findall(text)]


def parse(words):
    """Parse a command line as the program would, up to running it; a bare name is prose."""
    name, *arguments = words
    if arguments:
        COMMANDS[name].make_context(name, arguments)


@pytest.fixture(scope="module")
def workflow():
    return yaml.safe_load(WORKFLOW.read_text())


@pytest.fixture(scope="module")
def cluster():
    return {part["kind"]: part for part in yaml.safe_load_all(CLUSTER.read_text())}


@pytest.fixture(scope="module")
def job_script(tmp_path_factory):
    command = [
        sys.executable,
        SLURM,
        "week01_perceptron",
        "--gpus",
        "2",
        "--queue",
        "gpu",
        "--show",
    ]
    folder = tmp_path_factory.mktemp("slurm")
    shown = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100)
    assert shown.returncode == 0, shown.stderr
    assert list(folder.iterdir()) == []  # the certificate is gone
    return shown.stdout


@pytest.mark.parametrize(
    "path", [DOCKERFILE, WORKFLOW, CLUSTER, *PAGES], ids=lambda path: path.name
)
def test_every_command_of_ours_in_a_file_exists_with_its_options(path):
    found = calls(path.read_text())

    assert found
    for words in found:
        parse(words)


def test_the_readme_names_every_runner():
    text = (ROOT / "README.md").read_text()

    for folder in RUNNERS.iterdir():
        assert f"runners/{folder.name}" in text


def test_the_workflow_runs_at_night_and_by_hand_and_for_no_stranger(workflow):
    triggers = workflow[True]  # YAML 1.1 reads `on` so

    assert set(triggers) == {"schedule", "workflow_dispatch"}
    assert all(len(entry["cron"].split()) == 5 for entry in triggers["schedule"])


def test_the_workflow_has_the_keys_that_github_knows(workflow):
    assert set(workflow) == {"name", True, "permissions", "concurrency", "env", "jobs"}
    for job in workflow["jobs"].values():
        assert set(job) <= {"runs-on", "timeout-minutes", "steps", "env", "if", "needs"}
        for step in job["steps"]:
            assert set(step) <= {"name", "id", "if", "uses", "with", "run", "env"}
            assert ("uses" in step) != ("run" in step)


def test_the_workflow_can_read_and_nothing_else(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    (checkout,) = (s for s in steps(workflow) if "checkout" in s.get("uses", ""))
    assert checkout["with"]["persist-credentials"] is False


def test_one_grading_waits_for_the_other(workflow):
    assert workflow["concurrency"] == {"group": "grade", "cancel-in-progress": False}


def test_actions_are_pinned_to_a_commit():
    for uses in re.findall(r"uses: (.*)", WORKFLOW.read_text()):
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", uses)


def test_no_input_is_pasted_into_a_script(workflow):
    assert not [step for step in steps(workflow) if "${{" in step.get("run", "")]


def test_shellcheck_finds_nothing_in_the_scripts(workflow, job_script, tmp_path):
    scripts = [step["run"] for step in steps(workflow) if "run" in step]
    for number, text in enumerate([*scripts, job_script]):
        script = tmp_path / f"{number}.sh"
        script.write_text(text)

        found = subprocess.run(
            [BIN / "shellcheck", "--shell=bash", script], capture_output=True, text=True
        )

        assert found.stdout == ""


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_slurms_job_runs_our_worker(job_script):
    (words,) = calls(job_script)

    assert words[0] == "worker"
    assert words[1].startswith("tls://")
    assert words[2:4] == ["--gpus", "auto"]
    assert "#SBATCH --gres=gpu:2\n" in job_script
    assert "#SBATCH -p gpu\n" in job_script


def test_slurms_job_has_options_that_our_worker_knows(job_script):
    (words,) = calls(job_script)

    parse(words)


def test_the_operator_finds_the_scheduler_by_its_service(cluster):
    scheduler = cluster["DaskCluster"]["spec"]["scheduler"]
    name = cluster["DaskCluster"]["metadata"]["name"]

    (container,) = scheduler["spec"]["containers"]
    available = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert available == {"tcp-comm": 8786, "http-dashboard": 8787}
    assert {p["targetPort"]: p["port"] for p in scheduler["service"]["ports"]} == available
    assert scheduler["service"]["selector"] == {
        "dask.org/cluster-name": name,
        "dask.org/component": "scheduler",
    }


def test_only_the_clusters_own_pods_reach_it(cluster):
    policy, name = cluster["NetworkPolicy"]["spec"], cluster["DaskCluster"]["metadata"]["name"]

    assert policy["podSelector"]["matchLabels"] == {"dask.org/cluster-name": name}
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert all("from" in rule for rule in policy["ingress"])


def test_the_worker_may_make_namespaces_and_has_no_other_right(cluster):
    worker = cluster["DaskCluster"]["spec"]["worker"]["spec"]
    (container,) = worker["containers"]
    context = container["securityContext"]

    assert worker["hostUsers"] is False  # Kubernetes demands it for an unmasked /proc
    assert worker["automountServiceAccountToken"] is False
    assert context["procMount"] == "Unmasked"
    assert context["seccompProfile"] == context["appArmorProfile"] == {"type": "Unconfined"}
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["runAsNonRoot"] is True
    assert "privileged" not in context
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1


def test_scheduler_and_workers_are_one_image(cluster):
    parts = cluster["DaskCluster"]["spec"]

    images = {parts[part]["spec"]["containers"][0]["image"] for part in ("scheduler", "worker")}

    assert len(images) == 1


def instructions():
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [line.split(maxsplit=1) for line in lines]


def test_the_image_copies_what_is_there_and_what_travels():
    ignored = (DOCKERFILE.parent / "Dockerfile.dockerignore").read_text().splitlines()
    sources = [
        name for word, rest in instructions() if word == "COPY" for name in rest.split()[:-1]
    ]

    assert len(sources) == 7
    for name in sources:
        assert (ROOT / name).exists()
        assert f"!{name.split('/')[0]}" in ignored


def test_the_image_is_pinned_and_runs_as_an_ordinary_user():
    said = instructions()
    words = [word for word, _ in said]

    assert ["FROM", "python:${PYTHON}-slim-bookworm"] in said
    assert words.index("USER") > max(i for i, word in enumerate(words) if word == "RUN")
    assert ["USER", "grader"] in said


def test_the_image_uses_the_projects_own_uv():
    (pinned,) = set(re.findall(r"uv==([\d.]+)", DOCKERFILE.read_text()))

    assert f"uv=={pinned}" in (ROOT / "Makefile").read_text()


SBATCH = """\
#!/usr/bin/env bash
cp "$1" "{logs}/$$.sh"
setsid bash "{logs}/$$.sh" >"{logs}/$$.log" 2>&1 &
echo "Submitted batch job $!"
"""
SCANCEL = """\
#!/usr/bin/env bash
kill -- "-$1"
"""


@pytest.mark.slow
def test_a_class_is_graded_by_workers_that_slurm_starts(tmp_path, monkeypatch):
    course, programs, class_work = tmp_path / "course", tmp_path / "bin", trivial_class(3)
    write_nbgrader_course(course, TRIVIAL, class_work)
    programs.mkdir()
    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (programs / name).write_text(text.format(logs=tmp_path))
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")

    command = [sys.executable, SLURM, TRIVIAL.week, "--root", course, "--jobs", "2", "--cores", "1"]
    graded = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=250)

    assert graded.returncode == 0, graded.stdout + graded.stderr
    demand_points("Slurm", systems.ours(course, TRIVIAL, 1).points(), class_work)
    assert len(list(tmp_path.glob("*.sh"))) == 2
