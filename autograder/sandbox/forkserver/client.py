"""A zygote that is there when it is needed, for whoever wants a process forked from it.

zygote = shared_zygote()
process = zygote.start(Order(module="autograder.exam.candidate.kernel", ...))
process.interrupt(); process.poll(); process.kill(); process.ended.peak_memory
"""

import atexit
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from autograder.errors import ExamError
from autograder.sandbox.environment import environment
from autograder.sandbox.forkserver import messages as order
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.forkserver.preload import MODULES
from autograder.sandbox.forkserver.process import ForkedProcess

IMPORT_SECONDS = 300.0
_FORK_SECONDS = 60.0


class ForkServer:
    """Starts a zygote when it is first needed, and another one when that has died."""

    def __init__(
        self,
        modules: Sequence[str] = MODULES,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.modules = tuple(modules)
        self.environment = dict(environment or {})
        self.missing: dict[str, str] = {}  # modules that could not be imported, and why
        self.process: subprocess.Popen[bytes] | None = None
        self._life: socket.socket | None = None
        self._folder = ""
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm_up(self) -> None:
        """Start the zygote, unless it runs; return when it has imported everything.

        Raises
        ------
        ExamError
            If it does not come up.
        """
        if sys.platform != "linux":
            message = (
                "Warm, sandboxed kernels need Linux. `autograder doctor` says what is missing."
            )
            raise ExamError(message)
        with self._lock:
            if self.process is None or self.process.poll() is not None:
                self._close()
                self._begin()

    def start(
        self, wanted: SpawnRequest, *, log: str | None = None, control: int | None = None
    ) -> ForkedProcess:
        """Fork a process.

        Parameters
        ----------
        log : a file to which its standard output and error are appended; nowhere where None
        control : an open file that becomes its file 3

        Raises
        ------
        ExamError
            If the zygote does not come up, or the sandbox cannot be made.
        """
        with open(os.devnull, "rb") as nothing, open(log or os.devnull, "ab") as lines:  # noqa: PTH123
            files = [nothing.fileno(), lines.fileno(), lines.fileno()]
            files += [control] if control is not None else []
            for _ in range(2):
                self.warm_up()
                process = self._ask(wanted, files)
                if process is not None:
                    return process
        message = "The zygote, from which kernels are forked, died twice. Is there enough memory?"
        raise ExamError(message)

    def close(self) -> None:
        """End the zygote, and with it every process forked from it."""
        with self._lock:
            self._close()

    def _ask(self, wanted: SpawnRequest, files: Sequence[int]) -> ForkedProcess | None:
        """Return the process, or None when the zygote is gone."""
        control_socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control_socket.settimeout(_FORK_SECONDS)
        supervisor = 0
        try:
            control_socket.connect(f"{self._folder}/door")
            order.send(control_socket, wanted.to_json(), files)
            while True:
                message, _ = order.receive(control_socket)
                if message is None:
                    control_socket.close()
                    return None
                supervisor = message.get("supervisor", supervisor)
                if "ready" in message:
                    break
                _raise_if_refused(message)
        except (ConnectionError, FileNotFoundError):
            control_socket.close()
            self._forget_dead()
            return None
        except (OSError, ExamError):
            control_socket.close()
            raise
        control_socket.settimeout(None)
        return ForkedProcess(control_socket, supervisor)

    def _begin(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="zygote-")  # 0700
        self._life, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-s", "-m", "autograder.sandbox.forkserver.server"),
                    *(self._folder, str(theirs.fileno()), *self.modules),
                ],
                pass_fds=[theirs.fileno()],
                cwd=self._folder,
                env=_environment(self._folder) | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._life.settimeout(IMPORT_SECONDS)
        hello = self._life.recv(1 << 16)
        if not hello:
            self._close()
            message = (
                "The zygote, from which kernels are forked, did not start. Expected it to import "
                f"{', '.join(self.modules)}. Try `python -m autograder.sandbox.forkserver.server` by hand."
            )
            raise ExamError(message)
        self.missing = json.loads(hello)["missing"]

    def _forget_dead(self) -> None:
        """Wait a moment for the end of a zygote that no longer answers."""
        deadline = time.monotonic() + 1
        while self.process is not None and self.process.poll() is None:
            if time.monotonic() > deadline:
                self.process.kill()
            time.sleep(0.01)

    def _close(self) -> None:
        if self._life is not None:
            self._life.close()
        if self.process is not None:
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        self.process, self._life, self._folder = None, None, ""


def shared_forkserver(
    modules: Sequence[str] = MODULES, environment: Mapping[str, str] | None = None
) -> ForkServer:
    """Return this process' zygote for these modules; it ends with this process."""
    return _shared(tuple(modules), tuple(sorted((environment or {}).items())))


@functools.cache
def _shared(modules: tuple[str, ...], environment: tuple[tuple[str, str], ...]) -> ForkServer:
    forkserver = ForkServer(modules, dict(environment))
    atexit.register(forkserver.close)
    return forkserver


def _environment(folder: str) -> dict[str, str]:
    """Return the zygote's environment, which its forks can read."""
    fonts = os.environ.get("MPLCONFIGDIR") or str(Path.home() / ".cache" / "matplotlib")
    return {
        **environment(folder),
        "MPLCONFIGDIR": fonts,
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _raise_if_refused(message: Mapping[str, Any]) -> None:
    if "refused" in message:
        text = f"No kernel was started: {message['refused']}"
        raise ExamError(text)
    if "ended" in message:
        text = "No kernel was started: the process ended before its sandbox was made."
        raise ExamError(text)
