"""Replace the reference's answers with known ones, and select the tests that they can affect."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from nbformat import NotebookNode

from autograder.exam.test_cells import read_test_cells
from autograder.models import Answers, CellRole
from autograder.notebook.cells import exam_cell, exam_metadata, grade_id_of, role_of
from autograder.notebook.names import assigned_names, free_names, names_if_python
from autograder.submission.assemble import assemble
from autograder.verification.run_request import CodeCell


@dataclass(frozen=True)
class Test:
    """A test cell of the trusted notebook: its exercise, and the names of answers that it uses."""

    grade_id: str
    exercise: str
    names: frozenset[str]


@dataclass(frozen=True)
class TestPlan:
    """A trusted notebook, prepared to run with other answers than its own.

    exam_notebook   with the reference's answers
    tests           its test cells
    needs           exercise -> the exercises whose names its reference uses, transitively
    names           exercise -> the names that its answer cell assigns
    demos           indices of the demonstration cells whose names an answer uses
    """

    exam_notebook: NotebookNode
    tests: tuple[Test, ...]
    needs: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]]
    demos: frozenset[int]

    def concerned(self, exercises: Set[str]) -> tuple[Test, ...]:
        """Return the tests whose verdicts can change with the answers to `exercises`."""
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
    ) -> list[CodeCell]:
        """Return the cells to run after `setup`, with `answers` (by exercise) for the reference's.

        Demonstration cells are left out, except those whose names an answer uses.
        """
        test_cells = {
            test_cell.index: test_cell for test_cell in read_test_cells(self.exam_notebook)
        }
        cells = []
        for index, cell in self._code_cells()[len(self.setup()) :]:
            exam = exam_cell(cell)
            role, grade_id = exam.role, str(exam.grade_id)
            if role is CellRole.ANSWER:
                cells.append(CodeCell(CellRole.ANSWER, answers.get(grade_id, cell.source)))
            elif role is CellRole.SETUP or (role is CellRole.DEMO and index in self.demos):
                cells.append(CodeCell(role, cell.source))
            elif role is CellRole.TEST and grade_id in tests:
                test_cell = replace(
                    test_cells[index], expected_kinds=expected_kinds.get(grade_id, {})
                )
                cells.append(CodeCell(CellRole.TEST, cell.source, test_cell))
        return cells

    def setup(self) -> list[CodeCell]:
        """Return the set-up cells before all other code cells."""
        leading = takewhile(
            lambda indexed: role_of(indexed[1]) is CellRole.SETUP, self._code_cells()
        )
        return [CodeCell(CellRole.SETUP, cell.source) for _, cell in leading]

    def _code_cells(self) -> list[tuple[int, NotebookNode]]:
        cells = enumerate(self.exam_notebook.cells)
        return [(index, cell) for index, cell in cells if cell.cell_type == "code"]

    @property
    def is_shared(self) -> bool:
        """Whether all test cells share one namespace."""
        return exam_metadata(self.exam_notebook).is_shared_namespace


def plan_tests(source: NotebookNode, parameters: Mapping[str, Any] | None = None) -> TestPlan:
    """Return the test plan of a trusted notebook: which answers its tests and other answers use."""
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
        if exam_cell(cell).role is CellRole.DEMO and names_if_python(cell.source) & wanted
    )
    return TestPlan(exam_notebook, tests, _closed(direct), names, demos)


def _closed(direct: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return the transitive closure of the relation "uses" between exercises."""
    closed = dict(direct)
    for _ in direct:
        closed = {
            exercise: needed.union(*(closed[other] for other in needed))
            for exercise, needed in closed.items()
        }
    return closed
