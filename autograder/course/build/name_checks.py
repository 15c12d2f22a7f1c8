"""Settles names before anything runs: who binds what a cell of an assignment reads.

Test cells run in a process that has the set-up cells' names and remotes of the student's; a
name that is in neither would be found missing in the middle of an exam.
"""

import ast
import builtins
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from difflib import get_close_matches

from autograder.course.build.text import CourseText, TextCell
from autograder.models import CellRole
from autograder.notebook.names import assigned_names, free_names, imported_names, student_names
from autograder.notebook.source_code import parse, strip_magics

_BUILTINS = frozenset(dir(builtins))

_HIDDEN = re.compile(r"^\s*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS\s*?$", re.M | re.S)

_MAY_STAND_AROUND = frozenset({"catch_warnings", "suppress", "nullcontext"})
_INSTEAD: Mapping[str, str] = {
    "errstate": (
        "warnings come along with the reply: use warnings.catch_warnings(), or compute "
        "the expected value in np.errstate before the call"
    ),
    "GradientTape": (
        "the gradient lives where the tensors are: use check.run_remotely(probes.value_and_gradient)"
    ),
    "redirect_stdout": "what student code prints stays there: compare what it returns",
    "redirect_stderr": "what student code prints stays there: compare what it returns",
    "patch": "replaced objects stay here: pass a function of the test as an argument",
}


def check_names(text: CourseText) -> None:
    """Raise BuildError if a cell of an assignment reads a name that it will not have.

    Also if a student could shadow a set-up name that the reference itself rebinds, or if a
    context that cannot cross stands around a student's call.
    """
    for cell in text.cells:
        if cell.header.role in (CellRole.SETUP, CellRole.ANSWER, CellRole.TEST) and "*" in _imports(
            cell
        ):
            message = "A star import binds names that nobody can see: import the names you use."
            raise cell.error(message)
    _check_reference(text)
    for cell in text.cells:
        match cell.header.role:
            case "setup":
                _check_setup(cell, text)
            case "answer":
                _check_answer(cell, text)
            case "test":
                _check_test(cell, text)
                _check_contexts(cell, _students(text))
                _check_last_line(cell, _students(text))


def _check_last_line(cell: TextCell, students: Collection[str]) -> None:
    """Refuse a test that ends with a number of the student's: it would be partial credit."""
    *_, last = parse(strip_magics(cell.source)).body
    if not isinstance(last, ast.Expr) or not isinstance(last.value, ast.Call):
        return
    called = last.value.func
    while isinstance(called, ast.Attribute | ast.Call):
        called = called.value if isinstance(called, ast.Attribute) else called.func
    if isinstance(called, ast.Name) and called.id in students:
        message = (
            f"The test ends with a call of the student's {called.id!r}: the number that it gives "
            "would be the partial credit. Check it, or assign it."
        )
        raise cell.error(message, cell.first + last.lineno - 1)


def setup_names(text: CourseText) -> frozenset[str]:
    """Return the names that the set-up cells of an assignment bind."""
    return frozenset(_bound_in(text, "setup"))


def missing_names(answer: str, text: CourseText) -> tuple[str, ...]:
    """Return the names that another answer cell reads and that no cell of a text binds."""
    known = setup_names(text) | _students(text) | _bound_in(text, "demo") | _BUILTINS
    return tuple(sorted(free_names(answer) - known))


def _bound(cell: TextCell) -> frozenset[str]:
    return assigned_names(cell.source) | _imports(cell)


def _imports(cell: TextCell) -> frozenset[str]:
    return imported_names(cell.source)


def _bound_in(text: CourseText, role: str, *, before: TextCell | None = None) -> set[str]:
    cells = [cell for cell in text.cells if before is None or cell.line < before.line]
    return {name for cell in cells if cell.header.role == role for name in _bound(cell)}


def _students(text: CourseText) -> frozenset[str]:
    return student_names(cell.source for cell in text.answers.values())


def _unbound(cell: TextCell, known: Collection[str]) -> list[str]:
    return sorted(free_names(cell.source) - _BUILTINS - set(known))


def _line_of(cell: TextCell, name: str) -> int:
    """Return the line in the file where a cell first reads a name."""
    lines = [
        node.lineno
        for node in ast.walk(parse(strip_magics(cell.source)))
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Store)
    ]
    return cell.first + min(lines, default=1) - 1


