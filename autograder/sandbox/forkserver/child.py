"""Run a module in the forked process, after giving up what it inherited and every right."""

import atexit
import fcntl
import logging
import os
import runpy
import signal
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Collection, Sequence
from pathlib import Path

from autograder.sandbox import limits
from autograder.sandbox.forkserver.messages import SpawnRequest
from autograder.sandbox.isolation import landlock, seccomp, support, syscalls
from autograder.sandbox.isolation.filesystem import Layout, rules

_HIGHEST = 1 << 20  # no file descriptor is above


def confine(
    request: SpawnRequest, placed: Layout, owner: tuple[int, int], layers: Collection[str]
) -> None:
    """Give up every right that the request does not need.

    `placed` is the layout of its sandbox; `layers` are those that this machine offers.
    """
    has_landlock = "landlock" in layers
    in_new_root = "files" in layers
    allowed = rules(request.sandbox, placed, in_new_root=in_new_root) if has_landlock else []
    ruleset = landlock.make_ruleset(allowed) if has_landlock else None
    if not in_new_root:  # a new root has them in its home
        support.copy(request.sandbox.support, request.sandbox.home, owner)
    limits.apply(request.limits, has_gpu=bool(request.sandbox.devices))
    if os.geteuid() == 0 and owner[0] != 0:
        _become_user(*owner)
    if syscalls.is_known_machine():
        syscalls.drop_capabilities()
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # so that it can read its own /proc/self
    if ruleset is not None:
        landlock.restrict_self(ruleset)
        os.close(ruleset)
    if "seccomp" in layers:
        seccomp.install()


def adopt_files(files: Sequence[int]) -> None:
    """Make the files the standard streams and 3, 4, ...; close every other one."""
    high = max(*files, len(files)) + 1
    # The numbers may overlap: first move the files above them.
    moved = [fcntl.fcntl(file, fcntl.F_DUPFD, high) for file in files]
    for number, file in enumerate(moved):
        os.dup2(file, number, inheritable=True)
    os.closerange(len(files), _HIGHEST)


def close_all_but(*kept: int) -> None:
    """Close every file except the standard streams and these."""
    lowest = 3
    for file in sorted(kept):
        os.closerange(lowest, file)
        lowest = file + 1
    os.closerange(lowest, _HIGHEST)


def run(request: SpawnRequest) -> None:
    """Run the module as `python -m` would, in this process; never returns."""
    status = 1
    try:
        _prepare(request)
        with warnings.catch_warnings():
            # The module is imported already: that is the purpose of a fork server.
            warnings.filterwarnings("ignore", ".*found in sys.modules.*", RuntimeWarning)
            runpy.run_module(request.module, run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        _exit(status)


def _become_user(user: int, group: int) -> None:
    try:
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
    except PermissionError:
        return  # the root user of a container without rights: there is nothing to give up


def _prepare(request: SpawnRequest) -> None:
    """Make this process look like a new one."""
    os.environ.clear()
    os.environ.update(request.environment)
    sys.argv = [request.module, *request.arguments]
    os.chdir(request.sandbox.home)
    _import_from_working_folder()
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)  # the supervisor ignores them
    signal.signal(signal.SIGINT, signal.default_int_handler)
    logger = logging.getLogger("autograder.sandbox.forkserver")
    logger.handlers.clear()  # they are for the fork server's own log
    logger.setLevel(logging.NOTSET)
    logger.propagate = True
    tempfile.tempdir = None  # it may be known already, as that of the fork server
    if "numpy" in sys.modules:  # Python seeds its own generator again after every fork
        sys.modules["numpy"].random.seed()


def _import_from_working_folder() -> None:
    """Find modules in the working folder, as in Jupyter: after those of Python's own library."""
    folders = [Path(path).name for path in sys.path]
    installed = (
        folders.index(name) for name in ("site-packages", "dist-packages") if name in folders
    )
    sys.path.insert(min(installed, default=len(folders)), "")


def _exit(status: int) -> None:
    """End as the interpreter does, without clearing all its modules."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status & 0xFF)
