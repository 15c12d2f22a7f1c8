"""The one way in which a check says no, and the count of those that said yes."""

import textwrap
from dataclasses import dataclass
from typing import NoReturn


class CheckFailed(AssertionError):
    """A check that did not hold, in a sentence for the student.

    Attributes
    ----------
    name : str
        What was checked, in words of the test's author.
    message : str
        What came out and what was expected, with values.
    hint : str
        One sentence of the test's author; holds no value that student code produced.
    """

    def __init__(self, message: str, name: str = "", hint: str = "") -> None:
        self.name, self.message, self.hint = name, message, hint
        told = f"{name}: {message}" if name else message
        super().__init__(f"{told} {hint}" if hint else told)

    def _render_traceback_(self) -> list[str]:
        # What IPython shows: where the check stands in the test helps nobody, the sentence does.
        said = f"✗ {self.name}: {self.message}" if self.name else f"✗ {self.message}"
        lines = [said, f"  Hint: {self.hint}"] if self.hint else [said]
        return [wrapped(line) for line in lines]

    def __reduce__(self) -> tuple[type["CheckFailed"], tuple[str, str, str]]:
        return type(self), (self.message, self.name, self.hint)


def fail(message: str, name: str, hint: str) -> NoReturn:
    """Raise `CheckFailed`; a message that ends with a question needs no full stop."""
    raise CheckFailed(message.replace("?.", "?"), name, hint)


def wrapped(text: str) -> str:
    """Return the text in lines of 72 letters: Jupyter breaks longer ones inside words."""
    return textwrap.fill(text, 72, subsequent_indent="  ", break_on_hyphens=False)


@dataclass
class Tally:
    """How many checks have passed in this process: for the ✓ line below a notebook's cell."""

    passed: int = 0


tally = Tally()
