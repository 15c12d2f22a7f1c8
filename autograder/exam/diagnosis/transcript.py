"""What student code returned, call by call, in a form that can be kept and compared.

A transcript is a list of entries [line of the test, operation, summary of the reply], all plain
JSON. Two answers that make the same mistake give the same transcript, whatever their style:
numbers are compared as numbers, whether they came in a list, an array or a tensor, in float32
or in float64, and classes and messages have no names.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Entry = list[Any]

SAMPLES = 64
"""How many elements of an array are kept, evenly spaced, besides its shape and mean."""

TOLERANCE = 1e-3
"""Relative: what two float32 computations of the same thing may differ by, with a margin."""


def summary(value: Any) -> Any:
    """Return a JSON value that stands for a reply: all of a small one, samples of a large one."""
    if type(value).__name__ == "RemoteObject":  # first of all: it would be asked what it has
        return "remote"
    if value is None or isinstance(value, str):
        return value if value is None else {"text": value[:200], "length": len(value)}
    if isinstance(value, Mapping):
        pairs = sorted(((repr(k)[:80], summary(v)) for k, v in value.items()), key=lambda p: p[0])
        return {"map": [list(pair) for pair in pairs[:SAMPLES]]}
    array = _numbers(value)
    if array is not None:
        return _array(array)
    if isinstance(value, set | frozenset):
        return {"items": [summary(v) for v in sorted(value, key=repr)[:SAMPLES]]}
    if isinstance(value, Sequence) and not isinstance(value, bytes | range):
        return {"items": [summary(v) for v in list(value)[:SAMPLES]], "length": len(value)}
    return {"text": repr(value)[:200]}


def same(one: Any, other: Any) -> bool:
    """Tell whether two summaries, or two transcripts, are the same within floating tolerance."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return _close(float(one), float(other))
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def _numbers(value: Any) -> Any:
    """Return the value as an array of numbers, or None where it is not one."""
    if isinstance(value, list | tuple) and len(value) > 0:
        if not all(
            isinstance(v, list | tuple | int | float | np.number | np.ndarray) for v in value
        ):
            return None
    elif not isinstance(value, int | float | np.generic | np.ndarray) and not hasattr(
        value, "numpy"
    ):
        return None
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):  # a ragged list
        return None
    return array if array.dtype.kind in "biuf" else None


def _array(array: Any) -> dict[str, Any]:
    flat = np.asarray(array).reshape(-1)  # of a large array nothing is copied but the samples
    picked = (
        flat if flat.size <= SAMPLES else flat[np.linspace(0, flat.size - 1, SAMPLES).astype(int)]
    )
    result: dict[str, Any] = {"shape": list(array.shape), "sample": [_number(v) for v in picked]}
    if flat.size > SAMPLES:
        with np.errstate(all="ignore"):
            result["mean"] = _number(flat.mean(dtype=np.float64))
    return result


def _number(value: Any) -> float | str:
    value = float(value)
    return value if math.isfinite(value) else str(value)  # JSON has no NaN


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE * (1e-3 + max(abs(one), abs(other)))
