# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# Week 3 assignment: a classifier, from raw numbers to probabilities

In week 2 you wrote every gradient yourself. Now TensorFlow differentiates, Keras brings the layers,
and you do what is left for a person: prepare the data, choose the network, write the step, watch
the training, stop it in time, compare settings fairly. When the last exercise passes, the *same*
few functions of yours tell two spirals apart and read handwriting.

| | exercise | points | minutes |
|---:|---|---:|---:|
| 1 | `standardize` | 8 | 8 |
| 2 | `one_hot` | 5 | 5 |
| 3 | `build_classifier` | 11 | 12 |
| 4 | `cross_entropy_from_logits` | 11 | 10 |
| 5 | `train_step` | 14 | 14 |
| 6 | `predict_proba` | 7 | 6 |
| 7 | `fit` | 16 | 20 |
| 8 | `experiment` | 8 | 10 |
| 9 | four curves, four diagnoses (written) | 10 | 12 |
| 10 | `classify` | 10 | 12 |
| | **together** | **100** | **under 2 hours** |

**How it works.** Replace each `raise NotImplementedError()` by your code and run the cell. The
cell below it checks your answer and says what is wrong, if anything. When you hand in, your
functions are also called with data, networks and optimisers that you have not seen. Any style is
right: Sequential or functional, Keras losses or TensorFlow's operations or your own.

**Notation.** `X` holds one example a row, shape `(n_examples, n_features)`. Labels `y` are whole
numbers 0, 1, 2, …, shape `(n_examples,)`. The last layer's sums are the *logits*, shape
`(n_examples, n_classes)`; softmax makes probabilities of them. Losses are means over the examples.
"""

# %% setup=true
import dlcourse

dlcourse.import_keras()  # without TensorFlow's start-up messages

import itertools
import zlib

import keras
import numpy as np
import tensorflow as tf

from dlcourse import check, data, plot, probes

tf.get_logger().setLevel("ERROR")  # every call of fit compiles a step: that need not be announced


def step_in_a_graph(step, model, optimizer, X, y):
    """The loss of a training step that TensorFlow has compiled."""
    return tf.function(step)(model, optimizer, tf.constant(X), tf.constant(y))


# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
r"""
## Part one: data

### Exercise 1. One scale for all features · 8 points · about 8 minutes

One feature comes in thousands, the next in hundredths. To the network the second hardly exists.
So subtract from each feature its mean and divide by its standard deviation:

$$
x'_{nj} = \frac{x_{nj} - \mu_j}{\sigma_j}, \qquad
\mu_j = \frac1N \sum_n x_{nj}, \qquad
\sigma_j^2 = \frac1N \sum_n (x_{nj} - \mu_j)^2 .
$$

The question is *whose* $\mu$ and $\sigma$. The validation and test sets stand for the future, and
the future may not tell the present anything. Nor may it have a scale of its own: the network
would see the same point in two places.
"""


# %% exercise="standardize" outcomes=[15]
def standardize(X_train, *others):
    """Bring the features of the training set, and of other sets alike, to one scale.

    Parameters
    ----------
    X_train : array, shape (n_examples, n_features)
        Mean and standard deviation are those of its columns, and of nothing else.
    *others : arrays, shape (any number of examples, n_features)
        None, one or more; each is moved and scaled exactly as X_train is.

    Returns
    -------
    scaled : list of new arrays, X_train first, then the others in their order
        The arrays that came in are unchanged. A feature that is the same number in all of X_train
        has no spread: divide it by 1.

    Examples
    --------
    standardize([[1, 7], [3, 7]], [[5, 8]]), given as arrays, is [[[-1, 0], [1, 0]], [[3, 1]]]: the
    means are 2 and 7, the standard deviations 1 and 0.
    """
    ### BEGIN SOLUTION
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return [(X - mean) / spread for X in (X_train, *others)]
    ### END SOLUTION


# %% test="standardize" points=8
train, new = check.items(
    standardize(np.array([[1.0, 7.0], [3.0, 7.0]]), np.array([[5.0, 8.0]])),
    2,
    name="what standardize returns for two sets",
    hint="A list: the training set first, then every other set that came in.",
)
check.close(
    train,
    [[-1.0, 0.0], [1.0, 0.0]],
    tolerance=1e-5,
    name="the training set of the example",
    hint="Column by column: minus its mean, by its standard deviation; a spread of 0 counts as 1.",
)
check.close(
    new,
    [[3.0, 1.0]],
    tolerance=1e-5,
    name="the other set of the example",
    hint="It is measured with the training set's mean and spread: (5 - 2) / 1 and (8 - 7) / 1.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 1])
for n, features, others in ((20, 3, (7, 1)), (5, 4, ()), (50, 1, (50,)), (9, 2, (3, 3, 3))):
    size = 10.0 ** rng.integers(-2, 4, size=features)
    X = rng.normal(size=(n, features)) * size + 3 * size
    if features > 1:
        X[:, 1] = 3.0  # a pixel that is never written on
    rest = [rng.normal(size=(m, features)) * size - size for m in others]
    mean, spread = X.mean(axis=0), np.sqrt(np.mean((X - X.mean(axis=0)) ** 2, axis=0))
    spread[spread == 0] = 1.0
    expected = [(part - mean) / spread for part in (X, *rest)]
    result, after = check.call_and_inspect(standardize, X, *rest)
    told = f"{n} examples, {features} features, {len(others)} other sets"
    result = check.items(result, 1 + len(others), name=f"sets that come back: {told}")
    for i, (came, due) in enumerate(zip(result, expected, strict=True)):
        check.close(
            came,
            due,
            tolerance=1e-4,
            name=f"set {i} of {told}",
            hint="All sets are measured with mean and spread of the training set's columns.",
        )
    for came, due in zip(after, (X, *rest), strict=True):
        check.close(
            came,
            due,
            name=f"a set after the call: {told}",
            hint="Whoever called still has these arrays: make new ones.",
        )
### END HIDDEN TESTS

# %% [markdown]
"""
### Exercise 2. One-hot · 5 points · about 5 minutes

Labels are names that happen to be numbers: class 2 is not twice class 1. Written one-hot, every
class has an axis of its own.
"""


# %% exercise="one_hot" outcomes=[15]
def one_hot(y, n_classes):
    """Labels as rows with a single 1.

    Parameters
    ----------
    y : array of whole numbers from 0 to n_classes - 1, shape (n_examples,)
    n_classes : whole number; some classes may have no example in y

    Returns
    -------
    Y : array of numbers, shape (n_examples, n_classes)

    Examples
    --------
    one_hot([2, 0], 4), given as an array, is [[0, 0, 1, 0], [1, 0, 0, 0]].
    """
    ### BEGIN SOLUTION
    return np.eye(n_classes)[y]
    ### END SOLUTION


# %% test="one_hot" points=5
check.close(
    one_hot(np.array([2, 0]), 4),
    [[0, 0, 1, 0], [1, 0, 0, 0]],
    name="the example in the docstring",
    hint="One row an example, one column a class, whether the class occurs or not.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 2])
for n, n_classes in ((1, 3), (6, 6), (20, 10), (4, 2)):
    y = rng.integers(0, n_classes - 1, size=n)  # the last class never occurs
    expected = np.zeros((n, n_classes))
    for i, label in enumerate(y):
        expected[i, label] = 1
    check.close(
        one_hot(y, n_classes),
        expected,
        name=f"{n} labels of {n_classes} classes",
        hint="The number of classes is given; the labels at hand need not show all of them.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
## Part two: the network and its loss

### Exercise 3. Build · 11 points · about 12 minutes

Dense layers, an activation after each hidden one, and a last dense layer that gives one number a
class. Does a softmax follow? It depends on who asks. The *loss* wants logits: from them it computes
the logarithm of the softmax in one piece, with nothing lost. A *person* wants probabilities. So it
is an argument, and the usual answer is no.

Dropout (week 2) is a layer that only acts in training: `keras.layers.Dropout(rate)`, here after
each hidden layer's activation.
"""


