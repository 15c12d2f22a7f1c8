"""The exceptions and warnings that cross between the rooms: by name and one string."""

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
"""The built-in exceptions that are raised as themselves on the other side."""

WARNINGS: dict[str, type[Warning]] = {
    name: value for name, value in ERRORS.items() if issubclass(value, Warning)
}

_NAMES = {value: name for name, value in ERRORS.items()}


def _clean(text: str) -> str:
    return "".join(c for c in str.__str__(text)[:TEXT_LIMIT] if not "\ud800" <= c <= "\udfff")


class StudentError(Exception):
    """Student code raised something that is no ordinary built-in exception."""


def describe(error: BaseException) -> tuple[str, str]:
    """Return (name of the nearest built-in ancestor, text); the name is "" where there is none.

    The text of a subclass begins with the name of its class. What can fail in it, does not:
    an exception whose `__str__` raises has no text.
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
        kind = ValueError  # their constructors want five arguments
    return kind(text)
