"""Run the student's cells of one exam in a kernel that may die, and replace it when it does.

A cell that kills its kernel affects what depends on it and nothing else: another candidate process
is started, the earlier cells are run again without the one that killed it, and the exam continues.
"""

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.exam.candidate.kernel_client import START_SECONDS, CandidateKernel, Ending, Reply
from autograder.exam.environment import ExamEnvironment
from autograder.exam.test_cells import error_output
from autograder.models import CellRole, Finding, FindingKind
from autograder.notebook.cells import exam_cell, exam_metadata
from autograder.notebook.sanitize import sanitize_outputs
from autograder.sandbox.limits import LimitName, instructor_sentence, recognize, student_sentence

LOG = logging.getLogger(__name__)

DIED = "the kernel died, or could not be stopped"
_FULL_CELLS = 10  # how many times the limit of one cell all outputs of an exam may be


@dataclass(frozen=True)
class Clock:
    """The time of one exam.

    cell_seconds   limit of one cell
    deadline       when the exam is over, as `time.monotonic` counts
    """

    cell_seconds: float
    deadline: float

    def exam_left(self) -> float:
        """Return the seconds until the exam is over; negative afterwards."""
        return self.deadline - time.monotonic()

    def cell_left(self) -> float:
        """Return the number of seconds that a cell may take if it starts now."""
        return min(self.cell_seconds, self.exam_left())