# %% exercise="build_classifier" outcomes=[15]
def build_classifier(n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False):
    """A network of dense layers for one of several classes, built but not compiled.

    Parameters
    ----------
    n_inputs : whole number, features of an example
    hidden : list of whole numbers, units of each hidden layer; [] for none at all
    n_classes : whole number, units of the last layer
    activation : str, what every hidden layer bends with, and only those: "relu", "tanh", "elu", …
    dropout : float, rate of a dropout layer after each hidden layer; 0 for none
    softmax : bool, whether a softmax follows the last layer (probabilities come out) or not
        (logits come out)

    Returns
    -------
    model : keras.Model, made of Keras' own layers, with its input shape known

    Examples
    --------
    build_classifier(2, [5, 4], 3) has 2·5 + 5 + 5·4 + 4 + 4·3 + 3 = 54 parameters.
    """
    ### BEGIN SOLUTION
    layers = [keras.Input((n_inputs,))]
    for units in hidden:
        layers.append(keras.layers.Dense(units, activation))
        if dropout:
            layers.append(keras.layers.Dropout(dropout))
    layers.append(keras.layers.Dense(n_classes, "softmax" if softmax else None))
    return keras.Sequential(layers)
    ### END SOLUTION


# %% test="build_classifier" points=11
model = check.local_copy(build_classifier(2, [5, 4], 3))
check.parameters(
    model,
    54,
    name="build_classifier(2, [5, 4], 3)",
    hint="Two hidden layers of 5 and 4 units, then a layer with a unit for each class.",
)
shapes = [weight.shape for weight in model.get_weights()]
check.equal(
    shapes,
    [(2, 5), (5,), (5, 4), (4,), (4, 3), (3,)],
    name="shapes of weights and biases",
    hint="Inputs to 5 units, 5 to 4, 4 to the classes; every layer has biases.",
)
rng = np.random.default_rng([SEED, 3])
W1, b1, W2, b2, W3, b3 = weights = [rng.normal(size=shape) for shape in shapes]
model.set_weights(weights)
X = rng.normal(size=(7, 2))
A = np.maximum(np.maximum(X @ W1 + b1, 0) @ W2 + b2, 0)
check.close(
    model(X.astype("float32")),
    A @ W3 + b3,
    tolerance=1e-4,
    name="what the network says with weights of ours",
    hint="Hidden layers bend, the last one does not; without softmax=True it gives plain sums.",
)
### BEGIN HIDDEN TESTS
BENDS = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
}
for hidden, activation, softmax, dropout in (
    ([4], "tanh", False, 0.0),
    ([6, 3, 5], "elu", True, 0.0),
    ([], "relu", False, 0.0),
    ([3, 3], "relu", True, 0.4),
    ([], "tanh", True, 0.3),
):
    n_inputs, n_classes = int(rng.integers(2, 6)), int(rng.integers(2, 5))
    told = f"hidden layers {hidden}, {activation}, softmax {softmax}, dropout {dropout}"
    model = check.local_copy(
        build_classifier(
            n_inputs, hidden, n_classes, activation=activation, dropout=dropout, softmax=softmax
        )
    )
    sizes = [n_inputs, *hidden, n_classes]
    shapes = [s for a, b in itertools.pairwise(sizes) for s in ((a, b), (b,))]
    first = model.get_weights()
    check.equal([weight.shape for weight in first], shapes, name=f"shapes of weights: {told}")
    for W in first[::2]:
        check.between(
            np.std(W),
            1e-3,
            10,
            name=f"spread of a layer's first weights: {told}",
            hint="Leave the initial weights to Keras: equal units would stay twins.",
        )
    weights = [rng.normal(size=shape) for shape in shapes]
    model.set_weights(weights)
    X = rng.normal(size=(6, n_inputs))
    A = X
    for W, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        A = BENDS[activation](A @ W + b)
    expected = A @ weights[-2] + weights[-1]
    if softmax:
        expected = np.exp(expected - expected.max(axis=1, keepdims=True))
        expected /= expected.sum(axis=1, keepdims=True)
    check.close(
        model(X.astype("float32")),
        expected,
        tolerance=1e-4,
        name=f"what it says with weights of ours: {told}",
        hint="The activation that is asked for, after hidden layers only; softmax if asked for.",
    )
