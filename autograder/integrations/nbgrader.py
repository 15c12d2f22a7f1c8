"""Run exams in nbgrader: in `nbgrader autograde`, and behind the Autograde button of formgrader.

nbgrader grades in two stages, each a list of preprocessors (see `nbgrader_config.py`). In the
first, `ExamNotebookPreprocessor` replaces the submission by its exam notebook. In the second,
`ExamPreprocessor` runs the exam, and nbgrader's own `SaveAutoGrades` reads the points from the
outputs. Nothing here opens the gradebook.
"""

from dataclasses import fields
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum
from traitlets import Float, Int

from autograder.config import Settings, allowed_values, read_settings, with_changes
from autograder.course.assignment import read_notebook
from autograder.exam.attempt import ExamConfig, attempt_exam, prepare
from autograder.notebook.cells import add_findings, exam_metadata, marks_of, points_of
from autograder.sandbox.limits import Limits
from autograder.verification.calibrate import exam_config_for

NbGraderResources = dict[str, Any]
"""What nbconvert passes from one preprocessor to the next."""


class ExamNotebookExporter(NotebookExporter):  # type: ignore[misc]
    """Read notebooks, but never a submission: one that cannot be read must not stop nbgrader."""

    def from_file(
        self, file_stream: Any, resources: NbGraderResources | None = None, **more: Any
    ) -> tuple[NotebookNode, NbGraderResources]:
        """Return the notebook of a file; of a submission, its exam notebook."""
        if any(isinstance(step, ExamNotebookPreprocessor) for step in self._preprocessors):
            nothing = nbformat.v4.new_notebook()
            converted = self.from_notebook_node(nothing, resources=resources, **more)
        else:
            converted = super().from_file(file_stream, resources=resources, **more)
        notebook, resources = converted
        return notebook, resources


class ExamNotebookPreprocessor(NbGraderPreprocessor):  # type: ignore[misc]
    """Replace a submission by its exam notebook.

    This one preprocessor stands in for five of nbgrader's, which trust the metadata of the
    submission, and stop the whole batch if a cell occurs twice.
    """

    def preprocess(
        self, nb: NotebookNode, resources: NbGraderResources
    ) -> tuple[NotebookNode, NbGraderResources]:
        """Return the exam notebook of the submitted file; `nb` is empty and ignored."""
        del nb
        file = resources["metadata"]
        config = _exam_config(self, resources)
        prepared = prepare(Path(file["path"]) / f"{file['name']}.ipynb", config)
        exam_notebook = prepared.exam_notebook
        add_findings(exam_notebook, prepared.findings)
        unanswered = exam_metadata(exam_notebook).unanswered
        for cell in exam_notebook.cells:
            marks = marks_of(cell)
            marks.pop("checksum", None)
            if marks.get("grade_id") in unanswered:
                # nbgrader takes a cell that fits its checksum for one without a response.
                marks["checksum"] = compute_checksum(cell)
        return exam_notebook, resources


def _limit_options() -> dict[str, Float | Int]:
    """Return an option of nbgrader for each limit that is a setting of the course."""
    limits = {limit.name for limit in fields(Limits)}
    return {
        setting.name: (Float if setting.name.endswith("_seconds") else Int)(
            None,
            allow_none=True,
            config=True,
            help=f"Replaces the setting of autograder.toml: {allowed_values(setting.name)}.",
        )
        for setting in fields(Settings)
        if setting.name in limits
    }


class ExamPreprocessor(NbGraderPreprocessor):  # type: ignore[misc]
    """Run the exam, in place of nbgrader's Execute.

    The limits are those of the course's `autograder.toml`, unless they are set here:
    `c.ExamPreprocessor.cell_seconds = 30`.
    """

    vars().update(_limit_options())

    def preprocess(
        self, nb: NotebookNode, resources: NbGraderResources
    ) -> tuple[NotebookNode, NbGraderResources]:
        """Return the executed exam notebook; a notebook without points (a lesson) is not run."""
        if not any(map(points_of, nb.cells)):
            return nb, resources
        options = {name: getattr(self, name) for name in self.class_own_traits(config=True)}
        given = {name: limit for name, limit in options.items() if limit is not None}
        config = _exam_config(self, resources)
        settings = with_changes(config.settings, given, where="ExamPreprocessor")
        executed = attempt_exam(
            nb,
            settings=settings,
            answer_key=config.answer_key,
            support=config.notebook.support,
        )
        return executed, resources


def _exam_config(step: NbGraderPreprocessor, resources: NbGraderResources) -> ExamConfig:
    """Return the exam of the notebook that a preprocessor of nbgrader is called with."""
    root = Path(_course_root(step))
    names = resources["nbgrader"]
    notebook = read_notebook(root, names["assignment"], names["notebook"])
    return exam_config_for(root, notebook, read_settings(root))


def _course_root(step: Any) -> str:
    while step is not None:  # a preprocessor belongs to an exporter, which belongs to a converter
        if getattr(step, "coursedir", None) is not None:
            return str(step.coursedir.root)
        step = step.parent
    return "."
