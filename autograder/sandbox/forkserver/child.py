"""The forked process itself: sheds what it inherited and every right, then runs its module."""

import atexit
import fcntl
import os
import runpy
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Collection, Sequence

from autograder.sandbox import limits
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.isolation import landlock
from autograder.sandbox.isolation import seccomp as filters
from autograder.sandbox.isolation import syscalls as system
from autograder.sandbox.isolation.filesystem import rules

_HIGHEST = 1 << 20  # no file descriptor is above


def confine(
    order: SpawnRequest, python: Sequence[str], owner: tuple[int, int], layers: Collection[str]
) -> None:
    """Give up every right that the order does not need; `layers` are those the machine offers."""
    has_landlock = "landlock" in layers
    in_new_root = "files" in layers
    allowed = rules(order.sandbox, python, in_new_root=in_new_root) if has_landlock else []
    ruleset = landlock.make_ruleset(allowed) if has_landlock else None
    limits.apply(order.limits, has_gpu=bool(order.sandbox.devices))
    if os.geteuid() == 0 and owner[0] != 0:
        _become_user(*owner)
    if system.is_known_machine():
        system.drop_capabilities()
        system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
        system.prctl(system.PR_SET_DUMPABLE, 1)  # its own /proc/self is its own again
    if ruleset is not None:
        landlock.restrict_self(ruleset)
        os.close(ruleset)
    if "seccomp" in layers:
        filters.install()


def adopt_files(files: Sequence[int]) -> None:
    """Make the files the standard streams and 3, 4, ...; close every other one."""
    high = max(*files, len(files)) + 1
    # First out of the way, since the numbers may overlap.
    parked = [fcntl.fcntl(file, fcntl.F_DUPFD, high) for file in files]
    for number, file in enumerate(parked):
        os.dup2(file, number, inheritable=True)
    os.closerange(len(files), _HIGHEST)


def close_all_but(*kept: int) -> None:
    """Close every file but the standard streams and these."""
    lowest = 3
    for file in sorted(kept):
        os.closerange(lowest, file)
        lowest = file + 1
    os.closerange(lowest, _HIGHEST)


def run(order: SpawnRequest) -> None:
    """Run the module as `python -m` would, in this process; never returns."""
    status = 1
    try:
        _become(order)
        with warnings.catch_warnings():
            # runpy's remark that the module is imported already: that is what a zygote is for
            warnings.filterwarnings("ignore", ".*found in sys.modules.*", RuntimeWarning)
            runpy.run_module(order.module, run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        _leave(status)


def _become_user(user: int, group: int) -> None:
    try:
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
    except PermissionError:
        return  # the root of a container without rights: there is nothing to give up


def _become(order: SpawnRequest) -> None:
    os.environ.clear()
    os.environ.update(order.environment)
    sys.argv = [order.module, *order.arguments]
    os.chdir(order.sandbox.home)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)  # the keeper ignored them
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "numpy" in sys.modules:  # Python's own generator is seeded anew after every fork
        sys.modules["numpy"].random.seed()


def _leave(status: int) -> None:
    """End as the interpreter does, but for taking all its modules apart."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status & 0xFF)