# Every hidden unit is 2 for these inputs, and the last layer passes each on, plus 5.
model = check.local_copy(build_classifier(3, [300], 300, dropout=0.25))
check.equal(
    [weight.shape for weight in model.get_weights()],
    [(3, 300), (300,), (300, 300), (300,)],
    name="shapes of weights with dropout",
)
model.set_weights([np.full((3, 300), 0.5), np.full(300, 0.5), np.eye(300), np.full(300, 5.0)])
X = np.ones((40, 3), "float32")
check.close(model(X), np.full((40, 300), 7.0), name="with dropout, when it is not training")
answers = np.asarray(model(X, training=True))
silent = np.abs(answers - 5) < 1e-3
check.close(
    answers,
    np.where(silent, 5.0, 5 + 2 / 0.75),
    tolerance=1e-4,
    name="values of hidden units in training, with dropout 0.25",
    hint="Dropout comes after the activation of hidden layers, not on inputs or logits.",
)
check.between(
    np.mean(silent),
    0.2,
    0.3,
    name="share of silenced units in training, with dropout 0.25",
    hint="The rate is the probability of being silenced.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 4. Cross-entropy, from logits · 11 points · about 10 minutes

$$
L = -\frac1N \sum_n \log \frac{e^{z_{n y_n}}}{\sum_k e^{z_{nk}}}
  = \frac1N \sum_n \Big( \log \sum_k e^{z_{nk}} - z_{n y_n} \Big)
$$

The right-hand side is what a framework computes (`tf.reduce_logsumexp` is safe at any size), and it
needs no softmax at all. Use TensorFlow's operations, or a function of Keras or TensorFlow that does
it in one; NumPy would cut the thread that the gradient hangs on.
"""


# %% exercise="cross_entropy_from_logits" outcomes=[14, 15]
def cross_entropy_from_logits(logits, y):
    """Mean surprise at the right classes, in nats; differentiable by TensorFlow.

    Parameters
    ----------
    logits : tensor of floats of any size, shape (n_examples, n_classes)
    y : whole numbers from 0 to n_classes - 1, shape (n_examples,); a tensor or an array

    Returns
    -------
    loss : tensor, a single number

    Examples
    --------
    With logits [[0, 0], [0, log 3]] and y = [0, 1] the result is -(log 1/2 + log 3/4) / 2 = 0.4904.
    """
    ### BEGIN SOLUTION
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    return tf.reduce_mean(losses)
    ### END SOLUTION


# %% test="cross_entropy_from_logits" points=11
loss = cross_entropy_from_logits(tf.constant([[0.0, 0.0], [0.0, np.log(3.0)]]), np.array([0, 1]))
check.close(
    loss,
    -(np.log(1 / 2) + np.log(3 / 4)) / 2,
    tolerance=1e-5,
    name="the example in the docstring",
    hint="The mean, over the examples, of minus the log of the right class's softmax.",
)
logits, y = np.array([[1.0, 2.0, 0.0]]), np.array([0])
p = np.exp(logits) / np.exp(logits).sum()
_, gradient = check.run_remotely(probes.value_and_gradient)(cross_entropy_from_logits, logits, y)
check.that(
    gradient is not None,
    "no gradient reaches the logits.",
    name="its gradient",
    hint="Stay within TensorFlow from the logits to the loss.",
)
check.close(
    gradient,
    p - [[1, 0, 0]],
    tolerance=1e-5,
    name="its gradient for logits [[1, 2, 0]] and label 0",
    hint="As in week 2: what it said, minus what was true.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 4])
for n, n_classes in ((1, 4), (6, 3), (4, 4), (5, 2)):
    logits, y = rng.normal(scale=2, size=(n, n_classes)), rng.integers(0, n_classes, n)
    P = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    told = f"{n} examples, {n_classes} classes"
    expected = -np.mean([np.log(row[label]) for row, label in zip(P, y, strict=True)])
    value, gradient = check.run_remotely(probes.value_and_gradient)(
        cross_entropy_from_logits, logits, y
    )
    check.close(value, expected, tolerance=1e-5, name=f"loss of {told}")
    check.that(gradient is not None, "no gradient reaches the logits.", name=f"gradient of {told}")
    check.close(
        gradient,
        (P - np.eye(n_classes)[y]) / n,
        tolerance=1e-5,
        name=f"gradient of {told}",
        hint="A mean over the examples, of logits that no softmax has touched.",
    )
extreme = np.array([[1000.0, 0.0], [-2000.0, -1000.0], [0.0, 500.0]], "float32")
value, gradient = check.run_remotely(probes.value_and_gradient)(
    cross_entropy_from_logits, extreme, np.array([0, 1, 0])
)
check.close(
    value,
    500 / 3,
    tolerance=1e-4,
    name="loss of logits as large as 1000",
    hint="exp(1000) is no number: use a function that takes logits as they are.",
)
check.close(
    gradient,
    [[0, 0], [0, 0], [-1 / 3, 1 / 3]],
    tolerance=1e-5,
    name="gradient of logits as large as 1000",
    hint="A probability that is cut off at some 1e-7 has no slope left.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
## Part three: training

### Exercise 5. One step · 14 points · about 14 minutes

Four things, in this order: a tape that records the forward pass and the loss; the gradient of the
loss with respect to what the model may *train*; the optimiser that moves these; the loss, handed
back. Two traps:

* layers such as dropout and batch normalisation behave otherwise in training, and only know of it
  when told: `model(X, training=True)`;
* the step must work inside `tf.function`, where a tensor has no value yet: no `float(loss)`, no
  `.numpy()`, no NumPy functions in it.
"""


# %% exercise="train_step" uses=["cross_entropy_from_logits"] outcomes=[14, 15]
def train_step(model, optimizer, X, y):
    """Move a model's trainable weights one step of the optimiser downhill.

    Parameters
    ----------
    model : keras.Model that gives logits
    optimizer : keras.optimizers.Optimizer; it remembers from step to step
    X : tensor or array, shape (n_examples, n_features), the minibatch
    y : tensor or array of whole numbers, shape (n_examples,)

    Returns
    -------
    loss : tensor, the mean cross-entropy of the minibatch before the step (and in training mode)

    Examples
    --------
    A single Dense(2) layer with all weights zero says 1/2 to everything, so whatever the step does,
    the loss that comes back is log 2.
    """
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        loss = cross_entropy_from_logits(model(X, training=True), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss
    ### END SOLUTION


# %% test="train_step" points=14
rng = np.random.default_rng([SEED, 5])
X, y = rng.normal(size=(4, 2)).astype("float32"), np.array([0, 2, 1, 2])
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
W, b = rng.normal(size=(2, 3)), rng.normal(size=3)
model.set_weights([W, b])
P = np.exp(X @ W + b) / np.exp(X @ W + b).sum(axis=1, keepdims=True)
error = (P - np.eye(3)[y]) / 4  # week 2: gradient with respect to the logits
loss = train_step(model, keras.optimizers.SGD(0.5), X, y)
check.close(
    loss,
    -np.mean(np.log(P[np.arange(4), y])),
    tolerance=1e-5,
    name="loss of a single layer, before the step",
    hint="Hand back the loss that the gradient was taken of.",
)
for came, due, name in zip(
    check.local_copy(model).get_weights(),
    [W - 0.5 * X.T @ error, b - 0.5 * error.sum(axis=0)],
    ["weights", "biases"],
    strict=True,
):
    check.close(
        came,
        due,
        tolerance=1e-5,
        name=f"{name} of a single layer after the step",
        hint="The optimiser subtracts the rate times the gradient of the mean loss.",
    )
### BEGIN HIDDEN TESTS


def small(units, frozen):
    """A network with batch normalisation, dropout 0 and, perhaps, a first layer that is frozen."""
    first = keras.layers.Dense(units, "tanh", trainable=not frozen)
    return keras.Sequential(
        [keras.Input((3,)), first, keras.layers.BatchNormalization(), keras.layers.Dense(4)]
    )


def steps_here(model, optimizer, batches):
    """Losses and weights after each of some steps, by the test's own tape."""
    losses, weights = [], []
    for X, y in batches:
        with tf.GradientTape() as tape:
            Z = model(X, training=True)
            loss = tf.reduce_mean(
                tf.reduce_logsumexp(Z, axis=1) - tf.reduce_sum(Z * tf.one_hot(y, 4), axis=1)
            )
        wanted = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, wanted), wanted, strict=True))
        losses.append(float(loss))
        weights.append(model.get_weights())
    return losses, weights


