"""Explain in one sentence why a cell cannot be read as Python.

The cell may have run after a hidden test, so its traceback is never shown. The sentence is made
from the text of the cell alone, which is the student's own.
"""

from autograder.notebook.sanitize import plain_text
from autograder.notebook.source_code import parse, strip_magics

MAX_SOURCE = 100_000  # characters


def syntax_problem(source: str) -> str:
    """Return one sentence about the first place that is not Python, or "" if there is none."""
    if len(source) > MAX_SOURCE:
        return ""
    try:
        parse(strip_magics(source))
    except SyntaxError as error:
        where = f"line {error.lineno}" if error.lineno else "this cell"
        return plain_text(f"Python cannot read {where} of this cell: {error.msg}.", 300)
    # What the parser raises otherwise: for a null character, or brackets nested too deeply.
    except (ValueError, RecursionError, MemoryError):
        return "Python cannot read this cell."
    return ""
