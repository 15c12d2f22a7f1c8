"""Make up the benchmark's classes: who answers what, and which answers are right.

All submissions of a class are distinct.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from bench.assignment import KERAS, TRIVIAL

WRONG_ONE_IN = 6


@dataclass(frozen=True)
class StudentWork:
    """The work of one made-up student: the code of each answer, and the points for it."""

    name: str
    answers: Mapping[str, str]
    points: Mapping[str, float]


RIGHT = {
    "standardize": [
        KERAS.reference["standardize"],
        """\
def standardize(data):
    centered = data - np.mean(data, axis=0, keepdims=True)
    return centered / np.sqrt(np.mean(centered**2, axis=0, keepdims=True))
""",
    ],
    "one_hot": [
        KERAS.reference["one_hot"],
        """\
def one_hot(indices, classes):
    rows = np.zeros((len(indices), classes))
    for row, index in enumerate(indices):
        rows[row, index] = 1.0
    return rows
""",
        """\
def one_hot(indices, classes):
    return keras.utils.to_categorical(indices, classes)
""",
    ],
    "build": [
        KERAS.reference["build"],
        """\
def build(width):
    model = keras.Sequential()
    model.add(keras.Input((2,)))
    model.add(keras.layers.Dense(width, activation="tanh"))
    model.add(keras.layers.Dense(2, activation="softmax"))
    return model
""",
        """\
def build(width):
    inputs = keras.Input((2,))
    hidden = keras.layers.Dense(width, activation="elu")(inputs)
    return keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(hidden))
""",
    ],
    "fit_and_predict": [
        KERAS.reference["fit_and_predict"],
        """\
def fit_and_predict(points, labels, new_points):
    model = build(8)
    model.compile(optimizer=keras.optimizers.RMSprop(0.05), loss="categorical_crossentropy")
    model.fit(points, np.eye(2)[labels], epochs=5, batch_size=32, verbose=0)
    return model.predict(new_points, verbose=0).argmax(axis=-1)
""",
    ],
    "accuracy": [
        KERAS.reference["accuracy"],
        """\
def accuracy(predicted, true):
    return sum(int(p == t) for p, t in zip(predicted, true)) / len(true)
""",
    ],
}

WRONG = {
    "standardize": "def standardize(data):\n    return (data - data.mean()) / data.std()\n",
    "one_hot": "def one_hot(indices, classes):\n    return np.eye(classes)[:, indices]\n",
    "build": RIGHT["build"][1].replace("Dense(width,", "Dense(width, use_bias=False,"),
    "fit_and_predict": RIGHT["fit_and_predict"][0].replace("np.argmax", "1 - np.argmax"),
    "accuracy": "def accuracy(predicted, true):\n    return float(np.sum(predicted == true))\n",
}


def keras_class(size: int) -> tuple[StudentWork, ...]:
    """Return a class for the Keras assignment, the same every time.

    Answers differ in style, in the width of the network that is trained, and in being right;
    the width alone makes each submission distinct.
    """
    chance = random.Random(size)
    return tuple(_student(number, chance) for number in range(1, size + 1))


def _student(number: int, chance: random.Random) -> StudentWork:
    answers, points = {}, {}
    for exercise in KERAS.exercises:
        is_right = chance.randrange(WRONG_ONE_IN) > 0
        wrong, right = WRONG[exercise.name], chance.choice(RIGHT[exercise.name])
        answers[exercise.name] = right if is_right else wrong
        points[exercise.name] = float(exercise.points * is_right)
    training = answers["fit_and_predict"]
    answers["fit_and_predict"] = training.replace("build(8)", f"build({7 + number})")
    # A network without biases still learns these points, so `build` alone is wrong.
    return StudentWork(f"student{number:04}", answers, points)


def trivial_class(size: int) -> tuple[StudentWork, ...]:
    """Return a class for the assignment without Keras; every tenth answer is wrong."""
    return tuple(_trivial(number) for number in range(1, size + 1))


def _trivial(number: int) -> StudentWork:
    is_right = number % 10 > 0
    answer = f"def double(x):\n    return {2 if is_right else 3} * x  # says number {number}\n"
    (exercise,) = TRIVIAL.exercises
    name = exercise.name
    return StudentWork(
        f"student{number:04}", {name: answer}, {name: float(exercise.points * is_right)}
    )
