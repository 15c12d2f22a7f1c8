"""Define the paths of a course: nbgrader's layout, and the files of the autograder."""

import os
from dataclasses import dataclass
from pathlib import Path

COURSE = "course"
LESSON = "lesson"

_PRIVATE = (
    *(COURSE, "source", "submitted", "autograded", "feedback", "report", ".autograder", ".git"),
    *("gradebook.db", "autograder.toml", "nbgrader_config.py"),
)


@dataclass(frozen=True)
class CoursePaths:
    """The paths below the root of a course. Nothing is read or created here."""

    root: Path

    @property
    def course(self) -> Path:
        """The text that instructors write."""
        return self.root / COURSE

    @property
    def source(self) -> Path:
        """The instructor's notebooks, by assignment."""
        return self.root / "source"

    @property
    def release(self) -> Path:
        """The notebooks that students are given, by assignment."""
        return self.root / "release"

    @property
    def submitted(self) -> Path:
        """The submitted notebooks, by student and assignment."""
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
    def result_cache(self) -> Path:
        """Executed exam notebooks, by digest."""
        return self.root / ".autograder" / "results"

    @property
    def private(self) -> tuple[str, ...]:
        """What student code must never see: the course, and what in it may be a link elsewhere.

        Real paths: they are the same from every working directory.
        """
        paths = (self.root, *(self.root / name for name in _PRIVATE))
        return tuple(dict.fromkeys(os.path.realpath(path) for path in paths))

    @property
    def syllabus(self) -> Path:
        """The page with the table of outcomes."""
        return self.course / "syllabus.md"

    @property
    def glossary(self) -> Path:
        """The page that the glossaries in `source/` and `release/` are built from."""
        return self.course / "glossary.md"

    def text_folder(self, assignment: str) -> Path:
        """Return the folder of the text that an assignment is built from."""
        return self.course / assignment

    def lesson_text(self, assignment: str) -> Path:
        """Return the file that the lesson's notebook is built from."""
        return self.text_folder(assignment) / f"{LESSON}.py"

    def source_folder(self, assignment: str) -> Path:
        """Return the folder of an assignment's source."""
        return self.source / assignment

    def release_folder(self, assignment: str) -> Path:
        """Return the folder of an assignment's release."""
        return self.release / assignment

    def source_notebook(self, assignment: str, notebook: str) -> Path:
        """Return the path of an instructor's notebook."""
        return self.source_folder(assignment) / f"{notebook}.ipynb"

    def released_notebook(self, assignment: str, notebook: str) -> Path:
        """Return the path of the notebook that students were given."""
        return self.release_folder(assignment) / f"{notebook}.ipynb"

    def submitted_folder(self, student: str, assignment: str) -> Path:
        """Return the folder of a student's submission."""
        return self.submitted / student / assignment

    def graded_notebook(self, student: str, assignment: str, notebook: str) -> Path:
        """Return the path of a graded notebook."""
        return self.autograded / student / assignment / f"{notebook}.ipynb"

    def feedback_page(self, student: str, assignment: str, notebook: str) -> Path:
        """Return the path of a student's feedback page."""
        return self.feedback / student / assignment / f"{notebook}.html"

    def misconceptions(self, assignment: str) -> Path:
        """Return the file of an assignment's known answers."""
        return self.text_folder(assignment) / "misconceptions.py"

    def answer_key(self, assignment: str, digest: str) -> Path:
        """Return the path of the answer key of an assignment, by the digest of what decides it."""
        return self.root / ".autograder" / "answer_keys" / f"{assignment}-{digest}.json"

    def class_report(self, assignment: str) -> Path:
        """Return the path of the report on a class."""
        return self.root / "report" / f"{assignment}.html"
