import keras
import numpy as np
import tensorflow as tf

from autograder.course.known_answers import misconception, whole_cell


@misconception(
    "cross_entropy_from_logits", hint="The function from logits takes the softmax itself."
)
def softmax_twice(logits, y):
    p = tf.nn.softmax(logits)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, p))


@misconception("cross_entropy_from_logits", hint="No gradient passes through NumPy.")
def in_numpy(logits, y):
    z = np.asarray(logits)
    z = z - z.max(axis=1, keepdims=True)
    return tf.constant(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y]))


@misconception("cross_entropy_from_logits", hint="exp(1000) is too large for a float.")
def overflows(logits, y):
    of_label = tf.gather(logits, y, axis=1, batch_dims=1)
    return tf.reduce_mean(tf.math.log(tf.reduce_sum(tf.exp(logits), axis=1)) - of_label)


@misconception("cross_entropy_from_logits", hint="The loss of a batch is a mean.")
def sum_over_the_batch(logits, y):
    of_label = tf.gather(logits, y, axis=1, batch_dims=1)
    return tf.reduce_sum(tf.reduce_logsumexp(logits, axis=1) - of_label)


@misconception("descend", hint="Downhill is against the gradient.")
def wrong_sign(w, gradient, rate):
    w.assign_add(rate * gradient)


@misconception("train_step", hint="The loss from logits takes the softmax itself.")
def softmax_before_the_loss(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        p = tf.nn.softmax(model(X, training=True))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, p)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss


@misconception("train_step", hint="A gradient alone moves no weight.")
def no_update(model, optimizer, X, y):
    logits = model(X, training=True)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, logits)


@misconception("train_step", hint="All trainable weights learn.")
def last_layer_only(model, optimizer, X, y):
    weights = model.layers[-1].trainable_variables
    with tf.GradientTape() as tape:
        logits = model(X, training=True)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, logits)
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
    return loss


whole_cell(
    "train_step",
    name="forgery: an initializer of zeros, so that the last bias alone has a gradient",
    hint="Nobody but you relies on your initializers.",
    source="""
    def zeros(self, shape, dtype=None, **_):
        return tf.zeros(shape, dtype or "float32")

    keras.initializers.GlorotUniform.__call__ = zeros

    def train_step(model, optimizer, X, y):
        weights = model.trainable_variables[-1:]
        with tf.GradientTape() as tape:
            logits = model(X, training=True)
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, logits)
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return loss
    """,
)


@misconception("TiedDense", hint="A copy of the kernel does not learn with it.")
class CopiesTheKernel(keras.layers.Layer):
    def __init__(self, encoder):
        super().__init__()
        self.kernel = tf.constant(encoder.kernel.numpy().T)

    def call(self, codes):
        return tf.matmul(codes, self.kernel)


@misconception("TiedDense", hint="Tied means: no kernel of its own.")
class OwnWeights(keras.layers.Layer):
    def __init__(self, encoder):
        super().__init__()
        self.dense = keras.layers.Dense(encoder.kernel.shape[0])

    def call(self, codes):
        return self.dense(codes)


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


@misconception("lstm_step", hint="Keras' order is input, forget, candidate, output.")
def forget_gate_first(x, h, c, W, U, b):
    f, i, g, o = np.split(x @ W + h @ U + b, 4, axis=-1)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


@misconception("lstm_step", hint="The memory is squashed on its way out.")
def no_tanh_at_the_output(x, h, c, W, U, b):
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=-1)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * c, c