for frozen, rule, n in ((False, "momentum", 5), (True, "plain", 7), (False, "Adam", 4)):
    make = {
        "momentum": lambda: keras.optimizers.SGD(0.2, momentum=0.9),
        "plain": lambda: keras.optimizers.SGD(0.3),
        "Adam": lambda: keras.optimizers.Adam(0.05),
    }[rule]
    told = f"{rule}, first layer {'frozen' if frozen else 'free'}, {n} examples"
    model, twin = small(5, frozen), small(5, frozen)
    start = [rng.normal(size=weight.shape) for weight in model.get_weights()]
    start[5] = np.abs(start[5]) + 0.5  # a moving variance is positive
    model.set_weights(start)
    twin.set_weights(start)
    batches = [(rng.normal(size=(n, 3)).astype("float32"), rng.integers(0, 4, n)) for _ in range(3)]
    losses, weights = steps_here(twin, make(), batches)
    optimizer = make()
    for number, ((X, y), due, due_weights) in enumerate(
        zip(batches, losses, weights, strict=True), start=1
    ):
        check.close(
            train_step(model, optimizer, X, y),
            due,
            tolerance=1e-4,
            name=f"loss at step {number}: {told}",
            hint="The mean loss of the minibatch in training mode, before the step.",
        )
        for i, (came, wanted) in enumerate(
            zip(check.local_copy(model).get_weights(), due_weights, strict=True)
        ):
            check.close(
                came,
                wanted,
                tolerance=2e-4,
                name=f"array {i} of the weights after step {number}: {told}",
                hint="Trainable weights move by the optimiser that was given, others stay; the "
                "layers are told that this is training.",
            )
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, kernel_initializer="zeros")])
loss = check.run_remotely(step_in_a_graph)(
    train_step, model, keras.optimizers.SGD(0.1), np.eye(2, dtype="float32"), np.array([0, 1])
)
check.close(
    loss,
    np.log(2),
    tolerance=1e-5,
    name="loss of a compiled step",
    hint="Inside tf.function tensors have no value yet: return the loss as it is.",
)
check.close(
    check.local_copy(model).get_weights()[0],
    [[0.025, -0.025], [-0.025, 0.025]],
    tolerance=1e-5,
    name="weights after a compiled step",
    hint="The step must do its work with TensorFlow's operations alone.",
)
### END HIDDEN TESTS

# %% [markdown]
"""
### Exercise 6. What does it say? · 7 points · about 6 minutes

Training is one thing, asking another. Nobody learns now, so nothing may be silenced, and the logits
become probabilities.
"""


# %% exercise="predict_proba" outcomes=[15]
def predict_proba(model, X):
    """Probabilities of the classes, for every example.

    Parameters
    ----------
    model : keras.Model that gives logits; perhaps with dropout and batch normalisation
    X : array, shape (n_examples, n_features)

    Returns
    -------
    P : array, shape (n_examples, n_classes); each row is positive and sums to 1

    Examples
    --------
    A model that gives the logits [[0, log 3]] makes the result [[0.25, 0.75]].
    """
    ### BEGIN SOLUTION
    return tf.nn.softmax(model(X, training=False)).numpy()
    ### END SOLUTION


