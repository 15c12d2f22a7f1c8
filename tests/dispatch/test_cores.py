"""Exams that run at the same time get different cores, in one worker and in several."""

import itertools
import math
import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from autograder.dispatch import machine as module
from autograder.dispatch.machine import core_count, cpu_quota, reserved_cores, usable_cores

STARTS = itertools.count(1_000_000 + 1_000 * os.getpid(), 16)


@pytest.fixture
def cores():
    """Eight cores that this machine does not have: no exam that runs beside this test uses them."""
    start = next(STARTS)
    return tuple(range(start, start + 8))


def test_exams_at_the_same_time_have_different_cores(cores):
    with ExitStack() as exams:
        taken = [exams.enter_context(reserved_cores(2, cores)) for _ in range(4)]

        assert sorted(itertools.chain(*taken)) == list(cores)
        assert all(second == first + 1 for first, second in taken)


def test_if_too_few_cores_are_free_an_exam_has_none_of_its_own(cores):
    with reserved_cores(5, cores) as first, reserved_cores(5, cores) as second:
        assert (len(first), second) == (5, ())
    with reserved_cores(9, cores) as more_than_all:
        assert more_than_all == ()


def test_a_block_of_which_one_core_is_taken_stays_free_for_others(cores):
    with reserved_cores(1, cores[3:4]):
        with reserved_cores(4, cores) as block:
            assert block == cores[4:]
            with reserved_cores(4, cores) as none:
                assert none == ()
        with reserved_cores(7, others := cores[:3] + cores[4:]) as rest:
            assert rest == others


def test_cores_are_free_again_when_the_exam_ends_however_it_ends(cores):
    def fail():
        with reserved_cores(8, cores) as all_of_them:
            assert all_of_them == cores
            raise ValueError("ended")

    for _ in range(3):
        with pytest.raises(ValueError, match="ended"):
            fail()


def test_which_free_cores_an_exam_gets_is_random(cores):
    taken = set()
    for _ in range(40):
        with reserved_cores(1, cores) as one:
            taken.add(one)

    assert len(taken) > 1


def test_other_processes_of_this_machine_respect_them_and_their_death_frees_them(cores):
    program = (
        "import sys, time\nfrom autograder.dispatch.machine import reserved_cores\n"
        f"with reserved_cores(6, {cores[:6]}) as taken:\n"
        "    print(len(taken), flush=True)\n"
        "    time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"6\n"
        with reserved_cores(1, cores[:6]) as taken, reserved_cores(2, cores) as free:
            assert (taken, free) == ((), cores[6:])
        other.kill()
    with reserved_cores(8, cores) as all_of_them:
        assert all_of_them == cores


def test_hardware_threads_of_a_core_are_side_by_side(monkeypatch, tmp_path, cores):
    for place, core in enumerate(cores):  # as Linux counts: 0 to 3 are cores, 4 to 7 their seconds
        folder = tmp_path / f"cpu{core}" / "topology"
        folder.mkdir(parents=True)
        (folder / "physical_package_id").write_text(f"{place % 4 // 2}\n")
        (folder / "core_id").write_text(f"{place % 2}\n")
    monkeypatch.setattr(module, "_CPUS", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(cores))

    order = [core - cores[0] for core in usable_cores()]

    assert order == [0, 4, 1, 5, 2, 6, 3, 7]


def groups(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("group", "files", "quota"),
    [
        pytest.param("0::/\n", {}, math.inf, id="none"),
        pytest.param("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5, id="container"),
        pytest.param("0::/\n", {"cpu.max": "max 100000\n"}, math.inf, id="unlimited"),
        pytest.param(
            "0::/user/exam\n",
            {
                "user/exam/cpu.max": "max 100000",
                "user/cpu.max": "200000 100000",
                "cpu.max": "800000 100000",
            },
            2.0,
            id="of a parent",
        ),
        pytest.param("0::/gone/below\n", {"cpu.max": "300000 100000"}, 3.0, id="hidden group"),
        pytest.param(
            "4:memory:/m\n3:cpu,cpuacct:/docker/1\n0::/\n",
            {
                "cpu,cpuacct/docker/1/cpu.cfs_quota_us": "50000",
                "cpu,cpuacct/docker/1/cpu.cfs_period_us": "100000",
                "cpu,cpuacct/cpu.cfs_quota_us": "-1",
                "cpu,cpuacct/cpu.cfs_period_us": "100000",
            },
            0.5,
            id="version 1",
        ),
        pytest.param(
            "2:cpuset:/\n1:cpu:/\n",
            {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"},
            math.inf,
            id="version 1, unlimited",
        ),
    ],
)
def test_the_quota_is_the_smallest_of_all_control_groups(tmp_path, group, files, quota):
    process = groups(tmp_path / "process", {"cgroup": group})

    assert cpu_quota(groups(tmp_path / "groups", files), process) == quota


@pytest.mark.parametrize(("quota", "count"), [(math.inf, 8), (20, 8), (2.9, 2), (0.5, 1)])
def test_no_more_cores_are_given_to_exams_than_the_quota_can_keep_busy(monkeypatch, quota, count):
    monkeypatch.setattr(module, "DASK_CPU_COUNT", 8)
    monkeypatch.setattr(module, "cpu_quota", lambda: quota)

    assert core_count() == count
