"""`autograder warm` starts a fork server that stays, `--stop` ends it, `doctor` shows it."""

import re

import pytest

from autograder.cli import main as cli
from autograder.cli.views import forkservers_view, stopped_lines
from autograder.sandbox.forkserver import client, folders
from autograder.sandbox.forkserver.client import ForkServer
from autograder.sandbox.forkserver.running import Description
from tests.sandbox.conftest import folder, wait_until

__all__ = ["folder"]


@pytest.fixture
def base(folder, monkeypatch):
    base = folder / "run"
    monkeypatch.setenv(folders.VARIABLE, str(base))
    return base


@pytest.fixture
def small(monkeypatch):
    """Have `autograder warm` import very little."""
    made = ForkServer(("json",), idle_seconds=60)
    monkeypatch.setattr(client, "shared_forkserver", lambda **_: made)
    yield made
    made.close()


def test_a_fork_server_is_started_shown_and_stopped(base, small, capsys):
    assert cli.main(["warm"]) == 0
    pid = str(small.process.pid)
    started = capsys.readouterr().out
    cli.main(["doctor"])
    shown = capsys.readouterr().out
    assert cli.main(["warm", "--stop"]) == 0
    stopped = capsys.readouterr().out

    assert pid in started
    assert pid in shown
    assert re.search(rf"Fork server {pid} has ended \(\d+ MiB\)\.", stopped)
    assert wait_until(lambda: not folders.server_folders(base))
    assert cli.main(["warm", "--stop"]) == 0
    assert "No fork server is running" in capsys.readouterr().out


def description(**changes):
    values = {"pid": 7, "modules": ["numpy", "keras"], "clients": 0, "processes": 0}
    values |= {"idle": 12.0, "idle_seconds": 600.0, "is_ending": False, "memory": 300 << 20}
    return Description(**(values | changes))


def printed(view, capsys):
    from autograder.cli.console import console

    console.print(view, soft_wrap=True)
    return " ".join(capsys.readouterr().out.split())


def test_an_idle_fork_server_is_shown_with_its_time_and_memory(capsys):
    shown = printed(forkservers_view([description()]), capsys)

    assert "7 numpy, keras 300 MiB idle for 12 s after 600 s idle" in shown


def test_a_used_fork_server_is_shown_with_its_commands_and_processes(capsys):
    used = description(clients=1, processes=2, idle=0.0, idle_seconds=0.0)

    assert "1 command, 2 processes with its command" in printed(forkservers_view([used]), capsys)


def test_it_is_said_what_a_stopped_fork_server_waits_for(capsys):
    busy, own = description(processes=1), description(pid=8, idle_seconds=0.0)
    shown = printed(stopped_lines([busy, own]), capsys)

    assert "Fork server 7 ends when its exams have ended (1 process)." in shown
    assert "Fork server 8 ends with its command." in shown
