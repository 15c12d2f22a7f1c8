"""Control a process that was forked from a fork server, over its control socket."""

import asyncio
import logging
import signal
import socket
from collections.abc import Mapping
from select import select
from typing import Any

from autograder.errors import ExamError
from autograder.sandbox.forkserver import messages
from autograder.sandbox.forkserver.messages import ExitReport

_log = logging.getLogger("autograder.sandbox.forkserver")


class ForkedProcess:
    """A process forked from a fork server; closing its control socket ends it."""

    def __init__(self, control_socket: socket.socket, supervisor: int) -> None:
        self.control_socket, self.supervisor = control_socket, supervisor
        self.ended: ExitReport | None = None

    def poll(self) -> int | None:
        """Return the exit status, as `subprocess.Popen.poll` does; None while it runs."""
        while self.ended is None and select([self.control_socket], [], [], 0)[0]:
            self._receive()
        return self.ended.status if self.ended is not None else None

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait until it has ended; return its status, or None if that takes longer."""
        if self.ended is None and select([self.control_socket], [], [], seconds)[0]:
            self._receive()
        return self.ended.status if self.ended is not None else None

    async def wait_async(self) -> int:
        """Wait until it has ended, in an event loop; return its status."""
        while (status := self.poll()) is None:
            await _readable(self.control_socket)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to its process group; SIGKILL goes to all its descendants."""
        if self.poll() is None:
            try:
                messages.send(self.control_socket, {"signal": int(number)})
            except OSError:
                self._end(ExitReport(-signal.SIGKILL))

    def interrupt(self) -> None:
        """Interrupt what it is doing, as Ctrl-C would."""
        self.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill it and all its descendants; `wait` then returns its status."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Close the control socket: if the process still runs, it ends."""
        self.control_socket.close()
        if self.ended is None:
            self.ended = ExitReport(-signal.SIGKILL)

    def _receive(self) -> None:
        message, _ = messages.receive(self.control_socket)
        if message is None:  # the supervisor was killed from outside, and all its processes too
            self._end(ExitReport(-signal.SIGKILL))
        elif "ended" in message:
            self._end(ExitReport.from_json(message["ended"]))

    def _end(self, ended: ExitReport) -> None:
        self.ended = ended
        self.control_socket.close()
        _log.debug(
            "process %d ended with status %d, limit: %s, peak memory: %d bytes, CPU: %.3f s",
            self.supervisor,
            ended.status,
            ended.limit,
            ended.peak_memory,
            ended.cpu_seconds,
        )
        if ended.limit is not None:
            _log.info("process %d was stopped by the limit %s", self.supervisor, ended.limit)


def wait_until_forked(control_socket: socket.socket) -> int | None:
    """Return the process id of the supervisor, once its process is in the sandbox.

    None if the connection is closed before that.

    Raises
    ------
    ExamError
        If the fork server refuses, or the process ends before that.
    """
    supervisor = 0
    while True:
        message, _ = messages.receive(control_socket)
        if message is None:
            return None
        supervisor = int(message.get("supervisor", supervisor))
        if "ready" in message:
            return supervisor
        _raise_if_refused(message)


def _raise_if_refused(message: Mapping[str, Any]) -> None:
    if "refused" in message:
        text = f"No process was started: {message['refused']}"
        raise ExamError(text)
    if "ended" in message:
        text = "No process was started: it ended before its sandbox was made."
        raise ExamError(text)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def _readable(connection: socket.socket) -> None:
    """Wait until there is something to read."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection, _settle, ready)
    try:
        await ready
    finally:
        loop.remove_reader(connection)
