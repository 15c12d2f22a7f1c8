"""What ends a kernel costs the cell that does it, no other cell, and the same every time."""

import time

import pytest

from autograder.config import Settings
from autograder.exam.run import run_exam
from autograder.notebook.cells import exam_metadata, verdicts_of
from tests.support.exam_notebooks import exam_notebook

pytestmark = pytest.mark.slow

SETTINGS = Settings(cell_seconds=10, exam_seconds=120)
GRADINGS = 3

SURVIVED = (
    "quit()",
    "exit()",
    "exit",
    "import sys\nsys.exit()",
    "raise SystemExit(3)",
    "raise KeyboardInterrupt",
    "import os, signal\nos.kill(os.getpid(), signal.SIGINT)",
    "import asyncio\nraise asyncio.CancelledError",
    "raise GeneratorExit",
    "asyncio.get_running_loop().stop()",
    "from tornado.ioloop import IOLoop\nIOLoop.current().stop()",
    "async def stop(): raise KeyboardInterrupt\ntask = asyncio.ensure_future(stop())",
    "os.fork()",
    "if os.fork() == 0: sys.exit()",
    "if os.fork() == 0: raise ValueError",
    "import multiprocessing\nmultiprocessing.get_context('fork').Process(target=print).start()",
    "files = []\nwhile True: files.append(open('/dev/null'))",
)
FATAL = (
    "import os\nos._exit(0)",
    "import threading, time\n"
    "for _ in range(2000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "import signal\nos.kill(os.getpid(), signal.SIGTERM)",
)


def graded(endings):
    """Return the points of what each cell defined, of the next cell's, and the cells blamed.

    The points are for `seen`, which each ending cell defines first, and for the functions around.
    """
    cells = [("answer", "import os\ndef f(x):\n    return x")]
    for number, ending in enumerate(endings):
        cells += [
            ("answer", f"seen = {number}\n{ending}"),
            ("answer", f"def g(x):\n    return x + {number}"),
            ("test", f"check.equal(seen, {number})"),
            ("test", f"check.equal([f(1), g(1)], [1, {1 + number}])"),
        ]
    executed = run_exam(exam_notebook(*cells), settings=SETTINGS)
    points = [verdict.points for verdict in verdicts_of(executed)]
    blamed = [(each.kind, each.grade_id) for each in exam_metadata(executed).findings]
    return points[::2], points[1::2], blamed


def test_what_only_seems_to_end_a_kernel_ends_its_own_cell():
    for _ in range(GRADINGS):
        guilty, innocent, blamed = graded(SURVIVED)

        assert dict(zip(SURVIVED, guilty, strict=True)) == dict.fromkeys(SURVIVED, 3.0)
        assert dict(zip(SURVIVED, innocent, strict=True)) == dict.fromkeys(SURVIVED, 3.0)
        assert blamed == [("limit", f"answer_{2 + 4 * SURVIVED.index(SURVIVED[-1])}")]


def test_a_cell_that_ends_the_kernel_is_the_only_one_that_loses_points():
    for _ in range(GRADINGS):
        guilty, innocent, blamed = graded(FATAL)

        assert guilty == [0.0] * len(FATAL)
        assert innocent == [3.0] * len(FATAL)
        assert blamed == [
            ("kernel-died", "answer_2"),
            ("limit", "answer_6"),
            ("kernel-died", "answer_10"),
        ]


def test_functions_that_fork_and_return_answer_once():
    answer = "import os\ndef f(x):\n    os.fork()\n    return x"

    executed = run_exam(
        exam_notebook(("answer", answer), *[("test", "check.equal([f(1), f(2)], [1, 2])")] * 2),
        settings=SETTINGS,
    )

    assert [verdict.points for verdict in verdicts_of(executed)] == [3.0, 3.0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))",
            "more than 1024 files",
            id="a limit",
        ),
        pytest.param(
            "get_ipython().kernel.exam_setup = None", "could not connect", id="something else"
        ),
    ],
)
def test_a_kernel_that_cannot_serve_a_test_says_so_at_once(change, reason):
    tests = [("test", "check.equal(f(1), 1)")] * 3
    started = time.monotonic()

    executed = run_exam(
        exam_notebook(("answer", "def f(x):\n    return x"), ("answer", change), *tests),
        settings=Settings(cell_seconds=60, exam_seconds=300),
    )

    reasons = [verdict.reason for verdict in verdicts_of(executed)]
    assert [reason in each for each in reasons] == [True] * 3
    assert time.monotonic() - started < 50


def test_an_error_that_student_code_makes_up_changes_no_points():
    forges = (
        "def f(x):\n"
        "    kernel = get_ipython().kernel\n"
        "    content = {'ename': 'OSError', 'evalue': '[Errno 24]', 'traceback': []}\n"
        "    kernel.session.send(kernel.iopub_socket, 'error', content, kernel.get_parent())\n"
        "    return x"
    )

    executed = run_exam(
        exam_notebook(("answer", forges), ("test", "check.equal(f(1), 2)")), settings=SETTINGS
    )

    (verdict,) = verdicts_of(executed)
    assert verdict.points == 0.0
    assert verdict.reason.startswith("got 1")
