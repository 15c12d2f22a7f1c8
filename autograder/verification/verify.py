"""Proves the tests of a week: every answer that is known sits them, in one kernel and in two rooms.

What must hold of an answer, and what is wrong with the tests when it does not:

reference, variant   full marks
release              no points
misconception        loses points of its exercise and of no unrelated one, and is recognised
cheat                no points, for an exercise alone and for all names that a test uses

The two rooms must agree about every cell. Tests that lean on none of the names that an answer
changes are not sat again for it: nothing in them could be another.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace

from autograder.config import Settings
from autograder.course.assignment import AssignmentNotebook
from autograder.errors import UsageError
from autograder.exam.diagnosis.answer_key import AnswerKey
from autograder.exam.diagnosis.diagnose import diagnose_all
from autograder.models import CellRole, Verdict, VerdictState
from autograder.notebook.cells import exam_cell
from autograder.notebook.markers import Region, replace_region
from autograder.verification.calibrate import (
    REFERENCE,
    Answer,
    Kind,
    OnProgress,
    expected_kinds_of,
    known_answer,
    misconceptions_of,
    run_answers,
    silent,
)
from autograder.verification.local_runner import AnswerResult
from autograder.verification.test_selection import TestPlan, plan_tests
from autograder.verification.trivial_answers import TRIVIAL_ANSWERS, trivial_answer


@dataclass(frozen=True)
class Row:
    """How one answer did, and what should not be so."""

    kind: Kind
    name: str
    exercises: tuple[str, ...]
    sat: int  # test cells
    agreed: int  # test cells about which both rooms say the same
    problems: tuple[str, ...]
    recognized: bool = False


@dataclass(frozen=True)
class Report:
    """What `verify` found out about a week."""

    assignment: str
    rows: tuple[Row, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that should not be so, one sentence each."""
        return tuple(
            f"{self.assignment}, {row.kind} {row.name!r} ({', '.join(row.exercises)}): {problem}"
            for row in self.rows
            for problem in row.problems
        )


def verify(
    notebook: AssignmentNotebook,
    settings: Settings,
    *,
    seeds: Sequence[int] = (0,),
    exercises: Set[str] = frozenset(),
    on_progress: OnProgress = silent,
) -> Report:
    """Sit every known answer to a week both ways, on every seed; cheats on the first seed only.

    With `exercises`, only answers to these, and only the tests that lean on them: for whoever is
    writing one. What an answer to another exercise would do is not seen then.

    Raises
    ------
    UsageError
        If the week has no such exercise.
    """
    prepared = plan_tests(notebook.source)
    unknown = set(exercises) - set(prepared.names)
    if unknown:
        message = (
            f"{notebook.assignment} has no exercise {', '.join(map(repr, sorted(unknown)))}. "
            f"It has: {', '.join(prepared.names)}."
        )
        raise UsageError(message)
    rows: list[Row] = []
    for seed in seeds:
        right, wrong = _answers(prepared, notebook, seed == seeds[0], exercises)
        rows += _verify_seed(notebook, settings, seed, right, wrong, on_progress)
    return Report(notebook.assignment, tuple(rows))


def _answers(
    prepared: TestPlan,
    notebook: AssignmentNotebook,
    with_trivial_answers: bool,
    exercises: Set[str],
) -> tuple[list[Answer], list[Answer]]:
    """Return the answers that must be right, and those that must not."""
    known = [known_answer(answer) for answer in notebook.known_answers]
    right = [REFERENCE, *(answer for answer in known if answer.kind == "variant")]
    wrong = [released(prepared), *(answer for answer in known if answer.kind == "misconception")]
    wrong += trivial_answers(prepared) if with_trivial_answers else []
    if not exercises:
        return right, wrong
    tests = frozenset(test.grade_id for test in prepared.concerned(exercises))
    return _only(right, exercises, tests), _only(wrong, exercises, tests)


def _only(answers: Iterable[Answer], exercises: Set[str], tests: frozenset[str]) -> list[Answer]:
    """Return the answers to some exercises; those to all exercises sit some tests only."""
    to_all = ("reference", "release")
    return [
        replace(answer, only=tests) if answer.kind in to_all else answer
        for answer in answers
        if answer.kind in to_all or answer.exercises & exercises
    ]


def _verify_seed(
    notebook: AssignmentNotebook,
    settings: Settings,
    seed: int,
    right: Sequence[Answer],
    wrong: Sequence[Answer],
    on_progress: OnProgress,
) -> list[Row]:
    prepared = plan_tests(notebook.source)
    answers = [*right, *wrong]
    total = 2 * len(answers)

    def run(
        these: Sequence[Answer], environment: str, expected_kinds: object, before: int
    ) -> list[AnswerResult]:
        return run_answers(
            notebook,
            [(answer, environment) for answer in these],  # type: ignore[misc]
            expected_kinds=expected_kinds,  # type: ignore[arg-type]
            settings=settings,
            seed=seed,
            on_progress=lambda done, _: on_progress(before + done, total),
        )

    in_rooms = run(right, "two processes", {}, 0)
    expected_kinds = expected_kinds_of(in_rooms)
    in_rooms += run(wrong, "two processes", expected_kinds, len(right))
    in_kernel = run(answers, "one process", {}, len(answers))
    answer_key = AnswerKey(expected_kinds, misconceptions_of(zip(answers, in_rooms, strict=True)))
    return [
        row(prepared, answer, environment, kernel, answer_key)
        for answer, environment, kernel in zip(answers, in_rooms, in_kernel, strict=True)
    ]


