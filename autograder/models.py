"""The frozen values that cross from one stage of grading to the next."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

Role = Literal["setup", "answer", "written", "test", "added", "demo", "prose"]
"""What a cell of a paper is for.

setup    runs in both rooms, from the trusted source
answer   the student's code, graded by tests
written  the student's words, marked by hand
test     runs in the examiner only, from the trusted source
added    a code cell that the student put between the others
demo     an unmarked cell of the source: runs in the candidate only
prose    markdown and raw cells: run nowhere
"""

State = Literal[
    "passed",  # ran to its end: full or partial credit
    "failed",  # a check said no, or student code raised
    "not attempted",  # the answer is still the stub of the release
    "not run",  # the exam ended before this cell
    "void",  # a rule of the room was broken, or a limit was hit
    "test error",  # the test itself is at fault: for the instructor
]


@dataclass(frozen=True)
class Finding:
    """Something an instructor should know about a submission.

    `kind` is a short slug ("forged-test-cell"), `message` one sentence with the particulars.
    """

    kind: str
    message: str
    grade_id: str | None = None


@dataclass(frozen=True)
class Submission:
    """A student's notebook as it lies in `submitted/<student>/<assignment>/<notebook>.ipynb`."""

    student: str
    assignment: str
    notebook: str
    path: Path


@dataclass(frozen=True)
class AddedCell:
    """A cell that the student added, and where.

    `after` is the grade id of the known cell before it, `passed` how many of the cells without a
    grade id that follow there in the trusted source lie before it as well.
    """

    after: str | None
    source: str
    cell_type: Literal["code", "markdown"] = "code"
    passed: int = 0


@dataclass(frozen=True)
class Answers:
    """All that is used of a submission: source text, by grade id.

    A cell that the student deleted has no entry in `cells`. `unanswered` are the answers, code
    and written, that are deleted, blank, or still as released.
    """

    cells: Mapping[str, str]
    added: tuple[AddedCell, ...] = ()
    findings: tuple[Finding, ...] = ()
    unanswered: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """What the examiner says about one test cell.

    `reason` is safe for the student: no hidden test's text or values. `details` is everything,
    for the instructor. `transcript` is what the student's code returned, call by call.
    """

    grade_id: str
    max_points: float
    state: State
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
        return self.state == "passed" and self.points >= self.max_points

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Verdict":
        """Return the verdict that `to_json` wrote."""
        return replace(cls(**data), transcript=tuple(data.get("transcript", ())))


@dataclass(frozen=True)
class Result:
    """One submission, examined."""

    student: str
    assignment: str
    notebook: str
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    peak_memory: int = 0  # bytes, of the candidate and all its descendants
    unanswered: frozenset[str] = frozenset()  # grade ids: nothing there for a marker to read

    @property
    def score(self) -> float:
        """Automatic points earned."""
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def max_score(self) -> float:
        """Automatic points that could be earned."""
        return sum(verdict.max_points for verdict in self.verdicts)
