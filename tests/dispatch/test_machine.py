"""Test that a machine is divided into slots: by its cores, or by its GPUs."""

import importlib

import pytest

from autograder.dispatch.machine import machine_slots
from autograder.errors import UsageError
from autograder.exam.environment import Slot
from autograder.sandbox.gpus import Gpu


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """A machine with eight cores and three GPUs."""
    module = importlib.import_module("autograder.dispatch.machine")
    found = tuple(Gpu(f"/dev/nvidia{number}", "H200") for number in range(3))
    monkeypatch.setattr(module, "CPU_COUNT", 8)
    monkeypatch.setattr(module, "gpus", lambda: found)


def test_every_core_is_a_slot_by_default():
    assert machine_slots() == (Slot(threads=1),) * 8


def test_fewer_exams_at_a_time_have_more_threads_each():
    assert machine_slots(3) == (Slot(threads=2),) * 3
    assert machine_slots(20) == (Slot(threads=1),) * 20
    assert machine_slots(most=2) == (Slot(threads=4),) * 2


@pytest.mark.parametrize(("jobs", "is_shared"), [(8, False), (9, True)])
def test_exams_without_cores_of_their_own_are_announced(caplog, jobs, is_shared):
    machine_slots(jobs)

    assert ("9 exams at a time share 8 cores" in caplog.text) == is_shared


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("auto", ["0", "1", "2"]),
        ("2", ["0", "1"]),
        ("2,", ["2"]),
        ("1, 2,1", ["1", "2"]),
        ("MIG-4f,MIG-5a", ["MIG-4f", "MIG-5a"]),
    ],
)
def test_each_gpu_is_one_slot(wanted, names):
    found = machine_slots(None, wanted)

    assert [slot.gpu for slot in found] == names
    assert {slot.threads for slot in found} == {8 // len(names)}


@pytest.mark.parametrize(
    ("jobs", "wanted", "message"),
    [
        (None, "4", "has 3 GPUs, not 4"),
        (None, "0", "no GPU"),
        (None, "all", "expected auto"),
        (2, "auto", "--jobs or --gpus"),
    ],
)
def test_impossible_slots_are_an_error(jobs, wanted, message):
    with pytest.raises(UsageError, match=message):
        machine_slots(jobs, wanted)


def test_an_exam_on_a_gpu_sees_only_that_gpu_and_takes_only_the_memory_it_needs():
    environment = Slot(threads=4, gpu="2").environment

    assert environment["CUDA_VISIBLE_DEVICES"] == "2"
    assert environment["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert {environment[name] for name in environment if "THREADS" in name} == {"4"}


def test_a_whole_machine_sets_no_variables():
    assert Slot().environment == {}
