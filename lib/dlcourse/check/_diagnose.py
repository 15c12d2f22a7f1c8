"""Find the likely cause of the difference between a result and the expected array.

Each detector returns a sentence or nothing. Their sentences are suggestions: they are called only
after the check has failed.
"""

import math
from collections.abc import Callable

import numpy as np

from dlcourse.check import _format
from dlcourse.check._coerce import Array

Detector = Callable[[Array, Array], str]

_NATURAL = {
    math.log(2): "That factor is ln 2: did you use nats instead of bits, or bits for nats?",
    1 / math.log(2): "That factor is 1 / ln 2: did you use bits instead of nats, or nats for bits?",
    math.log(10): "That factor is ln 10: is it the natural logarithm on both sides?",
    1 / math.log(10): "That factor is 1 / ln 10: did you use log10 for the natural logarithm?",
}


def likely_cause(came: Array, wanted: Array, wrong: Array) -> str:
    """Return the likely cause as a sentence after a space, or nothing.

    Parameters
    ----------
    came, wanted
        The result and the expected array: finite, of one shape, in double precision.
    wrong
        True where they disagree.
    """
    try:
        with np.errstate(all="ignore"):
            sentences = (detect(came, wanted) for detect in _DETECTORS)
            sentence = next(filter(None, sentences), "") or _located(wrong)
    except Exception:  # a diagnosis must never hide the failure that it explains
        sentence = ""
    return f" {sentence}" if sentence else ""


def not_finite(came: Array, where: Array) -> str:
    """Return the message about NaN and infinity, and where they usually come from."""
    is_nan = bool(np.isnan(came[where]).any())
    what = "NaN (not a number)" if is_nan else "infinite"
    cause = (
        "0/0, inf - inf and 0 · log(0) give NaN: what happens with extreme inputs?"
        if is_nan
        else "Dividing by 0, log(0) and exp of a large number give infinity."
    )
    if came.ndim == 0:
        return f"the result is {what}. {cause}"
    first = _format.place(tuple(np.argwhere(where)[0]))
    n = int(where.sum())
    verb = "is" if n == 1 else "are"
    return (
        f"{n:,} of {_format.count(came.size, 'value')} {verb} {what}, the first at {first}. {cause}"
    )


def factor(came: Array, wanted: Array, tolerance: float = 1e-4) -> float | None:
    """Return k if `came` is k times `wanted` and k is neither 0 nor 1, else None."""
    square = float(np.vdot(wanted, wanted).real)
    if square == 0 or not np.any(came):
        return None
    k = float(np.vdot(wanted, came).real) / square
    scale = float(np.abs(came).max())
    if not math.isfinite(k) or abs(k - 1) <= tolerance:
        return None
    return k if float(np.abs(came - k * wanted).max()) <= tolerance * scale else None


def whole(k: float) -> int | None:
    """Return k or 1/k as an integer if it is one of 2, 3, 4, …, else None."""
    for candidate in (k, 1 / k):
        if 1.5 < candidate < 1e5 and abs(candidate - round(candidate)) < 2e-3 * candidate:
            return round(candidate)
    return None


def _constant(came: Array, wanted: Array) -> str:
    if not came.any():
        return "Yours is zero." if came.ndim == 0 else "Yours is all zeros."
    if came.size > 2 and np.ptp(came.real) == 0 and np.ptp(wanted.real) > 0:
        return "All of your values are the same."
    return ""


def _sign(came: Array, wanted: Array) -> str:
    if not _same(came, -wanted):
        return ""
    return "The sign is flipped." if came.ndim == 0 else "Every sign is flipped."


def _times(came: Array, wanted: Array) -> str:
    k = factor(came, wanted)
    if k is None:
        return ""
    n = whole(abs(k))
    known = next((text for value, text in _NATURAL.items() if abs(abs(k) - value) < 1e-3), "")
    if came.size == 1 and n in (None, 2) and not known:
        return ""  # any number is a multiple of another one
    subject = "Yours is" if came.ndim == 0 else "Every value is"
    size = f"{abs(k):.2f} times too large" if abs(k) > 1 else f"{1 / abs(k):.2f} times too small"
    turned = ", and the sign is flipped" if k < 0 else ""
    return f"{subject} {size}{turned}.{_because(abs(k), n, known)}"


