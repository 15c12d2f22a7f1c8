"""Checks for the tests of exercises: each failure is a sentence that a beginner understands.

`from dlcourse import check`, then `check.close(softmax(z), expected, name="softmax of 0")`.
Each check takes `name`, what is being checked, and `hint`, one sentence that is shown when it
fails. A check that fails raises `CheckFailed`.

    equal close between that        values
    shape items raises              shapes, lengths, errors
    gradient probability            numerical properties
    parameters layers               Keras models

Graded tests run in another process than the student's code. These four functions work in both
cases, in a notebook and in a graded exam:

    local_copy        a copy of a Keras model, to compute with in the test
    run_remotely      a function that runs where the student's code runs
    call_and_inspect  a call's result and its arguments after the call
    seed              the global random generators
"""

import sys

from dlcourse.check._close import close
from dlcourse.check._conditions import between, items, raises, that
from dlcourse.check._equal import equal
from dlcourse.check._failure import CheckFailed, tally
from dlcourse.check._keras import layers, parameters
from dlcourse.check._numerics import gradient, probability
from dlcourse.check._remote import call_and_inspect, local_copy, run_remotely, seed
from dlcourse.check._shape import shape

__all__ = [
    "CheckFailed",
    "between",
    "call_and_inspect",
    "close",
    "equal",
    "gradient",
    "items",
    "layers",
    "local_copy",
    "parameters",
    "probability",
    "raises",
    "run_remotely",
    "seed",
    "shape",
    "that",
]


def _register_with_ipython() -> None:
    """Make a notebook show the results of a cell's checks below it."""
    ipython = sys.modules.get("IPython")  # in a notebook it is imported already
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        from dlcourse import _ipython

        _ipython.register(shell, lambda: tally.passed)


_register_with_ipython()
