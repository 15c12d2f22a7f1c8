"""A light zygote, and processes inside its sandbox that do what a test tells them."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.controlled import start_with_control_socket
from autograder.sandbox.forkserver.client import ForkServer
from autograder.sandbox.forkserver.messages import ExitReport, SpawnRequest
from autograder.sandbox.isolation.capabilities import layers
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.socket_dirs import make_socket_dir
from tests.support.paths import INSIDE


class Inside:
    """A process in a sandbox; `do` runs a program there and returns its `answer`."""

    def __init__(self, forkserver: ForkServer, sandbox: dict[str, Any], limits: Limits) -> None:
        self.home = tempfile.mkdtemp(prefix="home-")
        visible = (str(INSIDE), *sandbox.pop("visible", ()))
        order = SpawnRequest(
            module="act",
            environment={"HOME": self.home, "PATH": "/usr/bin:/bin"},
            sandbox=Sandbox(home=self.home, visible=visible, **sandbox),
            limits=limits,
        )
        try:
            self.process, self.control = start_with_control_socket(forkserver, order)
        except BaseException:
            Path(self.home).rmdir()
            raise
        self.lines = self.control.makefile("rw")

    def tell(self, program: str) -> None:
        """Send a program, without waiting for its answer."""
        self.lines.write(json.dumps(program) + "\n")
        self.lines.flush()

    def do(self, program: str) -> Any:
        """Return the program's answer.

        Raises
        ------
        RuntimeError
            With name and text of what the program raised.
        """
        self.tell(program)
        line = self.lines.readline()
        assert line, f"the process ended: {self.process.wait(10)}, {self.process.ended}"
        reply = json.loads(line)
        if "error" in reply:
            raise RuntimeError(f"{reply['error']}: {reply['text']}")
        return reply["answer"]

    def end(self) -> ExitReport:
        """Wait until it has ended; return how."""
        assert self.process.wait(30) is not None
        assert self.process.ended is not None
        return self.process.ended

    def close(self) -> None:
        self.process.close()
        self.lines.close()
        self.control.close()
        Path(self.home).rmdir()


def skip_without(*names: str) -> None:
    """Skip a test where the machine lacks a layer that it needs."""
    missing = [layer.name for layer in layers() if layer.name in names and not layer.available]
    if missing:
        pytest.skip(f"this machine does not offer: {', '.join(missing)}")


def wait_until(is_so: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait until something is so; return whether it became so in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def runs(mark: str) -> bool:
    """Tell whether a process of this machine has the mark in its command line."""
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark in (folder / "cmdline").read_text():
                return True
        except OSError:
            continue
    return False


@pytest.fixture(scope="session")
def forkserver() -> Iterator[ForkServer]:
    """A zygote that has imported next to nothing."""
    skip_without(*(layer.name for layer in layers()))
    with ForkServer(("json", "numpy"), {"PYTHONPATH": str(INSIDE)}) as warm:
        yield warm


@pytest.fixture
def enter(forkserver: ForkServer) -> Iterator[Callable[..., Inside]]:
    """Start a process in a sandbox; keywords are those of `Sandbox`, and `limits`."""
    with ExitStack() as stack:

        def start(*, limits: Limits | None = None, **sandbox: Any) -> Inside:
            inside = Inside(forkserver, sandbox, limits or Limits())
            stack.callback(inside.close)
            return inside

        yield start


@pytest.fixture
def inside(enter: Callable[..., Inside]) -> Inside:
    """A process in a sandbox that shows nothing beside Python."""
    return enter()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everyone may read, as those of a course are."""
    with tempfile.TemporaryDirectory(prefix="folder-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def socket_dir() -> Iterator[Path]:
    """A folder for sockets, as an exam has one."""
    made = make_socket_dir()
    yield made
    shutil.rmtree(made)
