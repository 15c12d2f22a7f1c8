"""Set the environment variables of forked processes, and create folders for their sockets."""

import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

PASSED_ON = (
    "CUDA_VISIBLE_DEVICES",
    "DLCOURSE_DATA",
    "KERAS_BACKEND",
    "LD_LIBRARY_PATH",
    "OMP_NUM_THREADS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TZ",
    "XLA_FLAGS",
    "XLA_PYTHON_CLIENT_PREALLOCATE",
)
"""The variables that a process gets from the one that starts it; it gets no others."""

TERMINALS = 32
"""How many pseudo-terminals student code may open at a time; Linux has 3072 for all exams."""

PYTHON = (sys.executable, "-P", "-s")
"""The command of a Python that finds no modules in its working directory or the user's home.

Not `-I`: that would ignore PYTHONHASHSEED too, and the order of sets would change every time.
"""

_FIXED = {
    "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # Several exams share the cores, and threads of BLAS and OpenMP would wait busily. Both are read
    # when a library is imported, which the fork server does for all exams.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # There is no network: pip says so at once, instead of trying again until a cell's time is over.
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PIP_RETRIES": "0",
    "PYTHONHASHSEED": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def environment(
    home: Path | str,
    available: Mapping[str, str] | None = None,
    names: Iterable[str] = PASSED_ON,
) -> dict[str, str]:
    """Return the environment of a process whose home and temporary folder is `home`.

    Parameters
    ----------
    home
        A folder that the process may write.
    available
        The variables to choose from; those of this process when None.
    names
        The variables to pass on, if they are set.
    """
    available = os.environ if available is None else available
    passed_on = {name: available[name] for name in names if name in available}
    if "DLCOURSE_DATA" in passed_on:  # the process starts in another folder
        passed_on["DLCOURSE_DATA"] = str(Path(passed_on["DLCOURSE_DATA"]).absolute())
    return {
        **_FIXED,
        **passed_on,
        "HOME": str(home),
        "TMPDIR": str(home),
        "IPYTHONDIR": f"{home}/.ipython",
    }


def make_socket_dir() -> Path:
    """Return a new folder for sockets, private to this user; the caller removes it.

    It is outside `/tmp`: inside a sandbox that is scratch space, where Landlock allows everything,
    also below what is mounted there.
    """
    parents = (os.environ.get("XDG_RUNTIME_DIR"), "/var/tmp", str(Path.home()))
    for parent in filter(None, parents):
        if os.access(parent, os.W_OK | os.X_OK) and not in_scratch(parent):
            return Path(tempfile.mkdtemp(prefix="sockets-", dir=parent))
    message = f"No folder for sockets. Expected one of {parents} to be writable and outside /tmp."
    raise OSError(message)


def in_scratch(path: str) -> bool:
    """Return whether a path is where a sandbox has its scratch space."""
    return any(f"{path}/".startswith(f"{folder}/") for folder in ("/tmp", "/dev/shm"))
