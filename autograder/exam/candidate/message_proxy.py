"""Listens to the candidate's kernel, in a process of its own, and passes on what fits.

Everything that comes from the kernel may have been forged by student code: it fills outputs and
says when a cell seems to be over, and nothing else. A message may also be so large, in ever more
frames, that whoever puts it together runs out of memory. That is this process, which has a limit
and serves one exam; the grader has not noticed.

It is told to "connect", to send a "request", and to "follow" the last one, and answers each; told
to "give up" while it follows, it answers at once.
"""

import asyncio
import socket
import sys
import time
from collections.abc import Mapping
from queue import Empty
from select import select
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient

from autograder.exam.candidate.outputs import OutputCollector
from autograder.sandbox.jupyter.readiness import wait_until_ready
from autograder.sandbox.rpc import reply, requests

# What waits to be read.
_MESSAGE_BYTES, _MESSAGES_WAITING = 16 << 20, 100
_DRAIN_SECONDS = 1.0
_SILENCE = 0.25  # seconds without a message after which one looks whether to give up


class MessageProxy:
    """One client of one kernel."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.client: Any = AsyncKernelClient()
        self.request = ""  # the id of the message that is being followed

    async def connect(self, info: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Connect to the kernel and wait until it answers."""
        self.client.load_connection_info({**info, "key": info["key"].encode()})
        self.client.context.setsockopt(zmq.MAXMSGSIZE, _MESSAGE_BYTES)
        self.client.context.setsockopt(zmq.RCVHWM, _MESSAGES_WAITING)
        self.client.start_channels(stdin=False, hb=False, control=False)
        return {"ready": await wait_until_ready(self.client, self._go_on, seconds)}

    async def send(
        self, kind: str, content: Mapping[str, Any], limit: int, seconds: float
    ) -> dict[str, Any]:
        """Send one message and follow it."""
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        self.request = message["header"]["msg_id"]
        return await self.follow(limit, seconds)

    async def follow(self, limit: int, seconds: float) -> dict[str, Any]:
        """Collect outputs until the kernel is idle, a limit is hit, or nobody waits any more."""
        outputs = OutputCollector(limit)
        ending = await self._ending(outputs, time.monotonic() + seconds)
        await self._drain_replies()
        return {"ending": ending, "outputs": outputs.cells}

    async def _ending(self, outputs: OutputCollector, deadline: float) -> str:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return "time"
            try:
                message = await self.client.get_iopub_msg(timeout=min(left, _SILENCE))
            except Empty:
                if not await self._go_on():
                    return "dead"
                continue
            except Exception:
                continue  # not a message
            if not _is_about(message, self.request):
                continue
            kind, body = message["msg_type"], message["content"]
            if kind == "status" and body.get("execution_state") == "idle":
                return "done"
            outputs.take(kind, body)
            if outputs.is_full:
                return "output"

    async def _go_on(self) -> bool:
        """Tell whether the grader has not said anything meanwhile: then it still waits."""
        return not select([self.control], [], [], 0)[0]

    async def _drain_replies(self) -> None:
        """Forget the replies, which say nothing that is needed; their stream may never end."""
        deadline = time.monotonic() + _DRAIN_SECONDS
        while time.monotonic() < deadline and await self.client.shell_channel.msg_ready():
            try:
                await self.client.get_shell_msg(timeout=0)
            except Exception:
                continue  # not a message


def _is_about(message: dict[str, Any], request: str) -> bool:
    """Tell whether a message is well formed and about a request; it may be student code's."""
    parent, content = message["parent_header"], message["content"]
    is_well_formed = isinstance(parent, dict) and isinstance(content, dict)
    return (
        is_well_formed and isinstance(message["msg_type"], str) and parent.get("msg_id") == request
    )


async def _serve(control: socket.socket) -> None:
    """Do what is told until the other end is closed."""
    message_proxy = MessageProxy(control)
    for task in requests(control):
        do = task.pop("do")
        if do == "connect":
            reply(control, await message_proxy.connect(**task))
        elif do == "request":
            reply(control, await message_proxy.send(**task))
        elif do == "follow":
            reply(control, await message_proxy.follow(**task))


if __name__ == "__main__":
    asyncio.run(_serve(socket.socket(fileno=int(sys.argv[1]))))
