"""The files that a kernel sees: a new root, in which nearly everything is read-only.

    home, /tmp, /dev/shm           the scratch: private, empty, of limited size, gone in the end
    Python, packages, /usr, fonts  read-only, where they always are
    doors                          folders of the host in which it may make sockets
    everything else                is not there

Runs as the first process of new namespaces, as their root user.
"""

import os
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.isolation import landlock
from autograder.sandbox.isolation import syscalls as system
from autograder.sandbox.socket_dirs import is_scratch


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """What a process sees beside Python's own files; all paths are absolute.

    home       its home and working directory: an existing folder, whose content it does not see
    visible    files and folders, read-only
    doors      folders in which it may read, and make sockets; from `make_door`
    support    a folder whose entries appear read-only in the home
    devices    device files, for a GPU
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


def shown(sandbox: Sandbox, python: Iterable[str]) -> tuple[str, ...]:
    """Return every path that is visible read-only; symbolic links and their targets both."""
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
    place: str,
    scratch_bytes: int,
    owner: tuple[int, int],
    *,
    has_proc: bool = True,
) -> None:
    """Leave the host's files for the sandbox's.

    Parameters
    ----------
    python : what Python and its packages need, read-only
    place : an empty folder on which the new root is put together
    owner : user and group of the scratch and the doors
    has_proc : whether a /proc of our own can be mounted; else the host's is shown
    """
    system.mount("", "/", flags=system.MS_REC | system.MS_PRIVATE)
    flags = system.MS_NOSUID | system.MS_NODEV
    system.mount("tmpfs", place, "tmpfs", flags, "size=4m,nr_inodes=8k,mode=755")
    _show_devices(place, sandbox.devices)
    scratch = _make_scratch(place, scratch_bytes, owner)
    for path in _SCRATCH:
        _bind(f"{scratch}{path}", f"{place}{path}", read_only=False)
    for path in sorted(shown(sandbox, python), key=len):
        _show(place, path)
    _write_etc(place, owner, sandbox.home)
    _bind(f"{scratch}/home", f"{place}{sandbox.home}", read_only=False)
    if sandbox.support:
        for entry in Path(sandbox.support).iterdir():
            _bind(str(entry), f"{place}{sandbox.home}/{entry.name}", read_only=True)
    for socket_dir in sandbox.socket_dirs:
        if owner[0] != os.geteuid():
            for path in (socket_dir, *(entry.path for entry in os.scandir(socket_dir))):
                os.chown(path, *owner, follow_symlinks=False)
        _bind(socket_dir, f"{place}{socket_dir}", read_only=False)
    system.unmount(scratch)
    os.rmdir(scratch)  # noqa: PTH106
    if has_proc:
        _mount_proc(place)
    else:
        _bind("/proc", f"{place}/proc", read_only=True)
    system.pivot_root(place)
    system.mount_setattr("/", system.MOUNT_ATTR_RDONLY, recursive=False)
    os.chdir(sandbox.home)


def rules(sandbox: Sandbox, python: Iterable[str], *, in_new_root: bool) -> list[tuple[str, int]]:
    """Return Landlock's rules for the same: they hold where there is no new root, too."""
    if open_doors := [socket_dir for socket_dir in sandbox.socket_dirs if is_scratch(socket_dir)]:
        message = (
            f"a door must not lie in the scratch, where everything may be written: {open_doors}"
        )
        raise ValueError(message)
    readable = ("/",) if in_new_root else (*shown(sandbox, python), "/proc")
    scratch = (sandbox.home, *(_SCRATCH if in_new_root else ()))
    devices = (*(f"/dev/{name}" for name in _DEVICES), *sandbox.devices)
    return [
        *((path, landlock.READ) for path in readable),
        *((path, landlock.EVERYTHING) for path in scratch),
        *((path, landlock.DOOR) for path in sandbox.socket_dirs),
        *((path, landlock.DEVICE) for path in devices),
    ]


def _make_scratch(place: str, size: int, owner: tuple[int, int]) -> str:
    scratch = f"{place}/scratch"
    _make_folder(scratch)
    inodes = max(1024, size >> 13)
    options = f"size={size},nr_inodes={inodes},mode=755,uid={owner[0]},gid={owner[1]}"
    flags = system.MS_NOSUID | system.MS_NODEV
    system.mount("tmpfs", scratch, "tmpfs", flags, options)
    for name in ("/home", *_SCRATCH):
        os.makedirs(f"{scratch}{name}")  # noqa: PTH103
        os.chown(f"{scratch}{name}", *owner)
    return scratch


def _show_devices(place: str, more: Iterable[str]) -> None:
    _make_folder(f"{place}/dev")
    for path in (*(f"/dev/{name}" for name in _DEVICES), *more):
        _bind(path, f"{place}{path}", read_only=False)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        Path(f"{place}/dev/{name}").symlink_to(f"/proc/self/fd/{number}")
    Path(f"{place}/dev/fd").symlink_to("/proc/self/fd")


def _show(place: str, path: str) -> None:
    """Show a path of the host read-only, unless what is there already shows it."""
    target = f"{place}{path}"
    if Path(path).is_symlink():
        if not os.path.lexists(target):
            _make_folder(str(Path(target).parent))
            Path(target).symlink_to(Path(path).readlink())
    elif not os.path.lexists(target) or Path(target).is_dir():
        _bind(path, target, read_only=True)


def _bind(source: str, target: str, *, read_only: bool) -> None:
    """Show a file or folder of the host at another place; see mount(8), bind mounts."""
    if not os.path.lexists(target):
        mode = os.stat(source).st_mode  # noqa: PTH116
        if stat.S_ISDIR(mode):
            _make_folder(target)
        else:
            _make_folder(str(Path(target).parent))
            Path(target).touch()
    system.mount(source, target, flags=system.MS_BIND | system.MS_REC)
    attributes = system.MOUNT_ATTR_NOSUID | (system.MOUNT_ATTR_RDONLY if read_only else 0)
    system.mount_setattr(target, attributes, recursive=True)


def _make_folder(path: str) -> None:
    os.makedirs(path, mode=0o755, exist_ok=True)  # noqa: PTH103


def _write_etc(place: str, owner: tuple[int, int], home: str) -> None:
    """Write the few files of `/etc` that name users; the host's are nobody's business."""
    user, group = owner
    _make_folder(f"{place}/etc")
    Path(f"{place}/etc/passwd").write_text(
        f"student:x:{user}:{group}::{home}:/bin/sh\n", encoding="ascii"
    )
    Path(f"{place}/etc/group").write_text(f"student:x:{group}:\n", encoding="ascii")
    Path(f"{place}/etc/hosts").write_text("127.0.0.1 localhost\n", encoding="ascii")


def _mount_proc(place: str) -> None:
    _make_folder(f"{place}/proc")
    flags = system.MS_NOSUID | system.MS_NODEV | system.MS_NOEXEC
    system.mount("proc", f"{place}/proc", "proc", flags)


def python_paths() -> tuple[str, ...]:
    """Return what this process' Python needs: its prefixes, and each package imported so far.

    A package that lies outside the prefixes (an editable install) is shown alone, without the
    folder that it lies in.
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
