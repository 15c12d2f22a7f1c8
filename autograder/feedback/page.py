"""Turn an examined notebook into what a page of feedback says; it knows no HTML template.

A page is made of what the student has anyway, the release and their own text, and of what the
verdicts say. Nothing is copied from the instructor's notebook, so nothing hidden can slip out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from nbformat import NotebookNode

from autograder.feedback.marks import Mark, Marks
from autograder.harmless import harmless_outputs, plain_text
from autograder.records import Submission, Verdict

OUTPUT_LIMIT = 400_000  # characters of text and pictures that one cell shows

Standing = Literal["full", "part", "none", "open", "problem"]
_WORDS = {
    "passed": "all points",
    "failed": "not yet right",
    "not attempted": "not attempted",
    "not run": "not run",
    "void": "stopped",
    "test error": "the test is at fault",
}


@dataclass(frozen=True)
class Question:
    """One graded cell: what it earned and why.

    points    None until a written answer is marked
    standing  how it is drawn; `words` says the same in words
    slip      the hint of a recognised misconception
    """

    grade_id: str
    title: str
    max_points: float
    points: float | None
    standing: Standing
    words: str
    reason: str = ""
    hint: str = ""
    slip: str = ""
    comment: str = ""
    by_hand: bool = False

    @property
    def name(self) -> str:
        """The exercise's name, as students know it."""
        return self.grade_id.removeprefix("test_").removeprefix("test-")


@dataclass(frozen=True)
class Block:
    """One stretch of the page, in the order of the notebook.

    kind      prose | setup | answer | added | written | question
    """

    kind: str
    text: str = ""
    outputs: tuple[NotebookNode, ...] = ()
    question: Question | None = None
    comment: str = ""
    withheld: bool = False


@dataclass(frozen=True)
class Page:
    """Everything that one student reads about one notebook."""

    submission: Submission
    title: str
    blocks: tuple[Block, ...]
    late_penalty: float

    @property
    def questions(self) -> tuple[Question, ...]:
        """The graded cells in order."""
        return tuple(block.question for block in self.blocks if block.question is not None)

    @property
    def earned(self) -> float:
        """Points known so far, before any penalty."""
        return sum(question.points or 0.0 for question in self.questions)

    @property
    def total(self) -> float:
        """Points known so far, after the late penalty."""
        return max(self.earned - self.late_penalty, 0.0)

    @property
    def max_points(self) -> float:
        """Points that could be earned."""
        return sum(question.max_points for question in self.questions)

    @property
    def withholds(self) -> bool:
        """Whether some cell is shown without its output."""
        return any(block.withheld for block in self.blocks)

    @property
    def unmarked(self) -> float:
        """Points of the written answers that nobody has marked yet."""
        return sum(q.max_points for q in self.questions if q.points is None)


def page_of(
    examined: NotebookNode, release: NotebookNode | None, marks: Marks, submission: Submission
) -> Page:
    """Return what a student reads about an examined notebook.

    Parameters
    ----------
    examined
        As it lies in `autograded/`: roles and verdicts in the cells' "exam" metadata.
    release
        The notebook that was handed out; without it only the student's own cells are shown.
    """
    blocks = tuple(_blocks(examined, _Public(release), marks))
    first = next((block.text for block in blocks if block.kind == "prose"), "")
    return Page(
        submission=submission,
        title=next(iter(_headings(first)), submission.notebook),
        blocks=blocks,
        late_penalty=marks.late_penalty,
    )


def _blocks(examined: NotebookNode, public: "_Public", marks: Marks) -> Iterator[Block]:
    heading = ""
    hidden_has_run = False
    for cell in examined.cells:
        role, grade_id = _role(cell), _grade_id(cell)
        if role == "prose":
            text = public.text(cell)
            heading = (_headings(text) or [heading])[-1]
            if text:
                yield Block("prose", text)
        elif role == "test":
            hidden_has_run = hidden_has_run or public.text(cell) != cell.source
            question = _tested(cell, heading, marks)
            yield Block("question", public.text(cell), question=question)
        elif role == "written":
            yield Block("written", cell.source, question=_written(cell, heading, marks))
        else:
            theirs = role in ("answer", "added")
            text = cell.source if theirs else public.text(cell)
            outputs = harmless_outputs(cell.get("outputs", []), OUTPUT_LIMIT)
            # Whatever student code prints after a hidden call may be what that call brought.
            after_hidden = hidden_has_run or cell.metadata.get("exam", {}).get("withheld", False)
            withheld = bool(outputs and after_hidden)
            yield Block(
                role if theirs else "setup",
                plain_text(text),
                () if withheld else tuple(outputs),
                comment=marks.comments.get(grade_id, ""),
                withheld=withheld,
            )


