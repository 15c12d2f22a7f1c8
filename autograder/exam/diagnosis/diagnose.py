"""Recognize known misconceptions in failed verdicts by comparing transcripts; run nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from autograder.exam.diagnosis.answer_key import AnswerKey, KnownMisconception
from autograder.exam.diagnosis.transcript import same
from autograder.models import Verdict


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
