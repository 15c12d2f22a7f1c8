"""Forked processes are independent, their ends are reported, and none outlives its client."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from autograder.errors import ExamError
from autograder.sandbox.forkserver import client, folders, messages
from autograder.sandbox.forkserver.client import ForkServer
from autograder.sandbox.forkserver.folders import SOCKET_NAME
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.isolation.filesystem import Sandbox
from tests.sandbox.conftest import INSIDE, is_running, wait_until


def misbehave(forkserver, folder, how):
    request = SpawnRequest(
        module="misbehave",
        arguments=(how,),
        sandbox=Sandbox(home=str(folder), visible=(str(INSIDE),)),
    )
    return forkserver.start(request, log=str(folder / "log"))


@pytest.mark.parametrize(
    ("how", "status"),
    [
        *(("normally", 0), ("exit 3", 3), ("exception", 1), ("_exit 7", 7)),
        ("abort", -signal.SIGABRT),
    ],
)
def test_the_end_of_a_process_is_reported(forkserver, folder, how, status):
    process = misbehave(forkserver, folder, how)

    assert process.wait(20) == status
    assert process.ended.limit is None
    log = (folder / "log").read_text()
    assert ("ValueError: on purpose" in log) == (how == "exception")
    assert ("late" in log) == (how == "normally")  # it waited for its threads


def test_a_process_is_measured_when_a_client_asks_for_it(forkserver, folder):
    process = misbehave(forkserver, folder, "signal")

    assert wait_until(lambda: "ready" in (folder / "log").read_text(), 60)
    assert asyncio.run(process.is_within_limits())
    assert asyncio.run(process.is_within_limits())
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 5
    assert not asyncio.run(process.is_within_limits())


def test_a_signal_arrives_and_can_be_handled(forkserver, folder):
    process = misbehave(forkserver, folder, "signal")

    assert wait_until(lambda: "ready" in (folder / "log").read_text(), 60)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)

    assert process.wait(20) == 5


def test_a_process_is_the_main_module_with_its_own_arguments(inside):
    assert inside.do("import sys; answer = sys.argv[1:], __name__") == [["3"], "builtins"]
    assert inside.do("import __main__; answer = __main__.__file__").endswith("act.py")


def test_two_forks_draw_different_numbers_and_order_sets_in_the_same_way(enter):
    program = """
