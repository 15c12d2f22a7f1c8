"""The fork server: imports what a course needs, once, and forks a process on request.

It has a single thread, initializes no device and no TensorFlow runtime, and keeps nothing of any
exam: a request names a module, paths and numbers. `autograder.sandbox.forkserver.client` starts it,
with a Unix socket that is closed when the client ends.

    client ── fork server ──┬── supervisor, first process of its namespaces ── kernel of an exam
                            └── supervisor ── examiner

What it and its supervisors log goes to standard error, which the client keeps in a file.
"""

import contextlib
import gc
import importlib
import json
import logging
import os
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from select import EPOLLIN, epoll
from types import ModuleType

from autograder.sandbox.forkserver import child, messages
from autograder.sandbox.forkserver.supervisor import Supervisor, ignore_signals
from autograder.sandbox.isolation import capabilities, filesystem, syscalls

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


def main(folder: str, client_socket: int, modules: Sequence[str]) -> None:
    """Import the modules, listen in the folder, and fork until the client is gone."""
    _log_to_stderr()
    available = frozenset(layer.name for layer in capabilities.probe() if layer.available)
    missing = _import(modules)
    _stop_threads()
    gc.collect()
    gc.freeze()  # keeps pages shared that a fork does not touch
    signal.signal(signal.SIGCHLD, _reap)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the client
    root = f"{folder}/root"
    os.mkdir(root)  # noqa: PTH102
    lifeline, _ = os.pipe()  # forks close the other end, so that it closes with this process
    context = ForkContext(available, filesystem.python_paths(), root, lifeline)
    with contextlib.suppress(BrokenPipeError):  # the client may have ended during the imports
        _serve(folder, client_socket, context, missing)
    shutil.rmtree(folder, ignore_errors=True)  # the client cannot, if it was killed


def _serve(
    folder: str, client_socket: int, context: ForkContext, missing: Mapping[str, str]
) -> None:
    """Answer requests until the client is gone."""
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener,
        socket.socket(fileno=client_socket) as client,
        epoll() as events,
    ):
        listener.bind(f"{folder}/{messages.SOCKET_NAME}")
        listener.listen(64)
        client.send(json.dumps({"ready": os.getpid(), "missing": missing}).encode())
        _log.info("ready, with the layers %s", ", ".join(sorted(context.available)))
        events.register(listener.fileno(), EPOLLIN)
        events.register(client.fileno(), EPOLLIN)
        while client.fileno() not in dict(events.poll()):
            connection, _ = listener.accept()
            with connection:
                _answer(connection, context)


def _log_to_stderr() -> None:
    """Log this package to standard error; the root logger stays as forks expect it."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    logger = logging.getLogger("autograder.sandbox.forkserver")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _reap(*_: object) -> None:
    """Reap supervisors that have ended; their usage then counts as this process's."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


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


def _answer(control_socket: socket.socket, context: ForkContext) -> None:
    """Fork the process that the client at the other end of the control socket requests."""
    if not _is_same_user(control_socket):
        return
    files: list[int] = []
    try:
        control_socket.settimeout(10)  # a client sends its request at once
        message, files = messages.receive(control_socket)
        control_socket.settimeout(None)
        if message is None:
            return
        request = messages.SpawnRequest.from_json(message)
        _refuse_threads()
        missing = sorted(capabilities.NAMES - context.available)
        if missing and not request.allow_unsandboxed:
            _refuse(control_socket, _explain(missing))
            return
        supervisor = _fork(control_socket, request, files, context)
        messages.send(control_socket, {"supervisor": supervisor})
        _log.info("process %d runs %s", supervisor, request.module)
    except Exception as error:  # one request must not end the fork server
        _log.exception("a request failed")
        _refuse(control_socket, f"the fork failed: {error!r}")
    finally:
        for file in files:
            os.close(file)


def _refuse(control_socket: socket.socket, reason: str) -> None:
    with contextlib.suppress(OSError):  # the client may be gone
        messages.send(control_socket, {"refused": reason})


def _is_same_user(connection: socket.socket) -> bool:
    """Return whether the client runs as the same user; see SO_PEERCRED in unix(7)."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    _, user, _ = struct.unpack("3i", credentials)
    return bool(user == os.geteuid())


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
        if "files" in context.available:
            filesystem.enter(
                request.sandbox,
                context.python,
                context.root,
                request.limits.scratch_bytes,
                owner,
                has_proc=is_first,
            )
        process = os.fork()
        if process == 0:
            os.setsid()
            _pin(request.cores)  # not the supervisor: it must be able to run to kill this process
            child.confine(request, context.python, owner, context.available)
            messages.send(control_socket, {"ready": True})
            child.adopt_files(files)
            child.run(request)
    except Exception as error:  # of this process or of its child: each tells the client
        _log.exception("the sandbox of %s cannot be made", request.module)
        _refuse(control_socket, f"the sandbox could not be made: {error!r}")
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
    forkserver.main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
