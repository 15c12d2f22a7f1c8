"""Check the names in an assignment without running it: every name that is read is bound.

Test cells run in a process that has the names of the set-up cells and remote objects for the
student's names. Any other name would be missing in the middle of an exam.
"""

import ast
import builtins
from collections.abc import Collection, Mapping
from dataclasses import replace
from difflib import get_close_matches

from autograder.course.build.text import CourseText, TextCell
from autograder.models import CellRole
from autograder.notebook.names import assigned_names, free_names, imported_names, student_names
from autograder.notebook.source_code import Region, parse, replace_region, strip_magics

_CHECKED_ROLES = (CellRole.SETUP, CellRole.ANSWER, CellRole.TEST)
_BUILTINS = frozenset(dir(builtins))

_ALLOWED_CONTEXTS = frozenset({"catch_warnings", "suppress", "nullcontext"})
_ADVICE: Mapping[str, str] = {
    "errstate": (
        "The reply includes warnings: use warnings.catch_warnings(), or compute the expected "
        "value in np.errstate before the call."
    ),
    "GradientTape": (
        "The tensors are in the student's process: compute the gradient there with "
        "check.run_remotely(probes.value_and_gradient)."
    ),
    "redirect_stdout": "What student code prints stays in its process: compare what it returns.",
    "redirect_stderr": "What student code prints stays in its process: compare what it returns.",
    "patch": "Objects are replaced in the test's process only: pass a function as an argument.",
}


def check_names(text: CourseText) -> None:
    """Raise BuildError if a cell of an assignment reads a name that it will not have.

    Other errors are an answer cell that assigns a name of the set-up or of Python, a test that
    ends with a call of a student's function, and a `with` block of a test that has no effect on
    the student's code that is called in it.
    """
    for cell in text.cells:
        if cell.header.role in _CHECKED_ROLES and "*" in _imports(cell):
            message = "A star import hides which names it binds. Import the names that you use."
            raise cell.error(message)
    _check_reference(text)
    for cell in text.cells:
        match cell.header.role:
            case CellRole.SETUP:
                _check_setup(cell, text)
            case CellRole.ANSWER:
                _check_answer(cell, text)
            case CellRole.TEST:
                _check_test(cell, text)
                _check_contexts(cell, _students(text))
                _check_last_line(cell, _students(text))


def _check_last_line(cell: TextCell, students: Collection[str]) -> None:
    """Refuse a test that ends with a call of a student's function.

    The number that it returns would be used as partial credit.
    """
    *_, last = parse(strip_magics(cell.source)).body
    if not isinstance(last, ast.Expr) or not isinstance(last.value, ast.Call):
        return
    called = last.value.func
    while isinstance(called, ast.Attribute | ast.Call):
        called = called.value if isinstance(called, ast.Attribute) else called.func
    if isinstance(called, ast.Name) and called.id in students:
        message = (
            f"The test ends with a call of the student's {called.id!r}. A number that it returns "
            "would be the partial credit. Check the value, or assign it."
        )
        raise cell.error(message, cell.first + last.lineno - 1)


def setup_names(text: CourseText) -> frozenset[str]:
    """Return the names that the set-up cells of an assignment bind."""
    return frozenset(_bound_in(text, CellRole.SETUP))


def missing_names(answer: str, text: CourseText) -> tuple[str, ...]:
    """Return the names that an answer reads and that no cell of the assignment binds."""
    known = setup_names(text) | _students(text) | _bound_in(text, CellRole.DEMO) | _BUILTINS
    return tuple(sorted(free_names(answer) - known))


def _bound(cell: TextCell) -> frozenset[str]:
    return assigned_names(cell.source) | _imports(cell)


def _imports(cell: TextCell) -> frozenset[str]:
    return imported_names(cell.source)


def _bound_in(text: CourseText, role: CellRole, *, before: TextCell | None = None) -> set[str]:
    cells = [cell for cell in text.cells if before is None or cell.line < before.line]
    return {name for cell in cells if cell.header.role is role for name in _bound(cell)}


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
    setup = _bound_in(text, CellRole.SETUP)
    for cell in text.answers.values():
        for name in sorted(assigned_names(cell.source)):
            if name in setup or name in _BUILTINS:
                owner = "a name of a set-up cell" if name in setup else "a built-in name of Python"
                message = (
                    f"The answer cell assigns {name!r}, which is {owner}. Choose another name."
                )
                raise cell.error(message)


