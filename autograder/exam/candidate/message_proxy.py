"""Receive the messages of the candidate's kernel in a separate process, and pass on its outputs.

Student code can forge everything that comes from the kernel. Messages therefore fill outputs and
say when a cell seems to be over, and nothing else. A message may also be so large, in ever more
frames, that the process which assembles it runs out of memory. That is this process: it has its
own memory limit and serves one exam, and the grader is not affected.

It replies to the requests "connect", "request" (send a message to the kernel and follow it) and
"follow" (continue with the last one). "give up" makes it reply at once while it follows.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import Mapping
from enum import StrEnum
from queue import Empty
from select import select
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from nbformat import NotebookNode, v4

from autograder.sandbox.jupyter.readiness import wait_until_ready
from autograder.sandbox.rpc import reply, requests

_MESSAGE_BYTES, _MESSAGES_WAITING = 16 << 20, 100  # that may wait to be read
_DRAIN_SECONDS = 1.0
_POLL_SECONDS = 0.25  # without a message, after which it checks whether to give up
_OUTPUT_KINDS = ("stream", "display_data", "execute_result", "error")
_MAX_OUTPUTS = 1_000  # of one cell


class Ending(StrEnum):
    """How a message to the kernel ended."""

    DONE = "done"
    """The kernel is idle."""

    OUT_OF_TIME = "out of time"
    """Its time was over."""

    TOO_MUCH_OUTPUT = "too much output"
    """The outputs exceeded their limit."""

    DIED = "died"
    """The kernel has ended, or cannot be stopped except by killing it."""


class OutputCollector:
    """The outputs of one cell as nbformat stores them, up to a number of bytes.

    They are in order; consecutive texts of a stream are joined.
    """

    def __init__(self, limit: int) -> None:
        self.limit, self.size = limit, 0
        self.cells: list[NotebookNode] = []
        self._display: dict[str, list[int]] = {}
        self._clear_next = False

    @property
    def is_full(self) -> bool:
        """Whether the cell has exceeded its limit of outputs."""
        return self.size > self.limit or len(self.cells) > _MAX_OUTPUTS

    def add(self, kind: str, content: Any) -> None:
        """Add the output of one message; a message that is not well formed is ignored."""
        if not isinstance(content, dict):
            return
        try:
            self.size += len(json.dumps(content, default=str))
        except RecursionError:
            return  # no output is nested that deep
        if kind == "clear_output":
            self._clear_next = bool(content.get("wait"))
            if not self._clear_next:
                self._clear()
        elif kind == "update_display_data":
            self._update(content)
        elif kind in _OUTPUT_KINDS:
            if self._clear_next:
                self._clear()
            self._append(kind, content)

    def _append(self, kind: str, content: dict[str, Any]) -> None:
        if self.is_full:
            return
        last = self.cells[-1] if self.cells else None
        if kind == "stream":
            name = "stderr" if content.get("name") == "stderr" else "stdout"
            text = _text(content.get("text"))
            if last is not None and last.output_type == "stream" and last.name == name:
                last.text += text
            else:
                self.cells.append(v4.new_output("stream", name=name, text=text))
        elif kind == "error":
            trace = content.get("traceback")
            self.cells.append(
                v4.new_output(
                    "error",
                    ename=_text(content.get("ename")),
                    evalue=_text(content.get("evalue")),
                    traceback=[_text(line) for line in trace] if isinstance(trace, list) else [],
                )
            )
        else:
            self._append_data(kind, content)

    def _append_data(self, kind: str, content: dict[str, Any]) -> None:
        if not isinstance(content.get("data"), dict):
            return
        transient = content.get("transient")
        name = transient.get("display_id") if isinstance(transient, dict) else None
        if isinstance(name, str):
            self._display.setdefault(name, []).append(len(self.cells))
        count = {"execution_count": None} if kind == "execute_result" else {}
        data = _texts(content["data"])
        self.cells.append(v4.new_output(kind, data=data, metadata={}, **count))

    def _update(self, content: dict[str, Any]) -> None:
        transient = content.get("transient")
        name = transient.get("display_id") if isinstance(transient, dict) else None
        if not isinstance(name, str) or not isinstance(content.get("data"), dict) or self.is_full:
            return
        for index in self._display.get(name, []):
            self.cells[index].data = NotebookNode(_texts(content["data"]))

    def _clear(self) -> None:
        self.cells.clear()
        self._display.clear()
        self._clear_next = False


class MessageProxy:
    """The client of one kernel."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.client: Any = AsyncKernelClient()
        self.request = ""  # the id of the message that it follows

    async def connect(self, info: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Connect to the kernel and wait until it answers."""
        self.client.load_connection_info({**info, "key": info["key"].encode()})
        self.client.context.setsockopt(zmq.MAXMSGSIZE, _MESSAGE_BYTES)
        self.client.context.setsockopt(zmq.RCVHWM, _MESSAGES_WAITING)
        self.client.start_channels(stdin=False, hb=False, control=False)
        return {"ready": await wait_until_ready(self.client, self._is_awaited, seconds)}

    async def send(
        self, kind: str, content: Mapping[str, Any], limit: int, seconds: float
    ) -> dict[str, Any]:
        """Send one message and follow it."""
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        self.request = message["header"]["msg_id"]
        return await self.follow(limit, seconds)

    async def follow(self, limit: int, seconds: float) -> dict[str, Any]:
        """Collect outputs until the kernel is idle, a limit is exceeded, or the grader gives up."""
        outputs = OutputCollector(limit)
        ending = await self._ending(outputs, time.monotonic() + seconds)
        await self._drain_replies()
        return {"ending": ending, "outputs": outputs.cells}

    async def _ending(self, outputs: OutputCollector, deadline: float) -> Ending:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return Ending.OUT_OF_TIME
            try:
                message = await self.client.get_iopub_msg(timeout=min(left, _POLL_SECONDS))
            except Empty:
                if not await self._is_awaited():
                    return Ending.DIED
                continue
            except Exception:
                continue  # not a message
            if not _is_about(message, self.request):
                continue
            kind, body = message["msg_type"], message["content"]
            if kind == "status" and body.get("execution_state") == "idle":
                return Ending.DONE
            outputs.add(kind, body)
            if outputs.is_full:
                return Ending.TOO_MUCH_OUTPUT

    async def _is_awaited(self) -> bool:
        """Return whether the grader still waits for the reply, that is, has sent nothing since."""
        return not select([self.control], [], [], 0)[0]

    async def _drain_replies(self) -> None:
        """Discard the replies, which are not needed, for a limited time: they may never end."""
        deadline = time.monotonic() + _DRAIN_SECONDS
        while time.monotonic() < deadline and await self.client.shell_channel.msg_ready():
            try:
                await self.client.get_shell_msg(timeout=0)
            except Exception:
                continue  # not a message


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(bundle: dict[str, Any]) -> dict[str, str]:
    """Return a MIME bundle of texts; a value that is not text becomes empty."""
    return {kind: _text(value) for kind, value in bundle.items()}


def _is_about(message: dict[str, Any], request: str) -> bool:
    """Return whether a message is well formed and about a request; student code may forge it."""
    parent, content = message["parent_header"], message["content"]
    is_well_formed = isinstance(parent, dict) and isinstance(content, dict)
    return (
        is_well_formed and isinstance(message["msg_type"], str) and parent.get("msg_id") == request
    )


async def _serve(control: socket.socket) -> None:
    """Serve requests until the other end is closed."""
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
