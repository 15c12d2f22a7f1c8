"""Check numerical properties: gradients by central differences, probabilities by their sums."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.check import _close, _diagnose, _format, _shape
from dlcourse.check._coerce import Array, NotPlain, numbers
from dlcourse.check._failure import fail, tally

_STEP = 1e-5  # of central differences: rounding and curvature errors meet near here


def gradient(
    loss: Callable[[Any], Any],
    at: object,
    equals: object,
    *,
    tolerance: float = 1e-6,
    examples: int | None = None,
    name: str = "",
    hint: str = "",
) -> None:
    """Check a gradient by central differences of the loss.

    Parameters
    ----------
    loss
        Takes an array of the shape of `at`, in float64, and returns one number. Write it in the
        test; never pass the student's.
    at
        The point of the gradient, at least 1e-3 away from kinks and ties.
    equals
        The student's gradient, in the shape of `at`.
    tolerance
        As in `close`.
    examples
        The number of examples in the minibatch, to recognize a sum instead of a mean; read from
        `name` if that says "batch of 7" or "7 examples".
    name, hint
        What is being checked, and one sentence to show when it fails.

    Raises
    ------
    CheckFailed
        If the gradient is wrong. The message names the likely cause: a constant factor (a sum over
        the batch), a flipped sign, a transposed result.

    Examples
    --------
    >>> gradient(lambda w: np.sum(w**2), at=[1.0, -2.0], equals=[2.0, -4.0])
    """
    point = np.array(numbers(at), dtype=np.float64)
    slope = _central_differences(loss, point)
    came = _close.require_numbers(equals, slope, name, hint)
    if came.shape != slope.shape:
        fail(_shape.mismatch(came, slope), name, hint)
    _close.require_finite(came, name, hint)
    if not _close.within(came, slope, tolerance):
        n = _batch_size(name) if examples is None else examples
        fail(_about_gradient(came.astype(np.float64), slope, tolerance, n), name, hint)
    tally.passed += 1


def probability(
    p: object, *, axis: int = -1, tolerance: float = 1e-6, name: str = "", hint: str = ""
) -> None:
    """Check that numbers are probabilities: between 0 and 1, and each row sums to 1.

    Parameters
    ----------
    p
        The probabilities.
    axis
        The axis of the classes, over which they sum to 1.
    tolerance
        The largest difference of a sum from 1; at least 1e-5 for float32.
    name, hint
        What is being checked, and one sentence to show when it fails.

    Raises
    ------
    CheckFailed
        If they are not. The message names the likely cause: a softmax over the wrong axis or over
        the whole array, or logarithms of probabilities.

    Examples
    --------
    >>> probability([[0.2, 0.8], [0.5, 0.5]])
    """
    came = _require_probabilities(p, name, hint)
    if not -came.ndim <= axis < came.ndim:
        fail(f"shape {came.shape} has no axis {axis} for the classes.", name, hint)
    _close.require_finite(came, name, hint)
    slack = max(tolerance, 1e-5) if came.dtype == np.float32 else tolerance
    wide = came.astype(np.float64)
    sums = wide.sum(axis)
    if np.abs(sums - 1).max() > slack:
        fail(_about_sums(wide, sums, axis % came.ndim, slack), name, hint)
    if wide.min() < -slack or wide.max() > 1 + slack:
        worst = wide.min() if wide.min() < -slack else wide.max()
        fail(f"a probability is between 0 and 1; yours has {_format.number(worst)}.", name, hint)
    tally.passed += 1


def _central_differences(loss: Callable[[Any], Any], point: Array) -> Array:
    slope = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        values = []
        for step in (_STEP, -_STEP):
            moved = point.copy()
            moved[index] += step
            values.append(float(loss(moved)))
        slope[index] = (values[0] - values[1]) / (2 * _STEP)
    return slope


def _batch_size(name: str) -> int | None:
    match = re.search(r"batch of (\d+)|(\d+) examples", name)
    return int(match[1] or match[2]) if match else None


def _about_gradient(came: Array, slope: Array, tolerance: float, examples: int | None) -> str:
    if not came.any():
        return f"your gradient is zero; the slope of the loss is {_format.array(slope)}."
    k = _diagnose.factor(came, slope)
    if k is None and came.ndim == 2 and came.shape[0] == came.shape[1]:
        turned = _diagnose.factor(came, slope.T)
        if turned is not None or np.allclose(came, slope.T, rtol=1e-4):
            return "your gradient is the transpose of the right one."
    if k is None or (came.size == 1 and _diagnose.whole(abs(k)) is None and k != -1):
        wrong = _close.difference(came, slope, tolerance)
        return f"your gradient is not the slope of the loss: {wrong}"
    if abs(k + 1) < 1e-4:
        return "your gradient has the right length but points the wrong way: the sign is flipped."
    way = "points the right way" if k > 0 else "points the wrong way (the sign is flipped)"
    long = f"{abs(k):.2f} times too long" if abs(k) > 1 else f"{1 / abs(k):.2f} times too short"
    joint = "but" if k > 0 else "and"
    return f"your gradient {way} {joint} is {long}.{_why_so_long(abs(k), examples)}"


def _why_so_long(k: float, examples: int | None) -> str:
    n = _diagnose.whole(k)
    if k > 1 and n is not None and n == examples:
        return (
            f" The batch has {n} examples: the loss is a mean over the batch, "
            "so its gradient is too."
        )
    if k < 1 and n is not None and n == examples:
        return f" The batch has {n} examples: you divided by their number once too often."
    if k > 1 and n is not None and n > 2 and examples is None:
        return (
            f" Does the batch have {n} examples? If the loss is a mean over the batch, "
            "its gradient is too."
        )
    if n == 2:
        return " Where does a factor of 2 come from, or go?"
    return " Is a learning rate or another factor in it?" if k < 1 else ""


def _require_probabilities(p: object, name: str, hint: str) -> Array:
    try:
        came = numbers(p)
    except NotPlain as error:
        fail(f"expected probabilities, got {error}.", name, hint)
    if came.dtype.kind not in "fiu":
        fail(f"expected probabilities, got an array of dtype {came.dtype}.", name, hint)
    if came.ndim == 0 or came.size == 0:
        kind = "one number" if came.ndim == 0 else f"an empty array of shape {came.shape}"
        fail(f"expected an array of probabilities, got {kind}.", name, hint)
    return came


def _about_sums(p: Array, sums: Array, axis: int, slack: float) -> str:
    if p.ndim == 1:
        lead = f"the probabilities should sum to 1; yours sum to {_format.number(sums, 3)}"
    else:
        off = np.unique(np.round(sums[np.abs(sums - 1) > slack], 6))
        sums_text = _listed([_format.number(value, 3) for value in off[:3]])
        more = ", …" if len(off) > 3 else ""
        lead = f"each {_line(p, axis)} should sum to 1; yours sum to {sums_text}{more}"
    return lead + _why_not_one(p, axis, slack)


def _why_not_one(p: Array, axis: int, slack: float) -> str:
    for other in range(p.ndim):
        if other != axis and np.abs(p.sum(other) - 1).max() <= slack:
            last = axis == p.ndim - 1
            return (
                f", and each *{_line(p, other)}* sums to 1. You normalized over axis {other}; "
                f"the classes are on {'the last axis' if last else f'axis {axis}'}."
            )
    if p.ndim > 1 and abs(p.sum() - 1) <= slack:
        return (
            ", and all values together sum to 1. You normalized over the whole array; "
            "`axis` and `keepdims=True` do it row by row."
        )
    if p.max() <= slack and np.abs(np.exp(p).sum(axis) - 1).max() <= max(slack, 1e-4):
        return ". They are logarithms of probabilities: take `exp`."
    if p.min() < 0:
        return f", and some are below 0 ({_format.number(p.min())}). Are these logits?"
    return ". Divide by the sum."


def _line(p: Array, axis: int) -> str:
    """Return the name of a line of values along an axis, such as "row"."""
    if p.ndim == 2:
        return "row" if axis == 1 else "column"
    return "slice along the last axis" if axis == p.ndim - 1 else f"slice along axis {axis}"


def _listed(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
