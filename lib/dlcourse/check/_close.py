"""Compares numbers within a tolerance."""

import numpy as np

from dlcourse.check import _diagnose, _format, _shape
from dlcourse.check._coerce import Array, NotPlain, numbers
from dlcourse.check._failure import fail, tally

_FLOAT32_TOLERANCE = 1e-5  # what is left of 1e-6 after a few operations in float32


def close(
    actual: object, expected: object, *, tolerance: float = 1e-6, name: str = "", hint: str = ""
) -> None:
    """Check numbers: one shape, all finite, `|actual - expected| <= tolerance (1 + |expected|)`.

    Parameters
    ----------
    actual
        What came out: a number, an array, nested lists of numbers, or an eager tensor.
    expected
        What should have, in any of these forms; finite and not empty.
    tolerance
        Relative for large numbers, absolute for small ones. At least 1e-5 is granted to
        results in float32, which cannot do better.
    name, hint
        What is being checked, and one sentence to show when it fails.

    Raises
    ------
    CheckFailed
        If it does not hold. The message knows common slips: a transposed result, a column
        broadcast against a row, a sum for a mean, a turned sign, and others.
    ValueError
        If `expected` cannot be compared with: a fault of the test.

    Examples
    --------
    >>> close([0.1 + 0.2, 1], [0.3, 1])
    >>> close(np.float32(0.3), 0.3)
    """
    wanted = _wanted(expected)
    came = numbers_due(actual, wanted, name, hint)
    if came.shape != wanted.shape:
        fail(_shape.mismatch(came, wanted), name, hint)
    require_finite(came, name, hint)
    if not within(came, wanted, tolerance):
        fail(difference(came, wanted, tolerance), name, hint)
    tally.passed += 1


def numbers_due(actual: object, wanted: Array, name: str, hint: str) -> Array:
    """Return what came as an array of numbers; anything else fails."""
    try:
        came = numbers(actual)
    except NotPlain as error:
        fail(f"expected {_due(wanted)}, got {error}.", name, hint)
    if came.dtype.kind == "b" and wanted.dtype.kind != "b":
        fail(
            f"expected {_due(wanted)}, got {_format.array(came)}: True and False are answers, "
            "not numbers (`.astype(int)` makes 1 and 0 of them).",
            name,
            hint,
        )
    if came.dtype.kind == "c" and wanted.dtype.kind != "c":
        fail(f"expected {_due(wanted)}, got complex numbers.", name, hint)
    return came


def require_finite(came: Array, name: str, hint: str) -> None:
    """Fail when a number is NaN or infinite, and say where and why that happens."""
    if came.dtype.kind not in "fc":
        return
    finite = np.isfinite(came)
    if not finite.all():
        fail(_diagnose.not_finite(came, ~finite), name, hint)


def within(came: Array, wanted: Array, tolerance: float) -> bool:
    """Whether two finite arrays of one shape agree."""
    if came.dtype == np.float32:
        tolerance = max(tolerance, _FLOAT32_TOLERANCE)
    with np.errstate(all="ignore"):  # a test may have turned warnings into errors
        apart = np.abs(_wide(came) - _wide(wanted))
        return bool((apart <= tolerance * (1 + np.abs(_wide(wanted)))).all())


def difference(came: Array, wanted: Array, tolerance: float) -> str:
    """Return the sentence about two finite arrays of one shape that disagree."""
    came, wanted = _wide(came), _wide(wanted)
    with np.errstate(all="ignore"):
        wrong = ~(np.abs(came - wanted) <= tolerance * (1 + np.abs(wanted)))
    slip = _diagnose.of(came, wanted, wrong)
    if came.ndim == 0:
        got, due = _format.pair(came[()], wanted[()])
        return f"got {got}, expected {due}.{slip}"
    if came.size <= 6:
        got, due = _format.arrays(came, wanted)
        return f"got {got}, expected {due}.{slip}"
    first = tuple(np.argwhere(wrong)[0])
    got, due = _format.pair(came[first], wanted[first])
    how_many = f"{int(wrong.sum()):,} of {_format.count(wrong.size, 'value')}"
    verb = "differs" if wrong.sum() == 1 else "differ"
    return f"{how_many} {verb}; at {_format.place(first)} yours is {got}, expected {due}.{slip}"


def _wanted(expected: object) -> Array:
    try:
        wanted = numbers(expected)
    except NotPlain as error:
        message = f"check.close can't expect {error}; expected numbers. Use check.equal?"
        raise ValueError(message) from error
    if wanted.size == 0:
        message = "check.close expects nothing here: `expected` is empty. Use check.shape?"
        raise ValueError(message)
    if wanted.dtype.kind in "fc" and not np.isfinite(wanted).all():
        message = "check.close can't expect NaN or infinity. Use check.equal or check.that?"
        raise ValueError(message)
    return wanted


def _wide(x: Array) -> Array:
    """Return the numbers in double precision: differences of unsigned integers wrap around."""
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64, copy=False)


def _due(wanted: Array) -> str:
    if wanted.ndim == 0:
        return "a number"
    return f"an array of numbers of shape {wanted.shape}"
