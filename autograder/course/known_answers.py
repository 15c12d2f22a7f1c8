"""Known answers to exercises, wrong and right, as complete texts of the answer cell.

A week's `misconceptions.py` is read, never run: what it decorates is cut out of its text and
put in place of the reference's definition. The decorators are for its readers, and for Python,
where they leave what they decorate as it is.
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
from autograder.notebook.markers import without_solution_markers
from autograder.notebook.names import assigned_names, student_names
from autograder.notebook.source_code import parse

Decorated = TypeVar("Decorated", bound=Callable[..., object])


@dataclass(frozen=True)
class KnownAnswer:
    """An answer whose verdict is known before it sits the exam.

    `source` is the text of the whole answer cell. Right answers (variants) have no hint.
    `line` is where it stands in `misconceptions.py`.
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
    """Mark a wrong definition that stands in for the reference's, named after the mistake.

    Parameters
    ----------
    exercise
        The exercise that it gets wrong.
    hint
        The sentence that its author deserves: it names the mistake and where to look.
    replaces
        The top-level function or class of the reference that it replaces, where that is not
        the one that the exercise is named after.
    """
    del exercise, hint, replaces
    return _as_it_is


def variant(exercise: str, *, replaces: str = "") -> Callable[[Decorated], Decorated]:
    """Mark another right definition: in loops, in another precision, in another style."""
    del exercise, replaces
    return _as_it_is


def whole_cell(exercise: str, *, name: str, hint: str, source: str) -> None:
    """Register a wrong text of a whole answer cell, for what is not a plain definition."""
    del exercise, name, hint, source


def whole_variant(exercise: str, *, name: str, source: str) -> None:
    """Register another right text of a whole answer cell."""
    del exercise, name, source


def _as_it_is(decorated: Decorated) -> Decorated:
    return decorated


# What each word takes: the keywords that it must have, and those that it may.
_WORDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "misconception": (frozenset({"hint"}), frozenset({"replaces"})),
    "variant": (frozenset(), frozenset({"replaces"})),
    "whole_cell": (frozenset({"name", "hint", "source"}), frozenset()),
    "whole_variant": (frozenset({"name", "source"}), frozenset()),
}
_RIGHT = frozenset({"variant", "whole_variant"})


def load(
    path: Path, reference: Mapping[str, str], given: Collection[str] = ()
) -> tuple[KnownAnswer, ...]:
    """Return the known answers of a week, in the order of the file; none if it has no file.

    Parameters
    ----------
    path
        The week's `misconceptions.py`.
    reference
        The text of the reference's answer cell, by exercise, in the order of the notebook.
    given
        Names that the notebook's set-up cells bind: imports of these are left out of the cells.

    Raises
    ------
    BuildError
        If a known answer is for an unknown exercise, replaces what the reference does not
        define, takes other arguments than the reference, lacks a hint, or has another's name.
    """
    if not path.exists():
        return ()
    text = path.read_text(encoding="utf-8")
    try:
        tree = parse(text)
    except SyntaxError as error:
        message = f"The file is not Python: {error.msg}."
        raise BuildError(message, path, error.lineno or 1) from error
    _check_only_top_level(tree, path)
    reader = _Reader(path, text, tree.body, reference, frozenset(given))
    registrations = [(node, call) for node in tree.body for call in _registrations(node)]
    known = tuple(reader.read(node, call) for node, call in registrations)
    _check_unique(known, path)
    return known