# %% test="predict_proba" points=7
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, use_bias=False)])
model.set_weights([np.array([[0.0, np.log(3.0)]])])
P = predict_proba(model, np.array([[1.0], [0.0]], "float32"))
check.probability(P, tolerance=1e-5, name="probabilities of two examples")
check.close(
    P,
    [[0.25, 0.75], [0.5, 0.5]],
    tolerance=1e-5,
    name="probabilities for the logits [0, log 3] and [0, 0]",
    hint="The model gives logits; a softmax of each row makes probabilities of them.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 6])
for n, n_classes in ((1, 3), (40, 4), (3, 3)):
    layers = [
        keras.layers.Dense(6, "relu"),
        keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(n_classes),
    ]
    model = keras.Sequential([keras.Input((2,)), *layers])
    weights = [rng.normal(size=weight.shape) for weight in model.get_weights()]
    weights[5] = np.abs(weights[5]) + 0.5
    model.set_weights(weights)
    W, b, scale, shift, mean, variance, V, c = weights
    X = rng.normal(size=(n, 2)).astype("float32")
    A = (np.maximum(X @ W + b, 0) - mean) / np.sqrt(variance + 1e-3) * scale + shift
    Z = A @ V + c
    due = np.exp(Z - Z.max(axis=1, keepdims=True))
    check.close(
        predict_proba(model, X),
        due / due.sum(axis=1, keepdims=True),
        tolerance=1e-4,
        name=f"{n} examples, {n_classes} classes, a network with dropout",
        hint="Softmax along the classes of each example, once; and nobody is training.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 7. Fit · 16 points · about 20 minutes

The loop around the step, as you know it from week 2, and one thing more: a learning rate that
decays. Large steps first, to get there, small ones later, to settle down.

* **Epoch** $k = 0, 1, 2, \dots$ runs with the learning rate
  $\varepsilon_k = \varepsilon_0 \cdot \text{decay}^k$, where $\varepsilon_0$ is what the optimiser
  came with. (`optimizer.learning_rate = …` changes it, also for a step that is compiled already.)
* **It visits** all training examples once, in a new random order from `rng`, in minibatches of
  `batch_size` (the last may be smaller), a `train_step` for each.
* **Then it asks** for the loss on the validation set, which is never trained on, with
  `training=False`.
* **It stops** after `max_epochs`, or earlier, when the validation loss has not fallen below its
  best for `patience` epochs in a row.
* **In the end** the model has the weights of the *best* epoch (the first, if several are equal).

Compile the step, once for each call of `fit`: `step = tf.function(train_step,
reduce_retracing=True)`. It makes training some five to ten times faster, and in exercise 10 there
is a time limit.
"""


# %% exercise="fit" uses=["train_step", "cross_entropy_from_logits"] outcomes=[15]
def fit(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    """Train a model with minibatches, learning-rate decay and early stopping.

    Parameters
    ----------
    model : keras.Model that gives logits; has the weights of the best epoch afterwards
    optimizer : keras.optimizers.Optimizer, new
    X, y : training examples, shape (n_examples, n_features), and labels, shape (n_examples,)
    X_val, y_val : validation examples and labels
    rng : numpy.random.Generator, which decides the order of the examples
    batch_size, max_epochs, patience : whole numbers, at least 1
    decay : float, by what the learning rate is multiplied after each epoch

    Returns
    -------
    history : dict with two lists of floats, one number for every epoch that was run
        "loss": the mean of what train_step returned for the epoch's minibatches;
        "val_loss": the mean cross-entropy of the validation set after the epoch.

    Examples
    --------
    If the validation losses are 5, 3, 4, 3.5 and patience is 2, four epochs are run and the model
    has the weights of after the second.
    """
    ### BEGIN SOLUTION
    step = tf.function(train_step, reduce_retracing=True)
    first_rate = float(optimizer.learning_rate)
    history = {"loss": [], "val_loss": []}
    best_loss, best_weights, waited = np.inf, model.get_weights(), 0
    for epoch in range(max_epochs):
        optimizer.learning_rate = first_rate * decay**epoch
        order, losses = rng.permutation(len(X)), []
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            losses.append(
                float(step(model, optimizer, tf.constant(X[batch]), tf.constant(y[batch])))
            )
        val_loss = float(cross_entropy_from_logits(model(X_val, training=False), y_val))
        history["loss"].append(float(np.mean(losses)))
        history["val_loss"].append(val_loss)
        if val_loss < best_loss:
            best_loss, best_weights, waited = val_loss, model.get_weights(), 0
        else:
            waited += 1
        if waited == patience:
            break
    model.set_weights(best_weights)
    return history
    ### END SOLUTION


# %% [markdown]
r"""
How does one check a loop from outside? With a network so small that paper is enough. Below, ten
examples have ten inputs, and each example lights only its own. So each example moves only its own
row of the weights, by the learning rate over the size of its minibatch: the weights are the diary
of the epoch.

The other network has a single input, always 1, and two weights: $-w/2$ for class 0 and $w/2$ for
class 1. With the share $q$ of examples in class 1, a plain step with all examples at once takes $w$
to $w + 2\varepsilon\,(q - \sigma(w))$.
"""

# %% test="fit" points=8


def one_row_each(n):
    """A network with an input for each of n examples and three classes, all weights zero."""
    last = keras.layers.Dense(3, use_bias=False, kernel_initializer="zeros")
    return keras.Sequential([keras.Input((n,)), last])


def one_number():
    """A network with one input and two classes, weights zero."""
    last = keras.layers.Dense(2, use_bias=False, kernel_initializer="zeros")
    return keras.Sequential([keras.Input((1,)), last])


X, y = np.eye(10, dtype="float32"), np.array([0, 1, 2, 2, 1, 0, 0, 2, 1, 0])
model = one_row_each(10)
fit(model, keras.optimizers.SGD(0.6), X, y, X, y, np.random.default_rng(SEED), 4, max_epochs=1)
rows = check.local_copy(model).get_weights()[0]
shares = rows[np.arange(10), y] / (0.6 * 2 / 3)  # of each example: 1 / size of its minibatch
check.equal(
    np.argmax(rows, axis=1).tolist(),
    y.tolist(),
    name="the class that each example was pulled to",
    hint="Examples and labels need the same order, and every example has its turn in an epoch.",
)
check.close(
    sorted(np.asarray(shares).tolist()),
    [1 / 4] * 8 + [1 / 2] * 2,
    tolerance=1e-4,
    name="what each of 10 examples contributed to one epoch, in minibatches of 4, 4 and 2",
    hint="Each example exactly once: permute, then cut; the last minibatch may be smaller.",
)

X, y = np.ones((4, 1), "float32"), np.array([1, 1, 1, 0])
X_val, y_val = np.ones((5, 1), "float32"), np.array([1, 1, 1, 0, 0])
model = one_number()
history = fit(
    model, keras.optimizers.SGD(0.4), X, y, X_val, y_val, np.random.default_rng(SEED), 4,
    max_epochs=60, patience=3,
)  # fmt: skip
w, walk = 0.0, []
for _ in range(40):
    w += 2 * 0.4 * (3 / 4 - 1 / (1 + np.exp(-w)))
    walk.append(w)
val_losses = [np.log1p(np.exp(-w)) + 0.4 * w for w in walk]
best = int(np.argmin(val_losses))
check.close(
    history["val_loss"],
    val_losses[: best + 4],
    tolerance=1e-4,
    name="validation losses, with patience 3",
    hint="After every epoch; three epochs in a row without a new best are the end.",
)
check.close(
    check.local_copy(model).get_weights()[0],
    [[-walk[best] / 2, walk[best] / 2]],
    tolerance=1e-4,
    name="weights in the end",
    hint="Those of the epoch with the lowest validation loss, not of the last.",
)

# %% test="fit" points=8
# The same networks with other rates, momentum, decay, patience and labels, and one with dropout.
### BEGIN HIDDEN TESTS


def one_row_each(n):
    """A network with an input for each of n examples and three classes, all weights zero."""
    last = keras.layers.Dense(3, use_bias=False, kernel_initializer="zeros")
    return keras.Sequential([keras.Input((n,)), last])


def one_number():
    """A network with one input and two classes, weights zero."""
    last = keras.layers.Dense(2, use_bias=False, kernel_initializer="zeros")
    return keras.Sequential([keras.Input((1,)), last])


def follow(rate, momentum, decay, max_epochs, patience, q, q_val):
    """What fit should do with one number: where it ends, and the losses of every epoch."""
    w, v, walk, losses, val_losses, waited, best = 0.0, 0.0, [], [], [], 0, 0
    for epoch in range(max_epochs):
        losses.append(np.log1p(np.exp(-w)) + (1 - q) * w)
        v = momentum * v + 2 * rate * decay**epoch * (q - 1 / (1 + np.exp(-w)))
        w += v
        walk.append(w)
        val_losses.append(np.log1p(np.exp(-w)) + (1 - q_val) * w)
        better = val_losses[-1] < val_losses[best] or epoch == 0
        best, waited = (epoch, 0) if better else (best, waited + 1)
        if waited == patience:
            break
    return walk[best], losses, val_losses


# A number with momentum swings about its goal: the validation loss falls, rises and falls again.
for rate, momentum, decay, max_epochs, patience, ones, val_ones in (
    (1.5, 0.9, 1.0, 20, 5, 6, 6),
    (1.5, 0.9, 0.97, 20, 2, 6, 7),
    (0.3, 0.0, 1.0, 20, 1, 6, 4),
    (0.5, 0.0, 0.7, 6, 6, 7, 7),
):
    n = 8
    X, X_val = np.ones((n, 1), "float32"), np.ones((n, 1), "float32")
    y, y_val = (np.arange(n) < ones).astype(int), (np.arange(n) < val_ones).astype(int)
    w, losses, val_losses = follow(
        rate, momentum, decay, max_epochs, patience, ones / n, val_ones / n
    )
    model = one_number()
    history = fit(
        model, keras.optimizers.SGD(rate, momentum=momentum), X, y, X_val, y_val,
        np.random.default_rng([SEED, 7]),
        batch_size=n, max_epochs=max_epochs, patience=patience, decay=decay,
    )  # fmt: skip
    told = f"rate {rate}, momentum {momentum}, decay {decay}, patience {patience}, at most {max_epochs} epochs"
    check.close(
        history["val_loss"],
        val_losses,
        tolerance=5e-4,
        name=f"validation losses: {told}",
        hint="The rate of epoch k is the first one times decay to the power k; a new best starts "
        "the count of patience anew.",
    )
    check.close(
        history["loss"],
        losses,
        tolerance=5e-4,
        name=f"training losses: {told}",
        hint="Of each epoch for itself: nothing of the epochs before.",
    )
    check.close(
        check.local_copy(model).get_weights()[0],
        [[-w / 2, w / 2]],
        tolerance=5e-4,
        name=f"weights in the end: {told}",
        hint="Those of the epoch with the lowest validation loss.",
    )

# Who was in the small minibatch, in each of five epochs? The rows of the weights remember.
n, epochs, rate = 10, 5, 0.05
X, X_val = np.eye(12, dtype="float32")[:n], np.eye(12, dtype="float32")
y_val = np.random.default_rng([SEED, 8]).integers(0, 3, 12)
y = y_val[:n]
memory = {}
for small in range(epochs + 1):
    row = np.zeros(3)
    for k in range(epochs):
        p = np.exp(row) / np.exp(row).sum()
        row = row + rate / (2 if k < small else 4) * (np.eye(3)[0] - p)
    memory[small] = row[0]


def diary(seed):
    """All weights after five epochs, and how often each example was in the small minibatch."""
    model = one_row_each(12)
    rng = np.random.default_rng([SEED, seed])
    fit(model, keras.optimizers.SGD(rate), X, y, X_val, y_val, rng, 4, max_epochs=epochs)
    rows = check.local_copy(model).get_weights()[0]
    seen = rows[np.arange(n), y]
    counts = [min(memory, key=lambda k, s=s: abs(memory[k] - s)) for s in seen]
    return rows, seen, counts


rows, seen, counts = diary(9)
check.close(
    rows[n:],
    np.zeros((2, 3)),
    name="weights that only the validation set could have moved",
    hint="What a model was trained on cannot validate it.",
)
check.close(
    seen,
    [memory[count] for count in counts],
    tolerance=3e-4,
    name="what each of 10 examples contributed to five epochs, in minibatches of 4",
    hint="Each example exactly once an epoch, with its own label.",
)
check.equal(
    sum(counts),
    2 * epochs,
    name="places in the small minibatches of five epochs",
    hint="Ten examples, four at a time: two are left for the last minibatch.",
)
check.that(
    max(counts) < epochs,
    "the same examples were in the last minibatch of every epoch.",
    name="order of the examples",
    hint="Draw a new order at the start of every epoch.",
)
check.close(
    diary(9)[0],
    rows,
    tolerance=1e-5,
    name="a second training with an equal generator",
    hint="The order comes from rng and from nowhere else.",
)
check.that(
    any(diary(seed)[2] != counts for seed in (10, 11)),
    "another generator gave the same order.",
    name="trainings with other generators",
    hint="The order comes from rng and from nowhere else.",
)
# Nothing is learned at rate zero, so every validation loss is the same, and none is a new best.
layers = [keras.layers.Dense(30, "relu"), keras.layers.Dropout(0.5), keras.layers.Dense(2)]
model = keras.Sequential([keras.Input((2,)), *layers])
rng = np.random.default_rng([SEED, 12])
W, b, V, c = weights = [rng.normal(size=weight.shape) for weight in model.get_weights()]
model.set_weights(weights)
X, y = rng.normal(size=(20, 2)).astype("float32"), rng.integers(0, 2, 20)
Z = np.maximum(X @ W + b, 0) @ V + c
exact = np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(20), y])
history = fit(model, keras.optimizers.SGD(0.0), X, y, X, y, rng, max_epochs=9, patience=2)
check.close(
    history["val_loss"],
    [exact] * 3,
    tolerance=1e-4,
    name="validation losses of a network with dropout that does not learn",
    hint="Validate with training=False; an equal loss is not a new best.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 8. Compare fairly · 8 points · about 10 minutes

How many units? Which activation? Which rate? Try them all, *several times each*: with another seed
the same setting can be two per cent better or worse, and the best of many single runs is mostly the
luckiest. A **tidy table** has one row for each run and one column for each thing that is known
about it; any question can be asked of it afterwards.
"""


# %% exercise="experiment" outcomes=[15]
def experiment(score, hidden, activations, learning_rates, seeds):
    """Score every combination of settings, with every seed.

    Parameters
    ----------
    score : function (hidden, activation, learning_rate, seed) -> accuracy, a float
        Called once for each combination.
    hidden, activations, learning_rates, seeds : lists of what to try

    Returns
    -------
    table : list of dicts, one for each run, in any order
        Keys "hidden", "activation", "learning_rate", "seed", "accuracy".

    Examples
    --------
    experiment(score, [4, 8], ["tanh"], [0.1], [0, 1, 2]) calls score six times. One of the rows
    is {"hidden": 8, "activation": "tanh", "learning_rate": 0.1, "seed": 2, "accuracy": …}.
    """
    ### BEGIN SOLUTION
    return [
        {
            "hidden": units,
            "activation": activation,
            "learning_rate": rate,
            "seed": seed,
            "accuracy": score(units, activation, rate, seed),
        }
        for units in hidden
        for activation in activations
        for rate in learning_rates
        for seed in seeds
    ]
    ### END SOLUTION


def best_setting(table):
    """The setting with the best *mean* accuracy over its seeds.

    Parameters
    ----------
    table : list of dicts as from experiment, in any order

    Returns
    -------
    setting : tuple (hidden, activation, learning_rate)

    Examples
    --------
    A setting that scored 0.99 and 0.5 is worse than one that scored 0.9 and 0.8.
    """
    ### BEGIN SOLUTION
    runs = {}
    for row in table:
        setting = row["hidden"], row["activation"], row["learning_rate"]
        runs.setdefault(setting, []).append(row["accuracy"])
    return max(runs, key=lambda setting: sum(runs[setting]) / len(runs[setting]))
    ### END SOLUTION


# %% test="experiment" points=8
calls = []


def score(hidden, activation, learning_rate, seed):
    calls.append((hidden, activation, learning_rate, seed))
    return hidden * learning_rate / 100 + len(activation) / 10 + seed / 1000


table = check.items(
    experiment(score, [3, 5], ["tanh", "linear"], [0.1], [0, 1]),
    8,
    name="rows for 2 widths, 2 activations, 1 rate and 2 seeds",
    hint="Every combination is a run, and every run is a row.",
)
check.equal(len(calls), 8, name="how often score was called", hint="Once for each combination.")
wanted = {
    (h, a, 0.1, s): h * 0.1 / 100 + len(a) / 10 + s / 1000
    for h in (3, 5)
    for a in ("tanh", "linear")
    for s in (0, 1)
}
for row in table:
    check.that(
        isinstance(row, dict)
        and set(row) == {"hidden", "activation", "learning_rate", "seed", "accuracy"},
        "a row should be a dict with the keys hidden, activation, learning_rate, seed, accuracy.",
        name="a row of the table",
    )
    key = row["hidden"], row["activation"], row["learning_rate"], row["seed"]
    check.that(
        key in wanted, "a row for a combination that is not due, or a second one.", name="rows"
    )
    check.close(
        row["accuracy"],
        wanted.pop(key),
        name="accuracy of a row",
        hint="Each row keeps the score of its own run.",
    )
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 13])
widths, activations = [2, 4, 8], ["relu", "tanh"]
rates, seeds = [0.01, 0.1], [3, 5, 7, 11]
luck = {
    (h, a, r, s): float(rng.uniform(0.5, 1))
    for h in widths
    for a in activations
    for r in rates
    for s in seeds
}
table = check.items(
    experiment(lambda *setting: luck[tuple(setting)], widths, activations, rates, seeds),
    48,
    name="rows for 3 widths, 2 activations, 2 rates and 4 seeds",
)
left = dict(luck)
for row in table:
    key = row["hidden"], row["activation"], row["learning_rate"], row["seed"]
    check.that(
        key in left, "a row for a combination that is not due, or a second one.", name="rows"
    )
    check.close(row["accuracy"], left.pop(key), name="accuracy of one of 48 rows")
