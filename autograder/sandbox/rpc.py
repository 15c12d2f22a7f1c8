"""Remote calls to a forked process: one line of JSON for each request and each reply.

`RpcProcess` is the calling side. The forked process runs `requests` and `reply`.
"""

import asyncio
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from autograder.errors import ExamError
from autograder.sandbox.forkserver.client import ForkServer
from autograder.sandbox.forkserver.messages import ExitReport, ForkedProcess, SpawnRequest

_EXIT_SECONDS = 1.0  # from the end of its socket to the report of its supervisor

_LINE_LIMIT = 1 << 28


class RpcProcess:
    """A forked process of the grader's own code; new for every exam, with an empty home."""

    def __init__(self, forkserver: ForkServer, request: SpawnRequest) -> None:
        self.forkserver, self.request = forkserver, request
        self.process: ForkedProcess | None = None
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def start(self, seconds: float) -> None:
        """Start the process and wait until it is ready.

        Raises
        ------
        ExamError
            If it is not ready in time.
        """
        self.process, connection = await asyncio.to_thread(
            start_with_socket, self.forkserver, self.request
        )
        self.reader, self.writer = await asyncio.open_connection(sock=connection, limit=_LINE_LIMIT)
        if await self.receive(seconds) is None:
            message = f"{self.request.module} did not start. Run `autograder doctor`, or try again."
            raise ExamError(message)

    def send(self, task: Mapping[str, Any]) -> None:
        """Send one request; `receive` returns the reply."""
        assert self.writer is not None
        self.writer.write(json.dumps(task).encode() + b"\n")

    async def receive(self, seconds: float | None) -> dict[str, Any] | None:
        """Return the next reply, or None if none comes in time or the process has ended."""
        assert self.reader is not None
        try:
            line = await asyncio.wait_for(self.reader.readline(), seconds)
        except (TimeoutError, OSError, ValueError):
            return None
        return json.loads(line) if line else None

    async def exit_report(self) -> ExitReport | None:
        """Return how the process ended; None if it is still running after a moment."""
        if self.process is None:
            return None
        try:
            await asyncio.wait_for(self.process.wait_async(), _EXIT_SECONDS)
        except TimeoutError:
            return None
        return self.process.ended

    async def stop(self) -> None:
        """Kill the process."""
        if self.writer is not None:
            self.writer.close()
        if self.process is not None:
            self.process.kill()
            await self.process.wait_async()


def start_with_socket(
    forkserver: ForkServer, request: SpawnRequest
) -> tuple[ForkedProcess, socket.socket]:
    """Fork a process that gets one end of a socket as file 3, which is also its last argument.

    Returns
    -------
    The process, and the other end of the socket.

    Raises
    ------
    ExamError
        If the fork server does not start, or the sandbox cannot be made.
    """
    ours, theirs = socket.socketpair()
    request = replace(request, arguments=(*request.arguments, "3"))
    try:
        return forkserver.start(request, control=theirs.fileno()), ours
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()


def requests(connection: socket.socket) -> Iterator[dict[str, Any]]:
    """Report that this process is ready, then yield requests until the other end is closed."""
    reader = connection.makefile("r", encoding="utf-8")
    reply(connection, {"ready": True})
    for line in reader:
        yield json.loads(line)


def reply(connection: socket.socket, answer: Mapping[str, Any]) -> None:
    """Send one reply."""
    connection.sendall(json.dumps(answer).encode() + b"\n")
