"""Check bounds, conditions, the number of items, and that errors are raised."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import numpy as np

from dlcourse.check import _format
from dlcourse.check._close import require_finite
from dlcourse.check._coerce import NotPlain, array_base, describe, numbers
from dlcourse.check._failure import fail, tally


def between(value: object, low: float, high: float, *, name: str = "", hint: str = "") -> None:
    """Check that a number, or every number of an array, is in the interval `[low, high]`.

    A bound alone proves little: also check the result itself.

    Raises
    ------
    CheckFailed
        If a number is outside or not finite, or if there is none.

    Examples
    --------
    >>> between(0.97, 0.95, 1)
    """
    due = f"between {_format.number(low)} and {_format.number(high)}"
    try:
        came = numbers(value)
    except NotPlain as error:
        fail(f"expected a number {due}, got {error}.", name, hint)
    if came.size == 0:
        fail(f"expected numbers {due}, got an empty array.", name, hint)
    if came.dtype.kind in "bc":
        kind = "True or False" if came.dtype.kind == "b" else "complex numbers"
        fail(f"expected a number {due}, got {kind}.", name, hint)
    require_finite(came, name, hint)
    outside = (came < low) | (came > high)
    if outside.any():
        fail(_outside(came, np.asarray(outside), due), name, hint)
    tally.passed += 1


def that(condition: object, message: str, *, name: str = "", hint: str = "") -> None:
    """Check a condition that the test computed.

    Parameters
    ----------
    condition
        True or False, of Python's or NumPy's own type. Anything else fails, as an object of the
        student may claim to be true.
    message
        A sentence that says what is wrong if it is False.
    name, hint
        What is being checked, and one sentence to show when it fails.

    Raises
    ------
    CheckFailed
        If the condition is not True.

    Examples
    --------
    >>> that(len([1, 2]) == 2, "There should be two items.")
    """
    if type(condition) is not bool and type(condition) is not np.bool_:
        fail(f"{message} (Comparing gave {describe(condition).split(':')[0]}.)", name, hint)
    if not condition:
        fail(message, name, hint)
    tally.passed += 1


def items(result: Any, count: int, *, name: str = "", hint: str = "") -> list[Any]:
    """Check that a result has exactly `count` items, and return them as a list.

    Loop over this list, as a loop over an empty result would check nothing.

    Parameters
    ----------
    result
        A list, a tuple, an array, a generator; at most `count + 1` items are taken from it.
    count
        The expected number of items.
    name, hint
        What is being checked, and one sentence to show when it fails.

    Raises
    ------
    CheckFailed
        If there are more or fewer, or it has no items.

    Examples
    --------
    >>> items((i * i for i in range(3)), 3)
    [0, 1, 4]
    """
    due = _format.count(count, "item")
    array = array_base(result)
    if isinstance(result, (str, bytes, dict)) or (array is not None and array.ndim == 0):
        fail(f"expected {due}, got {describe(result)}.", name, hint)
    try:
        series: Iterable[Any] = iter(result) if array is None else iter(array)
    except TypeError:
        fail(f"expected {due}, got {describe(result)}.", name, hint)
    taken = list(islice(series, count + 1))
    if len(taken) != count:
        came = f"more than {count:,}" if len(taken) > count else f"{len(taken):,}"
        fail(f"expected {due}, got {came}.", name, hint)
    tally.passed += 1
    return taken


def raises(
    error_type: type[Exception],
    function: Callable[..., Any],
    *args: Any,
    name: str = "",
    hint: str = "",
    mentions: str | None = None,
    **kwargs: Any,
) -> None:
    """Check that `function(*args, **kwargs)` raises an error of a given type.

    Parameters
    ----------
    error_type
        The expected error; `Exception` itself is refused, as every mistake raises one.
    function, *args, **kwargs
        The function to call, and its arguments.
    mentions
        Text that the error's message must contain, in upper or lower case.
    name, hint
        What is being checked, and one sentence to show when it fails.

    Raises
    ------
    CheckFailed
        If nothing or another error is raised, or if its message lacks the text.
    NotImplementedError
        If the function is not written yet and another error is expected.

    Examples
    --------
    >>> raises(KeyError, {}.__getitem__, "a", mentions="a")
    """
    if error_type in (Exception, BaseException):
        message = (
            "check.raises needs a particular error such as ValueError: any error is an Exception"
        )
        raise ValueError(message)
    due = error_type.__name__
    try:
        result = function(*args, **kwargs)
    except NotImplementedError as error:
        if error_type is not NotImplementedError:
            raise
        _require_mention(error, mentions, name, hint)
    except error_type as error:
        _require_mention(error, mentions, name, hint)
    except Exception as error:
        came = f"{type(error).__name__[:40]}({_message_of(error)})"
        raise_message = f"expected {due} to be raised, but {came} was."
        fail(raise_message, name, hint)
    else:
        fail(f"expected {due} to be raised, but it returned {_format.value(result)}.", name, hint)
    tally.passed += 1


def _outside(came: Any, outside: Any, due: str) -> str:
    if came.ndim == 0:
        return f"got {_format.number(came[()])}, expected a number {due}."
    first = tuple(np.argwhere(outside)[0])
    n = int(outside.sum())
    verb = "is" if n == 1 else "are"
    return (
        f"{n:,} of {_format.count(came.size, 'value')} {verb} outside: at {_format.place(first)} "
        f"yours is {_format.number(came[first])}, expected {due}."
    )


def _require_mention(error: Exception, mentions: str | None, name: str, hint: str) -> None:
    if mentions is not None and mentions.casefold() not in _message_of(error).casefold():
        fail(
            f"{type(error).__name__[:40]} is right, but its message should mention {mentions!r}; "
            f"it says {_message_of(error)!r}.",
            name,
            hint,
        )


def _message_of(error: Exception) -> str:
    try:
        return str(error)[:200]
    except Exception:  # a student's error class may fail in `__str__`
        return ""