for trial in range(4):
    settings = [(int(h), a, r) for h in widths for a in activations for r in rates]
    order = rng.permutation(len(settings))
    means = {settings[k]: 0.9 - 0.05 * place for place, k in enumerate(order)}
    lucky = settings[order[3]]
    rows = []
    for (h, a, r), mean in means.items():
        # The fourth best has a single run that beats all others, and as many that are poor.
        apart = 0.2 if (h, a, r) == lucky else 0.01
        for s, sign in zip(seeds, (1, -1, 1, -1), strict=True):
            accuracy = mean + sign * apart
            rows.append(
                {"hidden": h, "activation": a, "learning_rate": r, "seed": s, "accuracy": accuracy}
            )
    rows = [rows[k] for k in rng.permutation(len(rows))]
    check.equal(
        best_setting(rows),
        settings[order[0]],
        name=f"the best setting of a table made up, number {trial + 1}",
        hint="Average over the seeds of each setting, then take the best average.",
    )
### END HIDDEN TESTS

# %% [markdown]
"""
### Exercise 9. Four curves, four diagnoses · 10 points · about 12 minutes · marked by hand

Run the next cell. It trains four networks on the same noisy data and plots, for each, the loss on the
training set and on a validation set. In *some* order, these four things went wrong:

* the **learning rate** is much too high;
* the network **overfits**;
* the network **underfits**;
* its **ReLUs are dead**.

(The order comes from a checksum. You could work it out; the marks are for the reasons.)
"""


