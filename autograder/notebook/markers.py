"""Find and replace the regions that nbgrader's markers enclose: solutions, hidden tests, marks.

A region begins at a line such as `### BEGIN SOLUTION` and ends at `### END SOLUTION`. As in
nbgrader, with its default settings, the words count wherever they are in a line, so
`=== BEGIN MARK SCHEME ===` is a marker too.
"""

import re
from enum import StrEnum


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
