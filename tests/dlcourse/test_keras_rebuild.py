"""Keras models are rebuilt from configuration and weights, and from nothing else."""

import copy
import json

import numpy as np
import pytest
from dlcourse import _keras_rebuild, check
from dlcourse._keras_rebuild import CannotRebuild
from dlcourse.check import CheckFailed

pytestmark = pytest.mark.slow  # imports TensorFlow and builds models


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def tensorflow():
    return pytest.importorskip("tensorflow")


def with_operators(keras):
    image = keras.Input((8, 8, 1))
    scaled = keras.layers.Rescaling(1 / 255)(image) / 2.0 + 1
    features = keras.layers.Conv2D(4, 3, activation="relu")(scaled)
    pooled = keras.layers.GlobalAveragePooling2D()(features)
    summed = keras.layers.Dense(4)(pooled) + pooled
    kept = keras.ops.mean(summed[:, 1:3], axis=1, keepdims=True)
    return keras.Model(image, keras.ops.concatenate([kept, pooled], axis=1)), (2, 8, 8, 1)


def recurrent_and_stateful(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((5, 3), batch_size=2),
            layers.GRU(4, stateful=True, return_sequences=True, unroll=True),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.RNN([layers.SimpleRNNCell(3), layers.LSTMCell(2)], return_sequences=True),
            layers.TimeDistributed(layers.Dense(2, kernel_regularizer="l2")),
        ]
    ), (2, 5, 3)


def normalized_and_nested(keras):
    layers = keras.layers
    normal = layers.Normalization()
    normal.adapt(np.random.default_rng(0).normal(5, 3, size=(50, 3)))
    inner = keras.Sequential(
        [
            keras.Input((3,)),
            normal,
            layers.Dense(4, activation=layers.LeakyReLU(0.2), kernel_constraint="non_neg"),
            layers.Dropout(0.5),
            layers.BatchNormalization(),
        ]
    )
    outer = keras.Input((3,))
    return keras.Model(outer, layers.Dense(2, activation="softmax")(inner(outer))), (4, 3)


def attention(keras):
    words = keras.Input((5, 4))
    seen = keras.layers.MultiHeadAttention(2, 2)(words, words)
    return keras.Model(words, keras.layers.LayerNormalization()(seen + words)), (2, 5, 4)


@pytest.mark.parametrize(
    "make",
    [with_operators, recurrent_and_stateful, normalized_and_nested, attention],
    ids=lambda make: make.__name__,
)
def test_a_model_of_keras_own_layers_comes_over_whole(keras, make):
    model, shape = make(keras)
    X = np.random.default_rng(1).random(shape, dtype=np.float32)
    expected = model(X).numpy()

    copied = check.local_copy(model)

    check.close(copied(X), expected, tolerance=1e-5)
    check.shape(copied(np.concatenate([X, X, X])), (3 * shape[0], None, *expected.shape[2:]))
    assert not copied.compiled


def test_a_layer_on_top_of_a_model_from_elsewhere_has_a_name_of_its_own(keras):
    inputs = keras.Input((3,))
    for name in ("dense", "dense_40", "dense_99999999999", "hidden_layer", "_3"):
        outputs = keras.layers.Dense(2, name=name)(inputs)
        keras.utils.clear_session()  # as in a process that has named nothing yet
        brought = _keras_rebuild.copy_of(keras.Model(inputs, outputs))

        extended = keras.Model(brought.input, keras.layers.Dense(1)(brought.output))

        assert len({layer.name for layer in extended.layers}) == 3


def test_a_configuration_is_plain_and_stays_itself(keras):
    model, _ = normalized_and_nested(keras)

    configuration = _keras_rebuild.rest_configuration(model)

    assert json.loads(json.dumps(configuration)) == configuration
    assert _keras_rebuild.rest_configuration(_keras_rebuild.copy_of(model)) == configuration


def test_functions_of_tensorflow_count_as_the_activations_they_are(keras, tensorflow):
    for activation in (tensorflow.nn.relu, tensorflow.nn.softmax, tensorflow.tanh, "swish"):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation=activation)])
        X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")

        check.close(check.local_copy(model)(X), model(X), tolerance=1e-5)


def test_a_model_without_input_is_built_on_the_data_given(keras):
    model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(2)])

    with pytest.raises(CheckFailed, match="not built yet"):
        check.local_copy(model)

    assert (
        check.local_copy(model, like=np.ones((4, 5), "float32")).count_params()
        == 5 * 3 + 3 + 3 * 2 + 2
    )


def own_layer(keras):
    class Own(keras.layers.Layer):
        def call(self, x):
            return x

    return keras.Sequential([keras.Input((3,)), Own()])


def own_model(keras):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(2)

        def call(self, x):
            return self.dense(x)

    model = Own()
    model(np.ones((1, 2)))
    return model


