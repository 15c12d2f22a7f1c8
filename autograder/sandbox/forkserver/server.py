"""The warm process: imports what a course needs, once, and forks a process on request.

It has a single thread, initialises no device and no TensorFlow runtime, and holds nothing of
any exam: what it is asked for is a module's name, paths and numbers. Started by
`autograder.sandbox.forkserver.client` with a Unix socket on which it hears that its starter is gone.

    starter ── zygote ──┬── keeper, first process of its namespaces ── kernel of an exam
                        └── keeper ── examiner
"""

import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from select import EPOLLIN, epoll
from types import ModuleType

from autograder.sandbox.forkserver import child as child_process
from autograder.sandbox.forkserver import messages as order
from autograder.sandbox.forkserver.supervisor import Supervisor, ignore_signals
from autograder.sandbox.isolation import capabilities as layers
from autograder.sandbox.isolation import filesystem as sandbox
from autograder.sandbox.isolation import syscalls as system


@dataclass(frozen=True)
class ForkContext:
    """What every fork of a zygote has in common.

    offered    names of the layers of the sandbox that the machine offers
    python     files of Python and its packages
    place      an empty folder, on which each fork builds its root
    alive      a pipe's end that becomes readable when the zygote ends
    """

    available: frozenset[str]
    python: tuple[str, ...]
    root: str
    alive: int


def main(folder: str, life: int, modules: Sequence[str]) -> None:
    """Import, listen in the folder, and fork until the starter is gone."""
    available = frozenset(layer.name for layer in layers.probe() if layer.available)
    missing = _import(modules)
    _shed_threads()
    gc.collect()
    gc.freeze()  # what a fork does not touch stays shared with it
    signal.signal(signal.SIGCHLD, _reap)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the starter
    root = f"{folder}/root"
    os.mkdir(root)  # noqa: PTH102
    alive, _ = os.pipe()  # forks close the other end, so that it closes with this process
    context = ForkContext(available, sandbox.python_paths(), root, alive)
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener,
        socket.socket(fileno=life) as starter,
        epoll() as events,
    ):
        listener.bind(f"{folder}/door")
        listener.listen(64)
        starter.send(json.dumps({"ready": os.getpid(), "missing": missing}).encode())
        events.register(listener.fileno(), EPOLLIN)
        events.register(starter.fileno(), EPOLLIN)
        while starter.fileno() not in dict(events.poll()):
            connection, _ = listener.accept()
            with connection:
                _answer(connection, context)
    shutil.rmtree(folder, ignore_errors=True)  # the starter cannot, where it was killed


def _reap(*_: object) -> None:
    """Collect the keepers that have ended; what they used then counts as used by this process."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _import(modules: Iterable[str]) -> dict[str, str]:
    """Import every module; return what was wrong with those that failed, by name."""
    missing = {}
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception as error:
            missing[name] = repr(error)
    return missing


def _shed_threads() -> None:
    """Leave this process with one thread.

    OpenBLAS starts threads when it is imported. Its fork handler ends them, in the parent too,
    and each child starts its own when it first multiplies.
    """
    if _count_threads() > 1:
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
    _refuse_threads()


def _refuse_threads() -> None:
    if (count := _count_threads()) > 1:
        message = (
            f"the zygote has {count} threads, and a fork would lose all but one: one of the "
            "modules that it imports starts threads. Take it from the list."
        )
        raise RuntimeError(message)


def _count_threads() -> int:
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208


def _answer(control_socket: socket.socket, context: ForkContext) -> None:
    """Fork what the client at the other end of the leash orders."""
    if not _is_ours(control_socket):
        return
    control_socket.settimeout(10)  # a client says what it wants at once
    request, files = order.receive(control_socket)
    control_socket.settimeout(None)
    try:
        if request is None:
            return
        wanted = order.SpawnRequest.from_json(request)
        _refuse_threads()
        missing = sorted(layers.NAMES - context.available)
        if missing and not wanted.allow_unsandboxed:
            order.send(control_socket, {"refused": _explain(missing)})
            return
        supervisor = _fork(control_socket, wanted, files, context)
        order.send(control_socket, {"supervisor": supervisor})
    except Exception as error:  # one order must not end the zygote
        order.send(control_socket, {"refused": f"the fork failed: {error!r}"})
    finally:
        for file in files:
            os.close(file)


def _is_ours(connection: socket.socket) -> bool:
    """Tell whether the client runs as the same user; see SO_PEERCRED in unix(7)."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    _, user, _ = struct.unpack("3i", credentials)
    return bool(user == os.geteuid())


def _explain(missing: Sequence[str]) -> str:
    return (
        f"this machine does not offer {', '.join(missing)} to keep student code in. "
        "`autograder doctor` says what that means; --allow-unsandboxed goes on without."
    )


def _fork(
    control_socket: socket.socket,
    wanted: order.SpawnRequest,
    files: Sequence[int],
    context: ForkContext,
) -> int:
    """Fork a keeper, in namespaces of its own; return its process id."""
    flags = layers.flags_of(context.available)
    waiting, telling = os.pipe()
    child = system.clone(flags) if flags else os.fork()
    if child == 0:
        try:
            child_process.close_all_but(control_socket.fileno(), waiting, context.alive, *files)
            owner = json.loads(os.read(waiting, 100))
            _be_keeper(control_socket, wanted, files, context, (owner[0], owner[1]))
        finally:
            os._exit(1)
    os.close(waiting)
    try:
        owner = layers.map_users(child) if flags & system.CLONE_NEWUSER else _guest()
        os.write(telling, json.dumps(owner).encode())
    finally:
        os.close(telling)  # without a word in it, the child gives up
    return child


def _guest() -> tuple[int, int]:
    return (layers.GUEST,) * 2 if os.geteuid() == 0 else (os.geteuid(), os.getegid())


def _be_keeper(
    control_socket: socket.socket,
    wanted: order.SpawnRequest,
    files: Sequence[int],
    context: ForkContext,
    owner: tuple[int, int],
) -> None:
    """Make the sandbox, fork into it, and look after the fork until it ends."""
    is_first = os.getpid() == 1
    try:
        ignore_signals(is_first=is_first)
        if "files" in context.available:
            sandbox.enter(
                wanted.sandbox,
                context.python,
                context.root,
                wanted.limits.scratch_bytes,
                owner,
                has_proc=is_first,
            )
        child = os.fork()
        if child == 0:
            os.setsid()
            child_process.confine(wanted, context.python, owner, context.available)
            order.send(control_socket, {"ready": True})
            child_process.adopt_files(files)
            child_process.run(wanted)
    except Exception as error:  # said to the client by whoever of the two it happens to
        order.send(control_socket, {"refused": f"the sandbox could not be made: {error!r}"})
        return
    for file in files:
        os.close(file)
    Supervisor(
        control_socket, context.alive, child, wanted.limits, wanted.sandbox.socket_dirs
    ).keep()


if __name__ == "__main__":
    # Imported, not run here: `__main__` belongs to the modules that forks run.
    forkserver: ModuleType = importlib.import_module("autograder.sandbox.forkserver.server")
    forkserver.main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
