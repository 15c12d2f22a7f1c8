"""The arithmetic of the scale model; nothing is timed here."""

from dataclasses import replace

import pytest

from bench.scale.model import (
    GIGABIT,
    Night,
    Parts,
    cluster_seconds,
    demand,
    limits,
)

PARTS = Parts(
    exam_cpu=2.0,
    exam_wall=3.0,
    slot_memory=100e6,
    worker_memory=400e6,
    new_cpu=0.02,
    stored_cpu=0.01,
    unchanged_cpu=0.005,
    grader_start=4.0,
    grader_memory=200e6,
    memory_each=2_000.0,
    scheduler_cpu=0.001,
    sent=500e3,
    returned=600e3,
    run_spec=400e3,
    gradebook_rows=20.0,
    gradebook_bytes=4_000.0,
    transaction=0.005,
    files=7.0,
    disk=900e3,
)


def test_ten_times_the_submissions_need_ten_times_the_exams():
    few, many = demand(PARTS, Night(10_000)), demand(PARTS, Night(100_000))

    for name in ("cpu", "cores", "gpu_seconds", "gpus", "network", "rows", "gradebook", "files"):
        assert getattr(many, name) == pytest.approx(10 * getattr(few, name))
    assert few.cpu == 20_000
    assert few.cores == pytest.approx(20_000 / 28_800)
    assert few.gpus == pytest.approx(30_000 / 28_800)


def test_what_is_needed_once_is_counted_once():
    nothing, some = demand(PARTS, Night(0)), demand(PARTS, Night(1_000))

    assert nothing.grader == pytest.approx(4.0 / 28_800)
    assert some.grader == pytest.approx(24.0 / 28_800)
    assert nothing.grader_memory == 200e6
    assert some.grader_memory == pytest.approx(202e6)


def test_bytes_pass_the_scheduler_twice():
    assert demand(PARTS, Night(10)).network == pytest.approx(10 * 2 * 1.1e6)


def test_every_machine_has_a_fork_server_and_every_core_an_exam():
    night = Night(28_800 * 10, hours=8.0)  # 20 cores

    assert demand(PARTS, night, cores_per_machine=16).worker_memory == pytest.approx(
        20 * 100e6 + 2 * 400e6
    )


def test_the_lowest_limit_comes_first():
    found = limits(PARTS, cores=16)

    assert [limit.submissions for limit in found] == sorted(limit.submissions for limit in found)
    assert found[0].part == "exams on one machine of 16 cores"
    assert found[0].submissions == pytest.approx(28_800 * 16 / 2.0)
    assert all(limit.remedy for limit in found)


def test_a_part_that_costs_more_breaks_earlier():
    assert limits(replace(PARTS, new_cpu=9.0), cores=16)[0].part == "the grader, one process"
    slow = {limit.part: limit.submissions for limit in limits(PARTS, network=GIGABIT / 100)}
    fast = {limit.part: limit.submissions for limit in limits(PARTS, network=GIGABIT)}
    assert min(slow.values()) < min(fast.values())


def test_a_cluster_takes_the_work_divided_by_the_slots_and_one_last_exam():
    assert cluster_seconds(100, 10, 2.0) == pytest.approx(22.0)
    assert cluster_seconds(100, 10, 2.0, lost=10) == pytest.approx(23.0)
    assert cluster_seconds(100, 1_000, 2.0, task_seconds=0.5) == pytest.approx(52.0)
