"""nbgrader's way in: `nbgrader autograde` and formgrader's button hold the same exam.

nbgrader grades in two stages, each a list of preprocessors (see `nbgrader_config.py`). First
`PaperPreprocessor` replaces the submission by its paper, then `ExamPreprocessor` sits it;
nbgrader's own `SaveAutoGrades` reads the points from the outputs. Nothing here opens the gradebook.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum
from traitlets import Float, Int

from autograder.config import read_settings
from autograder.course.assignment import read_notebook
from autograder.exam.attempt import ExamConfig, attempt_exam, prepare
from autograder.notebook.cells import add_findings, exam_metadata, marks_of, points_of
from autograder.verification.calibrate import exam_config_for

Resources = dict[str, Any]


class ExamNotebookExporter(NotebookExporter):  # type: ignore[misc]
    """Never parses a submission: what cannot be read must not stop nbgrader, but score zero."""

    def from_file(
        self, file_stream: Any, resources: Resources | None = None, **more: Any
    ) -> tuple[NotebookNode, Resources]:
        """Return the notebook of a file; of a submission, its paper."""
        if any(isinstance(step, ExamNotebookPreprocessor) for step in self._preprocessors):
            nothing = nbformat.v4.new_notebook()
            converted = self.from_notebook_node(nothing, resources=resources, **more)
        else:
            converted = super().from_file(file_stream, resources=resources, **more)
        notebook, resources = converted
        return notebook, resources


class ExamNotebookPreprocessor(NbGraderPreprocessor):  # type: ignore[misc]
    """Replaces a submission by the paper made of it. Stands in for five steps of nbgrader's.

    Those trust the submission's metadata, and abort the whole batch over a cell that is there
    twice.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Return the paper of the submitted file; `nb` is what nbgrader read of it, if anything."""
        del nb
        file = resources["metadata"]
        prepared = prepare(Path(file["path"]) / f"{file['name']}.ipynb", _exam(self, resources))
        exam_notebook = prepared.exam_notebook
        add_findings(exam_notebook, prepared.findings)
        unanswered = exam_metadata(exam_notebook).unanswered
        for cell in exam_notebook.cells:
            marks = marks_of(cell)
            marks.pop("checksum", None)
            if marks.get("grade_id") in unanswered:
                # nbgrader's sign of "no response": the text is what the checksum was made of.
                marks["checksum"] = compute_checksum(cell)
        return exam_notebook, resources


class ExamPreprocessor(NbGraderPreprocessor):  # type: ignore[misc]
    """Sits the exam, in place of nbgrader's Execute.

    Its limits are those of the course's `autograder.toml`, unless set here.
    """

    cell_seconds = Float(None, allow_none=True, config=True, help="one cell may take")
    exam_seconds = Float(None, allow_none=True, config=True, help="a whole exam may take")
    output_bytes = Int(None, allow_none=True, config=True, help="a cell may print or draw")
    memory_bytes = Int(None, allow_none=True, config=True, help="a kernel may hold")
    processes = Int(None, allow_none=True, config=True, help="and threads a kernel may start")
    scratch_bytes = Int(None, allow_none=True, config=True, help="of files a kernel may write")

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Return the paper executed; a notebook without points, a lesson, stays as it is."""
        if not any(map(points_of, nb.cells)):
            return nb, resources
        limits = {name: getattr(self, name) for name in self.class_own_traits(config=True)}
        given = {name: limit for name, limit in limits.items() if limit is not None}
        exam = _exam(self, resources, **given)
        return attempt_exam(nb, settings=exam.settings, answer_key=exam.answer_key), resources


def _exam(step: NbGraderPreprocessor, resources: Resources, **limits: Any) -> ExamConfig:
    """Return the exam of the notebook that a step of nbgrader's is at, with these limits."""
    root = Path(_course_root(step))
    one = resources["nbgrader"]
    notebook = read_notebook(root, one["assignment"], one["notebook"])
    return exam_config_for(root, notebook, replace(read_settings(root), **limits))


def _course_root(step: Any) -> str:
    while step is not None:  # a step belongs to an exporter, which belongs to a converter
        if getattr(step, "coursedir", None) is not None:
            return str(step.coursedir.root)
        step = step.parent
    return "."
