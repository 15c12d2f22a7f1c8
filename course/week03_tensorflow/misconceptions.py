"""Known wrong answers of week 3, each with a hint for its author."""

import keras
import numpy as np
import tensorflow as tf

from autograder.course.known_answers import misconception, variant


# --- standardize -----------------------------------------------------------------------------


@misconception(
    "standardize",
    hint="Each set was scaled with its own mean and standard deviation. The same point would then be a "
    "different input in each set: use the training set's numbers for all.",
)
def every_set_by_its_own(X_train, *others):
    scaled = []
    for X in (X_train, *others):
        spread = X.std(axis=0)
        scaled.append((X - X.mean(axis=0)) / np.where(spread > 0, spread, 1.0))
    return scaled


@misconception(
    "standardize",
    hint="Mean and standard deviation were computed from all sets together, so information about the "
    "test set leaks into training.",
)
def statistics_of_all_sets(X_train, *others):
    together = np.concatenate([X_train, *others])
    mean, spread = together.mean(axis=0), together.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return [(X - mean) / spread for X in (X_train, *others)]


@misconception(
    "standardize",
    hint="You used one mean and one standard deviation for the whole array: each feature (column) "
    "needs its own.",
)
def one_scale_for_the_table(X_train, *others):
    mean, spread = X_train.mean(), X_train.std()
    return [(X - mean) / spread for X in (X_train, *others)]


@misconception(
    "standardize",
    hint="A constant feature has standard deviation 0, and 0 / 0 is not a number: the docstring says "
    "what to divide it by.",
)
def divides_by_zero(X_train, *others):
    with np.errstate(all="ignore"):
        return [(X - X_train.mean(axis=0)) / X_train.std(axis=0) for X in (X_train, *others)]


@misconception(
    "standardize", hint="The features are centered, but not divided by their standard deviations."
)
def only_centers(X_train, *others):
    return [X - X_train.mean(axis=0) for X in (X_train, *others)]


@misconception(
    "standardize",
    hint="You divided by the variance. Divide by its square root, the standard deviation.",
)
def divides_by_the_variance(X_train, *others):
    variance = X_train.var(axis=0)
    variance = np.where(variance > 0, variance, 1.0)
    return [(X - X_train.mean(axis=0)) / variance for X in (X_train, *others)]


@misconception(
    "standardize",
    hint="You scaled each feature to 0 … 1 by its minimum and maximum; the exercise asks for mean 0 and "
    "standard deviation 1.",
)
def from_zero_to_one(X_train, *others):
    low, reach = X_train.min(axis=0), np.ptp(X_train, axis=0)
    return [(X - low) / np.where(reach > 0, reach, 1.0) for X in (X_train, *others)]


@misconception(
    "standardize",
    hint="The numbers are right, but they were written into the caller's arrays: make new ones.",
)
def writes_into_what_came_in(X_train, *others):
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    for X in (X_train, *others):
        X -= mean
        X /= spread
    return [X_train, *others]


@variant("standardize")
def column_by_column(X_train, *others):
    scaled = [np.array(X, dtype=float) for X in (X_train, *others)]
    for j in range(X_train.shape[1]):
        mean = sum(X_train[:, j]) / len(X_train)
        spread = (sum((X_train[:, j] - mean) ** 2) / len(X_train)) ** 0.5
        for X in scaled:
            X[:, j] = (X[:, j] - mean) / (spread or 1.0)
    return scaled


@variant("standardize")
def in_single_precision(X_train, *others):
    mean, spread = X_train.mean(axis=0), X_train.std(axis=0)
    spread[spread == 0] = 1
    return tuple(((X - mean) / spread).astype("float32") for X in (X_train, *others))


# --- one_hot ---------------------------------------------------------------------------------


@misconception(
    "one_hot",
    hint="You counted the classes in y. A minibatch need not contain every class: use n_classes.",
)
def counts_the_classes_in_y(y, n_classes):
    return np.eye(int(np.max(y)) + 1)[y]


