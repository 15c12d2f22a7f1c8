"""Drives the candidate's kernel: one message at a time, its outputs, within its limits.

Everything that comes from the kernel may have been forged by student code: it fills outputs and
says when a cell seems to be over, and nothing else.
"""

import contextlib
import time
from queue import Empty
from typing import Any, Literal

import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from autograder.errors import ExamError
from autograder.exam.outputs import Outputs
from autograder.exam.rooms import Rooms
from autograder.kernels.environment import PYTHON
from autograder.kernels.order import Ended
from autograder.kernels.ready import wait_until_ready

Ending = Literal["done", "time", "dead", "output"]
"""How a message ended: as it should; by a limit, the kernel being at rest again; or for good."""

START_SECONDS = 120.0
GRACE_SECONDS = 3.0
# What waits to be read lies in the grader's memory, which all exams share.
_MESSAGE_BYTES, _MESSAGES_WAITING = 16 << 20, 100
_DRAIN_SECONDS = 1.0
_SILENCE = 0.25  # seconds without a message after which one looks whether the kernel lives

_ARGV = (*PYTHON, "-m", "autograder.exam.kernel", "--HistoryManager.enabled=False", "-f")


class CandidateKernel:
    """One kernel process, warm and in a sandbox that shows it the door of its exam."""

    def __init__(self, rooms: Rooms) -> None:
        self.manager = AsyncKernelManager()
        self.manager._kernel_spec = KernelSpec(
            argv=[*_ARGV, "{connection_file}"],
            language="python",
            metadata={
                "kernel_provisioner": {
                    "provisioner_name": "warm-sandbox",
                    "config": rooms.candidate_options(),
                }
            },
        )
        self.client: Any = None
        self.ended: Ended | None = None

    @property
    def peak_memory(self) -> int:
        """Bytes, of the kernel and all its descendants; known when it has ended."""
        return self.ended.peak_memory if self.ended is not None else 0

    async def start(self) -> None:
        """Start the process and wait until it answers.

        Raises
        ------
        ExamError
            If it does not.
        """
        await self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.context.setsockopt(zmq.MAXMSGSIZE, _MESSAGE_BYTES)
        self.client.context.setsockopt(zmq.RCVHWM, _MESSAGES_WAITING)
        self.client.start_channels()
        if not await wait_until_ready(self.client, self.manager.is_alive, START_SECONDS):
            message = "The candidate's kernel did not start. Run `autograder doctor`."
            raise ExamError(message)

    async def stop(self) -> None:
        """Kill the process and forget it."""
        if self.client is not None:
            self.client.stop_channels()
        provisioner = self.manager.provisioner
        await self.manager.shutdown_kernel(now=True)
        if provisioner is not None:
            self.ended = provisioner.ended

    async def execute(self, source: str, outputs: Outputs, seconds: float) -> Ending:
        """Run a cell of the student's as any Jupyter client would."""
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        return await self.request("execute_request", content, outputs, seconds)

    async def request(
        self, kind: str, content: dict[str, Any], outputs: Outputs, seconds: float
    ) -> Ending:
        """Send one message and collect outputs until the kernel is idle, or a limit is hit."""
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        ending = await self._follow(message["header"]["msg_id"], outputs, seconds)
        if ending in ("time", "output"):
            await self.manager.interrupt_kernel()
            rest = await self._follow(message["header"]["msg_id"], Outputs(0), GRACE_SECONDS)
            ending = ending if rest in ("done", "output") else "dead"
        await self._drain_replies()
        return ending

    async def _follow(self, request: str, outputs: Outputs, seconds: float) -> Ending:
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return "time"
            try:
                message = await self.client.get_iopub_msg(timeout=min(left, _SILENCE))
            except Empty:
                if not await self.manager.is_alive():
                    return "dead"
                continue
            except Exception:
                continue
            if not _is_about(message, request):
                continue
            kind, body = message["msg_type"], message["content"]
            if kind == "status" and body.get("execution_state") == "idle":
                return "done"
            outputs.take(kind, body)
            if outputs.is_full:
                return "output"

    async def _drain_replies(self) -> None:
        """Forget the replies, which say nothing that is needed; their stream may never end."""
        deadline = time.monotonic() + _DRAIN_SECONDS
        with contextlib.suppress(Exception):
            while time.monotonic() < deadline and await self.client.shell_channel.msg_ready():
                await self.client.get_shell_msg(timeout=0)


def _is_about(message: dict[str, Any], request: str) -> bool:
    """Tell whether a message is well formed and about a request; it may be student code's."""
    parent, content = message["parent_header"], message["content"]
    is_well_formed = isinstance(parent, dict) and isinstance(content, dict)
    return (
        is_well_formed and isinstance(message["msg_type"], str) and parent.get("msg_id") == request
    )
