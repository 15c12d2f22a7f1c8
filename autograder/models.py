"""Define the frozen values that one stage of grading passes to the next."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal


class CellRole(StrEnum):
    """What a cell of an exam notebook is for."""

    SETUP = "setup"
    """Runs in the candidate and in the examiner, from the trusted source."""

    ANSWER = "answer"
    """The student's code, graded by tests."""

    WRITTEN = "written"
    """The student's text, graded by a person."""

    TEST = "test"
    """Runs in the examiner only, from the trusted source."""

    ADDED = "added"
    """A code cell that the student inserted."""

    NOTE = "note"
    """Text that the student added: beside a written answer, or a note."""

    DEMO = "demo"
    """An unmarked code cell of the source: runs in the candidate only."""

    PROSE = "prose"
    """Markdown and raw cells: run nowhere."""


class VerdictState(StrEnum):
    """How a test cell ended."""

    PASSED = "passed"
    """It ran to its end: full or partial credit."""

    FAILED = "failed"
    """A check failed, or student code raised."""

    NOT_ATTEMPTED = "not attempted"
    """The answer is still the stub of the release."""

    NOT_RUN = "not run"
    """The exam ended before this cell."""

    VOID = "void"
    """A rule of the protocol was broken, or a limit was exceeded."""

    TEST_ERROR = "test error"
    """The test itself has an error: the instructor must fix it."""


class FindingKind(StrEnum):
    """What a finding is about."""

    # the submitted file
    BAD_TIMESTAMP = "bad-timestamp"
    CHANGED_CELL_TYPE = "changed-cell-type"
    CHANGED_METADATA = "changed-metadata"
    DELETED_ANSWER_CELL = "deleted-answer-cell"
    DELETED_TEST_CELL = "deleted-test-cell"
    DROPPED_ATTACHMENT = "dropped-attachment"
    DUPLICATE_CELL = "duplicate-cell"
    EDITED_LOCKED_CELL = "edited-locked-cell"
    FORGED_TEST_CELL = "forged-test-cell"
    LEFT_OUT_FILES = "left-out-files"
    MISSING_NOTEBOOK = "missing-notebook"
    MORE_FINDINGS = "more-findings"
    NO_KNOWN_CELLS = "no-known-cells"
    REORDERED_CELLS = "reordered-cells"
    SKIP_EXECUTION_TAG = "skip-execution-tag"
    TEXT_OUTSIDE_ANSWER = "text-outside-answer"
    TOO_MANY_CELLS = "too-many-cells"
    UNKNOWN_GRADE_ID = "unknown-grade-id"
    UNKNOWN_NOTEBOOK = "unknown-notebook"
    UNREADABLE_NOTEBOOK = "unreadable-notebook"
    UNREADABLE_TEXT = "unreadable-text"
    # the exam
    EXAM_NOT_RUN = "exam-not-run"
    KERNEL_DIED = "kernel-died"
    KILLED_WORKERS = "killed-its-workers"
    LIMIT = "limit"
    STARVED = "starved"
    TEST_ERROR = "test-error"
    TEST_NEEDS_FILE = "test-needs-file"
    # the grading
    NOT_GRADED = "not-graded"
    NOT_WRITTEN = "not-written"


@dataclass(frozen=True)
class Finding:
    """Something an instructor should know about a submission.

    `message` is one sentence with the details.
    """

    kind: FindingKind
    message: str
    grade_id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values."""
        return {"kind": self.kind.value, "message": self.message, "grade_id": self.grade_id}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Finding":
        """Return the finding that `to_json` wrote."""
        return cls(FindingKind(data["kind"]), data["message"], data.get("grade_id"))


@dataclass(frozen=True)
class Submission:
    """A student's notebook: `submitted/<student>/<assignment>/<notebook>.ipynb`."""

    student: str
    assignment: str
    notebook: str
    path: Path


@dataclass(frozen=True)
class AddedCell:
    """A cell that the student added, and its place.

    `after` is the grade id of the nearest known cell above it. `n_unmarked_before` is how many of
    the cells without a grade id that follow that cell in the trusted source are above it too.
    `is_beside` is whether it is text that belongs to the written answer `after`.
    """

    after: str | None
    source: str
    cell_type: Literal["code", "markdown"] = "code"
    n_unmarked_before: int = 0
    is_beside: bool = False


@dataclass(frozen=True)
class Answers:
    """Everything that grading uses of a submission: source text, by grade id.

    A cell that the student deleted has no entry in `cells`. `unanswered` has the grade ids of the
    answers, code and written, that are deleted, blank, or still as released, unless there is text
    of the student's beside a written one.
    """

    cells: Mapping[str, str]
    added: tuple[AddedCell, ...] = ()
    findings: tuple[Finding, ...] = ()
    unanswered: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """What the examiner concluded about one test cell.

    `reason` may be shown to the student: it has no text or values of a hidden test. `details` is
    everything, for the instructor. `transcript` is what the student's code returned, call by call.
    """

    grade_id: str
    max_points: float
    state: VerdictState
    points: float = 0.0
    reason: str = ""
    details: str = ""
    seconds: float = 0.0
    misconception: str | None = None
    hint: str = ""
    transcript: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def passed(self) -> bool:
        """Whether the cell earned all its points."""
        return self.state is VerdictState.PASSED and self.points >= self.max_points

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values."""
        return {**asdict(self), "state": self.state.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Verdict":
        """Return the verdict that `to_json` wrote."""
        return cls(
            **{
                **data,
                "state": VerdictState(data["state"]),
                "transcript": tuple(data.get("transcript", ())),
            }
        )


@dataclass(frozen=True)
class Result:
    """The result of the exam of one submission.

    peak_memory   bytes, of the candidate process and all its descendants
    unanswered    grade ids of answers that have nothing to read
    """

    student: str
    assignment: str
    notebook: str
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    peak_memory: int = 0
    unanswered: frozenset[str] = frozenset()

    @property
    def score(self) -> float:
        """The automatic points that were earned."""
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def max_score(self) -> float:
        """The automatic points that could be earned."""
        return sum(verdict.max_points for verdict in self.verdicts)
