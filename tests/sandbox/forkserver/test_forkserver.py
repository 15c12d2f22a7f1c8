"""Processes forked from a zygote: each its own, reported, and gone when nobody holds them."""

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
from autograder.sandbox.forkserver.client import ForkServer
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.isolation.filesystem import Sandbox
from tests.sandbox.conftest import INSIDE, runs, wait_until


def misbehave(forkserver, folder, how):
    order = SpawnRequest(
        module="misbehave",
        arguments=(how,),
        sandbox=Sandbox(home=str(folder), visible=(str(INSIDE),)),
    )
    return forkserver.start(order, log=str(folder / "log"))


@pytest.mark.parametrize(
    ("how", "status"),
    [
        *(("to its end", 0), ("exit 3", 3), ("exception", 1), ("_exit 7", 7)),
        ("abort", -signal.SIGABRT),
    ],
)
def test_how_it_ended_is_reported(forkserver, folder, how, status):
    process = misbehave(forkserver, folder, how)

    assert process.wait(20) == status
    assert process.ended.limit is None
    log = (folder / "log").read_text()
    assert ("ValueError: on purpose" in log) == (how == "exception")
    assert ("late" in log) == (how == "to its end")  # its threads were waited for


def test_a_signal_arrives_and_can_be_handled(forkserver, folder):
    process = misbehave(forkserver, folder, "signal")
    time.sleep(0.3)

    assert process.poll() is None
    process.send_signal(signal.SIGTERM)

    assert process.wait(20) == 5


def test_it_is_the_main_module_with_its_own_arguments(inside):
    assert inside.do("import sys; answer = sys.argv[1:], __name__") == [["3"], "builtins"]
    assert inside.do("import __main__; answer = __main__.__file__").endswith("act.py")


def test_two_forks_draw_different_numbers_and_order_sets_alike(enter):
    program = """
import random, numpy, os, uuid, tempfile
answer = [random.random(), float(numpy.random.rand()), os.urandom(4).hex(), str(uuid.uuid4())]
"""
    one, other = enter(), enter()

    for first, second in zip(one.do(program), other.do(program), strict=True):
        assert first != second
    assert one.do("answer = hash('a')") == other.do("answer = hash('a')")


def test_nothing_of_one_reaches_the_next(enter):
    first = enter()
    first.do("import json, os; json.stolen = 1; os.environ['LEFT'] = '1'; open('left', 'w')")

    program = (
        "import json, os; answer = hasattr(json, 'stolen'), 'LEFT' in os.environ, os.listdir()"
    )
    assert enter().do(program) == [False, False, []]


def test_the_environment_of_the_client_goes_nowhere(monkeypatch, folder):
    monkeypatch.setenv("SECRET_OF_THE_INSTRUCTOR", "4711")
    order = SpawnRequest(
        module="misbehave",
        arguments=("exception",),
        sandbox=Sandbox(home=str(folder), visible=(str(INSIDE),)),
    )
    with ForkServer(("json",), {"PYTHONPATH": str(INSIDE)}) as forkserver:
        assert forkserver.start(order).wait(20) == 1
        environment = Path(f"/proc/{forkserver.process.pid}/environ").read_text()

    assert "4711" not in environment


def test_an_interrupt_ends_what_runs_and_nothing_more(inside):
    inside.tell("import time; time.sleep(60)")
    time.sleep(0.3)

    inside.process.interrupt()  # KeyboardInterrupt is no Exception: it ends this process

    assert inside.end().status == 1


def test_a_dead_zygote_takes_its_kernels_along_and_is_started_anew(folder):
    with ForkServer(("json",), {"PYTHONPATH": str(INSIDE)}) as forkserver:
        process = misbehave(forkserver, folder, "signal")
        os.kill(forkserver.process.pid, signal.SIGKILL)

        assert process.wait(10) == -signal.SIGKILL
        assert misbehave(forkserver, folder, "exit 3").wait(20) == 3


def test_a_module_that_cannot_be_imported_is_named(folder):
    with ForkServer(("json", "no_such_module")) as forkserver:
        forkserver.warm_up()

        assert list(forkserver.missing) == ["no_such_module"]


def test_a_zygote_with_threads_does_not_start(folder):
    (folder / "threads.py").write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    )
    with (
        ForkServer(("threads",), {"PYTHONPATH": str(folder)}) as forkserver,
        pytest.raises(ExamError, match="did not start"),
    ):
        forkserver.warm_up()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be someone else")
def test_nobody_else_can_order(forkserver):
    forkserver.warm_up()
    program = f"""
import os, socket
os.setuid(65534)
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
    stranger.connect("{forkserver._folder}/door")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert "PermissionError" in done.stderr
    Path(forkserver._folder).chmod(0o755)
    Path(forkserver._folder, "door").chmod(0o777)
    program = program.rstrip() + "\n    stranger.send(b'{}'); print(stranger.recv(100))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "b''\n" or "BrokenPipe" in done.stderr or "reset" in done.stderr


def test_what_is_no_order_does_not_end_the_zygote(forkserver, folder):
    forkserver.warm_up()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
        client.connect(f"{forkserver._folder}/door")
        client.send(b'{"module": 1}')

        assert b"refused" in client.recv(1000)
    assert misbehave(forkserver, folder, "exit 3").wait(20) == 3


def test_nothing_outlives_a_client_that_is_killed():
    client = textwrap.dedent(f"""
        import os, signal, sys, tempfile
        from autograder.sandbox.controlled import start_with_control_socket
        from autograder.sandbox.forkserver.messages import SpawnRequest
        from autograder.sandbox.isolation.filesystem import Sandbox
        from autograder.sandbox.forkserver.client import ForkServer
        forkserver = ForkServer(("json",), {{"PYTHONPATH": {str(INSIDE)!r}}})
        sandbox = Sandbox(home=sys.argv[1], visible=({str(INSIDE)!r},))
        request = SpawnRequest(module="act", sandbox=sandbox)
        process, control = start_with_control_socket(forkserver, request)
        control.sendall(b'"import os; os.execvp(\\'sleep\\', [\\'sleep\\', \\'4711.3\\'])"\\n')
        sys.stdin.read()
        os.kill(os.getpid(), signal.SIGKILL)
        """)
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-c", client, home]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            assert wait_until(lambda: runs("4711.3"), 60)
            process.stdin.close()
            assert process.wait(20) == -signal.SIGKILL

    assert wait_until(lambda: not runs("4711.3"))
    assert wait_until(lambda: not runs(home))
