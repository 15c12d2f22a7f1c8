"""What is known of the answers to a paper: which replies are due, and what mistakes look like."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.exam.diagnosis.transcript import Entry
from autograder.files import write_whole


@dataclass(frozen=True)
class Mistake:
    """One known wrong answer to an exercise, as it goes through one test cell."""

    exercise: str
    name: str
    hint: str
    transcript: Sequence[Entry]


@dataclass(frozen=True)
class Scheme:
    """The marking scheme of a paper, by the grade ids of its test cells.

    due        what the reference and the variants gave at each line: {"12 call": ["plain"]}
    mistakes   transcripts of the misconceptions that fail there
    """

    due: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    mistakes: Mapping[str, Sequence[Mistake]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values."""
        mistakes = {g: [vars(m) for m in known] for g, known in self.mistakes.items()}
        return {"due": dict(self.due), "mistakes": mistakes}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Scheme":
        """Return the scheme that `to_json` wrote."""
        mistakes = {g: tuple(Mistake(**m) for m in known) for g, known in data["mistakes"].items()}
        return cls(data["due"], mistakes)


def inscribe(paper: NotebookNode, scheme: Scheme) -> None:
    """Write into each test cell of a paper which replies are due at its lines."""
    for cell in paper.cells:
        exam = cell.metadata.get("exam", {})
        if exam.get("role") == "test":
            exam["due"] = dict(scheme.due.get(exam["grade_id"], {}))


def read_scheme(path: Path) -> Scheme | None:
    """Return the scheme kept at `path`; None where there is none, or it cannot be read."""
    try:
        return Scheme.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_scheme(path: Path, scheme: Scheme) -> None:
    """Keep a scheme at `path`; a reader sees all of it or none."""
    write_whole(path, json.dumps(scheme.to_json()).encode())
