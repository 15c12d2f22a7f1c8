"""Restrict the files that a process may use, and forbid TCP, with Landlock: landlock(7).

It needs no privilege, so it works in a plain container too. What later versions offer (TCP from 4,
signals and abstract sockets from 6) is used where it is available.
"""

import ctypes
import os
from collections.abc import Iterable

from autograder.sandbox.isolation.syscalls import call

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_FILE, MAKE_SOCK = 1 << 5, 1 << 9
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

READ = EXECUTE | READ_FILE | READ_DIR
SOCKET_DIR = READ_FILE | READ_DIR | REMOVE_FILE | MAKE_SOCK
DEVICE = READ_FILE | WRITE_FILE | _IOCTL_DEV
EVERYTHING = (1 << 16) - 1
_FILE_ACCESSES = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE | _IOCTL_DEV

_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # abstract Unix sockets, signals
_VERSION_FLAG = 1
_PATH_BENEATH = 1


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def version() -> int:
    """Return the version of Landlock that Linux offers here; 0 for none."""
    try:
        size = ctypes.c_size_t(0)
        return call("landlock_create_ruleset", None, size, ctypes.c_uint32(_VERSION_FLAG))
    except (OSError, KeyError):
        return 0


def make_ruleset(allowed: Iterable[tuple[str, int]]) -> int:
    """Return the file descriptor of rules that allow accesses below paths, and nothing else.

    Paths that do not exist are ignored.
    """
    available = version()
    handled = _handled(available)
    ruleset = _Ruleset(handled, _TCP if available >= 4 else 0, _SCOPES if available >= 6 else 0)
    size = ctypes.c_size_t(24 if available >= 6 else 16 if available >= 4 else 8)
    rules = call("landlock_create_ruleset", ctypes.byref(ruleset), size, ctypes.c_uint32(0))
    for path, access in allowed:
        if os.path.exists(path):  # noqa: PTH110 - paths are strings here, for speed
            _allow(rules, path, access & handled)
    return rules


def restrict_self(rules: int) -> None:
    """Apply the rules to this process and its descendants; `no_new_privs` must be set."""
    call("landlock_restrict_self", rules, ctypes.c_uint32(0))


def _allow(rules: int, path: str, access: int) -> None:
    folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):  # noqa: PTH112
            access &= _FILE_ACCESSES
        rule = _PathBeneath(access, folder)
        kind = ctypes.c_uint(_PATH_BENEATH)
        call("landlock_add_rule", rules, kind, ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(folder)


def _handled(available: int) -> int:
    """Return the accesses to files that this version recognizes."""
    handled = EVERYTHING
    if available < 5:
        handled &= ~_IOCTL_DEV
    if available < 3:
        handled &= ~_TRUNCATE
    if available < 2:
        handled &= ~_REFER
    return handled
