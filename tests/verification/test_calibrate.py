"""Test when an answer key is made, when a kept one is used, and what is put into it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_notebook

from autograder.config import Settings
from autograder.course.assignment import AssignmentNotebook
from autograder.exam.diagnosis.answer_key import AnswerKey, KnownMisconception
from autograder.models import Verdict, VerdictState
from autograder.verification import calibrate
from autograder.verification.calibrate import (
    REFERENCE,
    Answer,
    AnswerKind,
    answer_key_for,
    exam_config_for,
    expected_kinds_of,
    misconceptions_of,
)
from autograder.verification.run_request import AnswerResult

NOTEBOOK = AssignmentNotebook("week01", "tiny", new_notebook(), digest="text of the course")
KEY = AnswerKey(
    {"test_double": {"12 call": ["plain"]}},
    {"test_double": (KnownMisconception("double", "rounds", "Half counts too.", [["call", 3]]),)},
)


@pytest.fixture
def made(monkeypatch):
    """Note each answer key that is made, instead of running the known answers."""
    made = []

    def make_answer_key(notebook, settings, on_progress):
        made.append((notebook.digest, settings))
        on_progress(1, 1)
        return KEY

    monkeypatch.setattr(calibrate, "make_answer_key", make_answer_key)
    return made


def kept_files(root):
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_a_kept_answer_key_is_used_again(made, tmp_path):
    first = answer_key_for(tmp_path, NOTEBOOK, Settings())
    again = answer_key_for(tmp_path, NOTEBOOK, Settings())

    assert len(made) == len(kept_files(tmp_path)) == 1
    assert first.to_json() == again.to_json() == KEY.to_json()


@pytest.mark.parametrize(
    "settings",
    [Settings(exam_seconds=1), Settings(output_bytes=1), Settings(memory_bytes=1 << 30)],
    ids=["time of the exam", "output", "memory"],
)
def test_a_limit_that_known_answers_do_not_meet_needs_no_new_one(made, tmp_path, settings):
    answer_key_for(tmp_path, NOTEBOOK, Settings())
    answer_key_for(tmp_path, NOTEBOOK, settings)

    assert len(made) == 1


@pytest.mark.parametrize(
    ("notebook", "settings"),
    [
        (replace(NOTEBOOK, digest="another text"), Settings()),
        (NOTEBOOK, Settings(grading_seed=3)),
        (NOTEBOOK, Settings(profile="full")),
        (NOTEBOOK, Settings(cell_seconds=7)),
    ],
    ids=["text", "seed", "profile", "seconds of a cell"],
)
def test_whatever_decides_makes_a_new_one(made, tmp_path, notebook, settings):
    answer_key_for(tmp_path, NOTEBOOK, Settings())
    answer_key_for(tmp_path, notebook, settings)

    assert made[1:] == [(notebook.digest, settings)]
    answer_key_for(tmp_path, NOTEBOOK, Settings())
    assert len(made) == 2, "the first one is still kept"


def test_another_version_of_a_library_makes_a_new_one(made, tmp_path, monkeypatch):
    answer_key_for(tmp_path, NOTEBOOK, Settings())
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    answer_key_for(tmp_path, NOTEBOOK, Settings())

    assert len(made) == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"expected_kinds": {}}', b"\xff"])
def test_a_damaged_answer_key_is_made_again(made, tmp_path, content):
    answer_key_for(tmp_path, NOTEBOOK, Settings())
    (path,) = kept_files(tmp_path)
    path.write_bytes(content)

    assert answer_key_for(tmp_path, NOTEBOOK, Settings()).to_json() == KEY.to_json()
    assert len(made) == 2
    assert answer_key_for(tmp_path, NOTEBOOK, Settings()).to_json() == KEY.to_json()
    assert len(made) == 2, "the damaged file was replaced"


def test_the_exam_of_a_notebook_has_its_answer_key_and_progress_is_reported(made, tmp_path):
    progress = []
    config = exam_config_for(
        tmp_path, NOTEBOOK, Settings(), on_progress=lambda *counts: progress.append(counts)
    )

    assert (config.notebook, config.settings) == (NOTEBOOK, Settings())
    assert config.answer_key == KEY
    assert progress == [(1, 1)]


# What right answers returned: {grade id: {place: kinds}}.
kinds = st.lists(st.sampled_from(["plain", "array", "object"]), min_size=1, unique=True)
kinds_of_one = st.dictionaries(
    st.sampled_from(["test_a", "test_b"]),
    st.dictionaries(st.sampled_from(["3 call", "4 call", "4 len"]), kinds, min_size=1),
)


@given(st.lists(kinds_of_one, max_size=4), st.randoms())
def test_expected_is_what_any_right_answer_returned_in_whatever_order_they_ran(runs, random):
    results = [AnswerResult((), found) for found in runs]
    expected = expected_kinds_of(results)

    for found in runs:
        for grade_id, places in found.items():
            for place, some in places.items():
                assert set(some) <= set(expected[grade_id][place])
    for grade_id, places in expected.items():
        for place, some in places.items():
            sources = (found.get(grade_id, {}).get(place, []) for found in runs)
            assert list(some) == sorted({kind for source in sources for kind in source})
    random.shuffle(results)
    assert expected_kinds_of(results) == expected


def verdict(state, points, transcript=("call",)):
    return Verdict("test_double", 4, VerdictState(state), points=points, transcript=transcript)


WRONG = Answer(AnswerKind.MISCONCEPTION, "rounds", frozenset({"double"}), hint="Half counts too.")


@pytest.mark.parametrize(
    ("answer", "result", "is_known"),
    [
        (WRONG, verdict("failed", 0), True),
        (WRONG, verdict("passed", 4), False),
        (WRONG, verdict("passed", 2), True),
        (WRONG, verdict("failed", 0, transcript=()), False),
        (replace(WRONG, kind=AnswerKind.VARIANT), verdict("failed", 0), False),
        (REFERENCE, verdict("failed", 0), False),
    ],
    ids=["fails", "passes", "earns a part", "returned nothing", "a variant", "the reference"],
)
def test_a_misconception_is_known_by_what_it_returned_where_it_lost_points(
    answer, result, is_known
):
    known = misconceptions_of([(answer, AnswerResult((result,), {}))])

    if is_known:
        (misconception,) = known["test_double"]
        assert (misconception.exercise, misconception.name) == ("double", "rounds")
        assert (misconception.hint, list(misconception.transcript)) == (WRONG.hint, ["call"])
    else:
        assert known == {}
