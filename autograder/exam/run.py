"""Run one exam: the student's cells in the candidate process, the test cells in the examiner.

exam notebook ──► candidate: set-up, answers, added cells ──► the same notebook, with outputs
             └──► examiner:  set-up, tests                ──► and a verdict in every test cell
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from threading import Lock
from typing import Any

from nbformat import NotebookNode

from autograder.config import Settings
from autograder.course.assignment import SupportFiles
from autograder.errors import ExamError
from autograder.exam.candidate.kernel_client import START_SECONDS, Ending, Reply
from autograder.exam.candidate.session import CandidateSession, Clock, limit_in_outputs
from autograder.exam.diagnosis.answer_key import AnswerKey, diagnose, mark_unusable
from autograder.exam.diagnosis.missing_files import needed_file
from autograder.exam.environment import (
    ExamEnvironment,
    Slot,
    make_environment,
    trusted_packages,
)
from autograder.exam.starvation import StarvationWatch
from autograder.exam.test_cells import (
    TEST_ERROR_REASON,
    TestCell,
    TestTask,
    error_output,
    limit_in_error,
    outputs_of,
    read_test_cells,
)
from autograder.models import CellRole, Finding, FindingKind, Verdict, VerdictState
from autograder.notebook.cells import (
    exam_cell,
    exam_metadata,
    set_exam_metadata,
    take_files,
    update_exam_cell,
    verdicts_of,
)
from autograder.sandbox.limits import LimitName, student_sentence
from autograder.sandbox.rpc import RpcProcess

LOG = logging.getLogger(__name__)

OnCell = Callable[[int, NotebookNode], None]
"""Called after each cell with its index in the notebook."""

# How long to wait for a process beyond the time limit of the cell that it runs.
_CANDIDATE_GRACE_SECONDS = 1.0
_EXAMINER_GRACE_SECONDS = 10.0
_REST_SECONDS = 2.0  # for the candidate to finish by itself after a test cell
_INTERRUPT_SECONDS = 3.0  # and after an interrupt

_NOT_CONNECTED = "The notebook's kernel could not connect to this test."


class Cancellation:
    """A request to end an exam: its processes are killed, and nothing waits for them."""

    def __init__(self) -> None:
        self.is_set = False
        self._cancel: Callable[[], object] | None = None
        self._lock = Lock()

    def set(self) -> None:
        """End the exam if it is running, or prevent its start."""
        with self._lock:
            self.is_set = True
            if self._cancel is not None:
                self._cancel()

    async def guard(self, make_coroutine: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Await the coroutine that runs the exam.

        Raises
        ------
        asyncio.CancelledError
            If the exam is canceled, before it starts or while it runs.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        with self._lock:
            if self.is_set:
                raise asyncio.CancelledError
            self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            await make_coroutine()
        finally:
            with self._lock:
                self._cancel = None


def run_exam(
    exam_notebook: NotebookNode,
    *,
    settings: Settings,
    answer_key: AnswerKey | None = None,
    support: SupportFiles | None = None,
    on_cell: OnCell | None = None,
    slot: Slot | None = None,
    cancellation: Cancellation | None = None,
) -> NotebookNode:
    """Return the exam notebook executed: outputs in its code cells, a verdict in its test cells.

    Parameters
    ----------
    exam_notebook : made by `autograder.submission.assemble`; it is not changed
    answer_key : what right and wrong answers do, for the diagnosis
    support : the files that the student's code and the tests find beside the notebook
    slot : the exam's share of this machine; the whole machine if None
    cancellation : cancels the exam from another thread

    Raises
    ------
    ExamError
        If the kernel or the examiner does not start, or a set-up cell fails in the examiner. An
        error in the student's code raises nothing.
    asyncio.CancelledError
        If the exam was canceled.
    """
    executed = deepcopy(exam_notebook)
    submitted = take_files(executed)
    packages = trusted_packages(exam_notebook)
    with make_environment(settings, packages, slot, support, submitted) as environment:
        exam = _Exam(executed, settings, answer_key, environment, on_cell)
        _run_in_own_loop(lambda: (cancellation or Cancellation()).guard(exam.run))
    return executed


class _Exam:
    """The state of one exam while it runs."""

    def __init__(
        self,
        exam_notebook: NotebookNode,
        settings: Settings,
        answer_key: AnswerKey | None,
        environment: ExamEnvironment,
        on_cell: OnCell | None,
    ) -> None:
        self.exam_notebook, self.answer_key = exam_notebook, answer_key
        self.environment, self.on_cell = environment, on_cell
        self.test_cells = {
            test_cell.index: test_cell for test_cell in read_test_cells(exam_notebook)
        }
        self.metadata = exam_metadata(exam_notebook)
        self.findings: list[Finding] = []
        self.hidden_before = False  # whether a hidden test has run
        self.misconceptions: set[str] = set()  # names of those recognized so far
        self.started = time.monotonic()
        self.clock = Clock(settings.cell_seconds, self.started + settings.exam_seconds)
        self.candidate = CandidateSession(exam_notebook, environment, self.clock, self.findings)
        self.examiner = RpcProcess(environment.forkserver(), environment.examiner_request())
        self.starvation = StarvationWatch(self.supervisors)

    async def run(self) -> None:
        """Run every cell in order; both processes end in any case."""
        LOG.info(
            "Exam of %r started: %d test cells", self.metadata.assignment, len(self.test_cells)
        )
        try:
            await asyncio.gather(self.examiner.start(START_SECONDS), self.candidate.start())
            for index, cell in enumerate(self.exam_notebook.cells):
                if cell.cell_type == "code":
                    await self.run_timed(index, cell)
                if self.on_cell is not None:
                    self.on_cell(index, cell)
        finally:
            await self.candidate.stop()
            await self.examiner.stop()
        self.record_metadata()

    async def run_timed(self, index: int, cell: NotebookNode) -> None:
        """Run a code cell and record how long it took."""
        started = time.monotonic()
        with self.starvation.cell(self.clock.cell_left()):
            await self.run_cell(index, cell)
        seconds = round(time.monotonic() - started, 3)
        update_exam_cell(cell, seconds=seconds)
        LOG.debug("Cell %d (%s) took %.3f s", index, exam_cell(cell).role, seconds)

    async def run_cell(self, index: int, cell: NotebookNode) -> None:
        role = exam_cell(cell).role
        if role is CellRole.TEST:
            test_cell = self.test_cells[index]
            self.record_verdict(cell, test_cell.exercise, await self.run_test_cell(test_cell))
        elif role is CellRole.SETUP:
            await self.set_up_examiner(cell.source)
            await self.candidate.set_up(index, cell.source)
        else:
            await self.run_student_cell(index, cell)

    async def run_student_cell(self, index: int, cell: NotebookNode) -> None:
        """Run a student's cell if there is time left."""
        update_exam_cell(cell, is_withheld=self.hidden_before)
        if self.clock.cell_left() > 0:
            await self.candidate.run(index, cell)
        else:
            cell.outputs = [error_output("Stopped", self.out_of_time_reason)]

    def supervisors(self) -> list[int]:
        """Return the process ids of the supervisors of candidate and examiner."""
        examiner = self.examiner.process
        pids = (self.candidate.kernel.pid, examiner.supervisor if examiner is not None else None)
        return [pid for pid in pids if pid is not None]

    def record_metadata(self) -> None:
        """Write the findings and the resources used into the exam notebook."""
        seconds = round(time.monotonic() - self.started, 3)
        metadata = replace(
            self.metadata,
            findings=(*self.metadata.findings, *self.findings),
            seconds=seconds,
            peak_memory=self.candidate.peak_memory,
            cpu_seconds=round(self.candidate.cpu_seconds, 3),
            was_starved=self.starvation.is_starved,
        )
        set_exam_metadata(self.exam_notebook, metadata)
        verdicts = verdicts_of(self.exam_notebook)
        LOG.info(
            "Exam of %r finished in %.1f s (candidate: %.1f CPU s): %g of %g points",
            self.metadata.assignment,
            seconds,
            metadata.cpu_seconds,
            sum(verdict.points for verdict in verdicts),
            sum(verdict.max_points for verdict in verdicts),
        )

    # --- test cells ------------------------------------------------------------------------------

    async def run_test_cell(self, test_cell: TestCell) -> Verdict:
        """Run one test cell; without a verdict from the examiner it earns no points."""
        seconds = self.clock.cell_left()
        if seconds <= 0:
            return Verdict(
                test_cell.grade_id,
                test_cell.points,
                VerdictState.NOT_RUN,
                reason=self.out_of_time_reason,
            )
        name = f"{self.candidate.start_count}-{test_cell.index}"
        address = str(self.environment.socket_dir / name)
        task = TestTask(
            test_cell, self.metadata.seed, self.metadata.is_shared_namespace, self.hidden_before
        )
        request = {"do": "test", "task": task.to_json(), "address": address, "seconds": seconds}
        self.examiner.send(request)
        self.hidden_before = self.hidden_before or test_cell.has_hidden
        is_listening = await self.examiner.receive(START_SECONDS)
        verdict = await self.examine(test_cell, address, seconds) if is_listening else None
        if verdict is None:
            verdict = await self.verdict_without_examiner(test_cell)
            await self.restart_examiner(test_cell.index)
        return replace(verdict, seconds=round(verdict.seconds, 4))

    async def verdict_without_examiner(self, test_cell: TestCell) -> Verdict:
        """Return the verdict of a test cell for which the examiner sent none: it earns nothing.

        An examiner that is still running was too slow. One that ended had used up a limit, or it
        crashed, which is never the student's error.
        """
        report = await self.examiner.exit_report()
        limit = LimitName.CELL_SECONDS if report is None else report.limit
        if limit is None:
            return Verdict(
                test_cell.grade_id,
                test_cell.points,
                VerdictState.TEST_ERROR,
                reason=TEST_ERROR_REASON,
                details=f"The examiner ended without a verdict: {report}.",
            )
        reason = student_sentence(limit, self.environment.limits)
        return Verdict(test_cell.grade_id, test_cell.points, VerdictState.VOID, reason=reason)

    async def examine(self, test_cell: TestCell, address: str, seconds: float) -> Verdict | None:
        """Connect the candidate to the examiner at an address; return the examiner's verdict.

        Return None if the examiner does not reach one in time.
        """
        serving = asyncio.create_task(
            self.candidate.serve(address, seconds + _CANDIDATE_GRACE_SECONDS)
        )
        receiving = asyncio.create_task(self.examiner.receive(seconds + _EXAMINER_GRACE_SECONDS))
        await asyncio.wait({serving, receiving}, return_when=asyncio.FIRST_COMPLETED)
        if not receiving.done():
            if serving.result().ending is Ending.DONE and not serving.result().has_error:
                await asyncio.wait({receiving}, timeout=_REST_SECONDS)
            if not receiving.done():
                await _connect_and_close(address)  # the examiner may still wait for the candidate
        answer = await receiving
        reply = await self.end_serving(serving)
        if reply.ending is Ending.DIED:
            await self.candidate.restart(test_cell.index)
        return self.with_limit(Verdict.from_json(answer), reply, test_cell) if answer else None

    def with_limit(self, verdict: Verdict, reply: Reply, test_cell: TestCell) -> Verdict:
        """Return a verdict that names the limit which the student's code exceeded, if any."""
        if verdict.points >= verdict.max_points:
            return verdict
        limit = self.candidate.limit_of(reply.ending) or limit_in_error(verdict)
        if limit is None and verdict.state is VerdictState.VOID and reply.has_error:
            limit = limit_in_outputs(reply.outputs)
            verdict = replace(verdict, reason=_NOT_CONNECTED)
        if limit is None:
            return verdict
        self.candidate.record_limit(limit, self.exam_notebook.cells[test_cell.index])
        return replace(verdict, reason=self.candidate.why(limit))

    async def end_serving(self, serving: "asyncio.Task[Reply]") -> Reply:
        """Wait until the candidate is idle; interrupt it after a while, then stop waiting."""
        done, _ = await asyncio.wait({serving}, timeout=_REST_SECONDS)
        if not done:
            await self.candidate.interrupt()
            done, _ = await asyncio.wait({serving}, timeout=_INTERRUPT_SECONDS)
        if not done:
            serving.cancel()
            return Reply(Ending.DIED)
        return serving.result()

    def record_verdict(self, cell: NotebookNode, exercise: str, verdict: Verdict) -> None:
        """Write a verdict into its cell, so that nbgrader reads the same points from it."""
        if self.answer_key is not None:
            verdict = mark_unusable(verdict, self.answer_key)
            verdict = diagnose(verdict, self.answer_key, exercise, self.misconceptions)
            if verdict.misconception is not None:
                self.misconceptions.add(verdict.misconception)
        if verdict.state is VerdictState.TEST_ERROR:
            self.findings.append(self.error_of_test(verdict))
        update_exam_cell(cell, verdict=verdict)
        cell.outputs = outputs_of(verdict)

    def error_of_test(self, verdict: Verdict) -> Finding:
        """Return the finding about a test that has an error itself."""
        kind = FindingKind.TEST_ERROR
        message = f"The test itself has an error: {verdict.details[-500:]}"
        if file := needed_file(verdict.details, self.environment.submitted):
            kind = FindingKind.TEST_NEEDS_FILE
            message = (
                f"The test needs {file!a}, which only the student submitted: a test sees only what "
                "was released beside the notebook. Release the file, or test what student code "
                "returns."
            )
        return Finding(kind, message, verdict.grade_id)

    # --- the examiner ----------------------------------------------------------------------------

    async def set_up_examiner(self, source: str) -> None:
        """Run a set-up cell in the examiner.

        Raises
        ------
        ExamError
            If it fails there. Set-up cells are the course's own: without them every test would
            fail, whatever the answers are.
        """
        self.examiner.send({"do": "setup", "source": source, "seed": self.metadata.seed})
        reply = await self.examiner.receive(max(0.0, self.clock.cell_left()) + START_SECONDS)
        error = "it did not end in time" if reply is None else reply["error"]
        if error:
            beginning = source.strip().partition("\n")[0]
            message = (
                f"The course's set-up cell that begins with {beginning!r} failed in the examiner: "
                f"{error.strip().splitlines()[-1]}. Fix it or its environment, then grade again."
            )
            raise ExamError(message)

    async def restart_examiner(self, index: int) -> None:
        """Kill the examiner, start another one, and run the set-up cells before `index` in it."""
        LOG.info("The examiner did not answer in time at cell %d: starting another one", index)
        await self.examiner.stop()
        self.examiner = RpcProcess(
            self.environment.forkserver(), self.environment.examiner_request()
        )
        await self.examiner.start(START_SECONDS)
        for cell in self.exam_notebook.cells[:index]:
            if cell.cell_type == "code" and exam_cell(cell).role is CellRole.SETUP:
                await self.set_up_examiner(cell.source)

    @property
    def out_of_time_reason(self) -> str:
        """Why a cell did not run after the end of the exam's time."""
        return student_sentence(LimitName.EXAM_SECONDS, self.environment.limits)


async def _connect_and_close(address: str) -> None:
    """Connect to a listening socket and close the connection, so that its `accept` returns."""
    try:
        _, writer = await asyncio.open_unix_connection(address)
    except OSError:
        return  # the socket is closed: nothing waits there
    writer.close()


def _run_in_own_loop(make_coroutine: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine in its own event loop, which is closed afterwards.

    If another loop is running already, papermill's or a notebook's, it runs in a thread.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(make_coroutine())
        return
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(make_coroutine())).result()
