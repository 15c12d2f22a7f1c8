"""Whatever limit ends something in an exam is named: to the student, and to the instructor."""

import resource

import pytest

from autograder.config import Settings
from autograder.exam.run import run_exam
from autograder.notebook.cells import exam_metadata, verdicts_of
from tests.support.exam_notebooks import exam_notebook

pytestmark = pytest.mark.slow

MB = 1 << 20
FORKS = "import os, time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(1)"
HOLDS = "import time\nheld = [bytearray(b'x' * (1 << 20)) for _ in range(600)]\ntime.sleep(30)"
LIMITS = [
    pytest.param("while True: pass", {"cell_seconds": 1.5}, "longer than 1.5 s", id="cell_seconds"),
    pytest.param("while True: pass", {"exam_seconds": 3.0}, "exam's 3 s", id="exam_seconds"),
    pytest.param("print('x' * 3000)", {"output_bytes": 2000}, "printed more", id="output_bytes"),
    pytest.param(HOLDS, {"memory_bytes": 500 * MB}, "bytes of memory", id="memory_bytes"),
    pytest.param(FORKS, {"processes": 60}, "more than 60 processes", id="processes"),
    pytest.param(
        "open('big', 'wb').write(bytes(10 << 20))",
        {"scratch_bytes": 5 * MB},
        "bytes of files",
        id="scratch_bytes",
    ),
]


@pytest.mark.parametrize(("greedy", "settings", "sentence"), LIMITS)
def test_a_limit_that_ends_a_cell_is_named_to_both(request, greedy, settings, sentence):
    executed = run_exam(exam_notebook(("answer", greedy)), settings=Settings(**settings))

    name = request.node.callspec.id
    (finding,) = exam_metadata(executed).findings
    assert finding.kind == "limit"
    assert f"({name})" in finding.message
    assert sentence in executed.cells[1].outputs[-1].evalue


@pytest.mark.parametrize(("greedy", "settings", "sentence"), LIMITS[:5])
def test_a_limit_that_ends_a_question_is_named_to_both(request, greedy, settings, sentence):
    answer = "def f(x):\n" + "".join(f"    {line}\n" for line in greedy.splitlines())

    executed = run_exam(
        exam_notebook(("answer", answer), ("test", "check.equal(f(1), 1)")),
        settings=Settings(**settings),
    )

    (verdict,) = verdicts_of(executed)
    assert (verdict.state, verdict.points) in {("void", 0.0), ("failed", 0.0)}
    assert sentence in verdict.reason
    assert any(
        f"({request.node.callspec.id})" in f.message for f in exam_metadata(executed).findings
    )


def test_all_cells_together_may_print_ten_times_what_one_may():
    prints = [("answer", f"x{number} = print('x' * 1900)") for number in range(14)]
    honest = [("answer", "def f(x):\n    return x"), ("test", "check.equal(f(1), 1)")]

    executed = run_exam(exam_notebook(*prints, *honest), settings=Settings(output_bytes=2000))

    (verdict,) = verdicts_of(executed)
    assert verdict.points == 3.0
    assert sum(len(str(cell.outputs)) for cell in executed.cells[1:15]) < 26_000
    assert {finding.kind for finding in exam_metadata(executed).findings} == {"limit"}


def test_the_other_questions_keep_their_points():
    greedy, honest = f"def f(x):\n    {HOLDS.splitlines()[1]}", "def g(x):\n    return x"

    executed = run_exam(
        exam_notebook(
            ("answer", greedy),
            ("answer", honest),
            ("test", "check.equal(f(1), 1)"),
            ("test", "check.equal(g(1), 1)"),
        ),
        settings=Settings(memory_bytes=500 * MB),
    )

    assert [verdict.points for verdict in verdicts_of(executed)] == [0.0, 3.0]


SENDS = """
import struct, time
kernel = get_ipython().kernel
connection, request = kernel.iopub_thread.socket, kernel.get_parent()["header"]["msg_id"].encode()
def frame(*parts):
    rest = b"".join(struct.pack("!I", len(part)) + part for part in parts)
    return struct.pack("!II", len(rest), 0) + rest
"""
ENDLESS_MESSAGES = [
    pytest.param(
        "connection.sendall(struct.pack('!II', 2**32 - 1, 0))\n"
        "for _ in range(400): connection.sendall(bytes(8 << 20))",
        id="one frame",
    ),
    pytest.param(
        "large = frame(b'stream', b'', b'stdout', bytes(8 << 20))\n"
        "for _ in range(400): connection.sendall(large)",
        id="large frames about nothing",
    ),
    pytest.param(
        "large = frame(b'display_data', request, b'', *[b''] * 4_000_000)\n"
        "for _ in range(400): connection.sendall(large)",
        id="frames of too many texts",
    ),
    pytest.param(
        "small = frame(b'idle', b'') * 1_000\nfor _ in range(100_000): connection.sendall(small)",
        id="small frames",
    ),
]


@pytest.mark.parametrize("sends", ENDLESS_MESSAGES)
def test_a_message_larger_than_any_memory_ends_its_own_exam_and_nothing_else(sends):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    executed = run_exam(
        exam_notebook(
            ("answer", "def g(x):\n    return x"),
            ("answer", f"{SENDS}{sends}\ntime.sleep(20)"),
            ("test", "check.equal(g(1), 1)"),
        ),
        settings=Settings(),
    )

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    (finding,) = exam_metadata(executed).findings
    assert "(output_bytes)" in finding.message
    assert [verdict.points for verdict in verdicts_of(executed)] == [3.0]
    assert grown < 200 << 10  # kilobytes
