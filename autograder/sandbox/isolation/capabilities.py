"""Find out which layers of the sandbox this machine offers, by trying each."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.sandbox.isolation import landlock, seccomp, syscalls

if TYPE_CHECKING:
    from autograder.config import Settings

_FLAGS = {
    "user": syscalls.CLONE_NEWUSER,
    "files": syscalls.CLONE_NEWNS,
    "processes": syscalls.CLONE_NEWPID,
    "network": syscalls.CLONE_NEWNET,
    "ipc": syscalls.CLONE_NEWIPC,
}
STUDENT_USER = 60_700
"""The user of student code when root grades: a number that systems leave unused."""

_MEANING = {
    "user": "a user namespace: a kernel has no rights outside it, even if root grades",
    "files": "a mount namespace: files that a kernel does not need do not exist for it",
    "processes": "a PID namespace: no other process is visible, and none outlives its exam",
    "proc": "its own /proc, which shows only its own processes",
    "network": "a network namespace: no network of any kind, no abstract Unix sockets",
    "ipc": "an IPC namespace: no shared memory or queues of other processes",
    "landlock": "Landlock: files are read-only and TCP is closed, even if other layers fail",
    "seccomp": "a seccomp filter: system calls that no course needs are refused",
    "memory": "/proc/PID/task/TID/children: the memory limit counts whole process trees",
}
NAMES = frozenset(_MEANING)


@dataclass(frozen=True)
class Layer:
    """One layer of the sandbox: whether this machine offers it, and what it does."""

    name: str
    available: bool
    meaning: str


def layers() -> tuple[Layer, ...]:
    """Return every layer, tried in its own small process."""
    if sys.platform != "linux":
        return tuple(Layer(name, False, meaning) for name, meaning in _MEANING.items())
    command = [sys.executable, "-P", "-s", "-m", "autograder.sandbox.isolation.capabilities"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return tuple(Layer(**layer) for layer in json.loads(answer.stdout))


def missing_layers() -> tuple[Layer, ...]:
    """Return the layers of the sandbox that this machine does not offer."""
    return tuple(layer for layer in layers() if not layer.available)


def require_sandbox(settings: "Settings") -> None:
    """Check that this machine can isolate student code, or that the settings allow less.

    Raises
    ------
    UsageError
        If a layer is missing, with its name.
    """
    if settings.allow_unsandboxed:
        return
    names = ", ".join(layer.name for layer in missing_layers())
    if names:
        message = (
            f"This machine does not offer every layer of the sandbox; missing: {names}. "
            "`autograder doctor` explains what that means. Grade on another machine, or, for code "
            "that you trust, with --allow-unsandboxed."
        )
        raise UsageError(message)


def flags_of(available: frozenset[str]) -> int:
    """Return the namespaces to make, as flags of clone(2).

    A PID namespace is used only with its own `/proc`, which containers may refuse.
    """
    used = available if {"files", "proc"} <= available else available - {"processes"}
    return sum(flag for name, flag in _FLAGS.items() if name in used)


def map_users(process: int) -> tuple[int, int]:
    """Map the users of a new user namespace; see user_namespaces(7).

    Returns
    -------
    The user and group of student code there. If root grades, they own no file on the host; else
    they are those of the user who grades.
    """
    folder = Path(f"/proc/{process}")
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        content = f"0 0 1\n{STUDENT_USER} {STUDENT_USER} 1\n"
        with contextlib.suppress(OSError):  # a container in which this number does not exist
            for name in ("uid_map", "gid_map"):
                (folder / name).write_text(content, encoding="ascii")
            return STUDENT_USER, STUDENT_USER
    (folder / "setgroups").write_text("deny", encoding="ascii")
    (folder / "uid_map").write_text(f"{user} {user} 1\n", encoding="ascii")
    (folder / "gid_map").write_text(f"{group} {group} 1\n", encoding="ascii")
    return user, group


def probe() -> tuple[Layer, ...]:
    """Try every layer in this process, which must have a single thread."""
    available = dict.fromkeys(_MEANING, False)
    available["memory"] = Path(f"/proc/self/task/{os.getpid()}/children").exists()
    if syscalls.is_known_machine():
        with tempfile.TemporaryDirectory() as folder:
            _probe_namespaces(available, folder)
        available["landlock"] = landlock.version() > 0
        available["seccomp"] = _works(0, _try_filter)
    return tuple(Layer(name, available[name], meaning) for name, meaning in _MEANING.items())


def _probe_namespaces(available: dict[str, bool], folder: str) -> None:
    available["user"] = _works(_FLAGS["user"])
    base = _FLAGS["user"] if available["user"] else 0
    for name in ("processes", "network", "ipc"):
        available[name] = _works(base | _FLAGS[name])
    available["files"] = _works(base | _FLAGS["files"], lambda: _try_root(folder))
    both = base | _FLAGS["files"] | _FLAGS["processes"]
    available["proc"] = _works(both, lambda: syscalls.mount("proc", "/proc", "proc"))


def _try_root(folder: str) -> None:
    syscalls.mount("", "/", flags=syscalls.MS_REC | syscalls.MS_PRIVATE)
    syscalls.mount("tmpfs", folder, "tmpfs")
    syscalls.mount_setattr(folder, syscalls.MOUNT_ATTR_RDONLY, recursive=True)
    syscalls.pivot_root(folder)


def _try_filter() -> None:
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install()


def _works(flags: int, attempt: Callable[[], object] = lambda: None) -> bool:
    """Return whether an attempt in a child with these namespaces succeeds."""
    reading, writing = os.pipe()
    try:
        pid = syscalls.clone(flags) if flags else os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return False
    if pid == 0:
        try:
            os.close(writing)
            os.read(reading, 1)
            attempt()
            os._exit(0)
        finally:
            os._exit(1)
    os.close(reading)
    try:
        if flags & syscalls.CLONE_NEWUSER:
            map_users(pid)
        is_mapped = True
    except OSError:
        is_mapped = False
    os.close(writing)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 and is_mapped


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(layer) for layer in probe()]))
