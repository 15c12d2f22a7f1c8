"""Make the answer key of an assignment by running the answers that are known for it."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from autograder.config import Settings
from autograder.course.assignment import AssignmentNotebook
from autograder.course.known_answers import KnownAnswer
from autograder.exam.attempt import ExamConfig
from autograder.exam.diagnosis.answer_key import (
    AnswerKey,
    KnownMisconception,
    answer_key_path,
    read_answer_key,
    write_answer_key,
)
from autograder.exam.environment import Slot, make_environment, trusted_packages
from autograder.notebook.cells import exam_metadata
from autograder.verification.records import records_of
from autograder.verification.run_request import (
    AnswerResult,
    Conditions,
    Kinds,
    RunMode,
    RunRequest,
)
from autograder.verification.runner_pool import run_all
from autograder.verification.test_selection import TestPlan, plan_tests
from autograder.verification.unusable_tests import unusable_tests

OnProgress = Callable[[int, int], object]
"""Called with the number of answers that were run, and the total."""


def silent(done: int, total: int) -> None:
    """Show no progress."""
    del done, total


class AnswerKind(StrEnum):
    """Where an answer comes from, which determines its correct verdict."""

    REFERENCE = "reference"
    """The solution in the source: full marks."""

    VARIANT = "variant"
    """Another right answer: full marks."""

    RELEASE = "release"
    """The stubs that students are given: no points."""

    MISCONCEPTION = "misconception"
    """A wrong answer with a name and a hint: loses points, and is recognized."""

    TRIVIAL = "trivial answer"
    """An answer that ignores the exercise: no points."""


@dataclass(frozen=True)
class Answer:
    """An answer whose correct verdict is known.

    texts   replace the reference's answer cells, by exercise
    hint    what a student reads if it is recognized
    only    grade ids of the tests to run; None: all tests that it can affect
    """

    kind: AnswerKind
    name: str
    exercises: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    only: frozenset[str] | None = None

    @property
    def is_to_all_exercises(self) -> bool:
        """Whether this answers every exercise of the notebook."""
        return self.kind in (AnswerKind.REFERENCE, AnswerKind.RELEASE)


def known_answer(known: KnownAnswer) -> Answer:
    """Return a variant or a misconception as an answer that can be run."""
    kind = AnswerKind.VARIANT if known.is_right else AnswerKind.MISCONCEPTION
    texts = {known.exercise: known.source}
    return Answer(kind, known.name, frozenset({known.exercise}), texts, known.hint)


REFERENCE = Answer(AnswerKind.REFERENCE, "reference")


def run_answers(
    notebook: AssignmentNotebook,
    answers: Sequence[tuple[Answer, RunMode]],
    *,
    expected_kinds: Mapping[str, Mapping[str, list[str]]],
    settings: Settings,
    seed: int | None = None,
    at_once: int | None = None,
    records: Path | None = None,
    on_progress: OnProgress = silent,
) -> list[AnswerResult]:
    """Run every answer in its mode; return their results in the same order.

    Parameters
    ----------
    notebook
        The notebook whose reference they replace.
    answers
        The answers, each with the way to run it.
    expected_kinds
        The kinds that right answers return at each line of each test; empty if not yet known.
    settings
        Those of the course.
    seed
        Replaces the notebook's own SEED, if it has one.
    at_once
        The number of answers to run at a time; one for each core when None.
    records
        A folder with the results of earlier runs, which are used again; see `records`.
    on_progress
        Called with the number of answers whose result is known, and the total.
    """
    plan = plan_tests(
        notebook.source, {"PROFILE": settings.profile} | ({} if seed is None else {"SEED": seed})
    )
    cores = os.cpu_count() or 1
    at_once = at_once or cores
    slot = Slot(threads=max(1, cores // at_once))
    conditions = Conditions(
        exam_metadata(plan.exam_notebook).seed,
        # They share the cores, and each may use all of them: no answer is stopped for that.
        settings.cell_seconds * at_once,
        plan.is_shared,
    )
    setup = plan.setup()
    requests = [
        RunRequest(
            mode,
            plan.cells(answer.texts, tests=_tests(plan, answer), expected_kinds=expected_kinds),
        )
        for answer, mode in answers
    ]
    known = records_of(records, setup, conditions, notebook.support.digest)
    found = {index: known.get(request) for index, request in enumerate(requests)}
    results = {index: result for index, result in found.items() if result is not None}
    missing = [index for index in found if index not in results]
    on_progress(len(results), len(answers))
    packages = trusted_packages(plan.exam_notebook)
    with make_environment(settings, packages, slot, notebook.support) as environment:
        some = [requests[index] for index in missing]
        for place, result in run_all(some, setup, conditions, environment, at_once):
            index = missing[place]
            results[index] = result
            known.put(requests[index], result)
            on_progress(len(results), len(answers))
    return [results[index] for index in range(len(answers))]


def expected_kinds_of(results: Iterable[AnswerResult]) -> Kinds:
    """Return the kinds that right answers returned at each line of each test."""
    expected_kinds: dict[str, dict[str, set[str]]] = {}
    for result in results:
        for grade_id, operations in result.kinds.items():
            for operation, kinds in operations.items():
                of_test = expected_kinds.setdefault(grade_id, {})
                of_test.setdefault(operation, set()).update(kinds)
    return {
        grade_id: {operation: sorted(kinds) for operation, kinds in operations.items()}
        for grade_id, operations in expected_kinds.items()
    }


def misconceptions_of(
    answers: Iterable[tuple[Answer, AnswerResult]],
) -> dict[str, list[KnownMisconception]]:
    """Return the transcripts of the misconceptions, by the test cells that they fail in."""
    misconceptions: dict[str, list[KnownMisconception]] = {}
    for answer, result in answers:
        if answer.kind is not AnswerKind.MISCONCEPTION:
            continue
        (exercise,) = answer.exercises
        for verdict in result.verdicts:
            if not verdict.passed and verdict.transcript:
                misconception = KnownMisconception(
                    exercise, answer.name, answer.hint, list(verdict.transcript)
                )
                misconceptions.setdefault(verdict.grade_id, []).append(misconception)
    return misconceptions


def make_answer_key(
    notebook: AssignmentNotebook, settings: Settings, on_progress: OnProgress = silent
) -> AnswerKey:
    """Run the reference and the known answers in two processes; return what they show."""
    known = [known_answer(answer) for answer in notebook.known_answers]
    right = [REFERENCE, *(answer for answer in known if answer.kind is AnswerKind.VARIANT)]
    wrong = [answer for answer in known if answer.kind is AnswerKind.MISCONCEPTION]
    total = len(right) + len(wrong)

    def run(answers: Sequence[Answer], expected_kinds: Kinds, before: int) -> list[AnswerResult]:
        return run_answers(
            notebook,
            [(answer, RunMode.TWO_PROCESSES) for answer in answers],
            expected_kinds=expected_kinds,
            settings=settings,
            seed=settings.grading_seed,
            on_progress=lambda done, _: on_progress(before + done, total),
        )

    in_two = run(right, {}, 0)
    unusable = unusable_tests(in_two[0].verdicts)
    expected_kinds = {
        grade_id: kinds
        for grade_id, kinds in expected_kinds_of(in_two).items()
        if grade_id not in unusable  # where the reference passes, nothing else is accepted
    }
    results = run(wrong, expected_kinds, len(right))
    misconceptions = misconceptions_of(zip(wrong, results, strict=True))
    return AnswerKey(expected_kinds, misconceptions, unusable)


def answer_key_for(
    root: Path,
    notebook: AssignmentNotebook,
    settings: Settings,
    on_progress: OnProgress = silent,
) -> AnswerKey:
    """Return the answer key of a notebook: the one on disk below `root`, or a new one."""
    path = answer_key_path(root, notebook, settings)
    answer_key = read_answer_key(path)
    if answer_key is None:
        answer_key = make_answer_key(notebook, settings, on_progress)
        write_answer_key(path, answer_key)
    return answer_key


def exam_config_for(
    root: Path,
    notebook: AssignmentNotebook,
    settings: Settings,
    *,
    on_progress: OnProgress = silent,
) -> ExamConfig:
    """Return the exam configuration of a notebook, with its answer key.

    The first time, the known answers are run, which takes a while; `on_progress` follows them.
    """
    answer_key = answer_key_for(root, notebook, settings, on_progress)
    return ExamConfig(notebook, settings, answer_key)


def _tests(plan: TestPlan, answer: Answer) -> Set[str]:
    """Return the grade ids of the tests to run for an answer."""
    if answer.only is not None:
        return answer.only
    if answer.is_to_all_exercises:
        return {test.grade_id for test in plan.tests}
    return {test.grade_id for test in plan.concerned(answer.exercises)}
