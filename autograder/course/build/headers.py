"""Read the header line of a course cell: `# %% test="softmax" points=10`.

Each header is read on its own; `checks` examines whether an exercise exists.
"""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from autograder.errors import BuildError
from autograder.models import CellRole

HEADER = re.compile(r"^\s*#\s*%%+(?:\s|$)")
"""Matches a line that starts a cell, even if `read_header` then refuses it."""

N_OUTCOMES = 16

_WELL_FORMED = re.compile(r"^# %%(?: \[(?P<kind>[^\]]*)\])?(?P<keys>(?:\s.*)?)$")
_KEY = re.compile(r"\s*(\w+)\s*=\s*")
_NEXT_KEY = re.compile(r"\s+(?=\w+\s*=)|\s*$")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}\Z")


@dataclass(frozen=True)
class Header:
    """The values of a cell header. `name` is that of the exercise or of the written question."""

    role: CellRole
    name: str = ""
    points: float = 0
    uses: tuple[str, ...] = ()
    outcomes: tuple[int, ...] = ()
    is_parameters: bool = False


# The key that gives a cell its role, the role, and the further keys that are allowed.
_ROLES: Mapping[str, tuple[CellRole, frozenset[str]]] = {
    "setup": (CellRole.SETUP, frozenset()),
    "parameters": (CellRole.SETUP, frozenset()),
    "exercise": (CellRole.ANSWER, frozenset({"uses", "outcomes"})),
    "test": (CellRole.TEST, frozenset({"points"})),
    "written": (CellRole.WRITTEN, frozenset({"points", "outcomes"})),
}
_EXPECTED = {
    "setup": "true",
    "parameters": "true",
    "exercise": 'a name such as "softmax"',
    "test": 'the name of an exercise such as "softmax"',
    "written": 'a name such as "why_xor"',
    "points": "a positive number",
    "uses": 'a list of exercises such as ["softmax"]',
    "outcomes": f"a list of numbers from 1 to {N_OUTCOMES}, each once",
}


def read_header(line: str, path: Path, number: int) -> Header:
    """Return the values of the cell header on line `number` of `path`.

    Raises
    ------
    BuildError
        If the line has an unknown or misspelled key, a value that is not a Python literal of the
        kind that its key needs, keys without a role, or more than one role.
    """
    found = _WELL_FORMED.match(line.rstrip())
    if found is None:
        message = f'A cell starts with "# %%" at the left margin, then its keys; got {line!r}.'
        raise BuildError(message, path, number)
    if found["kind"] not in (None, "markdown"):
        message = f"A cell is code or [markdown]; got [{found['kind']}]."
        raise BuildError(message, path, number)

    keys = _read_keys(found["keys"], path, number)
    is_markdown = found["kind"] == "markdown"
    role_key = _role_key(keys, is_markdown=is_markdown, path=path, number=number)
    if role_key is None:
        return Header(CellRole.PROSE if is_markdown else CellRole.DEMO)
    return _header(role_key, keys)


def _header(role_key: str, keys: Mapping[str, object]) -> Header:
    name, points, uses, outcomes = (
        keys.get(key, default)
        for key, default in ((role_key, ""), ("points", 0), ("uses", []), ("outcomes", []))
    )
    assert isinstance(points, int | float)
    assert isinstance(uses, list)
    assert isinstance(outcomes, list)
    return Header(
        role=_ROLES[role_key][0],
        name=name if isinstance(name, str) else "",
        points=points,
        uses=tuple(uses),
        outcomes=tuple(outcomes),
        is_parameters=role_key == "parameters",
    )


def _read_keys(text: str, path: Path, number: int) -> dict[str, object]:
    keys: dict[str, object] = {}
    while text.strip():
        found = _KEY.match(text)
        if found is None:
            message = f"Cannot read {text.strip()!r} in a cell header: expected key=value."
            raise BuildError(message, path, number)
        key = found[1]
        if key not in _EXPECTED:
            message = f"Unknown key {key!r} in a cell header. {_advice(key)}"
            raise BuildError(message, path, number)
        if key in keys:
            message = f"The key {key!r} is given twice in a cell header."
            raise BuildError(message, path, number)
        text = text[found.end() :]
        end, keys[key] = _read_value(key, text, path, number)
        text = text[end:]
    return keys


def _advice(key: str) -> str:
    near = get_close_matches(key, _EXPECTED, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Expected one of {', '.join(_EXPECTED)}."


def _read_value(key: str, text: str, path: Path, number: int) -> tuple[int, object]:
    """Return where the value of `key` at the start of `text` ends, and the value."""
    # A string may contain what looks like the next key, so the shortest literal counts.
    for end in (found.start() for found in _NEXT_KEY.finditer(text)):
        raw = text[:end]
        try:
            value = True if raw == "true" else ast.literal_eval(raw)
        except (SyntaxError, ValueError):
            continue
        if _IS_VALID[key](value):
            return end, value
        message = f"{key}={raw} in a cell header: expected {_EXPECTED[key]}."
        raise BuildError(message, path, number)
    message = (
        f"{key}={text.strip()} in a cell header is not a Python literal: expected {_EXPECTED[key]}."
    )
    raise BuildError(message, path, number)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.match(value) is not None


def _is_points(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 < float(value) < float("inf")  # type: ignore[arg-type]


def _is_uses(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_name, value))


def _is_outcomes(value: object) -> bool:
    return (
        isinstance(value, list)
        and all(type(item) is int and 1 <= item <= N_OUTCOMES for item in value)
        and len(set(value)) == len(value)
    )


_IS_VALID: Mapping[str, Callable[[object], bool]] = {
    "setup": lambda value: value is True,
    "parameters": lambda value: value is True,
    "exercise": _is_name,
    "test": _is_name,
    "written": _is_name,
    "points": _is_points,
    "uses": _is_uses,
    "outcomes": _is_outcomes,
}


def _role_key(
    keys: Mapping[str, object], *, is_markdown: bool, path: Path, number: int
) -> str | None:
    role_keys = [key for key in keys if key in _ROLES]
    if len(role_keys) > 1:
        message = f"A cell has one role; got {' and '.join(role_keys)}."
        raise BuildError(message, path, number)
    role_key = role_keys[0] if role_keys else None
    allowed = {role_key, *_ROLES[role_key][1]} if role_key else set()
    for key in keys:
        if key not in allowed:
            owners = [owner for owner, (_, extra) in _ROLES.items() if key in extra]
            message = f"The key {key!r} belongs to a cell with {' or '.join(owners)}."
            raise BuildError(message, path, number)
    if role_key is not None and (role_key == "written") != is_markdown:
        kind = "[markdown]" if role_key == "written" else "code"
        message = f"A cell with {role_key!r} is a {kind} cell."
        raise BuildError(message, path, number)
    if role_key in ("test", "written") and "points" not in keys:
        message = f"{role_key}={keys[role_key]!r} has no points. Add them, for example points=5."
        raise BuildError(message, path, number)
    return role_key
