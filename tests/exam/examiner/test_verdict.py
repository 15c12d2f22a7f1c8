"""What a student reads of a failure, before and after student code has met hidden data."""

import json

import pytest

from autograder.exam.examiner.verdict import (
    HIDDEN_ERROR,
    HIDDEN_REASON,
    VISIBLE_ERROR,
    VISIBLE_REASON,
)
from autograder.models import Verdict
from tests.support.candidate_stub import HIDDEN_LINES, error, run_exam, value

CHECK = "check.equal(f(2), 4, name='twice')"


@pytest.mark.parametrize(
    ("source", "reply", "sentence"),
    [
        (CHECK, value(5), f"twice: {VISIBLE_REASON}"),
        (CHECK, error("ValueError", "no"), VISIBLE_ERROR),
        (HIDDEN_LINES.format(CHECK), value(5), f"twice: {HIDDEN_REASON}"),
        (HIDDEN_LINES.format(CHECK), error("ValueError", "no"), HIDDEN_ERROR),
    ],
    ids=["visible check", "error in a visible check", "hidden check", "error in a hidden check"],
)
def test_the_reason_says_which_part_failed_and_whether_the_code_ran(
    examiner, source, reply, sentence
):
    verdict = run_exam(examiner, source, reply, hidden_before=True)

    assert verdict.reason == sentence


@pytest.mark.parametrize("reply", [value(4), value(5), error("ValueError", "no")])
def test_a_verdict_can_be_sent_as_json(examiner, reply):
    verdict = run_exam(examiner, CHECK, reply)

    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))).state is verdict.state
