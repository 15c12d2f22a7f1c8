"""Give each exam cores of its own, which no exam of another slot or another worker uses meanwhile.

Each core has a name that only one exam can hold at a time: the name of an abstract Unix socket, see
unix(7). Linux frees it when its holder ends, and all users of a machine see the same names.
"""

import functools
import logging
import math
import os
import random
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dask.system import CPU_COUNT

LOG = logging.getLogger(__name__)

_GROUPS, _CPUS = Path("/sys/fs/cgroup"), Path("/sys/devices/system/cpu")
_NAME = "\0autograder-core-{}"


def core_count() -> int:
    """Return how many cores exams can keep busy; unlike Dask's number, it is below the quota."""
    return max(1, int(min(CPU_COUNT, cpu_quota())))


def usable_cores() -> tuple[int, ...]:
    """Return the numbers of the cores that this process may use.

    The hardware threads of one core are side by side, and so are the cores of one processor.
    """
    if not hasattr(os, "sched_getaffinity"):
        return tuple(range(os.cpu_count() or 1))
    return tuple(sorted(os.sched_getaffinity(0), key=_place))


def cpu_quota(groups: Path = _GROUPS, process: Path = Path("/proc/self")) -> float:
    """Return how many CPUs this process may use on average, by its control groups: cgroups(7).

    Infinite without a quota.
    """
    quotas = [math.inf]
    for line in _text(process / "cgroup").splitlines():
        number, controllers, path = line.split(":", 2)
        if number == "0":
            top, read = groups, _quota
        elif "cpu" in controllers.split(","):
            top, read = groups / controllers, _quota_v1
        else:
            continue
        own = top / path.lstrip("/")
        quotas += [read(group) for group in (own, *own.parents) if group.is_relative_to(top)]
    return min(quotas)


@contextmanager
def reserved_cores(count: int, cores: Sequence[int] | None = None) -> Iterator[tuple[int, ...]]:
    """Reserve some cores for one exam; yield their numbers, or none if so many are not free.

    Which of the free ones is random: workers in different containers do not see each other's.

    Parameters
    ----------
    count
        How many, side by side.
    cores
        The cores to choose from; `usable_cores` when None.
    """
    cores = usable_cores() if cores is None else tuple(cores)
    blocks = [cores[start : start + count] for start in range(0, len(cores) - count + 1, count)]
    with ExitStack() as reserved:
        for block in random.sample(blocks, len(blocks)):
            if _reserve(block, reserved):
                yield tuple(block)
                return
        LOG.info("No %d cores are free of other exams: an exam shares its cores", count)
        yield ()


def _reserve(block: Sequence[int], reserved: ExitStack) -> bool:
    """Reserve all cores of a block until `reserved` is closed, or none; return whether they are."""
    with ExitStack() as attempt:
        for core in block:
            name = attempt.enter_context(socket.socket(socket.AF_UNIX))
            try:
                name.bind(_NAME.format(core))
            except OSError:  # another exam has it
                return False
        reserved.push(attempt.pop_all())
    return True


@functools.cache
def _place(core: int) -> tuple[int, int, int]:
    """Return where a core is: its processor, its number there, and the hardware thread."""
    topology = _CPUS / f"cpu{core}" / "topology"
    package, number = (
        int(_text(topology / name) or 0) for name in ("physical_package_id", "core_id")
    )
    return package, number, core


def _quota(group: Path) -> float:
    """Return the quota of a control group of version 2."""
    words = _text(group / "cpu.max").split()
    return math.inf if not words or words[0] == "max" else int(words[0]) / int(words[1])


def _quota_v1(group: Path) -> float:
    """Return the quota of a control group of version 1."""
    quota, period = (_text(group / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
    return int(quota) / int(period) if quota and period and int(quota) > 0 else math.inf


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""  # this machine has no such file
