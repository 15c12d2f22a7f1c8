"""Read the frames of a candidate, and collect the outputs of one cell as nbformat stores them.

What is read of a candidate is limited in bytes and in number: student code writes it.
"""

import asyncio
import socket
from collections.abc import Iterable

from nbformat import NotebookNode, v4

from autograder.exam.candidate.frames import FRAME_BYTES, HEAD, LENGTH, MAX_TEXTS, Frame

_CHUNK_BYTES = 1 << 16  # of one read
_MAX_OUTPUTS = 1_000  # of one cell
_LEAST_SIZE = 16  # what a frame counts at least, however short its texts are
_LEAST_TEXTS = {
    "stream": 2,
    "error": 2,
    "display_data": 1,
    "execute_result": 1,
    "update_display_data": 1,
    "clear_output": 1,
}
"""The number of texts that a frame of each kind has at least."""


class FrameTooLarge(Exception):
    """A frame exceeds the limit of bytes or texts, so what follows cannot be read either."""


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
        if not await self._has(HEAD.size):
            return None
        size, claimed = HEAD.unpack_from(self._data)
        if size > FRAME_BYTES:
            raise FrameTooLarge
        if not await self._has(HEAD.size + size):
            return None
        with memoryview(self._data) as data:
            texts = _texts(data[HEAD.size : HEAD.size + size])
        del self._data[: HEAD.size + size]
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
    while place + LENGTH.size <= len(data):
        (length,) = LENGTH.unpack_from(data, place)
        place += LENGTH.size
        texts.append(str(data[place : place + length], "utf-8", "replace"))
        place += length
        if len(texts) > MAX_TEXTS:
            raise FrameTooLarge
    return texts


class OutputCollector:
    """The outputs of one cell, in order; consecutive texts of a stream are joined."""

    def __init__(self, limit: int) -> None:
        self.limit, self.size = limit, 0
        self.cells: list[NotebookNode] = []
        self._display: dict[str, list[int]] = {}
        self._clear_next = False

    @property
    def is_full(self) -> bool:
        """Whether the cell has exceeded its limit of outputs."""
        return self.size > self.limit or len(self.cells) > _MAX_OUTPUTS

    def add(self, frame: Frame) -> bool:
        """Add the output of one frame; return whether the frame is one."""
        if len(frame.texts) < _LEAST_TEXTS.get(frame.kind, _MAX_OUTPUTS):
            return False
        self.size += max(frame.size, _LEAST_SIZE)
        if frame.kind == "clear_output":
            self._clear_next = frame.texts[0] == "wait"
            if not self._clear_next:
                self._clear()
        elif frame.kind == "update_display_data":
            self._update(*frame.texts)
        else:
            if self._clear_next:
                self._clear()
            if not self.is_full:
                self._append(frame.kind, frame.texts)
        return True

    def _append(self, kind: str, texts: tuple[str, ...]) -> None:
        if kind == "stream":
            self._append_text(*texts[:2])
        elif kind == "error":
            name, message, *trace = texts
            self.cells.append(v4.new_output("error", ename=name, evalue=message, traceback=trace))
        else:
            display_id, *bundle = texts
            if display_id:
                self._display.setdefault(display_id, []).append(len(self.cells))
            count = {"execution_count": None} if kind == "execute_result" else {}
            self.cells.append(v4.new_output(kind, data=_pairs(bundle), metadata={}, **count))

    def _append_text(self, name: str, text: str) -> None:
        name = "stderr" if name == "stderr" else "stdout"
        last = self.cells[-1] if self.cells else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        else:
            self.cells.append(v4.new_output("stream", name=name, text=text))

    def _update(self, display_id: str, *bundle: str) -> None:
        if self.is_full:
            return
        for index in self._display.get(display_id, []):
            self.cells[index].data = NotebookNode(_pairs(bundle))

    def _clear(self) -> None:
        self.cells.clear()
        self._display.clear()
        self._clear_next = False


def _pairs(texts: Iterable[str]) -> dict[str, str]:
    """Return a dictionary of texts that follow each other as key and value."""
    items = list(texts)
    return dict(zip(items[::2], items[1::2], strict=False))