@dataclass(frozen=True)
class _Reader:
    """Reads the statements of one `misconceptions.py`."""

    path: Path
    text: str
    body: Sequence[ast.stmt]
    reference: Mapping[str, str]
    given: frozenset[str]

    def read(self, node: ast.stmt, call: ast.Call) -> KnownAnswer:
        """Return what a call that decorates or is a top-level statement registers."""
        if isinstance(node, Definition):
            return self._definition(node, call)
        return self._whole_cell(call)

    def _definition(self, node: Definition, call: ast.Call) -> KnownAnswer:
        word, exercise, keywords = self._arguments(call)
        replaces = keywords.get("replaces") or exercise
        above = takewhile(lambda name: name != exercise, self.reference)
        notebook = student_names(self.reference[name] for name in above) | self.given
        try:
            source = inject(
                node, replaces, self.reference[exercise], self.text, self.body, notebook
            )
        except ValueError as error:
            raise self._error(str(error), node.lineno) from error
        hint = keywords.get("hint", "")
        return KnownAnswer(exercise, node.name, hint, source, node.lineno, word in _RIGHT)

    def _whole_cell(self, call: ast.Call) -> KnownAnswer:
        word, exercise, keywords = self._arguments(call)
        source = without_solution_markers(dedent(keywords["source"]).strip("\n"))
        try:
            names = assigned_names(source)
        except SyntaxError as error:
            message = f"The source of {keywords['name']!r} is not Python: {error.msg}."
            raise self._error(message, call.lineno) from error
        if exercise not in names:
            message = f"The source of {keywords['name']!r} defines no {exercise!r}."
            raise self._error(message, call.lineno)
        hint = keywords.get("hint", "")
        return KnownAnswer(exercise, keywords["name"], hint, source, call.lineno, word in _RIGHT)

    def _arguments(self, call: ast.Call) -> tuple[str, str, dict[str, str]]:
        """Return the word that is called, its exercise and its keywords."""
        word = _word(call)
        required, optional = _WORDS[word]
        try:
            values = [ast.literal_eval(argument) for argument in call.args]
            keywords = {str(item.arg): ast.literal_eval(item.value) for item in call.keywords}
        except ValueError as error:
            message = f"The arguments of {word} are read, not run: write them as plain strings."
            raise self._error(message, call.lineno) from error
        if len(values) != 1 or not required <= set(keywords) <= required | optional:
            wanted = ", ".join(f"{key}=..." for key in sorted(required)) or "nothing more"
            message = f"{word} takes the exercise, then {wanted}."
            raise self._error(message, call.lineno)
        for value in (*values, *keywords.values()):
            if not isinstance(value, str) or not value.strip():
                message = f"{word} takes strings that say something; got {value!r}."
                raise self._error(message, call.lineno)
        if values[0] not in self.reference:
            message = f"{word} of {values[0]!r}, which is no exercise. {self._exercises()}"
            raise self._error(message, call.lineno)
        return word, values[0], keywords

    def _exercises(self) -> str:
        return f"Expected one of {', '.join(self.reference) or '(none)'}."

    def _error(self, message: str, line: int) -> BuildError:
        return BuildError(message, self.path, line)


def _word(call: ast.Call) -> str:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else function
    return name.id if isinstance(name, ast.Name) else str(name)


def _call(node: ast.expr) -> ast.Call | None:
    return node if isinstance(node, ast.Call) and _word(node) in _WORDS else None


def _registrations(node: ast.stmt) -> list[ast.Call]:
    """Return the calls of a statement that register, and take them off a definition."""
    if isinstance(node, Definition):
        calls = [call for decorator in node.decorator_list if (call := _call(decorator))]
        node.decorator_list = [item for item in node.decorator_list if not _call(item)]
        return calls
    call = _call(node.value) if isinstance(node, ast.Expr) else None
    return [call] if call else []


def _check_only_top_level(tree: ast.Module, path: Path) -> None:
    """Refuse what would go unread: a registration inside a loop or a function."""
    top = {id(node.value) for node in tree.body if isinstance(node, ast.Expr)}
    for node in tree.body:
        if isinstance(node, Definition):
            top |= {id(decorator) for decorator in node.decorator_list}
    for inner in ast.walk(tree):
        if isinstance(inner, ast.Call) and _call(inner) and id(inner) not in top:
            message = f"{_word(inner)} counts at the top level of the file only."
            raise BuildError(message, path, inner.lineno)


def _check_unique(known: tuple[KnownAnswer, ...], path: Path) -> None:
    seen: dict[tuple[str, str], int] = {}
    for answer in known:
        key = answer.exercise, answer.name
        if key in seen:
            message = f"A second {answer.name!r} of {answer.exercise!r} (line {seen[key]})."
            raise BuildError(message, path, answer.line)
        seen[key] = answer.line
