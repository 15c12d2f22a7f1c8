"""Start a fork server when it is needed, and processes that are forked from it.

forkserver = shared_forkserver()
process = forkserver.start(SpawnRequest(module="autograder.exam.candidate.kernel", ...))
process.interrupt(); process.poll(); process.kill(); process.ended.peak_memory
"""

import asyncio
import atexit
import functools
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from select import select
from typing import Any, Self

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from autograder.errors import ExamError
from autograder.sandbox.environment import environment
from autograder.sandbox.forkserver import messages
from autograder.sandbox.forkserver.messages import ExitReport, SpawnRequest
from autograder.sandbox.forkserver.preload import MODULES

IMPORT_SECONDS = 300.0
LOG_NAME = "log"
_FORK_SECONDS = 60.0
_LOG_TAIL_BYTES, _LOG_TAIL_LINES = 8 << 10, 20

_log = logging.getLogger("autograder.sandbox.forkserver")


class _ForkFailed(ExamError):
    """The fork server, or the process that it forked, ended without an answer."""


class ForkedProcess:
    """A process forked from a fork server; closing its control socket ends it."""

    def __init__(self, control_socket: socket.socket, supervisor: int) -> None:
        self.control_socket, self.supervisor = control_socket, supervisor
        self.ended: ExitReport | None = None

    def poll(self) -> int | None:
        """Return the exit status, as `subprocess.Popen.poll` does; None while it runs."""
        while self.ended is None and select([self.control_socket], [], [], 0)[0]:
            self._receive()
        return self.ended.status if self.ended is not None else None

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait until it has ended; return its status, or None if that takes longer."""
        if self.ended is None and select([self.control_socket], [], [], seconds)[0]:
            self._receive()
        return self.ended.status if self.ended is not None else None

    async def wait_async(self) -> int:
        """Wait until it has ended, in an event loop; return its status."""
        while (status := self.poll()) is None:
            await _readable(self.control_socket)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to its process group; SIGKILL goes to all its descendants."""
        if self.poll() is None:
            try:
                messages.send(self.control_socket, {"signal": int(number)})
            except OSError:
                self._end(ExitReport(-signal.SIGKILL))

    def interrupt(self) -> None:
        """Interrupt what it is doing, as Ctrl-C would."""
        self.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill it and all its descendants; `wait` then returns its status."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Close the control socket: if the process still runs, it ends."""
        self.control_socket.close()
        if self.ended is None:
            self.ended = ExitReport(-signal.SIGKILL)

    def _receive(self) -> None:
        message, _ = messages.receive(self.control_socket)
        if message is None:  # the supervisor was killed from outside, and all its processes too
            self._end(ExitReport(-signal.SIGKILL))
        elif "ended" in message:
            self._end(ExitReport.from_json(message["ended"]))

    def _end(self, ended: ExitReport) -> None:
        self.ended = ended
        self.control_socket.close()
        _log.debug(
            "process %d ended with status %d, limit: %s, peak memory: %d bytes, CPU: %.3f s",
            self.supervisor,
            ended.status,
            ended.limit,
            ended.peak_memory,
            ended.cpu_seconds,
        )
        if ended.limit is not None:
            _log.info("process %d was stopped by the limit %s", self.supervisor, ended.limit)


