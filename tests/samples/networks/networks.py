# Networks that are built, asked and brought over, but not trained (weeks 3, 5 and 7).

# %% setup=true
import keras
import numpy as np
import tensorflow as tf

from dlcourse import check, probes


def q_network(seed):
    """The values of three actions in a state of four numbers."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3)]
    )


def classifier():
    """An untrained classifier of three classes."""
    keras.utils.set_random_seed(5)
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])


# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## With a network that the test made here
"""


# %% exercise="td_targets" outcomes=[7]
def td_targets(target, rewards, next_states, terminated, gamma):
    """What the values of a batch should have been, by the target network."""
    ### BEGIN SOLUTION
    best = target(next_states).numpy().max(axis=1)
    return rewards + gamma * best * (1 - terminated)
    ### END SOLUTION


# %% test="td_targets" points=25
rng = np.random.default_rng(SEED)
next_states, rewards = rng.normal(size=(5, 4)).astype("float32"), rng.normal(size=5)
terminated = np.array([0, 1, 0, 0, 1], "float32")
target = q_network(SEED + 1)
due = rewards + 0.9 * target(next_states).numpy().max(axis=1) * (1 - terminated)
targets = td_targets(target, rewards, next_states, terminated, 0.9)
check.close(targets, due, tolerance=1e-5, name="targets")

# %% [markdown]
"""
## With networks that are made there: does a gradient reach them?
"""


# %% exercise="double_dqn_targets" outcomes=[7]
def dqn_targets(target, batch, gamma):
    """What the values of a batch should have been; no gradient flows through it."""
    ### BEGIN SOLUTION
    best = tf.reduce_max(target(batch["next_states"]), axis=1)
    goes_on = 1 - tf.cast(batch["terminated"], tf.float32)
    return tf.stop_gradient(batch["rewards"] + gamma * best * goes_on)


def double_dqn_targets(online, target, batch, gamma):
    """The same, the action chosen by the online network."""
    actions = tf.argmax(online(batch["next_states"]), axis=1)
    best = tf.gather(target(batch["next_states"]), actions, axis=1, batch_dims=1)
    goes_on = 1 - tf.cast(batch["terminated"], tf.float32)
    return tf.stop_gradient(batch["rewards"] + gamma * best * goes_on)
    ### END SOLUTION


# %% test="double_dqn_targets" points=25
rng = np.random.default_rng(SEED)
online, target = check.run_remotely(q_network)(SEED + 1), check.run_remotely(q_network)(SEED + 2)
online_here, target_here = check.local_copy(online), check.local_copy(target)
for n in (6, 1):
    batch = {
        "rewards": rng.normal(size=n).astype("float32"),
        "next_states": 3 * rng.normal(size=(n, 4)).astype("float32"),
        "terminated": np.arange(n) % 3 == 1,
        "truncated": np.arange(n) % 3 == 2,
    }
    by_online, by_target = (m(batch["next_states"]).numpy() for m in (online_here, target_here))
    goes_on = ~batch["terminated"]
    due = batch["rewards"] + 0.9 * by_target.max(axis=1) * goes_on
    doubly = batch["rewards"] + 0.9 * by_target[np.arange(n), by_online.argmax(axis=1)] * goes_on
    check.close(dqn_targets(target, batch, 0.9), due, tolerance=1e-5, name="targets")
    came = double_dqn_targets(online, target, batch, 0.9)
    check.close(came, doubly, tolerance=1e-5, name="double targets")
    reached = check.run_remotely(probes.reaches)(dqn_targets, [target, batch, 0.9], [target])
    check.equal(reached, [False], name="a gradient through the targets")
    reached = check.run_remotely(probes.reaches)(
        double_dqn_targets, [online, target, batch, 0.9], [online, target]
    )
    check.equal(reached, [False, False], name="a gradient through the double targets")

# %% [markdown]
"""
## Asking a model that lives there
"""


# %% exercise="worst_mistakes" outcomes=[5]
def worst_mistakes(model, X, y, n):
    """The places of the n wrong answers that the model was surest of, the surest first."""
    ### BEGIN SOLUTION
    p = model.predict(X, verbose=0)
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    return wrong[np.argsort(-p[wrong].max(axis=1))][:n]
    ### END SOLUTION


# %% test="worst_mistakes" points=25
rng = np.random.default_rng(SEED)
X, y = rng.normal(size=(60, 4)).astype("float32"), rng.integers(0, 3, 60)
model = check.run_remotely(classifier)()
p = check.local_copy(model)(X).numpy()
due = [i for i in np.argsort(-p.max(axis=1)) if p[i].argmax() != y[i]]
check.equal(worst_mistakes(model, X, y, 7), due[:7], name="the seven worst mistakes")
check.equal(worst_mistakes(model, X, y, 1000), due, name="all mistakes")

# %% [markdown]
"""
## Operators, a skip, batch normalisation, dropout, compiled
"""


# %% exercise="build_resnet" outcomes=[5]
def build_resnet():
    """A small residual network for images of 8 × 8 bytes, three classes."""
    ### BEGIN SOLUTION
    layers = keras.layers
    inputs = keras.Input((8, 8, 1))
    x = inputs / 255.0
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    y = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(x))
    x = layers.Add()([x, y]) * 0.5
    x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, layers.Dense(3, "softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
    ### END SOLUTION


# %% test="build_resnet" points=25
images = np.random.default_rng(SEED).integers(0, 255, (5, 8, 8, 1)).astype("float32")
model = check.local_copy(build_resnet())
check.probability(model(images).numpy(), name="probabilities")
kinds = {type(layer).__name__ for layer in model.layers}
check.that("Add" in kinds, "A residual network adds what it skips.")
count = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
check.equal(count, 4 * 10 + 4 * 37 + 8 + 15, name="trainable parameters")
