"""Summarize numbers and texts for a transcript, in forms that several codecs share."""

import math
from typing import Any

import numpy as np

SAMPLES = 64
"""How many elements of a large value are kept: evenly spaced ones of an array, else the first."""

_TEXT_LENGTH = 200


def numbers(value: Any) -> dict[str, Any] | None:
    """Return the summary of real numbers in any container; None if they are not numbers.

    A list, an array and a tensor of the same numbers have the same summary, in any precision.
    """
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):  # a ragged list
        return None
    return _of_array(array) if array.dtype.kind in "biuf" else None


def text(value: str) -> dict[str, Any]:
    """Return the summary of a text."""
    return {"text": value[:_TEXT_LENGTH], "length": len(value)}


def description(value: Any) -> dict[str, Any]:
    """Return the summary of a value by its `repr`."""
    return {"text": shortened_repr(value, _TEXT_LENGTH)}


def shortened_repr(value: Any, length: int | None) -> str:
    """Return the first characters of the `repr` of a plain value; None for all of them."""
    try:
        return repr(value)[:length]
    except ValueError:  # Python writes no integer of more than 4,300 decimal digits
        return f"a {type(value).__name__} with an integer of too many digits"


def _of_array(array: Any) -> dict[str, Any]:
    flat = array.reshape(-1)  # nothing of a large array is copied except the samples
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
