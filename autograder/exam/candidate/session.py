"""The candidate's side of one exam: the student's cells, and a kernel that may die under them.

A cell that kills its kernel costs what depends on it and nothing else: the candidate is started
anew, the cells before are run again without the one that killed it, and the exam goes on.
"""

import json

from nbformat import NotebookNode

from autograder.exam.candidate.kernel_client import CandidateKernel, Ending, Reply
from autograder.exam.clock import Clock
from autograder.exam.environment import ExamEnvironment
from autograder.exam.outputs import error_output
from autograder.models import CellRole, Finding, FindingKind
from autograder.notebook.cells import exam_cell, exam_metadata
from autograder.notebook.sanitize import sanitize_outputs
from autograder.sandbox.limits import instructor_sentence, recognize, student_sentence

START_SECONDS = 120.0
DIED = "the kernel died, or could not be stopped"
_FULL_CELLS = 10  # of outputs, in one exam


class CandidateSession:
    """Runs set-up and student's cells in the candidate, and starts another one when it dies."""

    def __init__(
        self,
        exam_notebook: NotebookNode,
        environment: ExamEnvironment,
        clock: Clock,
        findings: list[Finding],
    ) -> None:
        self.exam_notebook, self.environment, self.clock, self.findings = (
            exam_notebook,
            environment,
            clock,
            findings,
        )
        self.fatal: set[int] = set()  # cells that killed the kernel, or would not be stopped
        self.limit: str | None = None  # that ended the last kernel, by its name
        self.peak_memory = 0
        self.starts = 1
        self.output_left = _FULL_CELLS * environment.limits.output_bytes
        self.candidate = CandidateKernel(environment)

    async def start(self) -> None:
        """Start the candidate."""
        await self.candidate.start()

    async def stop(self) -> None:
        """Kill the candidate, and remember what it used."""
        await self.candidate.stop()
        self.peak_memory = max(self.peak_memory, self.candidate.peak_memory)

    async def set_up(self, index: int, source: str) -> None:
        """Run a set-up cell."""
        if await self._set_up(source) == "dead":
            self.fatal.add(index)
            await self.restart(index)

    async def run(self, index: int, cell: NotebookNode) -> None:
        """Run a student's cell and keep its outputs; say what stopped it, if anything did."""
        most = min(self.environment.limits.output_bytes, self.output_left)
        reply = await self.candidate.execute(cell.source, most, self.clock.cell_left())
        ending = reply.ending
        cell.outputs = sanitize_outputs(list(reply.outputs), most)
        self.output_left = max(0, self.output_left - len(json.dumps(cell.outputs)))
        if ending == "dead":
            self.fatal.add(index)
            await self.restart(index)
        name = self.limit_of(ending) if ending != "done" else _refused(cell.outputs)
        if name is not None:
            self.record_limit(name, cell)
        elif ending == "dead":
            self.findings.append(
                Finding(FindingKind.KERNEL_DIED, f"A cell: {DIED}.", _grade_id(cell))
            )
        if name is not None or ending == "dead":
            cell.outputs.append(error_output("Stopped", self.why(name)))

    async def serve(self, address: str, seconds: float) -> Reply:
        """Let the candidate answer the examiner that listens at an address."""
        content, most = {"address": address}, self.environment.limits.output_bytes
        return await self.candidate.request("exam_serve_request", content, most, seconds)

    async def interrupt(self) -> None:
        """Interrupt whatever the candidate is doing."""
        await self.candidate.interrupt()

    async def restart(self, index: int) -> None:
        """Start another candidate and run the cells before `index` again, but no deadly one."""
        await self.stop()
        ended = self.candidate.ended
        self.limit = ended.limit if ended is not None else None
        self.candidate = CandidateKernel(self.environment)
        self.starts += 1
        await self.candidate.start()
        for place, cell in enumerate(self.exam_notebook.cells[:index]):
            is_over = self.clock.cell_left() <= 0
            if cell.cell_type != "code" or place in self.fatal or is_over:
                continue
            if await self._run_again(cell) == "dead":
                self.fatal.add(place)
                await self.restart(index)
                return

    # --- limits ----------------------------------------------------------------------------------

    def limit_of(self, ending: Ending) -> str | None:
        """Return the name of the limit that ended a cell; None where no limit is known to have."""
        out_of_time = "cell seconds" if self.clock.exam_left() > 0 else "exam seconds"
        names = {"time": out_of_time, "output": "output", "dead": self.limit}
        return names.get(ending)

    def record_limit(self, name: str, cell: NotebookNode) -> None:
        """Tell the instructor which limit ended a cell."""
        text = f"A cell was stopped: {instructor_sentence(name, self.environment.limits)}."
        self.findings.append(Finding(FindingKind.LIMIT, text, _grade_id(cell)))

    def why(self, limit: str | None) -> str:
        """Return in words, with its number, the limit that ended a cell."""
        return DIED if limit is None else student_sentence(limit, self.environment.limits)

    # --- small things ----------------------------------------------------------------------------

    async def _set_up(self, source: str) -> Ending:
        metadata = exam_metadata(self.exam_notebook)
        content = {
            "source": source,
            "seed": metadata.seed,
            "shared": metadata.is_shared_namespace,
        }
        seconds = min(self.clock.cell_seconds + START_SECONDS, self.clock.exam_left())
        most = self.environment.limits.output_bytes
        reply = await self.candidate.request("exam_setup_request", content, most, seconds)
        return reply.ending

    async def _run_again(self, cell: NotebookNode) -> Ending:
        role = exam_cell(cell).role
        if role is CellRole.SETUP:
            return await self._set_up(cell.source)
        if role is CellRole.TEST:
            return "done"
        most = self.environment.limits.output_bytes
        return (await self.candidate.execute(cell.source, most, self.clock.cell_left())).ending


def _refused(outputs: list[NotebookNode]) -> str | None:
    """Return the name of the limit that the error which ended a cell speaks of, or None."""
    errors = [output for output in outputs if output.output_type == "error"]
    return recognize(errors[-1].ename, errors[-1].evalue) if errors else None


def _grade_id(cell: NotebookNode) -> str | None:
    return exam_cell(cell).grade_id
