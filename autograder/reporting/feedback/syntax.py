"""Say in words why a cell cannot be read as Python.

What such a cell raises may come after a hidden test, so its traceback is never shown. Its text
says the same, and it is the student's own.
"""

from autograder.notebook.sanitize import plain_text
from autograder.notebook.source_code import parse, strip_magics

MAX_SOURCE = 100_000  # characters


def syntax_problem(source: str) -> str:
    """Return one sentence about the first place that is not Python; "" where all of it is."""
    if len(source) > MAX_SOURCE:
        return ""
    try:
        parse(strip_magics(source))
    except SyntaxError as error:
        where = f"line {error.lineno}" if error.lineno else "this cell"
        return plain_text(f"Python cannot read {where} of this cell: {error.msg}.", 300)
    # A parser's other ways to give up: a null character, brackets a thousand deep.
    except (ValueError, RecursionError, MemoryError):
        return "Python cannot read this cell."
    return ""