import random, numpy, os, uuid, tempfile
answer = [random.random(), float(numpy.random.rand()), os.urandom(4).hex(), str(uuid.uuid4())]
"""
    one, other = enter(), enter()

    for first, second in zip(one.do(program), other.do(program), strict=True):
        assert first != second
    assert one.do("answer = hash('a')") == other.do("answer = hash('a')")


def test_nothing_of_one_process_reaches_the_next(enter):
    first = enter()
    first.do("import json, os; json.stolen = 1; os.environ['LEFT'] = '1'; open('left', 'w')")

    program = (
        "import json, os; answer = hasattr(json, 'stolen'), 'LEFT' in os.environ, os.listdir()"
    )
    assert enter().do(program) == [False, False, []]


def test_the_environment_of_the_client_is_not_passed_on(monkeypatch, folder):
    monkeypatch.setenv("SECRET_OF_THE_INSTRUCTOR", "4711")
    request = SpawnRequest(
        module="misbehave",
        arguments=("exception",),
        sandbox=Sandbox(home=str(folder), visible=(str(INSIDE),)),
    )
    with ForkServer(("json",), {"PYTHONPATH": str(INSIDE)}) as forkserver:
        assert forkserver.start(request).wait(20) == 1
        environment = Path(f"/proc/{forkserver.process.pid}/environ").read_text()

    assert "4711" not in environment


def test_an_interrupt_raises_keyboard_interrupt(inside):
    inside.send("import time; time.sleep(60)")
    time.sleep(0.3)

    inside.process.interrupt()  # KeyboardInterrupt is not an Exception: it ends this process

    assert inside.end().status == 1


def test_the_death_of_a_fork_server_ends_its_kernels_and_another_is_started(folder):
    with ForkServer(("json",), {"PYTHONPATH": str(INSIDE)}) as forkserver:
        process = misbehave(forkserver, folder, "signal")
        os.kill(forkserver.process.pid, signal.SIGKILL)

        assert process.wait(10) == -signal.SIGKILL
        assert misbehave(forkserver, folder, "exit 3").wait(20) == 3


def test_a_module_that_cannot_be_imported_is_reported(folder):
    with ForkServer(("json", "no_such_module")) as forkserver:
        forkserver.warm_up()

        assert list(forkserver.missing) == ["no_such_module"]


def test_a_fork_server_with_threads_does_not_start(folder):
    (folder / "threads.py").write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    )
    with (
        ForkServer(("threads",), {"PYTHONPATH": str(folder)}) as forkserver,
        pytest.raises(ExamError, match="did not start") as caught,
    ):
        forkserver.warm_up()
    assert "one of the modules that it imports starts threads" in str(caught.value)


def test_the_end_of_the_log_explains_why_a_fork_server_did_not_start(folder, caplog):
    (folder / "crash.py").write_text(
        "import os, sys\nsys.stderr.write('no luck')\nsys.stderr.flush()\nos._exit(4)"
    )
    with (
        ForkServer(("crash",), {"PYTHONPATH": str(folder)}) as forkserver,
        pytest.raises(ExamError, match=r"(?s)did not start \(exit status 4\).*no luck"),
    ):
        forkserver.warm_up()

    (record,) = (r for r in caplog.records if r.levelno == logging.ERROR)
    assert record.name == "autograder.sandbox.forkserver"
    assert "no luck" in record.getMessage()
    assert forkserver.process is None


def test_a_fork_server_that_dies_at_every_request_is_tried_twice(folder, caplog):
    (folder / "fragile.py").write_text(
        "import os\n"
        "from autograder.sandbox.forkserver.messages import SpawnRequest\n"
        "def die(data):\n"
        "    os.write(2, b'out of luck')\n"
        "    os._exit(3)\n"
        "SpawnRequest.from_json = die\n"
    )
    with (
        ForkServer(("fragile",), {"PYTHONPATH": str(folder)}) as forkserver,
        pytest.raises(ExamError, match=r"(?s)two tries.*died \(exit status 3\).*out of luck"),
    ):
        misbehave(forkserver, folder, "exit 3")

    first = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert ["out of luck" in message for message in first] == [True]


def test_the_traceback_of_a_failed_request_is_in_the_log(folder):
    with ForkServer(("json",), {"PYTHONPATH": str(INSIDE)}) as forkserver:
        sandbox = Sandbox(home=str(folder), socket_dirs=(str(folder),))  # not allowed there
        with pytest.raises(ExamError, match="must not be in the scratch space"):
            forkserver.start(SpawnRequest(module="misbehave", sandbox=sandbox))
        log = Path(forkserver.folder, "log").read_text()

    assert "the sandbox of misbehave cannot be made" in log
    assert "Traceback" in log
    assert "ValueError: a socket directory must not be" in log


def test_the_traceback_of_a_failed_supervisor_is_in_the_log(folder):
    (folder / "careless.py").write_text(
        "import time\n"
        "from autograder.sandbox.forkserver.supervisor import Supervisor\n"
        "def fail(self):\n"
        "    time.sleep(1)  # until its process is ready\n"
        "    1 / 0\n"
        "Supervisor.run = fail\n"
    )
    path = f"{folder}:{INSIDE}"
    with ForkServer(("careless",), {"PYTHONPATH": path}) as forkserver:
        assert misbehave(forkserver, folder, "signal").wait(20) == -signal.SIGKILL
        log = Path(forkserver.folder, "log").read_text()

    assert "the supervisor of misbehave failed" in log
    assert "ZeroDivisionError" in log


def test_a_fork_server_that_does_not_start_in_time_is_ended(folder, monkeypatch):
    (folder / "slow.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(client, "IMPORT_SECONDS", 0.5)
    with ForkServer(("slow",), {"PYTHONPATH": str(folder)}) as forkserver:
        with pytest.raises(ExamError, match="did not start"):
            forkserver.warm_up()

        assert forkserver.process is None
    assert not is_running("\0slow\0")


def test_the_log_is_not_that_of_a_process(forkserver, folder):
    forkserver.warm_up()
    assert misbehave(forkserver, folder, "exception").wait(20) == 1

    assert "on purpose" not in Path(forkserver.folder, "log").read_text()
    assert "layers" not in (folder / "log").read_text()


def test_the_life_of_a_process_is_logged(forkserver, folder, caplog):
    caplog.set_level(logging.DEBUG, "autograder.sandbox")

    process = misbehave(forkserver, folder, "exit 3")
    process.wait(20)

    lines = [record.getMessage() for record in caplog.records]
    assert f"process {process.supervisor} runs misbehave" in lines
    assert any(f"process {process.supervisor} ended with status 3" in line for line in lines)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be someone else")
def test_no_other_user_can_send_requests(folder, monkeypatch):
    base = folder / "own"
    monkeypatch.setenv(folders.VARIABLE, str(base))
    with ForkServer(("json",)) as forkserver:
        forkserver.warm_up()
        program = f"""
