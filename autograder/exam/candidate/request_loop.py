"""Read the grader's requests, and have the candidate's kernel handle them in order."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Coroutine
from typing import Any

from tornado.ioloop import IOLoop

from autograder.exam.candidate.frames import IDLE, Frame

_READ_BYTES = 1 << 16
_MOST_STOPS = 100  # of the event loop, by student code, during one request


class RequestLoop:
    """Reads the requests and has them handled in order, whatever becomes of the event loop.

    Parameters
    ----------
    control : the socket of the grader
    kernel : an `ExamKernel` that has started
    """

    def __init__(self, control: socket.socket, kernel: Any) -> None:
        self.control, self.kernel = control, kernel
        self.loop = kernel.io_loop.asyncio_loop
        self.lines: list[bytes] = []
        self.rest = b""

    def run(self) -> None:
        """Handle requests until the other end of the socket is closed: the grader has ended."""
        while True:
            while not self.lines:
                self.complete(self.readable())
                data = self.control.recv(_READ_BYTES)
                if not data:
                    return
                *self.lines, self.rest = (self.rest + data).split(b"\n")
            request = json.loads(self.lines.pop(0))
            if request["kind"] == "ping":
                self.kernel.iopub_thread.write(Frame(IDLE, request["id"]))
                continue
            self.complete(self.kernel.exam_request(request))
            self.kernel.end_request(request)

    async def readable(self) -> None:
        """Wait until there is a request, while the student's own tasks go on."""
        ready = asyncio.Event()
        self.loop.add_reader(self.control, ready.set)
        try:
            await ready.wait()
        finally:
            self.loop.remove_reader(self.control)

    def complete(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine to its end, even if student code stops the event loop or raises in it.

        If it closes or breaks the event loop, the coroutine ends, and another loop follows.
        """
        task = self.loop.create_task(coroutine)
        for _ in range(_MOST_STOPS):
            # SystemExit and KeyboardInterrupt of a task of the student's leave the loop, too.
            with contextlib.suppress(BaseException):
                self.loop.run_until_complete(task)
            if task.done():
                return
            if self.loop.is_closed():
                break
        self.kernel.io_loop = IOLoop(make_current=True)
        self.loop = self.kernel.io_loop.asyncio_loop
