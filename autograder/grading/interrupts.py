"""Defer Ctrl-C during grading, so that it takes effect between two submissions."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class DeferredInterrupt:
    """Records that Ctrl-C was pressed; pressing it a second time interrupts at once."""

    is_pressed = False

    def handle(self, *_: object) -> None:
        """Handle the signal."""
        if self.is_pressed:
            raise KeyboardInterrupt
        self.is_pressed = True

    def check(self) -> None:
        """Raise the interrupt now if Ctrl-C was pressed.

        Raises
        ------
        KeyboardInterrupt
            If Ctrl-C was pressed.
        """
        if self.is_pressed:
            raise KeyboardInterrupt


@contextmanager
def deferred_interrupt() -> Iterator[DeferredInterrupt]:
    """Defer Ctrl-C inside the block; only the main thread receives it."""
    interrupt = DeferredInterrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = signal.signal(signal.SIGINT, interrupt.handle)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
