"""Waits until a kernel answers and its outputs arrive, without the pauses of `wait_for_ready`."""

import time
from collections.abc import Awaitable, Callable
from queue import Empty
from typing import Any

_ANSWER_SECONDS, _OUTPUT_SECONDS = 1.0, 0.05


async def wait_until_ready(
    client: Any, is_alive: Callable[[], Awaitable[bool]], seconds: float
) -> bool:
    """Return whether an asynchronous client's kernel got ready in time.

    A subscription to outputs takes effect a moment after it is made, so an answer whose end
    is not heard of is asked for again.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        request = client.session.msg("kernel_info_request")
        client.shell_channel.send(request)
        try:
            await client.get_shell_msg(timeout=_ANSWER_SECONDS)
        except Empty:
            if not await is_alive():
                return False
            continue
        if await _hears_the_end(client, request["header"]["msg_id"]):
            return True
    return False


async def _hears_the_end(client: Any, request: str) -> bool:
    while True:
        try:
            message = await client.get_iopub_msg(timeout=_OUTPUT_SECONDS)
        except Empty:
            return False
        is_idle = message["content"].get("execution_state") == "idle"
        if is_idle and message["parent_header"].get("msg_id") == request:
            return True
