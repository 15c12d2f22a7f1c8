"""Call the Linux system calls that Python has no function for, by ctypes.

Each function is one system call, named as its manual page is, and raises OSError if it fails.
"""

import ctypes
import os
import platform
import signal
import sys

CLONE_NEWNS = 0x0002_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID = 1, 2
MNT_DETACH = 2

PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_CAPABILITY_VERSION = 0x2008_0522

# The calls that libc has no function for; numbers of <asm/unistd.h>, one row for each machine.
_NUMBERS = {
    "x86_64": {"clone": 56, "capset": 126, "pivot_root": 155},
    "aarch64": {"clone": 220, "capset": 91, "pivot_root": 41},
}
_SAME_EVERYWHERE = {
    "mount_setattr": 442,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}

# PyDLL keeps the interpreter's lock during a call: after `clone` the child still has it.
_libc = ctypes.PyDLL(None, use_errno=True)


def is_known_machine() -> bool:
    """Return whether the numbers of this machine's system calls are known."""
    return sys.platform == "linux" and platform.machine() in _NUMBERS


def call(name: str, *arguments: object) -> int:
    """Make a system call by its number; see syscall(2)."""
    number = _SAME_EVERYWHERE.get(name) or _NUMBERS[platform.machine()][name]
    return checked(_libc.syscall(ctypes.c_long(number), *arguments), name)


def checked(result: int, what: str) -> int:
    """Return the result of a C function; raise OSError if it is an error."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def clone(flags: int) -> int:
    """Fork into new namespaces; see clone(2). Returns as `os.fork` does.

    Unlike with `unshare`, the child itself is the first process of a new PID namespace. The fork
    handlers of Python and libc do not run: this is for a process with a single thread, whose child
    does little, or calls `os.fork` before it does much.
    """
    nothing = ctypes.c_void_p(0)
    flags = ctypes.c_ulong(flags | signal.SIGCHLD).value
    return call("clone", ctypes.c_ulong(flags), nothing, nothing, nothing, nothing)


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Mount a file system, folder or file; see mount(2)."""
    texts = [os.fsencode(text) if text else None for text in (source, target, kind)]
    result = _libc.mount(*texts, ctypes.c_ulong(flags), data.encode() if data else None)
    checked(result, f"mount {source or kind} on {target}")


def unmount(target: str) -> None:
    """Hide a mount now, and remove it as soon as it is no longer used; see umount2(2)."""
    checked(_libc.umount2(os.fsencode(target), MNT_DETACH), f"unmount {target}")


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


def mount_setattr(target: str, attributes: int, *, recursive: bool) -> None:
    """Set attributes of a mount, and of all below it; see mount_setattr(2)."""
    attr = _MountAttributes(attr_set=attributes)
    flags = ctypes.c_uint(_AT_RECURSIVE if recursive else 0)
    size = ctypes.c_size_t(ctypes.sizeof(attr))
    call("mount_setattr", _AT_FDCWD, os.fsencode(target), flags, ctypes.byref(attr), size)


def pivot_root(new_root: str) -> None:
    """Replace the root of this mount namespace by another mount; see pivot_root(2)."""
    os.chdir(new_root)
    call("pivot_root", b".", b".")  # the old root is now mounted over the new one, at "."
    unmount(".")
    os.chdir("/")


def prctl(option: int, value: int = 0, more: int = 0) -> int:
    """Set an attribute of this process; see prctl(2)."""
    unused = ctypes.c_ulong(0)
    result = _libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(more), unused, unused)
    return checked(result, f"prctl {option}")


def drop_capabilities() -> None:
    """Give up every capability that this process has; see capset(2)."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    call("capset", header, (ctypes.c_uint32 * 6)())