class _Public:
    """What the release says, cell by cell."""

    def __init__(self, release: NotebookNode | None) -> None:
        cells = release.cells if release is not None else []
        self._by_grade_id = {_grade_id(cell): cell.source for cell in cells if _grade_id(cell)}
        self._by_id = {cell.get("id"): cell.source for cell in cells if cell.get("id")}
        self._texts = {cell.source for cell in cells}

    def text(self, cell: NotebookNode) -> str:
        """Return the released text of a trusted cell, "" where the release has no such cell."""
        grade_id = _grade_id(cell)
        if grade_id:
            return str(self._by_grade_id.get(grade_id, ""))
        if cell.source in self._texts:
            return str(cell.source)
        return str(self._by_id.get(cell.get("id"), ""))


def _tested(cell: NotebookNode, title: str, marks: Marks) -> Question:
    grade_id = _grade_id(cell)
    max_points = _max_points(cell)
    found = cell.metadata.get("exam", {}).get("verdict")
    # Silence is not a pass: a cell without a verdict was never examined.
    verdict = Verdict.from_json(found) if found else Verdict(grade_id, max_points, "not run")
    reason, hint, slip = _words_of(verdict)
    question = Question(
        grade_id=grade_id,
        title=title,
        max_points=max_points,
        points=verdict.points,
        standing=_standing(verdict.points, max_points, verdict.state),
        words=_WORDS[verdict.state],
        reason=reason,
        hint=hint,
        slip=slip,
        comment=marks.comments.get(grade_id, ""),
    )
    if question.standing == "part":
        question = replace(question, words="part of the points")
    mark = marks.by_cell.get(grade_id)
    return question if mark is None or not mark.by_hand else _overruled(question, mark)


def _overruled(question: Question, mark: Mark) -> Question:
    """Return a question as marked by hand: the instructor's word counts."""
    points = mark.points or 0.0
    standing = _standing(points, question.max_points, "passed")
    words = "set by your instructor"
    return replace(question, points=points, standing=standing, words=words, by_hand=True)


def _written(cell: NotebookNode, title: str, marks: Marks) -> Question:
    grade_id = _grade_id(cell)
    mark = marks.by_cell.get(grade_id) or Mark(None, _max_points(cell))
    standing: Standing = "open"
    if mark.points is None:
        words = "waits to be read"
    elif mark.by_hand:
        words, standing = "marked", _standing(mark.points, mark.max_points, "passed")
    else:  # nbgrader gives no points to an answer that is the prompt's own text
        words = "left empty"
    return Question(
        grade_id=grade_id,
        title=title,
        max_points=mark.max_points,
        points=mark.points,
        standing=standing,
        words=words,
        comment=marks.comments.get(grade_id, ""),
        by_hand=mark.by_hand,
    )


def _words_of(verdict: Verdict) -> tuple[str, str, str]:
    """Return reason, hint and recognised slip, none of them said twice."""
    hint = plain_text(verdict.hint, 2_000).strip()
    reason = plain_text(verdict.reason, 4_000).strip()
    if hint and hint in reason:
        reason = reason.replace(hint, "").strip()
    return (reason, "", hint) if verdict.misconception else (reason, hint, "")


def _standing(points: float, max_points: float, state: str) -> Standing:
    if state in ("void", "test error"):
        return "problem"
    if state in ("not attempted", "not run"):
        return "open"
    if points >= max_points:
        return "full"
    return "part" if points > 0 else "none"


def _role(cell: NotebookNode) -> str:
    fallback = "prose" if cell.cell_type != "code" else "added"
    return str(cell.metadata.get("exam", {}).get("role", fallback))


def _grade_id(cell: NotebookNode) -> str:
    metadata: Mapping[str, object] = cell.metadata.get("nbgrader", {})
    return str(metadata.get("grade_id") or cell.metadata.get("exam", {}).get("grade_id") or "")


def _max_points(cell: NotebookNode) -> float:
    points = cell.metadata.get("exam", {}).get("points")
    return float(points if points is not None else cell.metadata["nbgrader"]["points"])


def _headings(markdown: str) -> list[str]:
    """Return the headings of a Markdown cell, without what follows a middle dot."""
    found = re.findall(r"^#{1,6}[ \t]+(\S.*)$", markdown, re.MULTILINE)
    return [re.sub(r"[*_`]", "", heading.split(" · ")[0]).strip() for heading in found]
