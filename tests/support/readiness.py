"""Wait until a kernel replies and its outputs arrive, without the pauses of `wait_for_ready`."""

import time
from collections.abc import Awaitable, Callable
from queue import Empty
from typing import Any

_REPLY_SECONDS, _OUTPUT_SECONDS = 1.0, 0.05


async def wait_until_ready(
    client: Any, is_alive: Callable[[], Awaitable[bool]], seconds: float
) -> bool:
    """Return whether the kernel of an asynchronous client is ready in time.

    A subscription to outputs takes effect a moment after it is made. So a request whose end is not
    reported there is sent again.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        request = client.session.msg("kernel_info_request")
        client.shell_channel.send(request)
        try:
            await client.get_shell_msg(timeout=_REPLY_SECONDS)
        except Empty:
            if not await is_alive():
                return False
            continue
        if await _receives_idle(client, request["header"]["msg_id"]):
            return True
    return False


async def _receives_idle(client: Any, request: str) -> bool:
    """Return whether the outputs report that the kernel is idle after a request."""
    while True:
        try:
            message = await client.get_iopub_msg(timeout=_OUTPUT_SECONDS)
        except Empty:
            return False
        is_idle = message["content"].get("execution_state") == "idle"
        if is_idle and message["parent_header"].get("msg_id") == request:
            return True
