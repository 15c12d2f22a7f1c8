"""Answer the connections to a fork server, until nobody has needed it for a while.

A connection asks for one of four things, in its first message: a process to fork, to be a client
(which the fork server waits for), a description, or the end of the fork server.
"""

import contextlib
import logging
import os
import select
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.sandbox.forkserver import folders, messages
from autograder.sandbox.forkserver.messages import ClientRequest
from autograder.sandbox.forkserver.stamps import Stamp, changed_file

_LOG_BYTES, _KEPT_LOG_BYTES = 1 << 20, 1 << 18
_CHECK_SECONDS = 60.0  # between two looks at the imported files while it is idle

_log = logging.getLogger("autograder.sandbox.forkserver.server")

Fork = Callable[[socket.socket, Mapping[str, Any], Sequence[int]], int | None]
"""Forks a process that a connection requests; returns its supervisor, or None if it refuses."""


class Service:
    """The connections of one fork server, and the processes that were forked from it.

    idle_seconds   how long it lives without a client or a process; 0: until its clients are gone
    welcome        the answer to a new client
    stamps         the files that were imported: a fork server is not used if one was changed
    """

    def __init__(
        self,
        folder: Path,
        fork: Fork,
        idle_seconds: float,
        welcome: Mapping[str, Any],
        stamps: Mapping[str, Stamp],
    ) -> None:
        self.folder, self.fork, self.idle_seconds = folder, fork, idle_seconds
        self.welcome, self.stamps = welcome, stamps
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.setblocking(False)
        self.events = select.epoll()
        self.silent: dict[int, socket.socket] = {}  # connections that have asked nothing yet
        self.clients: dict[int, socket.socket] = {}
        self.processes: dict[int, int] = {}  # supervisors, by open files that tell their ends
        self.is_ending = False
        self.last_needed = time.monotonic()

    def listen(self, first: socket.socket) -> None:
        """Begin to accept connections; `first` is to the client that has started this process."""
        self.listener.bind(str(self.folder / folders.SOCKET_NAME))
        self.listener.listen(socket.SOMAXCONN)
        self.events.register(self.listener.fileno(), select.EPOLLIN)
        self._watch(first, self.clients)
        with contextlib.suppress(BrokenPipeError):  # the client may have ended during the imports
            messages.send(first, self.welcome)

    def run(self) -> None:
        """Answer until the fork server is not needed any more."""
        while not self._is_over():
            left = self._seconds_left()
            seconds = None if left is None else min(left, _CHECK_SECONDS)
            if not (ready := self.events.poll(seconds)) and self._is_outdated():
                break
            for file, _ in ready:
                if file == self.listener.fileno():
                    self._accept()
                elif file in self.processes:
                    self._reap(file)
                elif file in self.clients:
                    self._forget(self.clients, file)  # a client sends nothing more
                elif file in self.silent:
                    self._answer(file)
            _shorten_log(self.folder / folders.LOG_NAME)
        self._end()

    def _is_over(self) -> bool:
        if self.silent:
            return False
        if self.is_ending:
            return not self.processes
        if self.clients:
            return False
        if self.idle_seconds == 0:
            return True
        return not self.processes and self._seconds_left() == 0

    def _seconds_left(self) -> float | None:
        """Return how long to wait for the next event; None as long as the server is needed."""
        if self.clients or self.silent or self.processes:
            return None
        return max(0.0, self.last_needed + self.idle_seconds - time.monotonic())

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, _ = self.listener.accept()
                if messages.is_same_user(connection):
                    self._watch(connection, self.silent)
                else:
                    connection.close()

    def _watch(self, connection: socket.socket, kind: dict[int, socket.socket]) -> None:
        kind[connection.fileno()] = connection
        self.events.register(connection.fileno(), select.EPOLLIN)

    def _forget(self, kind: dict[int, socket.socket], file: int) -> None:
        self.events.unregister(file)
        kind.pop(file).close()
        self.last_needed = time.monotonic()

    def _reap(self, file: int) -> None:
        """Reap a supervisor that has ended; its usage then counts as this process's."""
        self.events.unregister(file)
        os.waitpid(self.processes.pop(file), 0)
        os.close(file)
        self.last_needed = time.monotonic()

    def _answer(self, file: int) -> None:
        """Answer the first message of a connection."""
        self.events.unregister(file)
        connection = self.silent.pop(file)
        files: list[int] = []
        is_kept = False
        try:
            message, files = messages.receive(connection)
            if message is not None:
                is_kept = self._do(connection, message, files)
        except Exception as error:  # one request must not end the fork server
            _log.exception("a request failed")
            messages.refuse(connection, f"the fork failed: {error!r}")
        finally:
            for received in files:
                os.close(received)
            if not is_kept:
                connection.close()

    def _do(
        self, connection: socket.socket, message: Mapping[str, Any], files: Sequence[int]
    ) -> bool:
        """Do what a message asks for; return whether the connection is that of a client now."""
        if "request" not in message:
            self._fork(connection, message, files)
            return False
        request = ClientRequest(message["request"])
        if request is ClientRequest.ATTACH:
            if self._is_outdated():
                self._refuse_clients()
            else:
                messages.send(connection, self.welcome)
                self._watch(connection, self.clients)
                return True
        else:
            if request is ClientRequest.STOP and self.idle_seconds:
                self._refuse_clients()
            messages.send(connection, self._describe())
        return False

    def _fork(
        self, connection: socket.socket, message: Mapping[str, Any], files: Sequence[int]
    ) -> None:
        supervisor = self.fork(connection, message, files)
        if supervisor is not None:
            end = os.pidfd_open(supervisor)
            self.processes[end] = supervisor
            self.events.register(end, select.EPOLLIN)

    def _is_outdated(self) -> bool:
        """Return whether a file that was imported has changed since."""
        if (changed := changed_file(self.stamps)) is not None:
            _log.info("%s has changed: no new clients", changed)
        return changed is not None

    def _describe(self) -> dict[str, Any]:
        others = len(self.clients) + len(self.processes)
        return {
            "modules": self.welcome["modules"],
            "clients": len(self.clients),
            "processes": len(self.processes),
            "idle": 0.0 if others else time.monotonic() - self.last_needed,
            "idle_seconds": self.idle_seconds,
            "is_ending": self.is_ending,
        }

    def _refuse_clients(self) -> None:
        """Accept no more connections; the processes that run go on to their ends."""
        if self.is_ending:
            return
        self.is_ending = True
        (self.folder / folders.ENDING_NAME).touch()
        (self.folder / folders.SOCKET_NAME).unlink(missing_ok=True)
        self._accept()  # those that connected before
        self.events.unregister(self.listener.fileno())
        self.listener.close()
        for file in list(self.clients):  # they use another fork server from now on
            self._forget(self.clients, file)

    def _end(self) -> None:
        self._refuse_clients()
        for connection in self.silent.values():
            connection.close()
        self.events.close()


def _shorten_log(log: Path) -> None:
    """Keep only the end of the log once it is large; every process appends to the same file."""
    if os.fstat(sys.stderr.fileno()).st_size <= _LOG_BYTES:
        return
    with log.open("rb") as file:
        file.seek(-_KEPT_LOG_BYTES, os.SEEK_END)
        kept = file.read()
    os.truncate(log, 0)
    os.write(sys.stderr.fileno(), kept)
