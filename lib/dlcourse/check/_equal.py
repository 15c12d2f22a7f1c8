"""Check that values are exactly equal: numbers, text, booleans and containers of them."""

from typing import Any

import numpy as np

from dlcourse.check import _diagnose, _format, _shape
from dlcourse.check._coerce import (
    NotPlain,
    array_base,
    describe,
    numbers,
    scalar_base,
    sequence_base,
)
from dlcourse.check._failure import fail, tally

_SCALARS = (bool, int, float, complex, str, bytes, type(None))


class _Different(Exception):
    """The first difference; carries its message up to `equal`."""


def equal(actual: Any, expected: object, *, name: str = "", hint: str = "") -> None:
    """Check that two values are exactly equal.

    Lists, tuples, ranges and arrays may be compared with each other, and so may `1`, `1.0` and
    `np.int64(1)`; if True or False is expected, 1 or 0 is not enough.

    Parameters
    ----------
    actual
        The result.
    expected
        The expected value: None, a boolean, a number, text, and lists, tuples, dictionaries, sets
        and arrays of them.
    name, hint
        What is being checked, and one sentence to show when it fails.

    Raises
    ------
    CheckFailed
        If they differ; the message states the first difference.
    TypeError
        If `expected` is none of these: an error of the test.

    Examples
    --------
    >>> equal(np.array([0, 1, 1]), [0, 1, 1])
    >>> equal({"a": (1, 2)}, {"a": [1, 2]})
    """
    try:
        _compare(actual, expected, "")
    except _Different as different:
        fail(str(different), name, hint)
    except RecursionError:
        fail("expected plain values, got lists nested without end.", name, hint)
    tally.passed += 1


def _compare(actual: Any, expected: Any, at: str) -> None:
    if type(expected) in _SCALARS or isinstance(expected, np.generic):
        _compare_scalars(actual, expected, at)
    elif isinstance(expected, dict):
        _compare_dictionaries(actual, expected, at)
    elif isinstance(expected, (set, frozenset)):
        _compare_sets(actual, expected, at)
    elif array_base(expected) is not None or sequence_base(expected) is not None:
        _compare_sequences(actual, expected, at)
    else:
        message = f"check.equal can't expect {describe(expected)}: compare its parts."
        raise TypeError(message)


def _compare_scalars(actual: Any, expected: Any, at: str) -> None:
    came = _scalar(actual)
    due = expected.item() if isinstance(expected, np.generic) else expected
    if isinstance(due, (bool, str, bytes, type(None))):
        same = type(came) is type(due) and came == due
    else:
        same = type(came) in (bool, int, float, complex) and came == due
    if not same:
        raise _Different(_sentence(actual, due, at))


def _scalar(actual: Any) -> object:
    """Return a scalar as a built-in value, or `object`, which equals no expected value."""
    try:
        array = array_base(actual)
        plain = scalar_base(actual) if array is None else array[()] if array.ndim == 0 else object
    except NotPlain:
        return object
    return plain.item() if isinstance(plain, np.generic) else plain


def _compare_sequences(actual: Any, expected: Any, at: str) -> None:
    try:
        due = numbers(expected)
    except NotPlain:
        return _compare_parts(actual, expected, at)
    if due.size == 0:
        return _compare_parts(actual, expected, at)
    try:
        came = numbers(actual)
    except NotPlain as error:
        message = f"{_where(at)}expected {_format.value(expected)}, got {error}."
        raise _Different(message) from None
    if came.shape != due.shape:
        raise _Different(_where(at) + _shape.mismatch(came, due))
    if due.dtype.kind == "b" and came.dtype.kind != "b":
        message = (
            f"{_where(at)}expected True and False, got numbers: {_format.array(came)}. "
            "`.astype(bool)` turns 1 and 0 into them."
        )
        raise _Different(message)
    wrong = np.asarray(came != due)
    if wrong.any():
        raise _Different(_where(at) + _array_sentence(came, due, wrong))
    return None


