"""A fork server stays for the next command, is shared, and keeps nothing of those before."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.sandbox.forkserver import client, folders, running, service
from autograder.sandbox.forkserver.client import ForkServer, shared_forkserver
from autograder.sandbox.forkserver.running import descriptions, stop_all
from autograder.sandbox.isolation.capabilities import NAMES
from autograder.sandbox.limits import Limits
from tests.sandbox.conftest import INSIDE, Inside, is_running, skip_without
from tests.sandbox.conftest import wait_until as wait_at_most
from tests.sandbox.forkserver.test_forkserver import misbehave
from tests.sandbox.isolation.test_capabilities import in_unprivileged_container

SECONDS = 100.0
"""How long to wait at most; a machine may be busy."""

PATH = {"PYTHONPATH": str(INSIDE)}

COMMAND = f"""
import json, os, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
from autograder.sandbox.forkserver.client import ForkServer
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.isolation.filesystem import Sandbox
from autograder.sandbox.rpc import start_with_socket
modules, path, idle = sys.argv[1].split(","), sys.argv[2], float(sys.argv[3])
forkserver = ForkServer(modules, {{"PYTHONPATH": path + ":" + {str(INSIDE)!r}}}, idle)
forkserver.warm_up()
print(forkserver.process.pid, flush=True)
"""
"""A command that prints the process of its fork server."""

RUN = """
sandbox = Sandbox(home=sys.argv[4], visible=(sys.argv[5],))
request = SpawnRequest(module="act", sandbox=sandbox)
process, connection = start_with_socket(forkserver, request)
program = f"import os; os.execvp('sleep', ['sleep', '{sys.argv[6]}'])"
connection.sendall(json.dumps(program).encode() + b"\\n")
sys.stdin.read()
"""
"""Starts a process that sleeps, and waits."""


@pytest.fixture
def base(folder, monkeypatch):
    """Return a folder of fork servers for one test, all of which end with it."""
    base = folder / "run"
    monkeypatch.setenv(folders.VARIABLE, str(base))
    yield base
    assert wait_until(lambda: not stop_all() and not left(base)), left(base)


@pytest.fixture
def staying(base):
    """Return a function that makes clients of fork servers that stay."""
    with ExitStack() as stack:

        def make(modules=("json",), environment=PATH, idle_seconds=60.0):
            made = ForkServer(modules, environment, idle_seconds)
            stack.callback(made.close)
            return made

        yield make


def wait_until(condition):
    return wait_at_most(condition, SECONDS)


def left(base):
    return folders.server_folders(base) if base.exists() else []


def command(*arguments, modules="json", path="", idle=60.0, more="", **options):
    """Start another command that uses a fork server."""
    program = [sys.executable, "-c", COMMAND + more, modules, path, str(idle), *arguments]
    return subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
    )


def server_of(started):
    """Return the process id of a command's fork server, when the command has ended."""
    printed, _ = started.communicate(timeout=SECONDS)
    assert started.returncode == 0
    return int(printed)


def lives(pid):
    return Path(f"/proc/{pid}").exists() and b"forkserver.server" in cmdline(pid)


