"""Convert what student code returned to plain values, or refuse it.

Only the real type of a value counts: an object that pretends to equal everything, to be an array
or to be a number is refused, and an instance of a subclass is converted to its base class, so its
own methods are never called. Student code can deceive `isinstance`, `==`, `float()` and
`np.asarray`, but not `type`.
"""

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlcourse.check._backend import RemoteObjectBase

Array = NDArray[Any]

NUMERIC_KINDS = "biufc"
_DEEPEST = 24  # levels of nested lists; a list that contains itself never ends


class NotPlain(TypeError):
    """A value that is not plain data; the text completes "expected …, got"."""


def numbers(value: Any) -> Array:
    """Return real numbers (a scalar, an array, nested lists, an eager tensor) as an array.

    Raises
    ------
    NotPlain
        If it is anything else. The text describes the value.
    """
    kind = type(value)
    if kind is np.ndarray and value.dtype.kind in NUMERIC_KINDS:
        return np.ndarray.view(value)
    if kind is float or kind is int:
        return _array_of(value)
    array = _array_of(_cleaned(value, 0))
    if array.dtype.kind not in NUMERIC_KINDS:
        raise NotPlain(_describe_dtype(array, value))
    return array


def scalar_base(value: Any) -> Any:
    """Return a scalar as its built-in or NumPy base class.

    Raises
    ------
    NotPlain
        If the value is not a scalar.
    """
    kind = type(value)
    if kind in (bool, float, int, str, complex, type(None)):
        return value
    if issubclass(kind, np.generic):
        return np.generic.__array__(value)[()]
    for base, plain in _BASES:
        if issubclass(kind, base):
            return plain(value)
    raise NotPlain(describe(value))


def sequence_base(value: Any) -> list[Any] | None:
    """Return the elements of a list, tuple, range or deque (or of a subclass), else None."""
    kind = type(value)
    for base in (list, tuple, deque, range):
        if issubclass(kind, base):
            return list(base.__iter__(value))
    return None


def array_base(value: Any) -> Array | None:
    """Return an array or an eager tensor (or a subclass of them) as a plain array, else None."""
    kind = type(value)
    if issubclass(kind, np.ndarray):
        return np.ndarray.view(value, np.ndarray)
    if is_eager(value):
        inside = value.numpy()
        if type(inside) is np.ndarray or issubclass(type(inside), np.generic):
            return np.asarray(inside)
    return None


def is_eager(value: Any) -> bool:
    """Return whether the value is an eager tensor, without importing TensorFlow."""
    kind = type(value)
    return kind.__name__ == "EagerTensor" and str(kind.__module__).startswith("tensorflow.")


def describe(value: Any) -> str:
    """Return a description of an unexpected value, without calling code of its class."""
    kind = type(value)
    if value is None:
        return "nothing (None): is a `return` missing?"
    if issubclass(kind, str):
        return f"the text {str.__str__(value)[:40]!r}"
    if kind.__name__ in ("function", "method", "builtin_function_or_method"):
        return "a function: call it with ( )"
    if issubclass(kind, type):
        return "a class: make an object of it with ( )"
    if kind.__name__ == "generator":
        return "a generator: collect what it yields in a list"
    if kind.__name__ in ("ResourceVariable", "Variable"):
        return "a variable: take its value with `.numpy()`"
    if kind.__name__ in ("SymbolicTensor", "KerasTensor"):
        return "a symbolic tensor, which has no value yet"
    if issubclass(kind, RemoteObjectBase):
        return "an object, not a plain value"
    article = "an" if kind.__name__[:1].lower() in "aeiou" else "a"
    return f"{article} {kind.__name__[:40]}"


def _cleaned(value: Any, depth: int) -> Any:
    """Return the value with each part converted to its base class, for `np.asarray`."""
    if depth > _DEEPEST:
        message = f"lists nested more than {_DEEPEST} deep"
        raise NotPlain(message)
    array = array_base(value)
    if array is not None:
        return array
    parts = sequence_base(value)
    if parts is None:
        plain = scalar_base(value)
        if plain is None or isinstance(plain, (str, bytes)):
            raise NotPlain(describe(value))
        return plain
    if set(map(type, parts)) <= {float, int}:
        return parts
    try:
        return [_cleaned(part, depth + 1) for part in parts]
    except NotPlain as error:
        text = str(error)
        message = text if text.startswith("a list with") else f"a list with {text}"
        raise NotPlain(message.split(":")[0]) from error


def _array_of(value: Any) -> Array:
    try:
        array = np.asarray(value)
    except ValueError as error:  # NumPy raises it for ragged lists
        message = "rows of different lengths"
        raise NotPlain(message) from error
    if array.dtype == object and not isinstance(value, np.ndarray):
        try:  # Python's integers are unbounded, NumPy's are not
            return array.astype(np.float64)
        except (OverflowError, TypeError, ValueError) as error:
            message = "numbers that are too large for an array"
            raise NotPlain(message) from error
    return array


def _describe_dtype(array: Array, value: Any) -> str:
    if array.dtype == object:
        odd = [part for part in array.flat if type(part) not in (int, float)]
        among = f", among them {describe(odd[0]).split(':')[0]}" if odd else ""
        return f"an array of objects (dtype object){among}"
    if array.dtype.kind in "US":
        return f"text (dtype {array.dtype})"
    return f"{describe(value)} of dtype {array.dtype}"


_BASES: tuple[tuple[type, Any], ...] = (
    (int, int.__index__),
    (float, float.__float__),
    (complex, lambda z: complex(complex.real.__get__(z), complex.imag.__get__(z))),
    (str, str.__str__),
    (bytes, lambda b: bytes.__getitem__(b, slice(None))),
)
