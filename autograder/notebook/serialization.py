"""Convert notebooks to bytes and back, for files, caches and other processes."""

import nbformat
from nbformat import NotebookNode


def to_bytes(notebook: NotebookNode) -> bytes:
    """Return a notebook as UTF-8 JSON; characters that UTF-8 cannot encode are replaced."""
    text: str = nbformat.v4.writes(notebook)
    return text.encode("utf-8", "replace")


def from_bytes(data: bytes) -> NotebookNode:
    """Return the notebook that `to_bytes` wrote; it is not validated again."""
    return nbformat.v4.reads(data.decode("utf-8"))
