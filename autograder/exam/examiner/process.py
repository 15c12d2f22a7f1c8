"""Run set-up and test cells in a trusted process, and reach the verdicts.

Started as `python -P -s -m autograder.exam.examiner.process FD`, it reads one JSON object a line
from the socket FD and writes one back. It is never asked to stop: it is killed.

    {"do": "setup", "source": ..., "seed": ...}                  -> {"error": null | text}
    {"do": "test", "task": ..., "address": ..., "seconds": ...}  -> {"open": true}, then a verdict

A task is written by `TestTask.to_json`, a verdict by `Verdict.to_json`.
"""

import ast
import contextlib
import io
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from dlcourse._seeding import seed_generators
from dlcourse.check import _backend

from autograder.exam.examiner.check_backend import CheckBackend
from autograder.exam.examiner.session import ExaminerSession
from autograder.exam.examiner.verdict import reach_verdict
from autograder.exam.protocol.channel import Channel
from autograder.exam.protocol.framing import DeadlineExceeded
from autograder.exam.test_cells import TestTask
from autograder.models import Verdict, VerdictState
from autograder.notebook.names import free_names
from autograder.notebook.source_code import strip_magics
from autograder.sandbox.rpc import reply, requests

DETAILS_LIMIT = 20_000


@dataclass(frozen=True)
class TestResult:
    """How one test cell ended.

    kinds            what the answer returned at each line, in the form of `ExpectedKinds`
    is_out_of_time   whether its deadline was exceeded
    """

    verdict: Verdict
    kinds: dict[str, list[str]]
    is_out_of_time: bool = False


class Examiner:
    """The namespace of the set-up cells, in which one test cell runs after another."""

    def __init__(self, setup: dict[str, Any] | None = None) -> None:
        self.setup = {"__name__": "exam"} if setup is None else setup
        self.shared: dict[str, Any] = {}  # the namespace of all test cells, if they share one

    def set_up(self, source: str, seed: int) -> str | None:
        """Run a set-up cell; return the traceback of its error, or None."""
        seed_generators(seed)
        try:
            exec(compile(strip_magics(source), "<set-up>", "exec"), self.setup)
        except Exception:
            return traceback.format_exc()
        return None

    def run_test_cell(
        self, task: TestTask, connection: socket.socket, deadline: float
    ) -> TestResult:
        """Run one test cell against the candidate at the other end of `connection`."""
        started = time.monotonic()
        seed_generators(task.seed)
        test_cell = task.test_cell
        filename = f"<test {test_cell.grade_id}>"
        space = self.shared if task.is_shared_namespace else {}
        space.update(self.setup)
        session = ExaminerSession(
            Channel(connection, deadline),
            self.setup,
            test_cell.expected_kinds,
            lambda: _running_lines(filename),
        )
        printed = io.StringIO()
        outcome: BaseException | None = None
        value: Any = None
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                _bind(session, space, test_cell.source, test_cell.names)
                _backend.current = CheckBackend(session)
                value = run_test(test_cell.source, filename, space)
            except BaseException as error:
                outcome = error
            finally:
                _backend.current = None
        session.finish()
        if session.void is not None:
            outcome = session.void  # whatever the test caught
        verdict = reach_verdict(task, filename, outcome, value, session.reached)
        details = verdict.details + printed.getvalue()
        verdict = replace(
            verdict,
            details=details[-DETAILS_LIMIT:],  # the end is the most useful part
            transcript=tuple(session.transcript),
            seconds=time.monotonic() - started,
        )
        kinds = {place: sorted(kinds) for place, kinds in session.kinds.items()}
        return TestResult(verdict, kinds, isinstance(outcome, DeadlineExceeded))


def _bind(
    session: ExaminerSession, space: dict[str, Any], source: str, names: Iterable[str]
) -> None:
    """Bind the student's names that the cell uses: once, before it runs, and never again."""
    for name in sorted(free_names(strip_magics(source)) & set(names)):
        is_bound, value = session.name(name)
        if is_bound:
            space[name] = value
        else:
            space.pop(name, None)


def run_test(source: str, filename: str, space: dict[str, Any]) -> Any:
    """Execute a test cell; return the value of its last line if that is an expression."""
    tree = ast.parse(strip_magics(source), filename)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, filename, "exec"), space)
        return None
    tree.body.pop()
    exec(compile(tree, filename, "exec"), space)
    return eval(compile(ast.Expression(last.value), filename, "eval"), space)


def _running_lines(filename: str) -> tuple[int, int]:
    """Return the lines of the test cell that are running: innermost and outermost frame's."""
    frame: FrameType | None = sys._getframe(1)
    innermost = outermost = 0
    while frame is not None:
        if frame.f_code.co_filename == filename:
            innermost, outermost = innermost or frame.f_lineno, frame.f_lineno
        frame = frame.f_back
    return innermost, outermost


# --- the process ---------------------------------------------------------------------------------


def main(control: socket.socket) -> None:
    """Serve requests until the other end is closed."""
    examiner = Examiner()
    for request in requests(control):
        if request["do"] == "setup":
            reply(control, {"error": examiner.set_up(request["source"], request["seed"])})
        else:
            task = TestTask.from_json(request["task"])
            verdict = _accept_and_run(
                examiner, task, request["address"], request["seconds"], control
            )
            reply(control, verdict.to_json())


def _accept_and_run(
    examiner: Examiner, task: TestTask, address: str, seconds: float, control: socket.socket
) -> Verdict:
    """Listen at the address, wait until the candidate connects, and run the test cell."""
    deadline = time.monotonic() + seconds
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(1)
        reply(control, {"open": True})
        listener.settimeout(seconds)
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            test_cell, reason = task.test_cell, "The kernel did not answer in time."
            return Verdict(test_cell.grade_id, test_cell.points, VerdictState.VOID, reason=reason)
    with connection:
        return examiner.run_test_cell(task, connection, deadline).verdict


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
