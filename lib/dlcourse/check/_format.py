"""Format numbers, arrays, indices and other values for messages."""

from typing import Any

import numpy as np

from dlcourse.check._coerce import Array, NotPlain, array_base, describe, scalar_base, sequence_base

_MOST_SHOWN = 8  # numbers of an array that a message shows


def number(x: Any, digits: int = 4) -> str:
    """Return a number with the given number of significant digits."""
    if isinstance(x, (bool, np.bool_)):
        return str(bool(x))
    if isinstance(x, (int, np.integer)):
        return str(int(x))
    if isinstance(x, (complex, np.complexfloating)):
        return f"{complex(x):.{digits}g}"
    return f"{float(x):.{digits}g}"


def pair(actual: Any, expected: Any) -> tuple[str, str]:
    """Return two numbers with as many digits as are needed to see a difference."""
    for digits in (4, 6, 9, 13, 17):
        texts = number(actual, digits), number(expected, digits)
        if texts[0] != texts[1]:
            return texts
    return texts


def array(x: Array, digits: int = 4) -> str:
    """Return a small array in full, and a large one as its shape and first numbers."""
    if x.ndim == 0:
        return number(x[()], digits)
    if x.size <= _MOST_SHOWN:
        return _nested(x, digits)
    first = ", ".join(number(value, digits) for value in x.ravel()[:4])
    return f"an array of shape {x.shape} beginning {first}, …"


def arrays(actual: Array, expected: Array) -> tuple[str, str]:
    """Return two arrays with as many digits as are needed to see a difference."""
    for digits in (4, 6, 9, 13, 17):
        texts = array(actual, digits), array(expected, digits)
        if texts[0] != texts[1]:
            return texts
    return texts


def place(index: tuple[int, ...]) -> str:
    """Return an index as it is written in code: `[0, 2]`."""
    return "[" + ", ".join(str(int(i)) for i in index) + "]"


def value(x: Any) -> str:
    """Return any value in short form, without calling code of its class."""
    inside = array_base(x)
    if inside is not None:
        return array(inside) if inside.dtype.kind in "biufc" else describe(x)
    if sequence_base(x) is not None:
        return _sequence(x, 0)
    if issubclass(type(x), dict):
        return _mapping(x)
    for base in (set, frozenset):
        if issubclass(type(x), base):
            members = sorted(map(value, base.__iter__(x)))
            return (
                "{" + ", ".join(members[:_MOST_SHOWN] + ["…"] * (len(members) > _MOST_SHOWN)) + "}"
            )
    try:
        plain = scalar_base(x)
    except NotPlain:
        return describe(x)
    if plain is None:
        return "None"
    return number(plain) if isinstance(plain, (int, float, complex, np.number)) else _text(plain)


def count(n: int, noun: str) -> str:
    """Return a number with its noun: `1 value`, `2 values`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _text(x: object) -> str:
    text = repr(x)
    return text if len(text) <= 60 else text[:57] + "…" + text[0]


def _nested(x: Array, digits: int) -> str:
    if x.ndim == 0:
        return number(x[()], digits)
    return "[" + ", ".join(_nested(part, digits) for part in x) + "]"


def _sequence(x: object, depth: int) -> str:
    parts = sequence_base(x) or []
    if depth > 2:
        return "[…]"
    shown = [
        _sequence(part, depth + 1) if sequence_base(part) is not None else value(part)
        for part in parts[:_MOST_SHOWN]
    ]
    if len(parts) > _MOST_SHOWN:
        shown.append("…")
    left, right = ("(", ",)" if len(parts) == 1 else ")") if issubclass(type(x), tuple) else "[]"
    return left + ", ".join(shown) + right


def _mapping(x: Any) -> str:
    items = list(dict.items(x))
    shown = [
        f"{value(key)}: {value(part) if not issubclass(type(part), dict) else '{…}'}"
        for key, part in items[:_MOST_SHOWN]
    ]
    return "{" + ", ".join(shown + ["…"] * (len(items) > _MOST_SHOWN)) + "}"
