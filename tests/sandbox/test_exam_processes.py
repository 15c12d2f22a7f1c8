"""Forked candidates and examiners start fast, are isolated, and can train models."""

import asyncio
import json
import tempfile
import time
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from autograder.sandbox.forkserver.client import shared_forkserver
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.forkserver.preload import MODULES
from autograder.sandbox.isolation.capabilities import NAMES
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.jupyter.kernelspec import kernelspec
from autograder.sandbox.rpc import start_with_socket
from tests.sandbox.conftest import SMALL_MODULES, skip_without
from tests.sandbox.jupyter.test_provisioner import Client
from tests.support.paths import ROOT
from tests.support.readiness import wait_until_ready


@pytest.fixture(autouse=True)
def _sandbox() -> None:
    skip_without(*NAMES)


class Examiner:
    """A forked examiner that gets its requests over a socket."""

    def __init__(self, modules, socket_dir) -> None:
        self.home = tempfile.mkdtemp(prefix="examiner-")
        request = SpawnRequest(
            module="autograder.exam.examiner.process",
            environment={"HOME": self.home, "PYTHONHASHSEED": "0"},
            sandbox=Sandbox(home=self.home, socket_dirs=(str(socket_dir),)),
        )
        self.process, self.connection = start_with_socket(shared_forkserver(modules), request)
        self.lines = self.connection.makefile("rw")
        assert json.loads(self.lines.readline()) == {"ready": True}

    def set_up(self, source: str) -> str | None:
        task = {"do": "setup", "source": source, "seed": 0}
        self.lines.write(json.dumps(task) + "\n")
        self.lines.flush()
        return json.loads(self.lines.readline())["error"]

    def close(self) -> None:
        self.process.kill()
        assert self.process.wait(10) == -9
        self.lines.close()
        self.connection.close()
        Path(self.home).rmdir()


@pytest.fixture
def examiner(socket_dir):
    examiner = Examiner(SMALL_MODULES, socket_dir)
    yield examiner
    examiner.close()


@pytest.mark.parametrize(
    "action",
    [
        "open('{root}/pyproject.toml')",
        "import autograder.exam, pathlib; "
        "pathlib.Path(autograder.__file__).with_name('mine').write_text('x')",
        "import socket; socket.create_connection(('127.0.0.1', 80))",
        "open('{socket_dir}/mine', 'w')",
    ],
    ids=["read the course", "change the grader", "use the network", "leave a file"],
)
def test_an_examiner_is_isolated_as_well(examiner, socket_dir, action):
    assert "Error" in examiner.set_up(action.format(socket_dir=socket_dir, root=ROOT))
    assert examiner.set_up("import numpy as np; x = np.ones(3)") is None


def test_temporary_files_are_in_the_home_of_the_process(examiner):
    source = (
        "import os, tempfile\n"
        "assert tempfile.gettempdir() in (os.environ['HOME'], '/tmp'), tempfile.gettempdir()\n"
        "with tempfile.TemporaryFile() as file:\n"
        "    file.write(b'x')"
    )

    assert examiner.set_up(source) is None


async def _measure(modules, source):
    """Start a kernel and run the source; return its output, its seconds to start and its end."""
    manager = AsyncKernelManager()
    manager._kernel_spec = KernelSpec(**kernelspec({"modules": list(modules)}))
    started = time.monotonic()
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    assert await wait_until_ready(client, manager.is_alive, 60)
    seconds = time.monotonic() - started
    try:
        printed = await Client(client).run(source)
    finally:
        client.stop_channels()
        provisioner = manager.provisioner
        await manager.shutdown_kernel(now=True)
    return printed, seconds, provisioner.ended


def test_a_kernel_costs_a_tenth_of_a_second():
    shared_forkserver(SMALL_MODULES).warm_up()

    _, _, ended = asyncio.run(_measure(SMALL_MODULES, "1 + 1"))

    assert ended.cpu_seconds < 0.5  # measured: 0.08


@pytest.mark.slow
def test_a_kernel_forked_from_tensorflow_trains():
    forkserver = shared_forkserver(MODULES)
    forkserver.warm_up()
    assert forkserver.missing == {}

    printed, _, ended = asyncio.run(
        _measure(
            MODULES,
            "import keras, numpy as np\n"
            "x = np.linspace(-1, 1, 200)[:, None]\n"
            "model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])\n"
            "model.compile(keras.optimizers.SGD(0.5), 'mse')\n"
            "history = model.fit(x, 3 * x, epochs=20, verbose=0).history['loss']\n"
            "print(history[-1] < history[0] / 100)",
        )
    )

    assert printed == "True\n"
    assert ended.limit is None


@pytest.mark.slow
def test_two_kernels_forked_from_tensorflow_draw_different_numbers():
    source = (
        "import keras, tensorflow as tf\n"
        "print(float(tf.random.uniform(())), float(keras.random.uniform(())))"
    )
    first, _, _ = asyncio.run(_measure(MODULES, source))
    second, _, _ = asyncio.run(_measure(MODULES, source))

    numbers = first.split(), second.split()
    assert [len(row) for row in numbers] == [2, 2]
    assert all(one != other for one, other in zip(*numbers, strict=True))
