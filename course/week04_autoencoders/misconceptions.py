"""Known wrong answers of week 4, each with a hint for its author."""

import itertools

import keras
import numpy as np

from autograder.course.known_answers import misconception, variant


# --- encode, decode, count_parameters ----------------------------------------------------------


@misconception("encode", hint="You returned the pre-activations: the logistic function is missing.")
def code_is_not_bent(X, W, b):
    return X @ W + b


@misconception("encode", hint="The biases are missing from the pre-activations of the code.")
def code_without_bias(X, W, b):
    return 1 / (1 + np.exp(-(X @ W)))


@misconception(
    "encode",
    replaces="decode",
    hint="Your reconstruction has an activation: this decoder is linear, so its outputs are not "
    "limited to the range from 0 to 1.",
)
def reconstruction_is_bent(H, V, c):
    return 1 / (1 + np.exp(-(H @ V + c)))


@misconception(
    "encode",
    replaces="count_parameters",
    hint="You counted the matrices only: every layer also has a bias for each of its units.",
)
def without_biases(sizes, tied=False):
    return sum(a * b for a, b in itertools.pairwise(sizes)) * (1 if tied else 2)


@misconception(
    "encode",
    replaces="count_parameters",
    hint="Tied layers share their matrix and nothing else: you shared the biases as well, which "
    "do not even have the same length.",
)
def shares_the_biases(sizes, tied=False):
    down = sum(a * b + b for a, b in itertools.pairwise(sizes))
    up = sum(a * b + a for a, b in itertools.pairwise(sizes))
    return down if tied else down + up


@misconception(
    "encode",
    replaces="count_parameters",
    hint="The decoder's layers have biases of their own size: the last one has as many as there "
    "are inputs, not as many as code units.",
)
def biases_of_the_way_down_twice(sizes, tied=False):
    matrices = sum(a * b for a, b in itertools.pairwise(sizes))
    return matrices * (1 if tied else 2) + 2 * sum(sizes[1:])


@variant("encode")
def code_example_by_example(X, W, b):
    return np.array(
        [[1 / (1 + np.exp(-(x @ w + a))) for w, a in zip(W.T, b, strict=True)] for x in X]
    )


@variant("encode", replaces="count_parameters")
def counted_layer_by_layer(sizes, tied=False):
    total = 0
    for a, b in itertools.pairwise(sizes):
        total += a * b + b
    for a, b in itertools.pairwise(sizes[::-1]):
        total += b if tied else a * b + b
    return total


# --- read_bits ---------------------------------------------------------------------------------


@misconception(
    "read_bits",
    hint="You added up the units before rounding them. Round each to a bit first, then convert.",
)
def reads_before_rounding(H):
    value = np.asarray(H) @ 2.0 ** np.arange(H.shape[1])[::-1]
    return [round(float(v)) for v in value]


@misconception(
    "read_bits",
    hint="You read the code from the wrong end: the first unit is the most significant bit.",
)
def first_unit_is_worth_least(H):
    return [int(number) for number in (np.asarray(H) > 0.5) @ 2 ** np.arange(H.shape[1])]


@misconception(
    "read_bits",
    hint="astype(int) truncates, it does not round: 0.9 became 0.",
)
def cuts_off(H):
    return [int(number) for number in H.astype(int) @ 2 ** np.arange(H.shape[1])[::-1]]


@misconception(
    "read_bits",
    hint="You returned the index of the largest unit (argmax). A code of three bits may have "
    "several ones.",
)
def the_loudest_unit(H):
    return [int(number) for number in np.argmax(H, axis=1)]


@variant("read_bits")
def bit_by_bit(H):
    numbers = []
    for code in H:
        number = 0
        for unit in code:
            number = 2 * number + (1 if unit > 0.5 else 0)
        numbers.append(number)
    return numbers


@variant("read_bits")
def by_text(H):
    return [int("".join(str(int(bit)) for bit in row), 2) for row in np.round(H)]


# --- build_binary_autoencoder ------------------------------------------------------------------


