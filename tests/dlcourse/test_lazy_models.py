"""A rebuilt model that starts no runtime is a Keras model in everything, and predicts the same."""

import copy
import json

import numpy as np
import pytest
from dlcourse import _keras_rebuild
from dlcourse._keras_rebuild import CannotRebuild, _lazy, rebuild, rest_configuration
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow  # imports TensorFlow and builds models

# Not "exponential": after it, no rounding is small.
ACTIVATIONS = ["elu", "leaky_relu", "linear", "relu", "sigmoid", "silu", "softmax",
               "softplus", "tanh", None]  # fmt: skip


X = np.random.default_rng(2).normal(size=(6, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


def weights_for(model, rng):
    """Return random weights of the usual size; those of a variance are positive."""
    return [
        rng.uniform(0.5, 2.0, size=weight.shape).astype(np.float32)
        if "variance" in weight.path
        else rng.normal(0, np.prod(weight.shape[:-1]) ** -0.5, weight.shape).astype(np.float32)
        for weight in model.weights
    ]


def lazy_and_ordinary(model, rng):
    """Return two copies of a model with the same random weights."""
    configuration, weights = rest_configuration(model), weights_for(model, rng)
    return rebuild(configuration, weights, lazily=True), rebuild(configuration, weights)


def is_lazy(model):
    """Return whether no variable of the model has been needed by TensorFlow."""
    return all("_lazy_value" in vars(variable) for variable in model.variables)


def assert_close(found, expected):
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    largest = max(1.0, float(np.abs(expected).max()))
    assert np.abs(found - expected).max() <= 1e-6 * largest


def assert_as_close_as_keras(found, lazy, ordinary, X):
    """Check that numbers are within 1e-6 of the exact ones, and as near to Keras' as those are."""
    configuration = json.dumps(rest_configuration(lazy)).replace("float32", "float64")
    weights = [weight.astype(np.float64) for weight in lazy.get_weights()]
    exact = rebuild(json.loads(configuration), weights)(X.astype(np.float32)).numpy()
    of_keras = ordinary(X.astype(np.float32), training=False).numpy()
    assert (found.dtype, found.shape) == (of_keras.dtype, of_keras.shape)
    largest = max(1.0, float(np.abs(exact).max()))
    assert np.abs(found - exact).max() <= 1e-6 * largest
    own = np.abs(of_keras - exact).max()  # Keras rounds too
    assert np.abs(found - of_keras).max() <= 1e-6 * largest + own


@st.composite
def flat_layers(draw):
    """Return a function that makes a layer for input of shape (rows, features)."""
    kinds = "Dense Activation ReLU LeakyReLU Softmax Dropout BatchNormalization Rescaling Reshape"
    kind = draw(st.sampled_from(f"{kinds} Flatten".split()))
    units, use_bias = draw(st.integers(1, 9)), draw(st.booleans())
    activation = draw(st.sampled_from(ACTIVATIONS))
    return {
        "Dense": lambda la: la.Dense(units, activation=activation, use_bias=use_bias),
        "Activation": lambda la: la.Activation(activation or "linear"),
        "ReLU": lambda la: la.ReLU(negative_slope=0.1 * units),
        "LeakyReLU": lambda la: la.LeakyReLU(negative_slope=0.1 * units),
        "Softmax": lambda la: la.Softmax(),
        "Dropout": lambda la: la.Dropout(0.3),
        "BatchNormalization": lambda la: la.BatchNormalization(scale=use_bias, center=units > 4),
        "Rescaling": lambda la: la.Rescaling(1 / units, offset=-0.5),
        "Reshape": lambda la: la.Reshape((-1,)),
        "Flatten": lambda la: la.Flatten(),
    }[kind]


@pytest.mark.filterwarnings("ignore:(?s).*softmax over axis:UserWarning")  # of one feature
@settings(max_examples=25, deadline=None)
@given(st.lists(flat_layers(), min_size=1, max_size=4), st.integers(1, 6), st.integers(0, 2**32))
def test_a_network_of_dense_layers_predicts_what_keras_predicts(keras, made, features, seed):
    rng = np.random.default_rng(seed)
    layers = [make(keras.layers) for make in made]
    lazy, ordinary = lazy_and_ordinary(keras.Sequential([keras.Input((features,)), *layers]), rng)
    X = rng.normal(size=(rng.integers(1, 300), features))

    found = lazy.predict(X, verbose=0)

    assert is_lazy(lazy)
    assert_as_close_as_keras(found, lazy, ordinary, X)


@st.composite
def image_layers(draw):
    """Return a function that makes a layer for input of shape (rows, height, width, channels)."""
    kind = draw(
        st.sampled_from(["Conv2D", "MaxPooling2D", "AveragePooling2D", "BatchNormalization"])
    )
    size, strides = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    padding = draw(st.sampled_from(["valid", "same"]))
    activation = draw(st.sampled_from(ACTIVATIONS))
    return {
        "Conv2D": lambda la: la.Conv2D(
            size + 1, (size, 2), strides=strides, padding=padding, activation=activation
        ),
        "MaxPooling2D": lambda la: la.MaxPooling2D(size, strides=strides, padding=padding),
        "AveragePooling2D": lambda la: la.AveragePooling2D((size, 1), strides=strides),
        "BatchNormalization": lambda la: la.BatchNormalization(),
    }[kind]


ENDS = {
    "flat": lambda la: [la.Flatten(), la.Dense(3)],
    "average": lambda la: [la.GlobalAveragePooling2D()],
    "max": lambda la: [la.GlobalMaxPooling2D(keepdims=True)],
    "image": lambda _: [],
}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(image_layers(), min_size=1, max_size=2),
    st.sampled_from(list(ENDS)),
    st.integers(0, 99),
)
def test_a_network_of_images_predicts_what_keras_predicts(keras, made, end, seed):
    rng = np.random.default_rng(seed)
    layers = [*(make(keras.layers) for make in made), *ENDS[end](keras.layers)]
    model = keras.Sequential([keras.Input((13, 11, 2)), *layers])
    lazy, ordinary = lazy_and_ordinary(model, rng)
    X = rng.normal(size=(5, 13, 11, 2)).astype(np.float32)

    found = lazy.predict(X, verbose=0)

    assert is_lazy(lazy)
    assert_as_close_as_keras(found, lazy, ordinary, X)


@pytest.mark.parametrize("name", [*ACTIVATIONS, "exponential"])
def test_each_activation_is_what_keras_computes(keras, name):
    rng = np.random.default_rng(3)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6, activation=name)])
    lazy, ordinary = lazy_and_ordinary(model, rng)

    assert_as_close_as_keras(lazy.predict(X, verbose=0), lazy, ordinary, X)
    assert is_lazy(lazy)


