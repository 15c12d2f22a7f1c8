"""Describe exceptions and warnings by a name and one string, and build them again from these."""

import builtins

TEXT_LIMIT = 10_000

_NOT_RAISED = (StopIteration, StopAsyncIteration, BaseExceptionGroup)

ERRORS: dict[str, type[Exception]] = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type)
    and issubclass(value, Exception)
    and not issubclass(value, _NOT_RAISED)
}
"""The built-in exceptions that are raised as themselves by the receiver."""

WARNINGS: dict[str, type[Warning]] = {
    name: value for name, value in ERRORS.items() if issubclass(value, Warning)
}

_NAMES = {value: name for name, value in ERRORS.items()}


def _clean(text: str) -> str:
    return "".join(c for c in str.__str__(text)[:TEXT_LIMIT] if not "\ud800" <= c <= "\udfff")


class StudentError(Exception):
    """Student code raised an exception that is not an ordinary built-in one."""


def describe(error: BaseException) -> tuple[str, str]:
    """Return (name of the nearest built-in ancestor, text); the name is "" if there is none.

    The text of a subclass begins with the name of its class. An exception whose `__str__` raises
    is described without its text.
    """
    kind = type(error)
    name = next((_NAMES[base] for base in kind.__mro__ if base in _NAMES), "")
    try:
        text = str(error)
        text = text if name and ERRORS[name] is kind else f"{kind.__name__}: {text}"
    except BaseException:
        text = f"{kind.__name__} (its text could not be read)"
    return ("" if name == "Exception" and kind is not Exception else name), _clean(text)


def describe_warning(category: type[Warning], message: object) -> tuple[str, str]:
    """Return (name of the nearest built-in category, text) of a warning."""
    name = next((_NAMES[base] for base in category.__mro__ if base in _NAMES), "UserWarning")
    try:
        return name, _clean(str(message))
    except BaseException:
        return name, "a warning whose text could not be read"


def rebuild(name: str, text: str) -> Exception:
    """Return the exception that `describe` described; StudentError for an unknown name."""
    kind = ERRORS.get(name, StudentError)
    if issubclass(kind, UnicodeError) and kind is not UnicodeError:
        kind = ValueError  # the constructors of its subclasses take five arguments
    error = kind(text)
    error._is_rebuilt = True  # type: ignore[attr-defined]
    return error


def is_rebuilt(error: BaseException | None) -> bool:
    """Return whether an exception was raised in the other process: here, by student code."""
    return getattr(error, "_is_rebuilt", False) is True
