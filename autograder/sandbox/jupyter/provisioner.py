"""`warm-sandbox`, jupyter_client's way in: kernels that start warm, in a sandbox, within limits.

A kernelspec names it in its metadata (`install_kernelspec` writes one), with these options or
others; then papermill, nbclient and JupyterLab use it like any kernel:

    "kernel_provisioner": {"provisioner_name": "warm-sandbox", "config": {"open_files": 256}}
"""

import asyncio
import contextlib
import math
import shutil
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerBase
from traitlets import Bool, Dict, Float, Int, List, Unicode

from autograder.errors import ExamError
from autograder.sandbox.environment import PASSED_ON, environment
from autograder.sandbox.forkserver.client import shared_forkserver
from autograder.sandbox.forkserver.messages import ExitReport, SpawnRequest
from autograder.sandbox.forkserver.preload import MODULES
from autograder.sandbox.forkserver.process import ForkedProcess
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.socket_dirs import make_socket_dir

_BIND_SECONDS = 10.0
_KILL_SECONDS = 5.0
_DEFAULT = Limits()


class SandboxProvisioner(KernelProvisionerBase):  # type: ignore[misc]
    """Forks kernels from this process' zygote."""

    modules = List(Unicode(), default_value=list(MODULES), config=True, help="what it imports")
    visible = List(Unicode(), config=True, help="files and folders that a kernel may read")
    support = Unicode("", config=True, help="a folder whose entries it sees where it starts")
    devices = List(Unicode(), config=True, help="device files of the GPU that it is given")
    passed_on = List(Unicode(), default_value=list(PASSED_ON), config=True, help="variables' names")
    forkserver_environment = Dict(config=True, help="more variables of the zygote's environment")
    allow_unsandboxed = Bool(False, config=True, help="start even where layers are missing")
    log_file = Unicode("", config=True, help="a file for what a kernel prints outside cells")

    exam_seconds = Float(math.inf, config=True, help="from a kernel's start to its end")
    memory_bytes = Int(_DEFAULT.memory_bytes, config=True, help="with all its processes")
    processes = Int(_DEFAULT.processes, config=True, help="processes and threads")
    scratch_bytes = Int(_DEFAULT.scratch_bytes, config=True, help="in its home and /tmp")
    file_bytes = Int(_DEFAULT.file_bytes, config=True, help="one file")
    open_files = Int(_DEFAULT.open_files, config=True, help="of one process")

    process: ForkedProcess | None = None
    ended: ExitReport | None = None  # how the last one did; set by `wait`
    _home: Path | None = None
    _door: Path | None = None

    @property
    def has_process(self) -> bool:
        """Whether a kernel is being looked after."""
        return self.process is not None

    @property
    def pid(self) -> int | None:
        """The process that looks after the kernel, as this machine numbers it."""
        return self.process.supervisor if self.process is not None else None

    @property
    def limits(self) -> Limits:
        """The limits that this kernel is kept to."""
        return Limits(
            exam_seconds=self.exam_seconds,
            memory_bytes=self.memory_bytes,
            processes=self.processes,
            scratch_bytes=self.scratch_bytes,
            file_bytes=self.file_bytes,
            open_files=self.open_files,
        )

    async def poll(self) -> int | None:
        """Return None while the kernel runs, else its exit status."""
        if self.process is None:
            return 0
        status = self.process.poll()
        self.ended = self.process.ended
        return status

    async def wait(self) -> int | None:
        """Wait until the kernel has ended, and forget it."""
        if self.process is None:
            return 0
        status = await self.process.wait_async()
        self.ended, self.process = self.process.ended, None
        return status

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel's process group; SIGINT interrupts its cell."""
        if self.process is not None and signum != 0:
            self.process.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002
        """Kill the kernel and all its descendants.

        Waits for that too: a manager that finds it alive looks again only after 0.1 s.
        """
        await self.send_signal(signal.SIGKILL)
        if self.process is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait_async(), _KILL_SECONDS)

    async def terminate(self, restart: bool = False) -> None:  # noqa: ARG002
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the kernel's folder, unless another kernel comes to use it."""
        if restart:
            return
        if self.process is not None:
            self.process.close()
            self.process = None
        for folder in filter(None, (self._home, self._door)):
            shutil.rmtree(folder, ignore_errors=True)
        self._home = self._door = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Write the connection file, in a folder that kernel and client share."""
        manager = self.parent
        if self._door is None:
            self._home, self._door = Path(tempfile.mkdtemp(prefix="home-")), make_socket_dir()
            manager.transport = "ipc"
            manager.connection_file = str(self._door / "kernel.json")
            manager.ip = str(self._door / "kernel")
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        command = manager.format_kernel_cmd(extra_arguments=kwargs.pop("extra_arguments", []))
        return dict(await super().pre_launch(cmd=command, **kwargs))

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel and wait until a client can connect to it.

        Raises
        ------
        ExamError
            If the machine lacks a layer of the sandbox, or no zygote comes up.
        """
        home = str(self._home)
        module, arguments = _module_of(cmd)
        wanted = SpawnRequest(
            module=module,
            arguments=tuple(arguments),
            environment=environment(
                home, kwargs.get("env", {}), {*self.passed_on, *self.kernel_spec.env}
            ),
            sandbox=Sandbox(
                home=home,
                visible=tuple(self.visible),
                socket_dirs=(str(self._door),),
                support=self.support or None,
                devices=tuple(self.devices),
            ),
            limits=self.limits,
            allow_unsandboxed=self.allow_unsandboxed,
        )
        forkserver = shared_forkserver(self.modules, self.forkserver_environment)
        self.ended = None
        self.process = await asyncio.to_thread(forkserver.start, wanted, log=self.log_file or None)
        await self._wait_for_sockets()
        return self.connection_info

    async def _wait_for_sockets(self) -> None:
        """Wait until the kernel listens: ZeroMQ tries again only after a tenth of a second."""
        last = Path(f"{self.connection_info['ip']}-{self.connection_info['hb_port']}")
        deadline = time.monotonic() + _BIND_SECONDS
        while not last.exists() and time.monotonic() < deadline and await self.poll() is None:
            await asyncio.sleep(0.005)


def _module_of(command: Sequence[str]) -> tuple[str, list[str]]:
    """Return module and arguments of a kernelspec's command, `python ... -m MODULE ...`."""
    if "-m" not in command[:-1]:
        message = (
            "A warm kernel is a Python module. Expected the kernelspec's argv to be "
            f"`python -m MODULE ...`. Received: {' '.join(command)}"
        )
        raise ExamError(message)
    place = command.index("-m") + 1
    return command[place], list(command[place + 1 :])