def nested(keras):
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="tanh")])
    start = keras.Input((4,))
    return keras.Model(start, keras.layers.Dense(2)(inner(start)))


def test_a_nested_model_predicts_what_keras_predicts(keras):
    rng = np.random.default_rng(0)
    lazy, ordinary = lazy_and_ordinary(nested(keras), rng)
    X = rng.integers(-3, 3, size=(7, 4))

    assert_close(lazy.predict(X, verbose=0, batch_size=2), ordinary.predict(X, verbose=0))
    assert is_lazy(lazy)


def with_two_inputs(keras):
    ends = keras.Input((4,)), keras.Input((4,))
    return keras.Model(ends, keras.layers.Add()(ends))


def recurrent(keras):
    return keras.Sequential([keras.Input((3, 4)), keras.layers.SimpleRNN(2)])


def with_operator(keras):
    start = keras.Input((4,))
    return keras.Model(start, keras.layers.Dense(4)(start) + start)


@pytest.mark.parametrize(
    ("make", "shape"),
    [(with_two_inputs, None), (recurrent, (2, 3, 4)), (with_operator, (2, 4))],
    ids=["two inputs", "recurrent", "operator"],
)
def test_what_numpy_cannot_do_is_left_to_keras(keras, make, shape):
    rng = np.random.default_rng(0)
    lazy, ordinary = lazy_and_ordinary(make(keras), rng)
    X = [rng.normal(size=(2, 4))] * 2 if shape is None else rng.normal(size=shape)

    assert np.array_equal(lazy.predict(X, verbose=0), ordinary.predict(X, verbose=0))


@pytest.fixture
def pair(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(5, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )
    return lazy_and_ordinary(model, np.random.default_rng(1))


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda m: m.predict(X[:, :3], verbose=0), id="the wrong shape"),
        pytest.param(lambda m: m.predict(X.astype(object), verbose=0), id="objects"),
        pytest.param(lambda m: m.predict(X[:0], verbose=0), id="nothing"),
        pytest.param(lambda m: m.predict("text", verbose=0), id="text"),
        pytest.param(lambda m: m.predict(X, verbose=0, unknown=1), id="an unknown argument"),
    ],
)
def test_what_keras_refuses_is_refused_with_the_same_error(pair, ask):
    errors = []
    for model in pair:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever Keras raises
            ask(model)
        errors.append(type(caught.value))

    assert errors[0] is errors[1]


