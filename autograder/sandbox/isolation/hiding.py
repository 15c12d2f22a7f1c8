"""Find out where files that must stay hidden would appear in a sandbox, and hide them.

A folder that is visible may contain a course: one below the prefix of Python, or below /usr. Then
an empty, read-only folder covers the course there; see `covers`.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from autograder.sandbox.isolation import syscalls


def covers(hidden: Iterable[str], visible: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths to cover: where hidden files would appear in folders that are visible.

    Parameters
    ----------
    hidden
        Files and folders, by any of their names. One that does not exist is ignored.
    visible
        Every visible path, with what it is without symbolic links. The same folder may be visible
        at several paths.
    """
    secrets = {os.path.realpath(path) for path in hidden if os.path.exists(path)}  # noqa: PTH110
    found = {
        path + secret[len(real) :]
        for secret in secrets
        for path, real in visible.items()
        if is_below(secret, real) and not os.path.islink(path)  # noqa: PTH114
    }
    kept: list[str] = []
    for path in sorted(found, key=len):
        if not kept or not _is_hidden(path, kept, visible):  # else it is in a covered folder
            kept.append(path)
    return tuple(kept)


def is_below(path: str, folder: str) -> bool:
    """Return whether a path is that of a folder, or of something in it."""
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def needed_file(covered: Sequence[str], visible: Iterable[str]) -> str | None:
    """Return a file that Python and a shell cannot do without, and that would be hidden; or None.

    Something in a covered folder that is visible by itself is visible in spite of that.
    """
    if not covered:
        return None
    return next((path for path in _needed() if _is_hidden(path, covered, visible)), None)


def around(folder: str, covered: Iterable[str]) -> Iterator[str]:
    """Yield the paths that, together, are everything in a folder except what is covered."""
    inside = [path for path in covered if is_below(path, folder)]
    if not inside:
        yield folder
    elif folder not in inside:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.is_symlink():  # its target may be what is covered
                    yield from around(entry.path, inside)


def cover(target: str) -> None:
    """Mount an empty folder, or an empty file, over a path; see `make_read_only`."""
    if os.path.isdir(target):  # noqa: PTH112
        flags = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC
        syscalls.mount("tmpfs", target, "tmpfs", flags, "size=1m,nr_inodes=1k,mode=755")
    else:
        syscalls.mount("/dev/null", target, flags=syscalls.MS_BIND)


def make_read_only(target: str) -> None:
    """Make a cover read-only, once what is visible in it in spite of it is there."""
    syscalls.mount_setattr(target, syscalls.MOUNT_ATTR_RDONLY, recursive=False)


def _is_hidden(path: str, covered: Iterable[str], visible: Iterable[str]) -> bool:
    """Return whether a path is covered, and nothing around it is visible in spite of that."""
    around_it = [cover for cover in covered if is_below(path, cover)]
    if not around_it:
        return False
    longest = max(around_it, key=len)
    shown = (one for one in visible if one != longest and is_below(path, one))
    return not any(is_below(one, longest) for one in shown)


def _needed() -> set[str]:
    """Return the files that this process has mapped, the standard library, and the shell."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape")
    mapped = (line.partition("/") for line in maps.splitlines())
    files = (f"/{rest}" for _, slash, rest in mapped if slash)
    named = (sys.executable, os.__file__, "/bin/sh")
    return {os.path.realpath(path) for path in (*files, *named) if os.path.exists(path)}  # noqa: PTH110
