"""Test that the tests of forty-one sample exercises judge every known answer, run both ways."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from autograder.verification.run_request import AnswerResult
from tests.support.run_samples import (
    Both,
    exercises_of,
    run_right,
    run_trivial,
    run_wrong,
    sample_names,
)

TRAINS = {"training", "autoencoders", "games"}  # for more than a few seconds
USES_TENSORFLOW = {*TRAINS, "tensors", "networks"}  # which each run starts again
FORGERY = "forgery"
"""Begins the name of an answer that passes in one process, but not in two."""

RunSample = Callable[[str, str], tuple[Both, ...]]
Run = Callable[[RunSample, str, str], tuple[Both, ...]]


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
def run() -> Iterator[Run]:
    """Run a sample in a process of its own: TensorFlow's runtime, once used, survives no fork."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield lambda run_sample, *sample: pool.submit(run_sample, *sample).result()


def verdicts(both: Both) -> list[tuple[str, str, str, str]]:
    """Return what explains a failure: grade id, state in two processes, in one, and details."""
    return [
        (two.grade_id, two.state, one.state, f"{two.details[-800:]}\n{one.details[-800:]}")
        for two, one in zip(both.in_two.verdicts, both.in_one.verdicts, strict=True)
    ]


def test_there_are_forty_one_samples():
    assert sum(len(exercises_of(name)) for name in sample_names()) == 41


@pytest.mark.parametrize(("name", "exercise"), samples(slow=USES_TENSORFLOW))
def test_right_answers_get_full_marks(run, name, exercise):
    for both in run(run_right, name, exercise):
        for result in (both.in_two, both.in_one):
            assert result.verdicts
            assert all(v.passed for v in result.verdicts), (both.name, verdicts(both))


@pytest.mark.parametrize(("name", "exercise"), samples(slow=USES_TENSORFLOW))
def test_wrong_answers_get_nothing(run, name, exercise):
    for both in run(run_wrong, name, exercise):
        if both.name.startswith(FORGERY):
            # The answer replaces what the test uses in its own process; with two it cannot.
            assert all(v.passed for v in both.in_one.verdicts), (both.name, verdicts(both))
        else:
            assert_judged_wrong(both, both.in_one)
        assert_judged_wrong(both, both.in_two)


def assert_judged_wrong(both: Both, result: AnswerResult) -> None:
    # A void cell has no points either, but then not the test noticed the error.
    assert result.verdicts
    states = {verdict.state for verdict in result.verdicts}
    assert states <= {"failed", "not attempted"}, (both.name, verdicts(both))
    assert all(verdict.points == 0 for verdict in result.verdicts)


@pytest.mark.parametrize(("name", "exercise"), samples(slow={*sample_names()} - {"values"}))
def test_trivial_answers_get_nothing(run, name, exercise):
    for both in run(run_trivial, name, exercise):
        for result in (both.in_two, both.in_one):
            assert result.verdicts
            assert all(v.points == 0 for v in result.verdicts), (both.name, verdicts(both))
            assert all(v.state != "test error" for v in result.verdicts), (
                both.name,
                verdicts(both),
            )
