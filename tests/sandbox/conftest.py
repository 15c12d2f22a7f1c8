"""Provide a small fork server, and processes in its sandbox that run programs of a test."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.environment import make_socket_dir
from autograder.sandbox.forkserver.client import ForkServer
from autograder.sandbox.forkserver.messages import ExitReport, SpawnRequest
from autograder.sandbox.forkserver.preload import EXAM, KERNEL
from autograder.sandbox.isolation.capabilities import layers
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.rpc import start_with_socket
from tests.support.paths import INSIDE

SMALL_MODULES = ("numpy", *KERNEL, *EXAM)
"""What a kernel needs, without TensorFlow."""


class Inside:
    """A process in a sandbox; `do` runs a program there and returns the program's `answer`."""

    def __init__(
        self,
        forkserver: ForkServer,
        sandbox: dict[str, Any],
        limits: Limits,
        cores: tuple[int, ...] = (),
    ) -> None:
        self.home = tempfile.mkdtemp(prefix="home-")
        visible = (str(INSIDE), *sandbox.pop("visible", ()))
        request = SpawnRequest(
            module="act",
            environment={"HOME": self.home, "PATH": "/usr/bin:/bin"},
            sandbox=Sandbox(home=self.home, visible=visible, **sandbox),
            limits=limits,
            cores=cores,
        )
        try:
            self.process, self.connection = start_with_socket(forkserver, request)
        except BaseException:
            Path(self.home).rmdir()
            raise
        self.lines = self.connection.makefile("rw")

    def send(self, program: str) -> None:
        """Send a program without waiting for its answer."""
        self.lines.write(json.dumps(program) + "\n")
        self.lines.flush()

    def do(self, program: str) -> Any:
        """Return the program's answer.

        Raises
        ------
        RuntimeError
            With name and text of the exception that the program raised.
        """
        self.send(program)
        line = self.lines.readline()
        assert line, f"the process ended: {self.process.wait(10)}, {self.process.ended}"
        reply = json.loads(line)
        if "error" in reply:
            raise RuntimeError(f"{reply['error']}: {reply['text']}")
        return reply["answer"]

    def end(self) -> ExitReport:
        """Wait until the process has ended; return how."""
        assert self.process.wait(30) is not None
        assert self.process.ended is not None
        return self.process.ended

    def close(self) -> None:
        self.process.close()
        self.lines.close()
        self.connection.close()
        Path(self.home).rmdir()


def skip_without(*names: str) -> None:
    """Skip a test if the machine lacks a layer that it needs."""
    missing = [layer.name for layer in layers() if layer.name in names and not layer.available]
    if missing:
        pytest.skip(f"this machine does not offer: {', '.join(missing)}")


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait until a condition is true; return whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_running(mark: str) -> bool:
    """Return whether a process of this machine has the mark in its command line."""
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark in (folder / "cmdline").read_text():
                return True
        except OSError:
            continue
    return False


@pytest.fixture(scope="session")
def forkserver() -> Iterator[ForkServer]:
    """Return a fork server that has imported very little."""
    skip_without(*(layer.name for layer in layers()))
    with ForkServer(("json", "numpy"), {"PYTHONPATH": str(INSIDE)}) as started:
        yield started


@pytest.fixture
def enter(forkserver: ForkServer) -> Iterator[Callable[..., Inside]]:
    """Return a function that starts a process in a sandbox.

    Its keywords are those of `Sandbox`, and `limits` and `cores`.
    """
    with ExitStack() as stack:

        def start(
            *, limits: Limits | None = None, cores: tuple[int, ...] = (), **sandbox: Any
        ) -> Inside:
            inside = Inside(forkserver, sandbox, limits or Limits(), cores)
            stack.callback(inside.close)
            return inside

        yield start


@pytest.fixture
def inside(enter: Callable[..., Inside]) -> Inside:
    """Return a process in a sandbox in which only Python is visible."""
    return enter()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that everyone may read, like those of a course."""
    with tempfile.TemporaryDirectory(prefix="folder-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def socket_dir() -> Iterator[Path]:
    """Return a folder for sockets, as an exam has one."""
    made = make_socket_dir()
    yield made
    shutil.rmtree(made)
