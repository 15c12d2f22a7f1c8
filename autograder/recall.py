"""Recognises work that was graded already, so that a class can be graded again in seconds.

A graded notebook carries the fingerprint of all that decided it: the submitted file, the source,
the settings, the marking scheme, the code. When one of them changes, it is graded again.
"""

from pathlib import Path

import nbformat

from autograder.errors import IntakeError
from autograder.exams import Exam, fingerprint
from autograder.fleet import graded_path, result_of
from autograder.intake.reading import read_bytes
from autograder.records import Result, Submission


def recall(submission: Submission, exam: Exam, autograded: Path) -> Result | None:
    """Return the Result of a submission that was graded before, as it is; None otherwise."""
    path = graded_path(autograded, submission)
    try:
        expected = fingerprint(exam, read_bytes(submission.path))
        executed = nbformat.reads(path.read_text("utf-8"), as_version=4)
        if executed.metadata["exam"]["fingerprint"] != expected:
            return None
        return result_of(executed, submission)
    except (IntakeError, nbformat.ValidationError, OSError, ValueError, LookupError):
        return None  # what was graded before cannot be read: grade it again
    except (TypeError, AttributeError):
        return None  # it is JSON, and something else
