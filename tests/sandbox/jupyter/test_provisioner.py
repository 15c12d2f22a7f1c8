"""`warm-sandbox` works like any other kernel, for every Jupyter client."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import nbformat
import papermill
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from autograder.errors import ExamError
from autograder.sandbox.isolation.capabilities import NAMES
from autograder.sandbox.jupyter.kernelspec import NAME, install_kernelspec, kernelspec
from autograder.sandbox.limits import LimitName
from tests.sandbox.conftest import SMALL_MODULES, skip_without, wait_until
from tests.support.readiness import wait_until_ready

OPTIONS = {"modules": list(SMALL_MODULES)}


@pytest.fixture(autouse=True)
def _sandbox() -> None:
    skip_without(*NAMES)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install the kernelspec where Jupyter's clients look for it."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    return install_kernelspec(prefix=tmp_path, options=OPTIONS)


@contextlib.asynccontextmanager
async def running(**options) -> AsyncIterator[tuple[AsyncKernelManager, "Client"]]:
    """Start a kernel with options; return its manager and a client."""
    manager = AsyncKernelManager()
    manager._kernel_spec = KernelSpec(**kernelspec({**OPTIONS, **options}))
    await manager.start_kernel(env={**os.environ, "SECRET": "4711"})
    client = manager.client()
    client.start_channels()
    try:
        assert await wait_until_ready(client, manager.is_alive, 60)
        yield manager, Client(client)
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


class Client:
    """Runs cells and returns what they print, or the names of their exceptions."""

    def __init__(self, client) -> None:
        self.client = client

    async def run(self, source: str) -> str:
        request = self.client.execute(source)
        text = ""
        while True:
            message = await self.client.get_iopub_msg(timeout=30)
            content = message["content"]
            if message["parent_header"].get("msg_id") != request:
                continue
            text += content.get("text", "") + content.get("ename", "")
            if content.get("execution_state") == "idle":
                return text


def test_it_runs_cells_in_a_sandbox():
    async def scenario():
        async with running() as (_, client):
            return await client.run(
                "import os; print(os.path.exists('/root/.bashrc'), os.path.exists('/home'), "
                "os.getpid(), os.environ.get('SECRET'))"
            )

    assert asyncio.run(scenario()) == "False False 2 None\n"


def test_an_interrupt_ends_a_cell_and_not_the_kernel():
    async def scenario():
        async with running() as (manager, client):
            cell = asyncio.create_task(client.run("import time; time.sleep(60)"))
            await asyncio.sleep(0.3)
            await manager.interrupt_kernel()
            return await cell, await client.run("print(1)")

    assert asyncio.run(scenario()) == ("KeyboardInterrupt", "1\n")


@pytest.mark.parametrize("now", [True, False], ids=["killed", "terminated"])
def test_a_restarted_kernel_is_a_new_one(now):
    async def scenario():
        async with running() as (manager, client):
            await client.run("x = 1; open('left', 'w')")
            await manager.restart_kernel(now=now)
            assert await wait_until_ready(client.client, manager.is_alive, 60)
            return await client.run("import os; print('x' in globals(), os.listdir())")

    assert asyncio.run(scenario()) == "False ['.ipython']\n"


def test_a_dead_kernel_is_noticed_and_its_limit_known():
    async def scenario():
        async with running(memory_bytes=200 << 20) as (manager, client):
            assert await manager.is_alive()
            client.client.execute("kept = [bytearray(b'x') * (10 << 20) for _ in range(100)]")
            for _ in range(200):
                if not await manager.is_alive():
                    break
                await asyncio.sleep(0.05)
            return manager.provisioner.ended

    ended = asyncio.run(scenario())
    assert (ended.status, ended.limit) == (-9, LimitName.MEMORY_BYTES)
    assert ended.peak_memory > 200 << 20


def test_wait_returns_as_soon_as_the_kernel_has_ended():
    async def scenario():
        async with running() as (manager, client):
            provisioner = manager.provisioner
            started = time.monotonic()
            client.client.execute("import os; os._exit(4)")
            return await provisioner.wait(), time.monotonic() - started, provisioner.has_process

    status, seconds, has_process = asyncio.run(scenario())
    assert (status, has_process) == (4, False)
    assert seconds < 5


def test_nothing_remains_after_a_shutdown(tmp_path):
    async def scenario():
        async with running() as (manager, _):
            folder, supervisor = Path(manager.connection_file).parent, manager.provisioner.pid
            assert folder.is_dir()
            assert Path(f"/proc/{supervisor}").exists()
        return folder, supervisor

    folder, supervisor = asyncio.run(scenario())
    assert not folder.exists()
    assert wait_until(lambda: not Path(f"/proc/{supervisor}").exists())


def test_a_kernel_that_is_not_a_module_is_refused():
    manager = AsyncKernelManager()
    spec = kernelspec(OPTIONS)
    manager._kernel_spec = KernelSpec(**{**spec, "argv": ["/usr/bin/octave", "{connection_file}"]})

    async def scenario():
        try:
            await manager.start_kernel()
        finally:
            await manager.cleanup_resources()

    with pytest.raises(ExamError, match="python -m MODULE"):
        asyncio.run(scenario())


def test_nbclient_uses_it_by_its_name(installed):
    notebook = new_notebook(cells=[new_code_cell("import os; os.getpid()")])

    NotebookClient(notebook, kernel_name=NAME).execute()

    assert notebook.cells[0].outputs[0].data["text/plain"] == "2"


def test_nbclient_notices_a_dead_kernel(installed):
    notebook = new_notebook(cells=[new_code_cell("import os; os._exit(1)")])

    with pytest.raises(DeadKernelError):
        NotebookClient(notebook, kernel_name=NAME).execute()


def test_papermill_uses_it_by_its_name(installed, tmp_path):
    cell = new_code_cell("n = 1", metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[cell, new_code_cell("print(n + 1)")])
    notebook.metadata["kernelspec"] = {"name": NAME, "display_name": "x", "language": "python"}
    nbformat.write(notebook, tmp_path / "in.ipynb")

    done = papermill.execute_notebook(
        tmp_path / "in.ipynb", tmp_path / "out.ipynb", {"n": 41}, progress_bar=False
    )

    assert done.cells[-1].outputs[0].text == "42\n"
