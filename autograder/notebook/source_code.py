"""Parse the source of a cell: its Python code, its IPython syntax, and nbgrader's markers.

A cell may contain magics (`%time`, `%%bash`), shell lines (`!ls`), calls for help (`np.exp?`),
prompts and indentation that IPython accepts and Python does not. There is one rule for what is
Python in it. A student's kernel runs a cell as IPython does. Everything else, the analysis of
names and the examiner, which runs set-up and test cells as plain Python, reads
`strip_magics(source)`. A test compares `strip_magics` with IPython's own TransformerManager. That
class is not used here because it takes quadratic time, and a submitted cell may be long.

`ast` and `symtable` are called under a lock. CPython's `ast.parse` keeps its recursion depth in a
variable that all threads share, and fails with a SystemError when two threads parse at once
(github.com/python/cpython/issues/106905); and `warnings.catch_warnings` changes filters that all
threads share. Several exams run in the threads of one process.

nbgrader's markers enclose regions: solutions, hidden tests, mark schemes. A region begins at a line
such as `### BEGIN SOLUTION` and ends at `### END SOLUTION`. As in nbgrader, with its default
settings, the words count wherever they are in a line, so `=== BEGIN MARK SCHEME ===` is a marker
too.
"""

import ast
import re
import symtable
import threading
import warnings
from enum import StrEnum

_LOCK = threading.Lock()

# Cell magics whose body runs in the namespace of the notebook. The body of any other (%%bash,
# %%writefile, ...) is not Python of this notebook.
_PYTHON_CELL_MAGICS = frozenset({"%%capture", "%%time", "%%timeit", "%%prun"})
_MAX_NESTED_MAGICS = 100
_STATEMENT_MAGIC = re.compile(r"^(\s*)%(?:time|prun)\s+(?![-\s])(.*)$")
_MAGIC_LINE = re.compile(r"^(\s*)[%!?,;/]")
_MAGIC_VALUE = re.compile(r"^(\s*[\w(\[*][^=#%!]*=\s*)[%!].*$")
_PROMPT = re.compile(r"^(?:>>>|\.\.\.|In \[\d+\]:|\s*\.{3,}:)(?: |$)")
_HELP = re.compile(r"[\w*\]]\?{1,2}$")
# A string without an end takes the rest of the line: a search that failed here and went on would
# take quadratic time.
_STRING_OR_COMMENT = r"""'(?:\\.|[^'\\])*'?|"(?:\\.|[^"\\])*"?|\#.*"""
_STRINGS_AND_COMMENTS = re.compile(_STRING_OR_COMMENT)
_TOKENS = re.compile(rf"""\"{{3}}|'{{3}}|{_STRING_OR_COMMENT}|[()\[\]{{}}]""")
_ESCAPES_AND_QUOTES = re.compile(r"""\\.|\"{3}|'{3}""")


def parse(source: str) -> ast.Module:
    """Return the syntax tree of Python source, without warnings about invalid escapes.

    Raises
    ------
    SyntaxError, ValueError
        If the source is not Python, or contains a null byte.
    """
    with _LOCK, warnings.catch_warnings(action="ignore"):
        return ast.parse(source)


def symbols(source: str) -> symtable.SymbolTable:
    """Return the symbol table of Python source.

    Raises
    ------
    SyntaxError, ValueError
        If the source is not Python, or contains a null byte.
    """
    with _LOCK, warnings.catch_warnings(action="ignore"):
        return symtable.symtable(source, "cell", "exec")


def strip_magics(source: str) -> str:
    """Return the Python part of a cell, with as many lines as the cell has.

    Source that is Python already is returned unchanged. Otherwise prompts and the indentation of
    the first line are removed, as IPython does, and

    - a magic, a shell line or a call for help becomes `pass`;
    - `files = !ls` becomes `files = None`, so that the same names are bound;
    - `%time x = f()` becomes `x = f()`, because these magics run their statement in the notebook;
    - the first line of `%%time`, `%%timeit`, `%%prun` and `%%capture` becomes `pass`, and the
      other lines stay (IPython forgets what the body of `%%timeit` binds);
    - a cell of any other cell magic becomes empty lines.
    """
    if _is_python(source):
        return source
    stripped: list[str] = []
    lines = source.split("\n")
    for _ in range(_MAX_NESTED_MAGICS):
        lines = _without_indentation(_without_prompts(lines))
        first = next((index for index, line in enumerate(lines) if line.strip()), 0)
        name = lines[first].split(maxsplit=1)[0] if lines[first].strip() else ""
        if not name.startswith("%%") or name.endswith("?"):
            break
        if name not in _PYTHON_CELL_MAGICS:
            return "\n".join([*stripped, *("" for _ in lines)])
        stripped += ["pass" if index == first else "" for index in range(first + 1)]
        lines = lines[first + 1 :]
        if not lines:
            return "\n".join(stripped)
    return "\n".join([*stripped, *_without_line_magics(lines)])


