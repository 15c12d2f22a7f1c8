"""Say in the message of an error what the student's code had replaced of the names that it used."""

import builtins
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.exam.candidate.global_state import GlobalState

_MOST = 5  # names in one message
_CAUSED = (TypeError, AttributeError, NameError)
"""The errors that follow when a name has another value than the code that uses it expects."""


def name_replacements(
    error: BaseException, space: Mapping[str, Any], setup: Mapping[str, Any], state: GlobalState
) -> str:
    """Return a sentence, to follow the text of an error, or an empty string.

    Parameters
    ----------
    space : the student's namespace
    setup : the namespace of the set-up cells
    """
    if isinstance(error, RecursionError) and state.their_recursion_limit < state.recursion_limit:
        return f" (Your notebook has set the recursion limit to {state.their_recursion_limit}.)"
    if not isinstance(error, _CAUSED):
        return ""
    used = set(_used_names(error))
    replaced = [(module, name) for module, name in state.replaced() if name in used]
    if not replaced and not _is_raised_in(
        error, space
    ):  # in compiled code, whose names are unknown
        replaced = list(state.replaced())
    names = [
        *(f"{name} of {module}" for module, name in replaced),
        *(name for name in sorted(used) if _is_rebound(name, space, setup)),
    ]
    return f" (Your notebook has replaced {', '.join(names[:_MOST])}.)" if names else ""


def _is_raised_in(error: BaseException, space: Mapping[str, Any]) -> bool:
    """Return whether a function of the student's raised an error itself."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and frames[-1].f_globals is space


def _used_names(error: BaseException) -> Iterator[str]:
    """Yield the names that the functions used in which the error occurred."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_globals.get("__name__") != __package__ + ".server":
            yield from frame.f_code.co_names


def _is_rebound(name: str, space: Mapping[str, Any], setup: Mapping[str, Any]) -> bool:
    """Return whether the student has bound a name that was a built-in or a set-up cell's."""
    if name not in space or name.startswith("_"):
        return False
    if name in setup:
        return space[name] is not setup[name]
    return hasattr(builtins, name) and space[name] is not getattr(builtins, name)
