"""Copy the files that a process finds in its home: a copy of its own, to change as it likes."""

import contextlib
import os
import shutil
from collections.abc import Iterator

_MORE = 8192  # bytes that a file takes beyond its content, and that an inode needs


def size(folder: str | None) -> int:
    """Return the bytes of scratch space that the content of a folder takes, at most."""
    return sum(_MORE + os.stat(path).st_size for path in _content(folder))  # noqa: PTH116


def copy(folder: str | None, home: str, owner: tuple[int, int]) -> None:
    """Copy the content of a folder into a home, where it belongs to `owner`, a user and a group."""
    if folder is None:
        return
    shutil.copytree(folder, home, dirs_exist_ok=True)
    with contextlib.suppress(OSError):  # a container without this user: nobody becomes it either
        for path in _content(folder):
            os.chown(f"{home}{path[len(folder) :]}", *owner)


def _content(folder: str | None) -> Iterator[str]:
    """Yield the paths of everything in a folder."""
    for parent, names, files in os.walk(folder) if folder else ():
        yield from (f"{parent}/{name}" for name in (*names, *files))
