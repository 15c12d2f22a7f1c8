"""List the files of the host that a sandbox shows: of the system, of Python, and of packages."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from autograder.sandbox.isolation import hiding

_ETC = (
    "alternatives", "ca-certificates", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
    "localtime", "mime.types", "nsswitch.conf", "ssl/certs", "OpenCL",
)  # fmt: skip
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_PROCESSORS = ("/sys/devices/system/cpu", "/sys/devices/system/node")
# What belongs to Python in its prefix. A virtual environment may be made in a folder that has other
# files, such as a course or somebody's home.
_PYTHON = (
    *("bin", "conda-meta", "etc", "include", "lib", "lib32", "lib64", "libexec", "nvvm"),
    *("fonts", "pyvenv.cfg", "sbin", "share", "ssl", "targets"),
)


def visible_paths(named: Iterable[str], *, has_gpu: bool) -> dict[str, str]:
    """Return every path that is visible read-only, with what it is without symbolic links.

    Both are visible: links as well as their targets. `named` are those beside the system's own.
    """
    etc = (f"/etc/{name}" for name in _ETC)
    hardware = ("/sys",) if has_gpu else _PROCESSORS
    paths = dict[str, str]()
    for name in (*_SYSTEM, *etc, *hardware, *named):
        real = os.path.realpath(name)
        paths |= {path: real for path in (name, real) if os.path.lexists(path)}
    return paths


def python_paths() -> tuple[str, ...]:
    """Return the files of this process' Python: in its prefixes, and each package imported so far.

    A package outside the prefixes (an editable install) is visible alone, without what is
    beside it.
    """
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    parts = {f"{prefix}/{name}" for prefix in prefixes for name in _PYTHON} | {sys.executable}
    packages = set[str]()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is None or "." in name or name == "__main__":
            continue
        is_package = Path(file).name.startswith("__init__.")
        path = str(Path(file).parent) if is_package else file
        if not any(hiding.is_below(path, part) for part in parts):
            packages.add(path)
    return tuple(path for path in sorted(parts | packages) if os.path.lexists(path))
