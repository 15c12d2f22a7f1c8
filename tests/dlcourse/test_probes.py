import numpy as np
import pytest
from dlcourse import probes


class Buffer:
    def __init__(self, copies):
        self.copies, self.items = copies, []

    def add(self, item):
        self.items.append(item.copy() if self.copies else item)

    def total(self):
        return float(sum(item.sum() for item in self.items))


@pytest.mark.parametrize(("copies", "total"), [(True, 3.0), (False, 0.0)], ids=["copy", "same"])
def test_overwriting_tells_a_copy_from_a_reference(copies, total):
    buffer = Buffer(copies)

    probes.overwrite_after(buffer, "add", np.ones(3))

    assert probes.results(buffer, [("total",)]) == [total]


def test_memory_grows_with_what_an_object_keeps():
    frames = [(np.ones(1000),) for _ in range(20)]

    size = probes.memory_of(Buffer, (True,), "add", frames)

    assert 20 * 8000 <= size < 30 * 8000


@pytest.mark.slow
def test_value_and_gradient_of_a_function_of_tensorflow():
    tf = pytest.importorskip("tensorflow")

    value, gradient = probes.value_and_gradient(lambda x, k: tf.reduce_sum(k * x**2), [1.0, 2.0], 3)

    assert float(value) == 15
    assert gradient.numpy().tolist() == [6, 12]


def test_a_gradient_reaches_only_the_model_that_is_used():
    keras = pytest.importorskip("keras")
    used, unused = (keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]) for _ in "ab")

    def loss(X):
        return used(X)

    assert probes.reaches(loss, [np.ones((3, 2))], [used, unused]) == [True, False]
    assert probes.reaches(lambda: 3.0, [], [used]) == [False]
