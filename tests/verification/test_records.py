"""Recorded results of known answers are used again until something changes that decides them."""

import json
import os
import time
from dataclasses import replace

import pytest

from autograder.config import Settings
from autograder.exam.test_cells import TestCell
from autograder.models import CellRole, Verdict, VerdictState
from autograder.verification import calibrate, records
from autograder.verification.records import discard_unused, records_of
from autograder.verification.run_request import (
    AnswerResult,
    CodeCell,
    Conditions,
    RunMode,
    RunRequest,
)
from autograder.verification.verify import verify
from tests.verification.test_verify import GOOD_TEST, tiny_notebook

SETUP = (CodeCell(CellRole.SETUP, "import numpy as np"),)
CONDITIONS = Conditions(seed=1, seconds=10)
TEST = CodeCell(CellRole.TEST, "f(1)", TestCell(2, "test_f", 3.0, "f(1)", "f", ("f",), {}))
REQUEST = RunRequest(RunMode.TWO_PROCESSES, (CodeCell(CellRole.ANSWER, "f = abs"), TEST))


def result(state=VerdictState.PASSED):
    verdict = Verdict("test_f", 3.0, state, points=3.0, transcript=((1, "call", [1, "x"]),))
    return AnswerResult((verdict,), {"test_f": {"1 call": ["plain"]}})


def test_a_recorded_result_is_read_again(tmp_path):
    known = records_of(tmp_path, SETUP, CONDITIONS, "support")
    known.put(REQUEST, result())

    again = records_of(tmp_path, SETUP, replace(CONDITIONS, seconds=99), "support").get(REQUEST)

    assert json.dumps(again.to_json()) == json.dumps(result().to_json())


@pytest.mark.parametrize(
    "change",
    [
        {"setup": (CodeCell(CellRole.SETUP, "import numpy"),)},
        {"conditions": replace(CONDITIONS, seed=2)},
        {"conditions": replace(CONDITIONS, is_shared=True)},
        {"support": "other files"},
        {"request": replace(REQUEST, mode=RunMode.ONE_PROCESS)},
        {"request": replace(REQUEST, cells=(CodeCell(CellRole.ANSWER, "f = max"), TEST))},
        {"request": replace(REQUEST, cells=(REQUEST.cells[0], replace(TEST, source="f(2)")))},
        {
            "request": replace(
                REQUEST,
                cells=(
                    REQUEST.cells[0],
                    replace(TEST, test_cell=replace(TEST.test_cell, expected_kinds={"1": ["x"]})),
                ),
            )
        },
        {"versions": {"keras": "4"}},
        {"variable": "XLA_FLAGS"},
    ],
    ids=str,
)
def test_whatever_decides_a_result_makes_it_unknown(tmp_path, monkeypatch, change):
    records_of(tmp_path, SETUP, CONDITIONS, "support").put(REQUEST, result())
    if "versions" in change:
        monkeypatch.setattr(records, "versions", lambda: change["versions"])
    if "variable" in change:
        monkeypatch.setenv(change["variable"], "another value")

    known = records_of(
        tmp_path,
        change.get("setup", SETUP),
        change.get("conditions", CONDITIONS),
        change.get("support", "support"),
    )

    assert known.get(change.get("request", REQUEST)) is None


@pytest.mark.parametrize(
    "state", [VerdictState.VOID, VerdictState.NOT_RUN, VerdictState.TEST_ERROR]
)
def test_a_result_that_a_limit_may_have_decided_is_not_recorded(tmp_path, state):
    known = records_of(tmp_path, SETUP, CONDITIONS, "support")

    known.put(REQUEST, result(state))

    assert known.get(REQUEST) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"verdicts": [{}], "kinds": {}}', b"\xff"])
def test_a_damaged_record_is_ignored(tmp_path, content):
    known = records_of(tmp_path, SETUP, CONDITIONS, "support")
    known.put(REQUEST, result())
    (path,) = tmp_path.glob("*/*.json")
    path.write_bytes(content)

    assert known.get(REQUEST) is None


def test_records_that_nobody_uses_are_deleted(tmp_path):
    known = records_of(tmp_path, SETUP, CONDITIONS, "support")
    other = replace(REQUEST, mode=RunMode.ONE_PROCESS)
    known.put(REQUEST, result())
    known.put(other, result())
    long_ago = time.time() - 40 * 24 * 3600
    for path in tmp_path.glob("*/*.json"):
        os.utime(path, (long_ago, long_ago))
    assert known.get(REQUEST) is not None  # used

    discard_unused(tmp_path)

    assert known.get(REQUEST) is not None
    assert known.get(other) is None


def test_only_what_has_changed_is_verified_again(tmp_path, monkeypatch):
    ran = []
    real = calibrate.run_all

    def run_all(requests, *more):
        ran.append(len(requests))
        yield from real(requests, *more)

    monkeypatch.setattr(calibrate, "run_all", run_all)
    notebook = tiny_notebook(tmp_path, GOOD_TEST)
    first = verify(notebook, Settings(cell_seconds=10), records=tmp_path / "records")
    total = sum(ran)
    ran.clear()

    second = verify(notebook, Settings(cell_seconds=10), records=tmp_path / "records")

    assert total > 10
    assert sum(ran) == 0
    assert second == first
    fewer = replace(notebook, known_answers=())
    assert verify(fewer, Settings(cell_seconds=10), records=tmp_path / "records").problems == ()
    assert sum(ran) == 0
