"""Which known mistake a failed cell shows, and which none."""

from autograder.exam.diagnosis.answer_key import AnswerKey, KnownMisconception
from autograder.exam.diagnosis.diagnose import diagnose
from autograder.models import Verdict, VerdictState

CRASH = [[1, "call", {"error": "ValueError"}]]
RIGHT_THEN_CRASH = [[1, "call", 4.0], [2, "call", {"error": "ValueError"}]]


def diagnosed(transcript, before=()):
    """Return what is recognised where `transposed` is known to leave this transcript."""
    known = KnownMisconception("dense", "transposed", "Look at the shapes.", transcript)
    failed = Verdict("test_dense", 3, VerdictState.FAILED, transcript=tuple(transcript))
    return diagnose(failed, AnswerKey({}, {"test_dense": (known,)}), "dense", before).misconception


def test_a_mistake_is_known_by_what_it_returned():
    assert diagnosed(RIGHT_THEN_CRASH) == "transposed"


def test_an_error_alone_shows_no_mistake():
    assert diagnosed(CRASH) is None


def test_an_error_alone_shows_the_mistake_that_an_earlier_exercise_showed():
    assert diagnosed(CRASH, before=["transposed"]) == "transposed"
