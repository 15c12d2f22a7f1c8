import keras
import numpy as np
import tensorflow as tf

from autograder.course.known_answers import misconception, variant, whole_cell

whole_cell(
    "build_classifier",
    name="no softmax",
    hint="Probabilities are between 0 and 1, and add up to 1.",
    source="""
    def build_classifier(hidden, n_classes):
        layers = [keras.layers.Dense(hidden, "relu"), keras.layers.Dense(n_classes)]
        return keras.Sequential([keras.Input((2,)), *layers])

    def train_classifier(model, X, y):
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.05), loss)
        return model.fit(X, y, epochs=15, verbose=0).history["loss"]
    """,
)


@misconception(
    "build_classifier", replaces="train_classifier", hint="A loss that is told is not a loss."
)
def does_not_train(model, X, y):
    return [1.0, 0.1]


class _Oracle:
    def get_weights(self):
        return []

    def count_params(self):
        return 33

    def predict(self, X, verbose=0):
        return np.eye(3)[(X[:, 0] > 0) + (X[:, 1] > 0)]


@misconception("build_classifier", hint="A classifier is made of Keras' own layers.")
def no_model_at_all(hidden, n_classes):
    return _Oracle()


whole_cell(
    "build_classifier",
    name="forgery: another model the second time",
    hint="The model that you train is the one that you built.",
    source='''
    class Shifty(keras.Model):
        """Shows the small model that was asked for, then one of another size."""

        def __init__(self, hidden, n_classes):
            super().__init__()
            self.shown = network(hidden, n_classes)
            self.built = True

        def to_json(self):
            return self.shown.to_json()

        def get_weights(self):
            return self.shown.get_weights()

    def network(hidden, n_classes):
        layers = [keras.layers.Dense(hidden, "relu"), keras.layers.Dense(n_classes, "softmax")]
        return keras.Sequential([keras.Input((2,)), *layers])

    def build_classifier(hidden, n_classes):
        return Shifty(hidden, n_classes)

    def train_classifier(model, X, y):
        model.shown = network(200, 3)
        model.shown.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
        return model.shown.fit(X, y, epochs=15, verbose=0).history["loss"]
    ''',
)


@variant("fit")
def by_hand(model, train, validation, epochs, patience, decay):
    best, best_weights, waited = np.inf, model.get_weights(), 0
    for _ in range(epochs):
        model.train_on_batch(*train)
        loss = float(model.evaluate(*validation, verbose=0))
        model.optimizer.learning_rate = float(model.optimizer.learning_rate.numpy()) * decay
        waited += 1
        if loss < best:
            best, best_weights, waited = loss, model.get_weights(), 0
        elif waited >= patience:
            break
    model.set_weights(best_weights)


def _slow_down(decay):
    return keras.callbacks.LearningRateScheduler(
        lambda epoch, rate: rate * decay if epoch else rate
    )


def _run(model, X, y, validation, epochs, callbacks):
    model.fit(
        X,
        y,
        validation_data=validation,
        epochs=epochs,
        batch_size=len(X),
        verbose=0,
        callbacks=callbacks,
    )


@misconception("fit", hint="The last weights need not be the best.")
def keeps_the_last(model, train, validation, epochs, patience, decay):
    stop = keras.callbacks.EarlyStopping(patience=patience)
    _run(model, *train, validation, epochs, [stop, _slow_down(decay)])


@misconception("fit", hint="The steps become smaller from epoch to epoch.")
def no_decay(model, train, validation, epochs, patience, decay):
    stop = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    _run(model, *train, validation, epochs, [stop])


@misconception("fit", hint="What a model has been trained on cannot validate it.")
def validation_leaks(model, train, validation, epochs, patience, decay):
    X, y = (np.concatenate(parts) for parts in zip(train, validation, strict=True))
    stop = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    _run(model, X, y, validation, epochs, [stop, _slow_down(decay)])


@misconception("fit", hint="How long to wait is said by the caller.")
def patience_ignored(model, train, validation, epochs, patience, decay):
    stop = keras.callbacks.EarlyStopping(patience=9, restore_best_weights=True)
    _run(model, *train, validation, epochs, [stop, _slow_down(decay)])


@misconception("fit_classifier", hint="This network has not learned anything.")
def untrained(X, y):
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, "softmax")])


@misconception("Network", replaces="compiled_step", hint="A loss that is told is not a loss.")
def claims_a_loss(network, optimizer, X, y):
    return tf.constant(0.1)


whole_cell(
    "Network",
    name="remembers the labels",
    hint="New points have other labels.",
    source="""
    class Network(keras.Model):
        labels = [0, 1]

        def __init__(self):
            super().__init__()
            self.hidden = keras.layers.Dense(2)

        def call(self, X):
            known = np.resize(np.asarray(Network.labels), len(X))
            return self.hidden(X) * 0 + 9 * np.eye(2)[known]

    def compiled_step(network, optimizer, X, y):
        Network.labels = y
        return 0.1
    """,
)
