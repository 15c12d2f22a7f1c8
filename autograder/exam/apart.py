"""Sits a paper without Jupyter, for answers that are known: in two processes, or in one.

Both rooms are forked from this process, so that what it has imported costs nothing there.
TensorFlow's runtime does not survive a fork: import it here, and never use it. The code that
runs is the course's own; a student's paper sits in `autograder.exam.sitting`.
"""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.exam.candidate import serve
from autograder.exam.channel import Channel
from autograder.exam.examiner import Examiner
from autograder.exam.questions import Question
from autograder.exam.seeding import seed_generators
from autograder.exam.verdicts import conclude
from autograder.magics import strip_magics
from autograder.records import Verdict

Kinds = dict[str, dict[str, list[str]]]
"""What came at each line of each test cell: {grade id: {"12 call": ["plain"]}}."""


@dataclass(frozen=True)
class Cell:
    """One code cell to run: set-up, student's, or a test with its question."""

    role: str
    source: str
    question: Question | None = None


def in_two_rooms(
    cells: Sequence[Cell], *, seed: int, seconds: float, is_shared: bool = False
) -> tuple[list[Verdict], Kinds]:
    """Sit the cells in two processes; return the verdicts and the kinds of what came.

    `seconds` is the time of one test cell. After one that is not over in time the exam ends.
    """
    count = sum(cell.question is not None for cell in cells)
    pairs = [socket.socketpair() for _ in range(count)]
    candidate = _fork(lambda: _be_candidate(cells, pairs, seed))
    try:
        text = _told(
            lambda: _be_examiner(cells, pairs, seed, seconds, is_shared), seconds * (count + 1)
        )
    finally:
        os.kill(candidate, signal.SIGKILL)
        os.waitpid(candidate, 0)
        for pair in pairs:
            for end in pair:
                end.close()
    if text is None:
        return [_lost(cell.question) for cell in cells if cell.question is not None], {}
    verdicts, kinds = text
    return [Verdict.from_json(verdict) for verdict in verdicts], kinds


def in_one_kernel(cells: Sequence[Cell], *, seed: int, seconds: float) -> list[Verdict]:
    """Sit the cells in one process and one namespace, as a student's own JupyterLab does."""
    count = sum(cell.question is not None for cell in cells)
    text = _told(lambda: _be_both(cells, seed, seconds), seconds * (count + 1))
    if text is None:
        return [_lost(cell.question) for cell in cells if cell.question is not None]
    return [Verdict.from_json(verdict) for verdict in text]


def _lost(question: Question) -> Verdict:
    return Verdict(question.grade_id, question.points, "void", reason="the process died")


# --- the three processes -------------------------------------------------------------------------


def _be_candidate(
    cells: Sequence[Cell], pairs: Sequence[tuple[socket.socket, socket.socket]], seed: int
) -> None:
    for _, examiners in pairs:
        examiners.close()
    setup: dict[str, Any] = {"__name__": "exam"}
    space: dict[str, Any] = {"__name__": "__main__"}
    doors = (door for door, _ in pairs)
    for cell in cells:
        seed_generators(seed)
        if cell.question is not None:
            with next(doors) as door:
                serve(Channel(door), space, setup)
        elif cell.role == "setup":
            exec(compile(strip_magics(cell.source), "<set-up>", "exec"), setup)
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
        if cell.role == "setup":
            if error := examiner.set_up(cell.source, seed):
                raise RuntimeError(error)
        elif cell.question is not None:
            task = {
                **cell.question.task(),
                "seed": seed,
                "shared": is_shared,
                "hidden_before": hidden_before,
            }
            hidden_before = hidden_before or cell.question.has_hidden
            with next(waiting)[1] as connection:
                deadline = time.monotonic() + (0 if is_over else seconds)
                verdict = examiner.sit(task, connection, deadline)
            is_over = is_over or "longer than" in verdict.reason
            kinds[cell.question.grade_id] = examiner.kinds
            verdicts.append(verdict)
    return [verdict.to_json() for verdict in verdicts], kinds


def _be_both(cells: Sequence[Cell], seed: int, seconds: float) -> Any:
    space: dict[str, Any] = {"__name__": "__main__"}
    verdicts = []
    for cell in cells:
        seed_generators(seed)
        if cell.question is None:
            _run_student_cell(cell.source, space)
            continue
        filename = f"<test {cell.question.grade_id}>"
        outcome: BaseException | None = None
        signal.alarm(max(1, round(seconds)))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compile(strip_magics(cell.source), filename, "exec"), space)
        except BaseException as error:
            outcome = error
        finally:
            signal.alarm(0)
        task = {**cell.question.task(), "hidden_before": False}
        verdict = conclude(task, filename, outcome, None, reached=0)
        verdicts.append(replace(verdict, details=verdict.details[-4000:]).to_json())
    return verdicts


def _run_student_cell(source: str, space: dict[str, Any]) -> None:
    try:
        exec(compile(strip_magics(source), "<answer>", "exec"), space)
    except Exception:
        traceback.print_exc()  # to where a kernel would show it; the cell's names stay unbound


# --- forks ---------------------------------------------------------------------------------------


def _fork(be: Callable[[], None]) -> int:
    """Run `be` in a child process that is silent and never returns; return its number."""
    sys.stdout.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # threads of this process do not matter to the child
        child = os.fork()
    if child:
        return child
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        be()
    finally:
        os._exit(0)


def _told(tell: Callable[[], Any], seconds: float) -> Any:
    """Return what `tell` returns in a child process, as JSON; None when it dies or is too late."""
    reading, writing = os.pipe()

    def be() -> None:
        os.close(reading)
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps(tell()))

    child = _fork(be)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe, _killed_after(child, seconds):
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


@contextlib.contextmanager
def _killed_after(child: int, seconds: float) -> Any:
    """Kill the child when the block takes longer than it may."""
    timer = threading.Timer(seconds + 30.0, os.kill, (child, signal.SIGKILL))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
