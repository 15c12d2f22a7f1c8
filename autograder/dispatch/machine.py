"""Divide a machine into slots, each for one exam at a time."""

import logging
from pathlib import Path

from autograder.dispatch.cores import core_count
from autograder.errors import UsageError
from autograder.exam.environment import Slot
from autograder.sandbox.gpus import Gpu, gpu_devices, gpus

LOG = logging.getLogger(__name__)

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
