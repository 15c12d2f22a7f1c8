"""The words in which tests are written: every failure is a sentence for a beginner.

`from dlcourse import check`, then `check.close(softmax(z), expected, name="softmax of 0")`.
Each word takes `name`, what is being checked, and `hint`, one sentence that is shown when it
fails; a failure is a `CheckFailed`.

    equal close between that            values
    shape items raises                  forms
    gradient probability                laws
    parameters layers                   models
    here there changed seed             the two rooms
"""

import sys

from dlcourse.check._close import close
from dlcourse.check._equal import equal
from dlcourse.check._facts import between, items, raises, that
from dlcourse.check._failure import CheckFailed
from dlcourse.check._laws import gradient, probability
from dlcourse.check._models import layers, parameters
from dlcourse.check._rooms import changed, here, seed, there
from dlcourse.check._shapes import shape

__all__ = [
    "CheckFailed",
    "between",
    "changed",
    "close",
    "equal",
    "gradient",
    "here",
    "items",
    "layers",
    "parameters",
    "probability",
    "raises",
    "seed",
    "shape",
    "that",
    "there",
]


def _join_notebook() -> None:
    """Show in a notebook what the checks of a cell said."""
    ipython = sys.modules.get("IPython")  # not imported: then there is no notebook
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        from dlcourse import _notebook

        _notebook.register(shell)


_join_notebook()
