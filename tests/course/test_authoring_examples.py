"""Every example of `course/authoring.md` does what the page says, read from the page itself."""

import re
from pathlib import Path

import pytest

from autograder.course.build.name_checks import check_names
from autograder.course.build.text import read_course_text
from autograder.errors import BuildError
from autograder.exam.test_cells import TestCell
from autograder.models import CellRole
from autograder.notebook.names import assigned_names
from autograder.verification.run_request import AnswerResult, CodeCell, RunMode
from tests.support.candidate_stub import run_cells
from tests.support.paths import ROOT

PAGE = ROOT / "course" / "authoring.md"
SETUP = "import warnings\nimport numpy as np\nfrom dlcourse import check, probes\n"
POINTS = 3.0

_SECTION = re.compile(r"^### (?=\d)", re.MULTILINE)
_BLOCK = re.compile(r"^```(?:python|text) ([a-z ]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read_examples() -> dict[str, dict[str, str]]:
    """Return the blocks of each numbered section, by the words behind their language."""
    sections = _SECTION.split(PAGE.read_text(encoding="utf-8"))[1:]
    return {text.splitlines()[0]: dict(_BLOCK.findall(text)) for text in sections}


EXAMPLES = read_examples()
ENVIRONMENTS = tuple(mode.value for mode in RunMode)

every_example = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)


def with_block(*names: str) -> pytest.MarkDecorator:
    found = {k: e for k, e in EXAMPLES.items() if all(name in e for name in names)}
    return pytest.mark.parametrize("example", found.values(), ids=found)


def run_exam(example: dict[str, str], test: str, answer: str, environment: str) -> AnswerResult:
    names = tuple(sorted(assigned_names(example["student"])))
    test_cell = TestCell(0, "test", POINTS, example[test], "", names, {})
    cells = [
        CodeCell(CellRole.SETUP, SETUP + example.get("setup", "")),
        CodeCell(CellRole.ANSWER, example[answer]),
        CodeCell(CellRole.TEST, example[test], test_cell),
    ]
    return run_cells(RunMode(environment), cells)


def points(example: dict[str, str], test: str, answer: str, environment: str) -> float:
    return run_exam(example, test, answer, environment).verdicts[0].points


def build(tmp_path: Path, example: dict[str, str], test: str) -> None:
    name = sorted(assigned_names(example["student"]))[0]
    path = tmp_path / "week.py"
    path.write_text(
        f"# %% setup=true\n{SETUP}{example.get('setup', '')}\n"
        f'# %% parameters=true\nSEED = 0\nPROFILE = "quick"\n\n'
        f'# %% exercise="{name}"\n{example["student"]}\n'
        f'# %% test="{name}" points=100\n{example[test]}',
        encoding="utf-8",
    )
    check_names(read_course_text(path))


def test_the_page_has_its_examples():
    assert len(EXAMPLES) == 13
    assert all({"student", "wrong", "right"} <= set(example) for example in EXAMPLES.values())
    outcomes = {"two processes", "one process", "build", "full marks"}
    assert all(len(outcomes & set(example)) == 1 for example in EXAMPLES.values())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@every_example
def test_the_right_way_gives_the_right_answer_its_points(example, environment):
    verdict = run_exam(example, "right", "student", environment).verdicts[0]

    assert verdict.points == POINTS, verdict.details


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@with_block("trivial answer")
def test_the_right_way_gives_the_trivial_answer_nothing(example, environment):
    assert points(example, "right", "trivial answer", environment) == 0.0


@with_block("full marks")
def test_the_wrong_way_gives_the_trivial_answer_full_marks(example):
    assert points(example, "wrong", "trivial answer", "two processes") == POINTS


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        (environment, name)
        for name, e in EXAMPLES.items()
        for environment in ENVIRONMENTS
        if environment in e
    ],
)
def test_the_wrong_way_gives_the_error_on_the_page(environment, name):
    verdict = run_exam(EXAMPLES[name], "wrong", "student", environment).verdicts[0]

    assert verdict.points == 0.0
    assert EXAMPLES[name][environment].strip() in verdict.details


@with_block("build")
def test_the_build_refuses_the_wrong_way(example, tmp_path):
    with pytest.raises(BuildError) as caught:
        build(tmp_path, example, "wrong")

    assert example["build"].strip() in str(caught.value)


@every_example
def test_the_build_takes_the_right_way(example, tmp_path):
    build(tmp_path, example, "right")