def same_text(one: str, other: str) -> bool:
    """Return whether two texts are equal except for white space at the ends of lines and text."""
    return one == other or comparable(one) == comparable(other)


def comparable(text: str) -> str:
    """Return a text without the white space that editors add and remove on their own."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _is_python(source: str) -> bool:
    try:
        parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def _without_prompts(lines: list[str]) -> list[str]:
    """Remove the prompts of a pasted session if the first line has one."""
    first = next((line for line in lines if line.strip()), "")
    if not _PROMPT.match(first) or first.lstrip().startswith("..."):
        return lines
    return [_PROMPT.sub("", line, count=1) for line in lines]


def _without_indentation(lines: list[str]) -> list[str]:
    """Remove the indentation of the first line from every line that has it."""
    first = next((line for line in lines if line.strip()), "")
    indentation = first[: len(first) - len(first.lstrip())]
    if not indentation:
        return lines
    return [line.removeprefix(indentation) for line in lines]


def _without_line_magics(lines: list[str]) -> list[str]:
    nesting = _Nesting()
    kept: list[str] = []
    is_magic_continued = False
    for line in lines:
        if is_magic_continued:  # after a magic that ends with a backslash
            kept.append("")
            is_magic_continued = line.endswith("\\")
            continue
        python = line if nesting.continues else _without_magic(line)
        is_magic_continued = python != line and line.endswith("\\") and not python.endswith("\\")
        kept.append(python)
        nesting.read(python)
    return kept


def _without_magic(line: str) -> str:
    if found := _STATEMENT_MAGIC.match(line):
        return found[1] + found[2]
    if found := _MAGIC_VALUE.match(line):
        return found[1] + "None"
    if found := _MAGIC_LINE.match(line):
        return found[1] + "pass"
    if _asks_for_help(line):
        return line[: len(line) - len(line.lstrip())] + "pass"
    return line


def _asks_for_help(line: str) -> bool:
    """Return whether a line ends with a question mark that is not in a string or a comment."""
    if not line.rstrip().endswith("?"):
        return False
    return _HELP.search(_STRINGS_AND_COMMENTS.sub("", line).rstrip()) is not None


class _Nesting:
    """Whether the next line continues a bracket, a long string or a backslash."""

    def __init__(self) -> None:
        self._depth, self._quotes, self._has_backslash = 0, "", False

    @property
    def continues(self) -> bool:
        return self._depth > 0 or self._quotes != "" or self._has_backslash

    def read(self, line: str) -> None:
        position = 0
        while found := (_ESCAPES_AND_QUOTES if self._quotes else _TOKENS).search(line, position):
            token, position = found[0], found.end()
            if self._quotes:
                self._quotes = "" if token == self._quotes else self._quotes
            elif token in ('"""', "'''"):
                self._quotes = token
            elif token in "([{":
                self._depth += 1
            elif token in ")]}":
                self._depth = max(0, self._depth - 1)
        self._has_backslash = line.endswith("\\")


# --- nbgrader's markers --------------------------------------------------------------------------


class Region(StrEnum):
    """A part of a cell of the source that students are not given."""

    SOLUTION = "SOLUTION"
    HIDDEN_TESTS = "HIDDEN TESTS"
    MARK_SCHEME = "MARK SCHEME"

    @property
    def begin(self) -> str:
        """The line that begins the region, as authors write it."""
        return f"### BEGIN {self}"

    @property
    def end(self) -> str:
        """The line that ends the region, as authors write it."""
        return f"### END {self}"


_SOLUTION_MARKER_LINE = re.compile(r"^[^\S\n]*### (?:BEGIN|END) SOLUTION[^\S\n]*\n?", re.MULTILINE)


def has_region(text: str, region: Region) -> bool:
    """Return whether a region begins in a text."""
    return f"BEGIN {region}" in text


def replace_region(text: str, region: Region, *stub: str) -> str:
    """Return a text in which other lines, by default none, replace each such region.

    The markers are replaced too. The new lines are indented as the marker that begins the region.
    A region without an end goes on to the end of the text.
    """
    kept: list[str] = []
    is_inside = False
    for line in text.split("\n"):
        if f"BEGIN {region}" in line:
            is_inside = True
            indentation = line[: len(line) - len(line.lstrip())]
            kept += [indentation + stub_line for stub_line in stub]
        elif f"END {region}" in line:
            is_inside = False
        elif not is_inside:
            kept.append(line)
    return "\n".join(kept)


def without_solution_markers(source: str) -> str:
    """Return an answer cell with its solution, but without the lines that mark it."""
    return _SOLUTION_MARKER_LINE.sub("", source)