def _pair(n_symbols, n_bits, decay, code="sigmoid", answer="softmax", bias=True):
    """Return encoder and decoder with one mistake, which the keywords choose."""
    penalty = keras.regularizers.L2(decay) if decay is not None else None
    down = keras.layers.Dense(n_bits, code, use_bias=bias, kernel_regularizer=penalty)
    up = keras.layers.Dense(n_symbols, answer, use_bias=bias, kernel_regularizer=penalty)
    return (
        keras.Sequential([keras.Input((n_symbols,)), down]),
        keras.Sequential([keras.Input((n_bits,)), up]),
    )


@misconception(
    "build_binary_autoencoder",
    hint="Your code units are ReLUs: their activations are not limited to 1, so rounding them "
    "gives no bits.",
)
def relu_code(n_symbols=8, n_bits=3, decay=0.001):
    return _pair(n_symbols, n_bits, decay, code="relu")


@misconception(
    "build_binary_autoencoder",
    hint="Eight separate logistic units do not give probabilities that sum to 1: exactly one "
    "symbol is right, so the decoder needs softmax.",
)
def logistic_symbols(n_symbols=8, n_bits=3, decay=0.001):
    return _pair(n_symbols, n_bits, decay, answer="sigmoid")


@misconception(
    "build_binary_autoencoder", hint="Your layers have no biases; 8-3-8 has 3 + 8 of them."
)
def layers_without_biases(n_symbols=8, n_bits=3, decay=0.001):
    return _pair(n_symbols, n_bits, decay, bias=False)


@misconception(
    "build_binary_autoencoder",
    hint="The weight decay is missing: without a kernel_regularizer in both layers nothing "
    "moves the codes to the corners.",
)
def without_weight_decay(n_symbols=8, n_bits=3, decay=0.001):
    return _pair(n_symbols, n_bits, None)


@variant("build_binary_autoencoder")
def functional_models(n_symbols=8, n_bits=3, decay=0.001):
    symbols, codes = keras.Input((n_symbols,)), keras.Input((n_bits,))
    bits = keras.layers.Dense(n_bits, kernel_regularizer=keras.regularizers.L2(decay))(symbols)
    logits = keras.layers.Dense(n_symbols, kernel_regularizer=keras.regularizers.L2(decay))(codes)
    encoder = keras.Model(symbols, keras.layers.Activation("sigmoid")(bits))
    return encoder, keras.Model(codes, keras.layers.Softmax()(logits))


# --- learn_binary ------------------------------------------------------------------------------


@misconception(
    "learn_binary", hint="The weights of the models have not changed: they were never trained."
)
def trains_nothing(X, n_bits, steps=1000):
    encoder, decoder = build_binary_autoencoder(X.shape[1], n_bits)
    model = keras.Sequential([encoder, decoder])
    model.compile(keras.optimizers.Adam(0.1), "categorical_crossentropy")
    return encoder, decoder


@misconception(
    "learn_binary",
    hint="Only the decoder was trained: the encoder was frozen, so its codes are still random.",
)
def encoder_is_frozen(X, n_bits, steps=1000):
    encoder, decoder = build_binary_autoencoder(X.shape[1], n_bits)
    encoder.trainable = False
    model = keras.Sequential([encoder, decoder])
    model.compile(keras.optimizers.Adam(0.1), "categorical_crossentropy", steps_per_execution=20)
    repeated = np.tile(X, (steps, 1))
    model.fit(repeated, repeated, batch_size=len(X), shuffle=False, verbose=0)
    return encoder, decoder


@misconception(
    "learn_binary",
    hint="The targets are other symbols than the inputs: use X itself as the target, in the "
    "same order.",
)
def targets_of_another_row(X, n_bits, steps=1000):
    encoder, decoder = build_binary_autoencoder(X.shape[1], n_bits)
    model = keras.Sequential([encoder, decoder])
    model.compile(keras.optimizers.Adam(0.1), "categorical_crossentropy", steps_per_execution=20)
    repeated, wanted = np.tile(X, (steps, 1)), np.tile(np.roll(X, 1, axis=0), (steps, 1))
    model.fit(repeated, wanted, batch_size=len(X), shuffle=False, verbose=0)
    return encoder, decoder


@misconception(
    "learn_binary",
    hint="You trained for a few steps only: X is a single batch, so repeat it `steps` times to "
    "get `steps` updates.",
)
def a_few_steps_only(X, n_bits, steps=1000):
    encoder, decoder = build_binary_autoencoder(X.shape[1], n_bits)
    model = keras.Sequential([encoder, decoder])
    model.compile(keras.optimizers.Adam(0.1), "categorical_crossentropy")
    model.fit(X, X, batch_size=len(X), epochs=3, verbose=0)
    return encoder, decoder


