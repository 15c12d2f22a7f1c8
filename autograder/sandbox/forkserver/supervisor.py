"""Looks after one forked process: the first of its PID namespace, so that nothing outlives it.

It ends its process when the client goes, when the zygote goes, or when a limit is hit; then it
says how that went, ends, and the kernel takes every descendant along.
"""

import os
import resource
import select
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from autograder.sandbox.forkserver import usage as memory
from autograder.sandbox.forkserver.messages import ExitReport, receive, send
from autograder.sandbox.isolation import syscalls as system
from autograder.sandbox.limits import Limits

_RARELY, _OFTEN = 0.25, 0.05  # seconds between two looks; often where much is used already


class Supervisor:
    """What is known of one process while it runs."""

    def __init__(
        self,
        control_socket: socket.socket,
        forkserver: int,
        process: int,
        limits: Limits,
        socket_dirs: Sequence[str],
    ) -> None:
        self.control_socket, self.forkserver, self.process, self.limits = (
            control_socket,
            forkserver,
            process,
            limits,
        )
        self.socket_dirs = socket_dirs
        self.is_first = os.getpid() == 1
        self.deadline = time.monotonic() + limits.exam_seconds
        self.interval = _RARELY
        self.peak_memory = 0
        self.limit: str | None = None
        self.status: int | None = None

    def keep(self) -> None:
        """Wait until the process has ended or must end; then say so. Nothing is left."""
        with select.epoll() as events:
            for file in (
                self.control_socket.fileno(),
                self.forkserver,
                os.pidfd_open(self.process),
            ):
                events.register(file, select.EPOLLIN)
            while self.status is None:
                ready = dict(events.poll(self.interval))
                if self.forkserver in ready:
                    break
                if self.control_socket.fileno() in ready and not self._obey():
                    break
                self._look()
                self._reap()
        self._end_all()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = time.process_time()
        ended = ExitReport(
            self.status if self.status is not None else -signal.SIGKILL,
            self.limit,
            self.peak_memory,
            round(used.ru_utime + used.ru_stime + own, 3),
        )
        _tell(self.control_socket, {"ended": asdict(ended)})

    def _obey(self) -> bool:
        """Pass on the signal that the client asks for; tell whether the client is still there."""
        message, _ = receive(self.control_socket)
        if message is None:
            return False
        number = int(message["signal"])
        if number == signal.SIGKILL:
            self._kill_all()
        else:
            _kill_group(self.process, number)
        return True

    def _look(self) -> None:
        """End everything when a limit is hit."""
        running = self._processes()
        usage = memory.usage(running)
        self.peak_memory = max(self.peak_memory, usage.memory)
        much = usage.memory > self.limits.memory_bytes / 2
        self.interval = _OFTEN if much else _RARELY
        if self.limit is not None:
            return
        if time.monotonic() > self.deadline:
            self.limit = "exam seconds"
        elif usage.tasks > 0.95 * self.limits.processes:
            self.limit = "processes"
        elif usage.memory > self.limits.memory_bytes and self._really_holds_more(running):
            self.limit = "memory"
        elif sum(map(memory.entries, self.socket_dirs)) > self.limits.sockets:
            self.limit = "sockets"
        if self.limit is not None:
            self._kill_all()

    def _really_holds_more(self, running: list[int]) -> bool:
        """Tell whether the limit is passed when shared pages count once; if unknown, it is."""
        if len(running) == 1:
            return True
        held = memory.proportional(running)
        return held == 0 or held > self.limits.memory_bytes

    def _processes(self) -> list[int]:
        return memory.processes_here() if self.is_first else list(memory.descendants(self.process))

    def _reap(self) -> None:
        """Collect whatever has ended: the process itself, and orphans that came to us."""
        while True:
            try:
                ended, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not ended:
                return
            if ended == self.process:
                self.status = os.waitstatus_to_exitcode(status)

    def _kill_all(self) -> None:
        if self.is_first:
            try:
                os.kill(-1, signal.SIGKILL)  # everything in this namespace but ourselves
            except ProcessLookupError:
                return
        else:
            for process in memory.descendants(os.getpid()):
                if process != os.getpid():
                    _kill_one(process)

    def _end_all(self) -> None:
        """Kill what is left, until nothing is."""
        while True:
            self._kill_all()
            try:
                ended, status = os.waitpid(-1, 0)
            except ChildProcessError:
                return
            if ended == self.process:
                self.status = os.waitstatus_to_exitcode(status)


def ignore_signals(*, is_first: bool) -> None:
    """Let no descendant stop, trace or outlive this process."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    system.prctl(system.PR_SET_DUMPABLE, 0)
    if not is_first:
        system.prctl(system.PR_SET_CHILD_SUBREAPER, 1)


def _tell(control_socket: socket.socket, message: dict[str, Any]) -> None:
    try:
        send(control_socket, message)
    except OSError:
        return  # the client is gone: nobody wants to know


def _kill_one(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def _kill_group(process: int, number: int) -> None:
    try:
        os.killpg(process, number)
    except ProcessLookupError:
        return
