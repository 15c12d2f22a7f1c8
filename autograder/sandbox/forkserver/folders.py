"""Keep the private folder in which a user's fork servers have their folders.

    $XDG_RUNTIME_DIR/autograder/   or /tmp/autograder-<user id>/
        <key>-<random>/            one fork server; it holds a lock on the folder while it lives
            control                its socket
            log                    what it and its supervisors log
            root/                  where its forks build their roots
            ending                 exists once it accepts no new clients

A folder without a lock is what is left of a fork server that was killed. The next command that
starts one removes it.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import ExamError

SOCKET_NAME, LOG_NAME, ROOT_NAME, ENDING_NAME = "control", "log", "root", "ending"
VARIABLE = "AUTOGRADER_RUNTIME_DIR"
"""The environment variable that names another private folder."""

_LONGEST = 107  # bytes of a socket's path: unix(7)
_NAME_BYTES = len("/autograder/") + 16 + len("-") + 8 + len("/") + len(SOCKET_NAME)


def runtime_folder() -> Path:
    """Return the private folder of this user; make it if it does not exist.

    Raises
    ------
    ExamError
        If it belongs to another user, is open to others, is a symbolic link, or its path is too
        long for a socket in it.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        folder = Path(chosen).absolute()
    elif (given := os.environ.get("XDG_RUNTIME_DIR")) and _is_usable(Path(given)):
        folder = Path(given, "autograder")
    else:
        folder = Path(tempfile.gettempdir(), f"autograder-{os.geteuid()}").absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):  # whose it is, is checked below
        folder.mkdir(mode=0o700)
    if fault := _fault(folder):
        message = (
            f"{folder} {fault}. Expected a private folder of user {os.geteuid()} with mode 700. "
            f"Remove it, or set {VARIABLE} to another folder."
        )
        raise ExamError(message)
    return folder


def server_folders(base: Path, key: str = "") -> list[Path]:
    """Return the folders of fork servers whose keys begin like this; all of them by default."""
    return sorted(path for path in base.iterdir() if path.name.startswith(key) and path.is_dir())


def reserve(base: Path, key: str) -> tuple[Path, int] | None:
    """Make the folder of a new fork server, unless one with the key runs or is being started.

    Returns
    -------
    The folder and an open file, which holds the lock on the folder until each of its copies is
    closed; None if there is another one, or another command is here at the same moment.
    """
    with _locked(base) as is_alone:
        if not is_alone:
            return None
        _remove_abandoned(base)
        if any(not is_ending(folder) for folder in server_folders(base, key)):
            return None
        folder = base / f"{key}-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        lock = _open(folder)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return folder, lock


def remove_abandoned(base: Path) -> None:
    """Remove what fork servers that were killed have left."""
    with _locked(base) as is_alone:
        if is_alone:
            _remove_abandoned(base)


def is_ending(folder: Path) -> bool:
    """Return whether a fork server accepts no new clients."""
    return (folder / ENDING_NAME).exists()


def was_killed(folder: Path) -> bool:
    """Return whether a fork server that has ended did not end by itself."""
    return folder.exists() and not is_ending(folder)


def _remove_abandoned(base: Path) -> None:
    for folder in server_folders(base):
        with _locked(folder) as is_abandoned:
            if is_abandoned:
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold the lock on a folder; yield whether it was free."""
    try:
        lock = _open(folder)
    except FileNotFoundError:  # its fork server has removed it meanwhile
        yield False
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_free = True
    except BlockingIOError:
        is_free = False
    try:
        yield is_free
    finally:
        os.close(lock)


def _open(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def _is_usable(given: Path) -> bool:
    """Return whether XDG_RUNTIME_DIR is what its specification promises, and short enough."""
    is_short = len(os.fsencode(given)) + _NAME_BYTES <= _LONGEST
    return given.is_absolute() and is_short and not _fault(given)


def _fault(folder: Path) -> str:
    """Return why a folder is not private, as the end of a sentence; an empty string if it is."""
    try:
        found, parent = folder.lstat(), folder.parent.stat()
    except OSError as error:
        return f"cannot be used: {error.strerror}"
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        return "is a symbolic link"
    if not stat.S_ISDIR(found.st_mode):
        return "is not a folder"
    if found.st_uid != os.geteuid():
        return f"belongs to user {found.st_uid}"
    if mode & 0o077 or mode & 0o700 != 0o700:
        return f"has mode {mode:o}"
    others_write = parent.st_mode & 0o022 and not parent.st_mode & stat.S_ISVTX
    if others_write or parent.st_uid not in (0, os.geteuid()):
        return f"can be replaced by others: {folder.parent} is not protected from them"
    if len(os.fsencode(folder)) + _NAME_BYTES - len("/autograder") > _LONGEST:
        return "has a path that is too long for a socket"
    return ""