@pytest.mark.parametrize("value", [np.nan, np.inf], ids=["nan", "infinity"])
def test_numbers_that_are_not_finite_are_left_to_keras(pair, value):
    strange = np.where(np.arange(4) == 1, value, X).astype(np.float32)

    found, expected = (model.predict(strange, verbose=0) for model in pair)

    assert np.array_equal(found, expected, equal_nan=True)


def test_a_bar_of_progress_is_printed_as_by_keras(pair, capsys):
    for model in pair:
        model.predict(X)

    printed = capsys.readouterr().out
    assert printed.count("1/1") >= 2


def test_a_lazy_model_is_a_keras_model_and_its_weights_are_read_without_a_runtime(keras, pair):
    lazy, ordinary = pair

    assert type(lazy) is type(ordinary) is keras.Sequential
    assert [layer.name for layer in lazy.layers] == [layer.name for layer in ordinary.layers]
    assert lazy.count_params() == ordinary.count_params()
    assert lazy.get_config() == ordinary.get_config()
    for found, expected in zip(lazy.get_weights(), ordinary.get_weights(), strict=True):
        assert type(found) is type(expected)
        assert np.array_equal(found, expected)
    assert is_lazy(lazy)


def test_what_is_read_is_a_copy(pair):
    lazy, _ = pair
    before = lazy.predict(X, verbose=0)

    for weight in lazy.get_weights():
        weight[:] = 0

    assert np.array_equal(lazy.predict(X, verbose=0), before)


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda m: m(X).numpy(), id="call"),
        pytest.param(lambda m: m.layers[0](X).numpy(), id="call a layer"),
        pytest.param(lambda m: m.predict_on_batch(X), id="predict on a batch"),
        pytest.param(lambda m: m.layers[0].kernel.value.numpy(), id="value"),
        pytest.param(lambda m: np.asarray(m.layers[0].kernel), id="array"),
        pytest.param(lambda m: (m.layers[0].kernel + 1.0).numpy(), id="arithmetic"),
    ],
)
def test_a_lazy_model_computes_what_an_ordinary_one_does(pair, use):
    lazy, ordinary = pair

    assert np.array_equal(use(lazy), use(ordinary))


def test_new_weights_are_the_ones_that_predict(pair):
    lazy, ordinary = pair
    for model in pair:
        model.layers[0].kernel.assign(np.ones((4, 5)))
        model.layers[2].set_weights([np.ones((5, 2)), np.zeros(2)])

    assert_close(lazy.predict(X, verbose=0), ordinary.predict(X, verbose=0))


def test_a_changed_activation_is_the_one_that_predicts(keras, pair):
    for model in pair:
        model.layers[0].activation = keras.activations.tanh
    lazy, ordinary = pair

    assert_close(lazy.predict(X, verbose=0), ordinary.predict(X, verbose=0))
    assert is_lazy(lazy)


def test_an_activation_of_the_tests_own_is_left_to_keras(pair):
    for model in pair:
        model.layers[0].activation = lambda x: x * 3.0
    lazy, ordinary = pair

    assert np.array_equal(lazy.predict(X, verbose=0), ordinary.predict(X, verbose=0))


def test_a_lazy_model_trains_like_an_ordinary_one(keras, pair):
    losses = []
    for model in pair:
        keras.utils.set_random_seed(0)
        model.layers[1].rate = 0.0
        model.compile(keras.optimizers.SGD(0.1), "mse")
        losses.append(model.fit(X, X[:, :2], epochs=3, verbose=0, shuffle=False).history["loss"])

    assert losses[0] == losses[1]
    assert losses[0][-1] < losses[0][0]
    assert_close(pair[0].predict(X, verbose=0), pair[1].predict(X, verbose=0))


def test_a_part_of_a_lazy_model_is_an_ordinary_model(keras, pair):
    parts = [keras.Model(model.inputs, model.layers[0].output) for model in pair]

    assert np.array_equal(parts[0].predict(X, verbose=0), parts[1].predict(X, verbose=0))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own
def test_a_copy_of_a_lazy_model_has_its_weights(pair):
    for again in (copy.deepcopy(pair[0]), _keras_rebuild.copy_of(pair[0])):
        assert_close(again.predict(X, verbose=0), pair[1].predict(X, verbose=0))


def test_keras_does_not_make_the_variables_of_a_model_that_was_refused(keras):
    from keras.src.backend.common import global_state

    configuration = rest_configuration(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]))

    with pytest.raises(CannotRebuild):
        rebuild(configuration, [np.zeros((9, 9), np.float32)], lazily=True)

    assert not global_state.get_global_attribute(_lazy._REGISTER)
