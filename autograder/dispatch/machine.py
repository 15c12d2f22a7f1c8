"""Divides a machine into places, each for one exam at a time."""

from pathlib import Path

from dask.system import CPU_COUNT

from autograder.errors import UsageError
from autograder.exam.resources import Slot
from autograder.sandbox.gpus import Gpu, gpu_devices, gpus


def machine_slots(
    jobs: int | None = None, gpus_wanted: str | None = None, *, most: int | None = None
) -> tuple[Slot, ...]:
    """Return the places of this machine: one for each GPU, or as many as `jobs` says.

    Parameters
    ----------
    jobs
        Exams at a time, where they use no GPU; one for each core when None.
    gpus_wanted
        "auto" for every GPU there is, a number of them, or a list as CUDA_VISIBLE_DEVICES has
        it, such as "0,2" ("2," for one alone). A GPU that is not there is taken at your word.
    most
        No more than these, where no GPU is used: those few have more of the cores.

    Raises
    ------
    UsageError
        If there is no GPU, fewer than wanted, or both are given.
    """
    if gpus_wanted is None:
        wanted = jobs or CPU_COUNT
        count = wanted if most is None else min(wanted, most)
        return (Slot(threads=max(1, CPU_COUNT // count)),) * count
    if jobs is not None:
        message = "Give --jobs or --gpus: with GPUs, one exam is held on each of them at a time."
        raise UsageError(message)
    names = _names(gpus_wanted)
    threads = max(1, CPU_COUNT // len(names))
    return tuple(Slot(threads=threads, gpu=name, devices=_devices(name)) for name in names)


def _names(wanted: str) -> tuple[str, ...]:
    """Return the GPUs that are wanted, each once, as CUDA_VISIBLE_DEVICES names them."""
    if "," in wanted:
        names = tuple(dict.fromkeys(name.strip() for name in wanted.split(",") if name.strip()))
    else:
        there = tuple(_number(gpu) for gpu in gpus())
        if wanted != "auto" and not wanted.isdecimal():
            message = f"--gpus {wanted!r}: expected auto, a number of GPUs, or a list such as 0,1."
            raise UsageError(message)
        names = there if wanted == "auto" else there[: int(wanted)]
        if wanted != "auto" and len(names) < int(wanted):
            message = f"This machine has {len(there)} GPUs, not {wanted}; see `autograder doctor`."
            raise UsageError(message)
    if not names:
        message = "This machine has no GPU; see `autograder doctor`. Leave --gpus out to use cores."
        raise UsageError(message)
    return names


def _number(gpu: Gpu) -> str:
    return gpu.device.removeprefix("/dev/nvidia")


def _devices(name: str) -> tuple[str, ...]:
    """Return the device files of a GPU; of all of them where it goes by another name."""
    if name.isdecimal():
        device = f"/dev/nvidia{name}"
        return gpu_devices(Gpu(device, "")) if Path(device).exists() else ()
    return tuple(dict.fromkeys(file for gpu in gpus() for file in gpu_devices(gpu)))
