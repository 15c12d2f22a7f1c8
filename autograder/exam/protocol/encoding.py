"""Encode a value as a message: plain data by value, everything else by reference."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from autograder.exam.protocol.codecs import CODECS
from autograder.exam.protocol.codecs.codec import HAS_IDENTITY
from autograder.exam.protocol.codecs.references import ReferenceCodec
from autograder.exam.protocol.codecs.registry import Registry
from autograder.exam.protocol.framing import LIMITS, Message, MessageLimits, TooLarge

Refer = Callable[[Any], tuple[str, Any]]
"""Returns the reference (word, plain payload) of a value, or raises NotTransferable."""

_DEPTH_MARGIN = 4  # levels that a reply and its reference may add around a value
_REFERENCES = ReferenceCodec()


def encode(
    value: Any,
    refer: Refer,
    name_of: Callable[[type], str | None] = lambda _: None,
    *,
    limits: MessageLimits = LIMITS,
    codecs: Registry = CODECS,
) -> Message:
    """Encode a value as a message.

    An instance of a subclass of a plain type is sent as its base: as a value, without its methods.

    Parameters
    ----------
    refer : returns the reference of a value that is not plain
    name_of : returns the name of a namedtuple class of a set-up cell, None for any other class

    Raises
    ------
    NotTransferable
        If a value is nested too deeply, is too large, or `refer` refuses it.
    """
    encoder = _Encoder(refer, name_of, limits, codecs)
    tree = json.dumps(encoder.node(value), check_circular=False, separators=(",", ":")).encode()
    _require_size(len(tree), limits.tree_bytes)
    _require_size(encoder.size, limits.bytes)
    return Message(tree, encoder.buffers)


class _Encoder:
    """The message that is being written: its buffers, its size, and the depth reached."""

    def __init__(
        self,
        refer: Refer,
        name_of: Callable[[type], str | None],
        limits: MessageLimits,
        codecs: Registry,
    ) -> None:
        self.refer, self.name_of, self.limits, self.codecs = refer, name_of, limits, codecs
        self.buffers: list[memoryview] = []
        self.size = self.items = self.depth = 0

    def node(self, value: Any) -> Any:
        self.count(1)
        if value is None or value is True or value is False:
            return value
        if self.depth > self.limits.depth - _DEPTH_MARGIN:
            message = (
                f"A value nested more than {self.depth} deep (or in itself) cannot be transferred."
            )
            raise TooLarge(message)
        self.depth += 1
        node = self.codecs.find(value).encode(value, self)
        if node is HAS_IDENTITY:
            node = _REFERENCES.encode(value, self)
        self.depth -= 1
        return node

    def nodes(self, values: Iterable[Any]) -> list[Any]:
        return [self.node(value) for value in values]

    def is_key(self, value: Any) -> bool:
        return self.codecs.is_key(value)

    def add_buffer(self, data: memoryview) -> int:
        self.buffers.append(data)
        self.size += data.nbytes
        if len(self.buffers) > self.limits.buffers:
            message = f"More than {self.limits.buffers:,} arrays are too many at once: stack them."
            raise TooLarge(message)
        return len(self.buffers) - 1

    def require_space(self, size: int) -> None:
        _require_size(self.size + size, self.limits.bytes)

    def count(self, items: int) -> None:
        self.items += items
        if self.items > self.limits.items:
            message = f"More than {self.limits.items:,} items are too many: send an array."
            raise TooLarge(message)


def _require_size(size: int, limit: int) -> None:
    if size > limit:
        message = f"A value of {size:,} bytes cannot be transferred: send less of it."
        raise TooLarge(message)
