"""How much memory, how many tasks and files processes hold, from `/proc`; see proc(5)."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_TABLES = ("VmPTE:",)  # of pages: to read through memory that was never written fills gigabytes
_COUNTED = ("RssAnon:", "RssShmem:", *_TABLES)


@dataclass(frozen=True)
class Usage:
    """What is held at one moment; `tasks` are processes and threads."""

    memory: int = 0
    tasks: int = 0


def processes_here() -> list[int]:
    """Return every process of this PID namespace but the first."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]  # noqa: PTH208


def descendants(process: int) -> Iterator[int]:
    """Yield the process and its descendants, as far as they can still be found."""
    yield process
    for task in _listed(f"/proc/{process}/task"):
        children = _text(f"/proc/{process}/task/{task}/children")
        for child in children.split():
            yield from descendants(int(child))


def usage(processes: Iterable[int]) -> Usage:
    """Return what the processes hold together.

    Pages that they share, with each other or with the zygote, count for each of them.
    """
    memory = tasks = 0
    for process in processes:
        status = _text(f"/proc/{process}/status")
        memory += 1024 * _sum(status, _COUNTED)
        tasks += _sum(status, ("Threads:",))
    return Usage(memory, tasks)


def proportional(processes: Iterable[int]) -> int:
    """Return the bytes that the processes hold, what they share counted once; this takes longer.

    0 where the kernel does not say what is shared.
    """
    pages = tables = 0
    for process in processes:
        pages += _sum(_text(f"/proc/{process}/smaps_rollup"), ("Pss_Anon:", "Pss_Shmem:"))
        tables += _sum(_text(f"/proc/{process}/status"), _TABLES)
    return 1024 * (pages + tables) if pages else 0


def entries(folder: str) -> int:
    """Return how many files, sockets and folders lie in a folder; none where it is gone."""
    return len(_listed(folder))


def _sum(text: str, fields: tuple[str, ...]) -> int:
    """Return the sum of some fields of a file in `/proc`; sizes are in KiB there."""
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith(fields))


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""  # it has ended meanwhile, and holds nothing


def _listed(path: str) -> list[str]:
    try:
        return os.listdir(path)  # noqa: PTH208
    except OSError:
        return []
