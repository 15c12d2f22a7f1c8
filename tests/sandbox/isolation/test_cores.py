"""A process in the sandbox runs on the cores that it was given, with the priority that it has."""

import os
import platform

import pytest

SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}.get(platform.machine())
IOPRIO_SET = {"x86_64": 251, "aarch64": 30}.get(platform.machine())
LAST = max(os.sched_getaffinity(0))


def test_it_sees_its_own_cores_and_so_do_its_threads_and_children(enter):
    inside = enter(cores=(LAST,))

    answer = inside.do("""
import os, subprocess, sys, threading
found = [sorted(os.sched_getaffinity(0))]
thread = threading.Thread(target=lambda: found.append(sorted(os.sched_getaffinity(0))))
thread.start()
thread.join()
show = "import os; print(*os.sched_getaffinity(0))"
found.append([int(subprocess.check_output([sys.executable, "-c", show]))])
answer = found
""")

    assert answer == [[LAST]] * 3


def test_without_cores_of_its_own_it_has_all(inside):
    everything = sorted(os.sched_getaffinity(0))

    assert inside.do("import os; answer = sorted(os.sched_getaffinity(0))") == everything


@pytest.mark.parametrize(
    "action",
    [
        f"os.sched_setaffinity(0, {{0, {LAST}}})",
        "os.sched_setaffinity(0, os.sched_getaffinity(0))",
        "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
        "os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))",
        "os.setpriority(os.PRIO_PROCESS, 0, 5)",
        "os.nice(1)",
    ],
)
def test_it_cannot_change_its_cores_or_its_priority(enter, action):
    inside = enter(cores=(LAST,))

    with pytest.raises(RuntimeError, match="PermissionError"):
        inside.do(f"import os; {action}")
    assert inside.do("import os; answer = sorted(os.sched_getaffinity(0))") == [LAST]


@pytest.mark.parametrize("number", [SCHED_SETATTR, IOPRIO_SET])
def test_nor_by_the_calls_that_python_has_no_function_for(inside, number):
    answer = inside.do(f"""
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
attributes = (ctypes.c_uint64 * 7)(56)
result = libc.syscall({number}, 0, attributes, 0)
answer = [result, ctypes.get_errno() == errno.EPERM]
""")

    assert answer == [-1, True]


def test_no_right_to_a_higher_priority_is_inherited(inside):
    limits = inside.do("""
import resource
answer = [resource.getrlimit(kind) for kind in (resource.RLIMIT_NICE, resource.RLIMIT_RTPRIO)]
""")

    assert limits == [[0, 0], [0, 0]]


def test_cores_that_this_machine_does_not_have_are_ignored(enter):
    inside = enter(cores=(8_000,))

    everything = sorted(os.sched_getaffinity(0))
    assert inside.do("import os; answer = sorted(os.sched_getaffinity(0))") == everything
