"""Test which misconception a failed test cell shows."""

from autograder.exam.diagnosis.answer_key import (
    AnswerKey,
    KnownMisconception,
    diagnose,
    read_answer_key,
    write_answer_key,
)
from autograder.models import Verdict, VerdictState
from tests.support.candidate_stub import run_exam, value

CRASH = [[1, "call", {"error": "ValueError"}]]
RIGHT_THEN_CRASH = [[1, "call", 4.0], [2, "call", {"error": "ValueError"}]]


def diagnosed(transcript, before=()):
    """Return the misconception that is recognized if `transposed` has this transcript."""
    known = KnownMisconception("dense", "transposed", "Look at the shapes.", transcript)
    failed = Verdict("test_dense", 3, VerdictState.FAILED, transcript=tuple(transcript))
    return diagnose(failed, AnswerKey({}, {"test_dense": (known,)}), "dense", before).misconception


def test_a_misconception_is_recognized_by_what_it_returned():
    assert diagnosed(RIGHT_THEN_CRASH) == "transposed"


def test_an_error_alone_shows_no_misconception():
    assert diagnosed(CRASH) is None


def test_an_error_alone_confirms_the_misconception_of_an_earlier_exercise():
    assert diagnosed(CRASH, before=["transposed"]) == "transposed"


def test_a_transcript_is_the_same_after_a_way_through_a_file(examiner, tmp_path):
    failed = run_exam(examiner, "check.equal(f(2), 4)", value(5))
    known = KnownMisconception("f", "off_by_one", "Count again.", failed.transcript)
    path = tmp_path / "key.json"

    write_answer_key(path, AnswerKey({"test_f": {"1 call": ["plain"]}}, {"test_f": (known,)}))
    answer_key = read_answer_key(path)

    assert answer_key.expected_kinds == {"test_f": {"1 call": ["plain"]}}
    assert diagnose(failed, answer_key, "f").misconception == "off_by_one"


def test_a_file_that_is_no_answer_key_is_none(tmp_path):
    (tmp_path / "key.json").write_text("{}")

    assert read_answer_key(tmp_path / "key.json") is None
    assert read_answer_key(tmp_path / "missing.json") is None
