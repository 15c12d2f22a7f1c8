"""Define the messages between a client, the fork server and its supervisors, over a Unix socket."""

import array
import contextlib
import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

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