# --- answers -------------------------------------------------------------------------------------


def released(prepared: TestPlan) -> Answer:
    """Return the release as it is: every answer still to be written."""
    texts = {
        str(exam_cell(cell).grade_id): replace_region(
            cell.source, Region.SOLUTION, "raise NotImplementedError()"
        )
        for cell in prepared.exam_notebook.cells
        if exam_cell(cell).role is CellRole.ANSWER
    }
    return Answer("release", "release", frozenset(texts), texts)


def trivial_answers(prepared: TestPlan) -> list[Answer]:
    """Return every generic cheat, for each exercise and for each test's names together."""
    found = [
        Answer(
            "trivial answer",
            name,
            frozenset({exercise}),
            {exercise: trivial_answer(name, names)},
            only=frozenset(t.grade_id for t in prepared.tests if t.exercise == exercise),
        )
        for exercise, names in prepared.names.items()
        for name in TRIVIAL_ANSWERS
    ]
    for test in prepared.tests:
        owners = prepared.owners(test.names)
        if len(owners) > 1:
            texts = {
                name: {e: trivial_answer(name, prepared.names[e]) for e in owners}
                for name in TRIVIAL_ANSWERS
            }
            found += [
                Answer("trivial answer", name, owners, texts[name], only=frozenset({test.grade_id}))
                for name in TRIVIAL_ANSWERS
            ]
    return found


# --- judging -------------------------------------------------------------------------------------


def row(
    prepared: TestPlan,
    answer: Answer,
    environment: AnswerResult,
    kernel: AnswerResult,
    answer_key: AnswerKey,
) -> Row:
    """Judge the tests by how one answer did in both rooms."""
    named = {verdict.grade_id: verdict for verdict in kernel.verdicts}
    pairs = [(verdict, named[verdict.grade_id]) for verdict in environment.verdicts]
    agreed = [two.passed == one.passed for two, one in pairs]
    problems = list(_errors_of_tests(environment.verdicts))
    recognized = False
    if answer.kind != "trivial answer":
        problems += _disagreements(pairs)
    if answer.kind in ("reference", "variant"):
        problems += [
            f"{v.grade_id} should give full marks, but: {v.state}: {v.reason} {_last_line(v)}"
            for v in environment.verdicts
            if not v.passed
        ]
    elif answer.kind == "misconception":
        problems += _misconception(prepared, answer, environment.verdicts)
        exercise_of = {test.grade_id: test.exercise for test in prepared.tests}
        exercises = [exercise_of[verdict.grade_id] for verdict in environment.verdicts]
        diagnosed = diagnose_all(environment.verdicts, answer_key, exercises)
        names = {v.misconception for v in diagnosed if v.misconception is not None}
        recognized = names == {answer.name}
        if not recognized:
            problems.append(f"it is taken for {', '.join(sorted(names)) or 'nothing'}")
    else:
        problems += _gains(pairs)
    concerned = tuple(sorted(answer.exercises)) if answer.kind != "release" else ()
    return Row(
        answer.kind, answer.name, concerned, len(pairs), sum(agreed), tuple(problems), recognized
    )


def _errors_of_tests(verdicts: Iterable[Verdict]) -> Iterable[str]:
    for verdict in verdicts:
        if verdict.state is VerdictState.TEST_ERROR:
            yield f"{verdict.grade_id} is at fault itself: {_last_line(verdict)}"


def _disagreements(pairs: Iterable[tuple[Verdict, Verdict]]) -> Iterable[str]:
    for two, one in pairs:
        if two.passed != one.passed:
            yield (
                f"{two.grade_id}: the rooms disagree. Two rooms: {two.state} ({_last_line(two)}); "
                f"one kernel: {one.state} ({_last_line(one)})"
            )


def _misconception(
    prepared: TestPlan, answer: Answer, verdicts: Sequence[Verdict]
) -> Iterable[str]:
    (exercise,) = answer.exercises
    related = {t.grade_id for t in prepared.tests if t.exercise == exercise}
    for test in prepared.tests:
        if exercise in prepared.needs.get(test.exercise, frozenset()):
            related.add(test.grade_id)
    own = {t.grade_id for t in prepared.tests if t.exercise == exercise}
    lost = {v.grade_id for v in verdicts if v.points < v.max_points}
    if not lost & own:
        yield f"it gets full marks in {', '.join(sorted(own))}"
    if lost - related:
        yield f"it loses unrelated points in {', '.join(sorted(lost - related))}"


def _gains(pairs: Iterable[tuple[Verdict, Verdict]]) -> Iterable[str]:
    for two, one in pairs:
        for verdict, environment in ((two, "two processes"), (one, "one process")):
            if verdict.points > 0:
                yield f"{verdict.grade_id} gives it {verdict.points:g} points in {environment}"


def _last_line(verdict: Verdict) -> str:
    lines = verdict.details.strip().splitlines()
    return lines[-1][:300] if lines else verdict.reason
