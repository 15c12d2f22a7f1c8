"""Makes the marking scheme of a week, by sitting the answers that are known of it."""

import importlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dlcourse import _quiet_keras

from autograder.config import Settings
from autograder.course.assignment import AssignmentNotebook
from autograder.course.known_answers import KnownAnswer
from autograder.course.paths import CoursePaths
from autograder.exam.attempt import ExamConfig
from autograder.exam.diagnosis.answer_key import (
    AnswerKey,
    KnownMisconception,
    read_answer_key,
    write_answer_key,
)
from autograder.fingerprint import digest_of, versions
from autograder.notebook.cells import exam_metadata
from autograder.notebook.names import imported_packages
from autograder.verification.local_runner import (
    AnswerResult,
    Kinds,
    LocalRun,
    run_all,
    start_in_one_process,
    start_in_two_processes,
)
from autograder.verification.test_selection import TestPlan, plan_tests

Kind = Literal["reference", "release", "variant", "misconception", "trivial answer"]
Environment = Literal["two processes", "one process"]
OnProgress = Callable[[int, int], object]
"""Called with the number of sittings that are over, and of all."""


def silent(done: int, total: int) -> None:
    """Show no progress."""
    del done, total


_HEAVY = ("tensorflow", "keras", "matplotlib.pyplot", "sklearn", "sklearn.datasets", "gymnasium")
_OF_DLCOURSE = ("matplotlib.pyplot", "sklearn.datasets")  # what it imports when it is used


@dataclass(frozen=True)
class Answer:
    """An answer whose verdict is known: `texts` replace the reference's, by exercise."""

    kind: Kind
    name: str
    exercises: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    only: frozenset[str] | None = None  # grade ids of the tests to sit; None: all concerned


def known_answer(known: KnownAnswer) -> Answer:
    """Return a variant or a misconception as an answer to sit."""
    kind: Kind = "variant" if known.is_right else "misconception"
    texts = {known.exercise: known.source}
    return Answer(kind, known.name, frozenset({known.exercise}), texts, known.hint)


REFERENCE = Answer("reference", "reference")


def run_answers(
    notebook: AssignmentNotebook,
    answers: Sequence[tuple[Answer, Environment]],
    *,
    expected_kinds: Mapping[str, Mapping[str, list[str]]],
    settings: Settings,
    seed: int | None = None,
    at_once: int | None = None,
    on_progress: OnProgress = silent,
) -> list[AnswerResult]:
    """Sit every answer in its room; return how each did, in the same order.

    `seed` replaces the notebook's own SEED, where there is one.
    """
    parameters = {"PROFILE": settings.profile} | ({} if seed is None else {"SEED": seed})
    prepared = plan_tests(notebook.source, parameters)
    preload(prepared)
    at_once = at_once or os.cpu_count() or 1
    # They share the cores, and each of them may use them all: nobody is late for that.
    seed, seconds = exam_metadata(prepared.exam_notebook).seed, settings.cell_seconds * at_once

    def begin(answer: Answer, environment: Environment) -> Callable[[], LocalRun]:
        cells = prepared.cells(
            answer.texts, tests=_tests(prepared, answer), expected_kinds=expected_kinds
        )
        if environment == "one process":
            return lambda: start_in_one_process(cells, seed=seed, seconds=seconds)
        shared = prepared.is_shared
        return lambda: start_in_two_processes(cells, seed=seed, seconds=seconds, is_shared=shared)

    sat: list[AnswerResult | None] = [None] * len(answers)
    starts = (begin(answer, environment) for answer, environment in answers)
    for done, (place, how) in enumerate(run_all(starts, at_once), 1):
        sat[place] = how
        on_progress(done, len(answers))
    return [how for how in sat if how is not None]


