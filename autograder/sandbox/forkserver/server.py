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

from autograder.sandbox.forkserver import child as newborn
from autograder.sandbox.forkserver import messages as order
from autograder.sandbox.forkserver.supervisor import Keeper, stand_firm
from autograder.sandbox.isolation import capabilities as layers
from autograder.sandbox.isolation import filesystem as sandbox
from autograder.sandbox.isolation import syscalls as system


@dataclass(frozen=True)
class World:
    """What every fork of a zygote has in common.

    offered    names of the layers of the sandbox that the machine offers
    python     files of Python and its packages
    place      an empty folder, on which each fork builds its root
    alive      a pipe's end that becomes readable when the zygote ends
    """

    offered: frozenset[str]
    python: tuple[str, ...]
    place: str
    alive: int


def main(folder: str, life: int, modules: Sequence[str]) -> None:
    """Import, listen in the folder, and fork until the starter is gone."""
    offered = frozenset(layer.name for layer in layers.probe() if layer.offered)
    missing = _import(modules)
    _shed_threads()
    gc.collect()
    gc.freeze()  # what a fork does not touch stays shared with it
    signal.signal(signal.SIGCHLD, _reap)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the starter
    place = f"{folder}/root"
    os.mkdir(place)  # noqa: PTH102
    alive, _ = os.pipe()  # forks close the other end, so that it closes with this process
    world = World(offered, sandbox.python_paths(), place, alive)
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door,
        socket.socket(fileno=life) as starter,
        epoll() as events,
    ):
        door.bind(f"{folder}/door")
        door.listen(64)
        starter.send(json.dumps({"ready": os.getpid(), "missing": missing}).encode())
        events.register(door.fileno(), EPOLLIN)
        events.register(starter.fileno(), EPOLLIN)
        while starter.fileno() not in dict(events.poll()):
            connection, _ = door.accept()
            with connection:
                _answer(connection, world)
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


def _answer(leash: socket.socket, world: World) -> None:
    """Fork what the client at the other end of the leash orders."""
    if not _is_ours(leash):
        return
    leash.settimeout(10)  # a client says what it wants at once
    request, files = order.receive(leash)
    leash.settimeout(None)
    try:
        if request is None:
            return
        wanted = order.Order.from_json(request)
        _refuse_threads()
        missing = sorted(layers.NAMES - world.offered)
        if missing and not wanted.allow_unsandboxed:
            order.send(leash, {"refused": _explain(missing)})
            return
        keeper = _fork(leash, wanted, files, world)
        order.send(leash, {"keeper": keeper})
    except Exception as error:  # one order must not end the zygote
        order.send(leash, {"refused": f"the fork failed: {error!r}"})
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


def _fork(leash: socket.socket, wanted: order.Order, files: Sequence[int], world: World) -> int:
    """Fork a keeper, in namespaces of its own; return its process id."""
    flags = layers.flags_of(world.offered)
    waiting, telling = os.pipe()
    child = system.clone(flags) if flags else os.fork()
    if child == 0:
        try:
            newborn.close_all_but(leash.fileno(), waiting, world.alive, *files)
            owner = json.loads(os.read(waiting, 100))
            _be_keeper(leash, wanted, files, world, (owner[0], owner[1]))
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
    leash: socket.socket,
    wanted: order.Order,
    files: Sequence[int],
    world: World,
    owner: tuple[int, int],
) -> None:
    """Make the sandbox, fork into it, and look after the fork until it ends."""
    is_first = os.getpid() == 1
    try:
        stand_firm(is_first=is_first)
        if "files" in world.offered:
            sandbox.enter(
                wanted.sandbox,
                world.python,
                world.place,
                wanted.limits.scratch_bytes,
                owner,
                has_proc=is_first,
            )
        child = os.fork()
        if child == 0:
            os.setsid()
            newborn.confine(wanted, world.python, owner, world.offered)
            order.send(leash, {"ready": True})
            newborn.adopt_files(files)
            newborn.run(wanted)
    except Exception as error:  # said to the client by whoever of the two it happens to
        order.send(leash, {"refused": f"the sandbox could not be made: {error!r}"})
        return
    for file in files:
        os.close(file)
    Keeper(leash, world.alive, child, wanted.limits, wanted.sandbox.doors).keep()


if __name__ == "__main__":
    # Imported, not run here: `__main__` belongs to the modules that forks run.
    zygote: ModuleType = importlib.import_module("autograder.sandbox.forkserver.server")
    zygote.main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
