"""Define the answer key of an assignment: expected kinds of replies, and known misconceptions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.exam.diagnosis.transcript import Entry
from autograder.files import write_atomically
from autograder.models import CellRole
from autograder.notebook.cells import cells_with_role, exam_cell, update_exam_cell


@dataclass(frozen=True)
class KnownMisconception:
    """The transcript that a known wrong answer to an exercise leaves in one test cell."""

    exercise: str
    name: str
    hint: str
    transcript: Sequence[Entry]


@dataclass(frozen=True)
class AnswerKey:
    """What is known about the answers to an assignment, by the grade ids of its test cells.

    Parameters
    ----------
    expected_kinds
        What the reference and other correct answers returned at each line of the test:
        {"12 call": ["plain"]}.
    misconceptions
        The transcripts of the known wrong answers that fail in the cell.
    """

    expected_kinds: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    misconceptions: Mapping[str, Sequence[KnownMisconception]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values."""
        misconceptions = {g: [vars(m) for m in known] for g, known in self.misconceptions.items()}
        return {"expected_kinds": dict(self.expected_kinds), "misconceptions": misconceptions}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "AnswerKey":
        """Return the answer key that `to_json` wrote."""
        misconceptions = {
            g: tuple(KnownMisconception(**m) for m in known)
            for g, known in data["misconceptions"].items()
        }
        return cls(data["expected_kinds"], misconceptions)


def set_expected_kinds(exam_notebook: NotebookNode, answer_key: AnswerKey) -> None:
    """Write into each test cell of an exam notebook which kinds are expected at its lines."""
    for cell in cells_with_role(exam_notebook, CellRole.TEST):
        grade_id = str(exam_cell(cell).grade_id)
        update_exam_cell(cell, expected_kinds=answer_key.expected_kinds.get(grade_id, {}))


def read_answer_key(path: Path) -> AnswerKey | None:
    """Return the answer key in a file; None if there is none or it cannot be read."""
    try:
        return AnswerKey.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_answer_key(path: Path, answer_key: AnswerKey) -> None:
    """Write an answer key to a file, atomically: a reader sees all of it or nothing."""
    write_atomically(path, json.dumps(answer_key.to_json()).encode())
