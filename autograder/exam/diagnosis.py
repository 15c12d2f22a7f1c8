"""Recognises a known mistake in a failed verdict: compares transcripts, runs nothing."""

from collections.abc import Sequence
from dataclasses import replace

from autograder.exam.scheme import Mistake, Scheme
from autograder.exam.transcript import same
from autograder.records import Verdict


def diagnose(verdict: Verdict, scheme: Scheme) -> Verdict:
    """Return the verdict with the misconception that its transcript shows, if one does.

    An answer that earned all points is never diagnosed.
    """
    if verdict.passed or verdict.state not in ("failed", "passed") or not verdict.transcript:
        return verdict
    mistake = most_specific(verdict.transcript, scheme.mistakes.get(verdict.grade_id, ()))
    if mistake is None:
        return verdict
    return replace(verdict, misconception=mistake.name, hint=mistake.hint)


def most_specific(transcript: Sequence[object], known: Sequence[Mistake]) -> Mistake | None:
    """Return the mistake with this very transcript: of several, the one that tells the most."""
    matching = [mistake for mistake in known if same(list(mistake.transcript), list(transcript))]
    return max(matching, key=lambda mistake: len(mistake.transcript), default=None)
