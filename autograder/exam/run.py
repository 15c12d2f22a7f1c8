"""Sits one paper: the student's cells in one kernel, the test cells in an examiner.

paper ──► candidate: set-up, answers, added cells ──► the same paper, with outputs
     └──► examiner:  set-up, tests                ──► and a verdict in every test cell
"""

import asyncio
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

from nbformat import NotebookNode

from autograder.config import Settings
from autograder.errors import ExamError
from autograder.exam.candidate.kernel_client import Ending, Reply
from autograder.exam.candidate.session import START_SECONDS, CandidateSession
from autograder.exam.clock import Clock
from autograder.exam.diagnosis.answer_key import AnswerKey
from autograder.exam.diagnosis.diagnose import diagnose
from autograder.exam.environment import ExamEnvironment, make_environment
from autograder.exam.outputs import error_output, outputs_of
from autograder.exam.own_loop import run_to_end
from autograder.exam.resources import Cancellation, Slot
from autograder.exam.test_cells import TestCell, read_test_cells
from autograder.models import CellRole, Finding, FindingKind, Verdict, VerdictState
from autograder.notebook.cells import (
    cells_with_role,
    exam_cell,
    exam_metadata,
    set_exam_metadata,
    update_exam_cell,
)
from autograder.notebook.names import imported_packages
from autograder.sandbox.json_process import RpcProcess
from autograder.sandbox.limits import student_sentence

OnCell = Callable[[int, NotebookNode], None]
"""Called after each cell with its place in the notebook."""


def run_exam(
    exam_notebook: NotebookNode,
    *,
    settings: Settings,
    answer_key: AnswerKey | None = None,
    on_cell: OnCell | None = None,
    slot: Slot | None = None,
    stop: Cancellation | None = None,
) -> NotebookNode:
    """Return the paper executed: outputs in its code cells, a verdict in its test cells.

    Parameters
    ----------
    paper : what `autograder.submission.assemble.rebuild` made; it is not changed
    scheme : what is known of right and wrong answers, for the diagnosis
    place : the share of this machine that is the exam's own; all of it where None
    stop : ends the exam before its time

    Raises
    ------
    ExamError
        If no kernel or no examiner comes up, or a set-up cell fails in the examiner. What the
        student's code does raises nothing.
    asyncio.CancelledError
        If it was stopped.
    """
    executed = deepcopy(exam_notebook)
    with make_environment(settings, _packages(exam_notebook), slot) as environment:
        exam = _Exam(executed, settings, answer_key, environment, on_cell)
        run_to_end(lambda: (stop or Cancellation()).guard(exam.run))
    return executed


