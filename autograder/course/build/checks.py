"""Refuses course text that would make a notebook which cannot be released or graded.

Which names cells read is checked in `name_checks`; here it is syntax, markers, exercises, points.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from autograder.course.build.text import CourseText, TextCell
from autograder.models import CellRole
from autograder.notebook.names import assigned_names
from autograder.notebook.source_code import parse, strip_magics

TOTAL_POINTS = 100
MOST_WRITTEN_POINTS = 20

# nbgrader acts on these words wherever they stand in a line; what looks like them is a slip.
_MARKER = re.compile(
    r"\b(?:BEGIN|END)\s+(?:SOLUTION|HIDDEN TEST|MARK SCHEME)"
    r"|#+\s*(?i:begin|end)\s+(?i:solutions?|hidden tests?|mark(?:ing)? schemes?)\s*$"
)
_EXACT = re.compile(r"\s*### (BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)\s*$")
_RESERVED = re.compile(r"test_|(?:setup|parameters)(?:_\d+)?$")
_MARKERS_OF: Mapping[CellRole, tuple[str, ...]] = {
    CellRole.ANSWER: ("SOLUTION",),
    CellRole.TEST: ("HIDDEN TESTS",),
    CellRole.WRITTEN: ("SOLUTION", "MARK SCHEME"),
}


def check_lesson(text: CourseText) -> None:
    """Raise BuildError if a lesson's text has a fault."""
    for cell in text.cells:
        if cell.header.role in (CellRole.ANSWER, CellRole.TEST, CellRole.WRITTEN):
            message = "A lesson has no exercises and no tests: they belong to the assignment."
            raise cell.error(message)
    _check_cells(text)


def check_assignment(text: CourseText) -> None:
    """Raise BuildError if an assignment's text has a fault that one can see without running it."""
    _check_cells(text)
    _check_exercises(text)
    _check_tests(text)
    _check_points(text)


def _check_cells(text: CourseText) -> None:
    for cell in text.cells:
        if not cell.is_markdown:
            _check_syntax(cell)
        _check_markers(cell)
    _check_parameters(text)


def _check_syntax(cell: TextCell) -> None:
    try:
        parse(strip_magics(cell.source))
    except SyntaxError as error:
        message = f"The cell is not Python: {error.msg}."
        raise cell.error(message, cell.first + (error.lineno or 1) - 1) from error


def _check_markers(cell: TextCell) -> None:
    allowed = _MARKERS_OF.get(cell.header.role, ())
    opened, opened_at = "", cell.line
    seen = set()
    for number, line in enumerate(cell.source.split("\n"), start=cell.first):
        if not _MARKER.search(line):
            continue
        exact = _EXACT.match(line)
        if exact is None or exact[2] not in allowed:
            expected = ", ".join(f"### BEGIN {marker}" for marker in allowed) or "none"
            message = f"The marker {line.strip()!r} does not belong here. Expected: {expected}."
            raise cell.error(message, number)
        if opened != ("" if exact[1] == "BEGIN" else exact[2]):
            where = f"inside ### BEGIN {opened}" if opened else "without its beginning"
            message = f"The marker {line.strip()!r} stands {where}."
            raise cell.error(message, number)
        opened, opened_at = (exact[2], number) if exact[1] == "BEGIN" else ("", cell.line)
        seen.add(exact[2])
    if opened:
        message = f"### BEGIN {opened} has no ### END {opened}."
        raise cell.error(message, opened_at)
    if "SOLUTION" in allowed and "SOLUTION" not in seen:
        message = (
            f"{cell.header.name!r} has no solution: put the reference between "
            "### BEGIN SOLUTION and ### END SOLUTION, so that the release has a stub there."
        )
        raise cell.error(message)


def _check_parameters(text: CourseText) -> None:
    cells = [cell for cell in text.cells if cell.header.is_parameters]
    if not cells:
        message = "No parameters cell. Add `# %% parameters=true` with SEED = 0, PROFILE = 'quick'."
        raise text.cells[0].error(message)
    if len(cells) > 1:
        message = f"A second parameters cell; the first is on line {cells[0].line}."
        raise cells[1].error(message)
    missing = {"SEED", "PROFILE"} - assigned_names(cells[0].source)
    if missing:
        message = f"The parameters cell does not assign {' and '.join(sorted(missing))}."
        raise cells[0].error(message)


def _check_exercises(text: CourseText) -> None:
    _check_unique(text)
    answers = text.answers
    for cell in answers.values():
        name = cell.header.name
        if name not in assigned_names(cell.source):
            message = f"The cell of {name!r} defines no {name!r}: an exercise is named after it."
            raise cell.error(message)
        for used in cell.header.uses:
            if used not in answers or used == name:
                message = f"Exercise {name!r} uses {used!r}: no other exercise. {_choices(answers)}"
                raise cell.error(message)


def _check_unique(text: CourseText) -> None:
    first: dict[str, TextCell] = {}
    for cell in text.cells:
        if cell.header.role not in (CellRole.ANSWER, CellRole.WRITTEN):
            continue
        name = cell.header.name
        if _RESERVED.match(name):
            message = f"The name {name!r} is kept for set-up and test cells: choose another."
            raise cell.error(message)
        if name in first:
            message = f"A second {name!r}; the first is on line {first[name].line}."
            raise cell.error(message)
        first[name] = cell


def _choices(answers: Iterable[str]) -> str:
    return f"Expected one of {', '.join(answers) or '(none)'}."


def _check_tests(text: CourseText) -> None:
    answers = text.answers
    tested = set()
    for cell in text.cells:
        if cell.header.role is not CellRole.TEST:
            continue
        name = cell.header.name
        if name not in answers:
            message = f"A test of {name!r}, which is no exercise. {_choices(answers)}"
            raise cell.error(message)
        if answers[name].line > cell.line:
            message = f"The test of {name!r} stands above its exercise (line {answers[name].line})."
            raise cell.error(message)
        tested.add(name)
    for name, cell in answers.items():
        if name not in tested:
            message = f"Exercise {name!r} has no test: add a cell `# %% test={name!r} points=5`."
            raise cell.error(message)


def _check_points(text: CourseText) -> None:
    points = Counter[str]()
    for cell in text.cells:
        points[cell.header.role] += cell.header.points  # type: ignore[assignment]
    total = points["test"] + points["written"]
    if abs(total - TOTAL_POINTS) > 1e-9:
        message = f"The points sum to {total:g}: expected {TOTAL_POINTS}."
        raise text.cells[0].error(message)
    if points["written"] > MOST_WRITTEN_POINTS:
        cell = [cell for cell in text.cells if cell.header.role is CellRole.WRITTEN][-1]
        message = (
            f"The written answers have {points['written']:g} of {TOTAL_POINTS} points: "
            f"at most {MOST_WRITTEN_POINTS} may be marked by hand."
        )
        raise cell.error(message)
