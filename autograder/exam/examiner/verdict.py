"""Turns the end of a test cell into a verdict, in words that are safe for the student."""

import math
import traceback
from collections.abc import Mapping
from typing import Any

import numpy as np
from dlcourse.check import CheckFailed

from autograder.exam.protocol import exceptions
from autograder.exam.protocol.framing import (
    ConnectionLost,
    DeadlineExceeded,
    NotTransferable,
    ProtocolViolation,
)
from autograder.models import Verdict, VerdictState
from autograder.notebook.markers import Region, has_region

HIDDEN_REASON = "a hidden test found an answer that is not right yet"
HIDDEN_ERROR = "your code raised an error in a hidden test"
VISIBLE_REASON = "not right yet; run this check in your notebook to read more"
VISIBLE_ERROR = "your code raised an error in a check of your notebook: run it to read more"


def reach_verdict(
    task: Mapping[str, Any],
    filename: str,
    outcome: BaseException | None,
    value: Any,
    reached: int,
) -> Verdict:
    """Return the verdict of a cell that ended with `outcome`, or else with `value`.

    Parameters
    ----------
    outcome : what ended the cell; None when it ran to its end
    value : what its last line gave, when that was an expression
    reached : the last statement of the cell that asked the candidate anything
    """
    verdict = Verdict(task["grade_id"], task["points"], VerdictState.FAILED)
    if outcome is None:
        return _credit(verdict, value)
    line = max(reached, _line_of_error(outcome, filename))
    is_below = line > _first_hidden(task)
    # Once student code has met hidden data, what it says in a visible check may be that data.
    if not is_below and task["hidden_before"]:
        state, reason, hint = _explain(outcome, (VISIBLE_REASON, VISIBLE_ERROR))
    else:
        state, reason, hint = _explain(outcome, (HIDDEN_REASON, HIDDEN_ERROR) if is_below else ())
    if isinstance(outcome, NameError) and outcome.name in task["names"]:
        # Safe to tell, hidden or not: that a name is missing is all that it says.
        reason = f"`{outcome.name}` is not defined: did its cell run without an error?"
    return Verdict(
        verdict.grade_id,
        verdict.max_points,
        state,
        reason=reason,
        hint=hint,
        details="".join(traceback.format_exception(outcome)),
    )


def _credit(verdict: Verdict, value: Any) -> Verdict:
    """Return the verdict of a cell that ran to its end: full marks, or the number it ends with."""
    full = verdict.max_points
    if isinstance(value, bool | np.bool_ | int | float | np.number):
        points = math.nan if isinstance(value, bool | np.bool_) else float(value)
        if not 0 <= points <= full:  # NaN is not, either
            details = (
                f"The last line of the test gives {value!r}. Partial credit is a number from 0 "
                f"to the cell's {full:g} points.\n"
            )
            return Verdict(
                verdict.grade_id, full, VerdictState.TEST_ERROR, reason=_TEST_ERROR, details=details
            )
        full = points
    reason = "" if full == verdict.max_points else f"partial credit: {full:g} points"
    return Verdict(
        verdict.grade_id, verdict.max_points, VerdictState.PASSED, points=full, reason=reason
    )


_FAULTS_OF_TESTS = (NotTransferable, SyntaxError, KeyboardInterrupt, SystemExit)
_TEST_ERROR = "the test itself is at fault: your instructor has been told"


def _explain(
    outcome: BaseException, instead: tuple[()] | tuple[str, str]
) -> tuple[VerdictState, str, str]:
    """Return (state, reason, hint), safe for the student.

    Parameters
    ----------
    instead : what is said instead of the message of a check, and of an error; empty where both
        may be read
    """
    if isinstance(outcome, DeadlineExceeded):
        return (
            VerdictState.VOID,
            "this question took longer than its time limit: is there an endless loop?",
            "",
        )
    if isinstance(outcome, ConnectionLost):
        return VerdictState.VOID, "the kernel died while this question was tested", ""
    if isinstance(outcome, ProtocolViolation):
        what = "" if instead else f": {outcome}"
        return VerdictState.VOID, f"this answer broke a rule of the exam room{what}", ""
    # One that crossed has no filename: the student's code read some text as Python.
    is_of_test = not isinstance(outcome, SyntaxError) or outcome.filename is not None
    if isinstance(outcome, _FAULTS_OF_TESTS) and is_of_test:
        return VerdictState.TEST_ERROR, _TEST_ERROR, ""
    if isinstance(outcome, NotImplementedError):
        return VerdictState.NOT_ATTEMPTED, "not attempted yet", ""
    if isinstance(outcome, CheckFailed):
        if not instead:
            return VerdictState.FAILED, str(outcome), outcome.hint
        reason = f"{outcome.name}: {instead[0]}" if outcome.name else instead[0]
        return VerdictState.FAILED, reason, outcome.hint
    if instead:
        return VerdictState.FAILED, instead[1], ""
    if isinstance(outcome, exceptions.StudentError):
        return VerdictState.FAILED, str(outcome), ""
    text = f"{type(outcome).__name__}: {outcome}" if str(outcome) else type(outcome).__name__
    return VerdictState.FAILED, text, ""


def _first_hidden(task: Mapping[str, Any]) -> float:
    """Return the line of the cell at which hidden tests begin; infinity where there are none."""
    lines = task["source"].splitlines()
    return next(
        (i for i, line in enumerate(lines, 1) if has_region(line, Region.HIDDEN_TESTS)), math.inf
    )


def _line_of_error(error: BaseException, filename: str) -> int:
    """Return the line of the cell's outermost frame, the statement that failed."""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == filename:
            return frame.lineno or 0
    return 0
