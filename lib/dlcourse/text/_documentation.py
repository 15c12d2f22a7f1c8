"""Python's own documentation as a text, and where it stands between quotation marks."""

import re

import numpy as np
from numpy.typing import NDArray

_RULE = re.compile(r"^[*=\-^~]{3,}\n", re.MULTILINE)  # lines below headings
_SPACES = re.compile(r" {2,}")


def documentation() -> str:
    """Return the help texts that every Python carries (`help("assert")`), one after another.

    About 440,000 characters of English in ASCII, the same on every machine with the same Python;
    other versions of Python have other texts. Lines below headings and runs of spaces are left
    out, since they are easy to guess and dull to read.
    """
    from pydoc_data.topics import topics

    whole = "\n".join(topics[name] for name in sorted(topics))
    for marks in ("“", "”", "``", "`"):  # what some versions write for quotation marks
        whole = whole.replace(marks, '"')
    plain = whole.encode("ascii", "ignore").decode("ascii")
    plain = "".join(letter for letter in plain if letter == "\n" or letter.isprintable())
    return _SPACES.sub(" ", _RULE.sub("", plain))


def inside_quotes(text: str) -> NDArray[np.bool_]:
    """Return for each character whether a quotation mark is open when it has been read.

    A quotation ends at its second mark, or with its paragraph: an odd mark says nothing about
    what comes after an empty line.

    Examples
    --------
    >>> inside_quotes('a "b" c').astype(int)
    array([0, 0, 1, 1, 0, 0, 0])
    """
    found, is_open, before = np.zeros(len(text), dtype=bool), False, ""
    for i, letter in enumerate(text):
        if letter == '"':
            is_open = not is_open
        elif letter == before == "\n":
            is_open = False
        found[i], before = is_open, letter
    return found
