"""Sends and receives messages over a Unix socket, within one deadline and one budget."""

import select
import socket
import time

import numpy as np

from autograder.exam.protocol.framing import (
    ConnectionLost,
    DeadlineExceeded,
    Message,
    read_message,
    refuse,
)

BUDGET_BYTES = 4 << 30
BUDGET_MESSAGES = 500_000


class Channel:
    """One connection between the rooms, open as long as one test cell.

    `deadline` is a time of `time.monotonic()`; None waits for ever, as the candidate does: it
    is the examiner's clock that counts.
    """

    def __init__(self, connection: socket.socket, deadline: float | None = None) -> None:
        self.connection, self.deadline = connection, deadline
        self.received_bytes = self.received_messages = 0
        self._arrivals = select.poll()
        self._arrivals.register(connection, select.POLLIN)

    def expect_silence(self) -> None:
        """Refuse what has come although nothing was asked.

        Raises
        ------
        RoomViolation
            If there is anything to read.
        """
        try:
            is_there = self._arrivals.poll(0) and self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return  # the other side is gone: whoever asks next will hear so
        if is_there:
            refuse("a reply to a request that was never made")

    def send(self, message: Message) -> None:
        """Send one message.

        Raises
        ------
        TimeIsUp, Gone
            If the other side does not take it in time, or is not there any more.
        """
        for part in message.parts():
            view = memoryview(part)
            while view.nbytes:
                try:
                    self._wait()
                    view = view[self.connection.send(view[: 1 << 20]) :]
                except TimeoutError:
                    continue
                except OSError as error:
                    raise ConnectionLost(_GONE) from error

    def receive(self) -> Message:
        """Receive one message.

        Raises
        ------
        TimeIsUp, Gone, RoomViolation
            If none comes in time, the other side is gone, or what it sent breaks a limit.
        """
        message = read_message(self._exactly)
        self.received_messages += 1
        self.received_bytes += len(message.tree) + sum(buffer.nbytes for buffer in message.buffers)
        if self.received_messages > BUDGET_MESSAGES or self.received_bytes > BUDGET_BYTES:
            refuse("more messages or bytes than one test cell may receive")
        return message

    def _exactly(self, size: int) -> memoryview:
        data = np.empty(size, np.uint8).data  # takes no memory before it is written to
        have = 0
        while have < size:
            try:
                self._wait()
                got = self.connection.recv_into(data[have:], min(size - have, 1 << 24))
            except TimeoutError:
                continue
            except OSError as error:
                raise ConnectionLost(_GONE) from error
            if not got:
                raise ConnectionLost(_GONE)
            have += got
        return data

    def _wait(self) -> None:
        if self.deadline is None:
            return
        left = self.deadline - time.monotonic()
        if left <= 0:
            message = "the time of this cell is up"
            raise DeadlineExceeded(message)
        self.connection.settimeout(left)


_GONE = "the other side closed the connection"
