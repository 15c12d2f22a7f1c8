"""Run many known answers, several at a time, in sandboxed processes of a fork server.

    run_all ──► local runner ──► a fork or two for one answer, then for the next
           └──► local runner ──► ...

The fork server has imported what the notebook needs; the process of the command imports nothing.
"""

import json
import select
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from typing import Any, Self

from autograder.exam.environment import ExamEnvironment
from autograder.sandbox.rpc import start_with_socket
from autograder.verification.run_request import (
    AnswerResult,
    CodeCell,
    Conditions,
    RunRequest,
    result_of,
)

_WEEK = 7 * 24 * 3600.0
_PROCESSES = 3  # of an answer: candidate, examiner, and the runner


def run_all(
    requests: Sequence[RunRequest],
    setup: Sequence[CodeCell],
    conditions: Conditions,
    environment: ExamEnvironment,
    at_once: int,
) -> Iterator[tuple[int, AnswerResult]]:
    """Run many answers, `at_once` at a time; yield (index in `requests`, result) as they end.

    Parameters
    ----------
    setup : the set-up cells at the beginning of the notebook
    environment : of an exam of the notebook; its files are those beside the notebook

    Raises
    ------
    ExamError
        If the fork server does not start, or the sandbox cannot be made.
    """
    waiting = iter(enumerate(requests))
    with ExitStack() as stack:

        def start() -> _Runner:
            return stack.enter_context(_Runner(setup, conditions, environment))

        idle = [start() for _ in range(min(at_once, len(requests)))]
        busy: dict[_Runner, int] = {}
        while True:
            for runner, (index, request) in zip(list(idle), waiting, strict=False):
                idle.remove(runner)
                runner.send(request.to_json())
                busy[runner] = index
            if not busy:
                return
            for runner in select.select(list(busy), [], [])[0]:
                index, answer = busy.pop(runner), runner.receive()
                idle.append(start() if answer is None else runner)
                yield index, result_of(requests[index], answer)


class _Runner:
    """A process that runs one answer at a time; see `autograder.verification.local_runner`."""

    def __init__(
        self, setup: Sequence[CodeCell], conditions: Conditions, environment: ExamEnvironment
    ) -> None:
        limits = environment.limits
        request = replace(
            environment.examiner_request(),
            module="autograder.verification.local_runner",
            limits=replace(
                limits,
                exam_seconds=_WEEK,
                memory_bytes=_PROCESSES * limits.memory_bytes,
                processes=_PROCESSES * limits.processes,
            ),
        )
        self.process, self.connection = start_with_socket(environment.forkserver(), request)
        self.lines = self.connection.makefile("rb")
        self.receive()  # it is ready
        self.send({"conditions": asdict(conditions), "setup": [cell.to_json() for cell in setup]})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()

    def fileno(self) -> int:
        """Return the number of its socket, which is readable when an answer has ended."""
        return self.connection.fileno()

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one line; a runner that has ended is noticed by `receive`."""
        with suppress(BrokenPipeError):
            self.connection.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> dict[str, Any] | None:
        """Return the next reply; None if the process has ended."""
        try:
            line = self.lines.readline()
        except ConnectionError:
            return None
        answer: dict[str, Any] | None = json.loads(line) if line else None
        return answer
