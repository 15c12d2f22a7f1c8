"""The exceptions of the package, as one tree.

AutograderError                 anything an instructor can read and act on
├── UsageError                  a name, path or option that does not exist
├── BuildError                  course text that cannot become a notebook (file, line)
├── IntakeError                 a submitted file that is not a notebook
├── GradebookError              the gradebook cannot be opened or written
├── LedgerError                 an exam that was held cannot be kept
├── ClusterError                the scheduler that was to hand out exams is not there
└── ExamError                   an exam that could not be run (no kernel, a set-up cell fails)

`autograder.exam.protocol.framing` defines two more, which never leave an exam: `NotTransferable`,
an error of the test, and `ProtocolViolation`, which voids a test cell whatever catches it.
"""

from pathlib import Path


class AutograderError(Exception):
    """The common ancestor: its text is one sentence for the person who can act."""


class UsageError(AutograderError):
    """A week, student, file or option that does not exist."""


class BuildError(AutograderError):
    """Course text that cannot become a notebook."""

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
    """The ledger of exams cannot be written."""


class ClusterError(AutograderError):
    """A scheduler that does not answer, or a worker that cannot be used."""


class ExamError(AutograderError):
    """An exam could not be run: no kernel or examiner, or a set-up cell failed in the examiner."""
