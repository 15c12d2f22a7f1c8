"""A place in the exam room: what an exam has for itself, and how it is ended from outside."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A share of a machine, which one exam has at a time.

    threads   of its own for each kernel; None: as many as its libraries like
    gpu       what CUDA_VISIBLE_DEVICES says there; None: whatever it says around it
    devices   the device files of that GPU
    """

    threads: int | None = None
    gpu: str | None = None
    devices: tuple[str, ...] = ()

    @property
    def threading(self) -> Mapping[str, str]:
        """The variables that say how many threads to use; some are read when imported."""
        names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
        return {} if self.threads is None else dict.fromkeys(names, str(self.threads))

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables of an exam here, beside those that every exam has."""
        if self.gpu is None:
            return self.threading
        # A GPU is not always alone: a notebook in JupyterLab beside it, the screen of a desktop.
        growth = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
        return {**self.threading, "CUDA_VISIBLE_DEVICES": self.gpu, **growth}


class Cancellation:
    """Ends an exam from another thread: its processes are killed, nobody waits for them."""

    def __init__(self) -> None:
        self.is_set = False
        self._cancel: Callable[[], object] | None = None
        self._lock = Lock()

    def set(self) -> None:
        """End the exam, or let it not begin."""
        with self._lock:
            self.is_set = True
            if self._cancel is not None:
                self._cancel()

    async def guard(self, make_coroutine: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Await what holds the exam.

        Raises
        ------
        asyncio.CancelledError
            If somebody ends it.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        with self._lock:
            if self.is_set:
                raise asyncio.CancelledError
            self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            await make_coroutine()
        finally:
            with self._lock:
                self._cancel = None
