"""Make exam notebooks of a few cells that have not been run."""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tests.support.candidate_stub import SETUP

NOT_RUN = nbformat.v4.new_output("error", ename="NotRun", evalue="not run", traceback=["not run"])


def exam_notebook(*cells, seed=0):
    """Return an exam notebook: each cell is (role, source), a test's grade id counts up."""
    made = []
    for place, (role, source) in enumerate((("setup", SETUP), *cells)):
        grade_id = f"{role}_{place}"
        exam = {"role": role, "grade_id": grade_id, "points": 3.0 if role == "test" else 0.0}
        outputs = [NOT_RUN] if role == "test" else []
        marks = {"grade": role == "test", "grade_id": grade_id, "points": 3}
        made.append(
            new_code_cell(source, metadata={"exam": exam, "nbgrader": marks}, outputs=outputs)
        )
    metadata = {"exam": {"assignment": "w", "names": ["f", "g", "seen"], "seed": seed}}
    return new_notebook(cells=made, metadata=metadata)
