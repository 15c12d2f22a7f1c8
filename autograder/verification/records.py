"""Record the results of known answers, so that only what has changed is run again.

A record is kept under the digest of everything that decides the result, in the user's own cache
folder: it is never committed, and is valid on this machine only.
"""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from autograder.files import write_atomically
from autograder.fingerprint import digest_of, versions
from autograder.models import VerdictState
from autograder.sandbox.environment import environment
from autograder.verification.run_request import AnswerResult, CodeCell, Conditions, RunRequest

_DAYS = 30  # that an unused record is kept
_REPEATABLE = (VerdictState.PASSED, VerdictState.FAILED, VerdictState.NOT_ATTEMPTED)


def records_folder() -> Path:
    """Return the folder of this user's records."""
    return user_cache_path("autograder") / "verification"


@dataclass(frozen=True)
class Records:
    """The recorded results of answers to one notebook, under the same conditions.

    folder    where they are; nothing is read or written if None
    digest    of what all answers to the notebook have in common
    """

    folder: Path | None
    digest: str

    def get(self, request: RunRequest) -> AnswerResult | None:
        """Return the recorded result of an answer, or None."""
        path = self._path(request)
        if path is None:
            return None
        try:
            result = AnswerResult.from_json(json.loads(path.read_text("utf-8")))
            path.touch()
        except (OSError, ValueError, TypeError, KeyError):
            return None  # there is none, or it is damaged
        return result

    def put(self, request: RunRequest, result: AnswerResult) -> None:
        """Record a result, unless time or memory may have decided it."""
        path = self._path(request)
        if path is None or not all(v.state in _REPEATABLE for v in result.verdicts):
            return
        write_atomically(path, json.dumps(result.to_json()).encode())

    def _path(self, request: RunRequest) -> Path | None:
        if self.folder is None:
            return None
        digest = digest_of([self.digest, request.to_json()])
        return self.folder / digest[:2] / f"{digest}.json"


def records_of(
    folder: Path | None, setup: Sequence[CodeCell], conditions: Conditions, support: str
) -> Records:
    """Return the records of answers that are run after `setup`.

    The time limit does not matter: a result that was decided by it is not recorded. `support` is
    the digest of the files beside the notebook.
    """
    common = {
        "setup": [cell.to_json() for cell in setup],
        "seed": conditions.seed,
        "shared namespace": conditions.is_shared,
        "support files": support,
        "versions": dict(versions()),
        "environment": environment("home"),
    }
    return Records(folder, digest_of(common))


def discard_unused(folder: Path, days: float = _DAYS) -> None:
    """Delete the records that were not used for some days."""
    oldest = time.time() - days * 24 * 3600
    for path in _files(folder):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.glob("*/*.json") if path.is_file())
