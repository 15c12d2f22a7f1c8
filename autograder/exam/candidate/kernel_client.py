"""Start, drive and kill the candidate's kernel, with one request at a time.

Student code can forge everything that comes from the kernel. Its frames therefore fill outputs and
say when a cell seems to be over, and nothing else. What the grader reads of them is limited in
bytes and in number, so no candidate can take the grader's memory or time.
"""

import asyncio
import json
import shutil
import socket
import tempfile
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from typing import Any

from nbformat import NotebookNode

from autograder.errors import ExamError
from autograder.exam.candidate.frames import IDLE
from autograder.exam.candidate.outputs import FrameReader, FrameTooLarge, OutputCollector
from autograder.exam.environment import ExamEnvironment
from autograder.sandbox.forkserver.messages import ExitReport, ForkedProcess
from autograder.sandbox.limits import LimitName
from autograder.sandbox.rpc import start_with_socket

START_SECONDS = 120.0
GRACE_SECONDS = 3.0  # for a kernel to become idle after an interrupt
_LAST_SECONDS = 2.0  # for what a kernel wrote before it ended
_KILL_SECONDS = 5.0
_CHECK_SECONDS = 20.0  # for a kernel to answer between two cells, however busy the machine is
# What a candidate may send during one request that is no output of it.
_IGNORED_BYTES, _IGNORED_FRAMES = 64 << 20, 100_000


class Ending(StrEnum):
    """How a request to the kernel ended."""

    DONE = "done"
    """The kernel is idle."""

    OUT_OF_TIME = "out of time"
    """Its time was over."""

    TOO_MUCH_OUTPUT = "too much output"
    """The outputs exceeded their limit."""

    DIED = "died"
    """The kernel has ended, or cannot be stopped except by killing it."""


@dataclass(frozen=True)
class Reply:
    """How a request ended, and the outputs until then."""

    ending: Ending
    outputs: tuple[NotebookNode, ...] = ()

    @property
    def has_error(self) -> bool:
        """Whether the kernel reported an error, as it does if it cannot connect to a test."""
        return any(output.output_type == "error" for output in self.outputs)


