"""Replace a definition in the text of an answer cell by a definition of another text."""

import ast
import re
from collections.abc import Collection, Iterable, Sequence

from autograder.notebook.names import assigned_names, free_names, imported_names
from autograder.notebook.source_code import parse, strip_magics, without_solution_markers

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def inject(
    node: Definition,
    replaces: str,
    reference: str,
    text: str,
    body: Sequence[ast.stmt],
    notebook: Collection[str],
) -> str:
    """Return the reference's answer cell with the definition `node` instead of its own.

    Parameters
    ----------
    node
        A definition in `text`, which has the statements `body`.
    replaces
        The name of the function or class of the reference that is replaced.
    reference
        The text of the reference's answer cell.
    notebook
        Names that other cells bind, whose definitions need not be copied.

    Raises
    ------
    ValueError
        If the reference has no such definition, or its arguments are different.
    """
    reference = strip_magics(reference)
    original = _definition(replaces, reference)
    _check_arguments(node, original)
    segment = _renamed(node, replaces, text)
    lines = reference.split("\n")
    before = lines[: _first_line(original) - 1]
    cell = "\n".join([*before, *segment.split("\n"), *lines[original.end_lineno :]])
    statements = ["\n".join(_lines_of(statement, text)) for statement in body]
    needed = _needed(segment, statements, {*_binds(reference), *notebook})
    return without_solution_markers("\n\n\n".join([*needed, cell])).strip("\n")


def _definition(name: str, reference: str) -> Definition:
    definitions = [node for node in parse(reference).body if isinstance(node, Definition)]
    for node in definitions:
        if node.name == name:
            return node
    names = ", ".join(node.name for node in definitions) or "(none)"
    message = (
        f"The reference defines no function or class {name!r} at top level. Expected one of "
        f"{names}. Add replaces=..., or use whole_cell."
    )
    raise ValueError(message)


def _check_arguments(node: Definition, original: Definition) -> None:
    if isinstance(node, ast.ClassDef) or isinstance(original, ast.ClassDef):
        return
    actual, expected = _argument_names(node.args), _argument_names(original.args)
    if actual != expected:
        message = (
            f"{node.name!r} has the arguments ({', '.join(actual)}), but {original.name!r} of the "
            f"reference has ({', '.join(expected)}). Use the same arguments."
        )
        raise ValueError(message)


def _argument_names(arguments: ast.arguments) -> list[str]:
    names = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    names += [f"*{arguments.vararg.arg}"] if arguments.vararg else []
    names += [f"{item.arg}=" for item in arguments.kwonlyargs]
    return names + ([f"**{arguments.kwarg.arg}"] if arguments.kwarg else [])


def _renamed(node: Definition, name: str, text: str) -> str:
    """Return the text of a definition under another name."""
    first = _first_line(node)
    lines = _lines_of(node, text)
    slots = [(inner.lineno, inner.col_offset) for inner in _own_names(node)]
    for lineno, column in sorted(slots, reverse=True):
        # The parser counts columns in bytes of UTF-8.
        line = lines[lineno - first].encode()
        renamed = line[:column] + name.encode() + line[column + len(node.name.encode()) :]
        lines[lineno - first] = renamed.decode()
    head = node.lineno - first
    lines[head] = re.sub(rf"\b{re.escape(node.name)}\b", name, lines[head], count=1)
    return "\n".join(lines)


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, Definition) else []
    return min([node.lineno, *(item.lineno for item in decorators)])


def _lines_of(node: ast.stmt, text: str) -> list[str]:
    return text.split("\n")[_first_line(node) - 1 : node.end_lineno]


def _own_names(node: Definition) -> Iterable[ast.Name]:
    inner = (found for part in node.body for found in ast.walk(part))
    return (found for found in inner if isinstance(found, ast.Name) and found.id == node.name)


def _needed(segment: str, statements: Sequence[str], present: Collection[str]) -> list[str]:
    """Return the imports and helpers that a definition needs, imports first."""
    missing = set(free_names(segment)) - set(present)
    taken: list[int] = []
    # A helper may need others above or below it: continue until nothing is added.
    while True:
        added = [
            index
            for index, source in enumerate(statements)
            if index not in taken and _binds(source) & missing
        ]
        if not added:
            break
        taken += added
        missing.update(*(free_names(statements[index]) - set(present) for index in added))
    chosen = [statements[index] for index in sorted(taken)]
    imports = [source for source in chosen if imported_names(source)]
    helpers = [source for source in chosen if not imported_names(source)]
    return [*(["\n".join(imports)] if imports else []), *helpers]


def _binds(source: str) -> frozenset[str]:
    return assigned_names(source) | imported_names(source)
