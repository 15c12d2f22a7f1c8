"""Read the text of a notebook (jupytext's percent format) into cells."""

import re
from dataclasses import dataclass
from pathlib import Path

import jupytext

from autograder.course.build.headers import HEADER, Header, read_header
from autograder.errors import BuildError
from autograder.models import CellRole

_MARKDOWN_ROLES = (CellRole.PROSE, CellRole.WRITTEN)
_OPENING_QUOTES = re.compile(r"""^[rR]?(?:\"{3}|'{3})""")


@dataclass(frozen=True)
class TextCell:
    """One cell of a course text.

    `line` is the line of its header in the file, `first` the line at which its source begins.
    """

    header: Header
    source: str
    path: Path
    line: int
    first: int

    @property
    def is_markdown(self) -> bool:
        """Whether the cell is text rather than code."""
        return self.header.role in _MARKDOWN_ROLES

    def error(self, message: str, line: int | None = None) -> BuildError:
        """Return a build error at the header of this cell, or at a line of the file."""
        return BuildError(message, self.path, self.line if line is None else line)


@dataclass(frozen=True)
class CourseText:
    """The text of one notebook."""

    path: Path
    cells: tuple[TextCell, ...]

    @property
    def answers(self) -> dict[str, TextCell]:
        """The answer cells by exercise, in order."""
        return {
            cell.header.name: cell for cell in self.cells if cell.header.role is CellRole.ANSWER
        }


def read_course_text(path: Path) -> CourseText:
    """Return the cells of a file in jupytext's percent format.

    Comments above the first cell are about the file and do not become a cell.

    Raises
    ------
    BuildError
        If a header is wrong, or something other than comments is above the first cell.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The file is not UTF-8: {error}."
        raise BuildError(message, path, 1) from error
    lines = text.replace("\r\n", "\n").split("\n")
    starts = [index for index, line in enumerate(lines) if HEADER.match(line)]
    if not starts:
        message = 'The file has no cells. A cell starts with a line "# %%".'
        raise BuildError(message, path, 1)
    _check_top(lines[: starts[0]], path)

    headers = [read_header(lines[start], path, start + 1) for start in starts]
    sources = _sources("\n".join(lines[starts[0] :]), path, starts[0] + 1, len(starts))
    ends = [*starts[1:], len(lines)]
    cells = tuple(
        TextCell(
            header,
            source.strip("\n"),
            path,
            start + 1,
            _first_line(
                lines[start + 1 : end], start + 2, docstring=header.role in _MARKDOWN_ROLES
            ),
        )
        for header, source, start, end in zip(headers, sources, starts, ends, strict=True)
    )
    for cell in cells:
        if not cell.source.strip():
            message = "The cell is empty. Add its content, or delete its header."
            raise cell.error(message)
    return CourseText(path, cells)


def _sources(text: str, path: Path, line: int, count: int) -> list[str]:
    cells = jupytext.reads(text, fmt="py:percent").cells
    if len(cells) != count:
        message = f"jupytext finds {len(cells)} cells, but the file has {count} cell headers."
        raise BuildError(message, path, line)
    return [str(cell.source) for cell in cells]


def _check_top(lines: list[str], path: Path) -> None:
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            message = 'Only comments are allowed above the first cell. Put "# %%" before this line.'
            raise BuildError(message, path, number)


def _first_line(body: list[str], first: int, *, docstring: bool) -> int:
    """Return the line in the file where the source of a cell begins."""
    for offset, line in enumerate(body):
        opening = _OPENING_QUOTES.match(line) if docstring else None
        rest = line[opening.end() :] if opening else line
        if rest.strip():
            return first + offset
    return first
