"""Read the parts of a notebook's JSON that grading uses, and skip the rest without parsing it.

Outputs can be a thousand times as large as the sources, and nothing of them is used. They are
skipped as bytes: only strings and brackets are recognized there, and nothing is built. So a large
notebook costs the time to look at its bytes once, and the memory of the file.

Of two members with the same key the last one counts, as in Python's and JavaScript's JSON. Numbers
such as NaN, which JSON does not have but notebooks do, are read.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

from autograder.errors import SubmissionError

MAX_USED = 50_000_000  # bytes of the parts that are used
MAX_USED_BRACKETS = 1_000_000  # lists and objects in them, which take 30 times their bytes
MAX_BRACKETS = 5_000_000  # of the parts that are skipped, innermost lists and objects not counted
MAX_MEMBERS = 500_000  # of lists and objects with parts that are used
MAX_CELLS = 100_000
MAX_KEY = 200  # bytes of the name of a member; no name that is used is longer
MAX_DIGITS = 20  # of a whole number that is used

_CELL_VALUES = frozenset({"cell_type", "source", "input", "id"})
_METADATA_VALUES = frozenset({"nbgrader", "tags"})

_SPACE = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_PLAIN = re.compile(rb'[^\s"{}\[\],:]++')  # a number, true, false or null
_FLAT = rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+'
_NO_NESTING = re.compile(
    rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+"|\[' + _FLAT + rb"\]|\{" + _FLAT + rb"\})*+", re.DOTALL
)
"""Text up to the next bracket that contains other brackets, or that closes what is around it."""

_Reader = Callable[[int], tuple[Any, int]]
"""Reads the value at a position; returns it, and the position after it."""


def used_parts(data: bytes) -> dict[str, Any]:
    """Return a notebook of format 2, 3 or 4 with only what grading uses of it.

    These are its cells, and of each cell the type, the source, the id, nbgrader's metadata, the
    tags, and the names of its attachments.

    Parameters
    ----------
    data
        JSON in UTF-8, or in another encoding that contains ASCII.

    Raises
    ------
    SubmissionError
        If the data is not a JSON object, or what is used of it exceeds a limit.
    """
    return _Scanner(data).notebook()


class _Scanner:
    """A position in the data is always given and returned; only what was counted is kept."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.used = self.used_brackets = self.brackets = self.members_read = self.cells = 0

    def notebook(self) -> dict[str, Any]:
        start = self.space(0)
        if self.data[start : start + 1] != b"{":
            raise _not_an_object(self.data[start:])
        found: dict[str, Any]
        found, end = self.object(start, {"cells": self.cell_list, "worksheets": self.sheets})
        end = self.space(end)
        if end < len(self.data):
            self.refuse("there is more after the end of the notebook", end)
        return found

    def sheets(self, position: int) -> tuple[Any, int]:
        def sheet(start: int) -> tuple[Any, int]:
            return self.object(start, {"cells": self.cell_list})

        return self.array(position, sheet)

    def cell_list(self, position: int) -> tuple[Any, int]:
        return self.array(position, self.cell)

    def cell(self, position: int) -> tuple[Any, int]:
        self.cells += 1
        if self.cells > MAX_CELLS:
            message = f"The file has more than {MAX_CELLS:,} cells."
            raise SubmissionError(message)
        readers: dict[str, _Reader] = dict.fromkeys(_CELL_VALUES, self.value)
        return self.object(
            position, {**readers, "metadata": self.metadata, "attachments": self.names}
        )

    def metadata(self, position: int) -> tuple[Any, int]:
        return self.object(position, dict.fromkeys(_METADATA_VALUES, self.value))

    def names(self, position: int) -> tuple[Any, int]:
        """Read an object without its values."""
        names: dict[str, Any] = {}
        end = self.members(position, lambda key, start: self.keep_name(names, key, start))
        return names, end

    def keep_name(self, names: dict[str, Any], key: str, position: int) -> int:
        self.count(len(key))
        names[key] = None
        return self.skip(position)

    def object(self, position: int, readers: dict[str, _Reader]) -> tuple[Any, int]:
        """Read some members of an object; a value that is no object becomes None."""
        found: dict[str, Any] = {}
        if self.data[position : position + 1] != b"{":
            return None, self.skip(position)

        def member(key: str, start: int) -> int:
            reader = readers.get(key)
            if reader is None:
                return self.skip(start)
            found[key], end = reader(start)
            return end

        return found, self.members(position, member)

    def array(self, position: int, reader: _Reader) -> tuple[Any, int]:
        """Read a list; a value that is no list becomes None."""
        if self.data[position : position + 1] != b"[":
            return None, self.skip(position)
        items: list[Any] = []
        position = self.space(position + 1)
        if self.data[position : position + 1] == b"]":
            return items, position + 1
        while True:
            item, position = reader(self.space(position))
            items.append(item)
            position, is_last = self.separator(position, b"]")
            if is_last:
                return items, position

    def members(self, position: int, member: Callable[[str, int], int]) -> int:
        """Call `member` with the key and the position of each value; return the end."""
        if self.data[position : position + 1] != b"{":
            return self.skip(position)
        position = self.space(position + 1)
        if self.data[position : position + 1] == b"}":
            return position + 1
        while True:
            key, position = self.key(self.space(position))
            position = member(key, self.space(position))
            position, is_last = self.separator(position, b"}")
            if is_last:
                return position

    def key(self, position: int) -> tuple[str, int]:
        end = self.string(position)
        colon = self.space(end)
        if self.data[colon : colon + 1] != b":":
            self.refuse("expected a colon", colon)
        text = self.data[position:end]
        if len(text) > 200:
            return "", colon + 1
        return str(self.parsed(text, position)) if b"\\" in text else _decoded(
            text[1:-1]
        ), colon + 1

    def separator(self, position: int, closing: bytes) -> tuple[int, bool]:
        self.members_read += 1
        if self.members_read > MAX_MEMBERS:
            raise _too_many_lists()
        position = self.space(position)
        found = self.data[position : position + 1]
        if found == closing:
            return position + 1, True
        if found != b",":
            self.refuse(f"expected a comma or {closing.decode()}", position)
        return position + 1, False

    def value(self, position: int) -> tuple[Any, int]:
        """Parse a value that is used."""
        end = self.skip(position)
        text = self.data[position:end]
        self.count(len(text))
        self.used_brackets += text.count(b"{") + text.count(b"[")
        if self.used_brackets > MAX_USED_BRACKETS:
            raise _too_many_lists()
        return self.parsed(text, position), end

    def parsed(self, text: bytes, position: int) -> Any:
        try:
            return json.loads(_decoded(text), parse_int=_bounded_number)
        except RecursionError as error:
            message = "The file is nested too deeply for a notebook."
            raise SubmissionError(message) from error
        except ValueError as error:
            self.refuse(str(error).partition(":")[0], position, error)

    def count(self, size: int) -> None:
        self.used += size
        if self.used > MAX_USED:
            message = (
                f"The cells have more than {MAX_USED // 1_000_000} MB of text, outputs not counted."
            )
            raise SubmissionError(message)

    def skip(self, position: int) -> int:
        """Return the end of the value at a position."""
        first = self.data[position : position + 1]
        if first == b'"':
            return self.string(position)
        if first in (b"{", b"["):
            return self.skip_nested(position)
        plain = _PLAIN.match(self.data, position)
        if plain is None:
            self.refuse("expected a value", position)
        return plain.end()

    def skip_nested(self, position: int) -> int:
        data, pattern, size = self.data, _NO_NESTING, len(self.data)
        budget = MAX_BRACKETS - self.brackets
        depth = opened = 1
        position += 1
        while True:
            found = pattern.match(data, position)
            position = found.end() if found else position
            if position >= size or data[position] == 0x22:  # a quotation mark without its partner
                self.refuse("it ends too early", size)
            if data[position] in b"{[":
                depth, opened = depth + 1, opened + 1
                if opened > budget:
                    raise _too_many_lists()
            else:
                depth -= 1
            position += 1
            if depth == 0:
                self.brackets += opened
                return position

    def string(self, position: int) -> int:
        if self.data[position : position + 1] != b'"':
            self.refuse("expected a string", position)
        found = _STRING.match(self.data, position)
        if found is None:
            self.refuse("it ends too early", len(self.data))
        return found.end()

    def space(self, position: int) -> int:
        found = _SPACE.match(self.data, position)
        return found.end() if found else position

    def refuse(self, what: str, position: int, cause: Exception | None = None) -> NoReturn:
        if position >= len(self.data):
            what = "it ends too early, as after an interrupted download"
        line = self.data.count(b"\n", 0, position) + 1
        message = f"The file is not JSON, so it is not a notebook: {what} (line {line:,})."
        raise SubmissionError(message) from cause


def _too_many_lists() -> SubmissionError:
    message = "The file contains too many lists and objects for a notebook. Clear its outputs."
    return SubmissionError(message)


def _not_an_object(data: bytes) -> SubmissionError:
    try:
        json.loads(_decoded(data[:10_000]), parse_int=_bounded_number)
        is_json = True
    except (ValueError, RecursionError):
        is_json = data[:1] == b"["
    if is_json:
        return SubmissionError("The file contains JSON, but not a notebook: expected an object.")
    return SubmissionError("The file is not JSON, so it is not a notebook.")


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _bounded_number(digits: str) -> int | float:
    return int(digits) if len(digits) < MAX_DIGITS else float("nan")