@misconception(
    "one_hot", hint="Your examples are the columns; an example is a row, everywhere in this course."
)
def examples_as_columns(y, n_classes):
    return np.eye(n_classes)[y].T


@misconception("one_hot", hint="Classes are counted from 0: class 0 has its 1 in the first column.")
def counts_from_one(y, n_classes):
    return np.eye(n_classes + 1)[np.asarray(y) + 1][:, :n_classes]


@misconception(
    "one_hot",
    hint="You wrote the label itself into its row. In one-hot encoding the entry is always 1.",
)
def writes_the_label(y, n_classes):
    Y = np.zeros((len(y), n_classes))
    Y[np.arange(len(y)), y] = y
    return Y


@variant("one_hot")
def by_comparison(y, n_classes):
    return (np.asarray(y)[:, None] == np.arange(n_classes)).astype(int)


@variant("one_hot")
def by_tensorflow(y, n_classes):
    return tf.one_hot(y, n_classes)


@variant("one_hot")
def by_keras(y, n_classes):
    return keras.utils.to_categorical(y, n_classes)


# --- build_classifier ------------------------------------------------------------------------


def _network(n_inputs, hidden, n_classes, activation, dropout, last):
    layers = [keras.Input((n_inputs,))]
    for units in hidden:
        layers.append(keras.layers.Dense(units, activation))
        if dropout:
            layers.append(keras.layers.Dropout(dropout))
    return keras.Sequential([*layers, keras.layers.Dense(n_classes, last)])


@misconception(
    "build_classifier",
    hint="There is a softmax at the end although softmax=False. The loss takes logits; with softmax "
    "applied twice its gradients are small and it cannot come near zero.",
)
def softmax_in_any_case(n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False):
    return _network(n_inputs, hidden, n_classes, activation, dropout, "softmax")


@misconception(
    "build_classifier",
    hint="With softmax=True the outputs must be probabilities; yours are logits.",
)
def never_a_softmax(n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False):
    return _network(n_inputs, hidden, n_classes, activation, dropout, None)


@misconception(
    "build_classifier",
    hint="Your last layer has the activation, too. Logits can be any numbers, also negative ones: no "
    "activation there.",
)
def bends_the_logits(n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False):
    return _network(
        n_inputs, hidden, n_classes, activation, dropout, "softmax" if softmax else activation
    )


@misconception(
    "build_classifier",
    hint="Only the first hidden layer was built: make one for every number in the list.",
)
def one_hidden_layer(n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False):
    return _network(
        n_inputs, hidden[:1], n_classes, activation, dropout, "softmax" if softmax else None
    )


@misconception(
    "build_classifier",
    hint="Your hidden layers have no activation, so all of them together are equivalent to a single "
    "linear layer.",
)
def forgets_the_activation(
    n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False
):
    return _network(n_inputs, hidden, n_classes, None, dropout, "softmax" if softmax else None)


@misconception(
    "build_classifier",
    hint="Your network always uses ReLU: the argument `activation` is ignored.",
)
def relu_whatever_is_asked(
    n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False
):
    return _network(n_inputs, hidden, n_classes, "relu", dropout, "softmax" if softmax else None)


@misconception("build_classifier", hint="The argument `dropout` is never used: no unit is dropped.")
def no_dropout(n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False):
    return _network(n_inputs, hidden, n_classes, activation, 0, "softmax" if softmax else None)


@misconception(
    "build_classifier",
    hint="keras.layers.Dropout takes the probability of being dropped; you gave it that of being kept.",
)
def keeps_what_it_should_drop(
    n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False
):
    return _network(
        n_inputs,
        hidden,
        n_classes,
        activation,
        dropout and 1 - dropout,
        "softmax" if softmax else None,
    )


@misconception(
    "build_classifier",
    hint="A dropout layer after the last layer drops logits: only hidden layers get one.",
)
def silences_the_logits(n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False):
    model = _network(n_inputs, hidden, n_classes, activation, dropout, None)
    if dropout:
        model.add(keras.layers.Dropout(dropout))
    if softmax:
        model.add(keras.layers.Softmax())
    return model


