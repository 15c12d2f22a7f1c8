"""Build `source/` and `release/` from the text in `course/`.

    >>> from autograder.course.build import build, stale

These names are imported on first use, because nbgrader, which generates the release, loads slowly.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.course.build.release import BuiltAssignment, build, stale

__all__ = ["BuiltAssignment", "build", "stale"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from autograder.course.build import release

        return getattr(release, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
