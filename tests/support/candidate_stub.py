"""The other side of a socket: a candidate that sends what it likes, and one that plays fair."""

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.exam.examiner.process import Examiner
from autograder.exam.protocol.channel import Channel
from autograder.exam.protocol.encoding import encode
from autograder.exam.protocol.framing import HEADER, MAGIC, ConnectionLost, Message
from autograder.exam.test_cells import TestCell, TestTask
from autograder.models import CellRole, Verdict
from autograder.verification.local_run import Namespaces
from autograder.verification.local_runner import run
from autograder.verification.run_request import (
    AnswerResult,
    CodeCell,
    Conditions,
    RunMode,
    RunRequest,
    result_of,
)

HIDDEN_LINES = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"


@dataclass(frozen=True)
class Thing:
    """What an honest candidate would send for an object: its number, kind and class."""

    number: int = 0
    kind: str = "object"
    type_name: str = "Thing"


@dataclass(frozen=True)
class Forged:
    """A node of the tree as it stands on the wire, and the buffers that it points into."""

    node: Any
    buffers: tuple[bytes, ...] = ()


def encoded(x: Any) -> Message:
    """Return a message with things and forged nodes in it."""
    forged: list[Forged] = []

    def refer(value: Any) -> tuple[str, Any]:
        if isinstance(value, Forged):
            forged.append(value)
            return f"forged {len(forged) - 1}", None
        return "remote", (value.number, value.kind, value.type_name)

    message = encode(x, refer)
    tree, buffers = message.tree.decode(), list(message.buffers)
    for place, part in enumerate(forged):
        node = part.node if isinstance(part.node, str) else json.dumps(part.node)
        tree = tree.replace(f'{{"ref":["forged {place}",null]}}', node)
        buffers += [memoryview(buffer) for buffer in part.buffers]
    return Message(tree.encode(), buffers)


def value(x: Any) -> Message:
    """Return the reply that a request had this value."""
    return encoded(["value", x, []])


def error(name: Any, text: Any) -> Message:
    """Return the reply that a request raised an exception."""
    return encoded(["error", (name, text), []])


def callback(number: Any, *args: Any, **kwargs: Any) -> Message:
    """Return a call of a function of the test."""
    return encoded(["callback", number, list(args), kwargs])


def raw(tree: str, *sizes: int, buffers: bytes = b"", total: int | None = None) -> bytes:
    """Return bytes that announce these sizes, whatever follows."""
    head = HEADER.pack(MAGIC, len(tree), len(sizes), sum(sizes) if total is None else total)
    return head + b"".join(size.to_bytes(8, "little") for size in sizes) + tree.encode() + buffers


Move = Message | bytes | Callable[[socket.socket], None]
BOUND = value((True, Thing()))
"""The answer to the first request, which looks up the student's `f`."""


class Liar:
    """Answers the n-th request with the n-th move; keeps the trees of what it was asked."""

    def __init__(self, *moves: Move) -> None:
        self.moves = (BOUND, *moves)
        self.asked: list[Any] = []

    def __call__(self, connection: socket.socket) -> None:
        channel = Channel(connection)
        try:
            for move in self.moves:
                self.asked.append(json.loads(channel.receive().tree))
                channel.received_messages = channel.received_bytes = 0  # it keeps no budget
                self.play(channel, move)
            channel.receive()
        except (ConnectionLost, OSError):
            return

    def play(self, channel: Channel, move: Move) -> None:
        if isinstance(move, Message):
            channel.send(move)
        elif isinstance(move, bytes):
            channel.connection.sendall(move)
        else:
            move(channel.connection)


def run_exam(
    examiner: Examiner,
    source: str,
    *moves: Move,
    names: Sequence[str] = ("f",),
    expected_kinds: Mapping[str, list[str]] | None = None,
    seconds: float = 5.0,
    hidden_before: bool = False,
    liar: Liar | None = None,
) -> Verdict:
    """Run one test cell against a candidate that answers its requests with `moves`."""
    ours, theirs = socket.socketpair()
    other = threading.Thread(target=liar or Liar(*moves), args=(theirs,), daemon=True)
    test_cell = TestCell(0, "test_f", 3.0, source, "f", tuple(names), dict(expected_kinds or {}))
    task = TestTask(test_cell, hidden_before=hidden_before)
    with theirs, ours:
        other.start()
        verdict = examiner.run_test_cell(task, ours, time.monotonic() + seconds).verdict
        ours.shutdown(socket.SHUT_RDWR)
        other.join(10)
    assert not other.is_alive()
    return verdict


# --- student code, in processes ------------------------------------------------------------------


def begin_cells(
    answer: str, *tests: str, setup: str, expected_kinds: Mapping[str, list[str]]
) -> list[CodeCell]:
    """Return the cells of an exam with one answer; every name of the tests may be the student's."""
    names = ("f", "g", "C", "w", "model")
    cells = [CodeCell(CellRole.SETUP, setup), CodeCell(CellRole.ANSWER, answer)]
    for place, test in enumerate(tests):
        test_cell = TestCell(place, f"test_{place}", 3.0, test, "f", names, expected_kinds)
        cells.append(CodeCell(CellRole.TEST, test, test_cell))
    return cells


SETUP = "import warnings\nimport numpy as np\nfrom dlcourse import check, probes"


def in_two_processes(
    answer: str,
    *tests: str,
    setup: str = SETUP,
    expected_kinds: Mapping[str, list[str]] | None = None,
    seconds: float = 20.0,
    seed: int = 0,
) -> AnswerResult:
    """Run tests in two processes; return the verdicts and the kinds of the replies."""
    cells = begin_cells(answer, *tests, setup=setup, expected_kinds=expected_kinds or {})
    return run_cells(RunMode.TWO_PROCESSES, cells, seed=seed, seconds=seconds)


def in_one_process(
    answer: str, *tests: str, setup: str = SETUP, seconds: float = 20.0
) -> AnswerResult:
    """Run tests in one process, as a student's own kernel does."""
    cells = begin_cells(answer, *tests, setup=setup, expected_kinds={})
    return run_cells(RunMode.ONE_PROCESS, cells, seconds=seconds)


def run_cells(
    mode: RunMode, cells: Sequence[CodeCell], *, seed: int = 0, seconds: float = 20.0
) -> AnswerResult:
    """Run cells in forks of this process, which must not have used TensorFlow."""
    request = RunRequest(mode, cells)
    folders = (Path.cwd(), Path.cwd())
    return result_of(request, run(request, Conditions(seed, seconds), Namespaces(), folders))