REFUSED = {
    "Lambda": (
        lambda k: k.Sequential([k.Input((3,)), k.layers.Lambda(lambda x: x)]),
        "Lambda layer, which is code",
    ),
    "own layer": (own_layer, "not one of Keras' own layers"),
    "own model": (own_model, "not Keras' own"),
    "own activation": (
        lambda k: k.Sequential([k.Input((3,)), k.layers.Dense(2, activation=lambda x: x)]),
        "activation of your own",
    ),
    "None": (lambda _: None, "is a `return` missing"),
    "an array": (lambda _: np.ones(3), "an object of type ndarray"),
}


@pytest.mark.parametrize(("make", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_holds_code_or_is_no_model_is_refused_in_a_sentence(keras, make, sentence):
    model = make(keras)

    with pytest.raises(CheckFailed, match=sentence):
        check.local_copy(model)


def at_dense(change):
    def changed(tree):
        tree["config"]["layers"][1]["config"].update(change)

    return changed


def at_layer(change):
    def changed(tree):
        tree["config"]["layers"][1].update(change)

    return changed


FORGED = {
    "ten million units": at_dense({"units": 10_000_000}),
    "a billion units": at_dense({"units": 10**9}),
    "NaN units": at_dense({"units": float("nan")}),
    "text for units": at_dense({"units": "3"}),
    "an unknown field": at_dense({"evil": 1}),
    "an endless name": at_dense({"name": "x" * 10_000}),
    "a custom class": at_layer({"class_name": "Evil", "registered_name": "pkg>Evil"}),
    "a class of another module": at_layer({"module": "os", "class_name": "system"}),
    "Lambda": at_layer({"class_name": "Lambda"}),
    "a lookup": at_layer({"class_name": "StringLookup"}),
    "no layers": lambda tree: tree["config"].update(layers=None),
    "a list for a configuration": at_layer({"config": []}),
    "code for an initializer's activation": at_dense({"activation": {"class_name": "__lambda__"}}),
    "deep nesting": at_dense({"units": json.loads("[" * 60 + "]" * 60)}),
}


@pytest.fixture(scope="module")
def honest(keras):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="relu")])
    return _keras_rebuild.rest_configuration(model), model.get_weights()


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_forged_configuration_is_refused_before_memory_is_taken(honest, forge):
    configuration, weights = copy.deepcopy(honest[0]), honest[1]
    forge(configuration)

    with pytest.raises(CannotRebuild):
        _keras_rebuild.rebuild(configuration, weights)


def test_an_initializer_is_never_called(honest):
    configuration = copy.deepcopy(honest[0])
    at_dense({"kernel_initializer": {"module": "os", "class_name": "system", "config": "ls"}})(
        configuration
    )

    assert _keras_rebuild.rebuild(configuration, honest[1]).count_params() == 8


@pytest.mark.parametrize("configuration", [None, [], "x", {}, {"class_name": 3}, 7], ids=repr)
def test_what_is_no_configuration_is_refused(keras, configuration):
    with pytest.raises(CannotRebuild):
        _keras_rebuild.rebuild(configuration, [])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda weights: weights[:-1],
        lambda weights: [weight.T for weight in weights],
        lambda weights: [weight.astype("float64") for weight in weights],
        lambda weights: [weight.tolist() for weight in weights],
        lambda _: None,
    ],
    ids=["too few", "transposed", "float64", "lists", "None"],
)
def test_weights_of_another_shape_or_dtype_are_refused(honest, spoil):
    with pytest.raises(CannotRebuild, match="weights"):
        _keras_rebuild.rebuild(honest[0], spoil(honest[1]))


def test_parameters_lists_them_layer_by_layer(keras):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, use_bias=False)])

    check.parameters(model, 6)
    with pytest.raises(CheckFailed, match=r"Dense 6\. What is missing is exactly the biases"):
        check.parameters(model, 8)


def test_layers_are_compared_by_kind_and_by_field(keras):
    model = keras.Sequential(
        [keras.Input((4, 4)), keras.layers.Flatten(), keras.layers.Dense(2, activation="relu")]
    )

    check.layers(model, ["Flatten", ("Dense", {"units": 2, "activation": "relu"})])
    with pytest.raises(CheckFailed, match="2 layers, expected 1"):
        check.layers(model, ["Dense"])
    with pytest.raises(CheckFailed, match="The first difference is layer 0"):
        check.layers(model, ["Dropout", "Dense"])
    with pytest.raises(CheckFailed, match="has activation='relu', expected 'softmax'"):
        check.layers(model, ["Flatten", ("Dense", {"activation": "softmax"})])


def test_eager_tensors_count_as_numbers_and_variables_do_not(tensorflow):
    check.close(tensorflow.constant([1.0, 2.0]), [1, 2])
    check.equal(tensorflow.constant([1, 2]), [1, 2])
    with pytest.raises(CheckFailed, match=r"take its value with `\.numpy\(\)`"):
        check.close(tensorflow.Variable([1.0, 2.0]), [1, 2])
