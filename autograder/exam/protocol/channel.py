"""Send and receive messages over a Unix socket, within a deadline and budgets."""

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

_SEND_SIZE, _RECEIVE_SIZE = 1 << 20, 1 << 24  # bytes of one system call


class Channel:
    """One connection between candidate and examiner, for one test cell.

    Parameters
    ----------
    deadline : a time of `time.monotonic()`, for reads and writes alike. None waits without limit,
        as the candidate does: only the examiner's deadline counts.
    """

    def __init__(self, connection: socket.socket, deadline: float | None = None) -> None:
        self.connection, self.deadline = connection, deadline
        self.received_bytes = self.received_messages = 0
        self._arrivals = select.poll()
        self._arrivals.register(connection, select.POLLIN)

    def expect_silence(self) -> None:
        """Refuse data that was sent although nothing was requested.

        Raises
        ------
        ProtocolViolation
            If there is anything to read.
        """
        try:
            has_data = self._arrivals.poll(0) and self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return  # the connection is lost: the next request raises ConnectionLost
        if has_data:
            refuse("a reply to a request that was never made")

    def send(self, message: Message) -> None:
        """Send one message.

        Raises
        ------
        DeadlineExceeded, ConnectionLost
            If the other side does not read it in time, or has closed the connection.
        """
        for part in message.parts():
            view = memoryview(part)
            while view.nbytes:
                try:
                    self._wait()
                    view = view[self.connection.send(view[:_SEND_SIZE]) :]
                except TimeoutError:
                    continue
                except OSError as error:
                    raise ConnectionLost(_CLOSED) from error

    def receive(self) -> Message:
        """Receive one message.

        Raises
        ------
        DeadlineExceeded, ConnectionLost, ProtocolViolation
            If no message arrives in time, the other side has closed the connection, or the message
            exceeds a limit.
        """
        message = read_message(self._read)
        self.received_messages += 1
        self.received_bytes += len(message.tree) + sum(buffer.nbytes for buffer in message.buffers)
        if self.received_messages > BUDGET_MESSAGES or self.received_bytes > BUDGET_BYTES:
            refuse("more messages or bytes than one test cell may receive")
        return message

    def _read(self, size: int) -> memoryview:
        """Return exactly `size` bytes."""
        data = np.empty(size, np.uint8).data  # takes no memory before it is written to
        received = 0
        while received < size:
            try:
                self._wait()
                count = self.connection.recv_into(
                    data[received:], min(size - received, _RECEIVE_SIZE)
                )
            except TimeoutError:
                continue
            except OSError as error:
                raise ConnectionLost(_CLOSED) from error
            if not count:
                raise ConnectionLost(_CLOSED)
            received += count
        return data

    def _wait(self) -> None:
        """Give the next system call the time that is left."""
        if self.deadline is None:
            return
        left = self.deadline - time.monotonic()
        if left <= 0:
            message = "the time limit of this test cell has passed"
            raise DeadlineExceeded(message)
        self.connection.settimeout(left)


_CLOSED = "the other side closed the connection"
