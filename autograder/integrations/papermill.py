"""papermill's way in: `papermill --engine exam paper.ipynb executed.ipynb`."""

from typing import Any

from nbformat import NotebookNode
from papermill.engines import Engine, NotebookExecutionManager

from autograder.config import Settings
from autograder.errors import ExamError
from autograder.exam.run import run_exam
from autograder.models import CellRole
from autograder.notebook.cells import (
    ExamCell,
    exam_cell,
    exam_metadata,
    has_exam_cell,
    is_exam_notebook,
    set_exam_cell,
    set_exam_metadata,
)


class ExamEngine(Engine):  # type: ignore[misc]
    """Sits an exam; parameters, progress and the output file stay papermill's."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,  # noqa: ARG003 - the candidate's kernel is always our own
        execution_timeout: float | None = None,
        **_: Any,
    ) -> None:
        """Sit the paper in `nb_man.nb`.

        Raises
        ------
        ExamError
            If the notebook is no paper, or no kernel comes up.
        """
        if not is_exam_notebook(nb_man.nb):
            message = (
                "This notebook is no paper: it says nothing of which cells are whose. "
                "`autograder paper` makes one from a submission."
            )
            raise ExamError(message)
        _adopt_parameters(nb_man.nb)
        settings = Settings(cell_seconds=execution_timeout) if execution_timeout else Settings()
        executed = run_exam(
            nb_man.nb, settings=settings, on_cell=lambda index, cell: _done(nb_man, index, cell)
        )
        set_exam_metadata(nb_man.nb, exam_metadata(executed))
        for ours, theirs in zip(nb_man.nb.cells, executed.cells, strict=True):
            set_exam_cell(ours, exam_cell(theirs))
            if ours.cell_type == "code":
                ours.outputs = theirs.outputs


def _adopt_parameters(exam_notebook: NotebookNode) -> None:
    """Make papermill's cell of parameters a set-up cell, as the cell that it overrides is."""
    for cell in exam_notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()) and not has_exam_cell(cell):
            set_exam_cell(cell, ExamCell(CellRole.SETUP))


def _done(nb_man: NotebookExecutionManager, index: int, cell: NotebookNode) -> None:
    if cell.cell_type == "code":
        nb_man.cell_start(nb_man.nb.cells[index], index)
        nb_man.cell_complete(nb_man.nb.cells[index], index)
    elif nb_man.pbar:
        nb_man.pbar.update(1)
