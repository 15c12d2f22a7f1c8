"""An examiner that must be as good as new after whatever a candidate sent it."""

from collections.abc import Iterator

import pytest

from autograder.exam.examiner.process import Examiner
from tests.support.candidate_stub import SETUP, Thing, error, run_exam, value


@pytest.fixture
def examiner() -> Iterator[Examiner]:
    """Yield an examiner; afterwards the next two test cells must not have noticed anything."""
    examiner = Examiner()
    assert examiner.set_up(SETUP, seed=0) is None
    yield examiner
    right = run_exam(examiner, "check.equal(f(2), 4)", value(4))
    wrong = run_exam(examiner, "check.equal(f(2), 4)", error("ValueError", "no"))
    thing = run_exam(examiner, "check.equal(f(2).size, 4)", value(Thing(1)), value(4))
    assert (right.points, wrong.points, thing.points) == (3.0, 0.0, 3.0), right.reason
