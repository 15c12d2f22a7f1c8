"""Test the tests of an assignment by mutation testing: run answers whose verdict is known.

The rule for each kind of answer; when it is broken, the tests are wrong:

reference, variant   full marks
release              no points
misconception        loses points in its exercise and in no unrelated one, and is recognized
trivial answer       no points, for an exercise alone and for all names that a test uses

Every test must give the same result in two processes, as in an exam, and in one process, as in a
student's own kernel. Tests that use none of the names that an answer changes are not run again for
it: their results cannot change.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.config import Settings
from autograder.course.assignment import AssignmentNotebook
from autograder.errors import UsageError
from autograder.exam.diagnosis.answer_key import AnswerKey, diagnose_all
from autograder.models import CellRole, Verdict, VerdictState
from autograder.notebook.cells import exam_cell
from autograder.notebook.source_code import Region, replace_region
from autograder.verification.calibrate import (
    REFERENCE,
    Answer,
    AnswerKind,
    OnProgress,
    expected_kinds_of,
    known_answer,
    misconceptions_of,
    run_answers,
    silent,
)
from autograder.verification.run_request import AnswerResult, Kinds, RunMode
from autograder.verification.test_selection import TestPlan, plan_tests
from autograder.verification.trivial_answers import TRIVIAL_ANSWERS, trivial_answer


@dataclass(frozen=True)
class Row:
    """The results of one answer.

    exercises    those that it answers; none if it answers all
    tests        how many test cells were run
    agreed       how many of them gave the same result in two processes and in one
    problems     one sentence for each broken rule
    recognized   whether a misconception was recognized, and as no other
    """

    kind: AnswerKind
    name: str
    exercises: tuple[str, ...]
    tests: int
    agreed: int
    problems: tuple[str, ...]
    recognized: bool = False

    @property
    def title(self) -> str:
        """Kind, name and exercises of the answer."""
        of = f" ({', '.join(self.exercises)})" if self.exercises else ""
        return f"{self.kind} {self.name!r}{of}"


@dataclass(frozen=True)
class Report:
    """What `verify` found about the tests of a notebook."""

    assignment: str
    rows: tuple[Row, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each broken rule, with the answer that broke it."""
        return tuple(
            f"{self.assignment}, {row.title}: {problem}"
            for row in self.rows
            for problem in row.problems
        )


def verify(
    notebook: AssignmentNotebook,
    settings: Settings,
    *,
    seeds: Sequence[int] = (0,),
    exercises: Set[str] = frozenset(),
    records: Path | None = None,
    on_progress: OnProgress = silent,
) -> Report:
    """Test the tests of a notebook: run every known answer in two processes and in one.

    Parameters
    ----------
    notebook
        The notebook, with its known answers.
    settings
        Those of the course; `cell_seconds` and `profile` are used.
    seeds
        The seeds to run the answers on; trivial answers are run on the first seed only.
    exercises
        Only run answers to these exercises, and only the tests that use them, for the author of
        one exercise; all exercises when empty. What answers to other exercises would show is not
        checked then.
    records
        A folder with the results of earlier runs, which are used again where nothing has changed
        that could change them; all answers are run when None.
    on_progress
        Called with the number of answers that were run on a seed, and the total.

    Returns
    -------
    Report
        With a row for each answer and seed, and the problems of the tests.

    Raises
    ------
    UsageError
        If the notebook has no such exercise.
    """
    plan = plan_tests(notebook.source)
    unknown = set(exercises) - set(plan.names)
    if unknown:
        message = (
            f"{notebook.assignment} has no exercise {', '.join(map(repr, sorted(unknown)))}. "
            f"It has: {', '.join(plan.names)}."
        )
        raise UsageError(message)
    rows: list[Row] = []
    for seed in seeds:
        right, wrong = _answers(plan, notebook, seed == seeds[0], exercises)
        rows += _verify_seed(notebook, settings, seed, right, wrong, records, on_progress)
    return Report(notebook.assignment, tuple(rows))


