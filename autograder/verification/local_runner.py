"""Run known answers and their tests without Jupyter: in two processes, or in one.

All processes are forked from this one, so they do not import again what is imported here.
TensorFlow's runtime does not survive a fork: import it here, and never use it. Only the course's
own code runs here; the exam of a student runs in `autograder.exam.run`.
"""

import importlib
import itertools
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from dlcourse import _quiet_keras
from dlcourse._seeding import seed_generators
from threadpoolctl import threadpool_limits

from autograder.exam.candidate.server import serve
from autograder.exam.examiner.process import Examiner, run_test
from autograder.exam.examiner.verdict import reach_verdict
from autograder.exam.protocol.channel import Channel
from autograder.exam.protocol.framing import DeadlineExceeded
from autograder.exam.test_cells import TestCell, TestTask
from autograder.models import CellRole, Verdict, VerdictState
from autograder.notebook.names import imported_packages
from autograder.notebook.source_code import strip_magics

Kinds = dict[str, dict[str, list[str]]]
"""The kinds of the replies at each line of each test cell: {grade id: {"12 call": ["plain"]}}."""

_GRACE_SECONDS = 30.0
_HEAVY = ("tensorflow", "keras", "matplotlib.pyplot", "sklearn", "sklearn.datasets", "gymnasium")
_OF_DLCOURSE = ("matplotlib.pyplot", "sklearn.datasets")  # imported when it is used


@dataclass(frozen=True)
class CodeCell:
    """One code cell to run: set-up, answer, or a test with its test cell."""

    role: CellRole
    source: str
    test_cell: TestCell | None = None


@dataclass(frozen=True)
class AnswerResult:
    """The verdicts about one answer, and the kinds of its replies if it ran in two processes."""

    verdicts: tuple[Verdict, ...]
    kinds: Kinds


class LocalRun:
    """An answer that runs in child processes; `fileno` is readable when it has ended.

    Parameters
    ----------
    cells
        The code cells that are run.
    run
        Runs them in a child process; returns the verdicts and kinds as plain JSON values.
    seconds
        The time of one test cell.
    helpers
        The ids of further child processes, to be ended with this one.
    folder
        Their working directory; that of this process if None.
    """

    def __init__(
        self,
        cells: Sequence[CodeCell],
        run: Callable[[], Any],
        seconds: float,
        *helpers: int,
        folder: Path | None = None,
    ) -> None:
        self.cells, self.helpers = cells, helpers
        self.deadline = time.monotonic() + seconds * (len(self.test_cells) + 1) + _GRACE_SECONDS
        self.reading, writing = os.pipe()
        self.runner = fork(lambda: _report(run, self.reading, writing), folder)
        os.close(writing)
        self.text = b""

    @property
    def test_cells(self) -> list[TestCell]:
        """The test cells that are run."""
        return [cell.test_cell for cell in self.cells if cell.test_cell is not None]

    def fileno(self) -> int:
        """Return the number of the pipe's end for reading."""
        return self.reading

    def read(self) -> bool:
        """Read the available output; return whether the output has ended."""
        part = os.read(self.reading, 1 << 20)
        self.text += part
        return not part

    def result(self) -> AnswerResult:
        """Kill the processes; return the verdicts, which are void if the run had not ended."""
        os.close(self.reading)
        for process in (self.runner, *self.helpers):
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        if not self.text:
            return self._void("the process died")
        verdicts, kinds, error = json.loads(self.text)
        if error:
            return self._void("the set-up or the test process failed", details=error)
        return AnswerResult(tuple(Verdict.from_json(verdict) for verdict in verdicts), kinds)

    def _void(self, reason: str, details: str = "") -> AnswerResult:
        verdicts = (
            Verdict(test.grade_id, test.points, VerdictState.VOID, reason=reason, details=details)
            for test in self.test_cells
        )
        return AnswerResult(tuple(verdicts), {})


def start_in_two_processes(
    cells: Sequence[CodeCell],
    *,
    seed: int,
    seconds: float,
    is_shared: bool = False,
    folder: Path | None = None,
) -> LocalRun:
    """Start running the cells in two processes.

    `seconds` is the time of one test cell. No test cell runs after one that exceeds it. `folder` is
    the working directory, with the files beside the notebook.
    """
    count = sum(cell.test_cell is not None for cell in cells)
    pairs = [socket.socketpair() for _ in range(count)]
    candidate = fork(lambda: _run_candidate(cells, pairs, seed, is_shared), folder)
    try:
        return LocalRun(
            cells,
            lambda: _run_examiner(cells, pairs, seed, seconds, is_shared),
            seconds,
            candidate,
            folder=folder,
        )
    finally:
        for pair in pairs:
            for end in pair:
                end.close()


