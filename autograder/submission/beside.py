"""Read the files that a student submitted beside a notebook: modules, data, pictures."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.course.assignment import LIMIT
from autograder.errors import SubmissionError
from autograder.models import Finding, FindingKind
from autograder.submission.reading import read_bytes

MAX_FILES = 500
_MAX_DEPTH = 8  # folders
_NOT_FILES_OF_STUDENTS = ("timestamp.txt",)  # nbgrader's


def read_files_beside(
    folder: Path, released: Mapping[str, bytes]
) -> tuple[dict[str, bytes], tuple[Finding, ...]]:
    """Return the submitted files in a folder, by their paths in it, with what was left out.

    Notebooks, hidden files, links, and what is the same as in the release are no such files.

    Parameters
    ----------
    folder
        The folder of a submission; it is not trusted.
    released
        The content of the files that were released beside the notebook.
    """
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    size = 0
    for path in _paths(folder, _MAX_DEPTH):
        name = path.relative_to(folder).as_posix()
        if len(files) >= MAX_FILES or len(left_out) >= MAX_FILES:
            left_out.append(name)
            break
        try:
            name.encode()
            if size + path.stat().st_size > LIMIT:
                left_out.append(name)
                continue
            content = read_bytes(path)
        except (OSError, ValueError, SubmissionError):
            left_out.append(name)
            continue
        if released.get(name) != content:
            files[name] = content
            size += len(content)
    return files, _findings(left_out)


def _findings(left_out: list[str]) -> tuple[Finding, ...]:
    if not left_out:
        return ()
    names = ", ".join(ascii(name) for name in left_out[:5])
    message = (
        f"Files beside the notebook were left out: {names}"
        f"{', ...' if len(left_out) > 5 else ''}. An exam gets at most {MAX_FILES} of them, with "
        f"{LIMIT:,} bytes in all, that can be read and have ordinary names."
    )
    return (Finding(FindingKind.LEFT_OUT_FILES, message),)


def _paths(folder: Path, depth: int) -> Iterator[Path]:
    """Yield the regular files below a folder in the order of their names; no link is followed."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in ("__pycache__", *_NOT_FILES_OF_STUDENTS):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _paths(Path(entry.path), depth - 1) if depth else ()
        elif entry.is_file(follow_symlinks=False) and not entry.name.lower().endswith(".ipynb"):
            yield Path(entry.path)
