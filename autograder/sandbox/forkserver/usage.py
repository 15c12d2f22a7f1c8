"""Measure memory, tasks and CPU time of processes, and entries of folders, in `/proc`: proc(5)."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Page tables: a program that reads memory which it never wrote can fill gigabytes of them.
_TABLE_FIELDS = ("VmPTE:",)
_MEMORY_FIELDS = ("RssAnon:", "RssShmem:", *_TABLE_FIELDS)
_TICKS = os.sysconf("SC_CLK_TCK")  # of the times in `stat`, in a second
_CPU_FIELDS = slice(11, 15)  # after the name: of the process, then of its children that have ended


@dataclass(frozen=True)
class Usage:
    """What processes use at one moment: bytes of memory; processes and threads."""

    memory: int = 0
    tasks: int = 0


@dataclass(frozen=True)
class CpuTime:
    """The CPU time of processes since each of them started, in seconds.

    used     on a core; with that of children that have ended
    waited   ready to run, but without a core; the sum over all threads that exist
    """

    used: float = 0.0
    waited: float = 0.0


def processes_here() -> list[int]:
    """Return every process of this PID namespace except the first."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]  # noqa: PTH208


def descendants(process: int) -> Iterator[int]:
    """Yield the process and those of its descendants that can still be found."""
    waiting = [process]  # not recursive: student code can start long chains of processes
    while waiting:
        process = waiting.pop()
        yield process
        for task in _list(f"/proc/{process}/task"):
            waiting += map(int, _text(f"/proc/{process}/task/{task}/children").split())


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


def cpu_time(processes: Iterable[int]) -> CpuTime:
    """Return the CPU time of the processes together; see `CpuTime`.

    What Linux does not report counts as 0.
    """
    ticks = nanoseconds = 0
    for process in processes:
        _, _, fields = _text(f"/proc/{process}/stat").rpartition(")")  # after the name
        ticks += sum(map(int, fields.split()[_CPU_FIELDS]))
        for task in _list(f"/proc/{process}/task"):
            _, waited, *_ = (*_text(f"/proc/{process}/task/{task}/schedstat").split(), 0, 0)
            nanoseconds += int(waited)
    return CpuTime(ticks / _TICKS, nanoseconds / 1e9)


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
