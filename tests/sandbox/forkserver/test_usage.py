"""CPU time is measured over whole trees of processes: what they used, and what they waited for."""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from autograder.sandbox.forkserver import usage
from autograder.sandbox.forkserver.usage import CpuTime
from tests.sandbox.conftest import wait_until

PATIENCE = 120  # seconds: the machine may be busy
SPIN = "while True: pass"
CORE = max(os.sched_getaffinity(0))


@pytest.fixture
def start():
    """Return a function that starts a program in Python, on one core."""
    with ExitStack() as stack:

        def start(program):
            pinned = f"import os; os.sched_setaffinity(0, {{{CORE}}})\n{program}"
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", pinned]))
            stack.callback(process.kill)
            return process.pid

        yield start


def cpu_time(pid):
    return usage.cpu_time(usage.descendants(pid))


def test_processes_that_share_a_core_wait_for_it(start):
    pids = [start(SPIN) for _ in range(3)]

    assert wait_until(lambda: all(cpu_time(pid).waited > 0.5 for pid in pids), PATIENCE)
    assert wait_until(lambda: all(cpu_time(pid).used > 0 for pid in pids), PATIENCE)


def test_a_process_that_sleeps_neither_uses_a_core_nor_waits_for_one(start, tmp_path):
    pid = start(f"import time; open('{tmp_path}/begun', 'w').close(); time.sleep(600)")
    stat = Path(f"/proc/{pid}/stat")
    assert wait_until((tmp_path / "begun").exists, PATIENCE)
    assert wait_until(lambda: ") S " in stat.read_text(), PATIENCE)
    before = cpu_time(pid)

    time.sleep(0.5)

    after = cpu_time(pid)
    assert after.used - before.used < 0.1
    assert after.waited - before.waited < 0.1


def test_children_count_while_they_run_and_when_they_have_ended(start):
    pid = start("""
import subprocess, sys, time
spin = "import time\\nwhile time.process_time() < {}: pass\\ntime.sleep({})"
subprocess.run([sys.executable, "-c", spin.format(0.5, 0)])
subprocess.run([sys.executable, "-c", spin.format(0.5, 600)])
""")

    assert wait_until(lambda: cpu_time(pid).used >= 0.9, PATIENCE)


def test_threads_wait_too(start):
    pid = start("""
import hashlib, threading
def spin():
    while True: hashlib.pbkdf2_hmac("sha256", b"", b"", 1000)
for _ in range(3):
    threading.Thread(target=spin).start()
""")

    assert wait_until(lambda: cpu_time(pid).waited > 0.5, PATIENCE)


def test_what_does_not_exist_or_is_unknown_counts_nothing(monkeypatch):
    assert usage.cpu_time([2**22 + 1]) == CpuTime()
    monkeypatch.setattr(usage, "_text", lambda _: "")
    assert usage.cpu_time([os.getpid()]) == CpuTime()


def test_a_long_chain_of_processes_is_followed_to_its_end(monkeypatch):
    children = {f"/proc/{pid}/task/{pid}/children": f"{pid + 1}" for pid in range(1, 5_000)}
    monkeypatch.setattr(usage, "_list", lambda path: [path.split("/")[2]])
    monkeypatch.setattr(usage, "_text", lambda path: children.get(path, ""))

    assert list(usage.descendants(1)) == list(range(1, 5_001))