def _check_setup(cell: TextCell, text: CourseText) -> None:
    for name in _unbound(cell, _bound_in(text, CellRole.SETUP, before=cell) | _bound(cell)):
        if name in _students(text):
            reason = (
                f"The student defines {name!r}, and set-up cells also run without student code."
            )
        else:
            reason = f"No set-up cell above binds {name!r}."
        message = f"This set-up cell cannot read {name!r}. {reason}"
        raise cell.error(message, _line_of(cell, name))


def _check_answer(cell: TextCell, text: CourseText) -> None:
    known = _bound_in(text, CellRole.SETUP) | _bound_in(text, CellRole.DEMO)
    for name in _unbound(cell, known):
        owner = next((o for o, c in text.answers.items() if name in _bound(c)), None)
        if owner is None:
            message = f"The reference reads {name!r}, which no cell binds. {_suggest(name, known)}"
            raise cell.error(message, _line_of(cell, name))
        if owner not in (*cell.header.uses, cell.header.name):
            message = (
                f"Exercise {cell.header.name!r} reads {name!r} of exercise {owner!r}. "
                f"Add uses=[{owner!r}] to its header."
            )
            raise cell.error(message, _line_of(cell, name))


def _check_test(cell: TextCell, text: CourseText) -> None:
    known = _bound_in(text, CellRole.SETUP, before=cell) | _students(text)
    for name in _unbound(cell, known):
        raise cell.error(_why_unbound(name, cell, text), _line_of(cell, name))
    own = assigned_names(text.answers[cell.header.name].source)
    if not free_names(cell.source) & own:
        message = f"The test of {cell.header.name!r} reads nothing that its exercise defines."
        raise cell.error(message)
    visible = replace_region(cell.source, Region.HIDDEN_TESTS)
    _check_visible(replace(cell, source=visible), known)


def _check_visible(visible: TextCell, known: Collection[str]) -> None:
    """Check the part of a test that students see, which must run on its own."""
    if not visible.source.strip():
        message = "Nothing of the test is visible. Show a check, or describe the test in a comment."
        raise visible.error(message)
    try:
        missing = _unbound(visible, known)
    except SyntaxError as error:
        message = (
            f"Without its hidden tests the cell is not Python ({error.msg}). Move the markers."
        )
        raise visible.error(message) from error
    for name in missing:
        message = f"The visible part of the test reads {name!r}, which its hidden part binds."
        raise visible.error(message)


def _why_unbound(name: str, cell: TextCell, text: CourseText) -> str:
    if name in _bound(cell):
        return f"The test reads {name!r} before it binds it."
    for role, reason in (
        (CellRole.ANSWER, "only an answer cell imports. Import it in a set-up cell."),
        (CellRole.TEST, "another test cell binds. Each test cell runs alone: bind it here."),
        (CellRole.SETUP, "a set-up cell below this one binds. Move that cell up."),
        (CellRole.DEMO, "only a demonstration binds. It runs without the tests: bind it here."),
    ):
        if name in _bound_in(text, role):
            return f"The test reads {name!r}, which {reason}"
    known = {*_bound_in(text, CellRole.SETUP), *_students(text), *_BUILTINS}
    return f"The test reads {name!r}, which no cell binds. {_suggest(name, known)}"


def _suggest(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {close[0]!r}?" if close else "Import or define it in a set-up cell."


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
            if name in _ALLOWED_CONTEXTS:
                continue
            advice = _ADVICE.get(name, "Put the student's call before or after it.")
            message = (
                f"`with {name}` has no effect on {called[0]!r} in the student's process. {advice}"
            )
            raise cell.error(message, cell.first + node.lineno - 1)


def _context_name(node: ast.expr) -> str:
    """Return the last name of a context: errstate of `np.errstate(over="raise")`."""
    while isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        # mock.patch.object and patch.dict are kinds of patch
        return "patch" if "patch" in ast.unparse(node) else node.attr
    return ast.unparse(node)
