"""Compute the key of a fork server: a digest of all that a process forked from it depends on.

A command uses a running fork server only if the keys are equal. A changed package, variable or
limit of the shell gives another key, so another fork server is started.
"""

import os
import platform
import resource
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from autograder.fingerprint import digest_of, versions

_STATUS_FIELDS = (
    *("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"),
    *("Seccomp", "Seccomp_filters", "Cpus_allowed_list", "Mems_allowed_list"),
)
_CGROUP_LIMITS = (
    *("memory.max", "memory.high", "memory.swap.max", "cpu.max", "cpuset.cpus", "pids.max"),
)
_CGROUPS = Path("/sys/fs/cgroup")


def key_of(modules: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the key of a fork server with these modules and environment variables."""
    return digest_of(
        {
            "modules": list(modules),
            "environment": dict(environment),
            "versions": dict(versions()),
            "python": [sys.executable, os.path.realpath(sys.executable), sys.version, sys.prefix],
            "system": platform.release(),
            "packages": _installed(),
            "confinement": _confinement(),
        }
    )[:16]


@cache
def _installed() -> list[list[str | int]]:
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
