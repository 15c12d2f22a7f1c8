# Networks that the student's code trains, judged by what they predict or weigh (week 3).

# %% setup=true
import keras
import numpy as np
import tensorflow as tf

from dlcourse import check


def one_weight(rate):
    """A model w x with w = 0 at first, compiled for plain gradient descent on squares."""
    weight = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), weight])
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


def after_steps(network_class, train_step, X, y, X_new, n):
    """What a network gives for new data after n steps on X and y."""
    keras.utils.set_random_seed(0)
    network = network_class()
    network(X)
    optimizer = keras.optimizers.SGD(0.3)
    for _ in range(n):
        train_step(network, optimizer, X, y)
    return network(X_new)


# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## Built, brought here, trained, brought here again
"""


# %% exercise="build_classifier" outcomes=[3]
def build_classifier(hidden, n_classes):
    """A classifier of points in the plane."""
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(hidden, "relu"),
            keras.layers.Dense(n_classes, "softmax"),
        ]
    )


def train_classifier(model, X, y):
    """Train the classifier; return its losses."""
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    return model.fit(X, y, epochs=15, verbose=0).history["loss"]
    ### END SOLUTION


# %% test="build_classifier" points=25
X = np.random.default_rng(SEED).normal(size=(600, 2)).astype("float32")
y = (X > 0).sum(axis=1)
model = build_classifier(5, 3)
check.parameters(check.local_copy(model), 2 * 5 + 5 + 5 * 3 + 3, name="the classifier")
losses = train_classifier(model, X[:400], y[:400])
check.that(bool(losses[-1] < losses[0]), "The loss should fall.")
p = check.local_copy(model)(X[400:]).numpy()
check.probability(p, name="probabilities")
accuracy = (p.argmax(axis=1) == y[400:]).mean()
check.between(accuracy, 0.9, 1, name="accuracy on new points")

# %% [markdown]
"""
## Patience, best weights, decay: seen in the weights
"""


# %% exercise="fit" outcomes=[3]
def fit(model, train, validation, epochs, patience, decay):
    """Train a compiled model; stop when the validation loss has not fallen for a while."""
    ### BEGIN SOLUTION
    stop = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    slow_down = keras.callbacks.LearningRateScheduler(
        lambda epoch, rate: rate * decay if epoch else rate
    )
    model.fit(
        *train,
        validation_data=validation,
        epochs=epochs,
        batch_size=len(train[0]),
        verbose=0,
        callbacks=[stop, slow_down],
    )
    ### END SOLUTION


# %% test="fit" points=25
X = one = np.ones((4, 1), "float32")


def weight(target, **settings):
    model = check.run_remotely(one_weight)(0.9)
    fit(model, (X, one), (X, target * one), **settings)
    return check.local_copy(model).get_weights()[0]


# With targets 1 the weight swings: 0, 1.8, 0.36, 1.512, …: past the validation's 1.5 and back.
impatient = weight(1.5, epochs=8, patience=1, decay=1.0)
check.close(impatient, [[1.8]], tolerance=1e-3, name="weight after patience 1")
patient = weight(1.5, epochs=8, patience=2, decay=1.0)
check.close(patient, [[1.512]], tolerance=1e-3, name="weight after patience 2")
slowed = weight(1.0, epochs=3, patience=9, decay=0.5)
check.close(slowed, [[1.044]], tolerance=1e-3, name="weight with decay")

# %% [markdown]
"""
## A layer that keeps statistics of the data
"""


# %% exercise="fit_classifier" outcomes=[3]
def fit_classifier(X, y):
    """A trained classifier of points, whatever the scale of their features."""
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(0)
    scale = keras.layers.Normalization()
    scale.adapt(X)
    layers = [keras.layers.Dense(16, "tanh"), keras.layers.Dense(2, "softmax")]
    model = keras.Sequential([keras.Input((2,)), scale, *layers])
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    model.fit(X, y, epochs=25, verbose=0)
    return model
    ### END SOLUTION


# %% test="fit_classifier" points=25
rng = np.random.default_rng(SEED)
X = (rng.normal(size=(500, 2)) * [1, 100] + [50, 3000]).astype("float32")
y = ((X[:, 0] > 50) ^ (X[:, 1] > 3000)).astype("int32")
p = check.local_copy(fit_classifier(X[:300], y[:300]))(X[300:]).numpy()
accuracy = (p.argmax(axis=1) == y[300:]).mean()
check.between(accuracy, 0.9, 1, name="accuracy on new points")

# %% [markdown]
"""
## A model of the student's own class, trained there, judged where no label ever crossed
"""


# %% exercise="Network" outcomes=[3]
class Network(keras.Model):
    """A classifier with one hidden layer."""

    ### BEGIN SOLUTION
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(8, "tanh")
        self.out = keras.layers.Dense(2)

    def call(self, X):
        return self.out(self.hidden(X))


@tf.function
def compiled_step(network, optimizer, X, y):
    """Move the weights one step; return the loss before it."""
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, network(X))
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, network.trainable_variables)
    optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))
    return loss

    ### END SOLUTION


# %% test="Network" points=25
rng = np.random.default_rng(SEED)
X = rng.normal(size=(264, 3)).astype("float32")
y = (X @ rng.normal(size=3) > 0).astype("int32")
logits = check.run_remotely(after_steps)(Network, compiled_step, X[:64], y[:64], X[64:], 80)
check.shape(logits, (200, 2), name="logits")
accuracy = (np.asarray(logits).argmax(axis=1) == y[64:]).mean()
check.between(accuracy, 0.9, 1, name="accuracy on new points")
