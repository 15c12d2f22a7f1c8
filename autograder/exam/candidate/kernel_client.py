"""Start, drive and kill the candidate's kernel, with one message at a time.

The messages themselves go through the message proxy, a separate process; its module says why.
"""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode, from_dict

from autograder.errors import ExamError
from autograder.exam.candidate.message_proxy import Ending
from autograder.exam.environment import ExamEnvironment
from autograder.sandbox.environment import PYTHON
from autograder.sandbox.forkserver.messages import ExitReport
from autograder.sandbox.limits import LimitName
from autograder.sandbox.rpc import RpcProcess

START_SECONDS = 120.0
GRACE_SECONDS = 3.0  # for a kernel to become idle after an interrupt
_GIVE_UP_SECONDS = 2.0  # for the message proxy to reply after "give up"
_LATE_SECONDS = 10.0  # beyond the limit of a message, after which the proxy is given up

_ARGV = (*PYTHON, "-m", "autograder.exam.candidate.kernel", "--HistoryManager.enabled=False", "-f")


@dataclass(frozen=True)
class Reply:
    """How a message ended, and the outputs until then."""

    ending: Ending
    outputs: tuple[NotebookNode, ...] = ()


class CandidateKernel:
    """One kernel process, forked into a sandbox that contains the socket directory of its exam."""

    def __init__(self, environment: ExamEnvironment) -> None:
        self.environment = environment
        self.manager = AsyncKernelManager()
        self.manager._kernel_spec = KernelSpec(
            argv=[*_ARGV, "{connection_file}"],
            language="python",
            env=dict(environment.slot.environment),
            metadata={
                "kernel_provisioner": {
                    "provisioner_name": "warm-sandbox",
                    "config": environment.candidate_options(),
                }
            },
        )
        self.message_proxy: RpcProcess | None = None
        self.ended: ExitReport | None = None
        self.is_flooded = False  # whether its messages exceeded the memory of the message proxy

    @property
    def pid(self) -> int | None:
        """The id of its supervisor on this machine; None while it does not run."""
        return self.manager.provisioner.pid if self.manager.provisioner is not None else None

    async def start(self) -> None:
        """Start the process and wait until it answers.

        Raises
        ------
        ExamError
            If it does not.
        """
        await self.manager.start_kernel()
        info = self.manager.get_connection_info()
        socket_dir = Path(self.manager.connection_file).parent
        self.message_proxy = RpcProcess(
            self.environment.forkserver(), self.environment.message_proxy_request(socket_dir)
        )
        await self.message_proxy.start(START_SECONDS)
        task = {"do": "connect", "info": {**info, "key": info["key"].decode()}}
        answer = await self._ask({**task, "seconds": START_SECONDS}, START_SECONDS)
        if answer is None or not answer["ready"]:
            message = "The candidate's kernel did not start. Run `autograder doctor`."
            raise ExamError(message)

    async def stop(self) -> None:
        """Kill the process and remove its files."""
        if self.message_proxy is not None:
            await self.message_proxy.stop()
        provisioner = self.manager.provisioner
        await self.manager.shutdown_kernel(now=True)
        if provisioner is not None:
            self.ended = provisioner.ended
        if self.is_flooded and self.ended is not None:
            self.ended = replace(self.ended, limit=LimitName.OUTPUT_BYTES)

    async def interrupt(self) -> None:
        """Interrupt whatever the kernel is doing."""
        await self.manager.interrupt_kernel()

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
        return await self.request("execute_request", content, limit, seconds)

    async def request(
        self, kind: str, content: dict[str, Any], limit: int, seconds: float
    ) -> Reply:
        """Send one message and collect outputs until the kernel is idle or exceeds a limit.

        Parameters
        ----------
        limit
            Bytes of output.
        """
        task = {"do": "request", "kind": kind, "content": content}
        reply = await self._follow(task, limit, seconds)
        if reply.ending in (Ending.OUT_OF_TIME, Ending.TOO_MUCH_OUTPUT):
            await self.interrupt()
            rest = await self._follow({"do": "follow"}, 0, GRACE_SECONDS)
            if rest.ending not in (Ending.DONE, Ending.TOO_MUCH_OUTPUT):
                return replace(reply, ending=Ending.DIED)
        return reply

    async def _follow(self, task: dict[str, Any], limit: int, seconds: float) -> Reply:
        answer = await self._ask({**task, "limit": limit, "seconds": seconds}, seconds)
        if answer is None:
            return Reply(Ending.DIED)
        outputs = tuple(from_dict(output) for output in answer["outputs"])
        return Reply(Ending(answer["ending"]), outputs)

    async def _ask(self, task: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """Send a request to the message proxy and return its reply; None if it has ended.

        If the kernel ends first, the proxy is asked to give up.
        """
        assert self.message_proxy is not None
        process = self.manager.provisioner.process
        if process is None:
            return None
        self.message_proxy.send(task)
        receiving = asyncio.create_task(self.message_proxy.receive(seconds + _LATE_SECONDS))
        kernel_end = asyncio.create_task(process.wait_async())
        try:
            await asyncio.wait({receiving, kernel_end}, return_when=asyncio.FIRST_COMPLETED)
            if not receiving.done():
                self.message_proxy.send({"do": "give up"})
                await asyncio.wait({receiving}, timeout=_GIVE_UP_SECONDS)
            answer = receiving.result() if receiving.done() else None
            self.is_flooded = answer is None and process.poll() is None
            return answer
        finally:
            for waiting in (receiving, kernel_end):
                waiting.cancel()
