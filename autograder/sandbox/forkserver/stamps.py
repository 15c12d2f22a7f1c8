"""Notice that a file which a fork server has imported is not the same any more."""

import os
from collections.abc import Mapping
from types import ModuleType

Stamp = tuple[int, int, int]
"""A file's time of change in nanoseconds, size and inode."""


def module_stamps(modules: Mapping[str, ModuleType]) -> dict[str, Stamp]:
    """Return the stamp of every file that a process has imported, by path."""
    files = {getattr(module, "__file__", None) for module in list(modules.values())}
    stamps = {file: _stamp(file) for file in files if file is not None}
    return {file: stamp for file, stamp in stamps.items() if stamp is not None}


def changed_file(stamps: Mapping[str, Stamp]) -> str | None:
    """Return a file that is not as it was when its stamp was taken; None if there is none."""
    return next((file for file, stamp in stamps.items() if _stamp(file) != stamp), None)


def _stamp(file: str) -> Stamp | None:
    try:
        found = os.stat(file)  # noqa: PTH116
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
