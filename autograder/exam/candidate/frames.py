"""Define how the candidate's kernel reports outputs to the grader: flat frames on one socket.

A frame is a kind, the id of the request that it is about, and texts:

    stream                                              name, text
    error                                               name, message, lines of the traceback
    display_data, execute_result, update_display_data   display id, then MIME type, text, ...
    clear_output                                        "wait" or ""
    idle                                                nothing: the request has ended

Student code can write anything to the socket. So a frame has a limit of bytes, contains nothing
but texts, and takes no more memory than its bytes. The candidate also states how many characters
the content has as JSON, because the limit of outputs is counted in them.
"""

import asyncio
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

FRAME_BYTES = 16 << 20
"""The most bytes that a frame may have."""

IDLE = "idle"

_MAX_TEXTS = 5_000  # of one frame
_CHUNK_BYTES = 1 << 16  # of one read
_HEAD = struct.Struct("!II")  # bytes of the rest; characters of the content as JSON
_LENGTH = struct.Struct("!I")
_MOST = (1 << 32) - 1


@dataclass(frozen=True)
class Frame:
    """One frame.

    size   characters of the content as JSON, at least the bytes of the texts
    """

    kind: str
    request: str
    texts: tuple[str, ...] = ()
    size: int = 0


class FrameTooLarge(Exception):
    """A frame exceeds the limit of bytes or texts, so what follows cannot be read either."""


def pack(frame: Frame) -> bytes:
    """Return the bytes of a frame."""
    parts = [_encode(text) for text in (frame.kind, frame.request, *frame.texts)]
    rest = b"".join(_LENGTH.pack(len(part)) + part for part in parts)
    return _HEAD.pack(len(rest), min(frame.size, _MOST)) + rest


class FrameReader:
    """Reads the frames of a candidate from a socket, in an event loop.

    Parameters
    ----------
    connection : a socket that does not block
    """

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._data = bytearray()

    async def read(self) -> Frame | None:
        """Return the next frame; None if the other end is closed.

        If it is canceled, the next call continues with the same frame.

        Raises
        ------
        FrameTooLarge
            If the frame exceeds a limit.
        """
        if not await self._has(_HEAD.size):
            return None
        size, claimed = _HEAD.unpack_from(self._data)
        if size > FRAME_BYTES:
            raise FrameTooLarge
        if not await self._has(_HEAD.size + size):
            return None
        with memoryview(self._data) as data:
            texts = _texts(data[_HEAD.size : _HEAD.size + size])
        del self._data[: _HEAD.size + size]
        kind, request, *rest = (*texts, "", "") if len(texts) < 2 else texts
        return Frame(kind, request, tuple(rest), max(claimed, size))

    async def _has(self, size: int) -> bool:
        """Read until there are this many bytes; return whether there are."""
        while len(self._data) < size:
            try:
                chunk = await asyncio.get_running_loop().sock_recv(self.connection, _CHUNK_BYTES)
            except OSError:
                return False
            if not chunk:
                return False
            self._data += chunk
            await asyncio.sleep(0)  # a candidate that never stops must not hold up the event loop
        return True


def _texts(data: memoryview) -> list[str]:
    """Return the texts of a frame; the last one may be cut short."""
    texts: list[str] = []
    place = 0
    while place + _LENGTH.size <= len(data):
        (length,) = _LENGTH.unpack_from(data, place)
        place += _LENGTH.size
        texts.append(str(data[place : place + length], "utf-8", "replace"))
        place += length
        if len(texts) > _MAX_TEXTS:
            raise FrameTooLarge
    return texts


def _encode(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def pairs(texts: Iterable[str]) -> dict[str, str]:
    """Return a dictionary of texts that follow each other as key and value."""
    items = list(texts)
    return dict(zip(items[::2], items[1::2], strict=False))