def _array_sentence(came: Any, due: Any, wrong: Any) -> str:
    cause = ""
    if due.dtype.kind != "b" and came.dtype.kind != "b" and np.isfinite(came).all():
        cause = _diagnose.likely_cause(
            came.astype(np.complex128).real, due.astype(np.complex128).real, wrong
        )
    if due.size <= 12 or due.ndim == 0:
        got, expected = _format.arrays(came, due)
        if due.size <= 8:
            return f"got {got}, expected {expected}.{cause}"
    first = tuple(np.argwhere(wrong)[0])
    got, expected = _format.pair(came[first], due[first])
    n = int(wrong.sum())
    verb = "differs" if n == 1 else "differ"
    return (
        f"{n:,} of {_format.count(wrong.size, 'value')} {verb}; at {_format.place(first)} yours is "
        f"{got}, expected {expected}.{cause}"
    )


def _compare_parts(actual: Any, expected: Any, at: str) -> None:
    parts, due = _parts(actual), _parts(expected) or []
    if parts is None:
        raise _Different(_sentence(actual, expected, at))
    if len(parts) != len(due):
        message = (
            f"{_where(at)}expected {_format.count(len(due), 'item')}, got {len(parts):,}: "
            f"{_format.value(actual)} instead of {_format.value(expected)}."
        )
        raise _Different(message)
    for i, (part, wanted) in enumerate(zip(parts, due, strict=True)):
        _compare(part, wanted, f"{at}[{i}]")


def _parts(value: Any) -> list[Any] | None:
    array = array_base(value)
    if array is not None:
        return list(array) if array.ndim and array.dtype != object else None
    return sequence_base(value)


def _compare_dictionaries(actual: Any, expected: dict[Any, Any], at: str) -> None:
    if not issubclass(type(actual), dict):
        raise _Different(_sentence(actual, expected, at))
    came = {_key(key): part for key, part in dict.items(actual)}
    due = {_key(key): part for key, part in expected.items()}
    missing = [key for key in due if key not in came]
    extra = [key for key in came if key not in due]
    if missing or extra:
        differences = [
            f"{word} {', '.join(map(_format.value, keys[:6]))}"
            for word, keys in (("missing", missing), ("not expected", extra))
            if keys
        ]
        message = f"{_where(at)}the dictionary has other keys: {'; '.join(differences)}."
        raise _Different(message)
    for key, wanted in due.items():
        _compare(came[key], wanted, f"{at}[{_format.value(key)}]")


def _compare_sets(actual: Any, expected: Any, at: str) -> None:
    kind = type(actual)
    base = next((base for base in (set, frozenset) if issubclass(kind, base)), None)
    if base is None:
        raise _Different(_sentence(actual, expected, at))
    came, due = {_key(x) for x in base.__iter__(actual)}, {_key(x) for x in expected}
    for word, keys in (("missing", due - came), ("not expected", came - due)):
        if keys:
            members = ", ".join(sorted(map(_format.value, keys))[:6])
            message = f"{_where(at)}the set has other members: {word} {members}."
            raise _Different(message)


def _key(key: Any) -> Any:
    """Return a key as a plain value, as a student's class may define its own `==` and `hash`."""
    parts = sequence_base(key) if issubclass(type(key), tuple) else None
    if parts is not None:
        return tuple(_key(part) for part in parts)
    try:
        plain = scalar_base(key)
    except NotPlain as error:
        message = f"expected plain keys and members, got {error}."
        raise _Different(message) from None
    return plain.item() if isinstance(plain, np.generic) else plain


def _sentence(actual: Any, expected: object, at: str) -> str:
    got, due = _format.value(actual), _format.value(expected)
    if actual is None and expected is not None:
        got = describe(None)
    if got == due:
        got, due = f"{describe(actual)} {got}", f"{describe(expected)} {due}"
    return (
        f"{_where(at)}got {got}, expected {due}."
        if "?" not in got
        else (f"{_where(at)}expected {due}, got {got}")
    )


def _where(at: str) -> str:
    return f"at {at}: " if at else ""
