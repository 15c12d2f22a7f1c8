"""Define what a local runner is asked to run, and the result of an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from autograder.exam.test_cells import TestCell
from autograder.models import CellRole, Verdict, VerdictState

Kinds = dict[str, dict[str, list[str]]]
"""The kinds of the replies at each line of each test cell: {grade id: {"12 call": ["plain"]}}."""


class RunMode(StrEnum):
    """The two ways to run an answer and its tests."""

    TWO_PROCESSES = "two processes"
    """Candidate and examiner, as in an exam."""

    ONE_PROCESS = "one process"
    """One namespace, as in a student's own kernel."""


@dataclass(frozen=True)
class CodeCell:
    """One code cell to run: set-up, answer, or a test with its test cell."""

    role: CellRole
    source: str
    test_cell: TestCell | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "CodeCell":
        """Return the cell that `to_json` wrote."""
        test_cell = data["test_cell"]
        if test_cell is not None:
            test_cell = TestCell(**{**test_cell, "names": tuple(test_cell["names"])})
        return cls(CellRole(data["role"]), data["source"], test_cell)


@dataclass(frozen=True)
class Conditions:
    """What the runs of all answers to a notebook have in common.

    seed        of the global random generators
    seconds     the time of one test cell; no test cell runs after one that exceeds it
    is_shared   whether all test cells share one namespace
    """

    seed: int
    seconds: float
    is_shared: bool = False


@dataclass(frozen=True)
class RunRequest:
    """One answer to run: its mode, and all code cells after the set-up cells at the beginning."""

    mode: RunMode
    cells: Sequence[CodeCell]

    @property
    def test_cells(self) -> list[TestCell]:
        """The test cells that are run."""
        return [cell.test_cell for cell in self.cells if cell.test_cell is not None]

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values."""
        return {"mode": self.mode, "cells": [cell.to_json() for cell in self.cells]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "RunRequest":
        """Return the request that `to_json` wrote."""
        return cls(RunMode(data["mode"]), tuple(map(CodeCell.from_json, data["cells"])))


@dataclass(frozen=True)
class AnswerResult:
    """The verdicts about one answer, and the kinds of its replies if it ran in two processes."""

    verdicts: tuple[Verdict, ...]
    kinds: Kinds

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of plain JSON values."""
        return {"verdicts": [verdict.to_json() for verdict in self.verdicts], "kinds": self.kinds}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "AnswerResult":
        """Return the result that `to_json` wrote."""
        return cls(tuple(map(Verdict.from_json, data["verdicts"])), data["kinds"])


def result_of(request: RunRequest, answer: Mapping[str, Any] | None) -> AnswerResult:
    """Return the result from a runner's reply, or None if it ended without one.

    The verdicts are void if the answer did not run to the end.
    """
    if answer is not None and "error" not in answer:
        return AnswerResult.from_json(answer)
    reason, details = "the process died", ""
    if answer is not None:
        reason, details = "the set-up or the test process failed", answer["error"]
    verdicts = (
        Verdict(test.grade_id, test.points, VerdictState.VOID, reason=reason, details=details)
        for test in request.test_cells
    )
    return AnswerResult(tuple(verdicts), {})
