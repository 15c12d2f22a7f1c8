"""The far side of a `JsonProcess`: is told tasks and answers, one line of JSON each."""

import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any


def requests(control: socket.socket) -> Iterator[dict[str, Any]]:
    """Say that this process is ready, then yield its tasks until the other end is closed."""
    reader = control.makefile("r", encoding="utf-8")
    reply(control, {"ready": True})
    for line in reader:
        yield json.loads(line)


def reply(control: socket.socket, answer: Mapping[str, Any]) -> None:
    """Send one answer."""
    control.sendall(json.dumps(answer).encode() + b"\n")
