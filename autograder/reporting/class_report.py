"""Summarize the results of a class: students, questions, misconceptions, findings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from autograder.models import Finding, FindingKind, Result, Verdict, VerdictState

UNGRADED = (
    FindingKind.EXAM_NOT_RUN,
    FindingKind.KILLED_WORKERS,
    FindingKind.NOT_GRADED,
)
"""The findings of submissions whose exam was not run."""


@dataclass(frozen=True)
class StudentLine:
    """One student: automatic points, and the questions that did not earn full points."""

    student: str
    score: float
    max_score: float
    failed: tuple[str, ...]
    findings: tuple[Finding, ...]
    seconds: float
    peak_memory: int


@dataclass(frozen=True)
class QuestionLine:
    """One question: how many students of the class missed points, and how many did not try.

    mean    the share of its points that the class earned, from 0 to 1
    """

    name: str
    missed: int
    not_attempted: int
    students: int
    mean: float

    @property
    def share(self) -> float:
        """The share of the class that missed points, from 0 to 1."""
        return self.missed / self.students if self.students else 0.0


@dataclass(frozen=True)
class MisconceptionLine:
    """A misconception, and how many students of the class had it."""

    question: str
    misconception: str
    hint: str
    count: int
    students: int

    @property
    def sentence(self) -> str:
        """The line as one sentence."""
        hint = f" — {self.hint}" if self.hint else ""
        return f"{self.count} of {self.students}: {self.misconception}{hint}"


@dataclass(frozen=True)
class ClassReport:
    """The summary of a graded assignment."""

    assignment: str
    students: tuple[StudentLine, ...]
    questions: tuple[QuestionLine, ...]
    misconceptions: tuple[MisconceptionLine, ...]

    @property
    def findings(self) -> tuple[tuple[str, Finding], ...]:
        """All findings, each with its student."""
        return tuple((line.student, finding) for line in self.students for finding in line.findings)

    @property
    def ungraded(self) -> tuple[str, ...]:
        """The students whose submissions could not be graded."""
        return tuple(name for name, finding in self.findings if finding.kind in UNGRADED)

    @property
    def mean(self) -> float:
        """The mean of the scores; 0 for an empty class."""
        scores = [line.score for line in self.students]
        return sum(scores) / len(scores) if scores else 0.0

    @property
    def max_score(self) -> float:
        """The automatic points that could be earned."""
        return max((line.max_score for line in self.students), default=0.0)


def class_report(assignment: str, results: Iterable[Result]) -> ClassReport:
    """Return the report of a class; several notebooks of one student are added up."""
    ordered = sorted(results, key=lambda result: result.student)
    students = [
        _student(name, list(group)) for name, group in groupby(ordered, lambda r: r.student)
    ]
    verdicts = [verdict for result in ordered for verdict in result.verdicts]
    return ClassReport(
        assignment=assignment,
        students=tuple(students),
        questions=_questions(verdicts),
        misconceptions=_misconceptions(verdicts, len(students)),
    )


def question_name(grade_id: str) -> str:
    """Return the name of the exercise that a test cell with this grade id belongs to."""
    return grade_id.removeprefix("test_").removeprefix("test-")


def _student(name: str, results: Sequence[Result]) -> StudentLine:
    verdicts = [verdict for result in results for verdict in result.verdicts]
    return StudentLine(
        student=name,
        score=sum(result.score for result in results),
        max_score=sum(result.max_score for result in results),
        failed=tuple(question_name(v.grade_id) for v in verdicts if v.points < v.max_points),
        findings=tuple(finding for result in results for finding in result.findings),
        seconds=sum(result.seconds for result in results),
        peak_memory=max(result.peak_memory for result in results),
    )


def _questions(verdicts: Iterable[Verdict]) -> tuple[QuestionLine, ...]:
    """Return the questions, the hardest first; equally hard ones in the order of the notebook."""
    by_question: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_question.setdefault(verdict.grade_id, []).append(verdict)
    lines = [
        QuestionLine(
            name=question_name(grade_id),
            missed=sum(v.points < v.max_points for v in given),
            not_attempted=sum(v.state is VerdictState.NOT_ATTEMPTED for v in given),
            students=len(given),
            mean=sum(v.points for v in given) / (sum(v.max_points for v in given) or 1.0),
        )
        for grade_id, given in by_question.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.share, line.mean)))


def _misconceptions(verdicts: Iterable[Verdict], students: int) -> tuple[MisconceptionLine, ...]:
    """Return the misconceptions, the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    hints: dict[tuple[str, str], str] = {}
    for verdict in verdicts:
        if verdict.misconception:
            key = (question_name(verdict.grade_id), verdict.misconception)
            counts[key] = counts.get(key, 0) + 1
            hints.setdefault(key, verdict.hint)
    lines = [MisconceptionLine(*key, hints[key], count, students) for key, count in counts.items()]
    return tuple(sorted(lines, key=lambda line: (-line.count, line.question, line.misconception)))
