"""Cancel a running exam from another thread."""

import asyncio
from collections.abc import Callable, Coroutine
from threading import Lock
from typing import Any


class Cancellation:
    """A request to end an exam: its processes are killed, and nothing waits for them."""

    def __init__(self) -> None:
        self.is_set = False
        self._cancel: Callable[[], object] | None = None
        self._lock = Lock()

    def set(self) -> None:
        """End the exam if it is running, or prevent its start."""
        with self._lock:
            self.is_set = True
            if self._cancel is not None:
                self._cancel()

    async def guard(self, make_coroutine: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Await the coroutine that runs the exam.

        Raises
        ------
        asyncio.CancelledError
            If the exam is canceled, before it starts or while it runs.
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
