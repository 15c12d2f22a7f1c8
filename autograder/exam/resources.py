"""Describe the share of a machine that one exam has."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One exam's share of a machine.

    threads   for each kernel; None: as many as its libraries choose
    gpu       the value of CUDA_VISIBLE_DEVICES; None: that of the grader
    devices   the device files of that GPU
    """

    threads: int | None = None
    gpu: str | None = None
    devices: tuple[str, ...] = ()

    @property
    def threading(self) -> Mapping[str, str]:
        """The environment variables for the number of threads; some are read at import."""
        names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
        return {} if self.threads is None else dict.fromkeys(names, str(self.threads))

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables of this slot, in addition to those of every exam."""
        if self.gpu is None:
            return self.threading
        # Other programs may use the GPU too: a notebook in JupyterLab, the screen of a desktop.
        growth = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
        return {**self.threading, "CUDA_VISIBLE_DEVICES": self.gpu, **growth}
