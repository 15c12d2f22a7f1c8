"""A process in the sandbox reaches no network and no other process, and can gain no rights."""

import os
import signal
import socket
import subprocess
import time

import pytest

from tests.sandbox.conftest import is_running, wait_until


@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM"])
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
def test_the_network_cannot_be_reached(inside, family, kind):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        host = {"AF_INET": "127.0.0.1", "AF_INET6": "::1"}[family]
        with pytest.raises(RuntimeError, match="OSError"):
            inside.do(
                f"import socket; s = socket.socket(socket.{family}, socket.{kind}); "
                f"s.connect(({host!r}, {listener.getsockname()[1]})); s.send(b'x')"
            )


def test_no_name_is_resolved(inside):
    with pytest.raises(RuntimeError, match=r"gaierror|OSError"):
        inside.do("import socket; socket.getaddrinfo('example.org', 80)")


@pytest.mark.parametrize("family", [17, 40, 38, 29], ids=["packet", "vsock", "alg", "can"])
def test_sockets_of_other_families_are_refused(inside, family):
    with pytest.raises(RuntimeError, match=r"OSError|PermissionError"):
        inside.do(f"import socket; socket.socket({family}, socket.SOCK_DGRAM)")


def test_an_abstract_socket_of_the_machine_cannot_be_reached(inside):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0kernels-{os.getpid()}")
        listener.listen()
        with pytest.raises(RuntimeError, match=r"ConnectionRefused|PermissionError"):
            inside.do(
                "import socket; s = socket.socket(socket.AF_UNIX); "
                f"s.connect('\\0kernels-{os.getpid()}')"
            )


def test_a_socket_in_a_folder_of_the_machine_cannot_be_reached(inside, folder):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
        with pytest.raises(RuntimeError, match="FileNotFound"):
            inside.do(
                "import socket; s = socket.socket(socket.AF_UNIX); "
                f"s.connect('{folder / 'socket'}')"
            )


def test_a_process_of_the_machine_cannot_be_killed(inside):
    with subprocess.Popen(["sleep", "30"]) as other:
        for target in (other.pid, os.getpid(), os.getppid()):
            with pytest.raises(RuntimeError, match=r"ProcessLookup|PermissionError"):
                inside.do(f"import os; os.kill({target}, 9)")
        assert other.poll() is None
        other.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSTOP])
def test_the_supervisor_cannot_be_killed(inside, number):
    program = f"""
import os
try:
    os.kill(1, {int(number)})
except PermissionError:
    pass
"""
    inside.do(program)
    time.sleep(0.3)

    assert inside.process.poll() is None
    inside.process.kill()
    assert inside.end().status == -signal.SIGKILL


def test_it_has_no_rights_and_cannot_gain_any(inside):
    status = dict(
        line.split(":\t", 1)
        for line in inside.do("answer = open('/proc/self/status').read()").splitlines()
    )

    assert int(status["CapPrm"], 16) == int(status["CapEff"], 16) == int(status["CapInh"], 16) == 0
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert "0" not in status["Uid"].split()
    for call in ("unshare(0x10000000)", "unshare(0x20000)", "mount(b'x', b'/tmp', b'tmpfs', 0, 0)",
                 "setuid(0)", "ptrace(16, 1, 0, 0)", "memfd_create(b'x', 0)",
                 "shmget(0, 4096, 0o1600)"):  # fmt: skip
        program = f"import ctypes; answer = ctypes.CDLL(None, use_errno=True).{call}"
        assert inside.do(program) == -1, call


def test_it_inherits_no_open_file_and_no_variable(inside, monkeypatch):
    files = inside.do("import os; answer = sorted(os.listdir('/proc/self/fd'))")
    names = inside.do("import os; answer = sorted(os.environ)")

    assert files[:4] == ["0", "1", "2", "3"]
    assert len(files) <= 5  # the fifth is the listing itself
    assert names == ["HOME", "PATH"]


def test_a_daemon_dies_with_its_kernel(enter):
    inside = enter()
    inside.do(
        "import os, subprocess\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        os.execvp('sleep', ['sleep', '4711.1'])\n"
        "    os._exit(0)\n"
        "os.wait()"
    )
    assert wait_until(lambda: is_running("4711.1"))

    inside.send("import os; os._exit(0)")

    assert inside.end().status == 0
    assert wait_until(lambda: not is_running("4711.1"))


def test_a_daemon_dies_when_the_client_closes_the_connection(enter):
    inside = enter()
    inside.do("import subprocess; p = subprocess.Popen(['sleep', '4711.2'], start_new_session=1)")
    assert wait_until(lambda: is_running("4711.2"))

    inside.process.close()

    assert wait_until(lambda: not is_running("4711.2"))
