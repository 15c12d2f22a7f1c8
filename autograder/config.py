"""The few settings of a course, read from the table in `autograder.toml`."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from autograder.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an instructor may change; every key is optional in `autograder.toml`.

    cell_seconds     one cell, in either room; a test cell's clock includes the student's code
    exam_seconds     a whole exam
    output_bytes     what one cell may print or draw; all cells of an exam, ten times that
    memory_bytes     of a kernel and all the processes that it starts
    processes        and threads of a kernel; None: 256, and 16 more for each core
    scratch_bytes    files in a kernel's home and temporary folder
    allow_unsandboxed  go on where this machine does not offer every layer of the sandbox
    grading_seed     replaces SEED when grading for credit, so that hidden inputs are private
    profile          "quick" for two cores, "full" for a GPU
    """

    cell_seconds: float = 60.0
    exam_seconds: float = 900.0
    output_bytes: int = 2_000_000
    memory_bytes: int = 4 << 30
    processes: int | None = None
    scratch_bytes: int = 1 << 30
    allow_unsandboxed: bool = False
    grading_seed: int | None = None
    profile: str = "quick"


def read_settings(root: Path) -> Settings:
    """Return the settings of the course at `root`; the defaults where it has no file.

    Raises
    ------
    UsageError
        If the file is not TOML, or has a key that is not a setting.
    """
    path = root / "autograder.toml"
    if not path.exists():
        return Settings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        message = f"{path} is not TOML: {error}."
        raise UsageError(message) from error
    known = [field.name for field in fields(Settings)]
    for key in table:
        if key not in known:
            message = f"{path} has the unknown setting {key!r}. Expected one of {', '.join(known)}."
            raise UsageError(message)
    return Settings(**table)
