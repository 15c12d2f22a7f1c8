import keras
import numpy as np
import tensorflow as tf

from autograder.course.known_answers import misconception, variant


@misconception("train", hint="The weights do not depend on what happened.")
def never_learns(env_class, seed):
    env_class().reset(seed=seed)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(2, use_bias=False)])
    model.set_weights([np.array([[1.0, 0.0]] * 5, "float32")])
    return model


def _char_model(n_symbols, recurrent, batch_size=None):
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(batch_size, None)),
            keras.layers.Embedding(n_symbols, 8),
            recurrent,
            keras.layers.Dense(n_symbols),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss)
    return model


def _train(model, ids, epochs=3, ahead=1):
    length = len(ids) // 8
    rows = ids[: 8 * length].reshape(8, length)
    for _ in range(epochs):
        for t in range(0, length - 26, 25):
            model.train_on_batch(rows[:, t : t + 25], rows[:, t + ahead : t + ahead + 25])
    return model


@variant("train_char_model")
def not_stateful(ids, n_symbols, seed):
    keras.utils.set_random_seed(seed)
    return _train(_char_model(n_symbols, keras.layers.GRU(24, return_sequences=True)), ids)


@misconception("train_char_model", hint="The targets are one step ahead of the inputs.")
def targets_not_shifted(ids, n_symbols, seed):
    keras.utils.set_random_seed(seed)
    recurrent = keras.layers.GRU(24, return_sequences=True, stateful=True)
    return _train(_char_model(n_symbols, recurrent, batch_size=8), ids, ahead=0)


@misconception("train_char_model", hint="This model has not seen the text.")
def untrained(ids, n_symbols, seed):
    keras.utils.set_random_seed(seed)
    recurrent = keras.layers.GRU(24, return_sequences=True, stateful=True)
    return _char_model(n_symbols, recurrent, batch_size=8)


@misconception("train_char_model", hint="What comes next is not known to who predicts it.")
def looks_ahead(ids, n_symbols, seed):
    keras.utils.set_random_seed(seed)
    both_ways = keras.layers.Bidirectional(keras.layers.GRU(24, return_sequences=True))
    return _train(_char_model(n_symbols, both_ways), ids)


@misconception("train_dqn", hint="This network has not played.")
def has_not_played(make_env, seed):
    keras.utils.set_random_seed(seed)
    return q_network(make_env())


@misconception("train_dqn", replaces="targets", hint="Each state has a best action of its own.")
def best_of_the_batch(target, rewards, next_states, terminated):
    return rewards + 0.95 * (1 - terminated) * tf.reduce_max(target(next_states), axis=0)[0]


@misconception("train_dqn", replaces="after", hint="From one frame nobody can tell the drift.")
def the_same_frame_twice(state, frame):
    return np.stack([frame, frame], axis=-1)