def cmdline(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_the_next_command_uses_the_fork_server_of_the_last(base):
    first = server_of(command())

    assert lives(first)
    assert os.getsid(first) != os.getsid(0)
    assert server_of(command()) == first
    assert len(left(base)) == 1


def test_commands_that_start_at_the_same_time_share_one(base, folder):
    (folder / "slow.py").write_text("import time; time.sleep(1)")
    commands = [command(modules="slow", path=str(folder)) for _ in range(3)]

    assert len({server_of(one) for one in commands}) == 1
    assert len(left(base)) == 1


@pytest.mark.parametrize("how", ["modules", "variable", "priority"])
def test_a_fork_server_that_differs_is_not_used(staying, how, monkeypatch):
    first = staying()
    first.warm_up()
    other = {"modules": ("json", "csv")} if how == "modules" else {}
    if how == "variable":
        monkeypatch.setenv("OMP_NUM_THREADS", "3")
    if how == "priority":
        monkeypatch.setattr(os, "getpriority", lambda *_: 7)
    second = staying(**other)
    second.warm_up()

    assert second.process.pid != first.process.pid


def test_a_changed_version_of_a_package_is_another_key(monkeypatch):
    before = client.forkserver_key(("json",), {})
    monkeypatch.setattr("autograder.fingerprint.versions", lambda: {"numpy": "0"})

    assert client.forkserver_key(("json",), {}) != before


def test_a_fork_server_with_an_outdated_module_is_replaced(staying, folder):
    (folder / "mine.py").write_text("A = 1")
    path = {"PYTHONPATH": f"{folder}:{INSIDE}"}
    first = staying(("mine",), path)
    first.warm_up()
    pid = first.process.pid

    (folder / "mine.py").write_text("A = 22")
    second = staying(("mine",), path)
    second.warm_up()

    assert second.process.pid != pid
    assert misbehave(first, folder, "exit 3").wait(SECONDS) == 3
    assert first.process.pid == second.process.pid
    assert wait_until(lambda: not lives(pid))


def test_it_ends_when_nobody_has_used_it_for_a_while(base, staying):
    forkserver = staying(idle_seconds=0.5)
    forkserver.warm_up()
    pid = forkserver.process.pid
    time.sleep(1.0)
    assert lives(pid)  # it has a client

    forkserver.close()

    assert wait_until(lambda: not lives(pid))
    assert left(base) == []


def test_an_idle_one_with_an_outdated_module_ends_early(staying, folder):
    (folder / "hurry.py").write_text(
        "from autograder.sandbox.forkserver import service\nservice._CHECK_SECONDS = 0.2\n"
    )
    forkserver = staying(("hurry",), {"PYTHONPATH": f"{folder}:{INSIDE}"})
    forkserver.warm_up()
    pid = forkserver.process.pid
    forkserver.close()
    time.sleep(0.5)
    assert lives(pid)

    (folder / "hurry.py").write_text("A = 1")

    assert wait_until(lambda: not lives(pid))


def test_it_stays_while_a_process_runs(staying, folder):
    forkserver = staying(idle_seconds=0.5)
    process = misbehave(forkserver, folder, "signal")
    pid = forkserver.process.pid
    forkserver.close()
    time.sleep(1.2)
    assert lives(pid)

    process.kill()

    assert process.wait(SECONDS) == -signal.SIGKILL
    assert wait_until(lambda: not lives(pid))


def test_with_no_idle_seconds_it_ends_with_its_command(base):
    pid = server_of(command(idle=0))

    assert wait_until(lambda: not lives(pid))
    assert left(base) == []


def test_one_whose_starter_is_killed_during_the_imports_is_used_by_the_next(base, folder):
    (folder / "slow.py").write_text("open('importing', 'w'); import time; time.sleep(1)")
    with command(modules="slow", path=str(folder)) as started:
        assert wait_until(lambda: list(base.glob("*/importing")))
        started.kill()

    pid = server_of(command(modules="slow", path=str(folder)))

    assert len(left(base)) == 1
    assert [one.pid for one in descriptions()] == [pid]


def test_one_that_is_killed_during_the_imports_does_not_block_the_next(base, folder):
    (folder / "slow.py").write_text(
        "import os, time, pathlib\n"
        "pathlib.Path('pid').write_text(str(os.getpid()))\n"
        f"while not pathlib.Path({str(folder)!r}, 'go').exists(): time.sleep(0.02)"
    )
    with command(modules="slow", path=str(folder), stderr=subprocess.DEVNULL) as started:
        assert wait_until(lambda: [p for p in base.glob("*/pid") if p.read_text()])
        (written,) = base.glob("*/pid")
        started.kill()
        os.kill(int(written.read_text()), signal.SIGKILL)
    (folder / "go").touch()

    assert lives(server_of(command(modules="slow", path=str(folder))))
    assert len(left(base)) == 1


def test_one_that_is_killed_is_replaced_and_its_folder_removed(base, staying, folder, caplog):
    forkserver = staying()
    process = misbehave(forkserver, folder, "signal")
    os.kill(forkserver.process.pid, signal.SIGKILL)

    assert process.wait(SECONDS) == -signal.SIGKILL
    assert misbehave(forkserver, folder, "exit 3").wait(SECONDS) == 3
    assert len(left(base)) == 1
    assert "The fork server died" in caplog.text


def test_one_that_does_not_answer_is_killed_and_replaced(staying, monkeypatch, folder):
    monkeypatch.setattr(running, "_ANSWER_SECONDS", 0.5)
    first = staying()
    first.warm_up()
    os.kill(first.process.pid, signal.SIGSTOP)
    second = staying()

    assert misbehave(second, folder, "exit 3").wait(SECONDS) == 3
    assert second.process.pid != first.process.pid
    assert wait_until(lambda: not lives(first.process.pid))


def test_a_client_that_asks_nothing_does_not_delay_the_others(staying, folder):
    forkserver = staying()
    forkserver.warm_up()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as silent:
        silent.connect(f"{forkserver.folder}/{folders.SOCKET_NAME}")

        assert misbehave(forkserver, folder, "exit 3").wait(SECONDS) == 3
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):  # it still waits for an answer
            silent.recv(1)


