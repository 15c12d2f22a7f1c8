"""Cache executed exam notebooks under the digest of everything that determines them.

    .autograder/results/ab/abcdef….gz      a checksum, and the executed exam notebook

So the same work is never examined twice: not when a class is graded again, not when a student
submits the same work again, and not when many students submit the same work. An entry is never
changed. Deleting the folder loses nothing but the time to run the exams again.
"""

import gzip
import hashlib
import zlib
from pathlib import Path

from autograder.course.paths import CoursePaths
from autograder.errors import ResultCacheError
from autograder.files import write_atomically


class ResultCache:
    """The executed exam notebooks of a course, as bytes, by digest."""

    def __init__(self, root: Path) -> None:
        self.folder = CoursePaths(root).result_cache

    def path(self, digest: str) -> Path:
        """Return the path of an entry."""
        return self.folder / digest[:2] / f"{digest}.gz"

    def get(self, digest: str) -> bytes | None:
        """Return an executed exam notebook; None where there is no entry, or it is damaged."""
        try:
            entry = gzip.decompress(self.path(digest).read_bytes())
        except (OSError, EOFError, zlib.error):
            return None
        checksum, _, executed = entry.partition(b"\n")
        return executed if checksum == _checksum(digest, executed) else None

    def put(self, digest: str, executed: bytes) -> None:
        """Write an executed exam notebook to disk.

        Raises
        ------
        ResultCacheError
            If it cannot be written.
        """
        entry = gzip.compress(_checksum(digest, executed) + b"\n" + executed, 1, mtime=0)
        try:
            write_atomically(self.path(digest), entry)
        except OSError as error:
            message = (
                f"The result of an exam cannot be written to {self.folder}: {error.strerror}. "
                "Free some space there, then grade again: submissions that are already graded "
                "are not examined again."
            )
            raise ResultCacheError(message) from error


def _checksum(digest: str, executed: bytes) -> bytes:
    """Return a digest that detects an incomplete, changed or wrongly named entry."""
    return hashlib.sha256(digest.encode() + b"\0" + executed).hexdigest().encode()
