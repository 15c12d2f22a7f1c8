"""Recognize a test that needs a file which only the student submitted: tests see released files."""

import posixpath
import re
from collections.abc import Collection

_NOT_FOUND = re.compile(
    r"^FileNotFoundError: .*'(?P<file>[^']+)'$"
    r"|^ModuleNotFoundError: No module named '(?P<module>[\w.]+)'",
    re.MULTILINE,
)


def needed_file(details: str, submitted: Collection[str]) -> str | None:
    """Return the submitted file that a test did not find; None if that is not why it failed.

    Parameters
    ----------
    details : of the verdict: the traceback of an error of the test
    submitted : the paths of the files that the student submitted
    """
    found = _NOT_FOUND.search(details) if submitted else None
    if found is None:
        return None
    if found["file"] is not None:
        wanted = posixpath.normpath(found["file"])
        return next((path for path in submitted if _is_in(path, wanted)), None)
    wanted = found["module"].replace(".", "/")
    return next(
        (path for path in submitted if path == f"{wanted}.py" or _is_in(path, wanted)), None
    )


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
