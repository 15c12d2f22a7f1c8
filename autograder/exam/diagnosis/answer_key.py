"""Define the answer key of an assignment, and recognize known misconceptions with it.

Misconceptions are recognized by comparing transcripts; no code is run.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.config import Settings
from autograder.course.assignment import AssignmentNotebook
from autograder.course.paths import CoursePaths
from autograder.exam.diagnosis.transcript import Entry, same
from autograder.files import write_atomically
from autograder.fingerprint import digest_of, versions
from autograder.models import CellRole, Verdict, VerdictState
from autograder.notebook.cells import cells_with_role, exam_cell, update_exam_cell


@dataclass(frozen=True)
class KnownMisconception:
    """The transcript that a known wrong answer to an exercise leaves in one test cell."""

    exercise: str
    name: str
    hint: str
    transcript: Sequence[Entry]


UNUSABLE_REASON = (
    "This test cannot be used: it refuses the course's own solution, too. Your instructor has been "
    "informed."
)
"""What a student reads who loses points in such a test."""


@dataclass(frozen=True)
class UnusableTest:
    """A test cell that does not give the course's own solution full marks.

    line     of the test cell; 0 if it is not known
    cause    what happened there
    advice   what to write instead; empty if the cause says it
    """

    grade_id: str
    line: int
    cause: str
    advice: str

    def __str__(self) -> str:
        where = f"{self.grade_id}, line {self.line}" if self.line else self.grade_id
        return f"{where}: {self.cause} {self.advice}".strip()


@dataclass(frozen=True)
class AnswerKey:
    """What is known about the answers to an assignment, by the grade ids of its test cells.

    Parameters
    ----------
    expected_kinds
        What the reference and other correct answers returned at each line of the test:
        {"12 call": ["plain"]}.
    misconceptions
        The transcripts of the known wrong answers that fail in the cell.
    unusable
        The tests that the reference fails.
    """

    expected_kinds: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    misconceptions: Mapping[str, Sequence[KnownMisconception]] = field(default_factory=dict)
    unusable: Mapping[str, UnusableTest] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values."""
        misconceptions = {g: [vars(m) for m in known] for g, known in self.misconceptions.items()}
        return {
            "expected_kinds": dict(self.expected_kinds),
            "misconceptions": misconceptions,
            "unusable": {grade_id: vars(test) for grade_id, test in self.unusable.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "AnswerKey":
        """Return the answer key that `to_json` wrote."""
        misconceptions = {
            g: tuple(KnownMisconception(**m) for m in known)
            for g, known in data["misconceptions"].items()
        }
        unusable = {grade_id: UnusableTest(**test) for grade_id, test in data["unusable"].items()}
        return cls(data["expected_kinds"], misconceptions, unusable)


def set_expected_kinds(exam_notebook: NotebookNode, answer_key: AnswerKey) -> None:
    """Write into each test cell of an exam notebook which kinds are expected at its lines."""
    for cell in cells_with_role(exam_notebook, CellRole.TEST):
        grade_id = str(exam_cell(cell).grade_id)
        update_exam_cell(cell, expected_kinds=answer_key.expected_kinds.get(grade_id, {}))


def answer_key_path(root: Path, notebook: AssignmentNotebook, settings: Settings) -> Path:
    """Return where the answer key of a notebook is kept, for these settings and versions."""
    return CoursePaths(root).answer_key(notebook.assignment, _digest(notebook, settings)[:20])


def _digest(notebook: AssignmentNotebook, settings: Settings) -> str:
    """Return the digest of everything that determines an answer key."""
    return digest_of(
        {
            "text": notebook.digest,
            "seed": settings.grading_seed,
            "profile": settings.profile,
            "seconds": settings.cell_seconds,
            "versions": dict(versions()),
        }
    )


def read_answer_key(path: Path) -> AnswerKey | None:
    """Return the answer key in a file; None if there is none or it cannot be read."""
    try:
        return AnswerKey.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_answer_key(path: Path, answer_key: AnswerKey) -> None:
    """Write an answer key to a file, atomically: a reader sees all of it or nothing."""
    write_atomically(path, json.dumps(answer_key.to_json()).encode())


def mark_unusable(verdict: Verdict, answer_key: AnswerKey) -> Verdict:
    """Return the verdict of a test cell as an error of the test if the reference fails it, too.

    Points that were earned are kept.
    """
    unusable = answer_key.unusable.get(verdict.grade_id)
    if unusable is None or verdict.passed:
        return verdict
    details = f"{verdict.details}\nThe course's own solution fails this test, too. {unusable}"
    return replace(
        verdict,
        state=VerdictState.TEST_ERROR,
        reason=UNUSABLE_REASON,
        hint="",
        details=details,
    )


# --- diagnosis -----------------------------------------------------------------------------------


def diagnose(
    verdict: Verdict, answer_key: AnswerKey, exercise: str, before: Collection[str] = ()
) -> Verdict:
    """Return the verdict, with the misconception that its transcript matches, if any.

    An answer that earned all points is never diagnosed.

    Parameters
    ----------
    exercise : the exercise that the test cell belongs to
    before : the names of the misconceptions recognized in earlier cells of the same exam
    """
    if verdict.passed or verdict.state not in ("failed", "passed") or not verdict.transcript:
        return verdict
    known = answer_key.misconceptions.get(verdict.grade_id, ())
    misconception = most_specific(verdict.transcript, known, exercise, before)
    if misconception is None:
        return verdict
    return replace(verdict, misconception=misconception.name, hint=misconception.hint)


def diagnose_all(
    verdicts: Iterable[Verdict], answer_key: AnswerKey, exercises: Iterable[str]
) -> tuple[Verdict, ...]:
    """Return the verdicts of one exam, in order, each diagnosed given the earlier diagnoses."""
    diagnosed: list[Verdict] = []
    for verdict, exercise in zip(verdicts, exercises, strict=True):
        before = {v.misconception for v in diagnosed if v.misconception}
        diagnosed.append(diagnose(verdict, answer_key, exercise, before))
    return tuple(diagnosed)


def most_specific(
    transcript: Sequence[object],
    known: Sequence[KnownMisconception],
    exercise: str,
    before: Collection[str],
) -> KnownMisconception | None:
    """Return the misconception that has this transcript, or None.

    If several have it, prefer one that the student is already known to have from an exercise that
    this one uses, then one of the exercise itself, then the one with the longest transcript. A
    transcript of nothing but errors looks the same whatever went wrong: it only confirms a
    misconception that is known already.
    """
    matching = [
        misconception
        for misconception in known
        if same(list(misconception.transcript), list(transcript))
        and (misconception.name in before or _returned_a_value(misconception))
    ]
    return max(
        matching,
        key=lambda misconception: (
            misconception.name in before,
            misconception.exercise == exercise,
            len(misconception.transcript),
        ),
        default=None,
    )


def _returned_a_value(misconception: KnownMisconception) -> bool:
    """Return whether the wrong answer returned anything in this cell before it failed."""
    replies = [reply for _, _, reply in misconception.transcript]
    return not all(isinstance(reply, dict) and "error" in reply for reply in replies)