@variant("build_classifier")
def functional(n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False):
    inputs = keras.Input((n_inputs,))
    x = inputs
    for units in hidden:
        x = keras.layers.Dense(units)(x)
        x = keras.layers.Activation(activation)(x)
        x = keras.layers.Dropout(dropout)(x)
    outputs = keras.layers.Dense(n_classes)(x)
    if softmax:
        outputs = keras.layers.Softmax()(outputs)
    return keras.Model(inputs, outputs)


@variant("build_classifier")
def compiled_and_with_other_weights(
    n_inputs, hidden, n_classes, activation="relu", dropout=0.0, softmax=False
):
    model = keras.Sequential([keras.layers.InputLayer((n_inputs,))])
    for units in hidden:
        model.add(keras.layers.Dense(units, activation=activation, kernel_initializer="he_normal"))
        model.add(keras.layers.Dropout(dropout))
    model.add(keras.layers.Dense(n_classes, activation="softmax" if softmax else "linear"))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=not softmax))
    return model


# --- cross_entropy_from_logits ---------------------------------------------------------------


@misconception(
    "cross_entropy_from_logits",
    hint="You applied a softmax before a function that applies one itself. With softmax twice, the "
    "loss can never come near zero.",
)
def softmax_twice(logits, y):
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=tf.nn.softmax(logits))
    return tf.reduce_mean(losses)


@misconception(
    "cross_entropy_from_logits",
    hint="Keras treats the logits as probabilities unless you set from_logits=True.",
)
def takes_logits_for_probabilities(logits, y):
    return keras.losses.SparseCategoricalCrossentropy()(y, logits)


@misconception(
    "cross_entropy_from_logits",
    hint="That is the sum over the examples; the loss is their mean.",
)
def sums_over_the_examples(logits, y):
    return tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))


@misconception(
    "cross_entropy_from_logits",
    hint="You computed the loss with NumPy, which the tape does not record: there is no gradient.",
)
def leaves_tensorflow(logits, y):
    Z = np.asarray(logits)
    Z = Z - Z.max(axis=1, keepdims=True)
    losses = np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(Z)), np.asarray(y)]
    return tf.constant(losses.mean())


@misconception(
    "cross_entropy_from_logits",
    hint="For large logits the softmax rounds to 0, and its logarithm is infinite: use a function that "
    "takes the logits.",
)
def log_of_a_softmax(logits, y):
    P = tf.nn.softmax(logits)
    return -tf.reduce_mean(tf.math.log(tf.gather(P, y, axis=1, batch_dims=1)))


@misconception(
    "cross_entropy_from_logits",
    hint="Adding a small number to avoid log 0 changes every loss a little, and where the softmax is 0 "
    "the gradient is zero: use the logits directly.",
)
def adds_a_small_number(logits, y):
    P = tf.nn.softmax(logits) + 1e-7
    return -tf.reduce_mean(tf.math.log(tf.gather(P, y, axis=1, batch_dims=1)))


@misconception(
    "cross_entropy_from_logits",
    hint="Your softmax is over the examples. The classes are on the last axis.",
)
def over_the_examples(logits, y):
    log_P = tf.nn.log_softmax(logits, axis=0)
    return -tf.reduce_mean(tf.gather(log_P, y, axis=1, batch_dims=1))


@variant("cross_entropy_from_logits")
def by_a_keras_loss(logits, y):
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, logits)


@variant("cross_entropy_from_logits")
def with_one_hot_labels(logits, y):
    Y = tf.one_hot(y, logits.shape[1], dtype=logits.dtype)
    return -tf.reduce_mean(tf.reduce_sum(Y * tf.nn.log_softmax(logits), axis=1))


