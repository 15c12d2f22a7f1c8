"""What a reply to each request must look like, and where objects are in it."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.exam.examiner.proxy import RemoteObject

REMOTE_KINDS = ("object", "class", "keras")

_CONFIGURATION_LIMIT = 4_000_000  # characters of a model's configuration
_SHOWN_ITEMS = 8


def fits(operation: str, value: Any) -> bool:
    """Tell whether a reply is of the kind that its request asks for."""
    return _FITS.get(operation, _anything)(value)


def is_pair_of_text(x: Any) -> bool:
    """Tell whether this is an exception or a warning as it crosses: its name and its text."""
    return type(x) is tuple and len(x) == 2 and all(type(part) is str for part in x)


def kind_of(value: Any) -> str:
    """Return "plain", "remote", or which items are remote: "(plain, remote)"."""
    if type(value) is RemoteObject:
        return "remote"
    kinds = [kind_of(item) for item in _items(value)]
    if len(set(kinds)) == 1 or len(kinds) > _SHOWN_ITEMS:
        kinds = sorted(set(kinds))
    return "plain" if set(kinds) <= {"plain"} else f"({', '.join(kinds)})"


def not_plain(value: Any) -> TypeError:
    """Return the error of an object that came where a value is due."""
    while type(value) is not RemoteObject:
        value = next(item for item in _items(value) if kind_of(item) != "plain")
    return TypeError(f"expected a value (a number, an array, a list), got {value!r}")


def _items(value: Any) -> list[Any]:
    if isinstance(value, slice):
        return [value.start, value.stop, value.step]
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple | deque) else []  # sets hold no remote


def _anything(_: Any) -> bool:
    return True


_FITS: dict[str, Callable[[Any], bool]] = {
    "get": lambda x: type(x) is tuple and len(x) == 2 and type(x[0]) is bool,
    "next": lambda x: type(x) is tuple and len(x) == 2 and type(x[0]) is bool,
    "length": lambda x: type(x) is int and x >= 0,
    "iterate": lambda x: type(x) is RemoteObject,
    "set attribute": lambda x: x is None,
    "set item": lambda x: x is None,
    "seed": lambda x: x is None,
    "changed": lambda x: type(x) is tuple and len(x) == 3 and type(x[1]) is list,
    "here": lambda x: (
        type(x) is tuple
        and len(x) == 2
        and type(x[0]) is str
        and len(x[0]) <= _CONFIGURATION_LIMIT
        and type(x[1]) is list
        and all(type(w) is np.ndarray for w in x[1])
    ),
}
