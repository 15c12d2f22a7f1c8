"""Check shapes, and explain how a wrong shape came about."""

import numpy as np

from dlcourse.check import _format
from dlcourse.check._coerce import Array, NotPlain, numbers
from dlcourse.check._failure import fail, tally

Shape = tuple[int | None, ...]


def shape(actual: object, expected: Shape | int, *, name: str = "", hint: str = "") -> None:
    """Check the shape of an array, a tensor or nested lists.

    Parameters
    ----------
    actual
        The result.
    expected
        The expected shape; None stands for any length, as in `(None, 3)`.
    name, hint
        What is being checked, and one sentence to show when it fails.

    Raises
    ------
    CheckFailed
        If the shape differs, or the result has none.

    Examples
    --------
    >>> shape([[1, 2, 3], [4, 5, 6]], (None, 3))
    """
    due: Shape = (expected,) if isinstance(expected, int) else tuple(expected)
    try:
        came = numbers(actual)
    except NotPlain as error:
        fail(f"expected an array of shape {written(due)}, got {error}.", name, hint)
    fits = len(came.shape) == len(due) and all(
        want is None or have == want for have, want in zip(came.shape, due, strict=True)
    )
    if not fits:
        fail(f"shape {came.shape}, expected {written(due)}.{_why(came.shape, due)}", name, hint)
    tally.passed += 1


def mismatch(came: Array, wanted: Array) -> str:
    """Return the message about an array whose shape is not the expected one."""
    if came.ndim == 0 and wanted.ndim:
        lead = f"got the single number {_format.number(came[()])}, expected an array of shape "
        return f"{lead}{wanted.shape}.{_why(came.shape, wanted.shape)}"
    if wanted.ndim == 0:
        lead = f"got an array of shape {came.shape}, expected one number, "
        return f"{lead}{_format.number(wanted[()])}.{_one_number(came, wanted)}"
    message = f"shape {came.shape}, expected {wanted.shape}.{_why(came.shape, wanted.shape)}"
    if came.size == wanted.size and _same(came.ravel(), wanted.ravel()):
        return f"{message} The values are right."
    return message


def written(due: Shape) -> str:
    """Return a shape as text, with `any` for an axis of any length."""
    inside = ", ".join("any" if length is None else str(length) for length in due)
    return f"({inside},)" if len(due) == 1 else f"({inside})"


def _why(have: Shape, due: Shape) -> str:
    """Return the likely cause of a wrong shape as a sentence after a space, or nothing."""
    if 0 in have and 0 not in due:
        return " Yours is empty."
    if len(have) == len(due) > 1 and sorted(have, key=str) == sorted(due, key=str):
        return " The axes are in another order: is something transposed?"
    if len(due) == 1 and len(have) == 2 and have[0] == have[1] == due[0] != 1:
        n = due[0]
        return (
            f" A column ({n}, 1) and a row ({n},) were broadcast against each other: "
            "use the same shape for both."
        )
    if _without_ones(have) == _without_ones(due) and len(have) != len(due):
        more = len(have) > len(due)
        return " There is an axis of length 1 too " + (
            "many: see `squeeze`, `ravel` or `[:, 0]`." if more else "few: see `keepdims=True`."
        )
    if len(have) == len(due) - 1 and have and _is_subsequence(have, due):
        return " One axis is missing: did you sum or average over it?"
    if len(have) == len(due) + 1 and _is_subsequence(due, have):
        return " There is one axis too many: is a sum or mean over it missing?"
    if len(have) == len(due):
        return _lengths(have, due)
    return ""


def _lengths(have: Shape, due: Shape) -> str:
    off = [
        (axis, a, b)
        for axis, (a, b) in enumerate(zip(have, due, strict=True))
        if b is not None and a != b
    ]
    if len(off) != 1:
        return ""
    axis, a, b = off[0]
    if a is not None and abs(a - b) == 1:
        return f" Axis {axis} is one too {'long' if a > b else 'short'}."
    return f" Axis {axis} has length {a}, expected {b}."


def _one_number(came: Array, wanted: Array) -> str:
    if came.size == 0:
        return " Yours is empty."
    if came.size == 1:
        return " Yours is one number inside an array: take it out, as in `x[0]` or `x.item()`."
    with np.errstate(all="ignore"):
        if _same(came.mean(), wanted):
            return " Its mean is the expected number: average over the examples."
        if _same(came.sum(), wanted):
            return " Its sum is the expected number: add it up."
    return " Is a sum or a mean over the examples missing?"


def _without_ones(lengths: Shape) -> Shape:
    return tuple(length for length in lengths if length != 1)


def _is_subsequence(short: Shape, long: Shape) -> bool:
    rest = iter(long)
    return all(any(length == other for other in rest) for length in short)


def _same(a: Array, b: Array) -> bool:
    return bool(np.allclose(a, b, rtol=1e-5, atol=1e-8))