def _answers(
    plan: TestPlan,
    notebook: AssignmentNotebook,
    with_trivial_answers: bool,
    exercises: Set[str],
) -> tuple[list[Answer], list[Answer]]:
    """Return the right answers, and the wrong ones."""
    known = [known_answer(answer) for answer in notebook.known_answers]
    right = [REFERENCE, *(one for one in known if one.kind is AnswerKind.VARIANT)]
    wrong = [released(plan), *(one for one in known if one.kind is AnswerKind.MISCONCEPTION)]
    wrong += trivial_answers(plan) if with_trivial_answers else []
    if not exercises:
        return right, wrong
    tests = frozenset(test.grade_id for test in plan.concerned(exercises))
    return _only(right, exercises, tests), _only(wrong, exercises, tests)


def _only(answers: Iterable[Answer], exercises: Set[str], tests: frozenset[str]) -> list[Answer]:
    """Return the answers to some exercises; answers to all exercises are limited to `tests`."""
    return [
        replace(answer, only=tests) if answer.is_to_all_exercises else answer
        for answer in answers
        if answer.is_to_all_exercises or answer.exercises & exercises
    ]


def _verify_seed(
    notebook: AssignmentNotebook,
    settings: Settings,
    seed: int,
    right: Sequence[Answer],
    wrong: Sequence[Answer],
    records: Path | None,
    on_progress: OnProgress,
) -> list[Row]:
    plan = plan_tests(notebook.source)
    answers = [*right, *wrong]
    total = 2 * len(answers)

    def run(
        some: Sequence[Answer], mode: RunMode, expected_kinds: Kinds, before: int
    ) -> list[AnswerResult]:
        return run_answers(
            notebook,
            [(answer, mode) for answer in some],
            expected_kinds=expected_kinds,
            settings=settings,
            seed=seed,
            records=records,
            on_progress=lambda done, _: on_progress(before + done, total),
        )

    in_two = run(right, RunMode.TWO_PROCESSES, {}, 0)
    expected_kinds = expected_kinds_of(in_two)
    in_two += run(wrong, RunMode.TWO_PROCESSES, expected_kinds, len(right))
    in_one = run(answers, RunMode.ONE_PROCESS, {}, len(answers))
    answer_key = AnswerKey(expected_kinds, misconceptions_of(zip(answers, in_two, strict=True)))
    return [
        judge(plan, answer, two, one, answer_key)
        for answer, two, one in zip(answers, in_two, in_one, strict=True)
    ]


# --- answers -------------------------------------------------------------------------------------


def released(plan: TestPlan) -> Answer:
    """Return the release as an answer: a stub for every exercise."""
    texts = {
        str(exam_cell(cell).grade_id): replace_region(
            cell.source, Region.SOLUTION, "raise NotImplementedError()"
        )
        for cell in plan.exam_notebook.cells
        if exam_cell(cell).role is CellRole.ANSWER
    }
    return Answer(AnswerKind.RELEASE, "release", frozenset(texts), texts)


def trivial_answers(plan: TestPlan) -> list[Answer]:
    """Return every trivial answer, to each exercise and to all names of a test together."""
    found = [
        Answer(
            AnswerKind.TRIVIAL,
            name,
            frozenset({exercise}),
            {exercise: trivial_answer(name, names)},
            only=frozenset(t.grade_id for t in plan.tests if t.exercise == exercise),
        )
        for exercise, names in plan.names.items()
        for name in TRIVIAL_ANSWERS
    ]
    for test in plan.tests:
        owners = plan.owners(test.names)
        if len(owners) > 1:
            for name in TRIVIAL_ANSWERS:
                texts = {owner: trivial_answer(name, plan.names[owner]) for owner in owners}
                only = frozenset({test.grade_id})
                found.append(Answer(AnswerKind.TRIVIAL, name, owners, texts, only=only))
    return found


# --- judging -------------------------------------------------------------------------------------


