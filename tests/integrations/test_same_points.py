"""Tests that all three ways of grading give the same verdicts, cell by cell."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest

from autograder.cli.demo.demo import ASSIGNMENT as WEEK
from autograder.cli.main import main
from autograder.gradebook import open_gradebook
from autograder.notebook.cells import verdicts_of
from tests.support.demo import CELL_SECONDS
from tests.support.paths import ROOT

CHOSEN = (
    "student01",
    "student04",
    "student10",
    "student11",
    "student12",
)  # right, wrong, three attacks
PROGRAMS = Path(sys.executable).parent

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def root(tmp_path_factory, demo):
    """A course with the first assignment, five students of the demo, and its settings."""
    root, graded = tmp_path_factory.mktemp("course"), demo.gradebook.parent
    for folder in ("course", "source", "release"):
        shutil.copytree(ROOT / folder / WEEK, root / folder / WEEK)
    for student in CHOSEN:
        shutil.copytree(graded / "submitted" / student, root / "submitted" / student)
    shutil.copytree(graded / ".autograder" / "answer_keys", root / ".autograder" / "answer_keys")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (root / "autograder.toml").write_text(f"cell_seconds = {CELL_SECONDS}\n")
    return root


@pytest.fixture(scope="module")
def results(demo):
    """The results of `autograder grade`, by student."""
    return {result.student: result for result in demo.results if result.student in CHOSEN}


@pytest.fixture(scope="module")
def points(results):
    """The points that `autograder grade` gives: student -> grade id -> points."""
    return {
        name: {verdict.grade_id: verdict.points for verdict in result.verdicts}
        for name, result in results.items()
    }


def test_honest_answers_earn_points_and_attacks_do_not(points):
    assert sum(points["student01"].values()) == 92
    assert 0 < sum(points["student04"].values()) < 92
    assert sum(points["student12"].values()) == 0


def _run_papermill(root, exam_notebook, executed):
    """Run papermill, which writes the notebook, then raises if a cell has an error."""
    with contextlib.suppress(papermill.PapermillExecutionError):
        papermill.execute_notebook(
            exam_notebook, executed, engine_name="exam", progress_bar=False, course_root=root
        )


def test_nbgrader_gives_the_same_points(root, points):
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        [PROGRAMS / "nbgrader", "autograde", "--force", WEEK],
        cwd=root,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    with open_gradebook(root) as book:
        theirs = {
            student: {
                grade.name: grade.auto_score
                for grade in book.api.find_submission_notebook("perceptron", WEEK, student).grades
                if grade.name in points[student]
            }
            for student in CHOSEN
        }
    assert theirs == points


@pytest.mark.parametrize("student", ["student04", "student11"])
def test_papermill_gives_the_same_verdicts(root, results, tmp_path, student):
    exam_notebook, executed = tmp_path / "exam_notebook.ipynb", tmp_path / "executed.ipynb"

    assert main(["paper", WEEK, student, str(exam_notebook), "--root", str(root)]) == 0
    _run_papermill(root, exam_notebook, executed)

    def explained(verdicts):
        return [(v.grade_id, v.points, v.state, v.misconception, v.hint) for v in verdicts]

    verdicts = verdicts_of(nbformat.read(executed, as_version=4))
    assert explained(verdicts) == explained(results[student].verdicts)
    assert any(verdict.misconception for verdict in verdicts)
