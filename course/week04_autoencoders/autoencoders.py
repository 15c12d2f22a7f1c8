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
# Week 4 assignment: autoencoders, pre-training and word embeddings

Nothing in this week has a label. A network learns to output its own input through a **bottleneck**,
and has to find out which features matter. You build the smallest autoencoder there is and see whether
it finds the binary numbers. Then you remove noise from images of digits, pre-train layers one by one,
and at the end learn word vectors for which *king* is to *queen* as *actor* is to *actress*.

| | exercise | points | minutes |
|---:|---|---:|---:|
| 1 | `encode`, `decode` | 6 | 8 |
| 2 | `read_bits` | 4 | 5 |
| 3 | `build_binary_autoencoder` | 7 | 8 |
| 4 | `learn_binary` | 7 | 7 |
| 5 | `pca_reconstruct` | 7 | 8 |
| 6 | `linear_autoencoder` | 6 | 7 |
| 7 | `TiedDense` | 8 | 10 |
| 8 | `corrupt` | 6 | 7 |
| 9 | `train_denoising` | 8 | 8 |
| 10 | when is a low error worthless? (written) | 10 | 12 |
| 11 | `pretrain_stack` | 9 | 10 |
| 12 | `skip_gram_pairs` | 6 | 6 |
| 13 | `negative_sampling` | 8 | 12 |
| 14 | `analogy` | 8 | 10 |
| | **together** | **100** | **about 2 hours** |

**How it works.** Replace each `raise NotImplementedError()` by your code and run the cell. The
cell below it checks your answer and says what is wrong, if anything. When you submit, your
functions are also called with other data, and your models are evaluated on images that they have
not seen. Loops are welcome, and so is vectorized NumPy.

**Notation**, as always: `X` is `(n_examples, n_features)`, weights are `(n_inputs, n_outputs)`.
A code is called `H`, for hidden: `(n_examples, n_units)`. Models are Keras models, built from
Keras' own layers; only in exercise 7 do you write a layer of your own.
"""

# %% setup=true
import dlcourse

dlcourse.import_keras()  # without TensorFlow's start-up messages

import itertools

import keras
import numpy as np
import tensorflow as tf

from dlcourse import check, data, plot


def pictures(seed):
    """Return 1,797 digits of 64 pixels between 0 and 1, in an order that depends on the seed."""
    X = data.digits()[0].reshape(-1, 64).astype("float32")
    return X[np.random.default_rng(seed).permutation(len(X))]


# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
r"""
## Part one: eight symbols, three units

### Exercise 1. Encoder and decoder · 6 points · about 8 minutes

An autoencoder is two functions. The **encoder** computes a short code of an example, the **decoder**
a reconstruction from the code:

$$
H = \sigma(XW + \mathbf b), \qquad \hat X = HV + \mathbf c .
$$

Here the activation of the code is the logistic function $\sigma(z) = 1 / (1 + e^{-z})$, and the
reconstruction $\hat X$ has no activation.

How many parameters does an autoencoder have? In a deep one the encoder has layers of `sizes`, say
784, 100 and 30 units, and the decoder the same sizes in reverse: 784 → 100 → 30 → 100 → 784. Each
layer has weights and biases. With **tied weights** the decoder uses the encoder's matrices,
transposed; its biases are its own.
"""


# %% exercise="encode" outcomes=[5]
def encode(X, W, b):
    """Return the codes of examples.

    Parameters
    ----------
    X : array, shape (n_examples, n_features)
    W : array, shape (n_features, n_units)
    b : array, shape (n_units,)

    Returns
    -------
    H : array, shape (n_examples, n_units), between 0 and 1

    Examples
    --------
    With X = [[0, 0]], W = [[1, 2, 3], [4, 5, 6]] and b = [0, log 3, -log 3] the code is
    [[0.5, 0.75, 0.25]].
    """
    ### BEGIN SOLUTION
    return 1 / (1 + np.exp(-(X @ W + b)))
    ### END SOLUTION


def decode(H, V, c):
    """Return the reconstructions of examples from their codes.

    Parameters
    ----------
    H : array, shape (n_examples, n_units)
    V : array, shape (n_units, n_features)
    c : array, shape (n_features,)

    Returns
    -------
    array, shape (n_examples, n_features)

    Examples
    --------
    With H = [[1, 0.5]], V = [[1, 2, 3], [4, 0, -4]] and c = [0, 0, 10] the result is [[3, 2, 11]].
    """
    ### BEGIN SOLUTION
    return H @ V + c
    ### END SOLUTION


def count_parameters(sizes, tied=False):
    """Return the number of parameters of a deep autoencoder.

    Parameters
    ----------
    sizes : list of at least two integers
        Units of each layer of the encoder, the inputs first and the code last.
    tied : bool
        Whether the decoder uses the encoder's matrices, transposed.

    Returns
    -------
    int

    Examples
    --------
    count_parameters([8, 3]) is 8 * 3 + 3 in the encoder and 3 * 8 + 8 in the decoder, together 59.
    Tied it is 59 - 24 = 35.
    """
    ### BEGIN SOLUTION
    matrices = sum(a * b for a, b in itertools.pairwise(sizes))
    return matrices * (1 if tied else 2) + sum(sizes[1:]) + sum(sizes[:-1])
    ### END SOLUTION


# %% test="encode" points=6
check.close(
    encode(np.zeros((1, 2)), np.array([[1.0, 2, 3], [4, 5, 6]]), np.log([1, 3, 1 / 3])),
    [[0.5, 0.75, 0.25]],
    tolerance=1e-5,
    name="the example of encode",
    hint="Compute the pre-activations as in any layer, with the bias, then apply the logistic function.",
)
check.close(
    decode(np.array([[1.0, 0.5]]), np.array([[1.0, 2, 3], [4, 0, -4]]), np.array([0.0, 0, 10])),
    [[3, 2, 11]],
    tolerance=1e-5,
    name="the example of decode",
    hint="The reconstruction has no activation.",
)
check.equal(
    count_parameters([8, 3]),
    59,
    name="parameters of 8-3-8",
    hint="Each layer has a matrix, and a bias for each of its own units.",
)
check.equal(
    count_parameters([8, 3], tied=True),
    35,
    name="parameters of 8-3-8, tied",
    hint="Matrices are shared, biases are not.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 1])
for n_examples, n_features, n_units in ((1, 5, 2), (7, 3, 3), (4, 2, 6)):
    X, W = rng.normal(size=(n_examples, n_features)), rng.normal(size=(n_features, n_units))
    b = rng.normal(size=n_units)
    expected = 0.5 + 0.5 * np.tanh((np.einsum("nf,fu->nu", X, W) + b) / 2)
    check.close(
        encode(X, W, b),
        expected,
        tolerance=1e-5,
        name=f"codes of {n_examples} examples, {n_features} features, {n_units} units",
    )
    H, V = rng.random(size=(n_examples, n_units)), rng.normal(size=(n_units, n_features))
    c = rng.normal(size=n_features)
    expected = np.einsum("nu,uf->nf", H, V) + c
    check.close(
        decode(H, V, c),
        expected,
        tolerance=1e-5,
        name=f"reconstructions of {n_examples} examples, {n_units} units, {n_features} features",
        hint="The reconstruction has no activation, and a bias for each feature.",
    )
for sizes, once, twice in (
    ([784, 100, 30], 82414, 163814),
    ([5, 5], 35, 60),
    ([10, 7, 4, 2], 140, 246),
    ([3, 9], 39, 66),
):
    check.equal(
        count_parameters(sizes),
        twice,
        name="parameters of a deep autoencoder",
        hint="In the encoder each layer but the input has biases; in the decoder each but the code.",
    )
    check.equal(
        count_parameters(sizes, tied=True),
        once,
        name="parameters of a deep autoencoder, tied",
        hint="Matrices are shared, biases are not.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 2. Codes as binary numbers · 4 points · about 5 minutes

Three units between 0 and 1: rounded, each is a bit, and three bits are a number from 0 to 7.
"""


