"""Load Python's own documentation as a text, and find what is quoted in a text."""

import re

import numpy as np
from numpy.typing import NDArray

_RULE = re.compile(r"^[*=\-^~]{3,}\n", re.MULTILINE)  # lines below headings
_SPACES = re.compile(r" {2,}")


def documentation() -> str:
    """Return Python's own help texts, such as `help("assert")`, as one text.

    About 440,000 characters of English in ASCII, which depend only on the version of Python. Lines
    below headings and repeated spaces are removed, as they are easy to predict.
    """
    from pydoc_data.topics import topics

    whole = "\n".join(topics[name] for name in sorted(topics))
    for marks in ("“", "”", "``", "`"):  # quotation marks in some versions of Python
        whole = whole.replace(marks, '"')
    plain = whole.encode("ascii", "ignore").decode("ascii")
    plain = "".join(letter for letter in plain if letter == "\n" or letter.isprintable())
    return _SPACES.sub(" ", _RULE.sub("", plain))


def inside_quotes(text: str) -> NDArray[np.bool_]:
    """Return for each character of a text whether a quotation is open after it.

    A quotation ends at its second mark or at the end of its paragraph, so an unpaired mark does
    not affect the text after an empty line.

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
