"""Forks this process, for what needs no sandbox: the course's own code."""

import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from threadpoolctl import threadpool_limits


def fork(be: Callable[[], None], folder: Path | None = None) -> int:
    """Run `be` in a silent child process that never returns; return the id of the process.

    Its working directory is `folder`, or that of this process.
    """
    sys.stdout.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # threads of this process do not matter to the child
        child = os.fork()
    if child:
        return child
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        if folder is not None:
            os.chdir(folder)
        threadpool_limits(1)  # as many sittings as cores run at once: BLAS threads would spin
        be()
    finally:
        os._exit(0)
