"""Run known answers one after another, each in forks of this process.

Started as `python -m autograder.verification.local_runner FD` by a fork server, it reads one JSON
object a line from the socket FD and writes one back. It ends when the other end is closed.

    {"conditions": {...}, "setup": [cell, ...]}      first, without a reply
    {"mode": "two processes", "cells": [cell, ...]}  ->  {"verdicts": [...], "kinds": {...}}
                                                         or {"error": text}

`setup` are the set-up cells at the beginning of the notebook, `cells` are the others. Set-up cells
run only once, before the forks, if they start no threads: a fork has a single thread, and
TensorFlow's runtime does not work in a fork of the process that started it.
"""

import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.sandbox.rpc import reply, requests
from autograder.verification.local_run import (
    Namespaces,
    Outcome,
    run_candidate,
    run_examiner,
    run_in_one_process,
    run_setup,
)
from autograder.verification.run_request import CodeCell, Conditions, RunMode, RunRequest

GRACE_SECONDS = 30.0  # of an answer, beyond the time of its tests

Folders = tuple[Path, Path]
"""The working directories of candidate and examiner: what one writes, the other does not find."""


def main(control: socket.socket) -> None:
    """Serve requests until the other end is closed."""
    support = tuple(Path.cwd().iterdir())
    received = requests(control)
    first = next(received)
    conditions = Conditions(**first["conditions"])
    setup = [CodeCell.from_json(cell) for cell in first["setup"]]
    namespaces = Namespaces()
    if _can_run_before_forks(setup, conditions):
        _set_up(setup, conditions, namespaces)
        setup = []
    for data in received:
        request = RunRequest.from_json(data)
        request = replace(request, cells=(*setup, *request.cells))
        with _working_directory(support) as folder, _working_directory(support) as other:
            reply(control, run(request, conditions, namespaces, (folder, other)))


def _set_up(cells: Sequence[CodeCell], conditions: Conditions, namespaces: Namespaces) -> None:
    for space in (namespaces.exam, namespaces.kernel):
        for cell in cells:
            run_setup(cell.source, space, conditions.seed)


def _can_run_before_forks(setup: Sequence[CodeCell], conditions: Conditions) -> bool:
    """Return whether set-up cells neither fail nor start threads; they are tried in a fork."""

    def attempt() -> None:
        signal.alarm(round(conditions.seconds + GRACE_SECONDS))
        _set_up(setup, conditions, Namespaces())
        if len(os.listdir("/proc/self/task")) == 1:  # noqa: PTH208
            os._exit(0)

    _, status = os.waitpid(_fork(attempt, Path.cwd()), 0)
    return os.waitstatus_to_exitcode(status) == 0


def run(
    request: RunRequest, conditions: Conditions, namespaces: Namespaces, folders: Folders
) -> dict[str, Any]:
    """Run the cells of an answer in forks; return the reply."""
    start = _start_two if request.mode is RunMode.TWO_PROCESSES else _start_one
    forks, reading = start(request.cells, conditions, namespaces, folders)
    seconds = conditions.seconds * (len(request.test_cells) + 1) + GRACE_SECONDS
    text = _read_all(reading, seconds)
    os.close(reading)
    for process in forks:
        os.killpg(process, signal.SIGKILL)
        os.waitpid(process, 0)
    answer: dict[str, Any] = json.loads(text or '{"error": "the process died"}')
    return answer


def _start_two(
    cells: Sequence[CodeCell], conditions: Conditions, namespaces: Namespaces, folders: Folders
) -> tuple[list[int], int]:
    """Fork candidate and examiner; return their process ids and a pipe with the reply."""
    pairs = [socket.socketpair() for cell in cells if cell.test_cell is not None]
    setup = namespaces.exam
    candidate = _fork(lambda: run_candidate(cells, conditions, setup, pairs), folders[0])
    examiner, reading = _fork_with_pipe(
        lambda: run_examiner(cells, conditions, setup, pairs), folders[1]
    )
    for end in (end for pair in pairs for end in pair):
        end.close()
    return [candidate, examiner], reading


def _start_one(
    cells: Sequence[CodeCell], conditions: Conditions, namespaces: Namespaces, folders: Folders
) -> tuple[list[int], int]:
    """Fork a process for all cells; return its process id and a pipe with the reply."""
    space = namespaces.kernel
    process, reading = _fork_with_pipe(
        lambda: run_in_one_process(cells, conditions, space), folders[0]
    )
    return [process], reading


def _fork_with_pipe(run: Callable[[], Outcome], folder: Path) -> tuple[int, int]:
    """Call `run` in a child process; return its process id and a pipe with the reply."""
    reading, writing = os.pipe()
    process = _fork(lambda: _report(writing, run), folder)
    os.close(writing)
    return process, reading


def _fork(run: Callable[[], None], folder: Path) -> int:
    """Call `run` in a child process and process group of its own; return the process id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # threads of this process do not matter to the child
        child = os.fork()
    if child:
        os.setpgid(child, child)  # the child does the same: one of them is first
        return child
    try:
        os.setpgid(0, 0)
        os.chdir(folder)
        run()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _report(writing: int, run: Callable[[], Outcome]) -> None:
    """Write the verdicts and kinds that `run` returns, or its traceback, into a pipe."""
    try:
        verdicts, kinds = run()
        answer = {"verdicts": [verdict.to_json() for verdict in verdicts], "kinds": kinds}
    except Exception:
        answer = {"error": traceback.format_exc()}
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        json.dump(answer, pipe)


def _read_all(reading: int, seconds: float) -> bytes:
    """Return everything that is written into a pipe, or what there is when the time is over."""
    deadline, text = time.monotonic() + seconds, b""
    while select.select([reading], [], [], max(0.0, deadline - time.monotonic()))[0]:
        part = os.read(reading, 1 << 20)
        if not part:
            return text
        text += part
    return b""


@contextmanager
def _working_directory(support: Iterable[Path]) -> Iterator[Path]:
    """Make a folder with copies of the support files, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp())
    for path in support:
        copy = shutil.copytree if path.is_dir() else shutil.copy2
        copy(path, folder / path.name)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
