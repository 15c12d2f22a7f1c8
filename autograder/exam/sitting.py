"""Sits one paper: the student's cells in one kernel, the test cells in an examiner.

    paper ──► candidate: set-up, answers, added cells ──► the same paper, with outputs
         └──► examiner:  set-up, tests                ──► and a verdict in every test cell

A cell that kills its kernel costs what depends on it and nothing else: the candidate is started
anew, the cells before are run again without the one that killed it, and the exam goes on.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from typing import Any

from nbformat import NotebookNode

from autograder.exam.client import CandidateKernel, Ending
from autograder.exam.diagnosis import diagnose
from autograder.exam.executed import error_output, outputs_of
from autograder.exam.outputs import Outputs
from autograder.exam.proctor import ExaminerProcess
from autograder.exam.questions import Question, questions
from autograder.exam.rooms import Rooms, rooms_for
from autograder.exam.scheme import Scheme
from autograder.harmless import harmless_outputs
from autograder.kernels.limits import instructor_sentence, student_sentence
from autograder.names import imported_packages
from autograder.records import Finding, Verdict
from autograder.settings import Settings

OnCell = Callable[[int, NotebookNode], None]
"""Called after each cell with its place in the notebook."""

_START_SECONDS = 120.0


def sit(
    paper: NotebookNode,
    *,
    settings: Settings,
    scheme: Scheme | None = None,
    on_cell: OnCell | None = None,
) -> NotebookNode:
    """Return the paper executed: outputs in its code cells, a verdict in its test cells.

    Parameters
    ----------
    paper : what `autograder.paper.rebuild` made; it is not changed
    scheme : what is known of right and wrong answers, for the diagnosis

    Raises
    ------
    ExamError
        If no kernel or no examiner comes up. What the student's code does raises nothing.
    """
    executed = deepcopy(paper)
    with rooms_for(settings, _packages(paper)) as rooms:
        exam = _Exam(executed, settings, scheme, rooms, on_cell)
        _run(exam.hold)
    return executed


class _Exam:
    """What one exam needs to remember while it is held."""

    def __init__(
        self,
        paper: NotebookNode,
        settings: Settings,
        scheme: Scheme | None,
        rooms: Rooms,
        on_cell: OnCell | None,
    ) -> None:
        self.paper, self.settings, self.scheme = paper, settings, scheme
        self.rooms, self.on_cell = rooms, on_cell
        self.questions = {question.index: question for question in questions(paper)}
        self.findings: list[Finding] = []
        self.starts = 0  # of either process: each gets a folder of its own
        self.hidden_before = False
        self.deadly: set[int] = set()  # cells that killed the kernel, or would not be stopped
        self.mistakes: set[str] = set()  # the misconceptions recognised so far
        self.limit: str | None = None  # that ended the last kernel, by its name
        self.peak_memory = 0

    # --- the story -------------------------------------------------------------------------------

    async def hold(self) -> None:
        """Sit every cell in order; whatever happens, both processes are gone in the end."""
        started = time.monotonic()
        self.deadline = started + self.settings.exam_seconds
        self.examiner, self.candidate = self.new_examiner(), self.new_candidate()
        try:
            await asyncio.gather(self.examiner.start(_START_SECONDS), self.candidate.start())
            for index, cell in enumerate(self.paper.cells):
                if cell.cell_type == "code":
                    begun = time.monotonic()
                    await self.sit_cell(index, cell)
                    cell.metadata.exam["seconds"] = round(time.monotonic() - begun, 3)
                if self.on_cell is not None:
                    self.on_cell(index, cell)
        finally:
            await self.candidate.stop()
            self.peak_memory = max(self.peak_memory, self.candidate.peak_memory)
            await self.examiner.stop()
        self.paper.metadata.exam.update(
            findings=[vars(finding) for finding in self.findings],
            seconds=round(time.monotonic() - started, 3),
            peak_memory=self.peak_memory,
        )

    async def sit_cell(self, index: int, cell: NotebookNode) -> None:
        role = cell.metadata.exam["role"]
        if role == "test":
            question = self.questions[index]
            self.conclude(cell, question.exercise, await self.ask(question))
        elif role == "setup":
            await self.set_up(index, cell.source)
        else:
            await self.run(index, cell)

    # --- cells of the student's ------------------------------------------------------------------

    async def run(self, index: int, cell: NotebookNode) -> None:
        """Run a student's cell and keep its outputs."""
        cell.metadata.exam["withheld"] = self.hidden_before
        if self.seconds_left() <= 0:
            cell.outputs = [error_output("Stopped", self.too_late)]
            return
        outputs = Outputs(self.settings.output_bytes)
        ending = await self.candidate.execute(cell.source, outputs, self.seconds_left())
        cell.outputs = harmless_outputs(outputs.cells, self.settings.output_bytes)
        if ending == "dead":
            self.deadly.add(index)
            await self.start_anew(index)
        if ending != "done":
            reason = self.why(ending)
            self.find(f"stopped-by-{ending}", f"A cell was stopped: {reason}.", cell)
            cell.outputs.append(error_output("Stopped", reason))

    async def set_up(self, index: int, source: str) -> None:
        """Run a set-up cell in both rooms."""
        error = await self.set_up_examiner(source)
        if error is not None:
            self.find("set-up-failed", f"a set-up cell failed in the examiner: {error}")
        if await self.set_up_candidate(source) == "dead":
            self.deadly.add(index)
            await self.start_anew(index)

    async def set_up_examiner(self, source: str) -> str | None:
        self.examiner.tell({"do": "setup", "source": source, "seed": self.seed})
        reply = await self.examiner.hear(self.seconds_left() + _START_SECONDS)
        if reply is None:
            return "it did not end in time"
        return reply["error"] and str(reply["error"])

    async def set_up_candidate(self, source: str) -> Ending:
        content = {"source": source, "seed": self.seed, "shared": self.is_shared}
        limit = Outputs(self.settings.output_bytes)
        seconds = min(self.settings.cell_seconds + _START_SECONDS, self.deadline - time.monotonic())
        return await self.candidate.request("exam_setup_request", content, limit, seconds)

    # --- test cells ------------------------------------------------------------------------------

    async def ask(self, question: Question) -> Verdict:
        """Sit one test cell; a verdict that does not come is none that earns points."""
        seconds = self.seconds_left()
        if seconds <= 0:
            return Verdict(question.grade_id, question.points, "not run", reason=self.too_late)
        address = str(self.rooms.door / f"{self.starts}-{question.index}")
        task = {
            "do": "test",
            "address": address,
            "seconds": seconds,
            "seed": self.seed,
            "shared": self.is_shared,
            "hidden_before": self.hidden_before,
            **question.task(),
        }
        self.examiner.tell(task)
        self.hidden_before = self.hidden_before or question.has_hidden
        opened = await self.examiner.hear(_START_SECONDS)
        verdict = await self.serve(question, address, seconds) if opened else None
        if verdict is None:
            reason = "this question took longer than its time limit: is there an endless loop?"
            verdict = Verdict(question.grade_id, question.points, "void", reason=reason)
            await self.new_examiner_after(question.index)
        return replace(verdict, seconds=round(verdict.seconds, 4))

    async def serve(self, question: Question, address: str, seconds: float) -> Verdict | None:
        """Let the candidate answer the examiner at the address, and return what it concludes."""
        outputs = Outputs(self.settings.output_bytes)
        serving = asyncio.create_task(
            self.candidate.request(
                "exam_serve_request", {"address": address}, outputs, seconds + 1.0
            )
        )
        hearing = asyncio.create_task(self.examiner.hear(seconds + 10.0))
        await asyncio.wait({serving, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if not hearing.done() and serving.result() in ("dead", "output"):
            await _knock(address)  # nobody else will: the examiner waits at an open door
        answer = await hearing
        ending = await self.end_serving(serving)
        if ending == "dead":
            await self.start_anew(question.index)
        if answer is None:
            return None
        verdict = Verdict.from_json(answer)
        limit = ending == "output" or (ending == "dead" and self.limit is not None)
        if limit and verdict.points < verdict.max_points:
            verdict = replace(verdict, reason=self.why(ending))
        return verdict

    async def end_serving(self, serving: "asyncio.Task[Ending]") -> Ending:
        """Wait until the candidate is at rest; interrupt it, in the end give it up."""
        done, _ = await asyncio.wait({serving}, timeout=2.0)
        if not done:
            await self.candidate.manager.interrupt_kernel()
            done, _ = await asyncio.wait({serving}, timeout=3.0)
        if not done:
            serving.cancel()
            return "dead"
        return serving.result()

    def conclude(self, cell: NotebookNode, exercise: str, verdict: Verdict) -> None:
        """Write a verdict into its cell, such that nbgrader reads the same points in it."""
        if self.scheme is not None:
            verdict = diagnose(verdict, self.scheme, exercise, self.mistakes)
            if verdict.misconception is not None:
                self.mistakes.add(verdict.misconception)
        if verdict.state == "test error":
            self.find("test-error", f"the test is at fault: {verdict.details[-500:]}", cell)
        cell.metadata.exam["verdict"] = verdict.to_json()
        cell.outputs = outputs_of(verdict)

    # --- starting anew ---------------------------------------------------------------------------

    def new_candidate(self) -> CandidateKernel:
        self.starts += 1
        return CandidateKernel(self.rooms)

    def new_examiner(self) -> ExaminerProcess:
        self.starts += 1
        return ExaminerProcess(self.rooms)

    async def start_anew(self, index: int) -> None:
        """Start another candidate and run the cells before `index` again, but no deadly one."""
        await self.candidate.stop()
        self.peak_memory = max(self.peak_memory, self.candidate.peak_memory)
        ended = self.candidate.ended
        self.limit = ended.limit if ended is not None else None
        if self.limit is not None:
            why = instructor_sentence(self.limit, self.rooms.limits)
            self.find("limit", f"A kernel was ended: {why}.", self.paper.cells[index])
        self.candidate = self.new_candidate()
        await self.candidate.start()
        for place, cell in enumerate(self.paper.cells[:index]):
            if cell.cell_type != "code" or place in self.deadly or self.seconds_left() <= 0:
                continue
            role = cell.metadata.exam["role"]
            if role == "setup":
                await self.set_up_candidate(cell.source)
            elif role != "test":
                outputs = Outputs(self.settings.output_bytes)
                if (
                    await self.candidate.execute(cell.source, outputs, self.seconds_left())
                    == "dead"
                ):
                    self.deadly.add(place)
                    await self.start_anew(index)
                    return

    async def new_examiner_after(self, index: int) -> None:
        """Kill the examiner, start another one, and run the set-up cells so far in it."""
        await self.examiner.stop()
        self.examiner = self.new_examiner()
        await self.examiner.start(_START_SECONDS)
        for cell in self.paper.cells[:index]:
            if cell.cell_type == "code" and cell.metadata.exam["role"] == "setup":
                await self.set_up_examiner(cell.source)

    # --- small things ----------------------------------------------------------------------------

    @property
    def seed(self) -> int:
        """The seed of the paper's SEED parameter; 0 where it has none."""
        return int(self.paper.metadata.exam.get("seed", 0))

    @property
    def is_shared(self) -> bool:
        return bool(self.paper.metadata.exam.get("shared_namespace", False))

    def seconds_left(self) -> float:
        return min(self.settings.cell_seconds, self.deadline - time.monotonic())

    @property
    def too_late(self) -> str:
        return f"the exam's {self.settings.exam_seconds:g} seconds were over before this"

    def find(self, kind: str, message: str, cell: NotebookNode | None = None) -> None:
        grade_id = cell.metadata.exam.get("grade_id") if cell is not None else None
        self.findings.append(Finding(kind, message, grade_id))

    def why(self, ending: Ending) -> str:
        """Return in words, with its number, the limit that ended a cell."""
        names = {"time": "cell seconds", "output": "output", "dead": self.limit}
        name = names.get(ending)
        if name is None:
            return "the kernel died, or could not be stopped"
        return student_sentence(name, self.rooms.limits)


def _packages(paper: NotebookNode) -> frozenset[str]:
    """Return the packages that the trusted cells of a paper import."""
    trusted = (c.source for c in paper.cells if c.metadata.exam["role"] in ("setup", "test"))
    return frozenset[str]().union(*map(imported_packages, trusted))


def _run(hold: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine to its end in an event loop of its own, which is closed afterwards.

    Under another loop, papermill's or a notebook's, it runs in a thread.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(hold())
        return
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(hold())).result()


async def _knock(address: str) -> None:
    """Connect to a door and leave, so that whoever waits behind it goes on."""
    try:
        _, writer = await asyncio.open_unix_connection(address)
    except OSError:
        return  # the door is closed already: nobody waits
    writer.close()
