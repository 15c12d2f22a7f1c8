"""Write files atomically: a reader sees a complete file or none, even after a power failure."""

import os
from pathlib import Path


def write_partial(target: Path, data: bytes) -> Path:
    """Write a temporary file next to `target`, and return its path, ready for `Path.replace`.

    The content is on the disk before the file can be renamed. Otherwise a crash could leave the
    new name with an empty file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return partial


def write_atomically(target: Path, data: bytes) -> None:
    """Write a file; if this is interrupted, the previous file stays."""
    write_partial(target, data).replace(target)