# %%
def patient(kind, steps=300):
    """Training and validation losses of a network with something wrong, all examples at once."""
    few = kind == "overfits"
    X, y = data.spiral(n=60 if few else 400, noise=0.12 if few else 0.04, seed=SEED)
    X_val, y_val = data.spiral(n=400, noise=0.12 if few else 0.04, seed=SEED + 1)
    hidden = {"overfits": [128, 128], "underfits": [3]}.get(kind, [32, 32])
    keras.utils.set_random_seed(SEED)
    bend = "relu" if kind in ("dead ReLUs", "overfits") else "tanh"
    layers = [keras.layers.Dense(n, bend) for n in hidden]
    model = keras.Sequential([keras.Input((2,)), *layers, keras.layers.Dense(2)])
    if kind == "dead ReLUs":  # a careless start: all sums of a layer are below zero
        weights, biases = model.layers[1].get_weights()
        model.layers[1].set_weights([weights, biases - 3])
    rate = 0.3 if kind == "learning rate" else 0.01
    losses = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), losses)
    story = []
    for _ in range(steps):
        story.append([model.train_on_batch(X, y), model.test_on_batch(X_val, y_val)])
    return np.array(story, float)


KINDS = ["learning rate", "overfits", "underfits", "dead ReLUs"]
shuffled = sorted(KINDS, key=lambda name: zlib.crc32(name.encode()))
plot.side_by_side(
    *(
        plot.curves(
            {"training": story[:, 0], "validation": story[:, 1]},
            title=label,
            xlabel="step",
            ylabel="loss",
            ylim=(0, max(1.0, min(3.0, 1.1 * np.nanmax(story)))),
        )
        for label, story in zip("ABCD", map(patient, shuffled), strict=True)
    ),
    columns=2,
    caption="The four networks, in an order of their own. Mind the vertical axes. log 2 = 0.69 is "
    "the loss of a network that knows nothing.",
)

# %% [markdown] written="four_curves" points=10 outcomes=[3, 15]
"""
For each of A, B, C and D: what went wrong, and which features of the two curves say so? Then
prescribe: what would you change, and what would you expect to see after it? For the network with
dead units say also why more training cannot help. (About twelve lines.)

### BEGIN SOLUTION
**A: dead ReLUs.** Both curves are one horizontal line at log 2 from the first step on. Nothing
moves at all: not learning slowly but not learning. A hidden layer gives zero for every example, so
the output no longer depends on the input; with as many examples of one class as of the other, log 2
is the best constant answer. A ReLU whose sum is negative for all examples has slope zero for all
examples, so no gradient reaches its weights or anything below it: another million steps change
nothing. Remedy: other initial weights and biases (zero biases, He's variance), a smaller learning
rate if units died on the way, or an activation with a slope below zero (ELU, leaky ReLU). Then both
curves should begin to fall within a few steps.

**B: learning rate too high.** The loss leaps above where it began, swings wildly, calms down and
leaps again later; training and validation do so together, so it is not a matter of generalisation.
Steps are longer than the valley is wide. Remedy: divide the rate by ten or more, or let it decay.
The curves become smooth and end lower.

**C: overfitting.** The training loss goes to zero while the validation loss falls for a few steps
and then rises without end: the network learns its few noisy examples by heart, and is more and more
sure of it. Remedy: stop early at the lowest validation loss; more data; a smaller network, weight
decay or dropout. The gap between the curves should shrink.

**D: underfitting.** Both curves lie together, smooth, and settle far above zero. No gap, so nothing is
learned by heart; the three units cannot bend the border enough for two spirals. Remedy: more units
or layers, or better features; longer training only if the curve is still falling. Regularisation or
more data would not help. Both curves should fall, and at some size begin to part.
### END SOLUTION

### BEGIN MARK SCHEME
A = dead ReLUs, B = learning rate too high, C = overfitting, D = underfitting.

* 4 points: one for each diagnosis that is right *and* argued from the curves (A: exactly flat at
  log 2 from the start; B: leaps, both curves alike; C: training falls while validation rises; D:
  both alike, smooth, high). A name without a reason: 0.
* 4 points: one for each remedy that acts on the cause. Half a point where it only treats the
  symptom (for B "train longer", for D "another seed"): 0 where it makes things worse (for D more
  dropout, for C more epochs).
* 1 point: what one would expect to see afterwards, for at least two of them.
* 1 point: dead units have slope 0 for every example, so their gradient is exactly zero and training
  cannot wake them.
### END MARK SCHEME
"""

# %% [markdown]
r"""
## Part four: all of it

### Exercise 10. Classify · 10 points · about 12 minutes

Now put your parts together, in one function that takes *any* points with labels: bring the features
to one scale, build, fit, and answer for points whose labels it never sees. It will be asked about
two spirals (two features, in very different units) and about handwritten digits (64 pixels).
Whatever you choose must be good enough for both: more than 97 % of new points of the spirals and
more than 96 % of new digits, each within about ten seconds on a laptop.

Two hints from our own `experiment`. The spirals want *depth* and *corners*: two hidden layers of ReLU
units got to 99 %, and with tanh or ELU in their place the same network stood at 60 to 70 % after as
many epochs. The digits want *width*: with one layer of a few hundred units we reached 97 %, with narrow
deep ones less. A function may look at `X_train.shape` before it decides. Adam with a rate between 0.006
and 0.02 and a decay of 0.92 got there in some 25 epochs.
"""


