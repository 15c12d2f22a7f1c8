"""What the candidate makes of a model that a test hands over computes what the test's computes."""

import numpy as np
import pytest

from autograder.exam.candidate.replicas import REPLICAS

pytestmark = pytest.mark.slow

X = np.arange(12, dtype="float32").reshape(4, 3)


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


def copied(model):
    return REPLICAS["model"](model.to_json(), model.get_weights())


def test_a_copy_computes_the_same_from_state_that_is_derived_from_weights(keras):
    scale = keras.layers.Normalization()
    scale.adapt(X)
    model = keras.Sequential([keras.Input((3,)), scale, keras.layers.Dense(2)])

    np.testing.assert_allclose(copied(model)(X), model(X), rtol=1e-6)


def test_a_copy_is_compiled_as_the_model_was(keras):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", loss="mse")

    assert copied(model).loss == "mse"


def test_a_layer_that_is_made_beside_a_copy_gets_another_name(keras):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="dense_7")])

    copied(model)

    assert int(keras.layers.Dense(2).name.rpartition("_")[2]) > 7
