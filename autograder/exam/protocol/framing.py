"""Define the messages between candidate and examiner: their layout in bytes and their limits.

A message is a JSON tree and raw buffers, which hold the bytes of arrays. Plain values are sent by
value. An object that has an identity is sent as a reference: a word and a plain payload, which
only the two processes can interpret. Nothing in a message can carry code.

`encoding` writes messages, `decoding` reads them, and `codecs` has one file for each family of
plain types. Here are what all of them share: sizes, limits and errors.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

HEADER = struct.Struct(
    "<4sIIQ"
)  # magic, bytes of the tree, number of buffers, bytes of all buffers
MAGIC = b"exam"


class NotTransferable(TypeError):
    """A value of the test that cannot be sent to student code; the text says what to do instead."""


class TooLarge(NotTransferable):
    """A value that is too large, nested too deep, or has too many items for one message."""


class ProtocolViolation(BaseException):
    """The other side broke a rule: the test cell is void, whatever the test code catches."""


class DeadlineExceeded(ProtocolViolation):
    """The deadline of the test cell passed while one side waited for the other."""


class ConnectionLost(ProtocolViolation):
    """The other side closed the connection, or its process ended."""


@dataclass(frozen=True)
class MessageLimits:
    """The limits of one message.

    Parameters
    ----------
    bytes : bytes of all buffers together
    tree_bytes : bytes of the JSON tree
    items : values in the tree, elements of containers included
    depth : levels of nested containers
    dimensions : dimensions of an array; NumPy's own limit
    digits : hexadecimal digits of an integer
    buffers : number of buffers
    """

    bytes: int = 1 << 30
    tree_bytes: int = 1 << 26
    items: int = 2_000_000
    depth: int = 60
    dimensions: int = 64
    digits: int = 5_000
    buffers: int = 200_000


LIMITS = MessageLimits()


@dataclass(frozen=True)
class Message:
    """One message: a JSON tree, and the buffers that the tree refers to by number."""

    tree: bytes
    buffers: Sequence[memoryview]

    def parts(self) -> list[bytes | memoryview]:
        """Return the byte strings to send, in order, without copying arrays."""
        sizes = [buffer.nbytes for buffer in self.buffers]
        head = HEADER.pack(MAGIC, len(self.tree), len(sizes), sum(sizes))
        return [head + struct.pack(f"<{len(sizes)}Q", *sizes) + self.tree, *self.buffers]


def read_message(receive: Callable[[int], memoryview], limits: MessageLimits = LIMITS) -> Message:
    """Read one message through `receive(n)`, which returns exactly n bytes.

    Raises
    ------
    ProtocolViolation
        If the announced sizes disagree with each other or are above the limits.
    """
    magic, tree_size, count, total = HEADER.unpack(receive(HEADER.size).tobytes())
    if magic != MAGIC:
        refuse("a message that does not begin as messages do")
    if tree_size > limits.tree_bytes or count > limits.buffers or total > limits.bytes:
        refuse(f"a message of {tree_size + total:,} bytes in {count:,} buffers: too large")
    sizes = struct.unpack(f"<{count}Q", receive(8 * count).tobytes())
    if sum(sizes) != total:
        refuse("buffer sizes that do not add up")
    tree = receive(tree_size).tobytes()
    return Message(tree, [receive(size) for size in sizes])


def refuse(what: str) -> NoReturn:
    """Raise a ProtocolViolation that says what was received."""
    raise ProtocolViolation(what)
