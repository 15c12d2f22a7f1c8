"""What may cross between the two rooms, and nothing else.

A message is a JSON tree plus raw buffers for the bytes of arrays. Plain values are encoded by
value; whatever has identity is a *reference*, a word and a plain payload, whose meaning is
known to the two rooms and not to this file. Nothing here can carry code.

`encoding` writes the messages, `decoding` reads them and is the boundary. Here are the lists
and limits that both go by, and how a message is laid out in bytes.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

DTYPES = {
    name: np.dtype(name)
    for name in (
        *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)),
        *("bool", "float16", "float32", "float64", "complex64", "complex128"),
    )
}
"""The dtypes that cross, by name, in the byte order of this machine.

bfloat16 is not among them: NumPy has no such type, and the two rooms would have to agree on who
lends it one. An array of it is a remote on the way to the examiner, and refused on the way back:
cast it to float32, which loses nothing.
"""

TENSORS = ("tensorflow", "jax", "torch")
HEADER = struct.Struct("<4sIIQ")  # magic, bytes of the tree, number of buffers, bytes of them all
MAGIC = b"room"


class NotTransferable(TypeError):
    """A value that can't be handed to the other room: an error of the test, with what to do."""


class ProtocolViolation(BaseException):
    """The other side broke a rule: the cell is void, whatever the test catches."""


class DeadlineExceeded(ProtocolViolation):
    """The cell's deadline passed while one side waited for the other."""


class ConnectionLost(ProtocolViolation):
    """The other side closed the connection, or died."""


@dataclass(frozen=True)
class Limits:
    """How much one message may be."""

    bytes: int = 1 << 30
    tree_bytes: int = 1 << 26
    items: int = 2_000_000
    depth: int = 60
    dimensions: int = 64  # NumPy's own
    digits: int = 5_000  # hexadecimal, of one integer
    buffers: int = 200_000


LIMITS = Limits()


@dataclass(frozen=True)
class Message:
    """One message as it lies on the wire: a JSON tree, and the bytes that it points into."""

    tree: bytes
    buffers: Sequence[memoryview]

    def parts(self) -> list[bytes | memoryview]:
        """Return the byte strings to send, in order, without copying arrays."""
        sizes = [buffer.nbytes for buffer in self.buffers]
        head = HEADER.pack(MAGIC, len(self.tree), len(sizes), sum(sizes))
        return [head + struct.pack(f"<{len(sizes)}Q", *sizes) + self.tree, *self.buffers]


def read_message(receive: Callable[[int], memoryview], limits: Limits = LIMITS) -> Message:
    """Read one message through `receive(n)`, which returns exactly n bytes.

    Raises
    ------
    RoomViolation
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


def steps(x: range) -> int:
    """Return the length of a range, which `len` does not know of long ones."""
    return max(0, (x.stop - x.start + x.step - (1 if x.step > 0 else -1)) // x.step)


def is_text(x: str) -> bool:
    """Tell whether a str has no lone surrogates, which no encoding of text can hold."""
    return x.isascii() or not any("\ud800" <= c <= "\udfff" for c in x)


def refuse(what: str) -> NoReturn:
    """Raise a RoomViolation that says what was found on the wire."""
    raise ProtocolViolation(what)