class ForkServer:
    """Starts a fork server when it is first needed, and another one when that has died."""

    def __init__(
        self,
        modules: Sequence[str] = MODULES,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.modules = tuple(modules)
        self.environment = dict(environment or {})
        self.missing: dict[str, str] = {}  # modules that could not be imported, and why
        self.process: subprocess.Popen[bytes] | None = None
        self.folder = ""
        self._lifeline: socket.socket | None = None  # the fork server ends when this is closed
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm_up(self) -> None:
        """Start the fork server, unless it runs; return when it has imported everything.

        Raises
        ------
        ExamError
            If it does not start.
        """
        if sys.platform != "linux":
            message = "Sandboxed kernels need Linux. `autograder doctor` lists what is missing."
            raise ExamError(message)
        self._ensure_running()

    def start(
        self, request: SpawnRequest, *, log: str | None = None, control: int | None = None
    ) -> ForkedProcess:
        """Fork a process.

        Parameters
        ----------
        log : a file to which its standard output and error are appended; discarded if None
        control : an open file that becomes its file 3

        Raises
        ------
        ExamError
            If the fork server does not start, or the sandbox cannot be made.
        """
        twice = Retrying(
            retry=retry_if_exception_type(_ForkFailed),
            stop=stop_after_attempt(2),
            reraise=True,
        )
        with open(os.devnull, "rb") as nothing, open(log or os.devnull, "ab") as output:  # noqa: PTH123
            files = [nothing.fileno(), output.fileno(), output.fileno()]
            files += [control] if control is not None else []
            try:
                process = twice(self._fork, request, files)
            except _ForkFailed as error:
                message = f"No process was started in two tries. Is there enough memory? {error}"
                raise ExamError(message) from error
        _log.debug("process %d runs %s", process.supervisor, request.module)
        return process

    def close(self) -> None:
        """End the fork server, and with it every process forked from it."""
        with self._lock:
            self._close()

    def _ensure_running(self) -> tuple["subprocess.Popen[bytes]", str]:
        """Return the running fork server and its folder; see `warm_up`."""
        with self._lock:
            if self.process is not None and self.process.poll() is not None:
                _log.warning("%s", _describe(self.process, self.folder, "The fork server died"))
                self._close()
            if self.process is None:
                self._begin()
            assert self.process is not None
            return self.process, self.folder

    def _fork(self, request: SpawnRequest, files: Sequence[int]) -> ForkedProcess:
        """Return the process that the fork server forks.

        Raises
        ------
        _ForkFailed
            If the fork server, or the process, ends meanwhile.
        """
        server, folder = self._ensure_running()
        control_socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control_socket.settimeout(_FORK_SECONDS)
        try:
            control_socket.connect(f"{folder}/{messages.SOCKET_NAME}")
            messages.send(control_socket, request.to_json(), files)
            supervisor = _wait_until_forked(control_socket)
        except (ConnectionError, FileNotFoundError) as error:
            control_socket.close()
            _end(server)
            raise _ForkFailed(_describe(server, folder, "The fork server died")) from error
        except (OSError, ExamError):
            control_socket.close()
            raise
        if supervisor is None:
            control_socket.close()
            has_ended = _ends_soon(server)  # else its supervisor has, killed from outside
            what = "The fork server died" if has_ended else "The process ended before it was ready"
            raise _ForkFailed(_describe(server, folder, what))
        control_socket.settimeout(None)
        return ForkedProcess(control_socket, supervisor)

    def _begin(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="forkserver-")  # 0700
        self._lifeline, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, Path(self.folder, LOG_NAME).open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-s", "-m", "autograder.sandbox.forkserver.server"),
                    *(self.folder, str(theirs.fileno()), *self.modules),
                ],
                pass_fds=[theirs.fileno()],
                cwd=self.folder,
                env=_environment(self.folder) | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._lifeline.settimeout(IMPORT_SECONDS)
        try:
            hello = self._lifeline.recv(1 << 16)
        except TimeoutError:
            hello = b""
        if not hello:
            _end(self.process)
            message = (
                f"{_describe(self.process, self.folder, 'The fork server did not start')}\n"
                f"Expected it to import {', '.join(self.modules)}."
            )
            self._close()
            _log.error("%s", message)
            raise ExamError(message)
        self.missing = json.loads(hello)["missing"]
        _log.info("fork server %d has started", self.process.pid)
        for name, reason in self.missing.items():
            _log.warning("the fork server could not import %s: %s", name, reason)

    def _close(self) -> None:
        if self._lifeline is not None:
            self._lifeline.close()
        if self.process is not None:
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            _log.info("fork server %d has ended", self.process.pid)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.process, self._lifeline, self.folder = None, None, ""


def shared_forkserver(
    modules: Sequence[str] = MODULES, environment: Mapping[str, str] | None = None
) -> ForkServer:
    """Return this process' fork server for these modules; it ends with this process."""
    return _shared(tuple(modules), tuple(sorted((environment or {}).items())))


@functools.cache
def _shared(modules: tuple[str, ...], environment: tuple[tuple[str, str], ...]) -> ForkServer:
    forkserver = ForkServer(modules, dict(environment))
    atexit.register(forkserver.close)
    return forkserver


def _environment(folder: str) -> dict[str, str]:
    """Return the fork server's environment, which its forks can read."""
    fonts = os.environ.get("MPLCONFIGDIR") or str(Path.home() / ".cache" / "matplotlib")
    return {
        **environment(folder),
        "MPLCONFIGDIR": fonts,
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _ends_soon(server: "subprocess.Popen[bytes]") -> bool:
    """Wait a moment for the end of a fork server; return whether it has ended."""
    try:
        server.wait(1)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(server: "subprocess.Popen[bytes]") -> None:
    """Wait a moment for the end of a fork server that does not answer, then kill it."""
    if not _ends_soon(server):
        server.kill()
        server.wait()


def _describe(server: "subprocess.Popen[bytes]", folder: str, what: str) -> str:
    """Return a sentence about a fork server, with its exit status and the end of its log."""
    status = server.poll()
    text = f"{what}." if status is None else f"{what} (exit status {status})."
    lines = _last_lines(Path(folder, LOG_NAME))
    return f"{text} The end of its log:\n{lines}" if lines else f"{text} Its log is empty."


def _wait_until_forked(control_socket: socket.socket) -> int | None:
    """Return the process id of the supervisor, once its process is in the sandbox.

    None if the connection is closed before that.

    Raises
    ------
    ExamError
        If the fork server refuses, or the process ends before that.
    """
    supervisor = 0
    while True:
        message, _ = messages.receive(control_socket)
        if message is None:
            return None
        supervisor = int(message.get("supervisor", supervisor))
        if "ready" in message:
            return supervisor
        _raise_if_refused(message)


def _raise_if_refused(message: Mapping[str, Any]) -> None:
    if "refused" in message:
        text = f"No process was started: {message['refused']}"
        raise ExamError(text)
    if "ended" in message:
        text = "No process was started: it ended before its sandbox was made."
        raise ExamError(text)


def _last_lines(path: Path) -> str:
    """Return the last lines of a log that may be large; an empty string if it does not exist."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - _LOG_TAIL_BYTES))
            text = log.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-_LOG_TAIL_LINES:])


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def _readable(connection: socket.socket) -> None:
    """Wait until there is something to read."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection, _settle, ready)
    try:
        await ready
    finally:
        loop.remove_reader(connection)
