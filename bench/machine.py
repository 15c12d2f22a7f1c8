"""Describe the machine and the versions that the benchmark ran with."""

import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import psutil

OURS = ("nbgrader", "nbconvert", "tensorflow", "keras", "numpy", "ipykernel", "distributed")


def machine() -> str:
    """Return processor, cores, memory and system in one line."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; "
        f"{platform.system()} {platform.release()}"
    )


def versions(otter_python: Path) -> str:
    """Return the versions of the systems, in one line."""
    ours = ", ".join(f"{name} {metadata.version(name)}" for name in OURS)
    ask = "from importlib.metadata import version as v; print(v('otter-grader'), v('tensorflow'))"
    output = subprocess.run([otter_python, "-c", ask], capture_output=True, text=True, check=True)
    otter, tensorflow = output.stdout.split()
    python = ".".join(map(str, sys.version_info[:3]))
    return f"Python {python}, {ours}; otter-grader {otter} (with TensorFlow {tensorflow})"


def load() -> float:
    """Return how many processes wanted to run over the last minute; 0 on a quiet machine."""
    return os.getloadavg()[0]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
