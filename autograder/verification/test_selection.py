"""Puts a known answer in the place of the reference's, and picks the tests that it concerns."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from nbformat import NotebookNode

from autograder.exam.test_cells import read_test_cells
from autograder.models import Answers, CellRole
from autograder.notebook.cells import exam_cell, exam_metadata, grade_id_of, role_of
from autograder.notebook.names import assigned_names, free_names
from autograder.submission.assemble import assemble
from autograder.verification.local_runner import Cell


@dataclass(frozen=True)
class Test:
    """A test cell of the trusted notebook: its exercise and the student's names that it uses."""

    grade_id: str
    exercise: str
    names: frozenset[str]


@dataclass(frozen=True)
class TestPlan:
    """A trusted notebook, ready for other answers than its own.

    paper : what is sat when all answers are the reference's
    needs : exercise -> the exercises whose names its reference uses, and theirs, and so on
    names : exercise -> the names that its answer cell assigns
    demos : places of the demonstrations whose names an answer uses
    """

    exam_notebook: NotebookNode
    tests: tuple[Test, ...]
    needs: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]]
    demos: frozenset[int]

    def concerned(self, exercises: Set[str]) -> tuple[Test, ...]:
        """Return the tests that can tell whether the answers to `exercises` are others."""
        names = frozenset[str]().union(*(self.names[exercise] for exercise in exercises))
        return tuple(
            test
            for test in self.tests
            if test.exercise in exercises
            or exercises & self.needs.get(test.exercise, frozenset())
            or any(exercises & (self.needs[e] | {e}) for e in self.owners(test.names))
            or names & test.names
        )

    def owners(self, names: Set[str]) -> frozenset[str]:
        """Return the exercises whose answer cells assign any of the names."""
        return frozenset(exercise for exercise, own in self.names.items() if own & names)

    def cells(
        self,
        answers: Mapping[str, str],
        *,
        tests: Set[str],
        expected_kinds: Mapping[str, Mapping[str, list[str]]],
    ) -> list[Cell]:
        """Return the cells to run, with `answers` (by exercise) instead of the reference's.

        Demonstrations are left out, but for those whose names an answer uses.
        """
        asked = {test_cell.index: test_cell for test_cell in read_test_cells(self.exam_notebook)}
        cells = []
        for index, cell in enumerate(self.exam_notebook.cells):
            if cell.cell_type != "code":
                continue
            exam = exam_cell(cell)
            role, grade_id = exam.role, str(exam.grade_id)
            if role is CellRole.ANSWER:
                cells.append(Cell(CellRole.ANSWER, answers.get(grade_id, cell.source)))
            elif role is CellRole.SETUP or (role is CellRole.DEMO and index in self.demos):
                cells.append(Cell(role, cell.source))
            elif role is CellRole.TEST and grade_id in tests:
                test_cell = replace(asked[index], expected_kinds=expected_kinds.get(grade_id, {}))
                cells.append(Cell(CellRole.TEST, cell.source, test_cell))
        return cells

    @property
    def is_shared(self) -> bool:
        """Whether all test cells share one namespace."""
        return exam_metadata(self.exam_notebook).is_shared_namespace


def plan_tests(source: NotebookNode, parameters: Mapping[str, Any] | None = None) -> TestPlan:
    """Read off a trusted notebook which answers its tests and its other answers lean on."""
    reference = {
        grade_id_of(cell) or "": cell.source
        for cell in source.cells
        if role_of(cell) in (CellRole.ANSWER, CellRole.WRITTEN)
    }
    exam_notebook = assemble(source, Answers(reference), parameters=parameters)
    code = {
        grade_id_of(cell) or "": cell.source
        for cell in source.cells
        if role_of(cell) is CellRole.ANSWER
    }
    names = {exercise: assigned_names(text) for exercise, text in code.items()}
    direct = {
        exercise: frozenset(
            other for other, own in names.items() if other != exercise and own & free_names(text)
        )
        for exercise, text in code.items()
    }
    student = frozenset[str]().union(*names.values())
    tests = tuple(
        Test(test_cell.grade_id, test_cell.exercise, free_names(test_cell.source) & student)
        for test_cell in read_test_cells(exam_notebook)
    )
    wanted = frozenset[str]().union(*map(free_names, code.values()))
    demos = frozenset(
        index
        for index, cell in enumerate(exam_notebook.cells)
        if exam_cell(cell).role is CellRole.DEMO and assigned_names(cell.source) & wanted
    )
    return TestPlan(exam_notebook, tests, _closed(direct), names, demos)


def _closed(direct: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return the transitive closure of who leans on whom."""
    closed = dict(direct)
    for _ in direct:
        closed = {
            exercise: needed.union(*(closed[other] for other in needed))
            for exercise, needed in closed.items()
        }
    return closed
