"""Runs asynchronous code from code that is not, whether or not a loop is running around it."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run_to_end(make_coroutine: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine to its end in an event loop of its own, which is closed afterwards.

    Under another loop, papermill's or a notebook's, it runs in a thread.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(make_coroutine())
        return
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(make_coroutine())).result()
