"""All global random generators are seeded by one function."""

import random
import sys
import types

import numpy as np
import pytest
from dlcourse._seeding import seed_generators


@pytest.mark.parametrize("seed", [0, 7, -1, 2**40 + 3, np.int64(5)], ids=str)
def test_any_integer_seeds_python_and_numpy(seed):
    def draw():
        seed_generators(seed)
        return random.random(), np.random.random()

    assert draw() == draw()


def test_different_seeds_give_different_numbers():
    seed_generators(1)
    first = random.random(), np.random.random()
    seed_generators(2)
    second = random.random(), np.random.random()

    assert first[0] != second[0]
    assert first[1] != second[1]


def test_libraries_that_are_not_imported_stay_so(monkeypatch):
    for library in ("keras", "tensorflow", "torch"):
        monkeypatch.delitem(sys.modules, library, raising=False)

    seed_generators(3)

    assert not {"keras", "tensorflow", "torch"} & set(sys.modules)


def test_imported_libraries_are_seeded(monkeypatch):
    calls = {}
    for library, place, name in (
        ("keras", "utils", "set_random_seed"),
        ("tensorflow", "random", "set_seed"),
        ("torch", None, "manual_seed"),
    ):
        functions = {name: lambda seed, library=library: calls.update({library: seed})}
        module = types.SimpleNamespace(**functions)
        whole = types.SimpleNamespace(**{place: module}) if place else module
        monkeypatch.setitem(sys.modules, library, whole)

    seed_generators(2**32 + 4)

    assert calls == {"keras": 4, "tensorflow": 2**32 + 4, "torch": 2**32 + 4}


def test_keras_does_not_overwrite_the_seed_of_python(monkeypatch):
    module = types.SimpleNamespace(set_random_seed=random.seed)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    monkeypatch.setitem(sys.modules, "keras", types.SimpleNamespace(utils=module))

    seed_generators(2**32 + 4)

    assert random.random() == random.Random(2**32 + 4).random()


@pytest.mark.slow
def test_the_generators_of_tensorflow_and_keras_repeat():
    keras = pytest.importorskip("keras")
    tf = pytest.importorskip("tensorflow")

    def draw():
        seed_generators(11)
        return [float(tf.random.uniform(())), float(keras.random.uniform(()))]

    assert draw() == draw()