# %% exercise="read_bits"
def read_bits(H):
    """Round the units of each code to bits, and return the binary numbers.

    Parameters
    ----------
    H : array, shape (n_examples, n_units), between 0 and 1
        A unit above 0.5 is a 1; the first unit is the most significant bit.

    Returns
    -------
    list of n_examples integers

    Examples
    --------
    read_bits([[0.9, 0.1, 0.8], [0.2, 0.4, 0.6]]), given as an array, is [5, 1]: binary 101 and 001.
    """
    ### BEGIN SOLUTION
    bits = np.asarray(H) > 0.5
    return [int(number) for number in bits @ 2 ** np.arange(bits.shape[1])[::-1]]
    ### END SOLUTION


# %% test="read_bits" points=4
check.equal(
    read_bits(np.array([[0.9, 0.1, 0.8], [0.2, 0.4, 0.6]])),
    [5, 1],
    name="the example in the docstring",
    hint="Round first, then convert; of three units the first counts 4.",
)
check.equal(
    read_bits(np.array([[0.6, 0.6]])),
    [3],
    name="two units that are both 0.6",
    hint="Round each unit on its own, before anything is added up.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 2])
for n_examples, n_units in ((1, 3), (9, 4), (5, 1), (6, 2)):
    bits = rng.integers(0, 2, size=(n_examples, n_units))
    H = 0.5 + (bits - 0.5) * rng.uniform(0.02, 0.98, size=bits.shape)
    expected = [int("".join(map(str, row)), 2) for row in bits.tolist()]
    check.equal(
        read_bits(H.astype("float32")),
        expected,
        name=f"{n_examples} codes of {n_units} units",
        hint="A unit above 0.5 is 1, whatever the others are; the first is the most significant bit.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 3. The 8-3-8 encoder · 7 points · about 8 minutes

Eight symbols, one-hot, through three units. The encoder's activation is the logistic function, so that
its units can be bits. The decoder ends in a softmax over the symbols.

One more thing. The lesson finds that two symbols sometimes share a rounded code although all eight are
reconstructed. A little **weight decay** on both matrices corrects that: $\lambda \sum w^2$ is added to
the loss (Keras calls it `L2`; unlike week 2 it has no factor ½). Small weights distinguish eight codes
best when these are the eight corners of the cube.
"""


# %% exercise="build_binary_autoencoder" outcomes=[5]
def build_binary_autoencoder(n_symbols=8, n_bits=3, decay=0.001):
    """Build the encoder and the decoder of one-hot symbols.

    Parameters
    ----------
    n_symbols, n_bits : integers
    decay : float, the lambda of the L2 penalty on both matrices (none on biases)

    Returns
    -------
    encoder : Keras model, from (n_examples, n_symbols) to codes (n_examples, n_bits)
        One dense layer with logistic units.
    decoder : Keras model, from codes to probabilities, (n_examples, n_symbols)
        One dense layer with softmax.

    Examples
    --------
    The encoder of 8-3-8 has 8 * 3 + 3 = 27 parameters, the decoder 3 * 8 + 8 = 32.
    """
    ### BEGIN SOLUTION
    penalty = keras.regularizers.L2(decay)
    encoder = keras.Sequential(
        [
            keras.Input((n_symbols,)),
            keras.layers.Dense(n_bits, activation="sigmoid", kernel_regularizer=penalty),
        ]
    )
    decoder = keras.Sequential(
        [
            keras.Input((n_bits,)),
            keras.layers.Dense(n_symbols, activation="softmax", kernel_regularizer=penalty),
        ]
    )
    return encoder, decoder
    ### END SOLUTION


# %% test="build_binary_autoencoder" points=7
encoder, decoder = check.items(
    build_binary_autoencoder(), 2, name="what is returned", hint="Return encoder and decoder."
)
encoder, decoder = check.local_copy(encoder), check.local_copy(decoder)
check.parameters(encoder, 27, name="the encoder of 8-3-8")
check.parameters(decoder, 32, name="the decoder of 8-3-8")
encoder.set_weights([np.zeros((8, 3)), np.log([1, 3, 1 / 3])])
check.close(
    encoder(np.eye(8)).numpy(),
    np.tile([0.5, 0.75, 0.25], (8, 1)),
    tolerance=1e-5,
    name="codes when all weights are 0 and the biases 0, log 3 and -log 3",
    hint="The units of the code are logistic: between 0 and 1, and 0.5 at 0.",
)
decoder.set_weights([np.zeros((3, 8)), np.log([3, 1, 1, 1, 1, 1, 1, 1])])
check.close(
    decoder(np.zeros((1, 3))).numpy(),
    [[0.3] + [0.1] * 7],
    tolerance=1e-5,
    name="probabilities when one symbol's bias is log 3",
    hint="The decoder outputs probabilities of the symbols: softmax.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 3])
for n_symbols, n_bits, decay in ((16, 4, 0.002), (5, 2, 0.01), (6, 6, 0.0)):
    made = check.items(build_binary_autoencoder(n_symbols, n_bits, decay), 2, name="two models")
    encoder, decoder = (check.local_copy(model) for model in made)
    check.parameters(encoder, (n_symbols + 1) * n_bits, name="an encoder of another size")
    check.parameters(decoder, (n_bits + 1) * n_symbols, name="a decoder of another size")
    W, b = rng.normal(size=(n_symbols, n_bits)), rng.normal(size=n_bits)
    V, c = rng.normal(size=(n_bits, n_symbols)), rng.normal(size=n_symbols)
    encoder.set_weights([W, b])
    decoder.set_weights([V, c])
    H = rng.random(size=(4, n_bits))
    logits = H @ V + c
    check.close(
        encoder(np.eye(n_symbols)).numpy(),
        1 / (1 + np.exp(-(W + b))),
        tolerance=1e-5,
        name="codes of an encoder of another size",
        hint="The units of the code are logistic.",
    )
    check.close(
        decoder(H).numpy(),
        np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True),
        tolerance=1e-5,
        name="probabilities of a decoder of another size",
        hint="The decoder ends in a softmax over the symbols.",
    )
    for model, weights in ((encoder, W), (decoder, V)):
        check.close(
            sum(float(np.asarray(loss)) for loss in model.losses),
            decay * np.sum(weights**2),
            tolerance=1e-4,
            name="weight decay of a model",
            hint="kernel_regularizer=keras.regularizers.L2(decay), in both layers, on kernels only.",
        )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 4. Does it find the binary numbers? · 7 points · about 7 minutes

Build an encoder and a decoder, and train them to reconstruct their input. The loss is the
cross-entropy between each symbol's probabilities and the symbol itself. Nothing in it says which codes
the three units should use.

It takes about a thousand steps, each with all symbols at once, with Adam at a learning rate of 0.1.
(A call of `fit` with one epoch per step would spend most of its time on the epochs. Instead repeat the
symbols a thousand times and train for *one* epoch, in batches of `len(X)`, not shuffled.
`steps_per_execution=20` in `compile` makes it faster still.)
"""


# %% exercise="learn_binary" outcomes=[5] uses=["build_binary_autoencoder"]
def learn_binary(X, n_bits, steps=1000):
    """Build an encoder and a decoder, and train them to reconstruct X.

    Parameters
    ----------
    X : array, shape (n_symbols, n_symbols), one-hot
    n_bits : integer, number of units of the code
    steps : integer, number of updates of the weights

    Returns
    -------
    encoder, decoder : Keras models, as build_binary_autoencoder makes them, trained
    """
    ### BEGIN SOLUTION
    encoder, decoder = build_binary_autoencoder(X.shape[1], n_bits)
    model = keras.Sequential([encoder, decoder])
    model.compile(keras.optimizers.Adam(0.1), "categorical_crossentropy", steps_per_execution=20)
    repeated = np.tile(X, (steps, 1))
    model.fit(repeated, repeated, batch_size=len(X), shuffle=False, verbose=0)
    return encoder, decoder
    ### END SOLUTION


# %% [markdown]
"""
The check below looks at the *codes*. That all eight symbols are reconstructed proves nothing: two
units can do that, too, as the lesson shows.
"""

# %% test="learn_binary" points=7
check.seed(SEED + 4)
symbols = np.eye(8)[np.random.default_rng([SEED, 4]).permutation(8)].astype("float32")
encoder, decoder = check.items(
    learn_binary(symbols, 3, 1000), 2, name="what is returned", hint="Return encoder and decoder."
)
encoder, decoder = check.local_copy(encoder), check.local_copy(decoder)
check.parameters(encoder, 27, name="the encoder of 8-3-8, trained")
check.parameters(decoder, 32, name="the decoder of 8-3-8, trained")
codes = encoder(np.eye(8)).numpy()
check.equal(
    decoder(codes).numpy().argmax(axis=1),
    np.arange(8),
    name="symbols that the trained pair reconstructs",
    hint="The output should equal the input: the targets are X itself.",
)
bits = codes > 0.5
check.equal(
    len({tuple(row) for row in bits.tolist()}),
    8,
    name="different codes after rounding",
    hint="Eight symbols need all eight patterns of three bits. Do both models have weight decay, and "
    "were they trained for all steps?",
)
check.between(
    np.abs(codes - 0.5).min(),
    0.2,
    0.5,
    name="distance of the least certain unit from 0.5",
    hint="With weight decay and a thousand steps no unit stays near 0.5.",
)
### BEGIN HIDDEN TESTS
check.equal(
    decoder(bits.astype("float32")).numpy().argmax(axis=1),
    np.arange(8),
    name="symbols reconstructed from the rounded codes",
)
### END HIDDEN TESTS

# %% [markdown]
"""
Here are the codes that it found. Nothing determines which symbol gets which number.
"""

# %%
encoder, decoder = learn_binary(np.eye(8), 3)
codes = encoder(np.eye(8)).numpy()
plot.heatmap(
    codes,
    rows=[f"symbol {i}: {number:03b}" for i, number in enumerate(read_bits(codes))],
    columns=["unit 1", "unit 2", "unit 3"],
    numbers=".2f",
    title="The codes of eight symbols in three units",
    caption="Every symbol has a binary number of its own.",
)

# %% [markdown]
r"""
## Part two: the linear case

### Exercise 5. Principal component analysis · 7 points · about 8 minutes

An autoencoder without nonlinearities cannot be better than **principal component analysis** (PCA),
which needs no training. Subtract the mean; find the $k$ orthogonal directions along which the training
examples vary most (the first $k$ right singular vectors of the centered matrix, see
`np.linalg.svd`); project onto them; add the mean again:

$$
\hat{\mathbf x} = \bar{\mathbf x} + (\mathbf x - \bar{\mathbf x})\, V_k V_k^\top,
\qquad V_k \text{ of shape } (n_\text{features}, k) .
$$
"""


# %% exercise="pca_reconstruct" outcomes=[5]
def pca_reconstruct(X_train, X, k):
    """Reconstruct examples from k principal components.

    Parameters
    ----------
    X_train : array, shape (n_train, n_features)
        Mean and directions are computed from these.
    X : array, shape (n_examples, n_features), examples to reconstruct
    k : integer, number of directions

    Returns
    -------
    array with the shape of X

    Examples
    --------
    X_train = [[0, 0], [2, 2], [4, 4]] varies along the diagonal alone. So with k = 1 the examples
    [[3, 1], [0, 4], [5, 5]] become [[2, 2], [2, 2], [5, 5]], their nearest points on it.
    """
    ### BEGIN SOLUTION
    mean = X_train.mean(axis=0)
    directions = np.linalg.svd(X_train - mean, full_matrices=False)[2][:k]
    return mean + (X - mean) @ directions.T @ directions
    ### END SOLUTION


# %% test="pca_reconstruct" points=7
diagonal = np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]])
check.close(
    pca_reconstruct(diagonal, np.array([[3.0, 1.0], [0.0, 4.0], [5.0, 5.0]]), 1),
    [[2.0, 2.0], [2.0, 2.0], [5.0, 5.0]],
    tolerance=1e-5,
    name="the example in the docstring",
    hint="Center, project onto the directions, add the mean again.",
)
check.close(
    pca_reconstruct(np.add(diagonal, [10, 0]), np.array([[13.0, 1.0]]), 1),
    [[12.0, 2.0]],
    tolerance=1e-5,
    name="the same, shifted by 10 along the first feature",
    hint="The mean of X_train is subtracted first, and added again at the end.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 5])
for n_train, n_features, k in ((40, 6, 2), (30, 5, 1), (4, 9, 2), (12, 3, 3)):
    X_train = rng.normal(size=(n_train, n_features)) @ rng.normal(size=(n_features, n_features)) + 5
    X = rng.normal(size=(3, n_features)) + 2
    mean = X_train.sum(axis=0) / n_train
    V = np.linalg.eigh((X_train - mean).T @ (X_train - mean))[1][:, ::-1][:, :k]
    check.close(
        pca_reconstruct(X_train, X, k),
        mean + (X - mean) @ V @ V.T,
        tolerance=1e-5,
        name=f"{n_train} examples of {n_features} features, {k} directions",
        hint="Compute mean and directions from X_train only; the largest variance comes first.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 6. A linear autoencoder, by gradient descent · 6 points · about 7 minutes

Now an autoencoder without nonlinearities: `n_features` → `k` → `n_features`, two dense layers with
biases and no activation. Train it on the squared error (`"mse"`). Adam with a learning rate of 0.01,
batches of 100 and 40 epochs are enough for the images below.
"""


# %% exercise="linear_autoencoder" outcomes=[5]
def linear_autoencoder(X, k, epochs=40):
    """Build and train an autoencoder without activations.

    Parameters
    ----------
    X : array, shape (n_examples, n_features)
    k : integer, number of units of the code
    epochs : integer

    Returns
    -------
    Keras model, from (n_examples, n_features) to the same shape: two dense layers with biases
    """
    ### BEGIN SOLUTION
    n_features = X.shape[1]
    model = keras.Sequential(
        [keras.Input((n_features,)), keras.layers.Dense(k), keras.layers.Dense(n_features)]
    )
    model.compile(keras.optimizers.Adam(0.01), "mse", steps_per_execution=20)
    model.fit(X, X, batch_size=100, epochs=epochs, verbose=0)
    return model
    ### END SOLUTION


# %% test="linear_autoencoder" points=6
check.seed(SEED + 6)
rng = np.random.default_rng([SEED, 6])
X = pictures(SEED)[:, rng.permutation(64)]  # pixels in another order: a task that is new
X_train, X_new = X[:1200], X[1200:]
mean = X_train.mean(axis=0)
V = np.linalg.svd(X_train - mean, full_matrices=False)[2][:5].T
best = np.mean((mean + (X_new - mean) @ V @ V.T - X_new) ** 2)
model = check.local_copy(linear_autoencoder(X_train, 5, 40))
check.parameters(model, 64 * 5 + 5 + 5 * 64 + 64, name="a linear autoencoder with 5 units")
rebuilt = model(X_new).numpy()
check.shape(rebuilt, X_new.shape, name="reconstructions of 597 new images")
check.close(
    model(X_new[:3] + X_new[3:6] - X_new[6:9]).numpy(),
    rebuilt[:3] + rebuilt[3:6] - rebuilt[6:9],
    tolerance=1e-3,
    name="the sum of two images, minus a third",
    hint="Without activations the reconstruction of a sum is the sum of the reconstructions.",
)
check.between(
    np.mean((rebuilt - X_new) ** 2) / best,
    0.9,
    1.12,
    name="error on new images, compared with that of principal components",
    hint="Train with X as the target, without activations, for all epochs.",
)
### BEGIN HIDDEN TESTS
values = np.linalg.svd(rebuilt - rebuilt.mean(axis=0), full_matrices=False)[1]
check.between(
    values[5] / values[0],
    0,
    1e-3,
    name="sixth singular value of the reconstructions",
    hint="The code has k units, so the reconstructions vary in k directions.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
## Part three: digits

### Exercise 7. Tied weights · 8 points · about 10 minutes

The decoder can use the encoder's matrix, transposed. That halves the parameters, and a large factor in
the encoder can no longer be compensated by a small one in the decoder. Keras has no such layer, so
write it. The kernel must be the *very same variable*, not a copy. Then its gradient is the sum of the
gradients from both uses.
"""


# %% exercise="TiedDense" outcomes=[5]
class TiedDense(keras.layers.Layer):
    """A dense layer whose kernel is that of another layer, transposed.

    Parameters
    ----------
    encoder : keras.layers.Dense, built: it has a kernel of shape (n_features, n_units)
    activation : name of an activation, or None

    Notes
    -----
    For codes of shape (n_examples, n_units) the output is

        activation(codes @ transposed kernel + bias), of shape (n_examples, n_features).

    The only weight of its own is the bias, of shape (n_features,), initially zero. The functions
    keras.ops.matmul, keras.ops.transpose and keras.activations.get are useful.
    """

    def __init__(self, encoder, activation=None):
        super().__init__()
        ### BEGIN SOLUTION
        self.encoder = encoder
        self.activation = keras.activations.get(activation)
        ### END SOLUTION

    def build(self, input_shape):
        """Create the bias; Keras calls this once, before the first call."""
        ### BEGIN SOLUTION
        n_features = self.encoder.kernel.shape[0]
        self.bias = self.add_weight(shape=(n_features,), initializer="zeros", name="bias")
        ### END SOLUTION

    def call(self, codes):
        """Return the outputs for codes of shape (n_examples, n_units)."""
        ### BEGIN SOLUTION
        kernel = keras.ops.transpose(self.encoder.kernel)
        return self.activation(keras.ops.matmul(codes, kernel) + self.bias)
        ### END SOLUTION


# %% setup=true
def tied_pair(layer_class, X, kernel, activation):
    """Run a tied layer behind a dense one with this kernel, tanh units and no bias.

    Returns the reconstructions of X; the gradient of the sum of their squares with respect to the
    shared kernel; the number of parameters of both layers together; and the reconstructions after
    kernel and bias have changed.
    """
    encoder = keras.layers.Dense(kernel.shape[1], activation="tanh", use_bias=False)
    encoder.build((None, len(kernel)))
    encoder.kernel.assign(kernel)
    decoder = layer_class(encoder, activation)
    with tf.GradientTape() as tape:
        rebuilt = decoder(encoder(X))
        loss = tf.reduce_sum(rebuilt**2)
    gradient = tape.gradient(loss, encoder.kernel)
    weights = {id(w): w for w in [*encoder.weights, *decoder.weights]}.values()
    encoder.kernel.assign(-2 * kernel)
    for weight in weights:
        if len(weight.shape) == 1:
            weight.assign(np.arange(weight.shape[0]) / 10)
    later = decoder(encoder(X))
    return rebuilt, gradient, sum(int(np.prod(w.shape)) for w in weights), later


# %% test="TiedDense" points=8
def tied_by_hand(X, kernel):
    """Return the same, computed in NumPy, for a decoder without activation."""
    H = np.tanh(X @ kernel)
    back = 2 * H @ kernel.T
    gradient = back.T @ H + X.T @ (back @ kernel * (1 - H**2))
    changed = np.tanh(X @ (-2 * kernel)) @ (-2 * kernel.T) + np.arange(len(kernel)) / 10
    return H @ kernel.T, gradient, changed


X = np.random.default_rng([SEED, 7]).normal(size=(6, 4))
kernel = np.arange(8.0).reshape(4, 2) / 10
due, due_gradient, due_later = tied_by_hand(X, kernel)
rebuilt, gradient, n_parameters, later = check.items(
    check.run_remotely(tied_pair)(TiedDense, X.astype("float32"), kernel, None),
    4,
    name="four results",
)
check.close(
    rebuilt,
    due,
    tolerance=1e-4,
    name="reconstructions of 6 examples, 4 features, 2 units",
    hint="Codes times the transposed kernel, plus the bias, which is initially zero.",
)
check.equal(
    n_parameters,
    4 * 2 + 4,
    name="parameters of both layers together",
    hint="One kernel for both, and a bias for each feature.",
)
check.that(
    gradient is not None, "no gradient reaches the shared kernel.", name="gradient of the kernel"
)
check.close(
    gradient,
    due_gradient,
    tolerance=1e-3,
    name="gradient of the shared kernel",
    hint="It is the sum of two gradients, through the encoder and through the decoder. Use the variable "
    "itself in call, not a copy of its values.",
)
### BEGIN HIDDEN TESTS
check.close(
    later,
    due_later,
    tolerance=1e-4,
    name="reconstructions after the kernel has changed and the biases are no longer zero",
    hint="The layer reads the encoder's kernel in each call, and adds its bias.",
)
rng = np.random.default_rng([SEED, 70])
for n_examples, n_features, n_units in ((1, 3, 5), (5, 4, 4)):
    X, kernel = rng.normal(size=(n_examples, n_features)), rng.normal(size=(n_features, n_units))
    due, due_gradient, due_later = tied_by_hand(X, kernel)
    rebuilt, gradient, n_parameters, later = check.items(
        check.run_remotely(tied_pair)(TiedDense, X.astype("float32"), kernel, None),
        4,
        name="four results",
    )
    check.close(rebuilt, due, tolerance=1e-4, name="reconstructions of another size")
    check.equal(n_parameters, (n_units + 1) * n_features, name="parameters of another size")
    check.close(gradient, due_gradient, tolerance=1e-3, name="gradient of another size")
    check.close(later, due_later, tolerance=1e-4, name="later reconstructions of another size")
    logistic = check.items(
        check.run_remotely(tied_pair)(TiedDense, X.astype("float32"), kernel, "sigmoid"),
        4,
        name="results",
    )[0]
    check.close(
        logistic,
        1 / (1 + np.exp(-due)),
        tolerance=1e-4,
        name="reconstructions with a logistic activation",
        hint="Apply the activation to the layer's output.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 8. Two kinds of noise · 6 points · about 7 minutes

**Masking noise** sets each pixel of each example to zero with a given probability, independently.
**Gaussian noise** adds to each pixel a normal random number with mean 0 and a given standard
deviation; results below 0 or above 1 are clipped to 0 and 1.
"""


# %% exercise="corrupt" outcomes=[5]
def corrupt(X, kind, level, rng):
    """Return a corrupted copy of examples.

    Parameters
    ----------
    X : array, shape (n_examples, n_features), between 0 and 1; not changed
    kind : "mask" or "gaussian"
    level : float
        The probability of being set to zero, or the standard deviation of the noise.
    rng : numpy.random.Generator, the source of all random numbers

    Returns
    -------
    array with the shape of X, between 0 and 1

    Examples
    --------
    corrupt(X, "mask", 0.5, rng) has about half of the pixels of X, and zeros instead of the others.
    """
    ### BEGIN SOLUTION
    if kind == "mask":
        return X * (rng.random(X.shape) >= level)
    return np.clip(X + rng.normal(scale=level, size=X.shape), 0, 1)
    ### END SOLUTION


# %% test="corrupt" points=6
X = np.random.default_rng(SEED).uniform(0.4, 0.6, size=(50, 400))
damaged = corrupt(X, "mask", 0.3, np.random.default_rng(SEED + 8))
check.shape(damaged, (50, 400), name="masked examples")
gone = np.asarray(damaged) == 0
check.between(
    gone.mean(),
    0.27,
    0.33,
    name="fraction of masked pixels at level 0.3",
    hint="The level is the probability of being set to zero, not of being kept.",
)
check.close(
    np.where(gone, X, damaged),
    X,
    name="pixels that were not masked",
    hint="They are unchanged: unlike in dropout, they are not scaled up.",
)
noise = np.asarray(corrupt(X, "gaussian", 0.05, np.random.default_rng(SEED + 9))) - X
check.between(
    noise.std(),
    0.0485,
    0.0515,
    name="standard deviation of the noise at level 0.05",
    hint="The level is a standard deviation, not a variance.",
)
check.between(np.abs(noise.mean()), 0, 0.003, name="mean of the noise", hint="The mean is zero.")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 8])
X = rng.uniform(0.1, 1, size=(400, 60))
result, (after, *_) = check.call_and_inspect(
    corrupt, X, "mask", 0.5, np.random.default_rng(SEED + 10)
)
check.close(after, X, name="the examples that were passed in, after masking")
gone = np.asarray(result) == 0
for axis, told in ((0, "in each column"), (1, "in each row")):
    check.between(gone.mean(axis=axis), 0.12, 0.88, name=f"fraction of masked pixels {told}")
check.that(
    len({tuple(row) for row in gone.tolist()}) == 400,
    "two examples lost the same pixels.",
    name="masks of the examples",
    hint="Draw a random number for each pixel of each example.",
)
result, (after, *_) = check.call_and_inspect(
    corrupt, X, "gaussian", 0.4, np.random.default_rng(SEED + 11)
)
check.close(after, X, name="the examples that were passed in, after adding noise")
check.between(result, 0, 1, name="pixels with strong noise", hint="Clip to the range from 0 to 1.")
check.between(
    np.mean(np.asarray(result) == 1),
    0.05,
    0.35,
    name="fraction of pixels that were clipped to 1",
    hint="Clip: values above 1 become 1.",
)
for kind in ("mask", "gaussian"):
    one, same = (corrupt(X, kind, 0.3, np.random.default_rng(SEED + 12)) for _ in range(2))
    check.close(
        one, same, name="two calls with equal generators", hint="Draw all random numbers from rng."
    )
    again = np.random.default_rng(SEED + 13)
    check.that(
        not np.array_equal(one, corrupt(X, kind, 0.3, again)),
        "another generator gave the same noise.",
        name="two calls with different generators",
        hint="Draw all random numbers from rng.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 9. A denoising autoencoder · 8 points · about 8 minutes

The input of a denoising autoencoder is a corrupted image, the target is the original. Copying does not
help now, so the code need not even be a bottleneck: 64 pixels, **64 hidden units** with ReLU, 64
logistic outputs.

Train on `corrupt(X, "mask", 0.5, rng)`, *drawn anew in each epoch*, with the squared error. Twenty
epochs with batches of 64 and Adam at 0.005 are enough. (For new noise in each epoch you can call `fit`
in a loop, for one epoch each; or concatenate twenty corrupted copies and pass them to a single `fit`,
which is faster.) The tests compare the error on new images with that of the corrupted images and with
that of the mean image. They also check that two corrupted copies of an image have similar
reconstructions, and that for an input of zeros, an image of which all is lost, the output is not far
from the mean image.
"""


# %% exercise="train_denoising" outcomes=[5, 15] uses=["corrupt"]
def train_denoising(X, rng, epochs=20):
    """Build and train a model that reconstructs images of which half of the pixels are lost.

    Parameters
    ----------
    X : array, shape (n_examples, n_features), originals, between 0 and 1
    rng : numpy.random.Generator, the source of the noise
    epochs : integer

    Returns
    -------
    Keras model, from corrupted images (n_examples, n_features) to reconstructed ones
        A dense layer of 64 units with ReLU, and one of n_features with logistic outputs.
    """
    ### BEGIN SOLUTION
    n_features = X.shape[1]
    model = keras.Sequential(
        [
            keras.Input((n_features,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(n_features, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.005), "mse", steps_per_execution=20)
    damaged = np.concatenate([corrupt(X, "mask", 0.5, rng) for _ in range(epochs)])
    model.fit(damaged, np.tile(X, (epochs, 1)), batch_size=64, verbose=0)
    return model
    ### END SOLUTION


# %% test="train_denoising" points=8
check.seed(SEED + 9)
rng = np.random.default_rng([SEED, 9])
X = pictures(SEED)[:, rng.permutation(64)]
X_train, X_new = X[:1200], X[1200:]
damaged = X_new * (rng.random(X_new.shape) >= 0.5)
model = check.local_copy(train_denoising(X_train, np.random.default_rng(SEED + 90), 20))
check.parameters(model, 64 * 64 + 64 + 64 * 64 + 64, name="64 pixels, 64 units, 64 pixels")
repaired = model(damaged).numpy()
check.shape(repaired, X_new.shape, name="reconstructions of 597 new corrupted images")
check.between(
    repaired, 0, 1, name="reconstructed pixels", hint="Logistic outputs lie between 0 and 1."
)
error = np.mean((repaired - X_new) ** 2)
check.between(
    error / np.mean((damaged - X_new) ** 2),
    0.05,
    0.4,
    name="reconstruction error, compared with that of the corrupted images",
    hint="The inputs are corrupted, the targets are the originals.",
)
check.between(
    error / np.mean((X_train.mean(axis=0) - X_new) ** 2),
    0.05,
    0.75,
    name="reconstruction error, compared with that of the mean image",
    hint="The output should depend on the remaining pixels.",
)
### BEGIN HIDDEN TESTS
other = X_new * (rng.random(X_new.shape) >= 0.5)
check.between(
    np.mean((model(other).numpy() - repaired) ** 2) / np.mean((other - damaged) ** 2),
    0,
    0.4,
    name="difference of two reconstructions of one image, compared with that of the corrupted copies",
    hint="Two corrupted copies of one image should have similar reconstructions.",
)
check.between(
    np.mean((model(np.zeros((1, 64))).numpy() - X_train.mean(axis=0)) ** 2),
    0,
    0.1,
    name="output for an input of zeros, compared with the mean image",
    hint="If all pixels are lost, the best reconstruction is the mean image.",
)
### END HIDDEN TESTS

# %%
X = pictures(SEED)
model = train_denoising(X[:1200], np.random.default_rng(SEED))
damaged = corrupt(X[1200:1208], "mask", 0.5, np.random.default_rng(SEED + 1))
shown = np.concatenate([X[1200:1208], damaged, model(damaged).numpy()]).reshape(-1, 8, 8)
plot.images(
    shown,
    columns=8,
    low=0,
    high=1,
    title="Original, corrupted, reconstructed",
    caption="Eight digits that the model has not seen. Where enough is left, it reconstructs the rest.",
)

# %% [markdown] written="worthless" points=10 outcomes=[5]
"""
### Exercise 10. When is a low reconstruction error worthless? · 10 points · about 12 minutes · graded by hand

A colleague sends you three autoencoders and writes: "All three have a reconstruction error near
zero, so all three have learned good representations."

* **A** has 64 inputs, 100 linear hidden units, 64 linear outputs, and was trained on original
  digits.
* **B** is an 8-2-8 network for eight one-hot symbols: all eight are reconstructed without error.
* **C** has 64 inputs, then 500, 2, 500 and 64 units; it was trained on 60 digits until their
  error was nearly zero.

For each: why can the error be low, and why does it prove nothing about the representation? What
*one* measurement would you ask for instead, and what result of it would convince you? Then say in
a sentence or two what the three have in common. (About twelve lines.)

### BEGIN SOLUTION
**A** can copy. With at least as many linear units as inputs, weights exist whose product is the
identity; the code is the image in other coordinates, and nothing had to be left out. I would
corrupt the images (mask half of the pixels) and compare the error with that of the corrupted
input: a copy reconstructs nothing, so a ratio well below 1 would convince me. (Or: a small labeled
set and a linear classifier on the codes, against the same classifier on pixels.)

**B** needs only eight *different* codes, and two real numbers can represent any number of them:
eight points on a circle, each separated from the others by a line. The three binary features that
one hopes for need not exist. I would round the codes and count the different patterns: two units
have four at most, so it can't be convincing; with three units, eight patterns, and symbols that
are reconstructed from the *rounded* codes.

**C** has tens of thousands of weights for 60 images: it has the capacity to give each a point in the
plane and to memorize the image for that point. I would measure the error on digits that were not
trained on, next to that of two principal components fitted to the same 60: lower than that would
convince me.

In common: the error measures whether the input *can be recovered*, on the examples at hand. It
says something about the code only where recovering is impossible without knowing the structure:
through a real bottleneck, from a corrupted input, on new data.
### END SOLUTION

### BEGIN MARK SCHEME
* 2 points for each of A, B, C (6 together): one for why the error is low (A: can copy, the
  identity; B: real-valued units hold eight distinct points, no bits needed; C: memorizes 60
  examples), one for a *measurement* that would tell, with the result that would convince (A: error
  from corrupted input against the identity, or a probe of the codes with few labels; B: distinct
  patterns after rounding, decoding rounded codes; C: error on held-out digits, against a
  baseline such as the mean or PCA). "Look at the pictures" without a criterion: no point.
* 2 points: baselines. One for saying for at least one of them what the number is compared with
  (identity, mean image, principal components), one for using data that was not trained on.
* 2 points: what they have in common: error says that the input can be recovered, not that the
  code has structure; it needs a constraint (bottleneck, noise, new data) to mean something. One
  point for "overfitting" alone.
### END MARK SCHEME
"""

# %% [markdown]
r"""
### Exercise 11. Layer-wise pre-training · 9 points · about 10 minutes

In 2006 training a deep network from random weights was slow and often failed, as the lesson shows. So
its layers were pre-trained one at a time, here with autoencoders:

1. train the first encoder with the first decoder to reconstruct `X`;
2. *freeze it*, and compute the codes of `X`;
3. train the second encoder with the second decoder to reconstruct those codes; and so on.

Each of these networks has a single hidden layer, so no gradient vanishes on its way through many
layers. Afterwards the decoders are discarded, a classifier is put on top, and everything is trained
together: that is the *fine-tuning* of the lesson, and not part of this exercise.
"""


# %% setup=true
def layer_pairs(sizes, seed):
    """Return encoder and decoder for each layer of a stack; equal seeds give equal weights."""
    made = []
    for n_inputs, n_units in itertools.pairwise(sizes):
        keras.utils.set_random_seed(seed + n_units)
        encoder = keras.Sequential([keras.Input((n_inputs,)), keras.layers.Dense(n_units, "tanh")])
        decoder = keras.Sequential([keras.Input((n_units,)), keras.layers.Dense(n_inputs)])
        made.append((encoder, decoder))
    return made


# %% exercise="pretrain_stack" outcomes=[5]
def pretrain_stack(pairs, X, steps, learning_rate=0.02):
    """Pre-train the layers of a stack in place, one after the other from the bottom.

    Parameters
    ----------
    pairs : list of (encoder, decoder), Keras models, the lowest layer first
        The input of the first encoder is X, that of each other one the codes of the encoder below.
    X : array, shape (n_examples, n_features)
    steps : integer
        Number of updates of each pair, each by Adam for the mean squared error on *all* examples at
        once (model.train_on_batch does one such step).
    learning_rate : float

    Returns
    -------
    None: the weights of the models are changed.
    """
    ### BEGIN SOLUTION
    for encoder, decoder in pairs:
        model = keras.Sequential([encoder, decoder])
        model.compile(keras.optimizers.Adam(learning_rate), "mse")
        for _ in range(steps):
            model.train_on_batch(X, X)
        X = encoder(X).numpy()
    ### END SOLUTION


# %% test="pretrain_stack" points=9
rng = np.random.default_rng([SEED, 11])
X = (rng.normal(size=(50, 3)) @ rng.normal(size=(3, 6)) / 3).astype("float32")
stack = check.items(check.run_remotely(layer_pairs)([6, 4, 2], SEED), 2, name="two layers")
alone = check.items(check.run_remotely(layer_pairs)([6, 4], SEED), 1, name="the lower layer alone")
untrained = check.items(
    check.run_remotely(layer_pairs)([6, 4], SEED), 1, name="the same, untrained"
)
above = check.items(check.run_remotely(layer_pairs)([4, 2], SEED), 1, name="the upper layer alone")


def what_is_left(pair, X):
    """Return the mean squared error of an encoder and its decoder."""
    encoder, decoder = check.items(pair, 2, name="encoder and decoder")
    return float(
        np.mean((check.local_copy(decoder)(check.local_copy(encoder)(X)).numpy() - X) ** 2)
    )


before = what_is_left(untrained[0], X)
pretrain_stack(alone, X, 25)
check.between(
    what_is_left(alone[0], X) / before,
    0,
    0.7,
    name="error of one layer after 25 steps, compared with that before",
    hint="Train encoder and decoder together to reconstruct X.",
)
pretrain_stack(stack, X, 25)
for came, due in zip(
    check.local_copy(stack[0][0]).get_weights(),
    check.local_copy(alone[0][0]).get_weights(),
    strict=True,
):
    check.close(
        came,
        due,
        tolerance=1e-3,
        name="weights of the lower layer, compared with the same layer trained alone",
        hint="After its own training a layer is frozen: training the layers above must not change it.",
    )
pretrain_stack(above, check.local_copy(alone[0][0])(X).numpy(), 25)
for i, told in enumerate(("encoder", "decoder")):
    for came, due in zip(
        check.local_copy(stack[1][i]).get_weights(),
        check.local_copy(above[0][i]).get_weights(),
        strict=True,
    ):
        check.close(
            came,
            due,
            tolerance=1e-3,
            name=f"weights of the upper {told}, compared with the same pair trained on the codes",
            hint="Train the upper pair to reconstruct the codes of the trained layer below.",
        )

# %% [markdown]
r"""
## Part four: words

### Exercise 12. Skip-gram pairs · 6 points · about 6 minutes

"You shall know a word by the company it keeps", wrote J. R. Firth in 1957. **Skip-gram** predicts,
from a word in the middle, the words around it. Its examples are pairs (center, neighbor), where the
neighbor is at most `window` positions away.
"""


# %% exercise="skip_gram_pairs" outcomes=[2]
def skip_gram_pairs(sentence, window):
    """Return all pairs of a word and a neighbor.

    Parameters
    ----------
    sentence : list of str
    window : integer, at least 1: the largest distance of a neighbor, on either side

    Returns
    -------
    list of (center, neighbor), tuples of str, in any order
        A pair that occurs twice is in the list twice.

    Examples
    --------
    skip_gram_pairs(["the", "cat", "sat"], 1) has the pairs (the, cat), (cat, the), (cat, sat) and
    (sat, cat).
    """
    ### BEGIN SOLUTION
    return [
        (center, sentence[j])
        for i, center in enumerate(sentence)
        for j in range(max(0, i - window), min(len(sentence), i + window + 1))
        if j != i
    ]
    ### END SOLUTION


# %% test="skip_gram_pairs" points=6
def sorted_pairs(sentence, window, count):
    """Return the result of skip_gram_pairs, each pair as a tuple, sorted."""
    found = check.items(skip_gram_pairs(sentence, window), count, name="the number of pairs")
    return sorted(tuple(check.items(pair, 2, name="one pair")) for pair in found)


check.equal(
    sorted_pairs(["the", "cat", "sat"], 1, 4),
    [("cat", "sat"), ("cat", "the"), ("sat", "cat"), ("the", "cat")],
    name="the example in the docstring",
    hint="Both neighbors of the middle word, and the one neighbor of each end.",
)
check.equal(
    sorted_pairs(["a", "b", "c", "d"], 2, 10),
    sorted([(x, y) for x in "abcd" for y in "abcd" if x != y and {x, y} != {"a", "d"}]),
    name="four words, window 2",
    hint="Window 2 is two positions to the left and two to the right; only a and d are too far apart.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 12])
for n, window, n_words in ((9, 3, 4), (6, 1, 3), (5, 8, 5), (12, 2, 2), (1, 2, 1), (2, 1, 1)):
    sentence = [f"word{i}" for i in rng.integers(0, n_words, size=n)]
    expected = sorted(
        (sentence[i], sentence[j])
        for i in range(n)
        for j in range(n)
        if i != j and abs(i - j) <= window
    )
    came = [tuple(pair) for pair in skip_gram_pairs(list(sentence), window)]
    check.equal(
        sorted(came),
        expected,
        name=f"a sentence of {n} words, window {window}",
        hint="Compare positions, not words: the same word may occur twice in a window, and a window does "
        "not wrap around the ends of a sentence.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 13. Negative sampling · 8 points · about 12 minutes

Every word has two vectors: $\mathbf u$ as a center, $\mathbf o$ as a neighbor. A softmax over a whole
vocabulary is expensive, so **negative sampling** asks yes/no questions instead: is this pair from the
corpus, or was the neighbor drawn at random? For a center $u$, its true neighbor $p$ and $K$ words
$n_1 \dots n_K$ drawn at random, the loss is a sum of $K + 1$ log losses (binary cross-entropies):

$$
L = -\log \sigma(\mathbf o_p \cdot \mathbf u)
    - \sum_{k=1}^{K} \log \sigma(-\mathbf o_{n_k} \cdot \mathbf u) .
$$

The same word may be drawn twice, and then it counts twice. The true neighbor may be drawn, too.
With $\sigma' = \sigma(1 - \sigma)$ the gradients are short: for each of the $K+1$ words, predicted
probability minus label ($p - y$, as in week 1), times a vector.
"""


# %% exercise="negative_sampling" outcomes=[2, 14]
def negative_sampling(u, O, positive, negatives):
    """Return the loss of one pair with negative samples, and its gradients.

    Parameters
    ----------
    u : array, shape (n_dimensions,), the vector of the center
    O : array, shape (n_words, n_dimensions), the neighbor vectors of all words
    positive : integer, the row of O of the true neighbor
    negatives : list or array of K integers (perhaps none), rows of O; repetitions count

    Returns
    -------
    loss : float, finite also where a logit o · u is 1000 or -1000
    grad_u : array, shape (n_dimensions,)
    grad_O : array with the shape of O; zero for words that do not occur in the loss

    Examples
    --------
    With u = [1, 0], O all zeros of shape (3, 2), positive 0 and negatives [1, 1], each of the
    three terms is log 2, grad_u is [0, 0] and grad_O is [[-0.5, 0], [1, 0], [0, 0]].
    """
    ### BEGIN SOLUTION
    rows = np.concatenate([[positive], np.asarray(negatives, dtype=int)]).astype(int)
    true = np.arange(len(rows)) == 0
    scores = O[rows] @ u
    loss = np.sum(np.logaddexp(0, np.where(true, -scores, scores)))
    error = 0.5 + 0.5 * np.tanh(scores / 2) - true  # p - y
    grad_O = np.zeros(O.shape)
    np.add.at(grad_O, rows, error[:, None] * u)
    return float(loss), error @ O[rows], grad_O
    ### END SOLUTION


# %% test="negative_sampling" points=8
loss, grad_u, grad_O = check.items(
    negative_sampling(np.array([1.0, 0.0]), np.zeros((3, 2)), 0, [1, 1]),
    3,
    name="what negative_sampling returns",
    hint="Return loss, grad_u, grad_O in this order.",
)
check.close(
    loss, 3 * np.log(2), tolerance=1e-5, name="loss of the example", hint="A sum of three terms."
)
check.close(grad_u, [0.0, 0.0], tolerance=1e-5, name="grad_u of the example")
check.close(
    grad_O,
    [[-0.5, 0.0], [1.0, 0.0], [0.0, 0.0]],
    tolerance=1e-5,
    name="grad_O of the example",
    hint="Word 1 was drawn twice, so its gradient counts twice. Note that O[rows] += ... adds to each "
    "row only once.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 13])


def loss_by_hand(u, O, positive, negatives):
    total = np.log1p(np.exp(-O[positive] @ u))
    for n in negatives:
        total = total + np.log1p(np.exp(O[n] @ u))
    return total


# Five words and ten draws: some word is drawn twice, whatever the seed.
for n_words, n_dimensions, k in ((5, 3, 10), (4, 2, 0), (30, 4, 3)):
    u, O = rng.normal(size=n_dimensions), rng.normal(size=(n_words, n_dimensions))
    positive, negatives = int(rng.integers(n_words)), rng.integers(0, n_words, size=k)
    due = float(loss_by_hand(u, O, positive, negatives))
    told = f"{n_words} words, {k} negatives"
    loss, grad_u, grad_O = check.items(
        negative_sampling(u.copy(), O.copy(), positive, negatives.tolist()), 3, name="three results"
    )
    check.close(loss, due, tolerance=1e-5, name=f"loss for {told}")
    check.gradient(
        lambda u, O=O, p=positive, n=negatives: loss_by_hand(u, O, p, n),
        at=u,
        equals=grad_u,
        tolerance=1e-5,
        name=f"grad_u for {told}",
        hint="A sum over the true neighbor and the negatives: (p - y) times the word's own vector.",
    )
    check.gradient(
        lambda O, u=u, p=positive, n=negatives: loss_by_hand(u, O, p, n),
        at=O,
        equals=grad_O,
        tolerance=1e-5,
        name=f"grad_O for {told}",
        hint="The gradient of a word that was drawn twice counts twice.",
    )
u, O = np.array([10.0, 0.0]), np.array([[-100.0, 0.0], [100.0, 0.0], [0.0, 0.0]])
loss, grad_u, grad_O = check.items(negative_sampling(u, O, 0, [1, 1]), 3, name="three results")
check.close(
    loss,
    3000.0,
    name="loss where every logit is 1000 in size and wrong",
    hint="-log sigmoid(z) is log(1 + exp(-z)): np.logaddexp(0, -z) computes it without overflow.",
)
check.close(grad_u, [300.0, 0.0], name="grad_u where every logit is 1000 in size and wrong")
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 14. Analogies: man is to woman as king is to … · 8 points · about 10 minutes

Word vectors are compared by their **cosine similarity**, the cosine of the angle between them, since
the length of a vector depends mostly on how often the word occurs. "$a$ is to $b$ as $c$ is to ?" is
answered with the word nearest to $\mathbf b - \mathbf a + \mathbf c$, computed with vectors of length
one. For vectors from large corpora the nearest word is often one of the three in the question, so the
convention is to exclude these three. (In our small corpus it makes no difference.)
"""


# %% exercise="analogy" outcomes=[2]
def most_similar(vector, E, words, n, exclude=()):
    """Return the words whose vectors have the highest cosine similarity to a vector.

    Parameters
    ----------
    vector : array, shape (n_dimensions,), not zero
    E : array, shape (n_words, n_dimensions), a row for each word; none is zero
    words : list of n_words str
    n : integer, how many to return
    exclude : words that must not be returned

    Returns
    -------
    list of n pairs (word, cosine), the highest cosine first

    Examples
    --------
    With E = [[1, 0], [0, 9], [3, 3]] and words ["a", "b", "c"], most_similar([0, 1], E, words, 2)
    is [("b", 1.0), ("c", 0.707...)].
    """
    ### BEGIN SOLUTION
    cosines = E @ vector / np.linalg.norm(E, axis=1) / np.linalg.norm(vector)
    order = [i for i in np.argsort(-cosines) if words[i] not in exclude]
    return [(words[i], float(cosines[i])) for i in order[:n]]
    ### END SOLUTION


def analogy(a, b, c, E, words):
    """Return the word that is to c as b is to a.

    Parameters
    ----------
    a, b, c : three words
    E, words : as in most_similar

    Returns
    -------
    str, other than a, b and c

    Examples
    --------
    analogy("man", "woman", "king", E, words) is "queen", if E has learned it.
    """
    ### BEGIN SOLUTION
    units = E / np.linalg.norm(E, axis=1, keepdims=True)
    place = {word: i for i, word in enumerate(words)}
    wanted = units[place[b]] - units[place[a]] + units[place[c]]
    return most_similar(wanted, E, words, 1, exclude=(a, b, c))[0][0]
    ### END SOLUTION


# %% test="analogy" points=8
E, words = np.array([[1.0, 0.0], [0.0, 9.0], [3.0, 3.0]]), ["a", "b", "c"]
found = check.items(most_similar(np.array([0.0, 1.0]), E, words, 2), 2, name="two words")
(first, cosine), (second, lower) = (check.items(pair, 2, name="a word, a cosine") for pair in found)
check.equal([first, second], ["b", "c"], name="the two most similar words of the example")
check.close(
    [cosine, lower],
    [1.0, 0.5**0.5],
    tolerance=1e-5,
    name="their cosines",
    hint="Divide by the lengths of both vectors: a cosine is never above 1.",
)
E = np.array([[1.0, 0.0, 0.1], [1.0, 1.0, 0.1], [0.0, 0.1, 8.0], [0.0, 9.0, 9.0], [5.0, 1.0, 5.0]])
words = ["man", "woman", "king", "queen", "garden"]
check.equal(
    analogy("man", "woman", "king", E, words),
    "queen",
    name="man is to woman as king is to",
    hint="b - a + c with vectors of length one, the nearest word that is none of the three.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 14])
for n_pairs, n_dimensions in ((6, 12), (4, 5)):
    one, shift = rng.normal(size=(n_pairs, n_dimensions)), 2 * rng.normal(size=n_dimensions)
    noise = 0.3 * rng.normal(size=(n_pairs, n_dimensions))
    E = np.concatenate([one, one + shift + noise]) * rng.uniform(0.1, 10, size=(2 * n_pairs, 1))
    order = rng.permutation(2 * n_pairs)
    E, words = E[order], [f"w{i}" for i in order.tolist()]
    at = {word: i for i, word in enumerate(words)}
    units = E / np.linalg.norm(E, axis=1, keepdims=True)
    for word in ("w1", f"w{n_pairs}"):
        cosines = units @ units[at[word]]
        rest = [i for i in np.argsort(-cosines).tolist() if words[i] != word][:3]
        found = check.items(most_similar(E[at[word]], E, words, 3, (word,)), 3, name="three words")
        check.equal(
            [pair[0] for pair in found],
            [words[i] for i in rest],
            name="three words most similar to another, itself excluded",
            hint="Highest cosine first; skip the words in exclude, and return n others.",
        )
        check.close(
            [pair[1] for pair in found], cosines[rest], tolerance=1e-5, name="the three cosines"
        )
    for i in range(n_pairs):
        for j in range(n_pairs):
            a, b, c = f"w{i}", f"w{n_pairs + i}", f"w{j}"
            scores = units @ (units[at[b]] - units[at[a]] + units[at[c]])
            scores[[at[a], at[b], at[c]]] = -np.inf
            check.equal(
                analogy(a, b, c, E, words),
                words[int(np.argmax(scores))],
                name="an analogy",
                hint="b - a + c with vectors of length one; never one of the words of the question.",
            )
### END HIDDEN TESTS

# %% [markdown]
r"""
Now combine your functions. The cell below generates four thousand small sentences and counts, with
*your* pairs, which words are neighbors. The word vectors are the largest singular vectors of the
positive pointwise mutual information, the logarithm of those counts relative to chance: no training at
all. Then it evaluates *your* `analogy`.
"""

# %%
sentences = data.sentences(4000, seed=SEED)
words = sorted({word for sentence in sentences for word in sentence})
place = {word: i for i, word in enumerate(words)}
counts = np.zeros((len(words), len(words)))
for sentence in sentences:
    for center, neighbor in skip_gram_pairs(sentence, 4):
        counts[place[center], place[neighbor]] += 1
by_chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
U, s, _ = np.linalg.svd(np.log(np.maximum(counts / by_chance, 1)))
E = U[:, :48] * np.sqrt(s[:48])
for relation, pairs in data.ANALOGIES.items():
    asked = [(a, b, c, d) for a, b in pairs for c, d in pairs if a != c]
    right = sum(analogy(a, b, c, E, words) == d for a, b, c, d in asked)
    print(f"{relation}: {right} of {len(asked)} correct")
print("nearest to paris:", [word for word, _ in most_similar(E[place["paris"]], E, words, 4)])

# %% [markdown]
"""
## For a weekend: a variational autoencoder, or word2vec on a real text

**A variational autoencoder.** An autoencoder's latent space has holes: decode a point between two
clusters of codes and the image often looks like no digit. Let the encoder output a mean and a variance
for each code unit; draw the code from that normal distribution; and add to the loss how far these
distributions are from a standard normal one (the Kullback–Leibler divergence). The codes then fill the
space, and decoding *random* codes gives new digits. Keras' example "Variational AutoEncoder" helps if
you get stuck; try two code units first, so that you can explore the latent plane as in the lesson.

**Or word2vec on a real text.** `data.text()` is tiny Shakespeare, if there is an internet
connection. Take the thousand most frequent words, train with your `negative_sampling` (draw the
negatives from the counts to the power of 3/4), and look at the neighbors of *king*, *love* and
*death*. Is the difference between *king* and *queen* that between *man* and *woman*? In which corpus
would it be?

Nothing here is graded.
"""
