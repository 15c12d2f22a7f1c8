"""Give a process a new root, in which nearly everything is read-only.

    home, /tmp, /dev/shm           scratch space: private, empty at first, limited, temporary
    Python, packages, /usr, fonts  read-only, at their usual paths
    socket directories             folders of the host in which it may make sockets
    everything else                does not exist

`enter` runs in the first process of new namespaces, as their root user.
"""

import os
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.environment import in_scratch
from autograder.sandbox.isolation import landlock, syscalls


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """The files that a process sees beside Python's own; all paths are absolute.

    home          its home and working directory: an existing folder, whose content is hidden
    visible       files and folders, read-only
    socket_dirs   folders in which it may read and make sockets; from `make_socket_dir`
    support       a folder whose entries appear read-only in the home
    devices       device files, for a GPU
    """

    home: str
    visible: tuple[str, ...] = ()
    socket_dirs: tuple[str, ...] = ()
    support: str | None = None
    devices: tuple[str, ...] = ()


_ETC = (
    "alternatives", "ca-certificates", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
    "localtime", "mime.types", "nsswitch.conf", "ssl/certs", "OpenCL",
)  # fmt: skip
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_PROCESSORS = ("/sys/devices/system/cpu", "/sys/devices/system/node")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_SCRATCH = ("/tmp", "/dev/shm")


def visible_paths(sandbox: Sandbox, python: Iterable[str]) -> tuple[str, ...]:
    """Return every path that is visible read-only, symbolic links as well as their targets."""
    etc = (f"/etc/{name}" for name in _ETC)
    hardware = ("/sys",) if sandbox.devices else _PROCESSORS
    support = (sandbox.support,) if sandbox.support else ()
    named = (*_SYSTEM, *etc, *hardware, *python, *sandbox.visible, *support)
    paths = dict.fromkeys(
        path for name in named for path in (name, os.path.realpath(name)) if os.path.lexists(path)
    )
    return tuple(paths)


def enter(
    sandbox: Sandbox,
    python: Iterable[str],
    root: str,
    scratch_bytes: int,
    owner: tuple[int, int],
    *,
    has_proc: bool = True,
) -> None:
    """Replace the root of this process by one with the files of the sandbox only.

    Parameters
    ----------
    python : the files of Python and its packages, read-only
    root : an empty folder in which the new root is built
    owner : user and group of the scratch space and the socket directories
    has_proc : whether a new /proc can be mounted; else the host's is visible
    """
    syscalls.mount("", "/", flags=syscalls.MS_REC | syscalls.MS_PRIVATE)
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV
    syscalls.mount("tmpfs", root, "tmpfs", flags, "size=4m,nr_inodes=8k,mode=755")
    _show_devices(root, sandbox.devices)
    scratch = _make_scratch(root, scratch_bytes, owner)
    for path in _SCRATCH:
        _bind(f"{scratch}{path}", f"{root}{path}", read_only=False)
    for path in sorted(visible_paths(sandbox, python), key=len):
        _show(root, path)
    _write_etc(root, owner, sandbox.home)
    _bind(f"{scratch}/home", f"{root}{sandbox.home}", read_only=False)
    if sandbox.support:
        for entry in Path(sandbox.support).iterdir():
            _bind(str(entry), f"{root}{sandbox.home}/{entry.name}", read_only=True)
    for socket_dir in sandbox.socket_dirs:
        if owner[0] != os.geteuid():
            for path in (socket_dir, *(entry.path for entry in os.scandir(socket_dir))):
                os.chown(path, *owner, follow_symlinks=False)
        _bind(socket_dir, f"{root}{socket_dir}", read_only=False)
    syscalls.unmount(scratch)
    os.rmdir(scratch)  # noqa: PTH106
    if has_proc:
        _mount_proc(root)
    else:
        _bind("/proc", f"{root}/proc", read_only=True)
    syscalls.pivot_root(root)
    syscalls.mount_setattr("/", syscalls.MOUNT_ATTR_RDONLY, recursive=False)
    os.chdir(sandbox.home)