def test_a_stopped_one_finishes_its_processes_and_its_client_uses_another(staying, folder):
    forkserver = staying()
    inside = Inside(forkserver, {}, Limits())
    first = forkserver.process.pid

    (stopped,) = stop_all()

    assert (stopped.pid, stopped.processes) == (first, 1)
    assert stop_all() == []
    assert misbehave(forkserver, folder, "exit 3").wait(SECONDS) == 3
    assert forkserver.process.pid != first
    assert inside.do("answer = 6 * 7") == 42
    assert lives(first)
    inside.close()
    assert wait_until(lambda: not lives(first))


def test_a_command_that_is_killed_ends_its_processes_and_no_others(base, tmp_path):
    sleeps = ("sleep\0004711.51\0", "sleep\0004711.52\0")
    with ExitStack() as stack:
        commands = []
        for sleep in sleeps:
            seconds = sleep.split("\0")[1]
            home = tmp_path / seconds
            home.mkdir()
            made = command(str(home), str(INSIDE), seconds, more=RUN, start_new_session=True)
            commands.append(stack.enter_context(made))
        assert wait_until(lambda: all(map(is_running, sleeps)))
        (one,) = descriptions()
        assert (one.clients, one.processes) == (2, 2)

        commands[0].kill()

        assert wait_until(lambda: not is_running(sleeps[0]))
        time.sleep(0.5)
        assert is_running(sleeps[1])

        os.killpg(commands[1].pid, signal.SIGINT)  # Ctrl-C

        assert commands[1].wait(SECONDS) != 0
        assert wait_until(lambda: not is_running(sleeps[1]))
    assert lives(one.pid)
    assert wait_until(lambda: descriptions()[0].processes == 0)


def state(pid):
    """Return what could keep something of an exam in a fork server."""
    status = Path(f"/proc/{pid}/status").read_text()
    fields = ("Umask", "Groups", "SigBlk", "SigIgn", "SigCgt", "Threads", "CapEff")
    mounts = Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    files = sorted(os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir())  # noqa: PTH115
    return {
        "files": [re.sub(r"\d+", "N", file) for file in files],
        "directory": os.readlink(f"/proc/{pid}/cwd"),  # noqa: PTH115
        "environment": Path(f"/proc/{pid}/environ").read_bytes(),
        "mounts": [line for line in mounts if os.readlink(f"/proc/{pid}/cwd") in line],  # noqa: PTH115
        "children": children,
        "status": re.findall(rf"^(?:{'|'.join(fields)}):.*$", status, re.MULTILINE),
        "folder": sorted(os.listdir(f"/proc/{pid}/cwd")),  # noqa: PTH208
    }


def is_no_more(after, before):
    """Return whether there are no more open files than before, and all else is the same."""
    more = Counter(after["files"]) - Counter(before["files"])
    return not more and {**after, "files": []} == {**before, "files": []}


