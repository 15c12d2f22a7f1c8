"""Divide a machine into slots, each for one exam at a time, with cores of its own.

No exam of another slot or another worker uses the cores of an exam meanwhile. Each core has a name
that only one exam can hold at a time: the name of an abstract Unix socket, see unix(7). Linux frees
it when its holder ends, and all users of a machine see the same names.
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

from dask.system import CPU_COUNT as DASK_CPU_COUNT

from autograder.errors import UsageError
from autograder.exam.environment import Slot
from autograder.sandbox.gpus import Gpu, gpu_devices, gpus

LOG = logging.getLogger(__name__)

_GROUPS, _CPUS = Path("/sys/fs/cgroup"), Path("/sys/devices/system/cpu")
_NAME = "\0autograder-core-{}"


def core_count() -> int:
    """Return how many cores exams can keep busy; unlike Dask's number, it is below the quota."""
    return max(1, int(min(DASK_CPU_COUNT, cpu_quota())))


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


CPU_COUNT = core_count()


def machine_slots(
    jobs: int | None = None, gpus_wanted: str | None = None, *, most: int | None = None
) -> tuple[Slot, ...]:
    """Return the slots of this machine: one for each GPU, or `jobs` of them.

    Parameters
    ----------
    jobs
        Exams to run at a time without GPUs; one for each core when None.
    gpus_wanted
        "auto" for all GPUs, a number of them, or a list in the format of CUDA_VISIBLE_DEVICES,
        such as "0,2" ("2," for a single one). Whether the GPUs of a list exist is not checked.
    most
        The largest number of slots that is useful, without GPUs: fewer slots have more cores each.

    Raises
    ------
    UsageError
        If there is no GPU, fewer than wanted, or both `jobs` and `gpus_wanted` are given.
    """
    if gpus_wanted is None:
        wanted = jobs or CPU_COUNT
        count = wanted if most is None else min(wanted, most)
        _warn_if_shared(count)
        return (Slot(threads=max(1, CPU_COUNT // count)),) * count
    if jobs is not None:
        message = "Give --jobs or --gpus: with GPUs, one exam runs on each of them at a time."
        raise UsageError(message)
    names = _names(gpus_wanted)
    _warn_if_shared(len(names))
    threads = max(1, CPU_COUNT // len(names))
    return tuple(Slot(threads=threads, gpu=name, devices=_devices(name)) for name in names)


def _warn_if_shared(exams: int) -> None:
    if exams > CPU_COUNT:
        LOG.warning(
            "%d exams at a time share %d cores: one that uses many of them slows down the others. "
            "At most %d have cores of their own",
            *(exams, CPU_COUNT, CPU_COUNT),
        )


def _names(wanted: str) -> tuple[str, ...]:
    """Return the wanted GPUs, each once, by their names in CUDA_VISIBLE_DEVICES."""
    if "," in wanted:
        names = tuple(dict.fromkeys(name.strip() for name in wanted.split(",") if name.strip()))
    else:
        found = tuple(_number(gpu) for gpu in gpus())
        if wanted != "auto" and not wanted.isdecimal():
            message = f"--gpus {wanted!r}: expected auto, a number of GPUs, or a list such as 0,1."
            raise UsageError(message)
        names = found if wanted == "auto" else found[: int(wanted)]
        if wanted != "auto" and len(names) < int(wanted):
            message = f"This machine has {len(found)} GPUs, not {wanted}; see `autograder doctor`."
            raise UsageError(message)
    if not names:
        message = (
            "This machine has no GPU; see `autograder doctor`. Without --gpus, exams run on cores."
        )
        raise UsageError(message)
    return names


def _number(gpu: Gpu) -> str:
    return gpu.device.removeprefix("/dev/nvidia")


def _devices(name: str) -> tuple[str, ...]:
    """Return the device files of a GPU; those of all GPUs if it is not named by its number."""
    if name.isdecimal():
        device = f"/dev/nvidia{name}"
        return gpu_devices(Gpu(device, "")) if Path(device).exists() else ()
    return tuple(dict.fromkeys(file for gpu in gpus() for file in gpu_devices(gpu)))
