"""Export the grades with nbgrader, whose exporters know the formats of learning platforms."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def export(root: Path, arguments: Sequence[str] = ()) -> int:
    """Run `nbgrader export` in the course at `root`; return its exit code.

    Parameters
    ----------
    root
        The root of the course.
    arguments
        Options of nbgrader, such as `--to grades.csv` or `--exporter ...`.
    """
    programs = Path(sys.executable).parent
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(programs / "nbgrader"), "export", *arguments]
    return subprocess.run(
        command, cwd=root, env={**os.environ, "PATH": path}, check=False
    ).returncode
