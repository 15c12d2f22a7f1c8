"""Define the error of a failed check, and count the checks that passed."""

from dataclasses import dataclass
from typing import NoReturn

from dlcourse._ipython import wrapped


class CheckFailed(AssertionError):
    """A failed check, with a sentence for the student.

    Attributes
    ----------
    name : str
        What was checked, as the author of the test calls it.
    message : str
        What came out and what was expected, with values.
    hint : str
        One sentence by the author of the test; contains no value that student code produced.
    """

    def __init__(self, message: str, name: str = "", hint: str = "") -> None:
        self.name, self.message, self.hint = name, message, hint
        text = f"{name}: {message}" if name else message
        super().__init__(f"{text} {hint}" if hint else text)

    def _render_traceback_(self) -> list[str]:
        # IPython shows this instead of a traceback: the line of the test helps nobody.
        first = f"✗ {self.name}: {self.message}" if self.name else f"✗ {self.message}"
        lines = [first, f"  Hint: {self.hint}"] if self.hint else [first]
        return [wrapped(line) for line in lines]

    def __reduce__(self) -> tuple[type["CheckFailed"], tuple[str, str, str]]:
        return type(self), (self.message, self.name, self.hint)


def fail(message: str, name: str, hint: str) -> NoReturn:
    """Raise `CheckFailed`; a message that ends with a question needs no full stop."""
    raise CheckFailed(message.replace("?.", "?"), name, hint)


@dataclass
class Tally:
    """The number of checks that have passed in this process, for the ✓ line below a cell."""

    passed: int = 0


tally = Tally()
