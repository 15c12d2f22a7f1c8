"""Define the exceptions of the package, as one tree.

AutograderError                 anything that an instructor can read and act on
├── UsageError                  a name, path, option or setting that does not exist or is not valid
├── BuildError                  course text that cannot become a notebook (file, line)
├── SubmissionError             a submitted file that cannot be read as a notebook
├── GradebookError              the gradebook cannot be opened or written
├── ResultCacheError            the result of an exam cannot be written to the result cache
├── ClusterError                a scheduler that does not answer, or a worker that cannot be used
├── UnusableTests               tests that the course's own solution fails
└── ExamError                   an exam that cannot be run (no kernel, a set-up cell that fails)

Two more belong to the protocol between candidate and examiner, in
`autograder.exam.protocol.framing`: `NotTransferable`, an error of the test, and
`ProtocolViolation`, which makes the verdict of a cell void whatever code catches it.
"""

from pathlib import Path


class AutograderError(Exception):
    """The base class. The message is one sentence for the person who can act on it."""


class UsageError(AutograderError):
    """An assignment, student, file, option or setting that does not exist or is not valid."""


class BuildError(AutograderError):
    """Course text that cannot become a notebook, with its file and line."""

    def __init__(self, message: str, path: Path | str, line: int) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.message, self.path, self.line = message, str(path), line

    def __reduce__(self) -> tuple[type["BuildError"], tuple[str, str, int]]:
        return type(self), (self.message, self.path, self.line)


class SubmissionError(AutograderError):
    """A submitted file that cannot be read as a notebook."""


class GradebookError(AutograderError):
    """The gradebook cannot be opened or written."""


class ResultCacheError(AutograderError):
    """The result of an exam cannot be written to the result cache."""


class ClusterError(AutograderError):
    """A scheduler that does not answer, or a worker that cannot be used."""


class UnusableTests(AutograderError):
    """Tests that the course's own solution fails, so that no student can pass them."""


class ExamError(AutograderError):
    """An exam that cannot be run: no kernel or examiner starts, or a set-up cell fails."""
