"""A course of one small assignment, made by hand, and an exam that needs no kernel."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.models import CellRole, Verdict, VerdictState
from autograder.notebook.cells import (
    exam_cell,
    exam_metadata,
    set_exam_metadata,
    update_exam_cell,
)

WEEK = "week01_tiny"

DOUBLE = '''def double(x):
    """Twice the number."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION'''
TEST_DOUBLE = """assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(-3) == -6
### END HIDDEN TESTS"""
SHOUT = '''def shout(text):
    """The text in capitals."""
    ### BEGIN SOLUTION
    return text.upper()
    ### END SOLUTION'''
TEST_SHOUT = """assert shout("a") == "A"
### BEGIN HIDDEN TESTS
assert shout("Hm?") == "HM?"
### END HIDDEN TESTS"""
WHY = """**Why?**

### BEGIN SOLUTION
Because of reasons.
### END SOLUTION"""
RELEASED_WHY = "**Why?**\n\nYOUR ANSWER HERE"


def make_cell(kind: str, source: str, role: str | None = None, **marks: Any) -> NotebookNode:
    """Return a cell as it is in source/: `marks` are nbgrader's, `tags` the cell's."""
    tags = marks.pop("tags", None)
    metadata: dict[str, Any] = {"tags": tags} if tags else {}
    if role:
        metadata["dlcourse"] = {"role": role}
    if marks:
        defaults = {"schema_version": 3, "grade": False, "solution": False, "locked": False}
        metadata["nbgrader"] = {**defaults, "task": False, **marks}
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[kind]
    return make(source, metadata=metadata)


def make_source() -> NotebookNode:
    """Return the instructor's notebook of the tiny week: 10 automatic points, 5 written."""
    locked, test = {"locked": True}, {"grade": True, "locked": True}
    cells = [
        make_cell("markdown", "# Tiny"),
        make_cell("code", "import math", "setup", grade_id="setup", **locked),
        make_cell(
            "code",
            'SEED = 0\nPROFILE = "quick"',
            "setup",
            grade_id="parameters",
            tags=["parameters"],
            **locked,
        ),
        make_cell("code", DOUBLE, "answer", grade_id="double", solution=True),
        make_cell("code", TEST_DOUBLE, "test", grade_id="test_double", points=6, **test),
        make_cell("code", "print(double(21))", "demo"),
        make_cell("markdown", "Now text."),
        make_cell("code", SHOUT, "answer", grade_id="shout", solution=True),
        make_cell("code", TEST_SHOUT, "test", grade_id="test_shout", points=4, **test),
        make_cell("markdown", WHY, "written", grade_id="why", points=5, grade=True, solution=True),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return notebook


def make_release(source: NotebookNode) -> NotebookNode:
    """Return what students get, cut the way nbgrader cuts it."""
    notebook = deepcopy(source)
    for cell in notebook.cells:
        text = cell.source
        if "### BEGIN HIDDEN TESTS" in text:
            text = text.split("### BEGIN HIDDEN TESTS")[0].rstrip("\n")
        if "### BEGIN SOLUTION" in text:
            before, rest = text.split("### BEGIN SOLUTION\n")
            stub = (
                "# YOUR CODE HERE\n    raise NotImplementedError()"
                if cell.cell_type == "code"
                else "YOUR ANSWER HERE"
            )
            text = before + stub + rest.split("### END SOLUTION")[1]
        cell.source = text
    return notebook


@dataclass(frozen=True)
class Course:
    """A course directory in nbgrader's layout, with one week of one notebook."""

    root: Path
    source: NotebookNode
    release: NotebookNode
    week: str = WEEK
    notebook: str = "tiny"

    @property
    def source_path(self) -> Path:
        return self.root / "source" / self.week / f"{self.notebook}.ipynb"

    def graded_path(self, student: str) -> Path:
        return self.root / "autograded" / student / self.week / f"{self.notebook}.ipynb"

    def submission_path(self, student: str) -> Path:
        return self.root / "submitted" / student / self.week / f"{self.notebook}.ipynb"

    def submit(
        self,
        student: str,
        answers: Mapping[str, str] | None = None,
        change: Callable[[NotebookNode], object] | None = None,
    ) -> Path:
        """Submit the release with `answers` filled in and whatever `change` does to it."""
        notebook = deepcopy(self.release)
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = (answers or {}).get(grade_id, cell.source)
        if change:
            change(notebook)
        return self.submit_text(student, json.dumps(notebook))

    def submit_text(self, student: str, text: str) -> Path:
        """Submit a file of any text."""
        path = self.submission_path(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def publish(self) -> None:
        """Write source/ and release/ as they are now."""
        for folder, notebook in (("source", self.source), ("release", self.release)):
            path = self.root / folder / self.week / f"{self.notebook}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, path)


def run_in_one_namespace(exam_notebook: NotebookNode, **_: Any) -> NotebookNode:
    """Stand in for an exam: run all cells here, so that a test of grading needs no kernel."""
    executed, namespace = deepcopy(exam_notebook), {}
    for cell in executed.cells:
        if cell.cell_type != "code":
            continue
        exam, error = exam_cell(cell), None
        try:
            exec(cell.source, namespace)
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
        if exam.role is CellRole.TEST:
            state = VerdictState.FAILED if error else VerdictState.PASSED
            points = 0.0 if error else exam.points
            verdict = Verdict(exam.grade_id, exam.points, state, points, reason=error or "")
            update_exam_cell(cell, verdict=verdict)
            cell.outputs = []
        if error:
            output = nbformat.v4.new_output("error", ename="E", evalue=error, traceback=[error])
            cell.outputs.append(output)
    metadata = replace(exam_metadata(executed), seconds=0.1, peak_memory=1_000)
    set_exam_metadata(executed, metadata)
    return executed