def _because(k: float, n: int | None, known: str) -> str:
    if known:
        return f" {known}"
    if n is None:
        return ""
    if n == 2:
        return " A factor of 2: does a ½, or a mean over 2 examples, belong there?"
    if k > 1:
        return f" Are there {n} examples? Then you took a sum instead of a mean."
    return " Was it divided once too often, or a learning rate multiplied in?"


def _axes(came: Array, wanted: Array) -> str:
    if came.ndim == 2 and came.shape[0] == came.shape[1] > 1 and _same(came, wanted.T):
        return "Yours is the transpose of what is expected."
    for axis in range(came.ndim):
        if came.shape[axis] > 1 and _same(came, np.flip(wanted, axis)):
            return f"The values are right, but in reverse order along axis {axis}."
    return ""


def _offset(came: Array, wanted: Array) -> str:
    if came.size < 2:
        return ""
    apart = came - wanted
    c = apart.flat[0]
    if c != 0 and _same(apart, np.full_like(apart, c)):
        word = "large" if c.real > 0 else "small"
        return f"Every value is {_format.number(abs(c))} too {word}."
    return ""


def _transformed(came: Array, wanted: Array) -> str:
    if _trivial(wanted):
        return ""
    for sentence, changed in (
        ("Yours is 1 minus what is expected: are the two classes swapped?", 1 - wanted),
        ("Yours is the logarithm of what is expected.", np.log(wanted)),
        ("Yours is the exponential of what is expected.", np.exp(wanted)),
        ("Yours is the square of what is expected.", wanted**2),
        ("Yours is the square root of what is expected.", np.sqrt(wanted)),
        ("Yours is 1 divided by what is expected.", 1 / wanted),
    ):
        if np.isfinite(changed).all() and _same(came, changed):
            return sentence
    return ""


def _moved(came: Array, wanted: Array) -> str:
    if came.ndim == 0 or came.size < 3 or _trivial(wanted):
        return ""
    if came.shape[0] > 3:  # of three values, two may agree by chance
        if _same(came[1:], wanted[:-1]):
            return "The values are right, but one position late along axis 0."
        if _same(came[:-1], wanted[1:]):
            return "The values are right, but one position early along axis 0."
    if _same(np.sort(came.ravel()), np.sort(wanted.ravel())):
        return "The right values are there, but in another order."
    return ""


def _located(wrong: Array) -> str:
    """Return a sentence if all differences are at one index of an axis, or from one row on."""
    if wrong.all() or wrong.sum() < 2:
        return ""
    for axis in range(wrong.ndim):
        at = np.unique(np.nonzero(wrong)[axis])
        if len(at) == 1 and wrong.shape[axis] > 1 and wrong.ndim > 1:
            kind = {0: "row", wrong.ndim - 1: "column"}.get(axis, f"axis {axis}, index")
            return f"All the differences are in {kind} {at[0]}."
    first = int(np.nonzero(wrong)[0].min())
    if first > 0 and len(wrong) > 2 and all(part.any() for part in wrong[first:]):
        return f"Everything up to index {first - 1} is right: what changes at {first}?"
    return ""


def _trivial(wanted: Array) -> bool:
    """Return whether the value is 0 or 1, so that many different mistakes look alike."""
    return bool(np.isin(wanted, (0, 1)).all()) and wanted.size < 2


def _same(a: Array, b: Array) -> bool:
    return bool(np.allclose(a, b, rtol=1e-5, atol=1e-7))


_DETECTORS: tuple[Detector, ...] = (
    _constant,
    _sign,
    _axes,
    _times,
    _offset,
    _transformed,
    _moved,
)
