"""Sits a paper without Jupyter, for answers that are known: in two processes, or in one.

Both rooms are forked from this process, so that what it has imported costs nothing there.
TensorFlow's runtime does not survive a fork: import it here, and never use it. The code that
runs is the course's own; a student's paper sits in `autograder.exam.run`.
"""

import itertools
import json
import os
import select
import signal
import socket
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dlcourse._seeding import seed_generators

from autograder.exam.candidate.server import serve
from autograder.exam.examiner.process import Examiner, run_test
from autograder.exam.examiner.verdict import reach_verdict
from autograder.exam.protocol.channel import Channel
from autograder.exam.protocol.framing import DeadlineExceeded
from autograder.exam.test_cells import TestCell
from autograder.models import CellRole, Verdict, VerdictState
from autograder.notebook.source_code import strip_magics
from autograder.verification.forks import fork

Kinds = dict[str, dict[str, list[str]]]
"""What came at each line of each test cell: {grade id: {"12 call": ["plain"]}}."""

_GRACE_SECONDS = 30.0


@dataclass(frozen=True)
class Cell:
    """One code cell to run: set-up, student's, or a test with its question."""

    role: CellRole
    source: str
    test_cell: TestCell | None = None


@dataclass(frozen=True)
class AnswerResult:
    """How one answer did: its verdicts, and the kinds of what came where it sat in two rooms."""

    verdicts: tuple[Verdict, ...]
    kinds: Kinds


class LocalRun:
    """An answer that is being sat in child processes; `fileno` is readable when it is over."""

    def __init__(
        self, cells: Sequence[Cell], tell: Callable[[], Any], seconds: float, *helpers: int
    ) -> None:
        self.cells, self.helpers = cells, helpers
        self.deadline = time.monotonic() + seconds * (len(self.test_cells) + 1) + _GRACE_SECONDS
        self.reading, writing = os.pipe()
        self.teller = fork(lambda: _tell(tell, self.reading, writing))
        os.close(writing)
        self.text = b""

    @property
    def test_cells(self) -> list[TestCell]:
        return [cell.test_cell for cell in self.cells if cell.test_cell is not None]

    def fileno(self) -> int:
        return self.reading

    def read(self) -> bool:
        """Read what there is; return whether that was all."""
        part = os.read(self.reading, 1 << 20)
        self.text += part
        return not part

    def result(self) -> AnswerResult:
        """End the processes; return the verdicts, void ones when they did not end by themselves."""
        os.close(self.reading)
        for process in (self.teller, *self.helpers):
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        if not self.text:
            return AnswerResult(tuple(_lost(test_cell) for test_cell in self.test_cells), {})
        verdicts, kinds = json.loads(self.text)
        return AnswerResult(tuple(Verdict.from_json(verdict) for verdict in verdicts), kinds)


def start_in_two_processes(
    cells: Sequence[Cell], *, seed: int, seconds: float, is_shared: bool = False
) -> LocalRun:
    """Begin to sit the cells in two processes.

    `seconds` is the time of one test cell. After one that is not over in time the exam ends.
    """
    count = sum(cell.test_cell is not None for cell in cells)
    pairs = [socket.socketpair() for _ in range(count)]
    candidate = fork(lambda: _be_candidate(cells, pairs, seed, is_shared))
    try:
        return LocalRun(
            cells, lambda: _be_examiner(cells, pairs, seed, seconds, is_shared), seconds, candidate
        )
    finally:
        for pair in pairs:
            for end in pair:
                end.close()


def start_in_one_process(cells: Sequence[Cell], *, seed: int, seconds: float) -> LocalRun:
    """Begin to sit the cells in one process and one namespace, as a student's own kernel does."""
    return LocalRun(cells, lambda: _be_both(cells, seed, seconds), seconds)


def run_all(
    begin: Iterable[Callable[[], LocalRun]], at_once: int
) -> Iterator[tuple[int, AnswerResult]]:
    """Sit many answers, `at_once` at a time; yield (place in `begin`, how it did) as they end."""
    waiting = enumerate(begin)
    running: dict[int, tuple[int, LocalRun]] = {}
    while True:
        for place, start in itertools.islice(waiting, max(0, at_once - len(running))):
            run = start()
            running[run.fileno()] = (place, run)
        if not running:
            return
        readable, _, _ = select.select(list(running), [], [], 1.0)
        now = time.monotonic()
        for number, (place, run) in list(running.items()):
            is_late = now > run.deadline
            if is_late or (number in readable and run.read()):
                del running[number]
                yield place, run.result()


