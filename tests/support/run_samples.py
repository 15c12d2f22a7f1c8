"""Sits the answers to one sample exercise both ways, for a process that has not used TensorFlow.

A sample is a folder of `tests/samples`: an assignment in the course's own format, and its known
answers. Nothing is built of it: it becomes a week in memory.
"""

import hashlib
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
from autograder.verification.calibrate import (
    REFERENCE,
    Answer,
    Environment,
    Kind,
    expected_kinds_of,
    known_answer,
    run_answers,
)
from autograder.verification.local_runner import AnswerResult, Kinds
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
"""The cheats that sit the samples; `autograder verify` sits all of them on the course's weeks."""


@dataclass(frozen=True)
class Both:
    """How one answer did in two rooms and in one kernel."""

    kind: Kind
    name: str
    session: AnswerResult
    kernel: AnswerResult


def sample_names() -> tuple[str, ...]:
    """Return the folders of samples."""
    return tuple(sorted(path.parent.name for path in SAMPLES.glob("*/misconceptions.py")))


@cache
def read_sample(name: str) -> AssignmentNotebook:
    """Return a sample as a week, its text checked as the build checks a course's."""
    folder = SAMPLES / name
    text = read_course_text(folder / f"{name}.py")
    check_assignment(text)
    check_names(text)
    answers = {exercise: cell.source for exercise, cell in text.answers.items()}
    known = load(folder / "misconceptions.py", answers, given=setup_names(text))
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
        hashlib.sha256(name.encode()).hexdigest(),
    )


def exercises_of(name: str) -> tuple[str, ...]:
    """Return the exercises of a sample, in order."""
    return tuple(read_sample(name).reference)


@cache
def sit_right(name: str, exercise: str) -> tuple[Both, ...]:
    """Sit the reference and the variants, which tell what is due at each line of the tests."""
    tests = _tests(plan_tests(read_sample(name).source), exercise)
    variants = [answer for answer in _known(name, exercise) if answer.kind == "variant"]
    return _sit(name, [replace(REFERENCE, only=tests), *variants], {})


def sit_wrong(name: str, exercise: str) -> tuple[Both, ...]:
    """Sit the release and the misconceptions."""
    prepared = plan_tests(read_sample(name).source)
    release = replace(released(prepared), only=_tests(prepared, exercise))
    misconceptions = [answer for answer in _known(name, exercise) if answer.kind == "misconception"]
    return _sit(name, [release, *misconceptions], _due(name, exercise))


def sit_cheats(name: str, exercise: str) -> tuple[Both, ...]:
    """Sit the cheats, which know nothing of the exercise."""
    every = trivial_answers(plan_tests(read_sample(name).source))
    these = [a for a in every if a.exercises == {exercise} and a.name in TRIED]
    return _sit(name, these, _due(name, exercise))


def _known(name: str, exercise: str) -> list[Answer]:
    known = (known_answer(answer) for answer in read_sample(name).known_answers)
    return [answer for answer in known if answer.exercises == {exercise}]


def _tests(prepared: TestPlan, exercise: str) -> frozenset[str]:
    return frozenset(test.grade_id for test in prepared.tests if test.exercise == exercise)


def _due(name: str, exercise: str) -> Kinds:
    return expected_kinds_of(both.session for both in sit_right(name, exercise))


def _sit(name: str, answers: Sequence[Answer], expected_kinds: Kinds) -> tuple[Both, ...]:
    """Sit the answers in two rooms and in one kernel."""
    environment: tuple[Environment, Environment] = ("two processes", "one process")
    asked = [(answer, session) for answer in answers for session in environment]
    sat = run_answers(read_sample(name), asked, expected_kinds=expected_kinds, settings=SETTINGS)
    pairs = zip(sat[::2], sat[1::2], strict=True)
    return tuple(
        Both(answer.kind, answer.name, session, kernel)
        for answer, (session, kernel) in zip(answers, pairs, strict=True)
    )
