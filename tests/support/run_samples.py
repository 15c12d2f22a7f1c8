"""Run the answers to one sample exercise both ways, in a process that has not used TensorFlow.

A sample is a folder of `tests/samples`: an assignment in the course's own format, and its known
answers. It is not built: it becomes an assignment notebook in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from autograder.config import Settings
from autograder.course.assignment import AssignmentNotebook
from autograder.course.build.checks import check_assignment
from autograder.course.build.instructor_notebook import assignment_notebook
from autograder.course.build.name_checks import check_names, missing_names, setup_names
from autograder.course.build.text import read_course_text
from autograder.course.known_answers import load
from autograder.fingerprint import text_digest
from autograder.verification.calibrate import (
    REFERENCE,
    Answer,
    AnswerKind,
    RunMode,
    expected_kinds_of,
    known_answer,
    run_answers,
)
from autograder.verification.run_request import AnswerResult, Kinds
from autograder.verification.test_selection import TestPlan, plan_tests
from autograder.verification.verify import released, trivial_answers
from tests.support.paths import SAMPLES

SETTINGS = Settings(cell_seconds=150)  # a busy machine trains slowly
TRIED = (
    "the first argument",
    "zeros",
    "NaN",
    "an empty list",
    "None",
    "equals everything",
    "has no difference",
    "like an array",
    "raises AssertionError",
)
"""The trivial answers to the samples; `autograder verify` runs all of them on the course."""


@dataclass(frozen=True)
class Both:
    """The results of one answer in two processes and in one."""

    kind: AnswerKind
    name: str
    in_two: AnswerResult
    in_one: AnswerResult


def sample_names() -> tuple[str, ...]:
    """Return the folders of samples."""
    return tuple(sorted(path.parent.name for path in SAMPLES.glob("*/misconceptions.py")))


@cache
def read_sample(name: str) -> AssignmentNotebook:
    """Return a sample as an assignment notebook; its text is checked as in a build."""
    folder = SAMPLES / name
    text = read_course_text(folder / f"{name}.py")
    check_assignment(text)
    check_names(text)
    answers = {exercise: cell.source for exercise, cell in text.answers.items()}
    known = load(folder / "misconceptions.py", answers, setup_names=setup_names(text))
    for answer in known:
        if missing := missing_names(answer.source, text):
            message = f"{answer.name!r} of {answer.exercise!r} reads {missing}: bound by nothing."
            raise ValueError(message)
    return AssignmentNotebook(
        name,
        name,
        assignment_notebook(text),
        None,
        known,
        text_digest(name),
    )


def exercises_of(name: str) -> tuple[str, ...]:
    """Return the exercises of a sample, in order."""
    return tuple(read_sample(name).reference)


@cache
def run_right(name: str, exercise: str) -> tuple[Both, ...]:
    """Run the reference and the variants, which give the expected kinds of the tests."""
    tests = _tests(plan_tests(read_sample(name).source), exercise)
    variants = [answer for answer in _known(name, exercise) if answer.kind is AnswerKind.VARIANT]
    return _run(name, [replace(REFERENCE, only=tests), *variants], {})


def run_wrong(name: str, exercise: str) -> tuple[Both, ...]:
    """Run the release and the misconceptions."""
    prepared = plan_tests(read_sample(name).source)
    release = replace(released(prepared), only=_tests(prepared, exercise))
    misconceptions = [
        answer for answer in _known(name, exercise) if answer.kind is AnswerKind.MISCONCEPTION
    ]
    return _run(name, [release, *misconceptions], _expected_kinds(name, exercise))


def run_trivial(name: str, exercise: str) -> tuple[Both, ...]:
    """Run the trivial answers, which know nothing of the exercise."""
    every = trivial_answers(plan_tests(read_sample(name).source))
    tried = [a for a in every if a.exercises == {exercise} and a.name in TRIED]
    return _run(name, tried, _expected_kinds(name, exercise))


def _known(name: str, exercise: str) -> list[Answer]:
    known = (known_answer(answer) for answer in read_sample(name).known_answers)
    return [answer for answer in known if answer.exercises == {exercise}]


def _tests(prepared: TestPlan, exercise: str) -> frozenset[str]:
    return frozenset(test.grade_id for test in prepared.tests if test.exercise == exercise)


def _expected_kinds(name: str, exercise: str) -> Kinds:
    return expected_kinds_of(both.in_two for both in run_right(name, exercise))


def _run(name: str, answers: Sequence[Answer], expected_kinds: Kinds) -> tuple[Both, ...]:
    """Run the answers in two processes and in one."""
    two, one = RunMode.TWO_PROCESSES, RunMode.ONE_PROCESS
    runs = [(answer, mode) for answer in answers for mode in (two, one)]
    results = run_answers(read_sample(name), runs, expected_kinds=expected_kinds, settings=SETTINGS)
    pairs = zip(results[::2], results[1::2], strict=True)
    return tuple(
        Both(answer.kind, answer.name, in_two, in_one)
        for answer, (in_two, in_one) in zip(answers, pairs, strict=True)
    )
