"""Check that numbers are close to expected numbers."""

import numpy as np

from dlcourse.check import _diagnose, _format, _shape
from dlcourse.check._coerce import Array, NotPlain, numbers
from dlcourse.check._failure import fail, tally

_FLOAT32_TOLERANCE = 1e-5  # float32 cannot keep 1e-6 over a few operations


def close(
    actual: object, expected: object, *, tolerance: float = 1e-6, name: str = "", hint: str = ""
) -> None:
    """Check that numbers are equal within a tolerance.

    The shapes must agree, all numbers must be finite, and
    `|actual - expected| <= tolerance * (1 + |expected|)` must be true of each.

    Parameters
    ----------
    actual
        The result: a number, an array, nested lists of numbers, or an eager tensor.
    expected
        The expected numbers, in any of these forms; finite and not empty.
    tolerance
        Relative for large numbers, absolute for small ones; at least 1e-5 for results in
        float32.
    name, hint
        What is being checked, and one sentence to show when it fails.

    Raises
    ------
    CheckFailed
        If they are not. The message names the likely cause: a transposed result, a column
        broadcast against a row, a sum instead of a mean, a flipped sign, and others.
    ValueError
        If nothing can be compared with `expected`: an error of the test.

    Examples
    --------
    >>> close([0.1 + 0.2, 1], [0.3, 1])
    >>> close(np.float32(0.3), 0.3)
    """
    wanted = _wanted(expected)
    came = require_numbers(actual, wanted, name, hint)
    if came.shape != wanted.shape:
        fail(_shape.mismatch(came, wanted), name, hint)
    require_finite(came, name, hint)
    if not within(came, wanted, tolerance):
        fail(difference(came, wanted, tolerance), name, hint)
    tally.passed += 1


def require_numbers(actual: object, wanted: Array, name: str, hint: str) -> Array:
    """Return the result as an array of numbers; fail if it is anything else."""
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
    """Fail if a number is NaN or infinite; the message says where and why that happens."""
    if came.dtype.kind not in "fc":
        return
    finite = np.isfinite(came)
    if not finite.all():
        fail(_diagnose.not_finite(came, ~finite), name, hint)


def within(came: Array, wanted: Array, tolerance: float) -> bool:
    """Return whether two finite arrays of one shape agree."""
    if came.dtype == np.float32:
        tolerance = max(tolerance, _FLOAT32_TOLERANCE)
    with np.errstate(all="ignore"):  # a test may have turned warnings into errors
        apart = np.abs(_wide(came) - _wide(wanted))
        return bool((apart <= tolerance * (1 + np.abs(_wide(wanted)))).all())


def difference(came: Array, wanted: Array, tolerance: float) -> str:
    """Return the message about two finite arrays of one shape that disagree."""
    came, wanted = _wide(came), _wide(wanted)
    with np.errstate(all="ignore"):
        wrong = ~(np.abs(came - wanted) <= tolerance * (1 + np.abs(wanted)))
    cause = _diagnose.likely_cause(came, wanted, wrong)
    if came.ndim == 0:
        got, due = _format.pair(came[()], wanted[()])
        return f"got {got}, expected {due}.{cause}"
    if came.size <= 6:
        got, due = _format.arrays(came, wanted)
        return f"got {got}, expected {due}.{cause}"
    first = tuple(np.argwhere(wrong)[0])
    got, due = _format.pair(came[first], wanted[first])
    how_many = f"{int(wrong.sum()):,} of {_format.count(wrong.size, 'value')}"
    verb = "differs" if wrong.sum() == 1 else "differ"
    return f"{how_many} {verb}; at {_format.place(first)} yours is {got}, expected {due}.{cause}"


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
    """Return the numbers in double precision, as differences of unsigned integers wrap around."""
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64, copy=False)


def _due(wanted: Array) -> str:
    if wanted.ndim == 0:
        return "a number"
    return f"an array of numbers of shape {wanted.shape}"
