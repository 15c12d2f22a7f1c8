"""A process forked from a zygote, as its client sees it: on a leash."""

import asyncio
import signal
import socket
from select import select

from autograder.sandbox.forkserver import messages as order
from autograder.sandbox.forkserver.messages import ExitReport


class ForkedProcess:
    """A process forked from a zygote, on its leash: closing that ends the process."""

    def __init__(self, control_socket: socket.socket, supervisor: int) -> None:
        self.control_socket, self.supervisor = control_socket, supervisor
        self.ended: ExitReport | None = None

    def poll(self) -> int | None:
        """Return the exit status, as `subprocess.Popen.poll` does; None while it runs."""
        while self.ended is None and select([self.control_socket], [], [], 0)[0]:
            self._hear()
        return self.ended.status if self.ended is not None else None

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait until it has ended; return its status, or None when that takes longer."""
        if self.ended is None and select([self.control_socket], [], [], seconds)[0]:
            self._hear()
        return self.ended.status if self.ended is not None else None

    async def wait_async(self) -> int:
        """Wait until it has ended, in an event loop; return its status."""
        while (status := self.poll()) is None:
            await _readable(self.control_socket)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal to its process group; SIGKILL goes to all its descendants."""
        if self.poll() is None:
            try:
                order.send(self.control_socket, {"signal": int(number)})
            except OSError:
                self._note(ExitReport(-signal.SIGKILL))

    def interrupt(self) -> None:
        """Interrupt what it is doing, as Ctrl-C would."""
        self.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill it and all its descendants; `wait` then tells how it was."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Let go of the leash: if it still runs, it ends."""
        self.control_socket.close()
        if self.ended is None:
            self.ended = ExitReport(-signal.SIGKILL)

    def _hear(self) -> None:
        message, _ = order.receive(self.control_socket)
        if message is None:  # the keeper was killed from outside, and took everything along
            self._note(ExitReport(-signal.SIGKILL))
        elif "ended" in message:
            self._note(ExitReport(**message["ended"]))

    def _note(self, ended: ExitReport) -> None:
        self.ended = ended
        self.control_socket.close()


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def _readable(connection: socket.socket) -> None:
    """Wait until there is something to read."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection, _settle, ready)
    try:
        await ready
    finally:
        loop.remove_reader(connection)