def _check_reference(text: CourseText) -> None:
    setup = _bound_in(text, "setup")
    for cell in text.answers.values():
        for name in sorted(assigned_names(cell.source)):
            if name in setup or name in _BUILTINS:
                whose = "a set-up cell's" if name in setup else "Python's own"
                message = f"The answer cell assigns {name!r}, which is {whose}: choose another."
                raise cell.error(message)


def _check_setup(cell: TextCell, text: CourseText) -> None:
    for name in _unbound(cell, _bound_in(text, "setup", before=cell) | _bound(cell)):
        whose = "the student's" if name in _students(text) else "bound by no set-up cell above it"
        message = f"A set-up cell runs in both rooms: it cannot read {name!r}, which is {whose}."
        raise cell.error(message, _line_of(cell, name))


def _check_answer(cell: TextCell, text: CourseText) -> None:
    known = _bound_in(text, "setup") | _bound_in(text, "demo")
    for name in _unbound(cell, known):
        owner = next((o for o, c in text.answers.items() if name in _bound(c)), None)
        if owner is None:
            message = f"The reference reads {name!r}, which no cell binds. {_near(name, known)}"
            raise cell.error(message, _line_of(cell, name))
        if owner not in (*cell.header.uses, cell.header.name):
            message = (
                f"Exercise {cell.header.name!r} reads {name!r} of exercise {owner!r}: "
                f"say uses=[{owner!r}] in its header."
            )
            raise cell.error(message, _line_of(cell, name))


def _check_test(cell: TextCell, text: CourseText) -> None:
    known = _bound_in(text, "setup", before=cell) | _students(text)
    for name in _unbound(cell, known):
        raise cell.error(_why_unbound(name, cell, text), _line_of(cell, name))
    own = assigned_names(text.answers[cell.header.name].source)
    if not free_names(cell.source) & own:
        message = f"The test of {cell.header.name!r} reads nothing that its exercise defines."
        raise cell.error(message)
    _check_visible(replace(cell, source=_HIDDEN.sub("", cell.source)), known)


def _check_visible(visible: TextCell, known: Collection[str]) -> None:
    """Check what the student sees of a test, which must stand on its own."""
    if not visible.source.strip():
        message = "Nothing of the test is visible: show a check, or say in a comment what it tests."
        raise visible.error(message)
    try:
        missing = _unbound(visible, known)
    except SyntaxError as error:
        message = (
            f"Without its hidden tests the cell is not Python ({error.msg}): move the markers."
        )
        raise visible.error(message) from error
    for name in missing:
        message = f"The visible part of the test reads {name!r}, which its hidden part binds."
        raise visible.error(message)


def _why_unbound(name: str, cell: TextCell, text: CourseText) -> str:
    if name in _bound(cell):
        return f"The test reads {name!r} before it binds it."
    for role, reason in (
        ("answer", "only an answer cell imports: import it in a set-up cell"),
        ("test", "another test cell binds: each test cell stands alone, bind it here"),
        ("setup", "a set-up cell below this one binds: move that cell up"),
        ("demo", "only a demonstration binds: it runs in the student's room alone"),
    ):
        if name in _bound_in(text, role):
            return f"The test reads {name!r}, which {reason}."
    known = {*_bound_in(text, "setup"), *_students(text), *_BUILTINS}
    return f"The test reads {name!r}, which is nobody's. {_near(name, known)}"


def _near(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else "Import or define it in a set-up cell."


def _check_contexts(cell: TextCell, students: Collection[str]) -> None:
    remote = set(students) - assigned_names(cell.source)
    for node in ast.walk(parse(strip_magics(cell.source))):
        if not isinstance(node, ast.With | ast.AsyncWith):
            continue
        read = {n.id for part in node.body for n in ast.walk(part) if isinstance(n, ast.Name)}
        called = sorted(read & remote)
        if not called:
            continue
        for item in node.items:
            name = _context_name(item.context_expr)
            if name in _MAY_STAND_AROUND:
                continue
            instead = _INSTEAD.get(name, "put the student's call before or after it")
            message = f"`with {name}` does not reach {called[0]!r} in the other room: {instead}."
            raise cell.error(message, cell.first + node.lineno - 1)


def _context_name(node: ast.expr) -> str:
    """Return the last word of what is entered: errstate of `np.errstate(over="raise")`."""
    while isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        # mock.patch.object and patch.dict are kinds of patch
        return "patch" if "patch" in ast.unparse(node) else node.attr
    return ast.unparse(node)
