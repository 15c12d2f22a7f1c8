"""Define how a grader lets `dlcourse.check` reach the student's code in another process.

While a submission is graded, two processes take part: the candidate process (runs the student's
code) and the examiner process (runs the tests). In the examiner process the grader sets `current`
to an object that reaches the candidate process. In a student's own notebook `current` is None, and
the functions of `dlcourse.check` run everything in the one process there is.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol


class RemoteObjectBase:
    """The base class of what stands for an object of the student's in the examiner process.

    It has no attributes. `issubclass(type(value), RemoteObjectBase)` recognizes such a value by its
    real type, without asking the object, whose replies student code decides.
    """

    __slots__ = ()


class Backend(Protocol):
    """The methods that a grader provides to reach the candidate process."""

    def run_remotely(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Call a function of a library or of a set-up cell in the candidate process."""

    def call_and_inspect(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, tuple[Any, ...]]:
        """Call the function in the candidate process; return its result and the arguments after."""

    def local_copy(self, model: Any, like: Any) -> Any:
        """Return a copy of a Keras model, rebuilt in the examiner process.

        `like` is data on which a model that is not built yet is built, or None.
        """

    def parts(self, model: Any, like: Any) -> tuple[Any, Sequence[Any]]:
        """Return the configuration and the weights of a model, as `local_copy` uses them."""

    def seed(self, number: int) -> None:
        """Seed the global random generators of both processes."""


current: Backend | None = None
"""The grader's backend while a test runs, else None."""
