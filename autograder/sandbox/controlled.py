"""Starts a warm process that takes its orders over a socket and needs nothing else: an examiner."""

import socket
from dataclasses import replace

from autograder.sandbox.forkserver.client import ForkServer
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.forkserver.process import ForkedProcess


def start_with_control_socket(
    forkserver: ForkServer, wanted: SpawnRequest
) -> tuple[ForkedProcess, socket.socket]:
    """Fork a process that gets one end of a socket as file 3, which is also its last argument.

    Returns
    -------
    The process, and the other end of the socket.

    Raises
    ------
    ExamError
        If the zygote does not come up, or the sandbox cannot be made.
    """
    ours, theirs = socket.socketpair()
    order = replace(wanted, arguments=(*wanted.arguments, "3"))
    try:
        return forkserver.start(order, control=theirs.fileno()), ours
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
