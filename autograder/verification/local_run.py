"""Run the cells of one known answer and its tests: in two processes, or in one.

The functions run in forks of `autograder.verification.local_runner`, without Jupyter.
"""

import signal
import socket
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dlcourse._seeding import seed_generators

from autograder.exam.candidate.server import serve
from autograder.exam.examiner.process import Examiner, run_test
from autograder.exam.examiner.verdict import reach_verdict
from autograder.exam.protocol.channel import Channel
from autograder.exam.protocol.framing import DeadlineExceeded
from autograder.exam.test_cells import TestTask
from autograder.models import CellRole, Verdict
from autograder.notebook.source_code import strip_magics
from autograder.verification.run_request import CodeCell, Conditions, Kinds

Pairs = Sequence[tuple[socket.socket, socket.socket]]
"""For each test cell, the candidate's and the examiner's end of a connection."""

Outcome = tuple[list[Verdict], Kinds]
"""The verdicts about an answer, and the kinds of its replies if it ran in two processes."""

_DETAILS_LIMIT = 4000  # characters


@dataclass(frozen=True)
class Namespaces:
    """The namespaces that set-up cells have filled: of an exam, and of a student's own kernel."""

    exam: dict[str, Any] = field(default_factory=lambda: {"__name__": "exam"})
    kernel: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})


def run_setup(source: str, space: dict[str, Any], seed: int) -> None:
    """Run a set-up cell."""
    seed_generators(seed)
    exec(compile(strip_magics(source), "<set-up>", "exec"), space)


def run_candidate(
    cells: Sequence[CodeCell], conditions: Conditions, setup: dict[str, Any], pairs: Pairs
) -> None:
    """Run the answers, and serve the examiner at each test cell."""
    for _, examiners in pairs:
        examiners.close()
    space: dict[str, Any] = {"__name__": "__main__", **_public(setup)}
    connections = (connection for connection, _ in pairs)
    for cell in cells:
        seed_generators(conditions.seed)
        if cell.test_cell is not None:
            with next(connections) as connection:
                serve(Channel(connection), space, setup)
        elif cell.role is CellRole.SETUP:
            try:
                run_setup(cell.source, setup, conditions.seed)
            except Exception:
                if not conditions.is_shared:
                    raise
                _run_student_cell(cell.source, space)  # it may use answers, as in a kernel
            space.update(_public(setup))
        else:
            _run_student_cell(cell.source, space)


def run_examiner(
    cells: Sequence[CodeCell], conditions: Conditions, setup: dict[str, Any], pairs: Pairs
) -> Outcome:
    """Run the test cells against the candidate; return the verdicts and the kinds of replies.

    Raises
    ------
    RuntimeError
        If a set-up cell fails.
    """
    for candidates, _ in pairs:
        candidates.close()
    examiner = Examiner(setup)
    verdicts: list[Verdict] = []
    kinds: Kinds = {}
    waiting = iter(pairs)
    is_over = hidden_before = False
    for cell in cells:
        if cell.role is CellRole.SETUP:
            error = examiner.set_up(cell.source, conditions.seed)
            if error and not conditions.is_shared:
                raise RuntimeError(error)
        elif cell.test_cell is not None:
            task = TestTask(cell.test_cell, conditions.seed, conditions.is_shared, hidden_before)
            hidden_before = hidden_before or cell.test_cell.has_hidden
            with next(waiting)[1] as connection:
                deadline = time.monotonic() + (0 if is_over else conditions.seconds)
                result = examiner.run_test_cell(task, connection, deadline)
            is_over = is_over or result.is_out_of_time
            kinds[cell.test_cell.grade_id] = result.kinds
            verdicts.append(result.verdict)
    return verdicts, kinds


def run_in_one_process(
    cells: Sequence[CodeCell], conditions: Conditions, space: dict[str, Any]
) -> Outcome:
    """Run all cells in one namespace; return the verdicts. There are no replies, and no kinds."""
    verdicts = []
    for cell in cells:
        seed_generators(conditions.seed)
        if cell.test_cell is None:
            _run_student_cell(cell.source, space)
            continue
        filename = f"<test {cell.test_cell.grade_id}>"
        outcome: BaseException | None = None
        value = None
        signal.signal(signal.SIGALRM, _raise_deadline_exceeded)
        signal.alarm(max(1, round(conditions.seconds)))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = run_test(cell.source, filename, space)
        except BaseException as error:
            outcome = error
        finally:
            signal.alarm(0)
        verdict = reach_verdict(
            *(TestTask(cell.test_cell), filename, outcome, value),
            reached=0,
            is_of_student=True,  # nothing tells: there is one process
        )
        verdicts.append(replace(verdict, details=verdict.details[-_DETAILS_LIMIT:]))
    return verdicts, {}


def _raise_deadline_exceeded(*_: Any) -> None:
    raise DeadlineExceeded


def _run_student_cell(source: str, space: dict[str, Any]) -> None:
    try:
        exec(compile(strip_magics(source), "<answer>", "exec"), space)
    except Exception:
        traceback.print_exc()  # as a kernel does; the names of the cell stay unbound


def _public(setup: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in setup.items() if not name.startswith("__")}
