"""Create folders for the sockets that connect a sandboxed process to others."""

import os
import tempfile
from pathlib import Path


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
