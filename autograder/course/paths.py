"""Name the folders and files of a course: nbgrader's layout, and what the autograder keeps."""

from dataclasses import dataclass
from pathlib import Path

LESSON = "lesson.ipynb"


@dataclass(frozen=True)
class CoursePaths:
    """Where things lie below the root of a course. Nothing is read or made here."""

    root: Path

    @property
    def course(self) -> Path:
        """The text that instructors write."""
        return self.root / "course"

    @property
    def source(self) -> Path:
        """The instructor's notebooks, by assignment."""
        return self.root / "source"

    @property
    def release(self) -> Path:
        """What students are given, by assignment."""
        return self.root / "release"

    @property
    def submitted(self) -> Path:
        """What students handed in, by student and assignment."""
        return self.root / "submitted"

    @property
    def autograded(self) -> Path:
        """The graded notebooks, by student and assignment."""
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        """The feedback pages, by student and assignment."""
        return self.root / "feedback"

    @property
    def settings(self) -> Path:
        """The course's settings."""
        return self.root / "autograder.toml"

    @property
    def result_cache(self) -> Path:
        """Executed exam notebooks, by digest."""
        return self.root / ".autograder" / "results"

    def source_notebook(self, assignment: str, notebook: str) -> Path:
        """Return the path of an instructor's notebook."""
        return self.source / assignment / f"{notebook}.ipynb"

    def released_notebook(self, assignment: str, notebook: str) -> Path:
        """Return the path of the notebook that students were given."""
        return self.release / assignment / f"{notebook}.ipynb"

    def submitted_folder(self, student: str, assignment: str) -> Path:
        """Return the folder of what a student handed in."""
        return self.submitted / student / assignment

    def graded_notebook(self, student: str, assignment: str, notebook: str) -> Path:
        """Return the path of a graded notebook."""
        return self.autograded / student / assignment / f"{notebook}.ipynb"

    def feedback_page(self, student: str, assignment: str, notebook: str) -> Path:
        """Return the path of a student's feedback page."""
        return self.feedback / student / assignment / f"{notebook}.html"

    def misconceptions(self, assignment: str) -> Path:
        """Return the file of an assignment's known answers."""
        return self.course / assignment / "misconceptions.py"

    def answer_key(self, assignment: str, digest: str) -> Path:
        """Return the path of the answer key of an assignment, by the digest of what decides it."""
        return self.root / ".autograder" / "answer_keys" / f"{assignment}-{digest}.json"

    def class_report(self, assignment: str) -> Path:
        """Return the path of the report about a class."""
        return self.root / "report" / f"{assignment}.html"
