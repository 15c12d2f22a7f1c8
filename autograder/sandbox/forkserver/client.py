"""Start processes that are forked from a fork server, which is found or started when it is needed.

forkserver = shared_forkserver()
process = forkserver.start(SpawnRequest(module="autograder.exam.candidate.kernel", ...))
process.interrupt(); process.poll(); process.kill(); process.ended.peak_memory
"""

import atexit
import functools
import logging
import os
import secrets
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from autograder.errors import ExamError, UsageError
from autograder.fingerprint import forkserver_key
from autograder.sandbox.environment import PASSED_ON, environment
from autograder.sandbox.forkserver import folders, messages
from autograder.sandbox.forkserver.messages import ForkedProcess, SpawnRequest, wait_until_forked
from autograder.sandbox.forkserver.preload import MODULES
from autograder.sandbox.forkserver.running import RunningServer, find_or_start

IMPORT_SECONDS = 300.0
IDLE_SECONDS = 600.0
IDLE_VARIABLE = "AUTOGRADER_IDLE_SECONDS"
"""The environment variable that replaces `IDLE_SECONDS`."""

_FORK_SECONDS = 60.0
# What a course is to read is for its exams, not for the fork server, which other courses use too.
_PASSED_ON = tuple(name for name in PASSED_ON if name != "DLCOURSE_DATA")

_log = logging.getLogger("autograder.sandbox.forkserver")


class _ForkFailed(ExamError):
    """The fork server, or the process that it forked, ended without an answer."""


class ForkServer:
    """Finds or starts a fork server when one is first needed, and again when that has ended.

    modules        what it imports
    environment    variables that it gets in addition to the usual ones
    idle_seconds   how long it stays when no command needs it, for the next one; 0: it is this
                   process's own, and ends with it
    """

    def __init__(
        self,
        modules: Sequence[str] = MODULES,
        environment: Mapping[str, str] | None = None,
        idle_seconds: float = 0.0,
    ) -> None:
        self.modules = tuple(modules)
        self.environment = dict(environment or {})
        self.idle_seconds = idle_seconds
        self.process: RunningServer | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def missing(self) -> Mapping[str, str]:
        """The modules that could not be imported, and why."""
        return self.process.missing if self.process is not None else {}

    @property
    def folder(self) -> str:
        """The folder with its socket and its log; an empty string if none runs."""
        return str(self.process.folder) if self.process is not None else ""

    def warm_up(self) -> None:
        """Find or start the fork server; return when it has imported everything.

        Raises
        ------
        ExamError
            If it does not start.
        """
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
        """Do without the fork server: if it is this process's own, it ends with all its forks."""
        with self._lock:
            self._close()

    def _ensure_running(self) -> RunningServer:
        """Return the running fork server; see `warm_up`."""
        if sys.platform != "linux":
            message = "Sandboxed kernels need Linux. `autograder doctor` lists what is missing."
            raise ExamError(message)
        with self._lock:
            if self.process is not None and self.process.has_ended():
                if folders.was_killed(self.process.folder):
                    _log.warning("%s", self.process.describe("The fork server died"))
                else:  # it was stopped, or a file that it had imported was changed
                    _log.info("fork server %d has ended", self.process.pid)
                self._close()
            if self.process is None:
                self.process = find_or_start(
                    self._key(),
                    self.modules,
                    self._variables(),
                    idle_seconds=self.idle_seconds,
                    import_seconds=IMPORT_SECONDS,
                )
            return self.process

    def _key(self) -> str:
        if self.idle_seconds == 0:
            return secrets.token_hex(8)  # no other command finds it
        return forkserver_key(self.modules, self._variables())

    def _variables(self) -> dict[str, str]:
        """Return the fork server's environment variables, which its forks can read."""
        fonts = os.environ.get("MPLCONFIGDIR") or str(Path.home() / ".cache" / "matplotlib")
        return {
            **environment("", names=_PASSED_ON),
            "MPLCONFIGDIR": fonts,
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            **self.environment,
        }

    def _fork(self, request: SpawnRequest, files: Sequence[int]) -> ForkedProcess:
        """Return the process that the fork server forks.

        Raises
        ------
        _ForkFailed
            If the fork server, or the process, ends meanwhile.
        """
        server = self._ensure_running()
        control_socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control_socket.settimeout(_FORK_SECONDS)
        try:
            control_socket.connect(str(server.folder / folders.SOCKET_NAME))
            messages.send(control_socket, request.to_json(), files)
            supervisor = wait_until_forked(control_socket)
        except (ConnectionError, FileNotFoundError) as error:
            control_socket.close()
            server.give_up()
            raise _ForkFailed(server.describe("The fork server died")) from error
        except (OSError, ExamError):
            control_socket.close()
            raise
        if supervisor is None:
            control_socket.close()
            has_ended = server.has_ended(1.0)  # else its supervisor has, killed from outside
            what = "The fork server died" if has_ended else "The process ended before it was ready"
            raise _ForkFailed(server.describe(what))
        control_socket.settimeout(None)
        return ForkedProcess(control_socket, supervisor)

    def _close(self) -> None:
        if self.process is not None:
            self.process.close()
            self.process = None


def shared_forkserver(modules: Sequence[str] = MODULES) -> ForkServer:
    """Return the fork server for these modules, which other commands of this user share.

    It stays for `idle_seconds()` after the last command that used it.
    """
    return _shared(tuple(modules))


def idle_seconds() -> float:
    """Return how long a fork server stays without a command: AUTOGRADER_IDLE_SECONDS, or 600.

    Raises
    ------
    UsageError
        If the variable is not a number of seconds.
    """
    value = os.environ.get(IDLE_VARIABLE)
    try:
        seconds = IDLE_SECONDS if value is None else float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        message = (
            f"{IDLE_VARIABLE} is {value!r}. Expected a number of seconds; with 0, no fork server "
            "stays after its command."
        )
        raise UsageError(message)
    return seconds


@functools.cache
def _shared(modules: tuple[str, ...]) -> ForkServer:
    forkserver = ForkServer(modules, idle_seconds=idle_seconds())
    atexit.register(forkserver.close)
    return forkserver
