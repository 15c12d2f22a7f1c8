"""nbgrader's configuration: this directory is the course, and grading is an exam.

`nbgrader autograde WEEK`, formgrader's Autograde button and `autograder grade WEEK` give the same
points. `CourseDirectory.db_url` may be set to any SQLAlchemy URL.
"""

from pathlib import Path

c = get_config()  # noqa: F821 - nbgrader defines it

c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# What was only built is entered into the gradebook the first time that it is graded.
c.Autograde.pre_convert_hook = "autograder.gradebook.enter_week"

# A submission is replaced by its paper: the trusted source, with the student's answers in it.
c.Autograde.exporter_class = "autograder.integrations.nbgrader.ExamNotebookExporter"
c.Autograde.sanitize_preprocessors = [
    "autograder.integrations.nbgrader.ExamNotebookPreprocessor",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# The paper is sat; the points come from the outputs, as always with nbgrader.
c.Autograde.autograde_preprocessors = [
    "autograder.integrations.nbgrader.ExamPreprocessor",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Rubrics stand under the question that they are for, not in task cells.
c.ClearMarkScheme.enforce_metadata = False
