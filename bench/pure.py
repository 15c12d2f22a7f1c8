"""Run the cells of notebooks and nothing else, each in a process forked after the imports.

A separate program: `python pure.py SECONDS.json NOTEBOOK...`. Set-up, answers and tests run in
one namespace; a cell that fails is skipped. No grader can take less: what it takes above this
is its overhead.
"""

import contextlib
import json
import os
import resource
import sys
from pathlib import Path

import keras  # noqa: F401 - imported before the fork, as in a preloaded kernel
import numpy as np  # noqa: F401
import tensorflow as tf  # noqa: F401
from dlcourse import check  # noqa: F401


def run_cells(sources: list[str]) -> None:
    """Run the cells of one notebook in a new namespace."""
    namespace = {"__name__": "__main__"}
    for source in sources:
        with contextlib.suppress(Exception):
            exec(compile(source, "cell", "exec"), namespace)


def cpu_seconds(sources: list[str]) -> float:
    """Return the CPU seconds that the cells take in a process forked from this one."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = os.fork()
    if process == 0:
        run_cells(sources)
        os._exit(0)
    os.waitpid(process, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(to: Path, notebooks: list[str]) -> None:
    """Write the CPU seconds of each notebook."""
    seconds = {}
    for notebook in notebooks:
        cells = json.loads(Path(notebook).read_text())["cells"]
        seconds[notebook] = cpu_seconds(["".join(cell["source"]) for cell in cells])
        to.write_text(json.dumps(seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