@variant("learn_binary")
def in_ten_epochs_of_its_own(X, n_bits, steps=1000):
    encoder, decoder = build_binary_autoencoder(X.shape[1], n_bits)
    inputs = keras.Input((X.shape[1],))
    model = keras.Model(inputs, decoder(encoder(inputs)))
    model.compile("adam", "categorical_crossentropy", steps_per_execution=20)
    model.optimizer.learning_rate = 0.05
    repeated = np.tile(X, (steps // 10, 1))
    model.fit(repeated, repeated, batch_size=len(X), epochs=10, verbose=0)
    return encoder, decoder


# --- pca_reconstruct ---------------------------------------------------------------------------


@misconception(
    "pca_reconstruct", hint="You did not subtract the mean before computing the directions."
)
def not_centered(X_train, X, k):
    directions = np.linalg.svd(X_train, full_matrices=False)[2][:k]
    return X @ directions.T @ directions


@misconception("pca_reconstruct", hint="You did not add the mean again after the projection.")
def forgets_to_come_back(X_train, X, k):
    mean = X_train.mean(axis=0)
    directions = np.linalg.svd(X_train - mean, full_matrices=False)[2][:k]
    return (X - mean) @ directions.T @ directions


@misconception(
    "pca_reconstruct",
    hint="You used the mean of X. Use the mean of the training examples: X may be a single "
    "example.",
)
def mean_of_the_wrong_examples(X_train, X, k):
    mean, own = X_train.mean(axis=0), X.mean(axis=0)
    directions = np.linalg.svd(X_train - mean, full_matrices=False)[2][:k]
    return own + (X - own) @ directions.T @ directions


@misconception(
    "pca_reconstruct",
    hint="eigh sorts by increasing variance: you kept the directions with the smallest variance.",
)
def the_smallest_directions(X_train, X, k):
    mean = X_train.mean(axis=0)
    V = np.linalg.eigh(np.cov(X_train, rowvar=False))[1][:, :k]
    return mean + (X - mean) @ V @ V.T


@misconception(
    "pca_reconstruct",
    hint="You computed mean and directions from X. Compute them from X_train.",
)
def fits_what_it_reconstructs(X_train, X, k):
    mean = X.mean(axis=0)
    directions = np.linalg.svd(X - mean, full_matrices=False)[2][:k]
    return mean + (X - mean) @ directions.T @ directions


@variant("pca_reconstruct")
def by_covariance(X_train, X, k):
    mean = X_train.mean(axis=0)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(X_train, rowvar=False)))
    V = vectors[:, np.argsort(values)[::-1][:k]]
    result = np.empty(X.shape)
    for i, x in enumerate(X):
        result[i] = mean + V @ (V.T @ (x - mean))
    return result


# --- linear_autoencoder ------------------------------------------------------------------------


def _trained(X, targets, layers, loss="mse", epochs=40):
    """A small model, trained on targets."""
    model = keras.Sequential([keras.Input((X.shape[1],)), *layers])
    model.compile(keras.optimizers.Adam(0.01), loss, steps_per_execution=20)
    model.fit(X, targets, batch_size=100, epochs=epochs, verbose=0)
    return model


@misconception(
    "linear_autoencoder",
    hint="The units of your code have an activation: in a linear autoencoder they have none.",
)
def bent_in_the_middle(X, k, epochs=40):
    return _trained(X, X, [keras.layers.Dense(k, "relu"), keras.layers.Dense(X.shape[1])], epochs=5)


@misconception(
    "linear_autoencoder",
    hint="Your outputs have an activation: in a linear autoencoder they have none.",
)
def logistic_outputs(X, k, epochs=40):
    layers = [keras.layers.Dense(k), keras.layers.Dense(X.shape[1], "sigmoid")]
    return _trained(X, X, layers, epochs=5)


@misconception(
    "linear_autoencoder",
    hint="One layer from pixels to pixels has no bottleneck: it learns to copy.",
)
def no_bottleneck(X, k, epochs=40):
    return _trained(X, X, [keras.layers.Dense(X.shape[1])], epochs=5)