class CandidateSession:
    """The candidate process of one exam, replaced by another one when it dies."""

    def __init__(
        self,
        exam_notebook: NotebookNode,
        environment: ExamEnvironment,
        clock: Clock,
        findings: list[Finding],
    ) -> None:
        self.exam_notebook, self.environment = exam_notebook, environment
        self.clock, self.findings = clock, findings
        self.fatal: set[int] = set()  # indices of cells that killed the kernel
        self.limit: LimitName | None = None  # that ended the last kernel
        self.peak_memory, self.cpu_seconds = 0, 0.0
        self.start_count = 1
        self.output_left = _FULL_CELLS * environment.limits.output_bytes
        self.kernel = CandidateKernel(environment)

    async def start(self) -> None:
        """Start the candidate process."""
        await self.kernel.start()

    async def stop(self) -> None:
        """Kill the candidate process, and record how much memory and CPU time it used."""
        await self.kernel.stop()
        if self.kernel.ended is not None:
            self.peak_memory = max(self.peak_memory, self.kernel.ended.peak_memory)
            self.cpu_seconds += self.kernel.ended.cpu_seconds

    async def set_up(self, index: int, source: str) -> None:
        """Run a set-up cell; if the kernel dies, the student's cell before it is to blame."""
        if await self._set_up(source) is not Ending.DIED:
            return
        self.fatal.add(self._last_of_student(index))
        await self.restart(index)
        if index not in self.fatal and await self._set_up(source) is Ending.DIED:
            self.fatal.add(index)
            await self.restart(index)

    async def run(self, index: int, cell: NotebookNode) -> None:
        """Run a student's cell and keep its outputs, with the reason if it was stopped."""
        output_limit = min(self.environment.limits.output_bytes, self.output_left)
        reply = await self.kernel.execute(cell.source, output_limit, self.clock.cell_left())
        ending = reply.ending
        cell.outputs = sanitize_outputs(list(reply.outputs), output_limit)
        self.output_left = max(0, self.output_left - len(json.dumps(cell.outputs)))
        if ending is Ending.DIED:
            self.fatal.add(index)
            await self.restart(index)
        is_done = ending is Ending.DONE
        limit = limit_in_outputs(cell.outputs) if is_done else self.limit_of(ending)
        if limit is not None:
            self.record_limit(limit, cell)
        elif ending is Ending.DIED:
            self.findings.append(
                Finding(FindingKind.KERNEL_DIED, f"A cell: {DIED}.", _grade_id(cell))
            )
        if limit is not None or ending is Ending.DIED:
            cell.outputs.append(error_output("Stopped", self.why(limit)))

    async def serve(self, address: str, seconds: float) -> Reply:
        """Make the candidate serve the examiner that listens at an address."""
        content = {"address": address}
        output_limit = self.environment.limits.output_bytes
        return await self.kernel.request("serve", content, output_limit, seconds)

    async def interrupt(self) -> None:
        """Interrupt whatever the candidate is doing."""
        await self.kernel.interrupt()

    async def restart(self, index: int) -> None:
        """Start another candidate and run the cells before `index` again, except fatal ones."""
        await self.stop()
        ended = self.kernel.ended
        self.limit = ended.limit if ended is not None else None
        LOG.info(
            "The candidate died at cell %d (limit: %s): starting another one", index, self.limit
        )
        self.kernel = CandidateKernel(self.environment)
        self.start_count += 1
        await self.kernel.start()
        for earlier, cell in enumerate(self.exam_notebook.cells[:index]):
            is_over = self.clock.cell_left() <= 0
            if cell.cell_type != "code" or earlier in self.fatal or is_over:
                continue
            if await self._run_again(cell) is Ending.DIED:
                self.fatal.add(earlier)
                await self.restart(index)
                return

    def _last_of_student(self, index: int) -> int:
        """Return the index of the last student's cell before a set-up cell; its own without one."""
        earlier = range(index - 1, -1, -1)
        cells = self.exam_notebook.cells
        others = (CellRole.SETUP, CellRole.TEST)
        return next(
            (
                i
                for i in earlier
                if cells[i].cell_type == "code"
                and i not in self.fatal
                and exam_cell(cells[i]).role not in others
            ),
            index,
        )

    # --- limits ----------------------------------------------------------------------------------

    def limit_of(self, ending: Ending) -> LimitName | None:
        """Return the limit that ended a cell, or None if no limit is known."""
        if ending is Ending.OUT_OF_TIME:
            has_time = self.clock.exam_left() > 0
            return LimitName.CELL_SECONDS if has_time else LimitName.EXAM_SECONDS
        if ending is Ending.TOO_MUCH_OUTPUT:
            return LimitName.OUTPUT_BYTES
        return self.limit if ending is Ending.DIED else None

    def record_limit(self, limit: LimitName, cell: NotebookNode) -> None:
        """Record, for the instructor, which limit ended a cell."""
        text = f"A cell was stopped: {instructor_sentence(limit, self.environment.limits)}."
        LOG.info(text)
        self.findings.append(Finding(FindingKind.LIMIT, text, _grade_id(cell)))

    def why(self, limit: LimitName | None) -> str:
        """Return the sentence, with its number, for the limit that ended a cell."""
        return DIED if limit is None else student_sentence(limit, self.environment.limits)

    # --- requests to the kernel ------------------------------------------------------------------

    async def _set_up(self, source: str) -> Ending:
        metadata = exam_metadata(self.exam_notebook)
        content = {
            "source": source,
            "seed": metadata.seed,
            "shared": metadata.is_shared_namespace,
        }
        seconds = min(self.clock.cell_seconds + START_SECONDS, self.clock.exam_left())
        output_limit = self.environment.limits.output_bytes
        reply = await self.kernel.request("setup", content, output_limit, seconds)
        return reply.ending

    async def _run_again(self, cell: NotebookNode) -> Ending:
        role = exam_cell(cell).role
        if role is CellRole.SETUP:
            return await self._set_up(cell.source)
        if role is CellRole.TEST:
            return Ending.DONE
        output_limit = self.environment.limits.output_bytes
        seconds = self.clock.cell_left()
        return (await self.kernel.execute(cell.source, output_limit, seconds)).ending


def limit_in_outputs(outputs: Sequence[NotebookNode]) -> LimitName | None:
    """Return the limit that caused the error which ended a cell, or None."""
    errors = [output for output in outputs if output.output_type == "error"]
    return recognize(errors[-1].ename, errors[-1].evalue) if errors else None


def _grade_id(cell: NotebookNode) -> str | None:
    return exam_cell(cell).grade_id
