"""Makes the folders in which a sandboxed process meets the rest: for sockets, nothing else."""

import os
import tempfile
from pathlib import Path


def make_socket_dir() -> Path:
    """Return a new folder for sockets, private to this user; whoever made it removes it.

    It lies outside `/tmp`: inside a sandbox that is scratch, where Landlock allows everything,
    also below what is mounted there.
    """
    named = (os.environ.get("XDG_RUNTIME_DIR"), "/var/tmp", str(Path.home()))
    for place in filter(None, named):
        if os.access(place, os.W_OK | os.X_OK) and not is_scratch(place):
            return Path(tempfile.mkdtemp(prefix="door-", dir=place))
    message = f"No place for sockets. Expected one of {named} to be writable, and not in /tmp."
    raise OSError(message)


def is_scratch(path: str) -> bool:
    """Tell whether a path lies where a sandbox has its scratch."""
    return any(f"{path}/".startswith(f"{place}/") for place in ("/tmp", "/dev/shm"))
