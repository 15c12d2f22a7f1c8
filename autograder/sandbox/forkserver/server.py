"""The fork server: imports what a course needs, once, and forks a process on request.

It has a single thread, initializes no device and no TensorFlow runtime, and keeps nothing of any
exam: a request names a module, paths and numbers. `autograder.sandbox.forkserver.client` starts it,
and it stays for other clients of the same user.

    client ── fork server ──┬── supervisor, first process of its namespaces ── kernel of an exam
                            └── supervisor ── examiner

What it and its supervisors log goes to standard error, a file in the fork server's folder. Each
supervisor has a control socket to its client: it ends its process when the client has ended.
"""

import contextlib
import functools
import gc
import importlib
import json
import logging
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.sandbox.forkserver import child, folders, messages
from autograder.sandbox.forkserver.service import Service
from autograder.sandbox.forkserver.stamps import module_stamps
from autograder.sandbox.forkserver.supervisor import Supervisor, ignore_signals
from autograder.sandbox.isolation import capabilities, filesystem, syscalls
from autograder.sandbox.isolation.visible import python_paths

_log = logging.getLogger("autograder.sandbox.forkserver.server")


@dataclass(frozen=True)
class ForkContext:
    """What every fork of a fork server has in common.

    available  names of the layers of the sandbox that this machine offers
    python     files of Python and its packages
    root       an empty folder, on which each fork builds its root
    lifeline   one end of a pipe, which becomes readable when the fork server ends
    """

    available: frozenset[str]
    python: tuple[str, ...]
    root: str
    lifeline: int


def main(
    folder: str, client_socket: int, lock: int, idle_seconds: float, modules: Sequence[str]
) -> None:
    """Import the modules, listen in the folder, and fork until nobody needs it any more.

    Parameters
    ----------
    client_socket : an open file: a connection to the client that has started this process
    lock : an open file: the lock on the folder, held until this process ends
    idle_seconds : how long to stay without a client or a process; 0 to end with the clients
    """
    _log_to_stderr()
    _reset_inherited()
    has_started = _leave_starter() if idle_seconds else None
    available = frozenset(layer.name for layer in capabilities.probe() if layer.available)
    if available < capabilities.NAMES:
        idle_seconds = 0  # without every layer, student code could find the socket
    missing = _import(modules)
    stamps = module_stamps(sys.modules)
    _stop_threads()
    gc.collect()
    gc.freeze()  # keeps pages shared that a fork does not touch
    root = f"{folder}/{folders.ROOT_NAME}"
    os.mkdir(root)  # noqa: PTH102
    lifeline, _ = os.pipe()  # forks close the other end, so that it closes with this process
    context = ForkContext(available, python_paths(), root, lifeline)
    welcome = {"ready": os.getpid(), "missing": missing, "modules": list(modules)}
    service = Service(
        Path(folder), functools.partial(_answer, context), idle_seconds, welcome, stamps
    )
    try:
        service.listen(socket.socket(fileno=client_socket))
        _log.info("ready, with the layers %s", ", ".join(sorted(context.available)))
        if has_started is not None:
            os.write(has_started, b"1")
            os.close(has_started)
        service.run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # before the lock is free
    os.close(lock)


def _reset_inherited() -> None:
    """Be independent of the shell in which the client runs: no interrupts, usual permissions."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the client
    os.umask(0o022)


def _leave_starter() -> int:
    """Continue in a process that is no child of the client, which may end before this one.

    This process waits until the other one has started, so that the client learns why if it does
    not start. It then ends with the same status.

    Returns
    -------
    An open file, to write to when this process has started.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        return writing
    os.close(writing)
    if os.read(reading, 1):
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os._exit(status if status >= 0 else 128 - status)  # as a shell reports a signal


