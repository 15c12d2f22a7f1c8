"""Measure a command from outside: wall clock, CPU, memory of its whole tree, results over time.

Nothing here depends on what the command does.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench import child

INTERVAL = 0.4  # seconds between two measurements, which take some milliseconds each
Count = Callable[[], int]
OnCount = Callable[[int], object]


class CommandFailed(RuntimeError):
    """A command of the benchmark failed; the message ends with its last output."""


@dataclass(frozen=True)
class Usage:
    """What a command took.

    wall         seconds until it ended
    cpu          CPU seconds of it and of all its descendants
    peak         most memory of the tree at a time, bytes (proportional: shared pages count once)
    peak_main    most memory of the command's own process, bytes
    moments      seconds after which each result was written
    """

    wall: float
    cpu: float
    peak: int = 0
    peak_main: int = 0
    moments: tuple[float, ...] = field(default=(), repr=False)


def measure(
    command: Sequence[str],
    *,
    cwd: Path,
    log: Path,
    environment: Mapping[str, str] | None = None,
    count: Count = lambda: 0,
    on_count: OnCount = lambda _: None,
) -> Usage:
    """Run a command to its end; return the measurements.

    Parameters
    ----------
    log
        The file for the output of the command.
    count
        Returns the number of results so far; called a few times a second.
    on_count
        Called with the number of results when there are more.

    Raises
    ------
    CommandFailed
        If the command's exit status is not zero.
    """
    with tempfile.TemporaryDirectory() as folder, log.open("wb") as printed:
        usage = Path(folder) / "usage.json"
        reaper = subprocess.Popen(
            [sys.executable, "-I", child.__file__, str(usage), *command],
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        peak, peak_main, moments = _watch(reaper, count, on_count)
        if reaper.returncode != 0:
            end = log.read_text(errors="replace")[-2_000:]
            message = f"{' '.join(command)} ended with {reaper.returncode}:\n{end}"
            raise CommandFailed(message)
        spent = json.loads(usage.read_text())
    return Usage(spent["wall"], spent["cpu"], peak, peak_main, tuple(moments))


def _watch(
    reaper: subprocess.Popen[bytes], count: Count, on_count: OnCount
) -> tuple[int, int, list[float]]:
    began, peak, peak_main = time.monotonic(), 0, 0
    moments: list[float] = []
    is_over = False
    while not is_over:
        is_over = reaper.poll() is not None  # and measure once more, for the last results
        whole, main = _memory(reaper.pid)
        peak, peak_main = max(peak, whole), max(peak_main, main)
        there = count()
        if there > len(moments):
            moments += [time.monotonic() - began] * (there - len(moments))
            on_count(there)
        if not is_over:
            time.sleep(INTERVAL)
    return peak, peak_main, moments


def _memory(reaper: int) -> tuple[int, int]:
    """Return the bytes of the tree below the reaper, and of the command's own process."""
    try:
        tree = psutil.Process(reaper).children(recursive=True)
    except psutil.NoSuchProcess:
        return 0, 0
    tree.sort(key=lambda process: process.create_time())  # the command is the oldest
    sizes = [_proportional(process.pid) for process in tree]
    return sum(sizes), sizes[0] if sizes else 0


def _proportional(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:  # it has ended, or is in a sandbox
        return 0
    return 0
