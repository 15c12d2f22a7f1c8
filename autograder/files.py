"""Writes files such that a reader sees all of one or none, even when the power fails."""

import os
from pathlib import Path


def write_partial(target: Path, data: bytes) -> Path:
    """Write beside `target`, and return the file that takes its place by `Path.replace`.

    It is on the disk before it can be renamed: a rename that outlives its content would leave a
    file that is empty.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.half")
    try:
        with half.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    return half


def write_atomically(target: Path, data: bytes) -> None:
    """Write a file; who is interrupted leaves the one that was there."""
    write_partial(target, data).replace(target)
