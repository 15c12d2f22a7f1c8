"""Give a process a new root, in which nearly everything is read-only.

    home, /tmp, /dev/shm           scratch space: private, limited, temporary
    Python, packages, /usr, fonts  read-only, at their usual paths
    socket directories             folders of the host in which it may make sockets
    hidden files and folders       empty, where one of these has them
    everything else                does not exist

`enter` runs in the first process of new namespaces, as their root user.
"""

import logging
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.environment import in_scratch
from autograder.sandbox.isolation import hiding, landlock, support, syscalls
from autograder.sandbox.isolation.visible import visible_paths

_log = logging.getLogger("autograder.sandbox.forkserver.server")


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """The files that a process sees beside Python's own; all paths are absolute.

    home          its home and working directory: an existing folder, whose content is hidden
    visible       files and folders, read-only
    socket_dirs   folders in which it may read and make sockets; from `make_socket_dir`
    support       a folder whose entries are copied into the home
    devices       device files, for a GPU
    hidden        files and folders that are hidden even where a folder around them is visible
    terminals     how many pseudo-terminals it may open at a time: each is one of the machine's
    """

    home: str
    visible: tuple[str, ...] = ()
    socket_dirs: tuple[str, ...] = ()
    support: str | None = None
    devices: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    terminals: int = 0


_DEVICES = ("null", "zero", "full", "random", "urandom")
_SCRATCH = ("/tmp", "/dev/shm")


@dataclass(frozen=True)
class Layout:
    """Where the files of the host appear in a sandbox.

    visible   every path that is visible read-only, with what it is without symbolic links
    covers    the paths in them that are covered, so that what is hidden does not appear there
    """

    visible: Mapping[str, str]
    covers: tuple[str, ...] = ()


def layout(sandbox: Sandbox, python: Iterable[str]) -> Layout:
    """Return the layout of a sandbox; `python` are the files of Python and its packages.

    Raises
    ------
    ValueError
        If Python needs a file that is to be hidden.
    """
    named = (*python, *sandbox.visible)
    visible = visible_paths(named, has_gpu=bool(sandbox.devices))
    covers = hiding.covers(sandbox.hidden, visible)
    if needed := hiding.needed_file(covers, visible):
        message = f"{needed} is needed, but it is in {', '.join(covers)}, which must be hidden"
        raise ValueError(message)
    return Layout(visible, covers)


def enter(
    sandbox: Sandbox,
    placed: Layout,
    root: str,
    scratch_bytes: int,
    owner: tuple[int, int],
    *,
    has_proc: bool = True,
) -> None:
    """Replace the root of this process by one with the files of the sandbox only.

    Parameters
    ----------
    placed : the layout of this sandbox
    root : an empty folder in which the new root is built
    scratch_bytes : size of the scratch space, beyond that of the support files
    owner : user and group of the scratch space and the socket directories
    has_proc : whether a new /proc can be mounted; else the host's is visible
    """
    syscalls.mount("", "/", flags=syscalls.MS_REC | syscalls.MS_PRIVATE)
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV
    syscalls.mount("tmpfs", root, "tmpfs", flags, "size=4m,nr_inodes=8k,mode=755")
    _show_devices(root, sandbox.devices)
    if sandbox.terminals:
        _mount_terminals(root, sandbox.terminals)
    scratch = _make_scratch(root, scratch_bytes + support.size(sandbox.support), owner)
    for path in _SCRATCH:
        _bind(f"{scratch}{path}", f"{root}{path}", read_only=False)
    _show_all(root, placed)
    _write_etc(root, owner, sandbox.home)
    _bind(f"{scratch}/home", f"{root}{sandbox.home}", read_only=False)
    support.copy(sandbox.support, f"{root}{sandbox.home}", owner)
    for socket_dir in sandbox.socket_dirs:
        if owner[0] != os.geteuid():
            for path in (socket_dir, *(entry.path for entry in os.scandir(socket_dir))):
                os.chown(path, *owner, follow_symlinks=False)
        _bind(socket_dir, f"{root}{socket_dir}", read_only=False)
    for path in placed.covers:
        hiding.make_read_only(f"{root}{path}")
    syscalls.unmount(scratch)
    os.rmdir(scratch)  # noqa: PTH106
    if has_proc:
        _mount_proc(root)
    else:
        _bind("/proc", f"{root}/proc", read_only=True)
    syscalls.pivot_root(root)
    syscalls.mount_setattr("/", syscalls.MOUNT_ATTR_RDONLY, recursive=False)
    os.chdir(sandbox.home)