class CandidateKernel:
    """One kernel process, forked into a sandbox of its own."""

    def __init__(self, environment: ExamEnvironment) -> None:
        self.environment = environment
        self.home = tempfile.mkdtemp(prefix="home-")
        self.process: ForkedProcess | None = None
        self.connection: socket.socket | None = None
        self.frames: FrameReader | None = None
        self.is_flooded = False  # whether it sent more than the grader reads
        self.ended: ExitReport | None = None
        self._ids = count(1)
        self._request = ""  # the id of the last request

    @property
    def pid(self) -> int | None:
        """The id of its supervisor on this machine; None while it does not run."""
        return self.process.supervisor if self.process is not None else None

    async def start(self) -> None:
        """Start the process and wait until it is ready.

        Raises
        ------
        ExamError
            If it does not start.
        """
        self.process, connection = await asyncio.to_thread(
            start_with_socket,
            self.environment.forkserver(),
            self.environment.candidate_request(self.home),
        )
        connection.setblocking(False)
        self.connection, self.frames = connection, FrameReader(connection)
        reply = await self._follow(0, START_SECONDS)
        if reply.ending is not Ending.DONE:
            message = "The candidate's kernel did not start. Run `autograder doctor`."
            raise ExamError(message)

    async def stop(self) -> None:
        """Kill the process and remove its home."""
        if self.process is not None:
            self.process.kill()
            try:
                await asyncio.wait_for(self.process.wait_async(), _KILL_SECONDS)
            except TimeoutError:
                self.process.close()
            self.ended = self.process.ended
        if self.connection is not None:
            self.connection.close()
        shutil.rmtree(self.home, ignore_errors=True)
        if self.is_flooded and self.ended is not None:
            self.ended = replace(self.ended, limit=LimitName.OUTPUT_BYTES)

    async def interrupt(self) -> None:
        """Interrupt whatever the kernel is doing."""
        if self.process is not None:
            self.process.interrupt()

    async def execute(self, source: str, limit: int, seconds: float) -> Reply:
        """Run a cell of the student's as any Jupyter client would."""
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        reply = await self.request("execute", content, limit, seconds)
        if reply.ending is not Ending.DIED and not await self._is_running():
            return replace(reply, ending=Ending.DIED)
        return reply

    async def _is_running(self) -> bool:
        """Return whether the kernel answers and is within its limits.

        What ends a kernel soon after a cell must not be blamed on the next cell.
        """
        assert self.process is not None
        reply = await self._send_and_follow("ping", {}, 0, _CHECK_SECONDS)
        if reply.ending is not Ending.DONE:
            return False
        try:
            return await asyncio.wait_for(self.process.is_within_limits(), _CHECK_SECONDS)
        except TimeoutError:
            return False

    async def request(
        self, kind: str, content: dict[str, Any], limit: int, seconds: float
    ) -> Reply:
        """Send one request and collect outputs until the kernel is idle or exceeds a limit.

        Parameters
        ----------
        limit
            Characters of output, as JSON.
        """
        reply = await self._send_and_follow(kind, content, limit, seconds)
        if reply.ending in (Ending.OUT_OF_TIME, Ending.TOO_MUCH_OUTPUT):
            await self.interrupt()
            rest = await self._follow(0, GRACE_SECONDS)
            if rest.ending not in (Ending.DONE, Ending.TOO_MUCH_OUTPUT):
                return replace(reply, ending=Ending.DIED)
        return reply

    async def _send_and_follow(
        self, kind: str, content: dict[str, Any], limit: int, seconds: float
    ) -> Reply:
        assert self.connection is not None
        self._request = str(next(self._ids))
        line = json.dumps({"id": self._request, "kind": kind, "content": content}).encode() + b"\n"
        sending = asyncio.get_running_loop().sock_sendall(self.connection, line)
        try:
            await asyncio.wait_for(sending, max(1.0, seconds))
        except (OSError, TimeoutError):  # it does not read, so it cannot be stopped either
            return Reply(Ending.DIED)
        return await self._follow(limit, seconds)

    async def _follow(self, limit: int, seconds: float) -> Reply:
        """Collect outputs until the kernel is idle or has ended, or a limit is exceeded."""
        assert self.process is not None
        outputs = OutputCollector(limit)
        following = asyncio.create_task(self._ending(outputs, seconds))
        kernel_end = asyncio.create_task(self.process.wait_async())
        try:
            await asyncio.wait({following, kernel_end}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():  # its last outputs, and the end of its socket, come soon
                await asyncio.wait({following}, timeout=_LAST_SECONDS)
            ending = following.result() if following.done() else Ending.DIED
            return Reply(ending, tuple(outputs.cells))
        finally:
            for waiting in (following, kernel_end):
                waiting.cancel()
            await asyncio.wait({following, kernel_end})

    async def _ending(self, outputs: OutputCollector, seconds: float) -> Ending:
        assert self.frames is not None
        ignored_bytes = ignored_frames = 0
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                while (frame := await self.frames.read()) is not None:
                    is_current = frame.request == self._request
                    if is_current and frame.kind == IDLE:
                        return Ending.DONE
                    if is_current and outputs.add(frame):
                        if outputs.is_full:
                            return Ending.TOO_MUCH_OUTPUT
                        continue
                    ignored_bytes += frame.size
                    ignored_frames += 1
                    if ignored_bytes > _IGNORED_BYTES or ignored_frames > _IGNORED_FRAMES:
                        self.is_flooded = True
                        return Ending.DIED
                return Ending.DIED
        except TimeoutError:
            return Ending.OUT_OF_TIME
        except FrameTooLarge:
            self.is_flooded = True
            return Ending.DIED
