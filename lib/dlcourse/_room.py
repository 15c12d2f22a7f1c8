"""The hook by which a grader puts a second room behind `dlcourse.check`.

In a student's own kernel `current` is None, and the words of `check` that concern two rooms do
the ordinary thing in one. This package holds no room of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol


class Room(Protocol):
    """What a grader must offer to run tests here on code that lives elsewhere."""

    def there(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Call a function of a library or of a set-up cell in the other room."""

    def here(self, model: Any, like: Any) -> Any:
        """Return the Keras model rebuilt in this room from its configuration and weights."""

    def changed(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, tuple[Any, ...]]:
        """Call the function there; return its result and the arguments as it left them."""

    def seed(self, number: int) -> None:
        """Seed the global generators of both rooms."""


current: Room | None = None
