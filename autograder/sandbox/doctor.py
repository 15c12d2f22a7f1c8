"""Says what this machine offers to hold exams on, and refuses where too little is offered."""

from autograder.config import Settings
from autograder.errors import UsageError
from autograder.sandbox.isolation.capabilities import Layer, layers


def missing_layers() -> tuple[Layer, ...]:
    """Return the layers of the sandbox that this machine does not offer."""
    return tuple(layer for layer in layers() if not layer.available)


def require_sandbox(settings: Settings) -> None:
    """Go on only where student code can be kept in, or somebody said that it need not be.

    Raises
    ------
    UsageError
        If a layer is missing, with its name.
    """
    if settings.allow_unsandboxed:
        return
    names = ", ".join(layer.name for layer in missing_layers())
    if names:
        message = (
            f"This machine does not offer every layer of the sandbox; missing: {names}. "
            "`autograder doctor` says what that means. Grade elsewhere, or, for code that you "
            "trust, with --allow-unsandboxed."
        )
        raise UsageError(message)
