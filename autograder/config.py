"""Read the settings of a course from its `autograder.toml`, and check them."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

from autograder.errors import UsageError

FILE_NAME = "autograder.toml"

Seconds = Annotated[
    float, Field(gt=0, allow_inf_nan=False, description="a number of seconds greater than 0")
]
Bytes = Annotated[int, Field(gt=0, description="a whole number of bytes greater than 0")]
# A kernel alone, with nothing of the student's, runs about a dozen threads.
Processes = Annotated[int | None, Field(ge=16, description="a whole number of at least 16")]
Seed = Annotated[
    int | None, Field(ge=0, lt=2**32, description="a whole number from 0 to 4294967295")
]
Flag = Annotated[bool, Field(description="true or false")]
Profile = Annotated[Literal["quick", "full"], Field(description='"quick" or "full"')]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid"))
class Settings:
    """What an instructor may change; every key is optional in `autograder.toml`.

    The limits are those of `autograder.sandbox.limits`, by the same names.

    cell_seconds     one cell; the time of a test cell includes the student code that it calls
    exam_seconds     a whole exam
    output_bytes     what one cell may print or draw; all cells of an exam together, ten times that
    memory_bytes     a kernel and all the processes that it starts
    processes        processes and threads of a kernel; None means 256, and 16 more for each core
    scratch_bytes    files in the home and temporary folders of a kernel
    allow_unsandboxed  continue where this machine does not offer every layer of the sandbox
    grading_seed     replaces SEED when grading, so that hidden inputs are private
    profile          "quick" for two cores, "full" for a GPU

    Raises
    ------
    pydantic.ValidationError
        If a value has the wrong type or is out of range. `read_settings` and `with_changes` raise
        a `UsageError` instead, which says where the value came from.
    """

    cell_seconds: Seconds = 60.0
    exam_seconds: Seconds = 900.0
    output_bytes: Bytes = 2_000_000
    memory_bytes: Bytes = 4 << 30
    processes: Processes = None
    scratch_bytes: Bytes = 1 << 30
    allow_unsandboxed: Flag = False
    grading_seed: Seed = None
    profile: Profile = "quick"


def read_settings(root: Path) -> Settings:
    """Return the settings of the course at `root`, or the defaults if it has no file of them.

    Raises
    ------
    UsageError
        If the file cannot be read, is not TOML, has an unknown key, or has a value that is not
        allowed.
    """
    path = root / FILE_NAME
    if not path.exists():
        return Settings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise UsageError(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path} is not valid TOML: {error}."
        raise UsageError(message) from error
    return with_changes(Settings(), table, where=str(path))


def with_changes(settings: Settings, changes: Mapping[str, Any], *, where: str) -> Settings:
    """Return settings with some of them replaced.

    Parameters
    ----------
    settings
        The settings to start from.
    changes
        New values, by the names of settings.
    where
        The place that the values come from, for the error message.

    Raises
    ------
    UsageError
        If a name is not a setting, or a value is not allowed.
    """
    for key in changes:
        if key not in _names():
            message = f"{where}: {key!r} is not a setting. {_suggestion(key)}"
            raise UsageError(message)
    try:
        return replace(settings, **changes)
    except ValidationError as error:
        key = str(error.errors()[0]["loc"][0])
        message = f"{where}: {key} = {changes[key]!r} is not valid. Expected {allowed_values(key)}."
        raise UsageError(message) from error


def allowed_values(name: str) -> str:
    """Return in words which values a setting may have."""
    annotation = Settings.__pydantic_fields__[name]  # type: ignore[attr-defined]
    return str(annotation.description)


def _names() -> list[str]:
    return [field.name for field in fields(Settings)]


def _suggestion(key: str) -> str:
    nearest = difflib.get_close_matches(key, _names(), n=1)
    if nearest:
        return f"Did you mean {nearest[0]!r}?"
    return f"Expected one of {', '.join(_names())}."
