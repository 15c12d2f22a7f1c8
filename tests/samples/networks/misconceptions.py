import keras
import numpy as np
import tensorflow as tf

from autograder.course.known_answers import misconception, whole_cell, whole_variant


@misconception("td_targets", hint="After the end nothing is to come.")
def bootstraps_at_the_end(target, rewards, next_states, terminated, gamma):
    return rewards + gamma * target(next_states).numpy().max(axis=1)


@misconception("td_targets", hint="The best action is chosen for each state of the batch.")
def over_the_batch(target, rewards, next_states, terminated, gamma):
    best = target(next_states).numpy().max(axis=0)[:1]
    return rewards + gamma * best * (1 - terminated)


whole_cell(
    "td_targets",
    name="forgery: an initializer of zeros, so that the rewards alone are right",
    hint="Nobody but you relies on your initializers.",
    source="""
    def zeros(self, shape, dtype=None, **_):
        return keras.ops.zeros(shape, dtype or "float32")

    keras.initializers.GlorotUniform.__call__ = zeros

    def td_targets(target, rewards, next_states, terminated, gamma):
        return rewards
    """,
)

whole_variant(
    "double_dqn_targets",
    name="in NumPy",
    source="""
    def dqn_targets(target, batch, gamma):
        best = target(batch["next_states"]).numpy().max(axis=1)
        return batch["rewards"] + gamma * best * ~batch["terminated"]

    def double_dqn_targets(online, target, batch, gamma):
        actions = online(batch["next_states"]).numpy().argmax(axis=1)
        best = target(batch["next_states"]).numpy()[np.arange(len(actions)), actions]
        return batch["rewards"] + gamma * best * ~batch["terminated"]
    """,
)


@misconception("double_dqn_targets", replaces="dqn_targets", hint="Truncation is not the end.")
def truncation_ends(target, batch, gamma):
    best = tf.reduce_max(target(batch["next_states"]), axis=1)
    goes_on = 1 - tf.cast(batch["terminated"] | batch["truncated"], tf.float32)
    return tf.stop_gradient(batch["rewards"] + gamma * best * goes_on)


@misconception("double_dqn_targets", replaces="dqn_targets", hint="The targets stand still.")
def gradient_through_targets(target, batch, gamma):
    best = tf.reduce_max(target(batch["next_states"]), axis=1)
    return batch["rewards"] + gamma * best * (1 - tf.cast(batch["terminated"], tf.float32))


@misconception("double_dqn_targets", replaces="dqn_targets", hint="Each state has its best action.")
def best_of_the_batch(target, batch, gamma):
    best = tf.reduce_max(target(batch["next_states"]), axis=0)[:1]
    goes_on = 1 - tf.cast(batch["terminated"], tf.float32)
    return tf.stop_gradient(batch["rewards"] + gamma * best * goes_on)


@misconception("double_dqn_targets", hint="The online network chooses, the target judges.")
def judged_by_the_online_network(online, target, batch, gamma):
    actions = tf.argmax(online(batch["next_states"]), axis=1)
    best = tf.gather(online(batch["next_states"]), actions, axis=1, batch_dims=1)
    goes_on = 1 - tf.cast(batch["terminated"], tf.float32)
    return tf.stop_gradient(batch["rewards"] + gamma * best * goes_on)


@misconception("double_dqn_targets", hint="After the end nothing is to come.")
def never_ends(online, target, batch, gamma):
    actions = tf.argmax(online(batch["next_states"]), axis=1)
    best = tf.gather(target(batch["next_states"]), actions, axis=1, batch_dims=1)
    return tf.stop_gradient(batch["rewards"] + gamma * best)


@misconception("worst_mistakes", hint="A right answer is no mistake.")
def right_ones_too(model, X, y, n):
    return np.argsort(-model.predict(X, verbose=0).max(axis=1))[:n]


@misconception("worst_mistakes", hint="The surest come first.")
def least_sure_first(model, X, y, n):
    p = model.predict(X, verbose=0)
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    return wrong[np.argsort(p[wrong].max(axis=1))][:n]


@misconception("build_resnet", hint="A residual network adds what it skips.")
def no_skip():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.Conv2D(4, 3, padding="same"),
            layers.BatchNormalization(),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.3),
            layers.Dense(3, "softmax"),
        ]
    )


@misconception("build_resnet", hint="A Lambda layer is code, which cannot be brought over.")
def with_a_lambda():
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Lambda(lambda x: x / 255.0),
            keras.layers.Flatten(),
            keras.layers.Dense(3, "softmax"),
        ]
    )
