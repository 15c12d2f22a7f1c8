"""Say of a test that the course's own solution fails what happened, where, and what to do."""

import re
from collections.abc import Iterable

from autograder.exam.diagnosis.answer_key import UnusableTest
from autograder.models import Verdict, VerdictState

_ADVICE = {
    "NameError": "Assign the name in a set-up cell or in an answer cell.",
    "ModuleNotFoundError": (
        "Install it beside the grader, or put the module beside the notebook in source/."
    ),
    "FileNotFoundError": (
        "Put the file beside the notebook in source/. Files that student code writes are not there "
        "for a test: let the answer return what the test needs."
    ),
    "AttributeError": (
        "An object that student code made has no special names, such as __name__, in a test: call "
        "it, or use its attributes and items."
    ),
}
"""By the name of the error; the text of an error of the protocol says itself what to write."""

_SAY_THEMSELVES = ("NotTransferable", "RemoteObjectMisused")
_OTHERWISE = (
    "Run the solution and this test in a new kernel. If it passes there, it needs something that a "
    "test in a process of its own does not have: compare values that the answer returns."
)
_NO_TIME = "Make the test shorter, or raise `cell_seconds` in autograder.toml."
_CAUSE_LIMIT = 300  # characters


def unusable_tests(verdicts: Iterable[Verdict]) -> dict[str, UnusableTest]:
    """Return the tests that did not give the reference full marks, by grade id."""
    return {verdict.grade_id: _explain(verdict) for verdict in verdicts if not verdict.passed}


def _explain(verdict: Verdict) -> UnusableTest:
    lines = verdict.details.strip().splitlines()
    cause = lines[-1] if lines else verdict.reason
    places = re.findall(
        rf'File "<test {re.escape(verdict.grade_id)}>", line (\d+)', verdict.details
    )
    kind = cause.partition(":")[0].rpartition(".")[2]
    if kind in _SAY_THEMSELVES:
        cause, advice = cause.partition(": ")[2], ""
    elif verdict.state is VerdictState.VOID and "time" in verdict.reason:
        cause, advice = verdict.reason, _NO_TIME
    elif verdict.state is VerdictState.PASSED:
        cause = f"it earns {verdict.points:g} of {verdict.max_points:g} points"
        advice = "Correct the number at the end of the test, or the solution."
    else:
        advice = _ADVICE.get(kind, _OTHERWISE)
    line = int(places[-1]) if places else 0
    return UnusableTest(verdict.grade_id, line, cause[:_CAUSE_LIMIT], advice)
