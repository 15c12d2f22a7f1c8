"""Start a fork server, find one that runs already, describe it, or end it."""

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from select import select
from typing import Any

from autograder.errors import ExamError
from autograder.sandbox.forkserver import folders, messages
from autograder.sandbox.forkserver.messages import ClientRequest

_ANSWER_SECONDS = 30.0  # a fork server that does not answer by then is killed
_POLL_SECONDS = 0.02
_LOG_TAIL_BYTES, _LOG_TAIL_LINES = 8 << 10, 20

_log = logging.getLogger("autograder.sandbox.forkserver")


@dataclass(frozen=True)
class RunningServer:
    """A fork server that runs, and the connection that makes this process its client.

    child   its process, if it ends with this one
    """

    pid: int
    folder: Path
    missing: Mapping[str, str]
    connection: socket.socket
    child: "subprocess.Popen[bytes] | None" = None

    def has_ended(self, seconds: float = 0.0) -> bool:
        """Wait for its end at most so long; return whether it has ended, or takes no clients."""
        if self.child is None:
            return bool(select([self.connection], [], [], seconds)[0])
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def describe(self, what: str) -> str:
        """Return a sentence about it, with its exit status and the end of its log."""
        return describe(what, self.child.poll() if self.child is not None else None, self.folder)

    def give_up(self) -> None:
        """Wait a moment for the end of a fork server that does not answer, then kill it."""
        if not self.has_ended(1.0) and self.child is not None:
            self.child.kill()
            self.child.wait()

    def close(self) -> None:
        """Stop being its client; it ends if it is this process's own."""
        self.connection.close()
        if self.child is None:
            return
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        _log.info("fork server %d has ended", self.pid)
        shutil.rmtree(self.folder, ignore_errors=True)


def find_or_start(
    key: str,
    modules: Sequence[str],
    environment: Mapping[str, str],
    *,
    idle_seconds: float,
    import_seconds: float,
) -> RunningServer:
    """Become a client of the fork server with this key; start it if it does not run.

    Raises
    ------
    ExamError
        If it does not start, or another command does not succeed in starting it.
    """
    base = folders.runtime_folder()
    deadline = time.monotonic() + import_seconds
    while True:
        if (found := find(base, key)) is not None:
            return found
        if (reserved := folders.reserve(base, key)) is not None:
            folder, lock = reserved
            try:
                return _start(folder, lock, modules, environment, idle_seconds, import_seconds)
            finally:
                os.close(lock)
        if time.monotonic() > deadline:
            message = (
                f"Another command has not started its fork server in {import_seconds:g} seconds. "
                f"Stop that command, or remove {base}."
            )
            raise ExamError(message)
        time.sleep(_POLL_SECONDS)


def find(base: Path, key: str) -> RunningServer | None:
    """Become a client of a running fork server with this key; None if there is none."""
    for folder in folders.server_folders(base, key):
        connection, answer = _ask(folder, ClientRequest.ATTACH)
        if connection is not None and answer is not None and "ready" in answer:
            pid, _ = messages.peer(connection)
            _log.info("fork server %d is used", pid)
            return RunningServer(pid, folder, answer["missing"], connection)
        if connection is not None:
            connection.close()
    return None


@dataclass(frozen=True)
class Description:
    """What a fork server says of itself.

    clients        processes that use it
    processes      processes that it has forked, and that run
    idle           seconds without a client or a process
    idle_seconds   how long it stays then; 0 if it ends with its clients
    memory         bytes; pages that it shares with its forks count once among them
    """

    pid: int
    modules: list[str]
    clients: int
    processes: int
    idle: float
    idle_seconds: float
    is_ending: bool
    memory: int


_FIELDS = {field.name for field in fields(Description)} - {"pid", "memory"}


def descriptions() -> list[Description]:
    """Return every fork server of this user that accepts connections."""
    return list(_ask_all(ClientRequest.DESCRIBE))


def stop_all() -> list[Description]:
    """End every fork server of this user that stays; processes that it has forked may finish.

    Returns
    -------
    All that run, as they were before: one that does not stay ends with its command.
    """
    stopped = list(_ask_all(ClientRequest.STOP))
    folders.remove_abandoned(folders.runtime_folder())
    return stopped


