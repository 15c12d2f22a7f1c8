"""An exam whose set-up fails is not run: no student loses points for an error of the course."""

import pytest

from autograder.config import Settings
from autograder.errors import ExamError
from autograder.exam.attempt import attempt_exam, was_completed
from autograder.exam.run import run_exam
from autograder.exam.test_cells import TEST_ERROR_REASON
from autograder.models import VerdictState
from autograder.notebook.cells import exam_metadata, verdicts_of
from tests.support.exam_notebooks import exam_notebook

pytestmark = pytest.mark.slow

ANSWER = ("answer", "def f(x):\n    return x")
BROKEN = ("setup", "import no_such_package\nthis_too = 1")
TEST = ("test", "check.equal(f(1), 1)")


def test_a_set_up_cell_that_fails_in_the_examiner_is_named():
    with pytest.raises(ExamError, match=r"'import no_such_package' failed .*: ModuleNotFoundError"):
        run_exam(exam_notebook(ANSWER, BROKEN, TEST), settings=Settings())


def test_an_exam_with_a_broken_set_up_counts_as_not_run():
    executed = attempt_exam(exam_notebook(ANSWER, BROKEN, TEST), settings=Settings())

    (finding,) = exam_metadata(executed).findings
    (verdict,) = verdicts_of(executed)
    assert not was_completed(executed)
    assert "no_such_package" in finding.message
    assert verdict.state == "not run"
    assert "could not be run" in verdict.reason


def test_a_set_up_cell_that_only_the_student_breaks_does_not_prevent_the_exam():
    spoils = ("answer", "import sys\nsys.modules['colorsys'] = None\ndef f(x):\n    return x")

    executed = run_exam(
        exam_notebook(spoils, ("setup", "import colorsys"), TEST), settings=Settings()
    )

    assert [verdict.points for verdict in verdicts_of(executed)] == [3.0]


def test_an_examiner_that_crashes_is_an_error_of_the_test_and_the_exam_goes_on():
    crash = ("test", "import os\nos._exit(3)")

    executed = run_exam(exam_notebook(ANSWER, crash, TEST), settings=Settings())

    crashed, passed = verdicts_of(executed)
    (finding,) = exam_metadata(executed).findings
    assert crashed.state is VerdictState.TEST_ERROR
    assert crashed.reason == TEST_ERROR_REASON
    assert "status=3" in finding.message
    assert passed.points == 3.0


def test_an_examiner_that_needs_too_much_memory_is_not_called_an_endless_loop():
    settings = Settings(memory_bytes=600_000_000)
    fill = ("test", "import numpy as np\nkept = [np.ones(10**7) for _ in range(40)]")

    executed = run_exam(exam_notebook(ANSWER, fill), settings=settings)

    (verdict,) = verdicts_of(executed)
    assert verdict.points == 0
    assert "endless loop" not in verdict.reason
    assert "memory" in verdict.reason
