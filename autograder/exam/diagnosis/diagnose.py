"""Recognises known mistakes in failed verdicts: compares transcripts, runs nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from autograder.exam.diagnosis.answer_key import AnswerKey, KnownMisconception
from autograder.exam.diagnosis.transcript import same
from autograder.models import Verdict


def diagnose(
    verdict: Verdict, answer_key: AnswerKey, exercise: str, before: Collection[str] = ()
) -> Verdict:
    """Return the verdict with the misconception that its transcript shows, if one does.

    An answer that earned all points is never diagnosed.

    Parameters
    ----------
    exercise : what the test cell tests
    before : the misconceptions recognised in earlier cells of the same paper
    """
    if verdict.passed or verdict.state not in ("failed", "passed") or not verdict.transcript:
        return verdict
    known = answer_key.misconceptions.get(verdict.grade_id, ())
    mistake = most_specific(verdict.transcript, known, exercise, before)
    if mistake is None:
        return verdict
    return replace(verdict, misconception=mistake.name, hint=mistake.hint)


def diagnose_all(
    verdicts: Iterable[Verdict], answer_key: AnswerKey, exercises: Iterable[str]
) -> tuple[Verdict, ...]:
    """Return the verdicts of one paper, in order, each diagnosed in the light of those before."""
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
    """Return the mistake with this very transcript, or None.

    Of several, the one that the student is known to have made in an exercise that this one
    leans on; else one that belongs to the exercise itself; else the one that tells the most.
    A transcript of nothing but errors looks the same whatever went wrong: it shows only what
    was known before.
    """
    matching = [
        mistake
        for mistake in known
        if same(list(mistake.transcript), list(transcript))
        and (mistake.name in before or _has_a_value(mistake))
    ]
    return max(
        matching,
        key=lambda mistake: (
            mistake.name in before,
            mistake.exercise == exercise,
            len(mistake.transcript),
        ),
        default=None,
    )


def _has_a_value(mistake: KnownMisconception) -> bool:
    """Tell whether the mistake returned anything in this cell before it failed."""
    replies = [reply for _, _, reply in mistake.transcript]
    return not all(isinstance(reply, dict) and "error" in reply for reply in replies)
