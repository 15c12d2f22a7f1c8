"""Decodes what the other room sent, or refuses it: the boundary.

It reads bytes that a process written by a student may have chosen. It returns exactly the
allowed types or raises `RoomViolation`, and checks every announced size before it takes the
memory.
"""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.exam.protocol.framing import (
    DTYPES,
    LIMITS,
    TENSORS,
    Limits,
    Message,
    is_text,
    refuse,
    steps,
)
from autograder.exam.protocol.strict_json import Node, parse_tree

Resolve = Callable[[str, Any], Any]
"""The value that a reference stands for. Raises RoomViolation for one that it does not know."""


def decode(
    message: Message,
    resolve: Resolve,
    named: Callable[[str], type | None] = lambda _: None,
    limits: Limits = LIMITS,
) -> Any:
    """Decode a message to exactly the allowed types.

    `resolve(word, payload)` gives the value of a reference; `named(name)` gives the namedtuple
    class of a set-up cell, or None where there is none of that name.

    Raises
    ------
    RoomViolation
        If anything about the message is not as `encode` would have written it.
    """
    tree = parse_tree(message.tree, limits)
    decoder = _Decoder(message.buffers, resolve, named, limits)
    value = decoder.value(tree, 0)
    if len(decoder.used) != len(message.buffers):
        refuse("buffers that nothing points to")
    return value


class _Decoder:
    def __init__(
        self,
        buffers: Sequence[memoryview],
        resolve: Resolve,
        named: Callable[[str], type | None],
        limits: Limits,
    ) -> None:
        self.buffers, self.resolve, self.named, self.limits = buffers, resolve, named, limits
        self.used: set[int] = set()
        self.items = 0

    def value(self, x: Any, depth: int) -> Any:
        self.items += 1
        if depth > self.limits.depth:
            refuse(f"a value nested more than {self.limits.depth} deep")
        if self.items > self.limits.items:
            refuse(f"more than {self.limits.items:,} items in one message")
        if x is None or type(x) is bool:
            return x
        if type(x) is str:
            return _plain_text(x)
        if type(x) is not Node:
            refuse(f"a bare {type(x).__name__}")
        kind, body = x
        read = _READERS.get(kind)
        if read is None:
            refuse(f"a value of the kind {kind[:40]!r}")
        return read(self, body, depth + 1)

    def all(self, body: Any, depth: int, count: int | None = None) -> list[Any]:
        if type(body) is not list or (count is not None and len(body) != count):
            refuse("a list of another length than announced")
        return [self.value(item, depth) for item in body]

    def integer(self, body: Any, _: int) -> int:
        if type(body) is not str or not 0 < len(body) <= self.limits.digits + 1:
            refuse("an integer that is none, or of too many digits")
        digits = body[1:] if body[0] == "-" else body
        if not digits or not set(digits) <= set("0123456789abcdef"):
            refuse("an integer that is not hexadecimal")
        return int(body, 16)

    def float(self, body: Any, _: int = 0) -> float:
        if type(body) is not str or len(body) > 40:
            refuse("a number that is not a hexadecimal float")
        try:
            return float.fromhex(body)
        except (ValueError, OverflowError):
            refuse("a number that is not a hexadecimal float")

    def complex(self, body: Any, _: int) -> complex:
        if type(body) is not list or len(body) != 2:
            refuse("a complex number that is not two floats")
        return complex(self.float(body[0]), self.float(body[1]))

    def bytes(self, body: Any, _: int) -> bytes:
        return bytes(self.buffer(body))

    def ellipsis(self, body: Any, _: int) -> Any:
        if body is not None:
            refuse("an ellipsis with a content")
        return ...

    def list(self, body: Any, depth: int) -> list[Any]:
        return self.all(body, depth)

    def tuple(self, body: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self.all(body, depth))

    def namedtuple(self, body: Any, depth: int) -> Any:
        name, items = _pair(body)
        cls = self.named(name) if type(name) is str else None
        values = self.all(items, depth)
        fields = getattr(cls, "_fields", None)
        if cls is None or not issubclass(cls, tuple) or len(fields or ()) != len(values):
            refuse("a namedtuple that no set-up cell defines")
        return tuple.__new__(cls, values)

    def set(self, body: Any, depth: int) -> set[Any]:
        values = [_hashable(value) for value in self.all(body, depth)]
        result = set(values)
        if len(result) != len(values):
            refuse("a set that has an element twice")
        return result

    def frozenset(self, body: Any, depth: int) -> frozenset[Any]:
        return frozenset(self.set(body, depth))

    def dict(self, body: Any, depth: int) -> dict[Any, Any]:
        pairs = [self.all(pair, depth, count=2) for pair in _a_list(body)]
        result = {_hashable(key): value for key, value in pairs}
        if len(result) != len(pairs):
            refuse("a dict that has a key twice")
        return result

    def counter(self, body: Any, depth: int) -> Counter[Any]:
        return Counter(self.dict(body, depth))

    def deque(self, body: Any, depth: int) -> deque[Any]:
        items, maxlen = _pair(body)
        if not (maxlen is None or (type(maxlen) is int and maxlen >= len(_a_list(items)))):
            refuse("a deque longer than it may be")
        return deque(self.all(items, depth), maxlen)

    def range(self, body: Any, depth: int) -> range:
        start, stop, step = self.all(body, depth, count=3)
        if not all(type(part) is int for part in (start, stop, step)) or step == 0:
            refuse("a range that is not three integers")
        if steps(result := range(start, stop, step)) > self.limits.items:
            refuse("a range of too many numbers")
        return result

    def slice(self, body: Any, depth: int) -> slice:
        return slice(*self.all(body, depth, count=3))

    def array(self, body: Any, _: int) -> Any:
        if type(body) is not list or len(body) != 4:
            refuse("an array without dtype, shape and buffer")
        name, shape, index, is_scalar = body
        dtype = DTYPES.get(name) if type(name) is str else None
        if dtype is None:
            refuse(f"an array of the dtype {str(name)[:40]!r}")
        count = self.count(shape)
        data = self.buffer(index)
        if count * dtype.itemsize != data.nbytes:
            refuse("an array whose shape and bytes disagree")
        if type(is_scalar) is not bool or (is_scalar and shape):
            refuse("a scalar that has a shape")
        raw = np.asarray(data)
        if name == "bool" and raw.size and raw.max() > 1:
            refuse("a truth that is neither 0 nor 1")
        array = raw.view(dtype).reshape(shape)
        return array[()] if is_scalar else array

    def text(self, body: Any, _: int) -> Any:
        if type(body) is not list or len(body) != 3:
            refuse("a text array without shape")
        shape, words, is_scalar = body
        if self.count(shape) != len(_a_list(words)) or not all(type(w) is str for w in words):
            refuse("a text array whose shape and words disagree")
        if type(is_scalar) is not bool or (is_scalar and shape):
            refuse("a scalar that has a shape")
        self.items += len(words)
        if self.items > self.limits.items:
            refuse(f"more than {self.limits.items:,} items in one message")
        width = max((len(w) for w in words), default=0)
        if 4 * width * len(words) > self.limits.bytes:
            refuse("a text array that would take too much memory")
        array = np.array([_plain_text(w) for w in words], dtype=str).reshape(shape)
        return array[()] if is_scalar else array

    def tensor(self, body: Any, depth: int) -> Any:
        package, node = _pair(body)
        if package not in TENSORS or type(node) is not Node or node[0] != "array":
            refuse("a tensor of an unknown package")
        return _tensor(package, self.array(node[1], depth))

    def reference(self, body: Any, depth: int) -> Any:
        word, payload = _pair(body)
        if type(word) is not str:
            refuse("a reference without a word")
        return self.resolve(word, self.value(payload, depth))

    def count(self, shape: Any) -> int:
        if type(shape) is not list or len(shape) > self.limits.dimensions:
            refuse("an array of too many dimensions")
        count = 1
        for size in shape:
            if type(size) is not int or not 0 <= size <= self.limits.bytes:
                refuse("an array with an impossible dimension")
            count *= size or 1  # NumPy minds the others even where one is 0
        if count > self.limits.bytes:
            refuse("an array with an impossible dimension")
        return 0 if 0 in shape else count

    def buffer(self, index: Any) -> memoryview:
        if type(index) is not int or not 0 <= index < len(self.buffers) or index in self.used:
            refuse("a buffer that does not exist, or is used twice")
        self.used.add(index)
        return self.buffers[index]


