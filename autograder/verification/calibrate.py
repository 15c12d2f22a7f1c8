"""Makes the marking scheme of a week, by sitting the answers that are known of it."""

import hashlib
import importlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dlcourse import quiet

from autograder.config import Settings
from autograder.course.assignment import Assignment
from autograder.course.known_answers import KnownAnswer
from autograder.course.weeks import Week, read_week
from autograder.exam.attempt import Exam
from autograder.exam.diagnosis.answer_key import Mistake, Scheme, read_scheme, write_scheme
from autograder.fingerprint import versions
from autograder.notebook.names import imported_packages
from autograder.verification.local_runner import (
    Kinds,
    Sat,
    Sitting,
    in_one_kernel,
    in_two_rooms,
    sit_all,
)
from autograder.verification.test_selection import Rehearsal, rehearsal

Kind = Literal["reference", "release", "variant", "misconception", "cheat"]
Room = Literal["two rooms", "one kernel"]
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


def sit_answers(
    week: Week,
    answers: Sequence[tuple[Answer, Room]],
    *,
    due: Mapping[str, Mapping[str, list[str]]],
    settings: Settings,
    seed: int | None = None,
    at_once: int | None = None,
    on_progress: OnProgress = silent,
) -> list[Sat]:
    """Sit every answer in its room; return how each did, in the same order.

    `seed` replaces the notebook's own SEED, where there is one.
    """
    parameters = {"PROFILE": settings.profile} | ({} if seed is None else {"SEED": seed})
    prepared = rehearsal(week.source, parameters)
    preload(prepared)
    at_once = at_once or os.cpu_count() or 1
    # They share the cores, and each of them may use them all: nobody is late for that.
    seed, seconds = prepared.paper.metadata.exam["seed"], settings.cell_seconds * at_once

    def begin(answer: Answer, room: Room) -> Callable[[], Sitting]:
        cells = prepared.cells(answer.texts, tests=_tests(prepared, answer), due=due)
        if room == "one kernel":
            return lambda: in_one_kernel(cells, seed=seed, seconds=seconds)
        shared = prepared.is_shared
        return lambda: in_two_rooms(cells, seed=seed, seconds=seconds, is_shared=shared)

    sat: list[Sat | None] = [None] * len(answers)
    starts = (begin(answer, room) for answer, room in answers)
    for done, (place, how) in enumerate(sit_all(starts, at_once), 1):
        sat[place] = how
        on_progress(done, len(answers))
    return [how for how in sat if how is not None]


def due_of(sat: Iterable[Sat]) -> Kinds:
    """Return what came at each line of each test, over the answers that are right."""
    due: dict[str, dict[str, set[str]]] = {}
    for how in sat:
        for grade_id, places in how.kinds.items():
            for place, kinds in places.items():
                due.setdefault(grade_id, {}).setdefault(place, set()).update(kinds)
    return {g: {p: sorted(kinds) for p, kinds in places.items()} for g, places in due.items()}


def mistakes_of(answers: Iterable[tuple[Answer, Sat]]) -> dict[str, list[Mistake]]:
    """Return the transcripts of the misconceptions, by the test cells that they fail in."""
    mistakes: dict[str, list[Mistake]] = {}
    for answer, how in answers:
        for verdict in how.verdicts:
            if answer.kind == "misconception" and not verdict.passed and verdict.transcript:
                (exercise,) = answer.exercises
                mistake = Mistake(exercise, answer.name, answer.hint, list(verdict.transcript))
                mistakes.setdefault(verdict.grade_id, []).append(mistake)
    return mistakes


def make_scheme(week: Week, settings: Settings, on_progress: OnProgress = silent) -> Scheme:
    """Sit the reference and the known answers of a week in two rooms, and note what came."""
    known = [known_answer(answer) for answer in week.known]
    right = [REFERENCE, *(answer for answer in known if answer.kind == "variant")]
    wrong = [answer for answer in known if answer.kind == "misconception"]
    total = len(right) + len(wrong)

    def sit(answers: Sequence[Answer], due: Kinds, before: int) -> list[Sat]:
        return sit_answers(
            week,
            [(answer, "two rooms") for answer in answers],
            due=due,
            settings=settings,
            seed=settings.grading_seed,
            on_progress=lambda done, _: on_progress(before + done, total),
        )

    due = due_of(sit(right, {}, 0))
    return Scheme(due, mistakes_of(zip(wrong, sit(wrong, due, len(right)), strict=True)))


def scheme_for(
    root: Path,
    week: Week,
    settings: Settings,
    on_progress: OnProgress = silent,
) -> Scheme:
    """Return the marking scheme of a week: the one kept below `root`, or a new one."""
    determining = {
        "week": week.digest,
        "seed": settings.grading_seed,
        "profile": settings.profile,
        "seconds": settings.cell_seconds,
        "versions": versions(),
    }
    digest = hashlib.sha256(json.dumps(determining, sort_keys=True).encode()).hexdigest()[:20]
    path = root / ".autograder" / "schemes" / f"{week.name}-{digest}.json"
    scheme = read_scheme(path)
    if scheme is None:
        scheme = make_scheme(week, settings, on_progress)
        write_scheme(path, scheme)
    return scheme


def exam_for(
    root: Path,
    assignment: Assignment,
    settings: Settings,
    *,
    on_progress: OnProgress = silent,
) -> Exam:
    """Return the exam of a notebook, with what is known of right and wrong answers.

    The first time, those answers are sat, which takes a while; `on_progress` is told of it.
    """
    notebook = root / "source" / assignment.week / f"{assignment.notebook}.ipynb"
    week = read_week(root, assignment.week, notebook)
    scheme = scheme_for(root, week, settings, on_progress)
    return Exam(assignment, settings, scheme)


def preload(prepared: Rehearsal) -> None:
    """Import what the notebook imports, so that forked rooms need not. Nothing is used here."""
    os.environ.setdefault("MPLBACKEND", "agg")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    code = (cell.source for cell in prepared.paper.cells if cell.cell_type == "code")
    wanted = {name for source in code for name in imported_packages(source)}
    if wanted & {"tensorflow", "keras"}:
        quiet.import_keras()
    for module in _HEAVY:
        if module.partition(".")[0] in wanted or ("dlcourse" in wanted and module in _OF_DLCOURSE):
            importlib.import_module(module)


def _tests(prepared: Rehearsal, answer: Answer) -> Set[str]:
    if answer.only is not None:
        return answer.only
    if answer.kind in ("reference", "release"):
        return {test.grade_id for test in prepared.tests}
    return {test.grade_id for test in prepared.concerned(answer.exercises)}
