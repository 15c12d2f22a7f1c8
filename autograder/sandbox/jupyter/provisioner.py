"""Provide `warm-sandbox` kernels to jupyter_client: forked, in a sandbox, with limits.

A kernelspec names this provisioner in its metadata (`install_kernelspec` writes one), with options.
Then papermill, nbclient and JupyterLab use it like any kernel:

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
from traitlets import Bool, Float, Int, List, Unicode

from autograder.errors import ExamError
from autograder.sandbox.environment import PASSED_ON, TERMINALS, environment, make_socket_dir
from autograder.sandbox.forkserver.client import shared_forkserver
from autograder.sandbox.forkserver.messages import ExitReport, ForkedProcess, SpawnRequest
from autograder.sandbox.forkserver.preload import MODULES
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.limits import SANDBOX_LIMITS, LimitName, Limits

_BIND_SECONDS = 10.0
_KILL_SECONDS = 5.0


def _limit_traits() -> dict[str, Any]:
    """Return one option for each limit of the sandbox.

    The time of a kernel has no limit by default: a person may use it.
    """
    traits = {int: Int, float: Float}
    defaults = {limit.name: limit.default for limit in SANDBOX_LIMITS}
    defaults[LimitName.EXAM_SECONDS] = math.inf
    return {
        limit.name.value: traits[limit.type](
            defaults[limit.name], config=True, help=f"{limit.help} ({limit.unit})"
        )
        for limit in SANDBOX_LIMITS
    }


_LimitedProvisioner: Any = type(KernelProvisionerBase)(
    "_LimitedProvisioner", (KernelProvisionerBase,), _limit_traits()
)


class SandboxProvisioner(_LimitedProvisioner):  # type: ignore[misc]
    """Forks kernels from this process' fork server. The limits of the sandbox are options too."""

    modules = List(
        Unicode(),
        default_value=list(MODULES),
        config=True,
        help="modules that the fork server imports",
    )
    visible = List(Unicode(), config=True, help="files and folders that a kernel may read")
    support = Unicode("", config=True, help="a folder whose entries appear in a kernel's home")
    devices = List(Unicode(), config=True, help="device files of the GPU that a kernel may use")
    cores = List(Int(), config=True, help="numbers of the only cores that a kernel may use")
    passed_on = List(
        Unicode(),
        default_value=list(PASSED_ON),
        config=True,
        help="names of the environment variables that a kernel gets, if they are set",
    )
    allow_unsandboxed = Bool(
        False, config=True, help="start even if layers of the sandbox are missing"
    )
    log_file = Unicode("", config=True, help="a file for what a kernel prints outside cells")

    process: ForkedProcess | None = None
    ended: ExitReport | None = None  # of the last kernel; set by `wait` and `poll`
    _home: Path | None = None
    _socket_dir: Path | None = None

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel."""
        return self.process is not None

    @property
    def pid(self) -> int | None:
        """The id of the kernel's supervisor on this machine."""
        return self.process.supervisor if self.process is not None else None

    @property
    def limits(self) -> Limits:
        """The limits of this kernel."""
        return Limits(**{limit.name: getattr(self, limit.name) for limit in SANDBOX_LIMITS})

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

        Returns when they have ended: a manager that finds it alive polls again only after 0.1 s.
        """
        await self.send_signal(signal.SIGKILL)
        if self.process is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait_async(), _KILL_SECONDS)

    async def terminate(self, restart: bool = False) -> None:  # noqa: ARG002
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the kernel's folders, unless the kernel is restarted."""
        if restart:
            return
        if self.process is not None:
            self.process.close()
            self.process = None
        for folder in filter(None, (self._home, self._socket_dir)):
            shutil.rmtree(folder, ignore_errors=True)
        self._home = self._socket_dir = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Write the connection file in a folder that kernel and client share."""
        manager = self.parent
        if self._socket_dir is None:
            self._home, self._socket_dir = Path(tempfile.mkdtemp(prefix="home-")), make_socket_dir()
            manager.transport = "ipc"
            manager.connection_file = str(self._socket_dir / "kernel.json")
            manager.ip = str(self._socket_dir / "kernel")
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        command = manager.format_kernel_cmd(extra_arguments=kwargs.pop("extra_arguments", []))
        return dict(await super().pre_launch(cmd=command, **kwargs))

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel and wait until a client can connect to it.

        Raises
        ------
        ExamError
            If the machine lacks a layer of the sandbox, or the fork server does not start.
        """
        home = str(self._home)
        module, arguments = _module_of(cmd)
        request = SpawnRequest(
            module=module,
            arguments=tuple(arguments),
            environment=environment(
                home, kwargs.get("env", {}), {*self.passed_on, *self.kernel_spec.env}
            ),
            sandbox=Sandbox(
                home=home,
                visible=tuple(self.visible),
                socket_dirs=(str(self._socket_dir),),
                support=self.support or None,
                devices=tuple(self.devices),
                terminals=TERMINALS,
            ),
            limits=self.limits,
            cores=tuple(self.cores),
            allow_unsandboxed=self.allow_unsandboxed,
        )
        forkserver = shared_forkserver(self.modules)
        self.ended = None
        self.process = await asyncio.to_thread(forkserver.start, request, log=self.log_file or None)
        await self._wait_for_sockets()
        return self.connection_info

    async def _wait_for_sockets(self) -> None:
        """Wait until the kernel listens: ZeroMQ connects again only after a tenth of a second."""
        last = Path(f"{self.connection_info['ip']}-{self.connection_info['hb_port']}")
        deadline = time.monotonic() + _BIND_SECONDS
        while not last.exists() and time.monotonic() < deadline and await self.poll() is None:
            await asyncio.sleep(0.005)


def _module_of(command: Sequence[str]) -> tuple[str, list[str]]:
    """Return module and arguments of a kernelspec's command, `python ... -m MODULE ...`."""
    if "-m" not in command[:-1]:
        message = (
            "A sandboxed kernel is a Python module. Expected the kernelspec's argv to be "
            f"`python -m MODULE ...`. Received: {' '.join(command)}"
        )
        raise ExamError(message)
    index = command.index("-m") + 1
    return command[index], list(command[index + 1 :])
