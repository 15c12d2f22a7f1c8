"""Turn the end of a test cell into a verdict, in words that are safe for the student."""

import math
import traceback
from dataclasses import replace
from typing import Any

import numpy as np
from dlcourse.check import CheckFailed

from autograder.exam.examiner.remote_object import RemoteObjectMisused
from autograder.exam.protocol import exceptions
from autograder.exam.protocol.framing import (
    ConnectionLost,
    DeadlineExceeded,
    NotTransferable,
    ProtocolViolation,
)
from autograder.exam.test_cells import TEST_ERROR_REASON, TestTask
from autograder.models import Verdict, VerdictState
from autograder.notebook.source_code import Region, has_region

HIDDEN_REASON = "a hidden test found an incorrect answer"
HIDDEN_ERROR = "Your code raised an error in a hidden test."
VISIBLE_REASON = "incorrect. Run this check in your notebook to read more."
VISIBLE_ERROR = "Your code raised an error in a check of your notebook. Run it to read more."

_TEST_ERRORS = (
    FileNotFoundError,
    ImportError,
    KeyboardInterrupt,
    NameError,
    NotTransferable,
    SyntaxError,
    SystemExit,
)
"""Exceptions that mean that the test has an error, unless student code raised them."""


def reach_verdict(
    task: TestTask,
    filename: str,
    outcome: BaseException | None,
    value: Any,
    reached: int,
    *,
    is_of_student: bool | None = None,
) -> Verdict:
    """Return the verdict of a test cell that ended with an exception, or with a value.

    Parameters
    ----------
    filename : under which the cell was compiled
    outcome : the exception that ended the cell; None if it ran to its end
    value : of its last line, if that was an expression
    reached : the line of the last statement that sent a request to the candidate
    is_of_student : whether student code raised the exception; None if that is to be found out,
        which is possible when student code runs in another process
    """
    test_cell = task.test_cell
    verdict = Verdict(test_cell.grade_id, test_cell.points, VerdictState.FAILED)
    if outcome is None:
        return _credit(verdict, value)
    if is_of_student is None:
        is_of_student = exceptions.is_rebuilt(outcome)
    if not is_of_student and _is_error_of_test(task, outcome):
        state, reason, hint = VerdictState.TEST_ERROR, TEST_ERROR_REASON, ""
        return _failed(verdict, state, reason, hint, outcome)
    line = max(reached, _line_of_error(outcome, filename))
    is_below = line > _first_hidden(test_cell.source)
    # After a hidden test, what student code returns in a visible check may be hidden data.
    if not is_below and task.hidden_before:
        state, reason, hint = _explain(outcome, (VISIBLE_REASON, VISIBLE_ERROR))
    else:
        state, reason, hint = _explain(outcome, (HIDDEN_REASON, HIDDEN_ERROR) if is_below else ())
    if isinstance(outcome, NameError) and outcome.name in test_cell.names:
        # Safe in a hidden test, too: it says nothing except that a name is missing.
        reason = (
            f"`{outcome.name}` is not defined: in the exam, its cell ended with an error or does "
            "not define it."
        )
    return _failed(verdict, state, reason, hint, outcome)


def _failed(
    verdict: Verdict, state: VerdictState, reason: str, hint: str, outcome: BaseException
) -> Verdict:
    details = "".join(traceback.format_exception(outcome))
    return replace(verdict, state=state, reason=reason, hint=hint, details=details)


def _is_error_of_test(task: TestTask, outcome: BaseException) -> bool:
    """Return whether an exception that student code did not raise is an error of the test."""
    if isinstance(outcome, NameError) and outcome.name in task.test_cell.names:
        return False  # the student's answer should have made that name
    if isinstance(outcome, UnboundLocalError):
        return False  # whether a function of the test assigns it may depend on the answer
    if isinstance(outcome, RemoteObjectMisused):
        # Right answers return such an object here, too, or it would have been refused before.
        return bool(task.test_cell.expected_kinds)
    return isinstance(outcome, _TEST_ERRORS)


def _credit(verdict: Verdict, value: Any) -> Verdict:
    """Return the verdict of a cell that ran to its end: full points, or the number it ends with."""
    full = verdict.max_points
    if isinstance(value, bool | np.bool_ | int | float | np.number):
        points = math.nan if isinstance(value, bool | np.bool_) else float(value)
        if not 0 <= points <= full:  # false for NaN, too
            details = (
                f"The value of the last line of the test is {value!r}. Partial credit is a number "
                f"from 0 to the cell's {full:g} points.\n"
            )
            return Verdict(
                verdict.grade_id,
                full,
                VerdictState.TEST_ERROR,
                reason=TEST_ERROR_REASON,
                details=details,
            )
        full = points
    reason = "" if full == verdict.max_points else f"Partial credit: {full:g} points."
    return Verdict(
        verdict.grade_id, verdict.max_points, VerdictState.PASSED, points=full, reason=reason
    )


def _explain(
    outcome: BaseException, instead: tuple[()] | tuple[str, str]
) -> tuple[VerdictState, str, str]:
    """Return (state, reason, hint), safe for the student.

    Parameters
    ----------
    instead : replaces the message of a failed check, and that of an error; empty if the student
        may read both
    """
    if isinstance(outcome, DeadlineExceeded):
        return (
            VerdictState.VOID,
            "This test took longer than its time limit. Is there an endless loop?",
            "",
        )
    if isinstance(outcome, ConnectionLost):
        return VerdictState.VOID, "The kernel died during this test.", ""
    if isinstance(outcome, ProtocolViolation):
        what = "." if instead else f": {outcome}"
        return VerdictState.VOID, f"This answer broke a rule of the exam{what}", ""
    if isinstance(outcome, NotImplementedError) and not str(outcome):  # as the stub raises it
        return VerdictState.NOT_ATTEMPTED, "Not attempted yet.", ""
    if isinstance(outcome, CheckFailed):
        if not instead:
            return VerdictState.FAILED, str(outcome), outcome.hint
        reason = f"{outcome.name}: {instead[0]}" if outcome.name else instead[0]
        return VerdictState.FAILED, reason, outcome.hint
    if instead:
        return VerdictState.FAILED, instead[1], ""
    if isinstance(outcome, exceptions.StudentError):
        return VerdictState.FAILED, str(outcome), ""
    name = "TypeError" if isinstance(outcome, RemoteObjectMisused) else type(outcome).__name__
    text = f"{name}: {outcome}" if str(outcome) else name
    return VerdictState.FAILED, text, ""


def _first_hidden(source: str) -> float:
    """Return the line of a test cell at which hidden tests begin; infinity if it has none."""
    lines = enumerate(source.splitlines(), 1)
    hidden = (number for number, line in lines if has_region(line, Region.HIDDEN_TESTS))
    return next(hidden, math.inf)


def _line_of_error(error: BaseException, filename: str) -> int:
    """Return the line of the statement of the cell that failed; 0 if it is not known."""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == filename:
            return frame.lineno or 0
    return 0
