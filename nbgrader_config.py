"""Configure nbgrader: this directory is the course, and submissions are graded by exams.

`nbgrader autograde ASSIGNMENT`, the Autograde button of formgrader and `autograder grade
ASSIGNMENT` give the same points. `CourseDirectory.db_url` may be any SQLAlchemy URL.
"""

from pathlib import Path

c = get_config()  # noqa: F821 - nbgrader defines it

c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# An assignment that was only built is entered into the gradebook when it is first graded.
c.Autograde.pre_convert_hook = "autograder.gradebook.register_assignment"

# A submission is replaced by its exam notebook: the trusted source with the student's answers.
c.Autograde.exporter_class = "autograder.integrations.nbgrader.ExamNotebookExporter"
c.Autograde.sanitize_preprocessors = [
    "autograder.integrations.nbgrader.ExamNotebookPreprocessor",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# The exam is run; nbgrader reads the points from the outputs, as it always does.
c.Autograde.autograde_preprocessors = [
    "autograder.integrations.nbgrader.ExamPreprocessor",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Rubrics are written below the question that they belong to, not in task cells.
c.ClearMarkScheme.enforce_metadata = False