def rules(sandbox: Sandbox, placed: Layout, *, in_new_root: bool) -> list[tuple[str, int]]:
    """Return Landlock's rules for the same files: they apply without a new root, too."""
    if misplaced := [folder for folder in sandbox.socket_dirs if in_scratch(folder)]:
        message = (
            "a socket directory must not be in the scratch space, where everything may be "
            f"written: {misplaced}"
        )
        raise ValueError(message)
    scratch = (sandbox.home, *(_SCRATCH if in_new_root else ()))
    devices = (*(f"/dev/{name}" for name in _DEVICES), *sandbox.devices)
    # Without a new root, the terminals are those of the machine.
    terminals = ("/dev/pts",) if sandbox.terminals and in_new_root else ()
    return [
        *_readable(placed, in_new_root=in_new_root),
        *((path, landlock.EVERYTHING) for path in scratch),
        *((path, landlock.SOCKET_DIR) for path in sandbox.socket_dirs),
        *((path, landlock.DEVICE) for path in (*devices, *terminals)),
    ]


def _readable(placed: Layout, *, in_new_root: bool) -> Iterator[tuple[str, int]]:
    if in_new_root and not placed.covers:
        yield "/", landlock.READ
        return
    if in_new_root:  # what is covered is empty there, so every folder may be listed
        yield "/", landlock.READ_DIR
    for path in (*placed.visible, "/proc", *(("/etc",) if in_new_root else ())):
        if not os.path.islink(path):  # noqa: PTH114 - a rule for a link would be for its target
            for shown in hiding.around(path, placed.covers):
                yield shown, landlock.READ


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


def _mount_terminals(root: str, most: int) -> None:
    """Mount pseudo-terminals of its own: IPython runs shell lines in one; see pts(4)."""
    _make_folder(f"{root}/dev/pts")
    flags = syscalls.MS_NOSUID | syscalls.MS_NOEXEC
    options = f"newinstance,ptmxmode=0666,mode=620,max={most}"
    try:
        syscalls.mount("devpts", f"{root}/dev/pts", "devpts", flags, options)
    except OSError as error:  # some containers refuse it: only shell lines do not work then
        _log.warning("shell lines of students do not work: %s", error)
        return
    Path(f"{root}/dev/ptmx").symlink_to("pts/ptmx")


def _show_all(root: str, placed: Layout) -> None:
    """Make paths of the host visible read-only, and cover some: folders before their content."""
    steps = [(len(path), False, path) for path in placed.visible]
    steps += [(len(path), True, path) for path in placed.covers]
    covered: dict[str, bool] = {}  # by the paths that are mounted so far
    for _, is_cover, path in sorted(steps):
        if is_cover:
            hiding.cover(f"{root}{path}")
            covered[path] = True
        elif os.path.islink(path):  # noqa: PTH114
            _show_link(root, path)
        elif _is_covered(path, covered):
            _bind(path, f"{root}{path}", read_only=True)
            covered[path] = False


def _is_covered(path: str, covered: Mapping[str, bool]) -> bool:
    """Return whether a path is not visible yet: no folder above it is, or the next is covered."""
    while path:
        if path in covered:
            return covered[path]
        path = path.rpartition("/")[0]
    return True


def _show_link(root: str, path: str) -> None:
    target = f"{root}{path}"
    if not os.path.lexists(target):
        _make_folder(str(Path(target).parent))
        Path(target).symlink_to(Path(path).readlink())


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