def memory(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * int(re.search(r"^Rss: +(\d+)", text, re.MULTILINE)[1])


def test_it_keeps_nothing_of_the_processes_that_it_has_forked(staying, folder, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", str(folder))
    forkserver = staying()
    home = folder / "home"
    home.mkdir()
    run(forkserver, home, 5)
    pid = forkserver.process.pid
    assert wait_until(lambda: descriptions()[0].processes == 0)
    before, bytes_before = state(pid), memory(pid)

    run(forkserver, home, 60)

    assert wait_until(lambda: descriptions()[0].processes == 0)
    assert wait_until(lambda: is_no_more(state(pid), before))  # connections close a moment later
    assert before["children"] == ""
    assert str(folder / "home") not in str(before)
    assert b"DLCOURSE_DATA" not in before["environment"]
    assert memory(pid) - bytes_before < 1 << 20


def run(forkserver, home, count):
    for number in range(count):
        process = misbehave(forkserver, home, ("normally", "exit 3", "exception")[number % 3])
        assert process.wait(SECONDS) is not None


def test_a_fork_finds_the_modules_as_they_were_imported(staying):
    forkserver = staying(("json", "decimal"))
    answers = []
    for _ in range(2):
        inside = Inside(forkserver, {}, Limits())
        answers.append(
            inside.do(
                "import decimal, json, os, signal, sys; answer = [hasattr(decimal, 'left'), "
                "decimal.getcontext().prec, os.umask(0o77), sorted(sys.modules)]; "
                "decimal.left = 1; decimal.getcontext().prec = 99"
            )
        )
        inside.close()

    assert answers[0] == answers[1]
    assert answers[0][:3] == [False, 28, 0o022]


def test_student_code_can_neither_reach_nor_kill_it(base, staying):
    skip_without(*NAMES)
    forkserver = staying()
    forkserver.warm_up()
    inside = Inside(forkserver, {}, Limits())
    try:
        program = (
            f"import os, signal, socket; base, folder = {str(base)!r}, {forkserver.folder!r}\n"
            "found = [os.path.lexists(path) for path in (base, folder, folder + '/control')]\n"
            "one = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
            "reached = one.connect_ex(folder + '/control')\n"
            "others = sorted(int(p) for p in os.listdir('/proc') if p.isdigit())\n"
            "def kill(pid):\n"
            "    try: os.kill(pid, signal.SIGKILL)\n"
            "    except OSError as error: return error.errno\n"
            f"killed = [kill({forkserver.process.pid}), kill(os.getppid())]\n"
            "links = [os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd')\n"
            "         if os.path.lexists(f'/proc/self/fd/{n}')]\n"
            "answer = found, reached, others, killed, links"
        )
        found, reached, others, killed, links = inside.do(program)
    finally:
        inside.close()

    assert found == [False] * 3
    assert reached != 0
    assert others[0] == 1
    assert len(others) <= 3
    assert killed[0] == 3  # ESRCH: there is no such process
    assert not [link for link in links if str(base) in link]
    assert lives(forkserver.process.pid)


def test_without_every_layer_of_the_sandbox_it_ends_with_its_command(base, tmp_path):
    program = f"import sys; sys.argv[1:] = ['json', '', '60']\n{COMMAND}"
    variable = f"import os; os.environ[{folders.VARIABLE!r}] = {str(base)!r}\n"

    in_unprivileged_container(variable + program)

    assert wait_until(lambda: not left(base))


def test_its_log_stays_small(staying, folder, monkeypatch):
    (folder / "chatty.py").write_text(
        "from autograder.sandbox.forkserver import service\n"
        "service._LOG_BYTES, service._KEPT_LOG_BYTES = 4000, 1000\n"
    )
    forkserver = staying(("chatty",), {"PYTHONPATH": f"{folder}:{INSIDE}"})
    for _ in range(60):
        assert misbehave(forkserver, folder, "exit 3").wait(SECONDS) == 3
    log = Path(forkserver.folder, folders.LOG_NAME).read_text()

    assert 500 < len(log) < 4200
    assert log.rstrip().endswith("runs misbehave")
    assert service._LOG_BYTES == 1 << 20


def test_the_idle_seconds_are_those_of_the_variable(monkeypatch):
    monkeypatch.delenv(client.IDLE_VARIABLE, raising=False)
    assert client.idle_seconds() == 600
    monkeypatch.setenv(client.IDLE_VARIABLE, "0")
    assert client.idle_seconds() == 0


@pytest.mark.parametrize("value", ["soon", "-1", "inf", "nan", ""])
def test_other_idle_seconds_are_refused(monkeypatch, value):
    monkeypatch.setenv(client.IDLE_VARIABLE, value)

    with pytest.raises(UsageError, match=f"AUTOGRADER_IDLE_SECONDS is '{value}'"):
        client.idle_seconds()


def test_a_description_tells_what_it_does(staying, folder):
    forkserver = staying(idle_seconds=60.0)
    process = misbehave(forkserver, folder, "signal")

    (one,) = descriptions()

    assert (one.pid, one.modules) == (forkserver.process.pid, ["json"])
    assert (one.clients, one.processes, one.idle, one.idle_seconds) == (1, 1, 0, 60)
    assert 1 << 20 < one.memory < 1 << 30
    process.kill()
    process.wait(SECONDS)
    forkserver.close()
    assert wait_until(lambda: descriptions()[0].idle > 0)


def test_the_shared_one_is_the_same_for_equal_requests():
    assert shared_forkserver(("json",)) is shared_forkserver(["json"])
