"""Write files atomically: a reader sees a complete file or none, even after a power failure.

What to do about errors of the file system is said here too.
"""

import errno
import os
import uuid
from pathlib import Path

from autograder.errors import UsageError


def write_partial(target: Path, data: bytes) -> Path:
    """Write a temporary file next to `target`, and return its path, ready for `Path.replace`.

    Its name is unique, because two programs may write the same target at once, and short, because
    the name of the target may be as long as a file system allows. The content is on the disk before
    the file can be renamed. Otherwise a crash could leave the new name with an empty file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{uuid.uuid4().hex}.partial")
    try:
        with partial.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return partial


def write_atomically(target: Path, data: bytes) -> None:
    """Write a file; if this is interrupted, the previous file stays."""
    write_partial(target, data).replace(target)


def write_for_user(target: Path, data: bytes) -> None:
    """Write a file that a user asked for, atomically.

    Raises
    ------
    UsageError
        If it cannot be written, with what to do.
    """
    try:
        write_atomically(target, data)
    except OSError as error:
        message = f"{target} cannot be written: {error.strerror}. {advice_on(error)}"
        raise UsageError(message) from error


def advice_on(error: OSError) -> str:
    """Return what to do about a file that cannot be read or written, in one sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free some space there."
    if error.errno == errno.EROFS:
        return "That disk is read-only: use a copy of the course on another one."
    if error.errno in (errno.EACCES, errno.EPERM):
        return "Change the permissions of the file and of its folder."
    if error.errno in (errno.EISDIR, errno.ENOTDIR, errno.EEXIST):
        return "A file is where a folder is expected, or the other way round: rename it."
    if error.errno == errno.ENAMETOOLONG:
        return "Use a shorter name."
    return "Check that the path exists."