def expected_kinds_of(sat: Iterable[AnswerResult]) -> Kinds:
    """Return what came at each line of each test, over the answers that are right."""
    expected_kinds: dict[str, dict[str, set[str]]] = {}
    for how in sat:
        for grade_id, slots in how.kinds.items():
            for place, kinds in slots.items():
                expected_kinds.setdefault(grade_id, {}).setdefault(place, set()).update(kinds)
    return {
        g: {p: sorted(kinds) for p, kinds in slots.items()} for g, slots in expected_kinds.items()
    }


def misconceptions_of(
    answers: Iterable[tuple[Answer, AnswerResult]],
) -> dict[str, list[KnownMisconception]]:
    """Return the transcripts of the misconceptions, by the test cells that they fail in."""
    misconceptions: dict[str, list[KnownMisconception]] = {}
    for answer, how in answers:
        for verdict in how.verdicts:
            if answer.kind == "misconception" and not verdict.passed and verdict.transcript:
                (exercise,) = answer.exercises
                mistake = KnownMisconception(
                    exercise, answer.name, answer.hint, list(verdict.transcript)
                )
                misconceptions.setdefault(verdict.grade_id, []).append(mistake)
    return misconceptions


def make_answer_key(
    notebook: AssignmentNotebook, settings: Settings, on_progress: OnProgress = silent
) -> AnswerKey:
    """Sit the reference and the known answers of a week in two rooms, and note what came."""
    known = [known_answer(answer) for answer in notebook.known_answers]
    right = [REFERENCE, *(answer for answer in known if answer.kind == "variant")]
    wrong = [answer for answer in known if answer.kind == "misconception"]
    total = len(right) + len(wrong)

    def run(answers: Sequence[Answer], expected_kinds: Kinds, before: int) -> list[AnswerResult]:
        return run_answers(
            notebook,
            [(answer, "two processes") for answer in answers],
            expected_kinds=expected_kinds,
            settings=settings,
            seed=settings.grading_seed,
            on_progress=lambda done, _: on_progress(before + done, total),
        )

    expected_kinds = expected_kinds_of(run(right, {}, 0))
    return AnswerKey(
        expected_kinds,
        misconceptions_of(zip(wrong, run(wrong, expected_kinds, len(right)), strict=True)),
    )


def answer_key_for(
    root: Path,
    notebook: AssignmentNotebook,
    settings: Settings,
    on_progress: OnProgress = silent,
) -> AnswerKey:
    """Return the marking scheme of a week: the one kept below `root`, or a new one."""
    determining = {
        "text": notebook.digest,
        "seed": settings.grading_seed,
        "profile": settings.profile,
        "seconds": settings.cell_seconds,
        "versions": dict(versions()),
    }
    digest = digest_of(determining)[:20]
    path = CoursePaths(root).answer_key(notebook.assignment, digest)
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
    """Return the exam of a notebook, with what is known of right and wrong answers.

    The first time, those answers are sat, which takes a while; `on_progress` is told of it.
    """
    answer_key = answer_key_for(root, notebook, settings, on_progress)
    return ExamConfig(notebook, settings, answer_key)


def preload(prepared: TestPlan) -> None:
    """Import what the notebook imports, so that forked rooms need not. Nothing is used here."""
    os.environ.setdefault("MPLBACKEND", "agg")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    code = (cell.source for cell in prepared.exam_notebook.cells if cell.cell_type == "code")
    wanted = {name for source in code for name in imported_packages(source)}
    if wanted & {"tensorflow", "keras"}:
        _quiet_keras.import_keras()
    for module in _HEAVY:
        if module.partition(".")[0] in wanted or ("dlcourse" in wanted and module in _OF_DLCOURSE):
            importlib.import_module(module)


def _tests(prepared: TestPlan, answer: Answer) -> Set[str]:
    if answer.only is not None:
        return answer.only
    if answer.kind in ("reference", "release"):
        return {test.grade_id for test in prepared.tests}
    return {test.grade_id for test in prepared.concerned(answer.exercises)}
