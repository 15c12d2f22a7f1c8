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
# Week 4: autoencoders and representations

### What can be learned without labels?

Images are cheap, and so is text. *Labels* are expensive: somebody has to look at each image and say
what is in it. So far all learning was **supervised**: it needed labels. This week is about
**unsupervised learning**, which needs none. A network is trained to output something that we already
have: its own input, or a word that was left out. In between, its **representation** of the input must
pass a **bottleneck**, a layer too narrow to copy the input. What the network learns in order to get
through is often worth more than the output.

**Afterwards you can**

* say what an autoencoder learns, and why a linear one is principal component analysis;
* read the code of a network that found the binary numbers, and say when it does not;
* train deep, tied and denoising autoencoders, and explore their latent space;
* pre-train a stack of layers, and say from your own learning curves when that helps and when not;
* turn words into vectors in three ways, solve analogies with them, and compare word2vec with a
  singular value decomposition of counts.

**You need** weeks 1 to 3 (layers, softmax, cross-entropy, Adam, Keras' `Sequential` and `fit`) and
to have heard of the singular value decomposition.

**Time:** two hours if you make the predictions and play. The notebook itself runs in one to two
minutes.

**How to read it.** Where it says **Predict**, stop and write your guess down before you run the
next cell.
"""

# %% setup=true
import dlcourse

dlcourse.import_keras()  # without TensorFlow's start-up messages

import itertools
import re
from pydoc_data.topics import topics

import keras
import numpy as np
import tensorflow as tf

from dlcourse import data, plot, widgets

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
r"""
## 1. Autoencoders: the input is the target

Here are 1,797 handwritten digits of 64 pixels each. They have labels, but until section 7 we use
these only to color figures. A quarter is set aside as a test set.
"""

# %%
pictures, labels = data.digits()
order = np.random.default_rng(SEED).permutation(len(pictures))
X = pictures.reshape(-1, 64).astype("float32")[order]
y = labels[order]
X_train, X_new, y_train, y_new = X[:1350], X[1350:], y[:1350], y[1350:]
print(len(X_train), "training examples,", len(X_new), "test examples")
plot.images(
    X_train[:16].reshape(-1, 8, 8),
    columns=8,
    caption="Sixteen of them. An image is a point in a space of 64 dimensions, but most points of "
    "that space are not digits.",
)

# %% [markdown]
r"""
An **autoencoder** is a network with as many outputs as inputs, and usually a bottleneck in the
middle. The part before the bottleneck is the **encoder**, the part after it the **decoder**, and the
bottleneck's activations are the **code**. The target is the input itself:

$$
H = \text{encoder}(X), \qquad \hat X = \text{decoder}(H), \qquad
L = \frac{1}{n\,n_\text{features}} \sum_{i,j} (\hat x_{ij} - x_{ij})^2 .
$$

There are no labels in this formula, and yet there is a target: each example is its own. Learning
with targets that come from the data themselves is called **self-supervised**.

With as many units in the middle as there are pixels, the network could simply copy. With fewer it
has to choose what to keep.

## 2. Linear autoencoders and principal component analysis

Without nonlinearities the autoencoder is a product of two matrices. Statistics has answered the
question "which $k$ numbers keep most of an example" since Pearson (1901): **principal component
analysis**, PCA. Subtract the mean; the best $k$ directions are the first $k$ right singular vectors
of the result (those with the largest **singular values**). It needs no training and no random
numbers.

**Predict.** Take the mean squared error of digits that are reduced to 3 numbers and reconstructed.
Will a linear autoencoder, trained by gradient descent, be worse than PCA, as good, or better? And
will its three weight vectors be the three principal directions?
"""

# %%
mean = X_train.mean(axis=0)
U, s, Vt = np.linalg.svd(X_train - mean, full_matrices=False)


def error(rebuilt, X=X_new):
    return float(np.mean((rebuilt - X) ** 2))


def pca(X, k):
    """Return reconstructions from the first k principal components."""
    return mean + (X - mean) @ Vt[:k].T @ Vt[:k]


def train(model, inputs, targets, epochs, rate, batch=64):
    """Train with Adam on the mean squared error."""
    model.compile(keras.optimizers.Adam(rate), "mse", steps_per_execution=20)
    model.fit(inputs, targets, batch_size=batch, epochs=epochs, verbose=0)


# %%
keras.utils.set_random_seed(SEED)
encoder = keras.Sequential([keras.Input((64,)), keras.layers.Dense(3)])
decoder = keras.Sequential([keras.Input((3,)), keras.layers.Dense(64)])
linear = keras.Sequential([encoder, decoder])
linear.compile(keras.optimizers.Adam(0.01), "mse", steps_per_execution=21)
story = []
for _ in range(16):
    plane = np.linalg.qr(decoder.layers[-1].kernel.numpy().T)[0]  # (64, 3), orthonormal
    cosines = np.linalg.svd(Vt[:3] @ plane, compute_uv=False)
    angles = np.degrees(np.arccos(np.clip(cosines, 0, 1)))
    story.append([error(linear(X_train).numpy(), X_train), *angles])
    linear.fit(X_train, X_train, batch_size=64, epochs=5, verbose=0)
story = np.array(story)
epochs = 5 * np.arange(len(story))
plot.side_by_side(
    plot.curves(
        {"autoencoder": story[:, 0], "PCA": np.full(len(story), error(pca(X_train, 3), X_train))},
        x=epochs, xlabel="epoch", ylabel="mean squared error", title="Error", ylim=(0, 0.12),
    ),
    plot.curves(
        {"largest": story[:, 3], "middle": story[:, 2], "smallest": story[:, 1]},
        x=epochs, xlabel="epoch", ylabel="degrees", title="Angles to PCA's subspace",
    ),
    caption="Left: the error on the training set, and that of PCA. Right: the three principal angles "
    "between the decoder's subspace and that of the first three principal directions.",
)  # fmt: skip

# %%
codes, components = encoder(X_train).numpy(), (X_train - mean) @ Vt[:3].T
mix = np.linalg.lstsq(np.c_[components, np.ones(len(codes))], codes, rcond=None)
print("codes as linear combinations of the three components:\n", mix[0][:3].round(2))
print(
    "fraction of the codes' variance that this does not explain:",
    (mix[1].sum() / codes.var(axis=0).sum() / len(codes)).round(5),
)

# %% [markdown]
r"""
The error falls to that of PCA and not below, and the angles fall to a few degrees. So the subspace is
nearly the same, but the axes are not: each code unit is a *linear combination* of the three components. Nothing in the
loss asks for orthogonal directions, or for an order among them: for any invertible $M$, the code $HM$
with the decoder $M^{-1}V$ gives the same reconstruction. This is the theorem of Bourlard and Kamp
(1988) and of Baldi and Hornik (1989), who also showed that there are no local minima but the global
one: all other critical points are saddle points.

From now on PCA is the *baseline*: an autoencoder that is not better than PCA is not worth training.
How good is PCA?
"""

# %%
sizes = [1, 2, 3, 5, 8, 12, 16, 24, 32]
plot.side_by_side(
    plot.curves(
        [error(pca(X_new, k)) for k in sizes], x=sizes, xlabel="number of components, k", ylabel="error on new digits",
        title="Reconstruction error of PCA", ylim=(0, 0.08),
    ),
    plot.images(
        np.concatenate([X_new[:4], *(pca(X_new[:4], k) for k in (2, 8, 24))]).reshape(-1, 8, 8),
        ["original"] * 4 + ["k = 2"] * 4 + ["k = 8"] * 4 + ["k = 24"] * 4,
        columns=4, low=0, high=1,
    ),
    caption="With 2 components the digits are smudges, with 8 most can be recognized, with 24 nearly all "
    "detail is there.",
)  # fmt: skip

# %% [markdown]
r"""
## 3. The 8-3-8 encoder: does it find binary numbers?

Now put the nonlinearities back, and make everything as small as possible. Eight symbols, one-hot:
$10000000$ to $00000001$. Three logistic units in the middle. Eight outputs with softmax.

**Predict.** Three units between 0 and 1 have to distinguish eight symbols. Which eight codes would
*you* choose? And which will the network choose?
"""

# %%
keras.utils.set_random_seed(SEED)
to_code = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, "sigmoid")])
to_symbol = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, "softmax")])
small = keras.Sequential([to_code, to_symbol])
small.compile(keras.optimizers.Adam(0.05), "categorical_crossentropy", steps_per_execution=20)
eight = np.tile(np.eye(8, dtype="float32"), (1000, 1))
small.fit(eight, eight, batch_size=8, shuffle=False, verbose=0)
codes = to_code(np.eye(8)).numpy()
print("reconstructed symbols:", small(np.eye(8)).numpy().argmax(axis=1))
plot.heatmap(
    codes,
    rows=[f"symbol {i}: {''.join(str(int(bit)) for bit in row > 0.5)}" for i, row in enumerate(codes)],
    columns=["unit 1", "unit 2", "unit 3"],
    numbers=".2f",
    title="The codes of the eight symbols",
    caption="The activations of the three units for each symbol; in the row's label, the same rounded to "
    "bits.",
)  # fmt: skip

# %% [markdown]
r"""
Round the codes. Did your run give eight different numbers from 000 to 111? Nothing in the task
mentions binary numbers.

David Ackley, Geoffrey Hinton and Terrence Sejnowski posed this task in 1985 as "the encoder problem",
for a Boltzmann machine; Rumelhart, Hinton and Williams (1986) solved it with backpropagation, as we
do. Was our result luck? One network proves nothing, so train a hundred at once: the function below
holds a hundred networks in one array. It also has the variations that one wants to try: fewer units,
other activations, the same weights for encoder and decoder, no biases.
"""


# %%
def train_many(
    units=3, activation="logistic", bias=True, tied=False, decay=0.0, runs=100, steps=1000
):
    """Train many 8-k-8 networks, each from its own initial weights, with Adam.

    Returns the codes, (runs, 8, units), and the probabilities, (runs, 8, 8), of all networks.
    """
    f, derivative = {  # the derivative is a function of the activation h
        "logistic": (lambda z: 0.5 + 0.5 * np.tanh(z / 2), lambda h: h * (1 - h)),
        "tanh": (np.tanh, lambda h: 1 - h**2),
        "ReLU": (lambda z: np.maximum(z, 0), lambda h: 1.0 * (h > 0)),
        "linear": (lambda z: z, np.ones_like),
    }[activation]
    rng, wide = np.random.default_rng(SEED), np.sqrt(6 / (8 + units))
    theta = [rng.uniform(-wide, wide, (runs, *shape)) for shape in ((8, units), (units, 8))]
    theta += [np.zeros((runs, 1, units)), np.zeros((runs, 1, 8))]
    means, squares = [0.0] * 4, [0.0] * 4
    for t in range(1, steps + 1):
        # Forward. The inputs are one-hot, so X @ W is W itself.
        W, V, b, c = theta
        V = W.transpose(0, 2, 1) if tied else V
        H = f(W + b)
        P = np.exp(H @ V + c)
        P /= P.sum(axis=-1, keepdims=True)

        # Backward.
        G = (P - np.eye(8)) / 8
        grad_Z, grad_V = G @ V.transpose(0, 2, 1) * derivative(H), H.transpose(0, 2, 1) @ G
        grad_W = grad_Z + grad_V.transpose(0, 2, 1) if tied else grad_Z
        grad_b, grad_c = (bias * g.sum(axis=1, keepdims=True) for g in (grad_Z, G))
        gradients = [grad_W + 2 * decay * W, grad_V + 2 * decay * theta[1], grad_b, grad_c]

        # One step of Adam.
        means = [0.9 * m + 0.1 * g for m, g in zip(means, gradients, strict=True)]
        squares = [0.999 * s + 0.001 * g**2 for s, g in zip(squares, gradients, strict=True)]
        theta = [
            p - 0.05 * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
            for p, m, s in zip(theta, means, squares, strict=True)
        ]
    return H, P


def evaluate_runs(H, P, activation="logistic"):
    """Return, for each run, the number of reconstructed symbols and of different rounded codes."""
    middle = 0.5 if activation == "logistic" else 0.0
    bits = middle < H
    different = np.array([len(np.unique(rows, axis=0)) for rows in bits])
    return (P.argmax(axis=-1) == np.arange(8)).sum(axis=1), different


# %% [markdown]
r"""
**Predict**, for each row of the next table: in how many of a hundred training runs will all eight
symbols be reconstructed? In how many will their rounded codes all be different? Above all, what can
*two* units do, and what can one?
"""

# %%
settings = {
    "3 logistic units": {},
    "3 tanh units": {"activation": "tanh"},
    "3 ReLU units": {"activation": "ReLU"},
    "3 linear units": {"activation": "linear"},
    "without biases": {"bias": False},
    "tied weights": {"tied": True},
    "4 logistic units": {"units": 4},
    "2 logistic units": {"units": 2},
    "1 logistic unit": {"units": 1},
}
networks = {name: train_many(**setting) for name, setting in settings.items()}
table = []
for name, (H, P) in networks.items():
    back, different = evaluate_runs(H, P, settings[name].get("activation", "logistic"))
    table.append([np.sum(back == 8), back.mean(), different.mean(), np.sum(different == 8)])
plot.heatmap(
    np.array(table) / [100, 8, 8, 100],
    rows=list(networks),
    columns=[
        "all eight\nreconstructed",
        "symbols\nreconstructed",
        "different\nrounded codes",
        "all eight\ndifferent",
    ],
    numbers=".2f",
    title="A hundred training runs of each",
    caption="Fraction of runs that reconstruct all symbols; mean fraction of symbols; mean fraction of "
    "different rounded codes; fraction of runs in which all eight rounded codes differ.",
)

# %% [markdown]
r"""
There are three surprises in this table.

**Nearly all runs reconstruct all eight symbols, even with two units.** So perfect reconstruction
proves nothing about the code. How do two units distinguish eight symbols, when two *bits* could
distinguish only four? Look:
"""

# %%
H, P = networks["2 logistic units"]


def two_units(run):
    def draw(axes):
        for i, (u, v) in enumerate(H[run]):
            axes.plot(u, v, "o", color=plot.BLUE, markersize=15, alpha=0.25)
            axes.text(u, v, str(i), ha="center", va="center", weight="bold")
        axes.plot([0.5, 0.5], [-0.1, 1.1], [-0.1, 1.1], [0.5, 0.5], color=plot.INK, linestyle=":")

    return plot.picture(
        draw, title=f"run {run + 1}", xlabel="unit 1", ylabel="unit 2" if run == 0 else "",
        xlim=(-0.1, 1.1), ylim=(-0.1, 1.1), width=3.0, height=2.8,
    )  # fmt: skip


plot.side_by_side(
    *map(two_units, range(3)),
    caption="The eight codes of two logistic units, in three runs: eight different points, most of them "
    "near the edge of the square. After rounding (dotted lines) several coincide.",
)

# %% [markdown]
r"""
A code of real numbers can distinguish any number of symbols. Softmax only needs the eight codes
$\mathbf h_i$ to be *different*: of the logits $\mathbf h_i^\top \mathbf h - \frac12 \mathbf h_i^\top
\mathbf h_i$ the largest is that of the code nearest to $\mathbf h$. (Check it: they differ from
$-\frac12 \lVert \mathbf h - \mathbf h_i \rVert^2$ by a number that is the same for all $i$.) So even
*one* unit could do it, with eight values in a row. But there each symbol has to fit between two
neighbors, and in a thousand steps no run gets there: a network does not find everything that it can
represent.

**Biases and activations matter for the code, but hardly for the error.** Without biases in encoder
and decoder one of the eight corners is missing in every run. Which, and why? (What does the decoder
output for a code near zero?) ReLU codes are all different, but not in which units are *on*.

**Even with three logistic units it finds the binary numbers in most runs, not in all.** In about four
runs of five the eight rounded codes are different; in the others two symbols share a rounded code and
one corner of the cube stays empty. The loss does not change for that.

Can we change that? Add a little weight decay, that is, prefer *small weights*.

**Predict.** In week 2 weight decay reduced overfitting, and here there is nothing to overfit. What
might it change?
"""

# %%
rows = {}
for decay in (0.0, 0.0001, 0.0005, 0.001, 0.005):
    H, P = train_many(decay=decay)
    back, different = evaluate_runs(H, P)
    rows[f"decay {decay:g}"] = [
        np.mean(back == 8), np.mean(different == 8), np.abs(H - 0.5).min()
    ]  # fmt: skip
plot.heatmap(
    list(rows.values()),
    rows=list(rows),
    columns=["all eight reconstructed", "all eight different", "least certain unit"],
    numbers=".2f",
    title="The 8-3-8 encoder with weight decay",
    caption="Fractions of a hundred runs, and the distance from 0.5 of the least certain unit of all runs.",
)

# %% [markdown]
r"""
With a weight decay of 0.0005 or 0.001 *every* run finds the binary numbers. (With too much, some runs no longer
reconstruct all symbols.) With small weights a decoder can only distinguish codes that are far apart,
and the way to put eight points into a cube as far apart as possible is its eight corners. The binary
numbers are not part of the task. They are the solution with the smallest weights. Useful
representations usually need such a second objective, a form of **regularization**, besides the
reconstruction error. Below are three more: a bottleneck, denoising, and predicting neighbors.

## 4. Deep autoencoders

Back to the digits, with nonlinearities and with hidden layers around the bottleneck: 64 → 128 → 64 →
2 → 64 → 128 → 64. The code has two numbers per digit.

**Predict.** You saw the error of PCA with two numbers in section 2. Will the deep autoencoder halve
it? And how will the ten digits be arranged in its plane of codes, compared with PCA's?
"""

# %%
keras.utils.set_random_seed(SEED + 2)
down = keras.Sequential(
    [
        keras.Input((64,)),
        keras.layers.Dense(128, "relu"),
        keras.layers.Dense(64, "relu"),
        keras.layers.Dense(2),
    ]
)
up = keras.Sequential(
    [
        keras.Input((2,)),
        keras.layers.Dense(64, "relu"),
        keras.layers.Dense(128, "relu"),
        keras.layers.Dense(64, "sigmoid"),
    ]
)
deep = keras.Sequential([down, up])
train(deep, X_train, X_train, epochs=120, rate=0.002)
print(f"error on new digits: PCA {error(pca(X_new, 2)):.4f}, deep {error(deep(X_new).numpy()):.4f}")
print(
    f"error on training digits: PCA {error(pca(X_train, 2), X_train):.4f}, deep {error(deep(X_train).numpy(), X_train):.4f}"
)


# %%
TEN = [plot.BLUE, plot.ORANGE, plot.GREEN, plot.PURPLE, plot.GOLD, plot.INK]


def plane(codes, title, xlabel, ylabel):
    """Plot new digits at their codes, each drawn as its label."""
    low, high = np.percentile(codes, [0.5, 99.5], axis=0)
    room = 0.1 * (high - low)

    def draw(axes):
        for (u, v), label in zip(codes, y_new, strict=True):
            axes.text(
                u, v, label, size=7, color=TEN[label % 6], ha="center", va="center", clip_on=True
            )

    return plot.picture(
        draw, title=title, xlabel=xlabel, ylabel=ylabel, xlim=(low[0] - room[0], high[0] + room[0]),
        ylim=(low[1] - room[1], high[1] + room[1]), height=4.2,
    )  # fmt: skip


new_codes = down(X_new).numpy()
plot.side_by_side(
    plane((X_new - mean) @ Vt[:2].T, "PCA", "component 1", "component 2"),
    plane(new_codes, "deep autoencoder", "code unit 1", "code unit 2"),
    caption="New digits in two planes, each drawn as its label. Neither method has seen the labels.",
)


# %%
def like_neighbor(codes):
    """Return the fraction of new digits whose nearest neighbor has the same label."""
    distances = ((codes[:, None] - codes[None]) ** 2).sum(axis=-1)
    np.fill_diagonal(distances, np.inf)
    return np.mean(y_new[distances.argmin(axis=1)] == y_new)


print(f"nearest neighbor has the same label: PCA's plane {like_neighbor((X_new - mean) @ Vt[:2].T):.0%}, "
      f"the deep plane {like_neighbor(new_codes):.0%}, all 64 pixels {like_neighbor(X_new):.0%}")  # fmt: skip

# %% [markdown]
r"""
In PCA's plane the classes overlap; in the plane of the deep autoencoder they are further apart.

In 2006 Geoffrey Hinton and Ruslan Salakhutdinov showed such figures for a 784-1000-500-250-2 encoder
on MNIST (*Science* 313). The paper helped to revive interest in deep networks. How they trained it is
in section 7.

**Tied weights.** The decoder may use the encoder's matrices, transposed. That halves the parameters;
the gradient of a shared matrix is the *sum* of the gradients from both of its uses. Here is an
autoencoder with one hidden layer, with one matrix or with two. (In the assignment you write a Keras
layer for it.)

**Predict.** Is the tied one worse? By much?
"""


# %%
def one_layer(tied, units=16, steps=1500):
    """Return the error on new digits and the number of parameters of a 64-16-64 autoencoder."""
    rng = np.random.default_rng(SEED)
    W = tf.Variable(rng.normal(scale=0.15, size=(64, units)).astype("float32"))
    V = tf.Variable(rng.normal(scale=0.15, size=(units, 64)).astype("float32"))
    b, c = tf.Variable(tf.zeros(units)), tf.Variable(tf.zeros(64))
    variables = [W, b, c] if tied else [W, V, b, c]
    optimizer = keras.optimizers.Adam(0.01)

    def rebuild(X):
        H = tf.sigmoid(X @ W + b)
        return tf.sigmoid(H @ (tf.transpose(W) if tied else V) + c)

    @tf.function
    def step(X):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((rebuild(X) - X) ** 2)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    optimizer.build(variables)
    for _ in range(steps):
        step(tf.constant(X_train[rng.integers(0, len(X_train), 64)]))
    return error(rebuild(X_new).numpy()), sum(int(np.prod(v.shape)) for v in variables)


for tied in (False, True):
    loss, count = one_layer(tied)
    print(f"{'tied' if tied else 'two matrices':13} {count:5,} parameters, error {loss:.4f}")
print(f"PCA with 16 numbers: {error(pca(X_new, 16)):.4f}")

# %% [markdown]
r"""
Here the tied one is worse: it has half the parameters, and an error above that of PCA, which is itself
tied ($V$ to encode, $V^\top$ to decode). With logistic units the encoder's and the decoder's matrix
have different tasks. The advantage of tying is a smaller network, which helps where examples are few.

## 5. Latent space: interpolating between codes

The decoder is a function from two numbers to an image. It accepts any two numbers, also those that
are the code of no digit.

**Play.** Drag the ring. Go from the 0s to the 6s, and to an empty region. Where do digits change
smoothly into each other, and where do you not recognize a digit?
"""

# %%
widgets.latent_plane(
    [(layer.kernel.numpy(), layer.bias.numpy(), layer.activation.__name__) for layer in up.layers],
    new_codes,
    y_new,
    title="Every point of the plane is decoded to an image",
)

# %% [markdown]
r"""
**Predict.** There are two ways to go from one digit to another in eight steps: interpolate the
*pixels*, or interpolate the *codes* and decode them. What do you see halfway?
"""

# %%
start, goal = X_new[y_new == 0][0], X_new[y_new == 4][0]
along = np.linspace(0, 1, 8, dtype="float32")[:, None]
ends = down(np.stack([start, goal])).numpy()
walk = np.concatenate(
    [(1 - along) * start + along * goal, up((1 - along) * ends[0] + along * ends[1]).numpy()]
)
plot.images(
    walk.reshape(-1, 8, 8),
    columns=8,
    low=0,
    high=1,
    caption="Above: interpolated pixels. Below: interpolated codes, decoded; the first and the last "
    "image are the reconstructions of the two digits.",
)

# %% [markdown]
r"""
In the lower row most images look like *some* digit, since the straight line passes through regions
where there are codes of digits. The upper row shows two transparent digits on top of each other, and
no example looks like that. But the latent space has holes, too, as you have seen: nothing in the loss
is about points between the codes. (The *variational* autoencoder, in this week's weekend project, has
such a term.)

## 6. Denoising autoencoders

Another second objective is *robustness* instead of a bottleneck. Corrupt the input and train the
network to output the original (Vincent et al. 2008). To fill in missing pixels, it has to know what
digits look like.

**Predict.** Half of the pixels are set to zero. Two networks with the same 64 hidden units get the
same corrupted images. The target of one is the original, the target of the other the *corrupted*
image, which is a common mistake. How large is the error of each, relative to the error of the
corrupted image itself?
"""


# %%
def lose_half(X, rng):
    return X * (rng.random(X.shape) >= 0.5).astype("float32")


def wide_autoencoder(inputs, targets):
    """64 pixels, 64 hidden units, 64 pixels."""
    keras.utils.set_random_seed(SEED)
    model = keras.Sequential(
        [keras.Input((64,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(64, "sigmoid")]
    )
    train(model, inputs, targets, epochs=1, rate=0.005)
    return model


rng = np.random.default_rng(SEED)
damaged = np.concatenate([lose_half(X_train, rng) for _ in range(25)])  # anew for each of 25 epochs
clean = np.tile(X_train, (25, 1))
models = {
    "target: original": wide_autoencoder(damaged, clean),
    "target: corrupted image": wide_autoencoder(damaged, damaged),
    "no corrupted inputs": wide_autoencoder(clean, clean),
}
broken = lose_half(X_new, rng)
print("error on new digits, relative to that of the corrupted image")
for name, model in models.items():
    print(f"{name:23} {error(model(broken).numpy()) / error(broken):.2f}")
print(f"{'always the mean digit':23} {error(np.tile(mean, (len(X_new), 1))) / error(broken):.2f}")
plot.images(
    np.concatenate([X_new[:8], broken[:8], *(model(broken[:8]).numpy() for model in models.values())])
    .reshape(-1, 8, 8),
    columns=8,
    low=0,
    high=1,
    caption="From top to bottom: new digits; the same with half of their pixels lost; the outputs of the "
    "network trained on originals as targets, on corrupted targets, and without corrupted inputs.",
)  # fmt: skip

# %% [markdown]
r"""
## 7. Unsupervised pre-training

Unsupervised learning promised that a network which has seen many images without labels needs only
*few* labels. In 2006 it was also how deep networks were trained: Hinton and his colleagues pre-trained
each layer as a **restricted Boltzmann machine** (RBM), a network with one layer of visible and one of
hidden units that models the probability of its inputs. In 2007 and 2008 Bengio and others, and Vincent
and others, did the same with autoencoders:

1. train the first layer as an autoencoder; freeze it;
2. train the next one as an autoencoder *of its codes*; and so on, always a single hidden layer, so
   that no gradient vanishes on its way through many layers;
3. discard the decoders, add a softmax layer, and **fine-tune** all layers with the labels.

Let us repeat the experiment. Two networks, both 64-60-40-20-10. One is **of 2006**: logistic units,
gradient descent with momentum. One is **of today**: ReLU, He's initial weights, Adam. Each starts from
random weights, or from layers that were pre-trained on 1,350 digits *without* labels, each as a
denoising autoencoder. Then come 10 to 1,000 labels, in five runs with other labels and other weights.
We measure the accuracy on 447 digits that were never used for training.

**Predict.** Four learning curves (accuracy against the number of labels). Where will pre-training help
most: with few labels or with many, in the network of 2006 or in that of today? Will it ever hurt?
"""

# %%
SIZES = [64, 60, 40, 20]
RECIPES = {  # activation, initial weights, optimizer of the fine-tuning
    "2006": ("sigmoid", "glorot_uniform", lambda: keras.optimizers.SGD(0.1, momentum=0.9)),
    "today": ("relu", "he_normal", lambda: keras.optimizers.Adam(0.003)),
}
COUNTS = (10, 30, 100, 300, 1000)
RUNS = 5


def stack(activation, initializer):
    """Return layers with random weights, and a softmax layer on top."""
    hidden = [keras.layers.Dense(n, activation, kernel_initializer=initializer) for n in SIZES[1:]]
    return keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10, "softmax")])


def ready(model, optimizer, loss):
    model.compile(optimizer, loss, steps_per_execution=20)
    model.optimizer.build(model.trainable_variables)
    return model


def forget(model):
    """Reset the optimizer's state, which comes from other runs."""
    for variable in model.optimizer.variables:
        if "learning_rate" not in variable.path:
            variable.assign(tf.zeros_like(variable))


def around_each_layer(net):
    """Return a small autoencoder for every hidden layer of a network."""
    found = []
    for layer in net.layers[:-1]:
        n = layer.kernel.shape[0]
        alone = keras.Sequential([keras.Input((n,)), layer, keras.layers.Dense(n)])
        found.append(ready(alone, keras.optimizers.Adam(0.005), "mse"))
    return found


# %%
def pretrain(net, autoencoders, weights, X, rng):
    """Pre-train every layer as a denoising autoencoder, and return the weights."""
    net.set_weights(weights)
    for alone in autoencoders:  # the first layer first; each on the codes of the one before
        forget(alone)
        layer, decoder = alone.layers
        decoder.set_weights([0.1 * rng.normal(size=w.shape) for w in decoder.get_weights()])
        noisy = np.concatenate([X * (rng.random(X.shape) >= 0.25) for _ in range(15)])
        alone.fit(noisy, np.tile(X, (15, 1)), batch_size=64, verbose=0)
        X = layer(X).numpy()
    return net.get_weights()


def fine_tune(net, weights, X, y, rng, steps=300):
    """Train from these weights with these labels, and return the accuracy on new digits."""
    net.set_weights(weights)
    forget(net)
    n = min(len(X), 50)
    often = -(-steps * n // len(X))
    rows = np.concatenate([rng.permutation(len(X)) for _ in range(often)])[: steps * n]
    net.fit(X[rows], y[rows], batch_size=n, shuffle=False, verbose=0)
    return np.mean(net(X_new).numpy().argmax(axis=1) == y_new)


# %%
curves, features, nets = {}, {}, {}
for recipe, (activation, initializer, optimizer) in RECIPES.items():
    net = nets[recipe] = ready(
        stack(activation, initializer), optimizer(), "sparse_categorical_crossentropy"
    )
    autoencoders = around_each_layer(net)
    for run in range(RUNS):
        keras.utils.set_random_seed(100 * SEED + run)
        rng = np.random.default_rng([SEED, run])
        random = stack(activation, initializer).get_weights()
        pretrained = pretrain(net, autoencoders, random, X_train, rng)
        features[recipe, run] = random, pretrained
        order = rng.permutation(len(X_train))
        of_class = [order[y_train[order] == k] for k in range(10)]
        for count in COUNTS:
            chosen = np.concatenate([rows[: count // 10] for rows in of_class])
            for name, weights in (("random", random), ("pre-trained", pretrained)):
                reached = fine_tune(net, weights, X_train[chosen], y_train[chosen], rng)
                curves.setdefault((recipe, name), []).append(reached)
curves = {key: np.array(values).reshape(RUNS, -1) for key, values in curves.items()}


# %%
def learning_curves(recipe):
    named = {name: curves[recipe, name] for name in ("pre-trained", "random")}
    return plot.curves(
        {name: runs.mean(axis=0) for name, runs in named.items()},
        spread={name: runs.std(axis=0, ddof=1) for name, runs in named.items()},
        x=COUNTS, logx=True, ylim=(0, 1), xlabel="labels", ylabel="accuracy on new digits",
        title=f"network of {recipe}" if recipe == "2006" else "network of today",
    )  # fmt: skip


plot.side_by_side(
    *map(learning_curves, RECIPES),
    caption="Mean of five runs. The band is one standard deviation of the runs.",
)

# %%
print("gain by pre-training, percentage points of accuracy (mean ± standard error of five pairs)")
for recipe in RECIPES:
    gain = 100 * (curves[recipe, "pre-trained"] - curves[recipe, "random"])
    gains = [
        f"{count}: {mean:+.1f} ± {standard_error:.1f}"
        for count, mean, standard_error in zip(
            COUNTS, gain.mean(axis=0), gain.std(axis=0, ddof=1) / np.sqrt(RUNS), strict=True
        )
    ]
    print(f"{recipe:6}", "   ".join(gains))

# %% [markdown]
r"""
The network of 2006 gains at every number of labels. From random weights its lower layers hardly
change in 300 steps (week 2's vanishing gradient), so it cannot use the labels that it has. With many
labels, each seen less often, it even gets worse. From pre-trained weights it learns. For the network of
today the two curves coincide: gains of either sign, none larger than about two of its standard errors.
*Here pre-training does not help*, neither with few labels nor with many. ReLU and suitable initial
weights solve the same problem without it, and after 2012 layer-wise pre-training was given up.

Was the lack of labels the problem, or the training? All runs had 300 steps.

**Predict.** Ten times as many steps for the network of 2006, with 300 labels: does the network with
random initial weights catch up?
"""

# %%
net, rng = nets["2006"], np.random.default_rng([SEED, 99])
chosen = rng.permutation(len(X_train))[:300]
for name, weights in zip(("random", "pre-trained"), features["2006", 0], strict=True):
    for steps in (300, 3000):
        reached = fine_tune(net, weights, X_train[chosen], y_train[chosen], rng, steps)
        learned = np.mean(net(X_train[chosen]).numpy().argmax(axis=1) == y_train[chosen])
        print(
            f"{name:11} {steps:4} steps: accuracy {learned:.0%} on the 300, {reached:.0%} on new digits"
        )

# %% [markdown]
r"""
It does catch up: with ten times the steps it learns all 300, and is about as accurate on new digits as
the pre-trained network. So a deep network of 2006 *could* be trained from random weights, but slowly:
what pre-training gave here is mainly better initial weights, and there are other ways to get these.
(Erhan and others, 2010, found a second effect, a regularization: features that generalize better. On
these digits it is small.)

**Transfer learning.** Can features be reused for another task? Pre-train the network of 2006 on the
digits 0 to 4 only, and fine-tune it with 50 labels of the digits 5 to 9, which it has never seen.

**Predict.** Is the result closer to that of random weights, or to that of pre-training on all digits?
"""

# %%
judged, net = y_new >= 5, nets["2006"]
autoencoders = around_each_layer(net)
transfer = {"random": [], "pre-trained on 0 to 4": [], "pre-trained on all ten": []}
for run in range(RUNS):
    rng = np.random.default_rng([SEED, 50 + run])
    random, of_all_ten = features["2006", run]
    of_others = pretrain(net, autoencoders, random, X_train[y_train < 5], rng)
    of_class = [rng.permutation(np.flatnonzero(y_train == k))[:10] for k in range(5, 10)]
    chosen = np.concatenate(of_class)
    for name, weights in zip(transfer, (random, of_others, of_all_ten), strict=True):
        fine_tune(net, weights, X_train[chosen], y_train[chosen], rng)
        predicted = net(X_new[judged]).numpy().argmax(axis=1)
        transfer[name].append(np.mean(predicted == y_new[judged]))
for name, reached in transfer.items():
    print(
        f"{name:24} accuracy {np.mean(reached):.1%} ± {np.std(reached, ddof=1) / np.sqrt(RUNS):.1%}"
    )

# %% [markdown]
r"""
Pre-trained on all ten digits the network seems to gain, by about two standard errors. Pre-trained on
five *other* digits it is no better than from random weights. Features of five digits are not yet
features of handwriting. Transfer works when the features were learned from enough variety, and then
it is one of the most useful methods in deep learning: in week 5 you will transfer the layers of a
convolutional network, and language models are pre-trained without labels and then adapted to many
tasks.

**Other unsupervised methods.** An autoencoder is one of several ways to learn without labels:

| method | what it learns |
|---|---|
| clustering ($k$-means) | which of $k$ centers an example is nearest to: a one-hot code |
| PCA, linear autoencoder | a few linear features |
| sparse coding (Olshausen and Field, 1996) | many features, of which few are active for an example |
| restricted Boltzmann machine | a probability distribution with hidden units |
| denoising, variational autoencoder | features that survive noise; a distribution of codes |
| predicting what was left out | features of context: the next section |

## 8. Word embeddings

To a computer a word is a number in a list: one-hot, a 1 among thousands of zeros. In this
representation *all words are equally different*: the distance from *paris* to *rome* is that from
*paris* to *cheese*.

What should a better representation of words express? "You shall know a word by the company it keeps",
wrote the linguist J. R. Firth in 1957. In today's terms, the **distributional hypothesis**: words are
similar if they occur in similar contexts. A **distributed representation** gives each word a vector in
which many numbers are not zero. Here is a small corpus to try it on: four thousand sentences from a
known grammar, so that we can *count* what was learned.
"""

# %%
sentences = data.sentences(4000, seed=SEED)
words = sorted({word for sentence in sentences for word in sentence})
index = {word: i for i, word in enumerate(words)}
for sentence in sentences[:6]:
    print(" ".join(sentence))
print(f"\n{sum(map(len, sentences)):,} words, {len(words)} different ones")
one_hot = np.eye(len(words))
for pair in (("paris", "rome"), ("paris", "cheese")):
    a, b = (one_hot[index[word]] for word in pair)
    print(f"distance of {' and '.join(pair)}, one-hot: {np.linalg.norm(a - b):.3f}")

# %% [markdown]
r"""
A dense vector is one layer away. A one-hot vector times a matrix $U$ *is* a row of the matrix, so the
weights of a network's first layer are a table with a dense vector for each word, the **embedding**:
"""

# %%
U = np.random.default_rng(SEED).normal(size=(len(words), 16))
print("one-hot @ U is a row of U:", np.array_equal(one_hot[index["rome"]] @ U, U[index["rome"]]))

# %% [markdown]
r"""
What should the network predict? Tomas Mikolov and his colleagues (2013) had two tasks, both without
labels, since any text contains the answers. Together they are called **word2vec**:

* **CBOW** (continuous bag of words): predict the word in the middle from the *mean* of the vectors of
  the words around it. The mean ignores their order, as in a **bag of words**;
* **skip-gram**: predict each word around from the one in the middle.

A softmax over a vocabulary of a million words is expensive. **Negative sampling** replaces it by
$K + 1$ yes/no questions: is this candidate the true word? One candidate is, and $K$ are drawn at
random; each question is a logistic regression of its own. With $\mathbf u$ for the vector of the given
word or words and $\mathbf o$ for those of candidates,

$$
L = -\log \sigma(\mathbf o_\text{true} \cdot \mathbf u)
    - \sum_{k=1}^{K} \log \sigma(-\mathbf o_{n_k} \cdot \mathbf u) .
$$

Negatives are drawn with probabilities proportional to the word's count to the power $3/4$: rare words
somewhat more often than they occur.
"""

# %%
WINDOW = 4


def contexts(sentence):
    """Yield, for each position, the word there and the words at most WINDOW positions away."""
    ids = [index[word] for word in sentence]
    for i, word in enumerate(ids):
        yield word, ids[max(0, i - WINDOW) : i] + ids[i + 1 : i + 1 + WINDOW]


middles = [pair for sentence in sentences for pair in contexts(sentence)]
# Examples of both tasks: (given words, word to predict); -1 pads where fewer are given.
skip_gram = [([middle], word) for middle, around in middles for word in around]
cbow = [(around + [-1] * (2 * WINDOW - len(around)), middle) for middle, around in middles]
print(f"skip-gram: {len(skip_gram):,} examples; CBOW: {len(cbow):,}")


# %%
def word2vec(examples, dimensions=32, negatives=8, epochs=4, batch=256, rate=0.02):
    """Train by negative sampling with Adam; return the vectors of words, and of candidates."""
    rng, n = np.random.default_rng(SEED), len(words)
    given = np.array([from_words for from_words, _ in examples])  # (n_examples, 1 or 8)
    true = np.array([word for _, word in examples])
    often = np.cumsum(np.bincount(true, minlength=n) ** 0.75)
    theta = [0.1 * rng.normal(size=(n, dimensions)), np.zeros((n, dimensions))]
    memory = [[np.zeros((n, dimensions)), np.zeros((n, dimensions))] for _ in theta]
    for t in range(1, epochs * (len(true) // batch) + 1):
        rows = rng.integers(0, len(true), batch)
        drawn = np.searchsorted(often, often[-1] * rng.random((batch, negatives)))
        candidates = np.c_[true[rows], drawn]  # (batch, 1 + negatives)
        share = (given[rows] >= 0) / (given[rows] >= 0).sum(axis=1, keepdims=True)
        u = np.einsum("bm,bmd->bd", share, theta[0][given[rows]])  # the mean of the given vectors
        o = theta[1][candidates]
        delta = 0.5 + 0.5 * np.tanh(np.einsum("bkd,bd->bk", o, u) / 2)  # sigmoid of the logits
        delta[:, 0] -= 1  # p - y, the gradient with respect to the logits
        gradients = [np.zeros((n, dimensions)), np.zeros((n, dimensions))]
        grad_u = np.einsum("bk,bkd->bd", delta, o) / batch
        np.add.at(gradients[0], given[rows], share[:, :, None] * grad_u[:, None])
        np.add.at(gradients[1], candidates, delta[:, :, None] * u[:, None] / batch)
        for array, g, (m, s) in zip(theta, gradients, memory, strict=True):
            m += 0.1 * (g - m)
            s += 0.001 * (g**2 - s)
            array -= rate * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
    return theta


# %% [markdown]
r"""
How do we measure what has been learned? By **analogies**. If *france* is to *paris* as *italy* is to
*rome*, then the same difference vector leads from each to the other, so *paris* − *france* + *italy*
should be near *rome*. The grammar has three kinds: countries and capitals, he and she, present and
past tense; 202 questions.

**Predict.** The corpus says that tokyo "is the capital city of japan", but nothing says that this is
the same relation as that of rome to italy. What fraction of the questions will random vectors get
right? CBOW? Skip-gram?
"""


# %%
def unit(E):
    return E / np.linalg.norm(E, axis=1, keepdims=True)


def solve(E, a, b, c):
    """Return the word that is to c as b is to a."""
    E = unit(E)
    similarity = E @ (E[index[b]] - E[index[a]] + E[index[c]])
    similarity[[index[a], index[b], index[c]]] = -np.inf  # exclude the words of the question
    return words[int(similarity.argmax())]


def solved(E):
    """Return the accuracy on the analogies of each kind."""
    return [
        np.mean([solve(E, *one, two[0]) == two[1] for one, two in itertools.permutations(pairs, 2)])
        for pairs in data.ANALOGIES.values()
    ]


U_skip, O_skip = word2vec(skip_gram)
U_cbow, O_cbow = word2vec(cbow, epochs=20)  # more epochs, since CBOW has fewer examples
scores = {"random vectors": U, "CBOW": U_cbow, "skip-gram": U_skip}
plot.heatmap(
    [solved(E) for E in scores.values()],
    rows=list(scores),
    columns=list(data.ANALOGIES),
    numbers=".2f",
    title="Accuracy on analogies",
    caption="Fractions of 90, 56 and 56 questions. In each, one word of 134 is right.",
)

# %%
for a, b, c in (
    ("france", "paris", "italy"),
    ("king", "queen", "actor"),
    ("sings", "sang", "writes"),
    ("paris", "france", "tokyo"),
):
    print(f"{a} is to {b} as {c} is to {solve(U_skip, a, b, c)}")
for word in ("rome", "queen", "swam"):
    near = np.argsort(-unit(U_skip) @ unit(U_skip)[index[word]])[1:5]
    print(f"nearest to {word}: {', '.join(words[i] for i in near)}")

# %% [markdown]
r"""
CBOW is trained for 20 epochs and skip-gram for 4, because skip-gram makes several examples of each
position: this gives both about the same number of updates.

Not every analogy works. A famous example from lectures is *sushi* − *japan* + *germany*, which should
be *bratwurst*.

**Predict.** Here are ten countries with a dish each, and 90 questions. Does it work in this corpus?
"""

# %%
dishes = {
    "france": "cheese", "italy": "pasta", "japan": "sushi", "germany": "bratwurst",
    "spain": "paella", "egypt": "koshari", "greece": "moussaka", "austria": "strudel",
    "russia": "borscht", "england": "pudding",
}  # fmt: skip
print("sushi - japan + germany:", solve(U_skip, "japan", "sushi", "germany"))
found = [
    solve(U_skip, *one, other[0]) == other[1]
    for one, other in itertools.permutations(dishes.items(), 2)
]
print(f"dishes: {sum(found)} of {len(found)} correct")

# %% [markdown]
r"""
It fails, and the grammar says why. Each country comes with a dish and a river, and both occur in the
same sentences: "the president of germany likes the bratwurst", "the president of germany likes the
spree". Nothing distinguishes dishes from rivers, so there is no common difference vector. An embedding
contains only the relations that the contexts show.

Here are the difference vectors from countries to capitals.
"""

# %%
lands = data.ANALOGIES["capital"]
chosen = np.array([[index[a], index[b]] for a, b in lands])
E = unit(U_skip)
flat = E[chosen.ravel()] - E[chosen.ravel()].mean(axis=0)
flat = flat @ np.linalg.svd(flat)[2][:2].T

steps = E[chosen[:, 1]] - E[chosen[:, 0]]
across = (unit(steps) @ unit(steps).T)[np.triu_indices(len(steps), 1)]
others = unit(E[np.roll(chosen[:, 1], 1)] - E[chosen[:, 0]])
print(f"cosine of two differences country → own capital: {across.mean():.2f} on average")
print(f"cosine of two differences country → another's capital: "
      f"{(others @ others.T)[np.triu_indices(len(others), 1)].mean():.2f}")  # fmt: skip
plot.scatter(
    flat,
    [1, 0] * len(lands),
    words=[name for pair in lands for name in pair],
    arrows=[(i, i + 1) for i in range(0, len(flat), 2)],
    title="Countries and their capitals",
    xlabel="first direction of the 20 vectors",
    ylabel="second direction",
    width=7.5,
    height=4.6,
    caption="Skip-gram vectors of ten countries (blue circles) and their capitals (orange squares), in the "
    "plane in which they vary most: countries on one side, capitals on the other.",
)

# %% [markdown]
r"""
### Counting instead of training: PMI and SVD

There is a much older method. *Count* how often each word occurs near each other word. Compare with what
chance would give and take the logarithm,

$$
\text{PMI}(w, c) = \log \frac{\#(w, c) \cdot N}{\#(w)\, \#(c)},
$$

the **pointwise mutual information**, where $N$ is the number of pairs; set negative values to zero;
and compute a singular value decomposition. The largest singular vectors are the word vectors. No
network, no training, no learning rate. (Deerwester and others, 1990, did nearly this with counts of
words in documents, and called it latent semantic analysis.)

**Predict.** Which method wins, and how does it depend on the number of dimensions?
"""

# %%
counts = np.zeros((len(words), len(words)))
np.add.at(counts, tuple(np.array([(given[0], word) for given, word in skip_gram]).T), 1)
chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
with np.errstate(divide="ignore"):
    pmi = np.log(counts / chance)
left, strength, _ = np.linalg.svd(np.maximum(pmi, 0))


def by_svd(d):
    return left[:, :d] * np.sqrt(strength[:d])


few = [4, 8, 16, 32, 64]
rivals = {
    "skip-gram": [np.mean(solved(U_skip if d == 32 else word2vec(skip_gram, d)[0])) for d in few],
    "SVD of counts": [np.mean(solved(by_svd(d))) for d in few],
}
plot.curves(
    rivals,
    x=few,
    logx=True,
    ylim=(0, 1.05),
    xlabel="dimensions",
    ylabel="accuracy on analogies",
    title="Skip-gram against an SVD of counts",
    caption="Accuracy on the analogies, mean over the three kinds.",
)

# %% [markdown]
r"""
The SVD is better with four dimensions, where neither is good; skip-gram with sixteen; with sixty-four
both solve everything. Skip-gram needs fewer dimensions; the SVD has no learning rate to choose. Do not
read too much into the perfect scores: this corpus is easy, since its grammar was made for analogies.

In 2014 Omer Levy and Yoav Goldberg found out why the two methods are so similar: they approximate the
*same matrix*. Consider negative sampling for one pair of words and ask which value of $x = \mathbf u_w
\cdot \mathbf o_c$ is best. The pair occurs $\#(w,c)$ times as true, and is drawn $K\,\#(w)\,q(c)$ times
as false, where $q$ is the distribution that negatives are drawn from. Setting the derivative to zero,

$$
\#(w,c)\,\sigma(-x) = K\,\#(w)\,q(c)\,\sigma(x)
\quad\Longrightarrow\quad
x = \log \frac{\#(w,c)}{\#(w)\,q(c)} - \log K .
$$

This is the PMI up to a constant (and the power ¾ in $q$). Skip-gram *factorizes a matrix of logarithms
of counts*, one minibatch at a time. It can reach this optimum for all pairs only if the vectors have
enough dimensions, as many as the matrix has rank. With fewer, the two methods make different
compromises: the SVD minimizes the squared error of all entries alike, skip-gram weights frequent pairs
more.

**Predict.** Plot for all pairs of words what skip-gram learned, $\mathbf u_w \cdot \mathbf o_c$,
against that formula. How near to the diagonal will it be?
"""

# %%
q = counts.sum(axis=0) ** 0.75
seen = counts >= 20
due = np.log(counts[seen] / (counts.sum(axis=1)[:, None] * q / q.sum())[seen]) - np.log(8)
U_wide, O_wide = word2vec(skip_gram, 64, epochs=6, rate=0.01)
learned = (U_wide @ O_wide.T)[seen]


def draw_pairs(axes):
    axes.plot(due, learned, ".", color=plot.BLUE, alpha=0.4)
    ends = [due.min(), due.max()]
    axes.plot(ends, ends, color=plot.INK)


print(f"{seen.sum():,} pairs of words, correlation {np.corrcoef(due, learned)[0, 1]:.2f}")
plot.picture(
    draw_pairs,
    xlabel="formula: log of the counts",
    ylabel="skip-gram: u · o",
    title="Skip-gram learns logarithms of counts",
    caption="Every dot is a pair of words that were neighbors at least 20 times. The line is the formula.",
)

# %% [markdown]
r"""
### A real text

The grammar was made to be learned. Real language is not. The largest English text that ships with
Python is its own manual, so let us count in that: which of the 700 most frequent words occur within
four positions of each other; PMI; 60 singular vectors.

**Predict** the neighbors of *list*, *float*, *import* and *raise* before you look.
"""

# %%
tokens = re.findall(r"[a-z]+", "\n".join(topics[name] for name in sorted(topics)).lower())
kinds, often = np.unique(tokens, return_counts=True)
kept = kinds[np.argsort(-often, kind="stable")[:700]]
place = {word: i for i, word in enumerate(kept)}
ids = np.array([place.get(token, -1) for token in tokens])
real = np.zeros((700, 700))
for distance in range(1, 5):
    a, b = ids[:-distance], ids[distance:]
    both = (a >= 0) & (b >= 0)
    np.add.at(real, (a[both], b[both]), 1)
real += real.T
by_chance = np.outer(real.sum(axis=1), real.sum(axis=0)) / real.sum()
left, strength, _ = np.linalg.svd(np.log(np.maximum(real / by_chance, 1)))
manual = unit(left[:, :60] * np.sqrt(strength[:60]))
print(f"{len(tokens):,} words")
for word in ("list", "float", "import", "raise", "first"):
    near = np.argsort(-manual @ manual[place[word]])[1:7]
    print(f"{word:7} {', '.join(kept[near])}")

# %% [markdown]
r"""
The method only counts neighbors, and still related words are near each other. Some neighbors can
replace each other, others only occur together often, and the vectors do not distinguish the two. A
corpus also reflects its authors: word vectors contain its prejudices, and analogies make them visible
(Bolukbasi and others, 2016).

**Transfer learning with embeddings.** Vectors that were learned once, from billions of words, can be
the first layer of networks for tasks with few labels, such as search, ranking or spam detection. Today
the whole network is pre-trained, not only its first layer, again on text alone: either to predict some
words that were masked (BERT, 2018) or to predict the *next* word (GPT, 2018; most language models
since). The embedding table is still their first layer. Week 6 reads text in its order, character by
character.

## Summary

* An autoencoder learns to reconstruct its input through a bottleneck. A linear one learns PCA's
  subspace, but not its axes.
* Eight symbols through three units: often the binary numbers, with a little weight decay *always*; and
  two units reconstruct all eight without any bits. A low error says that the input can be recovered, not
  that the code is useful.
* Useful codes need a second objective: a bottleneck, small weights, denoising, predicting neighbors.
* A denoising autoencoder gets a corrupted input and has the original as its target.
* In 2006 layer-wise pre-training gave deep networks better initial weights, with RBMs and then with
  autoencoders. With ReLU, He's initial weights and Adam it brings nothing on these digits.
* An embedding is a table with a vector per word, learned by predicting neighbors (CBOW, skip-gram, with
  negative sampling), or by an SVD of log counts. Both approximate the same matrix.

## Check yourself

Think of the answer, then open it.

<details><summary>1. 784 pixels, 100 units, 784 pixels, biases everywhere. How many parameters, and how many with tied
weights?</summary>

784 · 100 + 100 in the encoder and 100 · 784 + 784 in the decoder: 157,684. Tied, one matrix of 78,400 is saved: 79,284.
</details>

<details><summary>2. Two autoencoders without nonlinearities, with different initial weights, have the same error as PCA. Do they
have the same codes?</summary>

No. They span the same subspace, but each has its own axes in it: the codes of one are linear combinations of those of the other.
</details>

<details><summary>3. Two logistic units reconstruct all eight symbols. How many different codes are left after
rounding?</summary>

Four at most: two bits. The eight points in the plane are different, but not in their bits.
</details>

<details><summary>4. A denoising autoencoder is trained with the corrupted image as its target. What is the best that it can
do?</summary>

Copy its input with the corruption. Nothing in the loss asks it to remove the noise.
</details>

<details><summary>5. Somebody pre-trains a network layer by layer and gains twenty points of accuracy. What do you ask?</summary>

Compared with what? The baseline should be the same network with initial weights that suit its activation, trained with Adam and for as
long, with several seeds. Perhaps its initial weights were just bad.
</details>

<details><summary>6. A sentence of five words, window 2. How many examples does skip-gram make of it, how many CBOW?</summary>

The words have 2, 3, 4, 3 and 2 neighbors: skip-gram makes 14, CBOW one for each word, 5.
</details>

## Words of the week

| word | meaning |
|---|---|
| analogy | *b* − *a* + *c*: the word that is to *c* as *b* is to *a* |
| autoencoder | a network whose target is its own input |
| bottleneck | a layer too narrow to copy the input |
| CBOW | predicting the middle word from the mean of the vectors around it |
| code, latent space | the activations of the bottleneck; the space of all codes |
| denoising | reconstructing the original from a corrupted input |
| distributional hypothesis | words in similar contexts have similar meanings |
| embedding | a table with a dense vector for each word |
| encoder, decoder | from the input to the code; from the code back |
| fine-tuning | training all layers with labels, from pre-trained weights |
| layer-wise pre-training | training each layer as an autoencoder of the codes below |
| negative sampling | K + 1 yes/no questions: the true word, and K drawn at random |
| PCA | principal component analysis: the directions along which examples vary most |
| PMI | pointwise mutual information: log of how much more often two words meet than by chance |
| restricted Boltzmann machine | a model of the inputs' probability with one layer of hidden units |
| self-supervised | learning with targets that come from the data themselves |
| skip-gram | predicting the words around from the one in the middle |
| tied weights | the decoder's matrix is the encoder's, transposed |
| transfer learning | using what was learned for one task in another |
| unsupervised | learning without labels |

## Try changing

1. Section 2: do not subtract the mean and leave the biases out of the linear autoencoder. Which subspace
   does it find now?
2. Section 3: sixteen symbols through four units. Which weight decay gives sixteen different codes in
   every run? Then put a layer of 8 units before and after the code: easier or harder?
3. Section 3: round the codes *during* training (add noise to them). Does that replace weight decay?
4. Section 4: three code units and a 3-D plot. By how much does the error fall, and how does the
   nearest-neighbor test change?
5. Section 6: train with 10 %, 50 %, 90 % lost. Which of them is best at 50 %?
6. Section 7: give the network of 2006 ten times the steps, or He's initial weights, or tanh. Which of the
   three makes pre-training unnecessary?
7. Section 8: window 1 or 8. Which kind of analogy suffers first? Then 400 sentences instead of
   4,000: which needs more text, skip-gram or the SVD?

## Further reading

* D. Ackley, G. Hinton, T. Sejnowski, *A learning algorithm for Boltzmann machines*, Cognitive
  Science 9 (1985): the encoder problem.
* P. Baldi, K. Hornik, *Neural networks and principal component analysis: learning from examples
  without local minima*, Neural Networks 2 (1989).
* G. Hinton et al., *A fast learning algorithm for deep belief nets*, Neural Computation 18 (2006): the
  RBMs; G. Hinton, R. Salakhutdinov, *Reducing the dimensionality of data with neural
  networks*, Science 313 (2006).
* Y. Bengio et al., *Greedy layer-wise training of deep networks* (NIPS 2006, published 2007); P. Vincent
  et al., *Extracting and composing robust features with denoising autoencoders* (ICML 2008); D. Erhan
  et al., *Why does unsupervised pre-training help deep learning?*, JMLR 11 (2010).
* T. Mikolov et al., *Efficient estimation of word representations in vector space* and *Distributed
  representations of words and phrases and their compositionality* (both 2013).
* O. Levy, Y. Goldberg, *Neural word embedding as implicit matrix factorization* (NIPS 2014).
* I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning* (2016), chapters 14 and 15.

Next week uses the two-dimensional structure of images: layers that know which pixels are neighbors.
"""