@variant("cross_entropy_from_logits")
@tf.function
def written_out_and_compiled(logits, y):
    right = tf.gather(logits, y, axis=1, batch_dims=1)
    return tf.reduce_mean(tf.reduce_logsumexp(logits, axis=1) - right)


# --- train_step ------------------------------------------------------------------------------


@misconception(
    "train_step",
    hint="The model was not called with training=True, so dropout and batch normalization behaved as in "
    "prediction.",
)
def training_is_not_said(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = cross_entropy_from_logits(model(X, training=False), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss


@misconception(
    "train_step",
    hint="The model gives logits, and the loss takes logits: leave out the softmax between them.",
)
def softmax_between(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = cross_entropy_from_logits(tf.nn.softmax(model(X, training=True)), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss


@misconception(
    "train_step",
    hint="You updated the frozen layer's weights, too: use model.trainable_variables.",
)
def wakes_frozen_layers(model, optimizer, X, y):
    frozen = [layer for layer in model.layers if not layer.trainable]
    for layer in frozen:
        layer.trainable = True
    with tf.GradientTape() as tape:
        loss = cross_entropy_from_logits(model(X, training=True), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss


@misconception(
    "train_step",
    hint="Only the last layer was updated: you computed the gradient for its variables alone.",
)
def only_the_last_layer(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = cross_entropy_from_logits(model(X, training=True), y)
    variables = model.layers[-1].trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
    return loss


@misconception(
    "train_step",
    hint="You used only the optimizer's learning rate, so its momentum or Adam's averages have no "
    "effect: call optimizer.apply_gradients.",
)
def moves_by_hand(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = cross_entropy_from_logits(model(X, training=True), y)
    variables = model.trainable_variables
    for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
        variable.assign_sub(optimizer.learning_rate * gradient)
    return loss


@misconception(
    "train_step",
    hint="The optimizer already subtracts the gradient. With minus the gradient the loss increases.",
)
def walks_uphill(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = -cross_entropy_from_logits(model(X, training=True), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return -loss


@misconception(
    "train_step",
    hint="You returned the loss after the step; return the loss whose gradient you computed.",
)
def loss_after_the_step(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = cross_entropy_from_logits(model(X, training=True), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return cross_entropy_from_logits(model(X, training=False), y)


@misconception(
    "train_step",
    hint="Inside tf.function a tensor has no value yet, so it cannot be converted to a number: return "
    "the tensor.",
)
def turns_the_loss_into_a_number(model, optimizer, X, y):
    with tf.GradientTape() as tape:
        loss = cross_entropy_from_logits(model(X, training=True), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss.numpy()


@variant("train_step")
def by_a_keras_loss_and_apply(model, optimizer, X, y):
    compute_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        loss = compute_loss(y, model(X, training=True))
    variables = model.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


# --- predict_proba ---------------------------------------------------------------------------


@misconception(
    "predict_proba",
    hint="You returned the logits: the softmax that turns them into probabilities is missing.",
)
def logits_as_they_are(model, X):
    return model(X, training=False).numpy()


@misconception(
    "predict_proba",
    hint="Dropout is still active during prediction: call the model with training=False.",
)
def asks_in_training_mode(model, X):
    return tf.nn.softmax(model(X, training=True)).numpy()


@misconception(
    "predict_proba",
    hint="Your columns sum to 1. An example is a row: apply softmax along the last axis.",
)
def softmax_along_the_examples(model, X):
    return tf.nn.softmax(model(X, training=False), axis=0).numpy()


@misconception(
    "predict_proba",
    hint="A sigmoid treats each class independently, so a row need not sum to 1: use softmax.",
)
def each_class_for_itself(model, X):
    return tf.sigmoid(model(X, training=False)).numpy()


@misconception(
    "predict_proba",
    hint="You applied softmax twice: the probabilities are too close to each other.",
)
def softmax_of_the_softmax(model, X):
    return tf.nn.softmax(tf.nn.softmax(model(X, training=False))).numpy()


@variant("predict_proba")
def by_predict(model, X):
    return keras.ops.convert_to_numpy(keras.ops.softmax(model.predict(X, verbose=0)))


@variant("predict_proba")
def by_numpy(model, X):
    logits = np.asarray(model(X), dtype=float)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# --- fit -------------------------------------------------------------------------------------


def _walk(
    model, optimizer, X, y, X_val, y_val, rng, batch_size, max_epochs, patience, decay, *,
    orders=None, restore=True, drop_rest=False, recovers=True, waits=0, validating=False,
    compounds=False, judge_training=False,
):  # fmt: skip
    """Train with one mistake, which the keywords choose."""
    step = tf.function(train_step, reduce_retracing=True)
    first_rate = float(optimizer.learning_rate)
    history = {"loss": [], "val_loss": []}
    best, best_weights, waited = np.inf, model.get_weights(), 0
    told = []
    for epoch in range(max_epochs):
        optimizer.learning_rate = first_rate * decay**epoch
        order = rng.permutation(len(X)) if orders is None else orders(len(X))
        order, order_of_y = order if isinstance(order, tuple) else (order, order)
        losses = []
        for start in range(0, len(X) - len(X) % batch_size if drop_rest else len(X), batch_size):
            piece = slice(start, start + batch_size)
            batch = tf.constant(X[order[piece]]), tf.constant(y[order_of_y[piece]])
            losses.append(float(step(model, optimizer, *batch)))
        told += losses
        val_loss = float(cross_entropy_from_logits(model(X_val, training=validating), y_val))
        history["loss"].append(float(np.mean(told if compounds else losses)))
        history["val_loss"].append(val_loss)
        judged = history["loss"][-1] if judge_training else val_loss
        if judged < best:
            best, best_weights, waited = judged, model.get_weights(), 0 if recovers else waited
        else:
            waited += 1
        if waited >= patience + waits:
            break
    if restore:
        model.set_weights(best_weights)
    return history


@misconception(
    "fit",
    hint="The model keeps the weights of the last epoch. Store those of the best epoch, and set them at "
    "the end.",
)
def keeps_the_last(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    return _walk(**locals(), restore=False)


@misconception(
    "fit",
    hint="The learning rate is the same in the first epoch and in the last: `decay` is never used.",
)
def no_decay(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    return _walk(model, optimizer, X, y, X_val, y_val, rng, batch_size, max_epochs, patience, 1.0)


@misconception(
    "fit",
    hint="You also train on the validation examples: examples that a model was trained on cannot "
    "validate it.",
)
def trains_on_the_validation_set(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    return _walk(
        model, optimizer, np.concatenate([X, X_val]), np.concatenate([y, y_val]), X_val, y_val, rng,
        batch_size, max_epochs, patience, decay,
    )  # fmt: skip


@misconception(
    "fit",
    hint="Examples and labels were shuffled differently: draw one order and use it for both.",
)
def shuffles_X_without_y(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    return _walk(**locals(), orders=lambda n: (rng.permutation(n), np.arange(n)))


@misconception(
    "fit",
    hint="Your minibatches are the same in every epoch: draw a new order at the start of each.",
)
def shuffles_once(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    order = rng.permutation(len(X))
    return _walk(
        model, optimizer, X, y, X_val, y_val, rng, batch_size, max_epochs, patience, decay,
        orders=lambda n: order,
    )  # fmt: skip


@misconception(
    "fit",
    hint="When the batch size does not divide the number of examples, you skip some: the last minibatch "
    "may be smaller.",
)
def drops_the_last_minibatch(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    return _walk(**locals(), drop_rest=True)


@misconception(
    "fit",
    hint="A new best resets the count of patience; yours counts all epochs without a new best.",
)
def patience_never_recovers(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    return _walk(**locals(), recovers=False)


@misconception(
    "fit",
    hint="You stop one epoch too late: with patience 2, the second epoch in a row without a new best is "
    "the last.",
)
def waits_one_epoch_too_long(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    return _walk(**locals(), waits=1)


@misconception(
    "fit",
    hint="The validation loss was computed in training mode, so dropout made it random: use "
    "training=False.",
)
def validates_in_training_mode(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    return _walk(**locals(), validating=True)


@misconception(
    "fit",
    hint="Your training loss of an epoch includes all earlier epochs: reset the metric or list at the "
    "start of each.",
)
def never_resets_the_mean(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    return _walk(**locals(), compounds=True)


@misconception(
    "fit",
    hint="You chose the best epoch by the training loss, which does not show overfitting: use the "
    "validation loss.",
)
def judges_by_the_training_loss(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    return _walk(**locals(), judge_training=True)


@misconception(
    "fit",
    hint="Your order comes from NumPy's global generator: equal rng must give the same order.",
)
def shuffles_with_the_global_generator(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    return _walk(**locals(), orders=lambda n: np.random.permutation(n))


@variant("fit")
def with_metrics_and_shuffle(
    model, optimizer, X, y, X_val, y_val, rng, batch_size=32, max_epochs=100, patience=10, decay=1.0
):
    step, mean = tf.function(train_step, reduce_retracing=True), keras.metrics.Mean()
    history, best_epoch, best_weights = {"loss": [], "val_loss": []}, -1, None
    for epoch in range(max_epochs):
        mean.reset_state()
        indices = np.arange(len(X))
        rng.shuffle(indices)
        for batch in np.array_split(indices, range(batch_size, len(X), batch_size)):
            mean.update_state(step(model, optimizer, tf.constant(X[batch]), tf.constant(y[batch])))
        history["loss"].append(mean.result().numpy())
        history["val_loss"].append(cross_entropy_from_logits(model(X_val), y_val).numpy())
        if best_weights is None or history["val_loss"][-1] < history["val_loss"][best_epoch]:
            best_epoch, best_weights = epoch, [w.copy() for w in model.get_weights()]
        elif epoch - best_epoch >= patience:
            break
        optimizer.learning_rate.assign(optimizer.learning_rate * decay)
    model.set_weights(best_weights)
    return history


# --- experiment ------------------------------------------------------------------------------


def _row(hidden, activation, rate, seed, accuracy):
    return {
        "hidden": hidden,
        "activation": activation,
        "learning_rate": rate,
        "seed": seed,
        "accuracy": accuracy,
    }


@misconception(
    "experiment",
    hint="You iterated over the lists in parallel (zip), so only some combinations were tried: combine "
    "every value with every other.",
)
def side_by_side(score, hidden, activations, learning_rates, seeds):
    together = zip(hidden, activations, learning_rates, seeds, strict=False)
    return [_row(*setting, score(*setting)) for setting in together]


@misconception(
    "experiment",
    hint="Only the first seed is used: a single run says little about a setting.",
)
def a_single_seed(score, hidden, activations, learning_rates, seeds):
    return [
        _row(h, a, r, seeds[0], score(h, a, r, seeds[0]))
        for h in hidden
        for a in activations
        for r in learning_rates
    ]


@misconception(
    "experiment",
    hint="Your rows are means over the seeds. A tidy table has one row per run; means can be computed "
    "from it later.",
)
def averages_too_early(score, hidden, activations, learning_rates, seeds):
    return [
        _row(h, a, r, None, sum(score(h, a, r, s) for s in seeds) / len(seeds))
        for h in hidden
        for a in activations
        for r in learning_rates
    ]


@misconception(
    "experiment",
    hint="All rows are the same dict, so all have the last score: make a new dict for each run.",
)
def one_dict_for_all(score, hidden, activations, learning_rates, seeds):
    table, row = [], {}
    for h in hidden:
        for a in activations:
            for r in learning_rates:
                for s in seeds:
                    row.update(_row(h, a, r, s, score(h, a, r, s)))
                    table.append(row)
    return table


@misconception(
    "experiment",
    replaces="best_setting",
    hint="You chose the setting of the best single run. Compute the mean over the seeds first.",
)
def the_luckiest_run(table):
    best = max(table, key=lambda row: row["accuracy"])
    return best["hidden"], best["activation"], best["learning_rate"]


@misconception(
    "experiment",
    replaces="best_setting",
    hint="You chose the worst mean: check the direction of the comparison.",
)
def the_worst_setting(table):
    runs = {}
    for row in table:
        setting = row["hidden"], row["activation"], row["learning_rate"]
        runs.setdefault(setting, []).append(row["accuracy"])
    return min(runs, key=lambda setting: sum(runs[setting]))


@variant("experiment", replaces="best_setting")
def by_a_sorted_table(table):
    settings = {(row["hidden"], row["activation"], row["learning_rate"]) for row in table}

    def mean(setting):
        keys = ("hidden", "activation", "learning_rate")
        return np.mean([r["accuracy"] for r in table if tuple(r[k] for k in keys) == setting])

    return sorted(settings, key=mean)[-1]


# --- classify --------------------------------------------------------------------------------


def _classify(X_train, y_train, X_val, y_val, X_new, n_classes, seed, hidden, rate=0.01):
    keras.utils.set_random_seed(seed)
    model = build_classifier(X_train.shape[1], hidden, n_classes)
    fit(
        model, keras.optimizers.Adam(rate), X_train, y_train, X_val, y_val,
        np.random.default_rng(seed), max_epochs=60, patience=20, decay=0.97,
    )  # fmt: skip
    return predict_proba(model, X_new)


@misconception(
    "classify",
    hint="The features were not standardized before they went into the network.",
)
def units_as_they_came(X_train, y_train, X_val, y_val, X_new, n_classes, seed):
    hidden = [64, 64] if X_train.shape[1] < 10 else [256]
    return _classify(X_train, y_train, X_val, y_val, X_new, n_classes, seed, hidden)


@misconception(
    "classify",
    hint="New points were standardized with their own mean and standard deviation. If they come from "
    "one region only, they become different inputs: use the training set's numbers.",
)
def new_points_on_their_own_scale(X_train, y_train, X_val, y_val, X_new, n_classes, seed):
    X_train, X_val = standardize(X_train, X_val)
    (X_new,) = standardize(X_new)
    hidden = [64, 64] if X_train.shape[1] < 10 else [256]
    return _classify(X_train, y_train, X_val, y_val, X_new, n_classes, seed, hidden)


@misconception(
    "classify",
    hint="Without a hidden layer the decision boundary is a straight line, and no line separates "
    "spirals.",
)
def no_hidden_layer(X_train, y_train, X_val, y_val, X_new, n_classes, seed):
    X_train, X_val, X_new = standardize(X_train, X_val, X_new)
    return _classify(X_train, y_train, X_val, y_val, X_new, n_classes, seed, [])


@misconception(
    "classify",
    hint="You returned class labels; return probabilities, one row per point.",
)
def answers_with_labels(X_train, y_train, X_val, y_val, X_new, n_classes, seed):
    X_train, X_val, X_new = standardize(X_train, X_val, X_new)
    hidden = [64, 64] if X_train.shape[1] < 10 else [256]
    P = _classify(X_train, y_train, X_val, y_val, X_new, n_classes, seed, hidden)
    return np.argmax(P, axis=1)


@variant("classify")
def keeps_the_better_of_two(X_train, y_train, X_val, y_val, X_new, n_classes, seed):
    X_train, X_val, X_new = standardize(X_train, X_val, X_new)
    tried = []
    for hidden in ([80, 60], [300]):
        keras.utils.set_random_seed(seed)
        model = build_classifier(X_train.shape[1], hidden, n_classes, dropout=0.0)
        history = fit(
            model, keras.optimizers.Adam(0.006), X_train, y_train, X_val, y_val,
            np.random.default_rng(seed), max_epochs=60, patience=20, decay=0.97,
        )  # fmt: skip
        tried.append((min(history["val_loss"]), len(tried), model))
    return predict_proba(min(tried)[2], X_new)