class _Exam:
    """What one exam needs to remember while it is held."""

    def __init__(
        self,
        exam_notebook: NotebookNode,
        settings: Settings,
        answer_key: AnswerKey | None,
        environment: ExamEnvironment,
        on_cell: OnCell | None,
    ) -> None:
        self.exam_notebook, self.answer_key, self.environment, self.on_cell = (
            exam_notebook,
            answer_key,
            environment,
            on_cell,
        )
        self.test_cells = {
            test_cell.index: test_cell for test_cell in read_test_cells(exam_notebook)
        }
        self.metadata = exam_metadata(exam_notebook)
        self.findings: list[Finding] = []
        self.hidden_before = False
        self.misconceptions: set[str] = set()  # the misconceptions recognised so far
        self.started = time.monotonic()
        self.clock = Clock(settings.cell_seconds, self.started + settings.exam_seconds)
        self.student = CandidateSession(exam_notebook, environment, self.clock, self.findings)
        self.examiner = RpcProcess(environment.forkserver(), environment.examiner_request())

    # --- the story -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Sit every cell in order; whatever happens, both processes are gone in the end."""
        try:
            await asyncio.gather(self.examiner.start(START_SECONDS), self.student.start())
            for index, cell in enumerate(self.exam_notebook.cells):
                if cell.cell_type == "code":
                    begun = time.monotonic()
                    await self.run_cell(index, cell)
                    update_exam_cell(cell, seconds=round(time.monotonic() - begun, 3))
                if self.on_cell is not None:
                    self.on_cell(index, cell)
        finally:
            await self.student.stop()
            await self.examiner.stop()
        set_exam_metadata(
            self.exam_notebook,
            replace(
                self.metadata,
                findings=(*self.metadata.findings, *self.findings),
                seconds=round(time.monotonic() - self.started, 3),
                peak_memory=self.student.peak_memory,
            ),
        )

    async def run_cell(self, index: int, cell: NotebookNode) -> None:
        role = exam_cell(cell).role
        if role is CellRole.TEST:
            test_cell = self.test_cells[index]
            self.record_verdict(cell, test_cell.exercise, await self.ask(test_cell))
        elif role is CellRole.SETUP:
            await self.set_up_examiner(cell.source)
            await self.student.set_up(index, cell.source)
        else:
            await self.run_student_cell(index, cell)

    async def run_student_cell(self, index: int, cell: NotebookNode) -> None:
        """Run a student's cell, while there is time."""
        update_exam_cell(cell, is_withheld=self.hidden_before)
        if self.clock.cell_left() > 0:
            await self.student.run(index, cell)
        else:
            cell.outputs = [error_output("Stopped", self.too_late)]

    # --- test cells ------------------------------------------------------------------------------

    async def ask(self, test_cell: TestCell) -> Verdict:
        """Sit one test cell; a verdict that does not come is none that earns points."""
        seconds = self.clock.cell_left()
        if seconds <= 0:
            return Verdict(
                test_cell.grade_id, test_cell.points, VerdictState.NOT_RUN, reason=self.too_late
            )
        address = str(self.environment.socket_dir / f"{self.student.starts}-{test_cell.index}")
        task = {
            "do": "test",
            "address": address,
            "seconds": seconds,
            "seed": self.seed,
            "shared": self.metadata.is_shared_namespace,
            "hidden_before": self.hidden_before,
            **test_cell.task(),
        }
        self.examiner.send(task)
        self.hidden_before = self.hidden_before or test_cell.has_hidden
        opened = await self.examiner.receive(START_SECONDS)
        verdict = await self.serve(test_cell, address, seconds) if opened else None
        if verdict is None:
            reason = student_sentence("cell seconds", self.environment.limits)
            verdict = Verdict(
                test_cell.grade_id, test_cell.points, VerdictState.VOID, reason=reason
            )
            await self.restart_examiner_after(test_cell.index)
        return replace(verdict, seconds=round(verdict.seconds, 4))

    async def serve(self, test_cell: TestCell, address: str, seconds: float) -> Verdict | None:
        """Let the candidate answer the examiner at the address, and return what it concludes."""
        serving = asyncio.create_task(self.student.serve(address, seconds + 1.0))
        hearing = asyncio.create_task(self.examiner.receive(seconds + 10.0))
        await asyncio.wait({serving, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if not hearing.done() and serving.result().ending in ("dead", "output"):
            await _unblock(address)  # nobody else will: the examiner waits at an open door
        answer = await hearing
        ending = await self.end_serving(serving)
        if ending == "dead":
            await self.student.restart(test_cell.index)
        if answer is None:
            return None
        verdict = Verdict.from_json(answer)
        limit = self.student.limit_of(ending)
        if limit is not None and verdict.points < verdict.max_points:
            self.student.record_limit(limit, self.exam_notebook.cells[test_cell.index])
            verdict = replace(verdict, reason=self.student.why(limit))
        return verdict

    async def end_serving(self, serving: "asyncio.Task[Reply]") -> Ending:
        """Wait until the candidate is at rest; interrupt it, in the end give it up."""
        done, _ = await asyncio.wait({serving}, timeout=2.0)
        if not done:
            await self.student.interrupt()
            done, _ = await asyncio.wait({serving}, timeout=3.0)
        if not done:
            serving.cancel()
            return "dead"
        return serving.result().ending

    def record_verdict(self, cell: NotebookNode, exercise: str, verdict: Verdict) -> None:
        """Write a verdict into its cell, such that nbgrader reads the same points in it."""
        if self.answer_key is not None:
            verdict = diagnose(verdict, self.answer_key, exercise, self.misconceptions)
            if verdict.misconception is not None:
                self.misconceptions.add(verdict.misconception)
        if verdict.state is VerdictState.TEST_ERROR:
            message = f"the test is at fault: {verdict.details[-500:]}"
            grade_id = exam_cell(cell).grade_id
            self.findings.append(Finding(FindingKind.TEST_ERROR, message, grade_id))
        update_exam_cell(cell, verdict=verdict)
        cell.outputs = outputs_of(verdict)

    # --- the examiner ----------------------------------------------------------------------------

    async def set_up_examiner(self, source: str) -> None:
        """Run a set-up cell in the examiner; without it, every test would be at fault.

        Raises
        ------
        ExamError
            If it fails there. It is the course's own: no student can be judged then.
        """
        self.examiner.send({"do": "setup", "source": source, "seed": self.seed})
        reply = await self.examiner.receive(max(0.0, self.clock.cell_left()) + START_SECONDS)
        error = "it did not end in time" if reply is None else reply["error"]
        if error:
            beginning = source.strip().partition("\n")[0]
            message = (
                f"the course's set-up cell that begins with {beginning!r} failed in the examiner: "
                f"{error.strip().splitlines()[-1]}. Mend it or its environment, then grade again."
            )
            raise ExamError(message)

    async def restart_examiner_after(self, index: int) -> None:
        """Kill the examiner, start another one, and run the set-up cells so far in it."""
        await self.examiner.stop()
        self.examiner = RpcProcess(
            self.environment.forkserver(), self.environment.examiner_request()
        )
        await self.examiner.start(START_SECONDS)
        for cell in self.exam_notebook.cells[:index]:
            if cell.cell_type == "code" and exam_cell(cell).role is CellRole.SETUP:
                await self.set_up_examiner(cell.source)

    # --- small things ----------------------------------------------------------------------------

    @property
    def seed(self) -> int:
        """The seed of the paper's SEED parameter; 0 where it has none."""
        return self.metadata.seed

    @property
    def too_late(self) -> str:
        return student_sentence("exam seconds", self.environment.limits)


def _packages(exam_notebook: NotebookNode) -> frozenset[str]:
    """Return the packages that the trusted cells of a paper import."""
    trusted = (
        cell.source for cell in cells_with_role(exam_notebook, CellRole.SETUP, CellRole.TEST)
    )

    return frozenset[str]().union(*map(imported_packages, trusted))


async def _unblock(address: str) -> None:
    """Connect to a door and leave, so that whoever waits behind it goes on."""
    try:
        _, writer = await asyncio.open_unix_connection(address)
    except OSError:
        return  # the door is closed already: nobody waits
    writer.close()
