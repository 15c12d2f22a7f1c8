"""Drives a warm process that is told tasks, one line of JSON each, and answers likewise."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from autograder.errors import ExamError
from autograder.sandbox.controlled import start_with_control_socket
from autograder.sandbox.forkserver.client import ForkServer
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.forkserver.process import ForkedProcess

_LINE_LIMIT = 1 << 28


class RpcProcess:
    """One process of ours, in a sandbox and an empty home of its own; new for every exam."""

    def __init__(self, forkserver: ForkServer, order: SpawnRequest) -> None:
        self.forkserver, self.order = forkserver, order
        self.process: ForkedProcess | None = None
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def start(self, seconds: float) -> None:
        """Start the process and wait until it says that it is ready.

        Raises
        ------
        ExamError
            If it does not in time.
        """
        self.process, ours = await asyncio.to_thread(
            start_with_control_socket, self.forkserver, self.order
        )
        self.reader, self.writer = await asyncio.open_connection(sock=ours, limit=_LINE_LIMIT)
        if await self.receive(seconds) is None:
            message = f"{self.order.module} did not start. Run `autograder doctor`, or try again."
            raise ExamError(message)

    def send(self, task: Mapping[str, Any]) -> None:
        """Send one task; `hear` gives the answers."""
        assert self.writer is not None
        self.writer.write(json.dumps(task).encode() + b"\n")

    async def receive(self, seconds: float | None) -> dict[str, Any] | None:
        """Return the next answer, or None when none comes in time or the process is gone."""
        assert self.reader is not None
        try:
            line = await asyncio.wait_for(self.reader.readline(), seconds)
        except (TimeoutError, OSError, ValueError):
            return None
        return json.loads(line) if line else None

    async def stop(self) -> None:
        """Kill the process."""
        if self.writer is not None:
            self.writer.close()
        if self.process is not None:
            self.process.kill()
            await self.process.wait_async()
