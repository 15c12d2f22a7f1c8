"""Define the messages between a client, the fork server and its supervisors, over Unix sockets.

`ForkedProcess` is the client's side of one control socket.
"""

import array
import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from select import select
from typing import Any

from autograder.errors import ExamError
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.limits import LimitName, Limits

_MESSAGE_BYTES = 1 << 17
_MAX_FILES = 16


class ClientRequest(StrEnum):
    """What a client may ask of a fork server, beside a process: `{"request": "attach"}`.

    ATTACH     to be a client: the fork server stays as long as the connection is open
    DESCRIBE   what it is and does
    STOP       to end as soon as the processes that it has forked have ended
    """

    ATTACH = "attach"
    DESCRIBE = "describe"
    STOP = "stop"


@dataclass(frozen=True, kw_only=True)
class SpawnRequest:
    """One process to fork: `python -m module arguments`, its environment, sandbox and limits.

    The first three open files sent with it are its standard streams; the others become 3, 4...

    cores   the numbers of the only cores that it may use; empty: those of its supervisor
    """

    module: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    sandbox: Sandbox
    limits: Limits = field(default_factory=Limits)
    cores: tuple[int, ...] = ()
    allow_unsandboxed: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SpawnRequest":
        """Return the request that `to_json` wrote."""
        sandbox: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in data["sandbox"].items()
        }
        return cls(
            **{
                **data,
                "arguments": tuple(data["arguments"]),
                "sandbox": Sandbox(**sandbox),
                "limits": Limits(**data["limits"]),
                "cores": tuple(data["cores"]),
            }
        )


@dataclass(frozen=True)
class ExitReport:
    """How a process ended.

    status        as in `subprocess.Popen.returncode`: negative for a signal
    limit         the limit that ended it, or None
    peak_memory   bytes, of the process and all its descendants together
    cpu_seconds   of the process, its descendants and their supervisor
    """

    status: int
    limit: LimitName | None = None
    peak_memory: int = 0
    cpu_seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ExitReport":
        """Return the report that `to_json` wrote."""
        limit = data["limit"]
        return cls(**{**data, "limit": None if limit is None else LimitName(limit)})


def send(connection: socket.socket, message: Mapping[str, Any], files: Sequence[int] = ()) -> None:
    """Send one message, with open files."""
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))] if files else []
    connection.sendmsg([json.dumps(message).encode()], rights)


def refuse(connection: socket.socket, reason: str) -> None:
    """Answer that a request is refused, unless the client is gone."""
    with contextlib.suppress(OSError):
        send(connection, {"refused": reason})


def receive(connection: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """Receive one message with its open files; None if the other end is closed.

    Raises
    ------
    ValueError
        If the message is not JSON.
    """
    space = socket.CMSG_LEN(_MAX_FILES * array.array("i").itemsize)
    try:
        data, rights, _, _ = connection.recvmsg(_MESSAGE_BYTES, space, socket.MSG_CMSG_CLOEXEC)
    except ConnectionError:
        return None, []
    files = array.array("i")
    for level, kind, content in rights:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            files.frombytes(content[: len(content) - len(content) % files.itemsize])
    try:
        return (json.loads(data) if data else None), list(files)
    except ValueError:
        for file in files:
            os.close(file)
        raise


def is_same_user(connection: socket.socket) -> bool:
    """Return whether the other end runs as the same user; see SO_PEERCRED in unix(7)."""
    return peer(connection)[1] == os.geteuid()


def peer(connection: socket.socket) -> tuple[int, int]:
    """Return the process and the user at the other end of a connection."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    process, user, _ = struct.unpack("3i", credentials)
    return process, user


_log = logging.getLogger("autograder.sandbox.forkserver")


class ForkedProcess:
    """A process forked from a fork server; closing its control socket ends it."""

    def __init__(self, control_socket: socket.socket, supervisor: int) -> None:
        self.control_socket, self.supervisor = control_socket, supervisor
        self.ended: ExitReport | None = None
        self.is_checked = True  # whether its supervisor has measured it since it was asked to

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
                send(self.control_socket, {"signal": int(number)})
            except OSError:
                self._end(ExitReport(-signal.SIGKILL))

    async def is_within_limits(self) -> bool:
        """Have its supervisor measure it now; return whether it goes on."""
        self.is_checked = False
        self.send_signal(0)
        while self.poll() is None and not self.is_checked:
            await _readable(self.control_socket)
        return self.ended is None

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
        message, _ = receive(self.control_socket)
        if message is None:  # the supervisor was killed from outside, and all its processes too
            self._end(ExitReport(-signal.SIGKILL))
        elif "checked" in message:
            self.is_checked = True
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
        message, _ = receive(control_socket)
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
