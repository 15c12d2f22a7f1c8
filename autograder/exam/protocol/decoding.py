"""Decode a message that the other process sent, or refuse it: the security boundary.

The bytes may have been chosen by student code. What is returned has exactly the allowed types;
anything else raises `ProtocolViolation`. Every announced size is checked before memory is taken.
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograder.exam.protocol.codecs import CODECS
from autograder.exam.protocol.codecs.registry import Registry
from autograder.exam.protocol.framing import LIMITS, Message, MessageLimits, refuse
from autograder.exam.protocol.strict_json import Node, parse_tree

Resolve = Callable[[str, Any], Any]
"""Returns the object of a reference; raises ProtocolViolation if there is none."""


def decode(
    message: Message,
    resolve: Resolve,
    namedtuple_class: Callable[[str], type | None] = lambda _: None,
    *,
    limits: MessageLimits = LIMITS,
    codecs: Registry = CODECS,
) -> Any:
    """Decode a message to exactly the allowed types.

    Parameters
    ----------
    resolve : returns the object of a reference (word, payload)
    namedtuple_class : returns the namedtuple class of a set-up cell by its name, or None

    Raises
    ------
    ProtocolViolation
        If anything about the message is not as `encode` would have written it.
    """
    tree = parse_tree(message.tree, limits)
    decoder = _Decoder(message.buffers, resolve, namedtuple_class, limits, codecs)
    value = decoder.value(tree)
    if len(decoder.used) != len(message.buffers):
        refuse("buffers that nothing points to")
    return value


class _Decoder:
    """The message that is being read: its buffers, and the items and depth so far."""

    def __init__(
        self,
        buffers: Sequence[memoryview],
        resolve: Resolve,
        namedtuple_class: Callable[[str], type | None],
        limits: MessageLimits,
        codecs: Registry,
    ) -> None:
        self.buffers, self.limits, self.codecs = buffers, limits, codecs
        self.resolve, self.namedtuple_class = resolve, namedtuple_class
        self.used: set[int] = set()
        self.items = self.depth = 0

    def value(self, node: Any) -> Any:
        if self.depth > self.limits.depth:
            refuse(f"a value nested more than {self.limits.depth} deep")
        self.count(1)
        literal = self.codecs.literals.get(type(node))
        if literal is not None:
            return literal.decode(node, self)
        if type(node) is not Node:
            refuse(f"a bare {type(node).__name__}")
        tag, body = node
        codec = self.codecs.by_tag.get(tag)
        if codec is None:
            refuse(f"a value of the kind {tag[:40]!r}")
        self.depth += 1
        value = codec.decode(body, self)
        self.depth -= 1
        return value

    def values(self, body: Any, count: int | None = None) -> list[Any]:
        if type(body) is not list or (count is not None and len(body) != count):
            refuse("a list of another length than announced")
        return [self.value(node) for node in body]

    def key(self, value: Any) -> Any:
        if not self.codecs.is_key(value):
            refuse(f"a {type(value).__name__} where something hashable is expected")
        return value

    def buffer(self, number: Any) -> memoryview:
        if type(number) is not int or not 0 <= number < len(self.buffers) or number in self.used:
            refuse("a buffer that does not exist, or is used twice")
        self.used.add(number)
        return self.buffers[number]

    def count(self, items: int) -> None:
        self.items += items
        if self.items > self.limits.items:
            refuse(f"more than {self.limits.items:,} items in one message")
