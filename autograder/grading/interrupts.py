"""Lets Ctrl-C end grading between two submissions, and never in the middle of one."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class DeferredInterrupt:
    """Notes that somebody pressed Ctrl-C; whoever presses it twice does not want to wait."""

    is_pressed = False

    def note(self, *_: object) -> None:
        """Hear the signal."""
        if self.is_pressed:
            raise KeyboardInterrupt
        self.is_pressed = True

    def check(self) -> None:
        """Stop here, if somebody pressed it.

        Raises
        ------
        KeyboardInterrupt
            If so.
        """
        if self.is_pressed:
            raise KeyboardInterrupt


@contextmanager
def deferred_interrupt() -> Iterator[DeferredInterrupt]:
    """Note Ctrl-C for as long as this lasts; only a main thread hears it."""
    pressed = DeferredInterrupt()
    if threading.current_thread() is not threading.main_thread():
        yield pressed
        return
    before = signal.signal(signal.SIGINT, pressed.note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