def judge(
    plan: TestPlan,
    answer: Answer,
    in_two: AnswerResult,
    in_one: AnswerResult,
    answer_key: AnswerKey,
) -> Row:
    """Return the row of an answer, with a problem for each rule that its results break.

    `in_two` are its results in two processes, `in_one` in one process.
    """
    by_grade_id = {verdict.grade_id: verdict for verdict in in_one.verdicts}
    pairs = [(verdict, by_grade_id[verdict.grade_id]) for verdict in in_two.verdicts]
    problems = list(_errors_of_tests(in_two.verdicts))
    recognized = False
    if answer.kind is not AnswerKind.TRIVIAL:
        problems += _differences(pairs)
    if answer.kind in (AnswerKind.REFERENCE, AnswerKind.VARIANT):
        problems += _missing_points(in_two.verdicts)
    elif answer.kind is AnswerKind.MISCONCEPTION:
        problems += _wrong_losses(plan, answer, in_two.verdicts)
        names = _diagnoses(plan, in_two.verdicts, answer_key)
        recognized = names == {answer.name}
        if not recognized:
            taken_for = f"it is taken for {', '.join(sorted(names))}"
            problems.append(taken_for if names else "it is not recognized")
    else:
        problems += _gains(pairs)
    return Row(
        answer.kind,
        answer.name,
        exercises=() if answer.is_to_all_exercises else tuple(sorted(answer.exercises)),
        tests=len(pairs),
        agreed=sum(two.passed == one.passed for two, one in pairs),
        problems=tuple(problems),
        recognized=recognized,
    )


def _errors_of_tests(verdicts: Iterable[Verdict]) -> Iterable[str]:
    for verdict in verdicts:
        if verdict.state is VerdictState.TEST_ERROR:
            yield f"the test {verdict.grade_id} itself has an error: {_last_line(verdict)}"


def _differences(pairs: Iterable[tuple[Verdict, Verdict]]) -> Iterable[str]:
    for two, one in pairs:
        if two.passed != one.passed:
            yield (
                f"the results of {two.grade_id} differ between two processes "
                f"({_outcome(two)}) and one process ({_outcome(one)})"
            )


def _missing_points(verdicts: Iterable[Verdict]) -> Iterable[str]:
    for verdict in verdicts:
        if not verdict.passed:
            yield (
                f"{verdict.grade_id} should give it full marks, but the result is "
                f"{_outcome(verdict)} ({verdict.points:g} of {verdict.max_points:g} points)"
            )


def _wrong_losses(plan: TestPlan, answer: Answer, verdicts: Sequence[Verdict]) -> Iterable[str]:
    (exercise,) = answer.exercises
    own = {test.grade_id for test in plan.tests if test.exercise == exercise}
    related = own | {
        test.grade_id for test in plan.tests if exercise in plan.needs.get(test.exercise, ())
    }
    lost = {verdict.grade_id for verdict in verdicts if verdict.points < verdict.max_points}
    if not lost & own:
        yield f"it gets full marks in {', '.join(sorted(own))}"
    if lost - related:
        yield f"it loses unrelated points in {', '.join(sorted(lost - related))}"


def _diagnoses(plan: TestPlan, verdicts: Sequence[Verdict], answer_key: AnswerKey) -> set[str]:
    """Return the names of the misconceptions that are diagnosed in an answer."""
    exercise_of = {test.grade_id: test.exercise for test in plan.tests}
    exercises = [exercise_of[verdict.grade_id] for verdict in verdicts]
    diagnosed = diagnose_all(verdicts, answer_key, exercises)
    return {verdict.misconception for verdict in diagnosed if verdict.misconception is not None}


def _gains(pairs: Iterable[tuple[Verdict, Verdict]]) -> Iterable[str]:
    for two, one in pairs:
        for verdict, mode in ((two, RunMode.TWO_PROCESSES), (one, RunMode.ONE_PROCESS)):
            if verdict.points > 0:
                yield f"{verdict.grade_id} gives it {verdict.points:g} points in {mode}"


def _outcome(verdict: Verdict) -> str:
    line = _last_line(verdict)
    return f"{verdict.state}: {line}" if line else verdict.state


def _last_line(verdict: Verdict) -> str:
    lines = verdict.details.strip().splitlines()
    return lines[-1][:300] if lines else verdict.reason
