"""Define what the reply to each request must look like, and where remote objects are in it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exam.examiner.remote_object import RemoteObject
from autograder.exam.protocol.codecs import CODECS
from autograder.exam.protocol.operations import Operation

REMOTE_KINDS = ("object", "class", "keras")

_CONFIGURATION_LIMIT = 4_000_000  # characters of a model's configuration
_SHOWN_ITEMS = 8


def fits(operation: str, value: Any) -> bool:
    """Return whether a value has the form that a reply to the request must have."""
    return _FORMS.get(operation, _any_value)(value)


def is_pair_of_text(value: Any) -> bool:
    """Return whether this is an exception or a warning as it is transferred: name and text."""
    return type(value) is tuple and len(value) == 2 and all(type(part) is str for part in value)


def kind_of(value: Any) -> str:
    """Return "plain", "remote", or which elements are remote: "(plain, remote)"."""
    if type(value) is RemoteObject:
        return "remote"
    kinds = [kind_of(item) for item in CODECS.items(value)]
    if len(set(kinds)) == 1 or len(kinds) > _SHOWN_ITEMS:
        kinds = sorted(set(kinds))
    return "plain" if set(kinds) <= {"plain"} else f"({', '.join(kinds)})"


def not_plain(value: Any) -> TypeError:
    """Return the error for a remote object that was received where a plain value is expected.

    Parameters
    ----------
    value : the remote object, or a container with one
    """
    while type(value) is not RemoteObject:
        value = next(item for item in CODECS.items(value) if kind_of(item) != "plain")
    return TypeError(f"expected a value (a number, an array, a list), got {value!r}")


def _any_value(_: Any) -> bool:
    return True


def _is_none(value: Any) -> bool:
    return value is None


def _is_optional(value: Any) -> bool:
    """Return whether this is a pair: whether there is a value, and the value."""
    return type(value) is tuple and len(value) == 2 and type(value[0]) is bool


def _is_length(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_remote_object(value: Any) -> bool:
    return type(value) is RemoteObject


def _is_result_and_arguments(value: Any) -> bool:
    return type(value) is tuple and len(value) == 3 and type(value[1]) is list


def _is_configuration_and_weights(value: Any) -> bool:
    return (
        type(value) is tuple
        and len(value) == 2
        and type(value[0]) is str
        and len(value[0]) <= _CONFIGURATION_LIMIT
        and type(value[1]) is list
        and all(type(weights) is np.ndarray for weights in value[1])
    )


_FORMS: dict[str, Callable[[Any], bool]] = {
    Operation.GET: _is_optional,
    Operation.NEXT: _is_optional,
    Operation.LENGTH: _is_length,
    Operation.ITERATE: _is_remote_object,
    Operation.SET_ATTRIBUTE: _is_none,
    Operation.SET_ITEM: _is_none,
    Operation.SEED: _is_none,
    Operation.CALL_AND_INSPECT: _is_result_and_arguments,
    Operation.LOCAL_COPY: _is_configuration_and_weights,
}
