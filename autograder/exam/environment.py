"""The environment variables of the two rooms: built from a list, never inherited."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_PASSED_ON = (
    "CUDA_VISIBLE_DEVICES",
    "DLCOURSE_DATA",
    "KERAS_BACKEND",
    "LD_LIBRARY_PATH",
    "OMP_NUM_THREADS",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TZ",
)

PYTHON = (sys.executable, "-P", "-s")
"""Python that looks for modules neither in its working directory nor in the user's home.

Not `-I`: that would ignore PYTHONHASHSEED too, and the order of sets would change every time.
"""


def environment(home: Path) -> Mapping[str, str]:
    """Return the environment of a process whose home and temporary folder is `home`."""
    return {
        **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "IPYTHONDIR": str(home / ".ipython"),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OPENBLAS_NUM_THREADS": "1",  # several exams share the cores: BLAS threads would spin
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
