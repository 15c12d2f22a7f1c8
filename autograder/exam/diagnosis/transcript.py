"""Compare what student code returned, call by call.

A transcript is a list of entries [line of the test, operation, summary of the reply], all of it
plain JSON. Two answers with the same misconception have the same transcript, however they are
written: numbers are compared as numbers, whether they came in a list, an array or a tensor, in
float32 or in float64, and names of classes and texts of errors are left out.
"""

from typing import Any

from autograder.exam.protocol.codecs import CODECS

Entry = list[Any]

TOLERANCE = 1e-3
"""Relative: how much two float32 computations of the same thing may differ, with a margin."""

_SMALL = 1e-3  # added to the magnitude of two numbers, so that tiny ones may differ as well


def summary(value: Any) -> Any:
    """Return a JSON value that stands for a reply: all of a small one, samples of a large one."""
    return CODECS.summarize(value)


def same(one: Any, other: Any) -> bool:
    """Return whether two summaries or two transcripts are the same within the tolerance."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return _close(float(one), float(other))
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE * (_SMALL + max(abs(one), abs(other)))
