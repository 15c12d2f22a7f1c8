"""Publish the outputs of the candidate's kernel on a socket, in place of ZeroMQ's.

ipykernel hands every message to a `Session`, and streams flush themselves in an "IOPub" thread.
Here the session makes frames of the messages that are outputs, and the thread writes them, so that
an interrupt, which only the main thread receives, never cuts a frame.
"""

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import count
from queue import Empty, SimpleQueue
from time import monotonic
from traceback import print_exc
from typing import Any

from ipykernel.iostream import BackgroundSocket, IOPubThread
from jupyter_client.session import Session

from autograder.exam.candidate.frames import Frame, pack

Call = Callable[[], object]

# Bound here: while the thread works, student code may have replaced the built-in name.
_Exception = Exception


class OutputThread(IOPubThread):  # type: ignore[misc]
    """A thread that makes calls in order, some of them after a time; `OutStream` needs one.

    A child of this process has no such thread. It makes the calls itself, and writes nothing.
    """

    def __init__(self, connection: socket.socket) -> None:
        # The base class would open three sockets of ZeroMQ: nothing of it is initialized.
        self.socket, self.io_loop = connection, self
        self.background_socket = BackgroundSocket(self)
        self.process = os.getpid()
        self._calls: SimpleQueue[Call] = SimpleQueue()
        self._later: list[tuple[float, int, Call]] = []
        self._numbers = count()
        self.thread = threading.Thread(target=self._run, name="IOPub", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self.thread.start()

    def stop(self) -> None:
        """Leave the thread running: it ends with the process."""

    def close(self) -> None:
        """Leave the socket open: it is closed with the process."""

    def schedule(self, f: Call) -> None:
        """Make a call in the thread."""
        if self.thread.is_alive():
            self._calls.put(f)
        else:
            f()

    def call_later(self, seconds: float, f: Call) -> None:
        """Make a call after some seconds; only the thread itself may ask for it."""
        heappush(self._later, (monotonic() + seconds, next(self._numbers), f))

    def write(self, frame: Frame) -> None:
        """Write a frame, in the thread."""
        data = pack(frame)
        if os.getpid() == self.process:
            self.schedule(lambda: self.socket.sendall(data))

    def send_multipart(self, *_: object, **__: object) -> None:
        """Ignore ZeroMQ's messages, which nobody receives."""

    def _run(self) -> None:
        while True:
            try:
                self._next_call()()
            except _Exception:
                print_exc(file=sys.__stderr__)  # the other calls must still be made

    def _next_call(self) -> Call:
        while True:
            seconds = self._later[0][0] - monotonic() if self._later else None
            try:
                if seconds is None or seconds > 0:
                    return self._calls.get(timeout=seconds)
                return self._calls.get_nowait()
            except Empty:
                if self._later and self._later[0][0] <= monotonic():
                    return heappop(self._later)[2]


class OutputSession(Session):  # type: ignore[misc]
    """Makes frames of the messages that are outputs, and drops every other message."""

    output_thread: OutputThread

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,  # noqa: ARG002
        buffers: Any = None,  # noqa: ARG002
        track: bool = False,  # noqa: ARG002
        header: Any = None,
        metadata: Any = None,
    ) -> Any:
        """Write a frame if the message is an output; return the message."""
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(msg_or_type, content, parent, header, metadata)
        if stream is not None and (not self.check_pid or os.getpid() == self.pid):
            frame = self._frame(message)
            if frame is not None:
                self.output_thread.write(frame)
        return message

    def _frame(self, message: Mapping[str, Any]) -> Frame | None:
        kind, content = message["msg_type"], message["content"]
        if kind not in _TEXTS:
            return None
        request = message["parent_header"].get("msg_id", "")
        content = self.unpack(self.pack(content))  # as a client would receive it
        return Frame(kind, request, tuple(_TEXTS[kind](content)), len(json.dumps(content)))


def _stream(content: Mapping[str, Any]) -> Iterator[str]:
    yield content.get("name", "")
    yield content.get("text", "")


def _error(content: Mapping[str, Any]) -> Iterator[str]:
    yield _text(content.get("ename"))
    yield _text(content.get("evalue"))
    trace = content.get("traceback")
    yield from (_text(line) for line in (trace if isinstance(trace, list) else []))


def _data(content: Mapping[str, Any]) -> Iterator[str]:
    transient = content.get("transient") or {}
    yield _text(transient.get("display_id"))
    for kind, value in content["data"].items():
        yield kind
        yield _text(value)


def _clear(content: Mapping[str, Any]) -> Iterator[str]:
    yield "wait" if content.get("wait") else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


_TEXTS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "stream": _stream,
    "error": _error,
    "display_data": _data,
    "execute_result": _data,
    "update_display_data": _data,
    "clear_output": _clear,
}
