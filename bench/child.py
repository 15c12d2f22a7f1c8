"""Run a command, and measure the resources of it and all its descendants, orphans included.

A separate program: `python -I child.py USAGE.json COMMAND...`. It adopts the orphans of its
tree, waits for each of them, and then asks the kernel, so every forked process is counted.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def main(usage: Path, command: list[str]) -> int:
    """Run the command, write its seconds of wall clock and CPU, return its exit status."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.monotonic()
    status = subprocess.Popen(command).wait()
    wall = time.monotonic() - began
    while True:
        try:
            os.wait()  # what outlived the command: its time counts, its wall clock does not
        except ChildProcessError:
            break
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    usage.write_text(json.dumps({"wall": wall, "cpu": spent.ru_utime + spent.ru_stime}))
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
