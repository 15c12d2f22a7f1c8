"""Takes IPython's magics and shell lines out of a cell's text, so that Python can read it."""

import re

from autograder.notebook.source_code import parse

# Cell magics whose body is Python; the body of any other (%%bash, %%writefile, ...) is not.
_PYTHON_CELL_MAGICS = frozenset({"%%capture", "%%time", "%%timeit", "%%prun"})
_MAGIC_LINE = re.compile(r"^(\s*)(?:[%!?].*|[\w.]+\?{1,2}\s*)$")
_MAGIC_VALUE = re.compile(r"^(\s*\w[\w, ]*=\s*)[%!].*$")
_BRACKETS_AND_STRINGS = re.compile(
    r"""\"{3}|'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\#.*|[()\[\]{}]"""
)


def strip_magics(source: str) -> str:
    """Return a cell's text without IPython's magics and shell lines, line for line.

    A magic becomes `pass`, and `files = !ls` becomes `files = None`, so that what is left has
    the same line numbers and binds the same names. Text that is Python already stays as it is.
    """
    if _is_python(source):
        return source
    lines = source.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    head = lines[first].split()
    if head and head[0].startswith("%%") and head[0] not in _PYTHON_CELL_MAGICS:
        return "\n".join("" for _ in lines)
    inside = _Nesting()
    kept = []
    for line in lines:
        kept.append(line if inside.continues else _without_magic(line))
        inside.read(kept[-1])
    return "\n".join(kept)


def _is_python(source: str) -> bool:
    try:
        parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def _without_magic(line: str) -> str:
    if found := _MAGIC_VALUE.match(line):
        return found[1] + "None"
    if found := _MAGIC_LINE.match(line):
        return found[1] + "pass"
    return line


class _Nesting:
    """Whether the next line continues a bracket, a long string or a backslash."""

    def __init__(self) -> None:
        self._depth, self._quotes, self._backslash = 0, "", False

    @property
    def continues(self) -> bool:
        return self._depth > 0 or self._quotes != "" or self._backslash

    def read(self, line: str) -> None:
        for token in _BRACKETS_AND_STRINGS.findall(line):
            if self._quotes:
                self._quotes = "" if token == self._quotes else self._quotes
            elif token in ('"""', "'''"):
                self._quotes = token
            elif token in "([{":
                self._depth += 1
            elif token in ")]}":
                self._depth = max(0, self._depth - 1)
        self._backslash = line.endswith("\\")
