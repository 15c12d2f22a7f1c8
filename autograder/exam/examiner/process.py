"""The trusted side: a plain process that runs set-up and test cells and reaches the verdict.

Started as `python -P -s -m autograder.exam.examiner.process FD`, it reads one JSON object a line from
the socket FD and writes one back. It is never asked to stop: it is killed.

    {"do": "setup", "source": ..., "seed": ...}          -> {"error": null | text}
    {"do": "test", "source": ..., "grade_id": ..., ...}  -> a verdict, as `Verdict.to_json`
"""

import ast
import contextlib
import io
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Mapping
from dataclasses import replace
from types import FrameType
from typing import Any

from dlcourse._seeding import seed_generators
from dlcourse.check import _backend

from autograder.exam.examiner.session import ExaminerSession
from autograder.exam.examiner.verdict import reach_verdict
from autograder.exam.protocol.channel import Channel
from autograder.models import Verdict, VerdictState
from autograder.notebook.magics import strip_magics
from autograder.notebook.names import free_names
from autograder.sandbox.rpc import reply, requests

DETAILS_LIMIT = 20_000


class Examiner:
    """Holds the namespace of the set-up cells, and sits one test cell after another."""

    def __init__(self) -> None:
        self.setup: dict[str, Any] = {"__name__": "exam"}
        self.shared: dict[str, Any] = {}
        self.kinds: dict[str, list[str]] = {}  # what came at each line of the last test cell

    def set_up(self, source: str, seed: int) -> str | None:
        """Run a set-up cell; return what went wrong, or None."""
        seed_generators(seed)
        try:
            exec(compile(strip_magics(source), "<set-up>", "exec"), self.setup)
        except Exception:
            return traceback.format_exc()
        return None

    def run_exam(
        self, task: Mapping[str, Any], connection: socket.socket, deadline: float
    ) -> Verdict:
        """Run one test cell against the candidate at the other end of `connection`."""
        started = time.monotonic()
        seed_generators(task["seed"])
        filename = f"<test {task['grade_id']}>"
        space = self.shared if task["shared"] else {}
        space.update(self.setup)
        session = ExaminerSession(
            Channel(connection, deadline),
            self.setup,
            task["expected_kinds"],
            lambda: _lines_of(filename),
        )
        printed = io.StringIO()
        outcome: BaseException | None = None
        value: Any = None
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                _bind(session, space, task["source"], task["names"])
                _backend.current = session
                value = run_test(task["source"], filename, space)
            except BaseException as error:
                outcome = error
            finally:
                _backend.current = None
        session.finish()
        if session.void is not None:
            outcome = session.void  # whatever the test caught
        verdict = reach_verdict(task, filename, outcome, value, session.reached)
        transcript = tuple(session.transcript)
        self.kinds = {place: sorted(kinds) for place, kinds in session.kinds.items()}
        details = verdict.details + printed.getvalue()
        return replace(
            verdict,
            details=details[-DETAILS_LIMIT:],  # its end says most
            transcript=transcript,
            seconds=time.monotonic() - started,
        )


def _bind(session: ExaminerSession, space: dict[str, Any], source: str, names: list[str]) -> None:
    """Bind the student's names that the cell uses: once, before it runs, and never again."""
    for name in sorted(free_names(strip_magics(source)) & set(names)):
        is_bound, value = session.name(name)
        if is_bound:
            space[name] = value
        else:
            space.pop(name, None)


def run_test(source: str, filename: str, space: dict[str, Any]) -> Any:
    """Execute the cell; return the value of its last line when that is an expression."""
    tree = ast.parse(strip_magics(source), filename)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, filename, "exec"), space)
        return None
    tree.body.pop()
    exec(compile(tree, filename, "exec"), space)
    return eval(compile(ast.Expression(last.value), filename, "eval"), space)


def _lines_of(filename: str) -> tuple[int, int]:
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
    for task in requests(control):
        if task["do"] == "setup":
            reply(control, {"error": examiner.set_up(task["source"], task["seed"])})
        else:
            reply(control, _serve_socket_dir(examiner, task, control).to_json())


def _serve_socket_dir(
    examiner: Examiner, task: Mapping[str, Any], control: socket.socket
) -> Verdict:
    """Open a door at the address of the task, wait for the candidate, and sit the cell."""
    deadline = time.monotonic() + task["seconds"]
    with socket.socket(socket.AF_UNIX) as socket_dir:
        socket_dir.bind(task["address"])
        socket_dir.listen(1)
        reply(control, {"open": True})
        socket_dir.settimeout(task["seconds"])
        try:
            connection, _ = socket_dir.accept()
        except TimeoutError:
            reason = "the kernel did not answer in time"
            return Verdict(task["grade_id"], task["points"], VerdictState.VOID, reason=reason)
    with connection:
        return examiner.run_exam(task, connection, deadline)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
