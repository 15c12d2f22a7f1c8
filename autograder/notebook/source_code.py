"""Reads Python text, in one thread at a time.

CPython's `ast.parse` counts its recursion in a place that all threads share, and fails with a
SystemError when two of them parse at once (github.com/python/cpython/issues/106905); and
`warnings.catch_warnings` changes filters that all threads share. Exams are held in threads.
"""

import ast
import symtable
import threading
import warnings

_LOCK = threading.Lock()


def parse(source: str) -> ast.Module:
    """Return the tree of a text; an odd escape in a string is its author's business.

    Raises
    ------
    SyntaxError, ValueError
        If the text is not Python, or holds a null byte.
    """
    with _LOCK, warnings.catch_warnings(action="ignore"):
        return ast.parse(source)


def symbols(source: str) -> symtable.SymbolTable:
    """Return the table of symbols of a text.

    Raises
    ------
    SyntaxError, ValueError
        If the text is not Python, or holds a null byte.
    """
    with _LOCK, warnings.catch_warnings(action="ignore"):
        return symtable.symtable(source, "cell", "exec")