def _log_to_stderr() -> None:
    """Log this package to standard error; the root logger stays as forks expect it."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    logger = logging.getLogger("autograder.sandbox.forkserver")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _import(modules: Iterable[str]) -> dict[str, str]:
    """Import every module; return the errors of those that failed, by name."""
    missing = {}
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception as error:
            _log.exception("%s cannot be imported", name)
            missing[name] = repr(error)
    return missing


def _stop_threads() -> None:
    """Leave this process with one thread.

    OpenBLAS starts threads when it is imported. Its fork handler ends them, in the parent too,
    and each child starts its own when it first multiplies.
    """
    if _count_threads() > 1:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    _refuse_threads()


def _refuse_threads() -> None:
    if (count := _count_threads()) > 1:
        message = (
            f"the fork server has {count} threads, and a fork would lose all except one: one of "
            "the modules that it imports starts threads. Remove that module from the list."
        )
        raise RuntimeError(message)


def _count_threads() -> int:
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208


def _answer(
    context: ForkContext,
    control_socket: socket.socket,
    message: Mapping[str, Any],
    files: Sequence[int],
) -> int | None:
    """Fork the process that the client at the other end of the control socket requests.

    Returns
    -------
    The process id of its supervisor, or None if the request is refused.
    """
    request = messages.SpawnRequest.from_json(message)
    _refuse_threads()
    missing = sorted(capabilities.NAMES - context.available)
    if missing and not request.allow_unsandboxed:
        messages.refuse(control_socket, _explain(missing))
        return None
    supervisor = _fork(control_socket, request, files, context)
    with contextlib.suppress(BrokenPipeError):  # the client is gone: its supervisor sees it too
        messages.send(control_socket, {"supervisor": supervisor})
    _log.info("process %d runs %s", supervisor, request.module)
    return supervisor


def _explain(missing: Sequence[str]) -> str:
    return (
        f"this machine does not offer {', '.join(missing)} to isolate student code. "
        "`autograder doctor` explains what that means; --allow-unsandboxed continues without."
    )


def _fork(
    control_socket: socket.socket,
    request: messages.SpawnRequest,
    files: Sequence[int],
    context: ForkContext,
) -> int:
    """Fork a supervisor, in its own namespaces; return its process id."""
    flags = capabilities.flags_of(context.available)
    reading, writing = os.pipe()
    supervisor = syscalls.clone(flags) if flags else os.fork()
    if supervisor == 0:
        try:
            child.close_all_but(control_socket.fileno(), reading, context.lifeline, *files)
            owner = json.loads(os.read(reading, 100))
            _supervise(control_socket, request, files, context, (owner[0], owner[1]))
        except Exception:
            _log.exception("the supervisor of %s failed", request.module)
        finally:
            os._exit(1)
    os.close(reading)
    try:
        has_user_namespace = flags & syscalls.CLONE_NEWUSER
        owner = capabilities.map_users(supervisor) if has_user_namespace else _student_user()
        os.write(writing, json.dumps(owner).encode())
    finally:
        os.close(writing)  # the supervisor ends if nothing was written
    return supervisor


def _student_user() -> tuple[int, int]:
    """Return user and group of student code where there is no user namespace."""
    if os.geteuid() == 0:
        return capabilities.STUDENT_USER, capabilities.STUDENT_USER
    return os.geteuid(), os.getegid()


def _supervise(
    control_socket: socket.socket,
    request: messages.SpawnRequest,
    files: Sequence[int],
    context: ForkContext,
    owner: tuple[int, int],
) -> None:
    """Make the sandbox, fork into it, and supervise the fork until it ends."""
    is_first = os.getpid() == 1
    try:
        ignore_signals(is_first=is_first)
        placed = filesystem.layout(request.sandbox, context.python)
        if "files" in context.available:
            filesystem.enter(
                request.sandbox,
                placed,
                context.root,
                request.limits.scratch_bytes,
                owner,
                has_proc=is_first,
            )
        process = os.fork()
        if process == 0:
            os.setsid()
            _pin(request.cores)  # not the supervisor: it must be able to run to kill this process
            child.confine(request, placed, owner, context.available)
            messages.send(control_socket, {"ready": True})
            child.adopt_files(files)
            child.run(request)
    except Exception as error:  # of this process or of its child: each tells the client
        _log.exception("the sandbox of %s cannot be made", request.module)
        messages.refuse(control_socket, f"the sandbox could not be made: {error!r}")
        return
    for file in files:
        os.close(file)
    supervisor = Supervisor(
        control_socket,
        context.lifeline,
        process,
        request.limits,
        request.sandbox.socket_dirs,
    )
    supervisor.run()


def _pin(cores: Sequence[int]) -> None:
    """Run this process and its descendants on these cores only; student code cannot undo it."""
    if not cores:
        return
    try:
        os.sched_setaffinity(0, cores)
    except OSError as error:  # taken from this machine meanwhile: the exam runs on the others
        _log.warning("the cores %s cannot be used: %s", list(cores), error)


if __name__ == "__main__":
    # Imported, not run here: `__main__` is for the modules that forks run.
    forkserver: ModuleType = importlib.import_module("autograder.sandbox.forkserver.server")
    given_folder, given_socket, given_lock, given_seconds, *names = sys.argv[1:]
    forkserver.main(given_folder, int(given_socket), int(given_lock), float(given_seconds), names)
