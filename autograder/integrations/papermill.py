"""Run an exam with papermill: `papermill --engine exam exam_notebook.ipynb executed.ipynb`.

The exam is that of `autograder grade`: it has the settings of the course and its answer key, so
verdicts, misconceptions and points are the same. The engine finds the course by itself, in the
first of these folders that has the assignment's notebook in `source/`:

1. the folder `course_root`, if the caller passes it:
   `papermill.execute_notebook(..., engine_name="exam", course_root="path/to/course")`
2. the folder of the exam notebook, and the folders above it
3. the working directory, and the folders above it

Without a course the exam is run with the default settings, and no misconception is recognized.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from papermill.engines import Engine, NotebookExecutionManager

from autograder.config import Settings, read_settings, with_changes
from autograder.course.assignment import AssignmentNotebook, SupportFiles, read_notebooks
from autograder.course.paths import CoursePaths
from autograder.errors import ExamError, UsageError
from autograder.exam.diagnosis.answer_key import AnswerKey, set_expected_kinds
from autograder.exam.run import run_exam
from autograder.models import CellRole
from autograder.notebook.cells import (
    ExamCell,
    cells_with_role,
    exam_cell,
    exam_metadata,
    grade_id_of,
    has_exam_cell,
    is_exam_notebook,
    role_of,
    set_exam_cell,
    set_exam_metadata,
)
from autograder.verification.calibrate import exam_config_for

LOG = logging.getLogger(__name__)


class ExamEngine(Engine):  # type: ignore[misc]
    """Run an exam; parameters, progress and the output file are papermill's."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,  # noqa: ARG003 - the candidate always has a kernel of our own
        *,
        execution_timeout: float | None = None,
        course_root: str | Path | None = None,
        input_path: str | Path | None = None,
        **_: Any,
    ) -> None:
        """Run the exam of the exam notebook `nb_man.nb`.

        Parameters
        ----------
        nb_man
            papermill's state of the run.
        execution_timeout
            Replaces the setting `cell_seconds`.
        course_root
            The root of the course; see the module.
        input_path
            Where papermill read the exam notebook.

        Raises
        ------
        ExamError
            If the notebook is not an exam notebook, or no kernel starts.
        UsageError
            If `course_root` does not have the assignment, or a setting is not valid.
        """
        exam_notebook = nb_man.nb
        if not is_exam_notebook(exam_notebook):
            message = (
                "This notebook is not an exam notebook: its cells do not say what they are for. "
                "`autograder paper` makes an exam notebook of a submission."
            )
            raise ExamError(message)
        _mark_parameters_as_setup(exam_notebook)
        course = _find_course(exam_notebook, course_root, input_path)
        settings = course.settings
        if execution_timeout is not None:
            changes = {"cell_seconds": execution_timeout}
            settings = with_changes(settings, changes, where="papermill's execution_timeout")
        if course.answer_key is not None:
            set_expected_kinds(exam_notebook, course.answer_key)
        executed = run_exam(
            exam_notebook,
            settings=settings,
            answer_key=course.answer_key,
            support=replace(course.support, hidden=(*course.support.hidden, *_file(input_path))),
            on_cell=lambda index, cell: _report(nb_man, index, cell),
        )
        set_exam_metadata(nb_man.nb, exam_metadata(executed))
        for ours, theirs in zip(nb_man.nb.cells, executed.cells, strict=True):
            set_exam_cell(ours, exam_cell(theirs))
            if ours.cell_type == "code":
                ours.outputs = theirs.outputs


@dataclass(frozen=True)
class _Course:
    """What an exam needs from its course."""

    settings: Settings
    answer_key: AnswerKey | None = None
    support: SupportFiles = field(default_factory=SupportFiles)


def _find_course(
    exam_notebook: NotebookNode, course_root: str | Path | None, input_path: str | Path | None
) -> _Course:
    assignment = exam_metadata(exam_notebook).assignment
    roots = _possible_roots(input_path) if course_root is None else iter([Path(course_root)])
    for root in roots:
        if assignment and (CoursePaths(root).source / assignment).is_dir():
            notebook = _notebook_of(exam_notebook, root, assignment)
            if notebook is not None:
                LOG.info("The exam belongs to %s of the course in %s", assignment, root)
                config = exam_config_for(root, notebook, read_settings(root))
                return _Course(config.settings, config.answer_key, notebook.support)
    if course_root is not None:
        message = f"No notebook of {assignment!r} in {Path(course_root) / 'source'} fits the exam."
        raise UsageError(message)
    LOG.warning(
        "No course with %s was found, so the exam has the default settings and no answer key. "
        "Run papermill in the course, or pass course_root.",
        assignment,
    )
    return _Course(Settings())


def _possible_roots(input_path: str | Path | None) -> Iterator[Path]:
    """Yield the folders that may be the root of the course, the most likely first."""
    for path in _file(input_path):
        yield from Path(path).parents
    here = Path.cwd()
    yield from (here, *here.parents)


def _file(input_path: str | Path | None) -> tuple[str, ...]:
    """Return the file of the exam notebook; none if it comes from standard input or from a URL."""
    if input_path is not None and "://" not in str(input_path) and Path(input_path).is_file():
        return (str(Path(input_path).resolve()),)
    return ()


def _notebook_of(
    exam_notebook: NotebookNode, root: Path, assignment: str
) -> AssignmentNotebook | None:
    """Return the notebook of the assignment that has the tests of the exam notebook."""
    tests = {exam_cell(cell).grade_id for cell in cells_with_role(exam_notebook, CellRole.TEST)}
    for notebook in read_notebooks(root, assignment):
        cells = notebook.source.cells
        if tests == {grade_id_of(cell) for cell in cells if role_of(cell) is CellRole.TEST}:
            return notebook
    return None


def _mark_parameters_as_setup(exam_notebook: NotebookNode) -> None:
    """Give papermill's cell of parameters the role of the cell that it overrides."""
    for cell in exam_notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()) and not has_exam_cell(cell):
            set_exam_cell(cell, ExamCell(CellRole.SETUP))


def _report(nb_man: NotebookExecutionManager, index: int, cell: NotebookNode) -> None:
    """Notify papermill that a cell has run."""
    if cell.cell_type == "code":
        nb_man.cell_start(nb_man.nb.cells[index], index)
        nb_man.cell_complete(nb_man.nb.cells[index], index)
    elif nb_man.pbar:
        nb_man.pbar.update(1)