def describe(what: str, status: int | None, folder: Path) -> str:
    """Return a sentence about a fork server, with its exit status and the end of its log."""
    text = f"{what}." if status is None else f"{what} (exit status {status})."
    lines = _last_lines(folder / folders.LOG_NAME)
    return f"{text} The end of its log:\n{lines}" if lines else f"{text} Its log is empty."


def _ask_all(request: ClientRequest) -> Iterator[Description]:
    for folder in folders.server_folders(folders.runtime_folder()):
        connection, answer = _ask(folder, request)
        if connection is None:
            continue
        with connection:
            pid, _ = messages.peer(connection)
            if answer is not None and answer.keys() >= _FIELDS:  # else of another version
                known = {name: answer[name] for name in _FIELDS}
                yield Description(pid=pid, memory=_memory(pid), **known)


def _ask(
    folder: Path, request: ClientRequest
) -> tuple[socket.socket, dict[str, Any] | None] | tuple[None, None]:
    """Ask a fork server; return the connection and its answer, None each if there is none.

    One that does not answer is killed: no command could use it, and none could replace it.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(_ANSWER_SECONDS)
    try:
        connection.connect(str(folder / folders.SOCKET_NAME))
        if not messages.is_same_user(connection):
            connection.close()
            return None, None
        messages.send(connection, {"request": request})
        answer, _ = messages.receive(connection)
    except TimeoutError:
        pid, _ = messages.peer(connection)
        connection.close()
        _log.warning("fork server %d does not answer: it is killed", pid)
        os.kill(pid, signal.SIGKILL)
        return None, None
    except OSError:  # it starts, ends or has been killed
        connection.close()
        return None, None
    connection.settimeout(None)
    return connection, answer


def _start(
    folder: Path,
    lock: int,
    modules: Sequence[str],
    environment: Mapping[str, str],
    idle_seconds: float,
    import_seconds: float,
) -> RunningServer:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    arguments = (str(folder), str(theirs.fileno()), str(lock), str(idle_seconds), *modules)
    with theirs, (folder / folders.LOG_NAME).open("ab") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-s", "-m", "autograder.sandbox.forkserver.server"),
                *arguments,
            ],
            pass_fds=[theirs.fileno(), lock],
            cwd=folder,
            env={**environment, **_own_variables(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    ours.settimeout(import_seconds)
    try:
        answer, _ = messages.receive(ours)
    except TimeoutError:
        answer = None
    except BaseException:  # Ctrl-C: one that stays starts for the next command
        ours.close()
        if not idle_seconds:
            _kill_group(process)
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if answer is None:
        ours.close()
        status = _kill_group(process)
        text = (
            f"{describe('The fork server did not start', status, folder)}\n"
            f"Expected it to import {', '.join(modules)}."
        )
        shutil.rmtree(folder, ignore_errors=True)
        _log.error("%s", text)
        raise ExamError(text)
    ours.settimeout(None)
    if idle_seconds:
        process.wait()  # the fork server is not this process, but its child
    pid = int(answer["ready"])
    _log.info("fork server %d has started", pid)
    for name, reason in answer["missing"].items():
        _log.warning("the fork server could not import %s: %s", name, reason)
    return RunningServer(
        pid, folder, answer["missing"], ours, child=None if idle_seconds else process
    )


def _own_variables(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "TMPDIR": str(folder), "IPYTHONDIR": f"{folder}/.ipython"}


def _kill_group(process: "subprocess.Popen[bytes]") -> int | None:
    """Wait a moment for the end of a fork server, then kill it; return its exit status."""
    try:
        return process.wait(1)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def _memory(pid: int) -> int:
    """Return the bytes of memory of a process; see smaps_rollup in proc(5)."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0
    sizes = (line.split()[1] for line in text.splitlines() if line.startswith("Pss:"))
    return 1024 * sum(map(int, sizes))


def _last_lines(path: Path) -> str:
    """Return the last lines of a log that may be large; an empty string if it does not exist."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - _LOG_TAIL_BYTES))
            text = log.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-_LOG_TAIL_LINES:])
