"""Read the files that students get beside a notebook, and write them where an exam runs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import UsageError

LIMIT = 8 << 20
"""Bytes of all support files of an assignment: they are sent with every exam."""


@dataclass(frozen=True)
class SupportFiles:
    """The content of the files, by their paths relative to the notebook."""

    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The digest of all paths and contents."""
        digest = hashlib.sha256()
        for path, content in sorted(self.files.items()):
            digest.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
        return digest.hexdigest()

    def write(self, folder: Path) -> None:
        """Write the files into a folder, readable by everyone: an exam may run as another user."""
        folder.chmod(0o755)
        for path, content in self.files.items():
            file = folder / path
            file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(0o644)


def read_support_files(folder: Path) -> SupportFiles:
    """Return the files of a released assignment, without its notebooks and hidden files.

    Raises
    ------
    UsageError
        If a file cannot be read, or all of them are too large to be sent with every exam.
    """
    paths = sorted(
        path for path in folder.rglob("*") if path.is_file() and _is_support(path, folder)
    )
    try:
        size = sum(path.stat().st_size for path in paths)
        if size > LIMIT:
            message = (
                f"The files beside the notebooks in {folder} have {size:,} bytes. An exam gets at "
                f"most {LIMIT:,}. Move large files to the folder that DLCOURSE_DATA names."
            )
            raise UsageError(message)
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    except OSError as error:
        message = f"A file beside the notebooks in {folder} cannot be read: {error}"
        raise UsageError(message) from error
    return SupportFiles(files)


def _is_support(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    is_hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
    return not is_hidden and path.suffix != ".ipynb"
