"""Starts a warm process that takes its orders over a socket and needs nothing else: an examiner."""

import socket
from dataclasses import replace

from autograder.sandbox.forkserver.client import Zygote
from autograder.sandbox.forkserver.messages import Order
from autograder.sandbox.forkserver.process import WarmProcess


def start_controlled(zygote: Zygote, wanted: Order) -> tuple[WarmProcess, socket.socket]:
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
        return zygote.start(order, control=theirs.fileno()), ours
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