def _lost(test_cell: TestCell) -> Verdict:
    return Verdict(
        test_cell.grade_id, test_cell.points, VerdictState.VOID, reason="the process died"
    )


# --- the three processes -------------------------------------------------------------------------


def _be_candidate(
    cells: Sequence[Cell],
    pairs: Sequence[tuple[socket.socket, socket.socket]],
    seed: int,
    is_shared: bool,
) -> None:
    for _, examiners in pairs:
        examiners.close()
    setup: dict[str, Any] = {"__name__": "exam"}
    space: dict[str, Any] = {"__name__": "__main__"}
    connections = (connection for connection, _ in pairs)
    for cell in cells:
        seed_generators(seed)
        if cell.test_cell is not None:
            with next(connections) as connection:
                serve(Channel(connection), space, setup)
        elif cell.role is CellRole.SETUP:
            try:
                exec(compile(strip_magics(cell.source), "<set-up>", "exec"), setup)
            except Exception:
                if not is_shared:
                    raise
                _run_student_cell(cell.source, space)  # it may lean on answers, as kernels allow
            space.update({k: v for k, v in setup.items() if not k.startswith("__")})
        else:
            _run_student_cell(cell.source, space)


def _be_examiner(
    cells: Sequence[Cell],
    pairs: Sequence[tuple[socket.socket, socket.socket]],
    seed: int,
    seconds: float,
    is_shared: bool,
) -> Any:
    for theirs, _ in pairs:
        theirs.close()
    examiner = Examiner()
    verdicts: list[Verdict] = []
    kinds: Kinds = {}
    waiting = iter(pairs)
    is_over = hidden_before = False
    for cell in cells:
        if cell.role is CellRole.SETUP:
            if (error := examiner.set_up(cell.source, seed)) and not is_shared:
                raise RuntimeError(error)
        elif cell.test_cell is not None:
            task = {
                **cell.test_cell.task(),
                "seed": seed,
                "shared": is_shared,
                "hidden_before": hidden_before,
            }
            hidden_before = hidden_before or cell.test_cell.has_hidden
            with next(waiting)[1] as connection:
                deadline = time.monotonic() + (0 if is_over else seconds)
                verdict = examiner.run_exam(task, connection, deadline)
            is_over = is_over or "longer than" in verdict.reason
            kinds[cell.test_cell.grade_id] = examiner.kinds
            verdicts.append(verdict)
    return [verdict.to_json() for verdict in verdicts], kinds


def _be_both(cells: Sequence[Cell], seed: int, seconds: float) -> Any:
    space: dict[str, Any] = {"__name__": "__main__"}
    verdicts = []
    for cell in cells:
        seed_generators(seed)
        if cell.test_cell is None:
            _run_student_cell(cell.source, space)
            continue
        filename = f"<test {cell.test_cell.grade_id}>"
        outcome: BaseException | None = None
        value = None
        signal.signal(signal.SIGALRM, _time_is_up)
        signal.alarm(max(1, round(seconds)))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = run_test(cell.source, filename, space)
        except BaseException as error:
            outcome = error
        finally:
            signal.alarm(0)
        task = {**cell.test_cell.task(), "hidden_before": False}
        verdict = reach_verdict(task, filename, outcome, value, reached=0)
        verdicts.append(replace(verdict, details=verdict.details[-4000:]).to_json())
    return verdicts, {}


def _time_is_up(*_: Any) -> None:
    raise DeadlineExceeded


def _run_student_cell(source: str, space: dict[str, Any]) -> None:
    try:
        exec(compile(strip_magics(source), "<answer>", "exec"), space)
    except Exception:
        traceback.print_exc()  # to where a kernel would show it; the cell's names stay unbound


def _tell(tell: Callable[[], Any], reading: int, writing: int) -> None:
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        pipe.write(json.dumps(tell()))
