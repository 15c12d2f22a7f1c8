"""Replace `%conda` where there is no conda: IPython's raises an error, so its cell ends there.

A student may have conda at home, and whoever grades another Python.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Any

_NAMES = ("conda", "mamba", "micromamba")


def replace_conda(shell: Any) -> None:
    """Make `%conda` and its relatives say that they do nothing, unless this Python is conda's."""
    if Path(sys.prefix, "conda-meta", "history").exists():
        return
    for name in _NAMES:
        shell.register_magic_function(partial(_say, name), "line", name)


def _say(name: str, line: str) -> None:
    sys.stdout.write(
        f"`%{name} {line}` does nothing in an exam: there is no network, and no {name}. "
        "The packages of the course are installed.\n"
    )
