"""Student code has a few pseudo-terminals of its own, and can do nothing else with them."""

import os

import pytest

from tests.sandbox.conftest import is_running, wait_until

RUN = """
import os, pty
process, terminal = pty.fork()
if process == 0:
    os.execv("/bin/sh", ["sh", "-c", "test -t 1 && echo in a terminal"])
answer = os.read(terminal, 100).decode(), os.waitpid(process, 0)[1]
os.close(terminal)
"""


def test_a_shell_runs_in_a_terminal(enter):
    inside = enter(terminals=2)

    for _ in range(5):  # each ends, so more run than there are terminals
        assert inside.do(RUN) == ["in a terminal\r\n", 0]


def test_there_are_no_terminals_unless_requested(inside):
    with pytest.raises(RuntimeError, match="out of pty devices"):
        inside.do("import pty; pty.openpty()")


def test_it_sees_only_its_own_terminals(enter):
    host = os.openpty()
    try:
        first, second = enter(terminals=4), enter(terminals=4)
        first.do("import os; ends = os.openpty()")

        assert first.do("answer = sorted(os.listdir('/dev/pts'))") == ["0", "ptmx"]
        assert second.do("import os; answer = os.listdir('/dev/pts')") == ["ptmx"]
    finally:
        for end in host:
            os.close(end)


def test_the_number_of_terminals_is_limited(enter):
    inside = enter(terminals=2)
    inside.do("import os; held = [os.openpty(), os.openpty()]")

    with pytest.raises(RuntimeError, match="OSError"):
        inside.do("os.openpty()")


@pytest.mark.parametrize("request_name", ["TIOCSETD", "TIOCSTI"])
def test_a_terminal_loads_no_driver_and_takes_no_input_for_others(enter, request_name):
    inside = enter(terminals=2)
    program = f"""
import fcntl, os, struct, termios
master, slave = os.openpty()
answer = []
for high in (0, 1 << 32):
    try:
        fcntl.ioctl(slave, termios.{request_name} | high, struct.pack("i", 2))
    except OverflowError:
        continue
    except OSError as error:
        answer.append(error.strerror)
"""
    assert set(inside.do(program)) == {"Operation not permitted"}


def test_ordinary_requests_of_a_terminal_work(enter):
    inside = enter(terminals=2)
    program = """
import os, tty
master, slave = os.openpty()
tty.setraw(slave)
os.write(slave, b"raw\\n")
answer = os.get_terminal_size(slave)[0], os.read(master, 9).decode(), os.ttyname(slave)
"""
    assert inside.do(program) == [0, "raw\n", "/dev/pts/0"]


def test_what_runs_in_a_terminal_does_not_outlive_the_process(enter):
    inside = enter(terminals=2)
    inside.do("""
import os, pty
if pty.fork()[0] == 0:
    os.execv("/bin/sh", ["sh", "-c", "trap '' HUP TERM; sleep 4711.8 & sleep 4711.8"])
""")
    assert wait_until(lambda: is_running("4711.8"))

    inside.process.kill()
    inside.end()

    assert wait_until(lambda: not is_running("4711.8"))