@misconception("linear_autoencoder", hint="The model was built, but not trained on X.")
def not_trained(X, k, epochs=40):
    return keras.Sequential(
        [keras.Input((X.shape[1],)), keras.layers.Dense(k), keras.layers.Dense(X.shape[1])]
    )


@variant("linear_autoencoder")
def encoder_and_decoder(X, k, epochs=40):
    encoder = keras.Sequential([keras.Input((X.shape[1],)), keras.layers.Dense(k)])
    decoder = keras.Sequential([keras.Input((k,)), keras.layers.Dense(X.shape[1])])
    model = keras.Sequential([encoder, decoder])
    model.compile(keras.optimizers.RMSprop(0.003), "mse", steps_per_execution=25)
    for _ in range(2):
        model.fit(X, X, batch_size=50, epochs=epochs // 2, verbose=0)
    return model


# --- TiedDense ---------------------------------------------------------------------------------


@misconception(
    "TiedDense",
    hint="You copied the kernel's values. A copy does not change with the encoder, and no "
    "gradient passes through it.",
)
class CopiesTheKernel(keras.layers.Layer):
    def __init__(self, encoder, activation=None):
        super().__init__()
        self.kernel_of = np.asarray(encoder.kernel).T
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.bias = self.add_weight(shape=(self.kernel_of.shape[1],), initializer="zeros")

    def call(self, codes):
        return self.activation(keras.ops.matmul(codes, self.kernel_of) + self.bias)


@misconception(
    "TiedDense",
    hint="Your layer has a kernel of its own. With tied weights there is one kernel for both "
    "layers.",
)
class HasItsOwnKernel(keras.layers.Layer):
    def __init__(self, encoder, activation=None):
        super().__init__()
        self.dense = keras.layers.Dense(encoder.kernel.shape[0], activation)

    def call(self, codes):
        return self.dense(codes)


@misconception("TiedDense", hint="The layer needs a bias of its own, one number per feature.")
class WithoutBias(keras.layers.Layer):
    def __init__(self, encoder, activation=None):
        super().__init__()
        self.encoder = encoder
        self.activation = keras.activations.get(activation)

    def call(self, codes):
        return self.activation(keras.ops.matmul(codes, keras.ops.transpose(self.encoder.kernel)))


@misconception("TiedDense", hint="The activation that was passed is never applied.")
class NeverBends(keras.layers.Layer):
    def __init__(self, encoder, activation=None):
        super().__init__()
        self.encoder = encoder

    def build(self, input_shape):
        self.bias = self.add_weight(shape=(self.encoder.kernel.shape[0],), initializer="zeros")

    def call(self, codes):
        return keras.ops.matmul(codes, keras.ops.transpose(self.encoder.kernel)) + self.bias


@misconception(
    "TiedDense",
    hint="The kernel's values are right, but the gradient through the decoder is stopped: the "
    "kernel's gradient is the sum of both uses.",
)
class StopsTheGradient(keras.layers.Layer):
    def __init__(self, encoder, activation=None):
        super().__init__()
        self.encoder = encoder
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.bias = self.add_weight(shape=(self.encoder.kernel.shape[0],), initializer="zeros")

    def call(self, codes):
        kernel = keras.ops.stop_gradient(keras.ops.transpose(self.encoder.kernel))
        return self.activation(keras.ops.matmul(codes, kernel) + self.bias)


@variant("TiedDense")
class BiasMadeAtOnce(keras.layers.Layer):
    def __init__(self, encoder, activation=None):
        super().__init__()
        self.kernel = encoder.kernel
        self.bend = keras.layers.Activation(activation or "linear")
        self.bias = self.add_weight(shape=(int(encoder.kernel.shape[0]),), initializer="zeros")

    def call(self, codes):
        return self.bend(codes @ keras.ops.transpose(self.kernel) + self.bias)


# --- corrupt -----------------------------------------------------------------------------------


@misconception(
    "corrupt",
    hint="The level is the probability of being set to zero; you used it as the probability of "
    "being kept.",
)
def level_is_what_is_kept(X, kind, level, rng):
    if kind == "mask":
        return X * (rng.random(X.shape) < level)
    return np.clip(X + rng.normal(scale=level, size=X.shape), 0, 1)


@misconception(
    "corrupt",
    hint="You used the same mask for all examples: draw a random number for every pixel of "
    "every example.",
)
def one_mask_for_all(X, kind, level, rng):
    if kind == "mask":
        return X * (rng.random(X.shape[1]) >= level)
    return np.clip(X + rng.normal(scale=level, size=X.shape), 0, 1)


@misconception("corrupt", hint="You changed the caller's X: make a copy first.")
def damages_the_original(X, kind, level, rng):
    if kind == "mask":
        X[rng.random(X.shape) < level] = 0
        return X
    return np.clip(X + rng.normal(scale=level, size=X.shape), 0, 1)


@misconception("corrupt", hint="Pixels lie between 0 and 1: clip the noisy ones.")
def not_cut_off(X, kind, level, rng):
    if kind == "mask":
        return X * (rng.random(X.shape) >= level)
    return X + rng.normal(scale=level, size=X.shape)


@misconception(
    "corrupt",
    hint="You scaled up the remaining pixels, as dropout does. Masking noise leaves them "
    "unchanged.",
)
def like_dropout(X, kind, level, rng):
    if kind == "mask":
        return X * (rng.random(X.shape) >= level) / (1 - level)
    return np.clip(X + rng.normal(scale=level, size=X.shape), 0, 1)


@misconception("corrupt", hint="Your noise comes from NumPy's global generator, not from rng.")
def with_the_global_generator(X, kind, level, rng):
    if kind == "mask":
        return X * (np.random.random(X.shape) >= level)
    return np.clip(X + np.random.normal(scale=level, size=X.shape), 0, 1)


@variant("corrupt")
def in_a_copy(X, kind, level, rng):
    damaged = np.array(X, dtype=float)
    if kind == "mask":
        damaged[rng.uniform(size=X.shape) < level] = 0
    else:
        damaged = np.minimum(1, np.maximum(0, damaged + level * rng.standard_normal(X.shape)))
    return damaged


# --- train_denoising ---------------------------------------------------------------------------


def _denoiser(damaged, targets, units=64, answer="sigmoid"):
    """A denoising autoencoder, trained on these."""
    n_features = targets.shape[1]
    layers = [keras.layers.Dense(units, "relu"), keras.layers.Dense(n_features, answer)]
    model = keras.Sequential([keras.Input((n_features,)), *layers])
    model.compile(keras.optimizers.Adam(0.005), "mse", steps_per_execution=20)
    model.fit(damaged, targets, batch_size=64, verbose=0)
    return model


@misconception(
    "train_denoising",
    hint="Your targets are the corrupted images: the model learns to copy the noise.",
)
def damaged_targets(X, rng, epochs=20):
    damaged = np.concatenate([corrupt(X, "mask", 0.5, rng) for _ in range(epochs)])
    return _denoiser(damaged, damaged)


@misconception(
    "train_denoising",
    hint="Your inputs are the originals, so the model has never seen a corrupted image.",
)
def undamaged_inputs(X, rng, epochs=20):
    clean = np.tile(X, (epochs, 1))
    return _denoiser(clean, clean)


@misconception(
    "train_denoising",
    hint="Inputs and targets are in different orders: the target of each corrupted image must "
    "be its own original.",
)
def targets_in_another_order(X, rng, epochs=20):
    damaged = np.concatenate([corrupt(X, "mask", 0.5, rng) for _ in range(epochs)])
    return _denoiser(damaged, np.repeat(X, epochs, axis=0))


@misconception(
    "train_denoising", hint="The exercise asks for 64 hidden units; yours has another number."
)
def another_width(X, rng, epochs=20):
    return _denoiser(corrupt(X, "mask", 0.5, rng), X, units=32)


@variant("train_denoising")
def epoch_by_epoch(X, rng, epochs=20):
    model = keras.Sequential(
        [keras.layers.Dense(64, "relu"), keras.layers.Dense(X.shape[1], "sigmoid")]
    )
    model.compile(keras.optimizers.Adam(0.005), keras.losses.MeanSquaredError())
    for _ in range(epochs):
        model.fit(corrupt(X, "mask", 0.5, rng), X, batch_size=64, verbose=0)
    return model


# --- pretrain_stack ----------------------------------------------------------------------------


def _steps(model, X, wanted, steps, learning_rate):
    model.compile(keras.optimizers.Adam(learning_rate), "mse", run_eagerly=True)
    for _ in range(steps):
        model.train_on_batch(X, wanted)


@misconception(
    "pretrain_stack",
    hint="You trained the whole stack at once, from X to X. Train each layer alone, one after "
    "the other.",
)
def all_at_once(pairs, X, steps, learning_rate=0.02):
    encoders, decoders = zip(*pairs, strict=True)
    _steps(keras.Sequential([*encoders, *reversed(decoders)]), X, X, steps, learning_rate)


@misconception(
    "pretrain_stack",
    hint="The lower layers change while the upper ones are trained: freeze a layer after its "
    "own training.",
)
def nothing_is_frozen(pairs, X, steps, learning_rate=0.02):
    for n in range(1, len(pairs) + 1):
        encoders, decoders = zip(*pairs[:n], strict=True)
        _steps(keras.Sequential([*encoders, *reversed(decoders)]), X, X, steps, learning_rate)


@misconception(
    "pretrain_stack",
    hint="The upper pairs were trained on the codes of an untrained layer: compute the codes "
    "*after* training the layer below.",
)
def codes_before_training(pairs, X, steps, learning_rate=0.02):
    inputs = [X]
    for encoder, _ in pairs[:-1]:
        inputs.append(encoder(inputs[-1]).numpy())
    for (encoder, decoder), codes in zip(pairs, inputs, strict=True):
        _steps(keras.Sequential([encoder, decoder]), codes, codes, steps, learning_rate)


@misconception("pretrain_stack", hint="Only the lowest layer was trained: train the others, too.")
def only_the_first(pairs, X, steps, learning_rate=0.02):
    _steps(keras.Sequential(list(pairs[0])), X, X, steps, learning_rate)


@misconception(
    "pretrain_stack",
    hint="The input of the next pair is the code of the encoder, not the reconstruction. (Or no "
    "model was trained at all.)",
)
def no_training(pairs, X, steps, learning_rate=0.02):
    for encoder, decoder in pairs:
        keras.Sequential([encoder, decoder]).compile("adam", "mse")


@variant("pretrain_stack")
def freezes_what_is_below(pairs, X, steps, learning_rate=0.02):
    below = []
    for encoder, decoder in pairs:
        inputs = codes = keras.Input((X.shape[1],))
        for trained in below:
            trained.trainable = False
            codes = trained(codes)
        wanted = keras.Model(inputs, codes)(X).numpy() if below else X
        model = keras.Model(inputs, decoder(encoder(codes)))
        _steps(model, X, wanted, steps, learning_rate)
        below.append(encoder)


@variant("pretrain_stack")
def freezes_each_after_its_turn(pairs, X, steps, learning_rate=0.02):
    for encoder, decoder in pairs:
        _steps(keras.Sequential([encoder, decoder]), X, X, steps, learning_rate)
        encoder.trainable = decoder.trainable = False
        X = encoder(X).numpy()


@variant("pretrain_stack")
def with_fit(pairs, X, steps, learning_rate=0.02):
    for encoder, decoder in pairs:
        model = keras.Sequential([encoder, decoder])
        model.compile(keras.optimizers.Adam(learning_rate), "mse")
        every = np.tile(X, (steps, 1))
        model.fit(every, every, batch_size=len(X), shuffle=False, verbose=0)
        X = encoder.predict(X, verbose=0)


# --- skip_gram_pairs ---------------------------------------------------------------------------


@misconception(
    "skip_gram_pairs",
    hint="A neighbor to the right that is exactly `window` positions away is missing: range "
    "excludes its end.",
)
def one_short_to_the_right(sentence, window):
    return [
        (center, sentence[j])
        for i, center in enumerate(sentence)
        for j in range(max(0, i - window), min(len(sentence), i + window))
        if j != i
    ]


@misconception("skip_gram_pairs", hint="The window extends to both sides; yours only to the right.")
def looks_ahead_only(sentence, window):
    return [
        (center, other)
        for i, center in enumerate(sentence)
        for other in sentence[i + 1 : i + window + 1]
    ]


@misconception("skip_gram_pairs", hint="A word is not its own neighbor: skip position i itself.")
def a_word_beside_itself(sentence, window):
    return [
        (center, sentence[j])
        for i, center in enumerate(sentence)
        for j in range(max(0, i - window), min(len(sentence), i + window + 1))
    ]


@misconception(
    "skip_gram_pairs",
    hint="You compared words instead of positions: if a word occurs twice in a window, it is "
    "its own neighbor.",
)
def compares_words(sentence, window):
    return [
        (center, sentence[j])
        for i, center in enumerate(sentence)
        for j in range(max(0, i - window), min(len(sentence), i + window + 1))
        if sentence[j] != center
    ]


@misconception(
    "skip_gram_pairs",
    hint="At the start of the sentence an index was negative, and Python counted from the end.",
)
def around_the_start(sentence, window):
    return [
        (center, sentence[j])
        for i, center in enumerate(sentence)
        for j in range(i - window, min(len(sentence), i + window + 1))
        if j != i and j >= -len(sentence)
    ]


@misconception(
    "skip_gram_pairs",
    hint="You returned a set of pairs: a pair that occurs twice must be in the list twice.",
)
def each_pair_once(sentence, window):
    return list(
        {
            (center, sentence[j])
            for i, center in enumerate(sentence)
            for j in range(max(0, i - window), min(len(sentence), i + window + 1))
            if j != i
        }
    )


@variant("skip_gram_pairs")
def distance_by_distance(sentence, window):
    pairs = []
    for distance in range(1, window + 1):
        for left, right in zip(sentence, sentence[distance:], strict=False):
            pairs += [[left, right], [right, left]]
    return [tuple(pair) for pair in pairs]


# --- negative_sampling -------------------------------------------------------------------------


def _logistic(z):
    return 0.5 + 0.5 * np.tanh(z / 2)


@misconception(
    "negative_sampling",
    hint="The gradient of a word that was drawn twice was counted once: O[rows] += ... keeps "
    "the last addition only. Use np.add.at or a loop.",
)
def repeated_negatives_count_once(u, O, positive, negatives):
    rows = np.array([positive, *negatives], dtype=int)
    true = np.arange(len(rows)) == 0
    scores = O[rows] @ u
    loss = np.sum(np.logaddexp(0, np.where(true, -scores, scores)))
    error = _logistic(scores) - true
    grad_O = np.zeros(O.shape)
    grad_O[rows] += error[:, None] * u
    return float(loss), error @ O[rows], grad_O


@misconception(
    "negative_sampling",
    hint="Your negatives have the sign of positives: for them the loss is -log σ(-o·u).",
)
def negatives_as_positives(u, O, positive, negatives):
    rows = np.array([positive, *negatives], dtype=int)
    scores = O[rows] @ u
    error = _logistic(scores) - 1
    grad_O = np.zeros(O.shape)
    np.add.at(grad_O, rows, error[:, None] * u)
    return float(np.sum(np.logaddexp(0, -scores))), error @ O[rows], grad_O


@misconception(
    "negative_sampling",
    hint="Your loss is a mean over the negatives. The formula is a sum.",
)
def mean_over_the_negatives(u, O, positive, negatives):
    n = max(1, len(negatives))
    rows = np.array([positive, *negatives], dtype=int)
    true = np.arange(len(rows)) == 0
    share = np.where(true, 1, 1 / n)
    scores = O[rows] @ u
    loss = np.sum(share * np.logaddexp(0, np.where(true, -scores, scores)))
    error = share * (_logistic(scores) - true)
    grad_O = np.zeros(O.shape)
    np.add.at(grad_O, rows, error[:, None] * u)
    return float(loss), error @ O[rows], grad_O


@misconception(
    "negative_sampling",
    hint="Your gradient has the wrong sign: it is predicted probability minus label, p - y.",
)
def true_minus_said(u, O, positive, negatives):
    rows = np.array([positive, *negatives], dtype=int)
    true = np.arange(len(rows)) == 0
    scores = O[rows] @ u
    loss = np.sum(np.logaddexp(0, np.where(true, -scores, scores)))
    error = true - _logistic(scores)
    grad_O = np.zeros(O.shape)
    np.add.at(grad_O, rows, error[:, None] * u)
    return float(loss), error @ O[rows], grad_O


@misconception(
    "negative_sampling",
    hint="With large logits your loss is infinite: the sigmoid rounds to 0 before you take its "
    "logarithm. -log σ(z) is log(1 + exp(-z)).",
)
def logarithm_of_zero(u, O, positive, negatives):
    rows = np.array([positive, *negatives], dtype=int)
    true = np.arange(len(rows)) == 0
    scores = O[rows] @ u
    p = _logistic(np.where(true, scores, -scores))
    error = _logistic(scores) - true
    grad_O = np.zeros(O.shape)
    np.add.at(grad_O, rows, error[:, None] * u)
    with np.errstate(divide="ignore"):
        return float(-np.sum(np.log(p))), error @ O[rows], grad_O


@variant("negative_sampling")
def word_by_word(u, O, positive, negatives):
    loss, grad_u, grad_O = 0.0, np.zeros(len(u)), np.zeros(O.shape)
    for row, true in [(positive, 1), *((n, 0) for n in negatives)]:
        score = float(O[row] @ u)
        wrong = -score if true else score
        loss += max(wrong, 0) + float(np.log1p(np.exp(-abs(wrong))))
        error = (1 / (1 + np.exp(-score)) if score > -500 else 0.0) - true
        grad_u += error * O[row]
        grad_O[row] += error * u
    return loss, grad_u, grad_O


# --- analogy -----------------------------------------------------------------------------------


@misconception(
    "analogy",
    hint="Your analogy returns a word of the question: exclude the three words a, b and c.",
)
def returns_the_query(a, b, c, E, words):
    units = E / np.linalg.norm(E, axis=1, keepdims=True)
    place = {word: i for i, word in enumerate(words)}
    wanted = units[place[b]] - units[place[a]] + units[place[c]]
    return most_similar(wanted, E, words, 1)[0][0]


@misconception(
    "analogy",
    hint="Your difference has the wrong sign: use b - a + c.",
)
def the_other_way_around(a, b, c, E, words):
    units = E / np.linalg.norm(E, axis=1, keepdims=True)
    place = {word: i for i, word in enumerate(words)}
    wanted = units[place[a]] - units[place[b]] + units[place[c]]
    return most_similar(wanted, E, words, 1, exclude=(a, b, c))[0][0]


@misconception(
    "analogy",
    hint="You added vectors of different lengths: scale each to length one before b - a + c.",
)
def lengths_are_left_in(a, b, c, E, words):
    place = {word: i for i, word in enumerate(words)}
    wanted = E[place[b]] - E[place[a]] + E[place[c]]
    return most_similar(wanted, E, words, 1, exclude=(a, b, c))[0][0]


@misconception(
    "analogy",
    replaces="most_similar",
    hint="You compared by the dot product, which prefers long vectors: divide by the lengths.",
)
def dot_product(vector, E, words, n, exclude=()):
    scores = E @ vector
    order = [i for i in np.argsort(-scores) if words[i] not in exclude]
    return [(words[i], float(scores[i])) for i in order[:n]]


@misconception(
    "analogy",
    replaces="most_similar",
    hint="You excluded words after choosing the n best, so fewer than n were returned.",
)
def excludes_too_late(vector, E, words, n, exclude=()):
    cosines = E @ vector / np.linalg.norm(E, axis=1) / np.linalg.norm(vector)
    best = np.argsort(-cosines)[:n]
    return [(words[i], float(cosines[i])) for i in best if words[i] not in exclude]


@misconception(
    "analogy",
    replaces="most_similar",
    hint="argsort sorts in increasing order: you returned the least similar words.",
)
def least_similar(vector, E, words, n, exclude=()):
    cosines = E @ vector / np.linalg.norm(E, axis=1) / np.linalg.norm(vector)
    order = [i for i in np.argsort(cosines) if words[i] not in exclude]
    return [(words[i], float(cosines[i])) for i in order[:n]]


@variant("analogy", replaces="most_similar")
def sorted_by_hand(vector, E, words, n, exclude=()):
    size = float(np.sqrt(sum(v * v for v in vector)))
    scored = []
    for word, row in zip(words, E, strict=True):
        if word not in exclude:
            scored.append((word, float(row @ vector) / (float(np.sqrt(row @ row)) * size)))
    return sorted(scored, key=lambda pair: pair[1], reverse=True)[:n]
