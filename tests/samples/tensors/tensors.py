# Things with identity that live there: variables, models, layers, gradients (weeks 3, 4 and 6).

# %% setup=true
import keras
import numpy as np
import tensorflow as tf

from dlcourse import check, probes


def small_model():
    """A network of three inputs and two logits."""
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(2)]
    )


def tied_pair(layer_class, X):
    """What a tied layer gives for codes, and the gradient of its sum of squares.

    The gradient is the one with respect to the kernel that encoder and decoder share.
    """
    n_features = X.shape[1]
    encoder = keras.layers.Dense(2, "tanh")
    encoder.build((None, n_features))
    encoder.kernel.assign(np.arange(2.0 * n_features).reshape(-1, 2) / 10)
    decoder = layer_class(encoder)
    with tf.GradientTape() as tape:
        out = decoder(encoder(X))
        loss = tf.reduce_sum(out**2)
    return out, tape.gradient(loss, encoder.kernel)


# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## The gradient flows, whatever holds the logits
"""


# %% exercise="cross_entropy_from_logits" outcomes=[3]
@tf.function
def cross_entropy_from_logits(logits, y):
    """The mean cross entropy of the batch."""
    ### BEGIN SOLUTION
    of_label = tf.gather(logits, y, axis=1, batch_dims=1)
    return tf.reduce_mean(tf.reduce_logsumexp(logits, axis=1) - of_label)
    ### END SOLUTION


# %% test="cross_entropy_from_logits" points=20
rng = np.random.default_rng(SEED)
for n, classes in ((4, 3), (1, 5)):
    logits, y = rng.normal(size=(n, classes)), rng.integers(0, classes, n)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    value, gradient = check.run_remotely(probes.value_and_gradient)(
        cross_entropy_from_logits, logits, y
    )
    check.close(value, -np.log(p[np.arange(n), y]).mean(), tolerance=1e-5, name="cross entropy")
    check.close(gradient, (p - np.eye(classes)[y]) / n, tolerance=1e-5, name="its gradient")
far_out = cross_entropy_from_logits(tf.constant([[1000.0, 0.0]]), np.array([0]))
check.close(far_out, 0.0, name="cross entropy far out")

# %% [markdown]
"""
## A variable has identity
"""


# %% exercise="descend" outcomes=[3]
def descend(w, gradient, rate):
    """Move the variable w one step downhill."""
    ### BEGIN SOLUTION
    w.assign_sub(rate * gradient)
    ### END SOLUTION


# %% test="descend" points=20
w = check.run_remotely(tf.Variable)(np.array([1.0, 2.0]))
descend(w, np.array([1.0, 0.0]), 0.5)
check.close(w.numpy(), [0.5, 2.0], name="weights after a step")

# %% [markdown]
"""
## Model and optimiser of the test's cross as copies
"""


# %% exercise="train_step" outcomes=[3]
def train_step(model, optimizer, X, y):
    """Move the weights of a model one step; return the loss before it."""
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        logits = model(X, training=True)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, logits)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss
    ### END SOLUTION


# %% test="train_step" points=20
X, y = np.random.default_rng(SEED).normal(size=(8, 3)).astype("float32"), np.arange(8) % 2
model, optimizer = small_model(), keras.optimizers.SGD(0.1)
with tf.GradientTape() as tape:
    due = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, model(X))
gradients = tape.gradient(due, model.trainable_variables)
right = [
    weight - 0.1 * gradient.numpy()
    for weight, gradient in zip(model.get_weights(), gradients, strict=True)
]
loss = train_step(model, optimizer, X, y)
check.close(loss, due, tolerance=1e-5, name="loss")
for weight, wanted in zip(check.local_copy(model).get_weights(), right, strict=True):
    check.close(weight, wanted, tolerance=1e-5, name="weights after a step")

# %% [markdown]
"""
## A layer of the student's own
"""


# %% exercise="TiedDense" outcomes=[4]
class TiedDense(keras.layers.Layer):
    """A dense layer with the kernel of the encoder, transposed."""

    ### BEGIN SOLUTION
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def build(self, shape):
        self.bias = self.add_weight(shape=(self.encoder.kernel.shape[0],), initializer="zeros")

    def call(self, codes):
        return tf.matmul(codes, self.encoder.kernel, transpose_b=True) + self.bias

    ### END SOLUTION


# %% test="TiedDense" points=20
X = np.random.default_rng(SEED).normal(size=(6, 4)).astype("float32")
K = np.arange(8.0).reshape(4, 2) / 10
codes = np.tanh(X @ K)
back = 2 * codes @ K.T
out, gradient = check.run_remotely(tied_pair)(TiedDense, X)
check.close(out, codes @ K.T, tolerance=1e-4, name="output")
due = back.T @ codes + X.T @ ((back @ K) * (1 - codes**2))
check.close(gradient, due, tolerance=1e-3, name="gradient of the shared kernel")

# %% [markdown]
"""
## Against Keras' own cell
"""


# %% exercise="lstm_step" outcomes=[6]
def lstm_step(x, h, c, W, U, b):
    """The next state and the next memory, the gates in Keras' order."""

    ### BEGIN SOLUTION
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c
    ### END SOLUTION


# %% test="lstm_step" points=20
rng = np.random.default_rng(SEED)
for n, inputs, units in ((3, 2, 4), (1, 5, 1)):
    cell = keras.layers.LSTMCell(units)
    cell.build((n, inputs))
    cell.set_weights([rng.normal(size=weight.shape) for weight in cell.get_weights()])
    x, h, c = (rng.normal(size=(n, size)).astype("float32") for size in (inputs, units, units))
    _, (h_due, c_due) = cell(x, [h, c])
    h_next, c_next = check.items(lstm_step(x, h, c, *cell.get_weights()), 2, name="h and c")
    check.close(h_next, h_due, tolerance=1e-4, name="next state")
    check.close(c_next, c_due, tolerance=1e-4, name="next memory")
