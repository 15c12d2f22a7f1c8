"""Read the known answers to exercises, wrong and right, as complete texts of the answer cell.

The `misconceptions.py` of an assignment is parsed, never run. A definition that is decorated there
replaces the definition of the reference. In Python, the decorators return what they decorate.
"""

import ast
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from textwrap import dedent
from typing import TypeVar

from autograder.course.substitution import Definition, inject
from autograder.errors import BuildError
from autograder.notebook.names import assigned_names, student_names
from autograder.notebook.source_code import parse, without_solution_markers

Decorated = TypeVar("Decorated", bound=Callable[..., object])


@dataclass(frozen=True)
class KnownAnswer:
    """An answer that is known to be right or wrong.

    `source` is the text of the whole answer cell. Right answers (variants) have no hint.
    `line` is its line in `misconceptions.py`.
    """

    exercise: str
    name: str
    hint: str
    source: str
    line: int
    is_right: bool


def misconception(
    exercise: str, *, hint: str, replaces: str = ""
) -> Callable[[Decorated], Decorated]:
    """Register a wrong definition that replaces the reference's. Its name describes the error.

    Parameters
    ----------
    exercise
        The name of the exercise.
    hint
        A sentence for students with this misconception: what is wrong, and where to look.
    replaces
        The top-level function or class of the reference that it replaces. By default, the one with
        the name of the exercise.
    """
    del exercise, hint, replaces
    return _unchanged


def variant(exercise: str, *, replaces: str = "") -> Callable[[Decorated], Decorated]:
    """Register another right definition: with loops, in another precision or style."""
    del exercise, replaces
    return _unchanged


def whole_cell(exercise: str, *, name: str, hint: str, source: str) -> None:
    """Register a wrong text of a whole answer cell, if one definition is not enough."""
    del exercise, name, hint, source


def whole_variant(exercise: str, *, name: str, source: str) -> None:
    """Register another right text of a whole answer cell."""
    del exercise, name, source


def _unchanged(decorated: Decorated) -> Decorated:
    return decorated


# The required and the optional keywords of each function that registers an answer.
_KEYWORDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "misconception": (frozenset({"hint"}), frozenset({"replaces"})),
    "variant": (frozenset(), frozenset({"replaces"})),
    "whole_cell": (frozenset({"name", "hint", "source"}), frozenset()),
    "whole_variant": (frozenset({"name", "source"}), frozenset()),
}
_RIGHT = frozenset({"variant", "whole_variant"})


def load(
    path: Path, reference: Mapping[str, str], setup_names: Collection[str] = ()
) -> tuple[KnownAnswer, ...]:
    """Return the known answers in a file, in order; none if the file does not exist.

    Parameters
    ----------
    path
        The `misconceptions.py` of an assignment.
    reference
        The texts of the reference's answer cells, by exercise, in the order of the notebook.
    setup_names
        The names that the set-up cells bind. Imports of these names are not copied.

    Raises
    ------
    BuildError
        If the file is not Python; or if a known answer is for an unknown exercise, replaces what
        the reference does not define, has other arguments than the reference, has no hint, or has
        the name of another one.
    """
    if not path.exists():
        return ()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The file is not UTF-8: {error}."
        raise BuildError(message, path, 1) from error
    try:
        tree = parse(text)
    except SyntaxError as error:
        message = f"The file is not Python: {error.msg}."
        raise BuildError(message, path, error.lineno or 1) from error
    _check_only_top_level(tree, path)
    reader = _Reader(path, text, tree.body, reference, frozenset(setup_names))
    registrations = [(node, call) for node in tree.body for call in _registrations(node)]
    known = tuple(reader.read(node, call) for node, call in registrations)
    _check_unique(known, path)
    return known