# %% exercise="classify" uses=["standardize", "build_classifier", "fit", "predict_proba"] outcomes=[15]
def classify(X_train, y_train, X_val, y_val, X_new, n_classes, seed):
    """Learn from examples; say what new ones are.

    Parameters
    ----------
    X_train, X_val : arrays, shape (n_examples, n_features); features may have any scale
    y_train, y_val : arrays of whole numbers from 0 to n_classes - 1, shape (n_examples,)
    X_new : array, shape (n_new, n_features); not necessarily spread like the others
    n_classes : whole number
    seed : whole number; equal seeds may give equal answers, other seeds good ones, too

    Returns
    -------
    P : array, shape (n_new, n_classes), the probabilities of the classes

    Examples
    --------
    For two spirals of 400 points P has two columns, and its larger one is right almost everywhere.
    """
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    X_train, X_val, X_new = standardize(X_train, X_val, X_new)
    hidden = [64, 64] if X_train.shape[1] < 10 else [256]
    model = build_classifier(X_train.shape[1], hidden, n_classes)
    optimizer = keras.optimizers.Adam(0.02 if len(hidden) > 1 else 0.006)
    rng = np.random.default_rng(seed)
    fit(
        model,
        optimizer,
        X_train,
        y_train,
        X_val,
        y_val,
        rng,
        max_epochs=25,
        patience=10,
        decay=0.92,
    )
    return predict_proba(model, X_new)
    ### END SOLUTION


# %% test="classify" points=5
rng = np.random.default_rng([SEED, 14])
angle, swap = rng.uniform(0, 2 * np.pi), int(rng.integers(2))
turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
units = np.array([300.0, 0.02])  # metres and per cent, say


def spirals(n, seed):
    """Two spirals, turned, with their labels swapped or not, far from the origin."""
    X, y = data.spiral(n=n, noise=0.02, seed=seed)
    return X @ turn * units + [500.0, -0.1], y ^ swap


X, y = spirals(400, SEED + 1)
X_val, y_val = spirals(150, SEED + 2)
X_new, y_new = spirals(2000, SEED + 3)
lower = X_new[:, 0] < 500  # only one half of the plane is asked about
P = classify(X, y, X_val, y_val, X_new[lower], 2, SEED)
check.probability(P, tolerance=1e-5, name="probabilities of new points of the spirals")
check.shape(P, (int(lower.sum()), 2), name="probabilities of new points of the spirals")
check.between(
    np.mean(np.argmax(P, axis=1) == y_new[lower]),
    0.97,
    1.0,
    name="share of new points of the spirals that are right",
    hint="Scaled by the training set's statistics? Deep and wide enough, trained long enough?",
)

# %% test="classify" points=5
# Handwritten digits: 8 x 8 pixels from 0 to 16 in some order, labels renamed; 96 % of 599 new ones.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 15])
pictures, labels = data.digits()
X, y = 16 * pictures.reshape(-1, 64)[:, rng.permutation(64)], rng.permutation(10)[labels]
part = np.arange(len(X)) % 3
for_test, for_val = part == 2, (part < 2) & (np.arange(len(X)) % 18 == 0)
for_train = ~for_test & ~for_val
P = classify(X[for_train], y[for_train], X[for_val], y[for_val], X[for_test], 10, SEED)
check.shape(P, (int(for_test.sum()), 10), name="probabilities of new digits")
check.probability(P, tolerance=1e-5, name="probabilities of new digits")
check.between(
    np.mean(np.argmax(P, axis=1) == y[for_test]),
    0.96,
    1.0,
    name="share of new digits that are right",
    hint="64 pixels and ten classes: try a wider hidden layer, and look at the validation losses.",
)
### END HIDDEN TESTS

# %% [markdown]
"""
Look at what you built: the same function on two very different questions. Which digits does it get
wrong, and would you have known?
"""

# %%
X, y = data.spiral(n=550, noise=0.02, seed=SEED)
order = np.random.default_rng(SEED).permutation(550)  # they come from the middle outwards
X, y = X[order], y[order]
grid = np.stack(np.meshgrid(np.linspace(-1.2, 1.2, 80), np.linspace(-1.2, 1.2, 80)), axis=-1)
P = classify(X[:400], y[:400], X[400:], y[400:], grid.reshape(-1, 2), 2, SEED)
lookup = P[:, 1].reshape(80, 80)


def nearest(points):
    """What was said at the nearest point of the grid."""
    column, row = np.clip(np.rint((points.T + 1.2) / 2.4 * 79).astype(int), 0, 79)
    return lookup[row, column]


plot.decision_boundary(
    nearest,
    X,
    y,
    title="Two spirals, by your classifier",
    caption="The surface is the probability of class 1 (blue) at 6,400 new points.",
)

# %%
pictures, y = data.digits()
X = 16 * pictures.reshape(-1, 64)
P = classify(X[:1000], y[:1000], X[1000:1200], y[1000:1200], X[1200:], 10, SEED)
said, right = np.argmax(P, axis=1), y[1200:]
wrong = np.flatnonzero(said != right)
worst = wrong[np.argsort(P[wrong, right[wrong]])][:8]
plot.images(
    pictures[1200:][worst],
    [f"{right[i]}, read as {said[i]}" for i in worst],
    columns=4,
    caption=f"The most surprising of {len(wrong)} mistakes in {len(right)} digits by writers whom the "
    "network has not met: harder than the test above, where writers were mixed.",
)

# %% [markdown]
r"""
## For a weekend: an optimiser of your own

`keras.optimizers.Adam` is a class with three methods, and you can write its like:

```python
class Lion(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.99, **kwargs): ...
    def build(self, variables): ...          # make a memory for each variable
    def update_step(self, gradient, variable, learning_rate): ...   # move one variable
```

1. Write plain descent, then momentum, then Adam with its bias correction. The cell below compares
   your Adam with Keras' own, step by step.
2. Write **Lion** (Chen et al. 2023), which was found by a search over programs: $c = \beta_1 m +
   (1-\beta_1) g$, then $\theta \leftarrow \theta - \varepsilon\, \mathrm{sign}(c)$, then $m
   \leftarrow \beta_2 m + (1 - \beta_2) g$. All weights move equally far at every step. Does it beat
   Adam on the digits, with a rate a tenth as large?
3. Give it weight decay, `get_config`, and a learning-rate schedule. Does it still work inside your
   compiled `fit`?
4. Invent a rule of your own. Use `experiment` with ten seeds before you believe in it.

Nothing here is graded.
"""


# %%
def compare_with_adam(Optimizer, steps=20):
    """Print how far an optimiser's path is from that of Keras' Adam with the same rate."""
    rng = np.random.default_rng(SEED)
    start, slopes = rng.normal(size=(3, 2)), rng.normal(size=(steps, 3, 2))
    paths = []
    for optimizer in (keras.optimizers.Adam(0.1), Optimizer(0.1)):
        variable = keras.Variable(start)
        for slope in slopes:
            optimizer.apply([tf.constant(slope, tf.float32)], [variable])
        paths.append(keras.ops.convert_to_numpy(variable))
    print(f"after {steps} steps: largest difference {np.abs(paths[0] - paths[1]).max():.1e}")


# When your optimiser stands: compare_with_adam(MyAdam)