_READERS: dict[str, Callable[[_Decoder, Any, int], Any]] = {
    "int": _Decoder.integer,
    "float": _Decoder.float,
    "complex": _Decoder.complex,
    "bytes": _Decoder.bytes,
    "ellipsis": _Decoder.ellipsis,
    "list": _Decoder.list,
    "tuple": _Decoder.tuple,
    "named": _Decoder.namedtuple,
    "set": _Decoder.set,
    "frozenset": _Decoder.frozenset,
    "dict": _Decoder.dict,
    "counter": _Decoder.counter,
    "deque": _Decoder.deque,
    "range": _Decoder.range,
    "slice": _Decoder.slice,
    "array": _Decoder.array,
    "text": _Decoder.text,
    "tensor": _Decoder.tensor,
    "ref": _Decoder.reference,
}

_HASHABLE = (type(None), bool, int, float, complex, str, bytes, frozenset, range, type(...))


def _hashable(value: Any) -> Any:
    is_plain = type(value) in _HASHABLE or isinstance(value, np.generic)
    if not is_plain and isinstance(value, tuple):
        for item in value:
            _hashable(item)
        is_plain = True
    if not is_plain:
        refuse(f"a {type(value).__name__} where something hashable is due")
    return value


def _tensor(package: str, array: Any) -> Any:
    try:
        if package == "tensorflow":
            import tensorflow

            return tensorflow.constant(array)
        if package == "jax":
            import jax

            return jax.numpy.asarray(array)
        import torch

        return torch.from_numpy(np.asarray(array))
    except Exception as error:  # not installed here, or not a dtype or a shape of its own
        refuse(f"a tensor that {package} can't make here ({type(error).__name__})")


def _pair(body: Any) -> tuple[Any, Any]:
    if type(body) is not list or len(body) != 2:
        refuse("a pair that is none")
    return body[0], body[1]


def _a_list(body: Any) -> list[Any]:
    if type(body) is not list:
        refuse("a list that is none")
    return body


def _plain_text(x: str) -> str:
    if not is_text(x):
        refuse("a str with lone surrogates")
    return x