def rules(sandbox: Sandbox, python: Iterable[str], *, in_new_root: bool) -> list[tuple[str, int]]:
    """Return Landlock's rules for the same files: they apply without a new root, too."""
    if misplaced := [folder for folder in sandbox.socket_dirs if in_scratch(folder)]:
        message = (
            "a socket directory must not be in the scratch space, where everything may be "
            f"written: {misplaced}"
        )
        raise ValueError(message)
    readable = ("/",) if in_new_root else (*visible_paths(sandbox, python), "/proc")
    scratch = (sandbox.home, *(_SCRATCH if in_new_root else ()))
    devices = (*(f"/dev/{name}" for name in _DEVICES), *sandbox.devices)
    return [
        *((path, landlock.READ) for path in readable),
        *((path, landlock.EVERYTHING) for path in scratch),
        *((path, landlock.SOCKET_DIR) for path in sandbox.socket_dirs),
        *((path, landlock.DEVICE) for path in devices),
    ]


def _make_scratch(root: str, size: int, owner: tuple[int, int]) -> str:
    scratch = f"{root}/scratch"
    _make_folder(scratch)
    inodes = max(1024, size >> 13)
    options = f"size={size},nr_inodes={inodes},mode=755,uid={owner[0]},gid={owner[1]}"
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV
    syscalls.mount("tmpfs", scratch, "tmpfs", flags, options)
    for name in ("/home", *_SCRATCH):
        os.makedirs(f"{scratch}{name}")  # noqa: PTH103
        os.chown(f"{scratch}{name}", *owner)
    return scratch


def _show_devices(root: str, more: Iterable[str]) -> None:
    _make_folder(f"{root}/dev")
    for path in (*(f"/dev/{name}" for name in _DEVICES), *more):
        _bind(path, f"{root}{path}", read_only=False)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        Path(f"{root}/dev/{name}").symlink_to(f"/proc/self/fd/{number}")
    Path(f"{root}/dev/fd").symlink_to("/proc/self/fd")


def _show(root: str, path: str) -> None:
    """Make a path of the host visible read-only, unless it is already."""
    target = f"{root}{path}"
    if Path(path).is_symlink():
        if not os.path.lexists(target):
            _make_folder(str(Path(target).parent))
            Path(target).symlink_to(Path(path).readlink())
    elif not os.path.lexists(target) or Path(target).is_dir():
        _bind(path, target, read_only=True)


def _bind(source: str, target: str, *, read_only: bool) -> None:
    """Make a file or folder of the host visible at another path; see mount(8), bind mounts."""
    if not os.path.lexists(target):
        mode = os.stat(source).st_mode  # noqa: PTH116
        if stat.S_ISDIR(mode):
            _make_folder(target)
        else:
            _make_folder(str(Path(target).parent))
            Path(target).touch()
    syscalls.mount(source, target, flags=syscalls.MS_BIND | syscalls.MS_REC)
    attributes = syscalls.MOUNT_ATTR_NOSUID | (syscalls.MOUNT_ATTR_RDONLY if read_only else 0)
    syscalls.mount_setattr(target, attributes, recursive=True)


def _make_folder(path: str) -> None:
    os.makedirs(path, mode=0o755, exist_ok=True)  # noqa: PTH103


def _write_etc(root: str, owner: tuple[int, int], home: str) -> None:
    """Write the few files of `/etc` that name users; those of the host are private."""
    user, group = owner
    _make_folder(f"{root}/etc")
    Path(f"{root}/etc/passwd").write_text(
        f"student:x:{user}:{group}::{home}:/bin/sh\n", encoding="ascii"
    )
    Path(f"{root}/etc/group").write_text(f"student:x:{group}:\n", encoding="ascii")
    Path(f"{root}/etc/hosts").write_text("127.0.0.1 localhost\n", encoding="ascii")


def _mount_proc(root: str) -> None:
    _make_folder(f"{root}/proc")
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC
    syscalls.mount("proc", f"{root}/proc", "proc", flags)


def python_paths() -> tuple[str, ...]:
    """Return the files of this process' Python: its prefixes, and each package imported so far.

    A package outside the prefixes (an editable install) is visible alone, without what is
    beside it.
    """
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(sys.executable).parent)}
    packages = set[str]()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is None or "." in name or name == "__main__":
            continue
        is_package = Path(file).name.startswith("__init__.")
        path = str(Path(file).parent) if is_package else file
        if not any(path.startswith(f"{prefix}/") for prefix in prefixes):
            packages.add(path)
    return (*sorted(prefixes), *sorted(packages))
