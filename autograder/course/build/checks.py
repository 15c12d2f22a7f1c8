"""Check the syntax, markers, exercises and points of a course text.

A text that fails would become a notebook that cannot be released or graded. `name_checks` examines
the names that cells read.
"""

import re
from collections.abc import Iterable, Mapping

from autograder.course.build.text import CourseText, TextCell
from autograder.models import CellRole
from autograder.notebook.names import assigned_names
from autograder.notebook.source_code import Region, parse, strip_magics

TOTAL_POINTS = 100
MAX_WRITTEN_POINTS = 20

# nbgrader acts on these words anywhere in a line. Whatever resembles them is an author's error.
_MARKER = re.compile(
    r"\b(?:BEGIN|END)\s+(?:SOLUTION|HIDDEN TEST|MARK SCHEME)"
    r"|#+\s*(?i:begin|end)\s+(?i:solutions?|hidden tests?|mark(?:ing)? schemes?)\s*$"
)
_EXACT = re.compile(rf"\s*### (BEGIN|END) ({'|'.join(Region)})\s*$")
_RESERVED = re.compile(r"test_|(?:setup|parameters)(?:_\d+)?$")
_MARKERS_OF: Mapping[CellRole, tuple[Region, ...]] = {
    CellRole.ANSWER: (Region.SOLUTION,),
    CellRole.TEST: (Region.HIDDEN_TESTS,),
    CellRole.WRITTEN: (Region.SOLUTION, Region.MARK_SCHEME),
}


def check_lesson(text: CourseText) -> None:
    """Raise BuildError if the text of a lesson has an error."""
    for cell in text.cells:
        if cell.header.role in (CellRole.ANSWER, CellRole.TEST, CellRole.WRITTEN):
            message = "A lesson has no exercises and no tests. Move them to the assignment."
            raise cell.error(message)
    _check_cells(text)


def check_assignment(text: CourseText) -> None:
    """Raise BuildError if the text of an assignment has an error that shows without running it."""
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
            expected = ", ".join(region.begin for region in allowed) or "none"
            message = f"The marker {line.strip()!r} does not belong here. Expected: {expected}."
            raise cell.error(message, number)
        if opened != ("" if exact[1] == "BEGIN" else exact[2]):
            where = f"inside ### BEGIN {opened}" if opened else f"without ### BEGIN {exact[2]}"
            message = f"The marker {line.strip()!r} is {where}."
            raise cell.error(message, number)
        opened, opened_at = (exact[2], number) if exact[1] == "BEGIN" else ("", cell.line)
        seen.add(exact[2])
    if opened:
        message = f"### BEGIN {opened} has no ### END {opened}."
        raise cell.error(message, opened_at)
    if Region.SOLUTION in allowed and Region.SOLUTION not in seen:
        message = (
            f"{cell.header.name!r} has no solution. Put the reference between "
            f"{Region.SOLUTION.begin} and {Region.SOLUTION.end}. The release has a stub there."
        )
        raise cell.error(message)


def _check_parameters(text: CourseText) -> None:
    cells = [cell for cell in text.cells if cell.header.is_parameters]
    if not cells:
        message = "No parameters cell. Add `# %% parameters=true` with SEED = 0, PROFILE = 'quick'."
        raise text.cells[0].error(message)
    if len(cells) > 1:
        message = f"There is a second parameters cell; the first is on line {cells[0].line}."
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
            message = (
                f"The answer cell of {name!r} does not define {name!r}. An exercise has the name "
                "of the function or class that students write."
            )
            raise cell.error(message)
        for used in cell.header.uses:
            if used not in answers or used == name:
                message = (
                    f"Exercise {name!r} uses {used!r}, which is not another exercise. "
                    f"{_choices(answers)}"
                )
                raise cell.error(message)


def _check_unique(text: CourseText) -> None:
    first: dict[str, TextCell] = {}
    for cell in text.cells:
        if cell.header.role not in (CellRole.ANSWER, CellRole.WRITTEN):
            continue
        name = cell.header.name
        if _RESERVED.match(name):
            message = (
                f"The name {name!r} is reserved for set-up and test cells. Choose another name."
            )
            raise cell.error(message)
        if name in first:
            message = f"There is a second cell {name!r}; the first is on line {first[name].line}."
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
            message = f"The cell tests {name!r}, which is not an exercise. {_choices(answers)}"
            raise cell.error(message)
        if answers[name].line > cell.line:
            message = f"The test of {name!r} is above its exercise (line {answers[name].line})."
            raise cell.error(message)
        tested.add(name)
    for name, cell in answers.items():
        if name not in tested:
            message = f"Exercise {name!r} has no test. Add a cell `# %% test={name!r} points=5`."
            raise cell.error(message)


def _check_points(text: CourseText) -> None:
    points: dict[CellRole, float] = dict.fromkeys(CellRole, 0.0)
    for cell in text.cells:
        points[cell.header.role] += cell.header.points
    total = points[CellRole.TEST] + points[CellRole.WRITTEN]
    if abs(total - TOTAL_POINTS) > 1e-9:
        message = f"The points sum to {total:g}. Expected {TOTAL_POINTS}."
        raise text.cells[0].error(message)
    if points[CellRole.WRITTEN] > MAX_WRITTEN_POINTS:
        cell = [cell for cell in text.cells if cell.header.role is CellRole.WRITTEN][-1]
        message = (
            f"The written answers have {points[CellRole.WRITTEN]:g} of {TOTAL_POINTS} points. "
            f"At most {MAX_WRITTEN_POINTS} points may be graded by hand."
        )
        raise cell.error(message)