import os, socket
os.setuid(65534)
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as other:
    other.connect("{forkserver.folder}/{SOCKET_NAME}")
"""
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

        assert "PermissionError" in done.stderr
        base.chmod(0o755)
        Path(forkserver.folder).chmod(0o755)
        Path(forkserver.folder, SOCKET_NAME).chmod(0o777)
        program = program.rstrip() + "\n    other.send(b'{}'); print(other.recv(100))"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "b''\n" or "BrokenPipe" in done.stderr or "reset" in done.stderr


def test_an_invalid_request_does_not_end_the_fork_server(forkserver, folder):
    forkserver.warm_up()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(f"{forkserver.folder}/{SOCKET_NAME}")
        connection.send(b'{"module": 1}')

        assert b"refused" in connection.recv(1000)
    assert misbehave(forkserver, folder, "exit 3").wait(20) == 3
    log = Path(forkserver.folder, "log").read_text()
    assert "a request failed" in log
    assert "KeyError: 'sandbox'" in log


@pytest.mark.parametrize("message", [b"not JSON", b"[]", b"\xff", b""], ids=repr)
def test_a_message_that_is_not_a_request_does_not_end_the_fork_server(forkserver, folder, message):
    forkserver.warm_up()
    pid = forkserver.process.pid
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(f"{forkserver.folder}/{SOCKET_NAME}")
        connection.send(message)
        connection.settimeout(10)
        reply = connection.recv(1000)

    assert (b"refused" in reply) == bool(message)
    assert misbehave(forkserver, folder, "exit 3").wait(20) == 3
    assert forkserver.process.pid == pid


def test_a_client_that_leaves_at_once_does_not_end_the_fork_server(forkserver, folder):
    forkserver.warm_up()
    pid = forkserver.process.pid
    sandbox = Sandbox(home=str(folder), visible=(str(INSIDE),))
    request = SpawnRequest(module="misbehave", arguments=("signal",), sandbox=sandbox)
    for message in (request.to_json(), {"module": 1}):
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection,
            Path(os.devnull).open("r+b") as nothing,
        ):
            connection.connect(f"{forkserver.folder}/{SOCKET_NAME}")
            messages.send(connection, message, [nothing.fileno()] * 3)

    assert misbehave(forkserver, folder, "exit 3").wait(20) == 3
    assert forkserver.process.pid == pid


def test_a_fork_server_whose_client_is_killed_during_the_imports_removes_its_folder(folder):
    slow = "from pathlib import Path; Path('importing').touch()\nimport time; time.sleep(1)"
    (folder / "slow.py").write_text(slow)
    program = (
        "import os, sys\n"
        "from autograder.sandbox.forkserver.client import ForkServer\n"
        f"os.environ[{folders.VARIABLE!r}] = sys.argv[1] + '/own'\n"
        "ForkServer(('slow',), {'PYTHONPATH': sys.argv[1]}).warm_up()"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(folder)]) as process:
        assert wait_until(lambda: list(folder.glob("own/*/importing")), 30)
        process.kill()

    assert wait_until(lambda: not list(folder.glob("own/*")))


def test_nothing_outlives_a_client_that_is_killed():
    program = textwrap.dedent(f"""
        import os, signal, sys, tempfile
        from autograder.sandbox.forkserver.client import ForkServer
        from autograder.sandbox.forkserver.messages import SpawnRequest
        from autograder.sandbox.isolation.filesystem import Sandbox
        from autograder.sandbox.rpc import start_with_socket
        forkserver = ForkServer(("json",), {{"PYTHONPATH": {str(INSIDE)!r}}})
        sandbox = Sandbox(home=sys.argv[1], visible=({str(INSIDE)!r},))
        request = SpawnRequest(module="act", sandbox=sandbox)
        process, connection = start_with_socket(forkserver, request)
        connection.sendall(b'"import os; os.execvp(\\'sleep\\', [\\'sleep\\', \\'4711.3\\'])"\\n')
        sys.stdin.read()
        os.kill(os.getpid(), signal.SIGKILL)
        """)
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-c", program, home]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            assert wait_until(lambda: is_running("4711.3"), 60)
            process.stdin.close()
            assert process.wait(20) == -signal.SIGKILL

    assert wait_until(lambda: not is_running("4711.3"))
    assert wait_until(lambda: not is_running(home))
