"""Keeps every exam that was held, under the digest of all that determines it.

    .autograder/ledger/ab/abcdef….gz      a checksum, and the executed paper

So the same work is never examined twice: not when a class is graded again, not when it was handed
in again unchanged, and not when many students hand in the same. Nothing here is ever changed; who
deletes it all loses nothing but time.
"""

import gzip
import hashlib
import zlib
from pathlib import Path

from autograder.errors import ResultCacheError
from autograder.files import write_atomically


class ResultCache:
    """The exams that were held for a course: executed papers, as bytes, by digest."""

    def __init__(self, root: Path) -> None:
        self.folder = root / ".autograder" / "ledger"

    def path(self, digest: str) -> Path:
        """Return where an exam lies."""
        return self.folder / digest[:2] / f"{digest}.gz"

    def get(self, digest: str) -> bytes | None:
        """Return the executed paper; None where there is none, or it is not what was recorded."""
        try:
            kept = gzip.decompress(self.path(digest).read_bytes())
        except (OSError, EOFError, zlib.error):
            return None
        checksum, _, executed = kept.partition(b"\n")
        return executed if checksum == _checksum(digest, executed) else None

    def put(self, digest: str, executed: bytes) -> None:
        """Keep an executed paper; after this it is on the disk.

        Raises
        ------
        LedgerError
            If it cannot be written.
        """
        kept = gzip.compress(_checksum(digest, executed) + b"\n" + executed, 1, mtime=0)
        try:
            write_atomically(self.path(digest), kept)
        except OSError as error:
            message = (
                f"The exam that was just held cannot be kept in {self.folder}: {error.strerror}. "
                "Make room there, and grade again: what is graded is not examined again."
            )
            raise ResultCacheError(message) from error


def _checksum(digest: str, executed: bytes) -> bytes:
    """Return what tells a record that is torn, was changed, or lies under another's name."""
    return hashlib.sha256(digest.encode() + b"\0" + executed).hexdigest().encode()