@dataclass(frozen=True)
class _Reader:
    """Reader of the registrations in one `misconceptions.py`."""

    path: Path
    text: str
    body: Sequence[ast.stmt]
    reference: Mapping[str, str]
    setup_names: frozenset[str]

    def read(self, node: ast.stmt, call: ast.Call) -> KnownAnswer:
        """Return the known answer that a decorator or a top-level call registers."""
        if isinstance(node, Definition):
            return self._definition(node, call)
        return self._whole_cell(call)

    def _definition(self, node: Definition, call: ast.Call) -> KnownAnswer:
        function, exercise, keywords = self._arguments(call)
        replaces = keywords.get("replaces") or exercise
        above = takewhile(lambda name: name != exercise, self.reference)
        notebook = student_names(self.reference[name] for name in above) | self.setup_names
        try:
            source = inject(
                node, replaces, self.reference[exercise], self.text, self.body, notebook
            )
        except ValueError as error:
            raise self._error(str(error), node.lineno) from error
        hint = keywords.get("hint", "")
        return KnownAnswer(exercise, node.name, hint, source, node.lineno, function in _RIGHT)

    def _whole_cell(self, call: ast.Call) -> KnownAnswer:
        function, exercise, keywords = self._arguments(call)
        source = without_solution_markers(dedent(keywords["source"]).strip("\n"))
        try:
            names = assigned_names(source)
        except SyntaxError as error:
            message = f"The source of {keywords['name']!r} is not Python: {error.msg}."
            raise self._error(message, call.lineno) from error
        if exercise not in names:
            message = f"The source of {keywords['name']!r} does not define {exercise!r}."
            raise self._error(message, call.lineno)
        hint = keywords.get("hint", "")
        return KnownAnswer(
            exercise, keywords["name"], hint, source, call.lineno, function in _RIGHT
        )

    def _arguments(self, call: ast.Call) -> tuple[str, str, dict[str, str]]:
        """Return the function that is called, its exercise and its keywords."""
        function = _called_name(call)
        required, optional = _KEYWORDS[function]
        try:
            values = [ast.literal_eval(argument) for argument in call.args]
            keywords = {str(item.arg): ast.literal_eval(item.value) for item in call.keywords}
        except ValueError as error:
            message = (
                f"The arguments of {function} must be plain strings, because the file is not run."
            )
            raise self._error(message, call.lineno) from error
        if len(values) != 1 or not required <= set(keywords) <= required | optional:
            expected = ", ".join(["the exercise", *(f"{key}=..." for key in sorted(required))])
            message = f"The arguments of {function} are wrong. Expected {expected}."
            raise self._error(message, call.lineno)
        for value in (*values, *keywords.values()):
            if not isinstance(value, str) or not value.strip():
                message = f"The arguments of {function} must be nonempty strings; got {value!r}."
                raise self._error(message, call.lineno)
        if values[0] not in self.reference:
            message = f"{values[0]!r} is not an exercise. {self._exercises()}"
            raise self._error(message, call.lineno)
        return function, values[0], keywords

    def _exercises(self) -> str:
        return f"Expected one of {', '.join(self.reference) or '(none)'}."

    def _error(self, message: str, line: int) -> BuildError:
        return BuildError(message, self.path, line)


def _called_name(call: ast.Call) -> str:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else function
    return name.id if isinstance(name, ast.Name) else str(name)


def _call(node: ast.expr) -> ast.Call | None:
    return node if isinstance(node, ast.Call) and _called_name(node) in _KEYWORDS else None


def _registrations(node: ast.stmt) -> list[ast.Call]:
    """Return the registering calls of a statement, and remove them from its decorators."""
    if isinstance(node, Definition):
        calls = [call for decorator in node.decorator_list if (call := _call(decorator))]
        node.decorator_list = [item for item in node.decorator_list if not _call(item)]
        return calls
    call = _call(node.value) if isinstance(node, ast.Expr) else None
    return [call] if call else []


def _check_only_top_level(tree: ast.Module, path: Path) -> None:
    """Refuse a registration inside a loop or a function, which would be ignored."""
    top = {id(node.value) for node in tree.body if isinstance(node, ast.Expr)}
    for node in tree.body:
        if isinstance(node, Definition):
            top |= {id(decorator) for decorator in node.decorator_list}
    for inner in ast.walk(tree):
        if isinstance(inner, ast.Call) and _call(inner) and id(inner) not in top:
            message = f"{_called_name(inner)} must be at the top level of the file."
            raise BuildError(message, path, inner.lineno)


def _check_unique(known: tuple[KnownAnswer, ...], path: Path) -> None:
    seen: dict[tuple[str, str], int] = {}
    for answer in known:
        key = answer.exercise, answer.name
        if key in seen:
            message = (
                f"There is a second {answer.name!r} for {answer.exercise!r}; "
                f"the first is on line {seen[key]}."
            )
            raise BuildError(message, path, answer.line)
        seen[key] = answer.line
