"""Forty-one exercises of all seven weeks sit both ways, and every answer gets what it deserves."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from autograder.verification.local_runner import AnswerResult
from tests.support.run_samples import (
    Both,
    exercises_of,
    sample_names,
    sit_cheats,
    sit_right,
    sit_wrong,
)

TRAINS = {"training", "autoencoders", "games"}  # for more than a few seconds
USES_TENSORFLOW = {*TRAINS, "tensors", "networks"}  # which each sitting starts anew
FORGERY = "forgery"
"""What the name of an answer begins with that fools one kernel, but not two rooms."""

RunExam = Callable[[str, str], tuple[Both, ...]]
Ask = Callable[[RunExam, str, str], tuple[Both, ...]]


def samples(slow: set[str]) -> list[object]:
    return [
        pytest.param(
            name,
            exercise,
            id=f"{name}-{exercise}",
            marks=[pytest.mark.slow, pytest.mark.timeout(900)] if name in slow else [],
        )
        for name in sample_names()
        for exercise in exercises_of(name)
    ]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Ask a process of its own: TensorFlow's runtime, once used, does not survive a fork."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield lambda run_exam, *sample: pool.submit(run_exam, *sample).result()


def verdicts(both: Both) -> list[tuple[str, str, str, str]]:
    """Return what to read when a test here fails: cell, state in two rooms, in one, and why."""
    return [
        (two.grade_id, two.state, one.state, f"{two.details[-800:]}\n{one.details[-800:]}")
        for two, one in zip(both.session.verdicts, both.kernel.verdicts, strict=True)
    ]


def test_there_are_forty_one_samples():
    assert sum(len(exercises_of(name)) for name in sample_names()) == 41


@pytest.mark.parametrize(("name", "exercise"), samples(slow=USES_TENSORFLOW))
def test_right_answers_get_full_marks(ask, name, exercise):
    for both in ask(sit_right, name, exercise):
        for sat in (both.session, both.kernel):
            assert sat.verdicts
            assert all(v.passed for v in sat.verdicts), (both.name, verdicts(both))


@pytest.mark.parametrize(("name", "exercise"), samples(slow=USES_TENSORFLOW))
def test_wrong_answers_get_nothing(ask, name, exercise):
    for both in ask(sit_wrong, name, exercise):
        if both.name.startswith(FORGERY):
            # What the test leans on is replaced in its own process: two rooms are built for this.
            assert all(v.passed for v in both.kernel.verdicts), (both.name, verdicts(both))
        else:
            assert_judged_wrong(both, both.kernel)
        assert_judged_wrong(both, both.session)


def assert_judged_wrong(both: Both, sat: AnswerResult) -> None:
    # A void cell has no points either, but then it was not the test that noticed.
    assert sat.verdicts
    states = {verdict.state for verdict in sat.verdicts}
    assert states <= {"failed", "not attempted"}, (both.name, verdicts(both))
    assert all(verdict.points == 0 for verdict in sat.verdicts)


@pytest.mark.parametrize(("name", "exercise"), samples(slow={*sample_names()} - {"values"}))
def test_cheats_get_nothing(ask, name, exercise):
    for both in ask(sit_cheats, name, exercise):
        for sat in (both.session, both.kernel):
            assert sat.verdicts
            assert all(v.points == 0 for v in sat.verdicts), (both.name, verdicts(both))
            assert all(v.state != "test error" for v in sat.verdicts), (both.name, verdicts(both))
