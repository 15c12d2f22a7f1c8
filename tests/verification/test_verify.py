"""Test mutation testing: `verify` names weak tests, and the tests of every assignment pass it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.config import Settings
from autograder.course.assignment import AssignmentNotebook, assignment_names, read_notebooks
from autograder.course.build.instructor_notebook import assignment_notebook
from autograder.course.build.text import read_course_text
from autograder.course.known_answers import load
from autograder.errors import UsageError
from autograder.notebook.cells import role_of
from autograder.verification.calibrate import make_answer_key
from autograder.verification.verify import verify
from tests.support.paths import ROOT

AUTOGRADER = Path(sys.executable).parent / "autograder"

TEXT = """\
# %% setup=true
import numpy as np
from dlcourse import check

# %% parameters=true
SEED = 3
PROFILE = "quick"

# %% exercise="double"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test="double" points=100
TEST
"""
GOOD_TEST = """\
check.close(double(3), 6, name="double of 3")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(SEED)
x = rng.normal(size=4)
check.close(double(x), x + x, name="double of four numbers")
### END HIDDEN TESTS"""
WEAK_TEST = "check.that(bool(double(2) > 0), 'It should be positive.')"
ROUNDING = """\
from autograder.course.known_answers import misconception

@misconception("double", hint="Half a number counts too.")
def rounds(x):
    return 2 * np.floor(x)
"""


def tiny_notebook(tmp_path, test, known=ROUNDING, text=TEXT):
    (tmp_path / "double.py").write_text(text.replace("TEST", test), encoding="utf-8")
    (tmp_path / "misconceptions.py").write_text(known, encoding="utf-8")
    source = assignment_notebook(read_course_text(tmp_path / "double.py"))
    notebook = AssignmentNotebook("tiny", "tiny", source, digest="digest")
    answers = load(tmp_path / "misconceptions.py", notebook.reference)
    return replace(notebook, known_answers=answers)


def test_a_good_test_has_no_problems(tmp_path):
    report = verify(tiny_notebook(tmp_path, GOOD_TEST), Settings(cell_seconds=10))

    assert report.problems == ()
    assert {row.kind for row in report.rows} == {
        "reference",
        "release",
        "misconception",
        "trivial answer",
    }
    assert all(row.tests == row.agreed == 1 for row in report.rows if row.kind != "trivial answer")


def test_the_problems_of_a_weak_test_are_named(tmp_path):
    report = verify(tiny_notebook(tmp_path, WEAK_TEST), Settings(cell_seconds=10))

    problems = "\n".join(report.problems)
    assert "misconception 'rounds' (double): it gets full marks in test_double" in problems
    assert (
        "trivial answer 'the first argument' (double): test_double gives it 100 points" in problems
    )


@pytest.mark.slow
def test_one_exercise_can_be_verified_alone():
    (notebook,) = read_notebooks(ROOT, "week01_perceptron")

    report = verify(notebook, Settings(cell_seconds=10), exercises={"step"})

    assert report.problems == ()
    assert all("step" in row.exercises for row in report.rows if row.kind == "trivial answer")
    assert {row.exercises for row in report.rows if row.kind == "misconception"} == {("step",)}
    tests = [cell for cell in notebook.source.cells if role_of(cell) == "test"]
    assert all(0 < row.tests < len(tests) for row in report.rows)


def test_a_result_that_differs_between_the_two_ways_to_run_is_a_problem(tmp_path):
    test = GOOD_TEST + "\nimport sys\nassert 'answer_was_here' not in sys.modules"
    text = TEXT.replace(
        "    return 2 * x",
        "    import sys\n    sys.modules['answer_was_here'] = sys\n    return 2 * x",
    )

    report = verify(tiny_notebook(tmp_path, test, text=text), Settings(cell_seconds=10))

    (problem,) = [one for one in report.problems if "differ" in one]
    assert problem.startswith(
        "tiny, reference 'reference': the results of test_double differ between two processes "
        "(passed) and one process (failed: AssertionError"
    )


def test_an_exercise_that_is_not_there_is_an_error_that_names_those_that_are(tmp_path):
    with pytest.raises(UsageError, match=r"tiny has no exercise 'triple'. It has: double."):
        verify(tiny_notebook(tmp_path, GOOD_TEST), Settings(), exercises={"triple"})


def test_the_answer_key_is_made_with_the_seed_of_the_notebook(tmp_path):
    notebook = tiny_notebook(tmp_path, GOOD_TEST)

    (own,) = make_answer_key(notebook, Settings(cell_seconds=10)).misconceptions["test_double"]
    (same,) = make_answer_key(notebook, Settings(cell_seconds=10, grading_seed=3)).misconceptions[
        "test_double"
    ]
    (other,) = make_answer_key(notebook, Settings(cell_seconds=10, grading_seed=4)).misconceptions[
        "test_double"
    ]

    assert own.transcript == same.transcript != other.transcript


@pytest.mark.slow
def test_the_process_of_the_command_does_not_import_keras(tmp_path):
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from autograder.config import Settings\n"
        "from autograder.verification.verify import verify\n"
        "from tests.verification.test_verify import GOOD_TEST, TEXT, tiny_notebook\n"
        "text = TEXT.replace('import numpy', 'import keras; keras.__version__\\nimport numpy')\n"
        "notebook = tiny_notebook(Path(sys.argv[1]), GOOD_TEST, text=text)\n"
        "assert verify(notebook, Settings(cell_seconds=60)).problems == ()\n"
        "print(sorted({'keras', 'tensorflow', 'sklearn', 'gymnasium'} & set(sys.modules)))"
    )

    command = [sys.executable, "-c", program, tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stdout == "[]\n", done.stderr


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("assignment", assignment_names(ROOT))
def test_every_known_answer_of_an_assignment_gets_its_verdict(assignment):
    done = subprocess.run(
        [AUTOGRADER, "verify", assignment], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
