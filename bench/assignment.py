"""Define the assignments of the benchmark: a small one with Keras, and one without.

Every system gets the same set-up and the same tests: plain NumPy and `assert`, and
`check.local_copy`, which copies a model to the examiner process here and makes a plain copy in the
one kernel of the other systems.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Exercise:
    """A function to write, its points, and the code that tests it."""

    name: str
    points: int
    test: str


@dataclass(frozen=True)
class Assignment:
    """An assignment of one notebook; `reference` has the right answers, by exercise."""

    name: str
    setup: str
    exercises: tuple[Exercise, ...]
    reference: dict[str, str]


SETUP = """\
import keras
import numpy as np
from dlcourse import check

keras.utils.set_random_seed(1)
points = np.random.default_rng(2).normal(size=(320, 2)).astype("float32")  # (320, 2)
labels = (points @ [1.0, 2.0] > 0).astype("int32")  # (320,)
"""

KERAS = Assignment(
    name="small_net",
    setup=SETUP,
    exercises=(
        Exercise(
            "standardize",
            2,
            """\
data = np.random.default_rng(3).normal(5.0, 3.0, size=(50, 4))
result = np.asarray(standardize(data))
assert result.shape == (50, 4)
assert np.allclose(result.mean(axis=0), 0.0, atol=1e-6)
assert np.allclose(result.std(axis=0), 1.0, atol=1e-6)
""",
        ),
        Exercise(
            "one_hot",
            2,
            """\
result = np.asarray(one_hot(np.array([2, 0, 1]), 4))
assert np.array_equal(result, [[0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0]])
""",
        ),
        Exercise(
            "build",
            3,
            """\
model = check.local_copy(build(7))
assert model.count_params() == 2 * 7 + 7 + 7 * 2 + 2
result = np.asarray(model.predict(points[:5], verbose=0))
assert result.shape == (5, 2)
assert np.allclose(result.sum(axis=1), 1.0, atol=1e-4)
""",
        ),
        Exercise(
            "fit_and_predict",
            4,
            """\
result = np.asarray(fit_and_predict(points[:256], labels[:256], points[256:]))
assert result.shape == (64,)
assert np.mean(result == labels[256:]) > 0.8
""",
        ),
        Exercise(
            "accuracy",
            1,
            """\
assert abs(accuracy(np.array([1, 0, 1, 1]), np.array([1, 1, 1, 0])) - 0.5) < 1e-9
""",
        ),
    ),
    reference={
        "standardize": """\
def standardize(data):
    return (data - data.mean(axis=0)) / data.std(axis=0)
""",
        "one_hot": """\
def one_hot(indices, classes):
    return np.eye(classes)[indices]
""",
        "build": """\
def build(width):
    hidden = keras.layers.Dense(width, activation="relu")
    output = keras.layers.Dense(2, activation="softmax")
    return keras.Sequential([keras.Input((2,)), hidden, output])
""",
        "fit_and_predict": """\
def fit_and_predict(points, labels, new_points):
    model = build(8)
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    model.fit(points, labels, epochs=5, batch_size=32, verbose=0)
    return np.argmax(model.predict(new_points, verbose=0), axis=1)
""",
        "accuracy": """\
def accuracy(predicted, true):
    return float(np.mean(predicted == true))
""",
    },
)

TRIVIAL = Assignment(
    name="doubling",
    setup="import math\n",
    exercises=(Exercise("double", 1, "assert double(21) == 42\n"),),
    reference={"double": "def double(x):\n    return 2 * x\n"},
)
