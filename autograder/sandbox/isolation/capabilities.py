"""What this machine offers to keep a kernel in: each layer is tried, not looked up."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.sandbox.isolation import landlock
from autograder.sandbox.isolation import seccomp as filters
from autograder.sandbox.isolation import syscalls as system

_FLAGS = {
    "user": system.CLONE_NEWUSER,
    "files": system.CLONE_NEWNS,
    "processes": system.CLONE_NEWPID,
    "network": system.CLONE_NEWNET,
    "ipc": system.CLONE_NEWIPC,
}
GUEST = 60_700
"""The user that student code gets when root grades: a number that systems leave unused."""

_MEANING = {
    "user": "a user namespace: a kernel has rights over nothing outside, even if graded by root",
    "files": "a mount namespace: what a kernel need not see is not there",
    "processes": "a PID namespace: no other process is seen, none outlives its exam",
    "proc": "a /proc of its own, with its own processes only",
    "network": "a network namespace: no network of any kind, no abstract Unix sockets",
    "ipc": "an IPC namespace: no shared memory or queues of other processes",
    "landlock": "Landlock: files are read-only and TCP is closed, whatever else fails",
    "seccomp": "a seccomp filter: system calls that no course needs are refused",
    "memory": "/proc/PID/task/TID/children: the memory limit holds for whole process trees",
}
NAMES = frozenset(_MEANING)


@dataclass(frozen=True)
class Layer:
    """One layer of the sandbox: whether this machine offers it, and what it is good for."""

    name: str
    available: bool
    meaning: str


@dataclass(frozen=True)
class Gpu:
    """A graphics processor, by its device file."""

    device: str
    model: str


def layers() -> tuple[Layer, ...]:
    """Try every layer, in a small process of its own; for `autograder doctor`."""
    if sys.platform != "linux":
        return tuple(Layer(name, False, meaning) for name, meaning in _MEANING.items())
    command = [sys.executable, "-P", "-s", "-m", "autograder.sandbox.isolation.capabilities"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return tuple(Layer(**layer) for layer in json.loads(answer.stdout))


def gpus() -> tuple[Gpu, ...]:
    """Return NVIDIA's devices on this machine."""
    models = [
        line.partition(":")[2].strip()
        for file in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("Model:")
    ]
    found = sorted(Path("/dev").glob("nvidia[0-9]*"), key=lambda path: int(path.name[6:]))
    return tuple(
        Gpu(str(path), models[i] if i < len(models) else "unknown") for i, path in enumerate(found)
    )


def gpu_devices(gpu: Gpu) -> tuple[str, ...]:
    """Return the device files that a program needs to use one GPU."""
    shared = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "nvidia-caps")
    return (gpu.device, *(f"/dev/{name}" for name in shared if Path(f"/dev/{name}").exists()))


def flags_of(available: frozenset[str]) -> int:
    """Return the namespaces to make, as flags of clone(2).

    A PID namespace is of use only with its own `/proc`, which containers may refuse.
    """
    used = available if {"files", "proc"} <= available else available - {"processes"}
    return sum(flag for name, flag in _FLAGS.items() if name in used)


def map_users(process: int) -> tuple[int, int]:
    """Give the first process of a user namespace its users; see user_namespaces(7).

    Returns
    -------
    The user and group that student code gets there. Where root grades, it is a guest, who owns no
    file on the host; else it is the user who grades.
    """
    folder = Path(f"/proc/{process}")
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        try:
            for name in ("uid_map", "gid_map"):
                (folder / name).write_text(f"0 0 1\n{GUEST} {GUEST} 1\n", encoding="ascii")
        except OSError:  # a container that has no such number
            pass
        else:
            return GUEST, GUEST
    (folder / "setgroups").write_text("deny", encoding="ascii")
    (folder / "uid_map").write_text(f"{user} {user} 1\n", encoding="ascii")
    (folder / "gid_map").write_text(f"{group} {group} 1\n", encoding="ascii")
    return user, group


def probe() -> tuple[Layer, ...]:
    """Try every layer; the process must have a single thread."""
    available = dict.fromkeys(_MEANING, False)
    available["memory"] = Path(f"/proc/self/task/{os.getpid()}/children").exists()
    if system.is_known_machine():
        with tempfile.TemporaryDirectory() as place:
            _probe_namespaces(available, place)
        available["landlock"] = landlock.version() > 0
        available["seccomp"] = _works(0, _try_filter)
    return tuple(Layer(name, available[name], meaning) for name, meaning in _MEANING.items())


def _probe_namespaces(available: dict[str, bool], place: str) -> None:
    available["user"] = _works(_FLAGS["user"])
    base = _FLAGS["user"] if available["user"] else 0
    for name in ("processes", "network", "ipc"):
        available[name] = _works(base | _FLAGS[name])
    available["files"] = _works(base | _FLAGS["files"], lambda: _try_root(place))
    both = base | _FLAGS["files"] | _FLAGS["processes"]
    available["proc"] = _works(both, lambda: system.mount("proc", "/proc", "proc"))


def _try_root(place: str) -> None:
    system.mount("", "/", flags=system.MS_REC | system.MS_PRIVATE)
    system.mount("tmpfs", place, "tmpfs")
    system.mount_setattr(place, system.MOUNT_ATTR_RDONLY, recursive=True)
    system.pivot_root(place)


def _try_filter() -> None:
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    filters.install()


def _works(flags: int, attempt: Callable[[], object] = lambda: None) -> bool:
    """Tell whether an attempt in a child with these namespaces succeeds."""
    waiting, telling = os.pipe()
    try:
        child = system.clone(flags) if flags else os.fork()
    except OSError:
        os.close(waiting)
        os.close(telling)
        return False
    if child == 0:
        try:
            os.close(telling)
            os.read(waiting, 1)
            attempt()
            os._exit(0)
        finally:
            os._exit(1)
    os.close(waiting)
    try:
        if flags & system.CLONE_NEWUSER:
            map_users(child)
        is_mapped = True
    except OSError:
        is_mapped = False
    os.close(telling)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0 and is_mapped


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(layer) for layer in probe()]))