def start_in_one_process(
    cells: Sequence[CodeCell], *, seed: int, seconds: float, folder: Path | None = None
) -> LocalRun:
    """Start running the cells in one process and one namespace, as in a student's kernel."""
    run = partial(_run_in_one_process, cells, seed, seconds)
    return LocalRun(cells, run, seconds, folder=folder)


def run_all(
    starts: Iterable[Callable[[], LocalRun]], at_once: int
) -> Iterator[tuple[int, AnswerResult]]:
    """Run many answers, `at_once` at a time; yield (index in `starts`, result) as they end."""
    waiting = enumerate(starts)
    running: dict[int, tuple[int, LocalRun]] = {}
    while True:
        for index, start in itertools.islice(waiting, max(0, at_once - len(running))):
            run = start()
            running[run.fileno()] = (index, run)
        if not running:
            return
        readable, _, _ = select.select(list(running), [], [], 1.0)
        now = time.monotonic()
        for number, (index, run) in list(running.items()):
            is_late = now > run.deadline
            if is_late or (number in readable and run.read()):
                del running[number]
                yield index, run.result()


def fork(run: Callable[[], None], folder: Path | None = None) -> int:
    """Call `run` in a child process whose output is discarded; return the process id.

    No sandbox is needed: only the course's own code runs here.
    """
    sys.stdout.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # threads of this process do not matter to the child
        child = os.fork()
    if child:
        return child
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        if folder is not None:
            os.chdir(folder)
        threadpool_limits(1)  # one answer runs on each core: BLAS threads would only compete
        run()
    finally:
        os._exit(0)


def preload(sources: Iterable[str]) -> None:
    """Import the large libraries that code cells import, before processes are forked."""
    os.environ.setdefault("MPLBACKEND", "agg")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    wanted = {name for source in sources for name in imported_packages(source)}
    if wanted & {"tensorflow", "keras"}:
        _quiet_keras.import_keras()
    for module in _HEAVY:
        if module.partition(".")[0] in wanted or ("dlcourse" in wanted and module in _OF_DLCOURSE):
            importlib.import_module(module)


# --- in the child processes -----------------------------------------------------------------------


def _run_candidate(
    cells: Sequence[CodeCell],
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
                _run_student_cell(cell.source, space)  # it may use answers, as in a kernel
            space.update({k: v for k, v in setup.items() if not k.startswith("__")})
        else:
            _run_student_cell(cell.source, space)


def _run_examiner(
    cells: Sequence[CodeCell],
    pairs: Sequence[tuple[socket.socket, socket.socket]],
    seed: int,
    seconds: float,
    is_shared: bool,
) -> Any:
    for candidates, _ in pairs:
        candidates.close()
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
            task = TestTask(cell.test_cell, seed, is_shared, hidden_before)
            hidden_before = hidden_before or cell.test_cell.has_hidden
            with next(waiting)[1] as connection:
                deadline = time.monotonic() + (0 if is_over else seconds)
                result = examiner.run_test_cell(task, connection, deadline)
            is_over = is_over or result.is_out_of_time
            kinds[cell.test_cell.grade_id] = result.kinds
            verdicts.append(result.verdict)
    return [verdict.to_json() for verdict in verdicts], kinds


def _run_in_one_process(cells: Sequence[CodeCell], seed: int, seconds: float) -> Any:
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
        signal.signal(signal.SIGALRM, _raise_deadline_exceeded)
        signal.alarm(max(1, round(seconds)))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = run_test(cell.source, filename, space)
        except BaseException as error:
            outcome = error
        finally:
            signal.alarm(0)
        verdict = reach_verdict(TestTask(cell.test_cell), filename, outcome, value, reached=0)
        verdicts.append(replace(verdict, details=verdict.details[-4000:]).to_json())
    return verdicts, {}


def _raise_deadline_exceeded(*_: Any) -> None:
    raise DeadlineExceeded


def _run_student_cell(source: str, space: dict[str, Any]) -> None:
    try:
        exec(compile(strip_magics(source), "<answer>", "exec"), space)
    except Exception:
        traceback.print_exc()  # as a kernel does; the names of the cell stay unbound


def _report(run: Callable[[], Any], reading: int, writing: int) -> None:
    """Write the verdicts and kinds that `run` returns, or its traceback, into a pipe."""
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        try:
            verdicts, kinds = run()
            text = json.dumps([verdicts, kinds, None])
        except Exception:
            text = json.dumps([[], {}, traceback.format_exc()])
        pipe.write(text)
