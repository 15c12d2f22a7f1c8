"""Compute the only digests: of the code, the versions, the settings and the course text.

They determine a verdict together with the exam notebook, so results and answer keys are kept
under them.
"""

import hashlib
import json
import os
import platform
import resource
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

_LIBRARIES = (
    *("numpy", "scipy", "scikit-learn", "matplotlib", "gymnasium", "keras", "tensorflow"),
    *("jax", "torch", "ipykernel", "ipython", "nbformat"),
)


def versions() -> Mapping[str, str]:
    """Return the version of every part of this installation that can change a verdict, by name."""
    return {**_installed(), "Keras' backend": os.environ.get("KERAS_BACKEND", "tensorflow")}


def differences(found: Mapping[str, str], expected: Mapping[str, str]) -> str:
    """Return a phrase that names the versions that differ; an empty string if none does."""
    names = [name for name in {**expected, **found} if found.get(name) != expected.get(name)]
    sides = ((name, found.get(name, "none"), expected.get(name, "none")) for name in names)
    return ", ".join(f"{name} is {one}, not {other}" for name, one, other in sides)


def digest_of(value: object) -> str:
    """Return the SHA-256 digest of plain JSON values; the order of dictionary keys is ignored."""
    return text_digest(json.dumps(value, sort_keys=True))


def text_digest(text: str) -> str:
    """Return the SHA-256 digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def code_digest(packages: Iterable[Path]) -> str:
    """Return a digest of every source file of some packages, with its path below the package."""
    return digest_of(
        {
            path.relative_to(package.parent).as_posix(): text_digest(path.read_text("utf-8"))
            for package in packages
            for path in package.rglob("*.py")
        }
    )[:16]


@cache
def _installed() -> Mapping[str, str]:
    libraries = {name: _version(name) for name in _LIBRARIES}
    python = platform.python_version()
    return {"python": python, **libraries, "code": code_digest(_packages())}


def _packages() -> tuple[Path, Path]:
    """Return the folders of this package and of the students' package, which is not imported."""
    found = find_spec("dlcourse")
    assert found is not None
    assert found.origin is not None
    return Path(__file__).parent, Path(found.origin).parent


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


# --- fork servers ---------------------------------------------------------------------------------

_STATUS_FIELDS = (
    *("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"),
    *("Seccomp", "Seccomp_filters", "Cpus_allowed_list", "Mems_allowed_list"),
)
_CGROUP_LIMITS = (
    *("memory.max", "memory.high", "memory.swap.max", "cpu.max", "cpuset.cpus", "pids.max"),
)
_CGROUPS = Path("/sys/fs/cgroup")


def forkserver_key(modules: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the key of a fork server with these modules and environment variables."""
    return digest_of(
        {
            "modules": list(modules),
            "environment": dict(environment),
            "versions": dict(versions()),
            "python": [sys.executable, os.path.realpath(sys.executable), sys.version, sys.prefix],
            "system": platform.release(),
            "packages": _distributions(),
            "confinement": _confinement(),
        }
    )[:16]


@cache
def _distributions() -> list[list[str | int]]:
    """Return every installed distribution: a name with a version, and when it was installed."""
    folders = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    return sorted(
        [entry.path, entry.stat().st_mtime_ns]
        for folder in folders
        for entry in os.scandir(folder)
        if entry.name.endswith((".dist-info", ".egg-info", ".pth"))
    )


def _confinement() -> dict[str, object]:
    """Return what a process inherits from the shell in which it starts: rights and limits."""
    status = dict(
        line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines()
    )
    namespaces = Path("/proc/self/ns")
    root = os.stat("/")  # noqa: PTH116
    return {
        "status": [status.get(field, "") for field in _STATUS_FIELDS],
        "namespaces": sorted(os.readlink(path) for path in namespaces.iterdir()),  # noqa: PTH115
        "root": [root.st_dev, root.st_ino],
        "limits": [
            [name, *resource.getrlimit(getattr(resource, name))]
            for name in sorted(dir(resource))
            if name.startswith("RLIMIT_")
        ],
        "priority": [os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)],
        "label": _text(Path("/proc/self/attr/current")),
        "killed first": _text(Path("/proc/self/oom_score_adj")),
        "cgroups": _limiting_cgroups(_text(Path("/proc/self/cgroup"))),
    }


def _limiting_cgroups(own: str) -> list[str]:
    """Return the limits of the control groups of a process; see cgroups(7).

    A group without limits is left out: every terminal has its own.
    """
    found: list[str] = []
    for line in own.splitlines():
        number, controllers, path = line.split(":", 2)
        if number != "0" and not controllers.startswith("name="):
            found.append(line)  # version 1: one hierarchy for each kind of limit
        elif number == "0":
            folder = _CGROUPS / path.lstrip("/")
            for group in (folder, *folder.parents):
                if group.is_relative_to(_CGROUPS):
                    found += _limits_of(group)
    return found


def _limits_of(group: Path) -> list[str]:
    limits = ((name, _text(group / name)) for name in _CGROUP_LIMITS)
    return [
        f"{group}/{name} {value}"
        for name, value in limits
        if value and value.partition(" ")[0] != "max"
    ]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""  # this machine has no such file
