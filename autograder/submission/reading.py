"""Read the cells of a notebook from a file that may contain anything."""

import codecs
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import SubmissionError
from autograder.submission.scan import used_parts

MAX_BYTES = 500_000_000  # of a file; `scan` limits what is used of it
MAX_TEXT = 500_000  # characters of one cell
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")  # not allowed in UTF-8 or in Python


@dataclass(frozen=True)
class SubmittedCell:
    """A cell as it was submitted.

    All of it is untrusted. Only `source` is used in an exam; the rest serves to match the cell and
    to report what was changed.
    """

    kind: str
    source: str
    grade_id: str | None = None
    cell_id: str | None = None
    flags: Mapping[str, Any] | None = None  # nbgrader's metadata
    tags: tuple[str, ...] = ()
    attachments: int = 0
    problem: str = ""  # what is wrong with the source text; empty if nothing


def read_bytes(path: Path, limit: int | None = None) -> bytes:
    """Return the content of a regular file, without following symbolic links.

    Parameters
    ----------
    path
        The file.
    limit
        The size that the file may have, in bytes; `MAX_BYTES` if None.

    Raises
    ------
    SubmissionError
        If the file is missing, unreadable, a link, a device or a pipe, or larger than the
        limit.
    """
    limit = MAX_BYTES if limit is None else limit
    if path.is_symlink():
        message = f"{path.name} is a symbolic link. Expected a regular file."
        raise SubmissionError(message)
    # O_NOFOLLOW: the file may have become a link since the check above. O_NONBLOCK: opening a pipe
    # does not wait for a writer.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
        try:
            data = _read_regular(descriptor, limit)
        finally:
            os.close(descriptor)
    except OSError as error:
        message = f"{path.name} cannot be opened: {error.strerror}."
        raise SubmissionError(message) from error
    if data is None:
        message = f"{path.name} is not a regular file. Expected a notebook."
        raise SubmissionError(message)
    if len(data) > limit:
        message = f"{path.name} is larger than {limit:,} bytes."
        raise SubmissionError(message)
    return data


def read_submitted(path: Path, limit: int | None = None) -> bytes:
    """Return the content of a file that a student submitted, of at most `limit` bytes.

    Raises
    ------
    SubmissionError
        As `read_bytes` does; and if the folder of the submission or of the student is a link, which
        may lead to another student's work or to the solutions.
    """
    for folder in (path.parent, path.parent.parent):
        if folder.is_symlink():
            message = f"The folder {folder.name} of {path.name} is a symbolic link."
            raise SubmissionError(message)
    return read_bytes(path, limit)


def _read_regular(descriptor: int, limit: int) -> bytes | None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return None
    with open(descriptor, "rb", closefd=False) as file:
        return file.read(limit + 1)


def parse_cells(data: bytes) -> tuple[SubmittedCell, ...]:
    """Return the cells of a notebook of format 2, 3 or 4, in any Unicode encoding or Latin-1.

    Raises
    ------
    SubmissionError
        If the data is not a notebook.
    """
    return tuple(_cell(cell) for cell in _raw_cells(used_parts(_as_utf8(data))))


def _as_utf8(data: bytes) -> bytes:
    """Return the data in UTF-8 without a byte order mark, or in another encoding with ASCII."""
    if not data[:1_000].strip() and not data.strip():
        message = "The file is empty. Expected a notebook."
        raise SubmissionError(message)
    encoding = json.detect_encoding(data)  # UTF-8, -16 or -32, with or without a byte order mark
    if encoding.startswith("utf-8"):
        return data.removeprefix(codecs.BOM_UTF8)
    return data.decode(encoding, "replace").encode("utf-8", "replace")


def _raw_cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    sheets = notebook.get("worksheets")  # of formats 2 and 3
    holders = [notebook] if "cells" in notebook or not isinstance(sheets, list) else sheets
    found = [holder.get("cells") for holder in holders if isinstance(holder, dict)]
    lists = [cells for cells in found if isinstance(cells, list)]
    if not lists:
        message = "The file contains JSON, but not a notebook: it has no list of cells."
        raise SubmissionError(message)
    for cells in lists:
        yield from (cell for cell in cells if isinstance(cell, dict))


def _cell(raw: dict[str, Any]) -> SubmittedCell:
    metadata = _dictionary(raw.get("metadata"))
    flags = _dictionary(metadata.get("nbgrader"))
    tags = metadata.get("tags")
    source, problem = _text(raw.get("source", raw.get("input", "")))
    return SubmittedCell(
        kind=_string(raw.get("cell_type")) or "",
        source=source,
        grade_id=_string(flags.get("grade_id")),
        cell_id=_string(raw.get("id")),
        flags=flags,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        attachments=len(_dictionary(raw.get("attachments"))),
        problem=problem,
    )


def _text(value: Any) -> tuple[str, str]:
    """Return a cell's text, and what is wrong with it."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if not isinstance(value, str):
        return "", f"it has the type {type(value).__name__} instead of str"
    if len(value) > MAX_TEXT:
        return "", f"it is longer than {MAX_TEXT:,} characters"
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    clean = _UNREADABLE.sub("\ufffd", text)
    problem = "it contained null bytes or surrogates, which were replaced"
    return clean, "" if clean == text else problem


def _dictionary(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
