"""Encodes a value for the other room: plain data by value, all else by what `refer` calls it."""

import json
import sys
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exam.protocol.framing import (
    DTYPES,
    LIMITS,
    TENSORS,
    Message,
    NotTransferable,
    is_text,
    steps,
)

Refer = Callable[[Any], tuple[str, Any]]
"""Names a value that is not plain: (word, plain payload). Raises CannotCross where it may not."""


def encode(
    value: Any, refer: Refer, named: Callable[[type], str | None] = lambda _: None
) -> Message:
    """Encode a value; `refer` names what is not plain, `named` the namedtuples of set-up cells.

    An instance of a subclass of a plain type crosses as its base: its value, not its methods.

    Raises
    ------
    CannotCross
        If a value is nested too deeply, is too large, or `refer` refuses it.
    """
    encoder = _Encoder(refer, named)
    tree = json.dumps(encoder.node(value, 0), check_circular=False, separators=(",", ":")).encode()
    _require_space(len(tree), LIMITS.tree_bytes)
    _require_space(encoder.size, LIMITS.bytes)
    return Message(tree, encoder.buffers)


class _Encoder:
    def __init__(self, refer: Refer, named: Callable[[type], str | None]) -> None:
        self.refer, self.named = refer, named
        self.buffers: list[memoryview] = []
        self.size = self.items = 0

    def node(self, x: Any, depth: int) -> Any:
        self.count(1)
        if x is None or x is True or x is False:
            return x
        if depth > LIMITS.depth - 4:
            message = f"A value nested more than {depth} deep (or in itself) can't cross."
            raise NotTransferable(message)
        encoded = self.scalar(x)
        if encoded is None:
            encoded = self.container(x, depth + 1)
        if encoded is None:
            word, payload = self.refer(x)
            encoded = {"ref": [word, self.node(payload, depth + 1)]}
        return encoded

    def scalar(self, x: Any) -> Any:
        if isinstance(x, np.ndarray | np.generic) and not isinstance(x, bytes):
            return self.array(x)
        if isinstance(x, str):
            return _text(str.__str__(x))
        if isinstance(x, int):
            return {"int": _hexadecimal(x)}
        if isinstance(x, float):
            return {"float": float.hex(x)}
        if isinstance(x, complex):
            return {"complex": [float.hex(complex(x).real), float.hex(complex(x).imag)]}
        if isinstance(x, bytes | bytearray):
            return {"bytes": self.buffer(memoryview(bytes(x)))}
        if x is ...:
            return {"ellipsis": None}
        return None

    def container(self, x: Any, depth: int) -> Any:
        if isinstance(x, tuple):
            name = None if type(x) is tuple else self.named(type(x))
            items = [self.node(item, depth) for item in tuple.__iter__(x)]
            return {"tuple": items} if name is None else {"named": [name, items]}
        if isinstance(x, list):
            return {"list": [self.node(item, depth) for item in list.__iter__(x)]}
        if isinstance(x, dict):
            kind = "counter" if isinstance(x, Counter) else "dict"
            pairs = dict.items(x)
            if not all(_is_plain_key(k) for k, _ in pairs):
                return None  # its keys have identity, and so has it
            return {kind: [[self.node(k, depth), self.node(v, depth)] for k, v in pairs]}
        if isinstance(x, set | frozenset):
            kind, members = "set" if isinstance(x, set) else "frozenset", list(_members(x))
            if not all(map(_is_plain_key, members)):
                return None
            return {kind: [self.node(item, depth) for item in members]}
        if isinstance(x, deque):
            return {"deque": [[self.node(i, depth) for i in deque.__iter__(x)], x.maxlen]}
        if type(x) is range:
            if steps(x) > LIMITS.items:
                message = f"A range of {steps(x):,} numbers can't cross: it is too long."
                raise NotTransferable(message)
            return {"range": [self.node(v, depth) for v in (x.start, x.stop, x.step)]}
        if type(x) is slice:
            return {"slice": [self.node(v, depth) for v in (x.start, x.stop, x.step)]}
        return self.tensor(x)

    def array(self, x: Any) -> Any:
        is_scalar = isinstance(x, np.generic)
        x = np.asarray(x)  # the base class's view of a subclass
        if x.dtype.kind == "U":
            self.count(x.size)
            if not all(map(is_text, words := x.ravel().tolist())):
                raise NotTransferable(_NO_TEXT)
            return {"text": [[] if is_scalar else list(x.shape), words, is_scalar]}
        if x.dtype.name not in DTYPES:
            return None
        _require_space(self.size + x.nbytes, LIMITS.bytes)  # before a copy is made
        x = np.ascontiguousarray(x, x.dtype.newbyteorder("=")).reshape(x.shape)
        if x.dtype == np.bool_:
            x = x.view(np.uint8) != 0  # a view of bytes may hold other truths than 0 and 1
        index = self.buffer(memoryview(x.reshape(-1).view(np.uint8)))
        return {"array": [x.dtype.name, list(x.shape), index, is_scalar]}

    def tensor(self, x: Any) -> Any:
        package = type(x).__module__.partition(".")[0]
        package = {"jaxlib": "jax"}.get(package, package)
        if package not in TENSORS or package not in sys.modules or hasattr(x, "assign"):
            return None
        if not (hasattr(x, "dtype") and hasattr(x, "shape") and hasattr(x, "__array__")):
            return None
        try:
            node = self.array(np.asarray(x.detach() if package == "torch" else x))
        except (TypeError, ValueError, NotImplementedError, RuntimeError, AttributeError):
            return None  # a symbolic tensor has no value: it is a thing with identity
        return None if node is None else {"tensor": [package, node]}

    def buffer(self, data: memoryview) -> int:
        self.buffers.append(data)
        self.size += data.nbytes
        if len(self.buffers) > LIMITS.buffers:
            message = f"More than {LIMITS.buffers:,} arrays can't cross at once: stack them."
            raise NotTransferable(message)
        return len(self.buffers) - 1

    def count(self, items: int) -> None:
        self.items += items
        if self.items > LIMITS.items:
            message = f"More than {LIMITS.items:,} items can't cross at once: send an array."
            raise NotTransferable(message)


def _require_space(size: int, limit: int) -> None:
    if size > limit:
        message = f"A value of {size:,} bytes can't cross: send less of it."
        raise NotTransferable(message)


_NO_TEXT = "A str with lone surrogates can't cross: it is no text. Encode it as bytes."
_KEYS = (bool, int, float, complex, str, bytes, range, type(None), type(...))


def _members(x: Any) -> Any:
    return (set if isinstance(x, set) else frozenset).__iter__(x)


def _is_plain_key(x: Any) -> bool:
    """Tell whether the other room can make a key or a member of a set of this."""
    if isinstance(x, tuple):
        return all(map(_is_plain_key, tuple.__iter__(x)))
    if isinstance(x, frozenset):
        return all(map(_is_plain_key, _members(x)))
    if isinstance(x, np.generic):
        return x.dtype.name in DTYPES or isinstance(x, str | bytes)
    return isinstance(x, _KEYS)


def _text(x: str) -> str:
    if not is_text(x):
        raise NotTransferable(_NO_TEXT)
    return x


def _hexadecimal(x: int) -> str:
    if int.bit_length(x) > 4 * LIMITS.digits:
        message = f"An integer of {int.bit_length(x):,} bits can't cross: it is too large."
        raise NotTransferable(message)
    return format(int.__int__(x), "x")
