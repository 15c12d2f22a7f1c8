"""Supervise one forked process, as the first process of its PID namespace: nothing outlives it.

It ends its process when the client or the fork server is gone, or when a limit is passed. Then it
reports how the process ended, and ends itself; Linux ends every descendant with it.
"""

import os
import resource
import select
import signal
import socket
import time
from collections.abc import Sequence
from typing import Any

from autograder.sandbox.forkserver import usage
from autograder.sandbox.forkserver.messages import ExitReport, receive, send
from autograder.sandbox.isolation import syscalls
from autograder.sandbox.limits import LimitName, Limits

# Seconds between two measurements; short while the process uses much memory.
_LONG_INTERVAL, _SHORT_INTERVAL = 0.25, 0.05


class Supervisor:
    """Supervises one process while it runs."""

    def __init__(
        self,
        control_socket: socket.socket,
        lifeline: int,
        process: int,
        limits: Limits,
        socket_dirs: Sequence[str],
    ) -> None:
        self.control_socket, self.lifeline, self.process, self.limits = (
            control_socket,
            lifeline,
            process,
            limits,
        )
        self.socket_dirs = socket_dirs
        self.is_first = os.getpid() == 1
        self.deadline = time.monotonic() + limits.exam_seconds
        self.interval = _LONG_INTERVAL
        self.peak_memory = 0
        self.limit: LimitName | None = None
        self.status: int | None = None
        self.is_asked = False  # whether the client waits to read that the limits were checked

    def run(self) -> None:
        """Wait until the process has ended or must end, end its descendants, and report."""
        with select.epoll() as events:
            for file in (self.control_socket.fileno(), self.lifeline, os.pidfd_open(self.process)):
                events.register(file, select.EPOLLIN)
            while self.status is None:
                ready = dict(events.poll(self.interval))
                if self.lifeline in ready:
                    break
                if self.control_socket.fileno() in ready and not self._forward_signal():
                    break
                self._check_limits()
                self._reap()
                self._answer()
        self._end_all()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = time.process_time()
        report = ExitReport(
            self.status if self.status is not None else -signal.SIGKILL,
            self.limit,
            self.peak_memory,
            round(used.ru_utime + used.ru_stime + own, 3),
        )
        _send(self.control_socket, {"ended": report.to_json()})

    def _forward_signal(self) -> bool:
        """Send the signal that the client requests; return whether the client still exists.

        The signal 0 asks only for a check of the limits.
        """
        message, _ = receive(self.control_socket)
        if message is None:
            return False
        number = int(message["signal"])
        if number == signal.SIGKILL:
            self._kill_all()
        elif number == 0:
            self.is_asked = True
        else:
            _kill_group(self.process, number)
        return True

    def _answer(self) -> None:
        """Tell a client that asked for it that the process goes on; else it reads how it ended."""
        if self.is_asked and self.limit is None and self.status is None:
            self.is_asked = False
            _send(self.control_socket, {"checked": True})

    def _check_limits(self) -> None:
        """End everything if a limit is passed."""
        running = self._processes()
        used = usage.measure(running)
        self.peak_memory = max(self.peak_memory, used.memory)
        uses_much = used.memory > self.limits.memory_bytes / 2
        self.interval = _SHORT_INTERVAL if uses_much else _LONG_INTERVAL
        if self.limit is not None:
            return
        if time.monotonic() > self.deadline:
            self.limit = LimitName.EXAM_SECONDS
        elif used.tasks > 0.95 * self.limits.processes:
            self.limit = LimitName.PROCESSES
        elif used.memory > self.limits.memory_bytes and self._exceeds_memory(running):
            self.limit = LimitName.MEMORY_BYTES
        elif sum(map(usage.count_entries, self.socket_dirs)) > self.limits.sockets:
            self.limit = LimitName.SOCKETS
        if self.limit is not None:
            self._kill_all()

    def _exceeds_memory(self, running: list[int]) -> bool:
        """Return whether the limit is passed even if shared pages count once, or it is unknown."""
        if len(running) == 1:
            return True
        memory = usage.proportional_memory(running)
        return memory == 0 or memory > self.limits.memory_bytes

    def _processes(self) -> list[int]:
        return usage.processes_here() if self.is_first else list(usage.descendants(self.process))

    def _reap(self) -> None:
        """Reap processes that have ended: the supervised one, and orphans that this one adopted."""
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
                os.kill(-1, signal.SIGKILL)  # every process of this namespace except this one
            except ProcessLookupError:
                return
        else:
            for process in usage.descendants(os.getpid()):
                if process != os.getpid():
                    _kill(process)

    def _end_all(self) -> None:
        """Kill the remaining processes until there are none."""
        while True:
            self._kill_all()
            try:
                ended, status = os.waitpid(-1, 0)
            except ChildProcessError:
                return
            if ended == self.process:
                self.status = os.waitstatus_to_exitcode(status)


def ignore_signals(*, is_first: bool) -> None:
    """Prevent descendants from stopping, tracing or outliving this process."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
    if not is_first:
        syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)


def _send(control_socket: socket.socket, message: dict[str, Any]) -> None:
    try:
        send(control_socket, message)
    except OSError:
        return  # the client is gone


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def _kill_group(process: int, number: int) -> None:
    try:
        os.killpg(process, number)
    except ProcessLookupError:
        return
