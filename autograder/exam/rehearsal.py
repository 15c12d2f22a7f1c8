"""Puts a known answer in the place of the reference's, and picks the tests that it concerns."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.exam.apart import Cell
from autograder.exam.questions import Question, names_of
from autograder.names import assigned_names, free_names
from autograder.roles import grade_id_of, points_of, role_of


@dataclass(frozen=True)
class Test:
    """A test cell of the trusted notebook: its exercise and the student's names that it uses."""

    grade_id: str
    exercise: str
    names: frozenset[str]
    source: str


@dataclass(frozen=True)
class Rehearsal:
    """A trusted notebook, ready for other answers than its own.

    needs : exercise -> the exercises whose names its reference uses, and theirs, and so on
    names : exercise -> the names that its answer cell assigns
    """

    source: NotebookNode
    tests: tuple[Test, ...]
    needs: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]]

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
        due: Mapping[str, Mapping[str, list[str]]],
        parameters: Mapping[str, object],
    ) -> list[Cell]:
        """Return the cells to run, with `answers` (by exercise) instead of the reference's.

        Demonstrations are left out, but for those whose names an answer uses.
        """
        student = names_of(self.source)
        wanted = frozenset[str]().union(
            *(free_names(cell.source) for cell in self.source.cells if role_of(cell) == "answer")
        )
        cells = []
        for index, cell in enumerate(self.source.cells):
            role, grade_id = role_of(cell), grade_id_of(cell) or ""
            if role == "setup":
                cells.append(Cell("setup", cell.source))
                if "parameters" in cell.metadata.get("tags", ()):
                    text = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
                    cells.append(Cell("setup", text))
            elif role == "answer":
                cells.append(Cell("answer", answers.get(grade_id, cell.source)))
            elif role == "demo" and assigned_names(cell.source) & wanted:
                cells.append(Cell("demo", cell.source))
            elif role == "test" and grade_id in tests:
                question = Question(
                    index,
                    grade_id,
                    points_of(cell),
                    cell.source,
                    _exercise(cell),
                    student,
                    due.get(grade_id, {}),
                )
                cells.append(Cell("test", cell.source, question))
        return cells


def rehearsal(source: NotebookNode) -> Rehearsal:
    """Read off a trusted notebook which answers its tests and its other answers lean on."""
    reference = {
        grade_id_of(cell) or "": cell.source for cell in source.cells if role_of(cell) == "answer"
    }
    names = {exercise: assigned_names(text) for exercise, text in reference.items()}
    direct = {
        exercise: frozenset(
            other for other, own in names.items() if other != exercise and own & free_names(text)
        )
        for exercise, text in reference.items()
    }
    student = frozenset[str]().union(*names.values()) if names else frozenset[str]()
    tests = tuple(
        Test(
            grade_id_of(cell) or "", _exercise(cell), free_names(cell.source) & student, cell.source
        )
        for cell in source.cells
        if role_of(cell) == "test"
    )
    return Rehearsal(source, tests, _closed(direct), names)


def _closed(direct: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return the transitive closure of who leans on whom."""
    closed = dict(direct)
    for _ in direct:
        closed = {
            exercise: needed.union(*(closed[other] for other in needed))
            for exercise, needed in closed.items()
        }
    return closed


def _exercise(cell: NotebookNode) -> str:
    return str(cell.metadata.get("dlcourse", {}).get("exercise", ""))
