"""Measure the memory and tasks of processes, and the entries of folders, in `/proc`: proc(5)."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Page tables: a program that reads memory which it never wrote can fill gigabytes of them.
_TABLE_FIELDS = ("VmPTE:",)
_MEMORY_FIELDS = ("RssAnon:", "RssShmem:", *_TABLE_FIELDS)


@dataclass(frozen=True)
class Usage:
    """What processes use at one moment: bytes of memory; processes and threads."""

    memory: int = 0
    tasks: int = 0


def processes_here() -> list[int]:
    """Return every process of this PID namespace except the first."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]  # noqa: PTH208


def descendants(process: int) -> Iterator[int]:
    """Yield the process and those of its descendants that can still be found."""
    yield process
    for task in _list(f"/proc/{process}/task"):
        children = _text(f"/proc/{process}/task/{task}/children")
        for child in children.split():
            yield from descendants(int(child))


def measure(processes: Iterable[int]) -> Usage:
    """Return what the processes use together.

    Pages that they share, with each other or with the fork server, count for each of them.
    """
    memory = tasks = 0
    for process in processes:
        status = _text(f"/proc/{process}/status")
        memory += 1024 * _sum(status, _MEMORY_FIELDS)
        tasks += _sum(status, ("Threads:",))
    return Usage(memory, tasks)


def proportional_memory(processes: Iterable[int]) -> int:
    """Return the bytes of memory of the processes, with shared pages counted once.

    This takes longer than `measure`. 0 where Linux does not report what is shared.
    """
    pages = tables = 0
    for process in processes:
        pages += _sum(_text(f"/proc/{process}/smaps_rollup"), ("Pss_Anon:", "Pss_Shmem:"))
        tables += _sum(_text(f"/proc/{process}/status"), _TABLE_FIELDS)
    return 1024 * (pages + tables) if pages else 0


def count_entries(folder: str) -> int:
    """Return the number of files, sockets and folders in a folder; 0 if it does not exist."""
    return len(_list(folder))


def _sum(text: str, fields: tuple[str, ...]) -> int:
    """Return the sum of some fields of a file in `/proc`; sizes are in KiB there."""
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith(fields))


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""  # the process has ended meanwhile


def _list(path: str) -> list[str]:
    try:
        return os.listdir(path)  # noqa: PTH208
    except OSError:
        return []
