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

### What can be learned when nobody tells you anything?

Pictures are free, and so is text. *Labels* are dear: somebody has to sit down and say, for each
picture, what is on it. Everything so far has needed them. This week none are given. A network is
asked for something that costs nothing, its own input, or the word that was left out, and made to
answer through a gap that is too narrow to copy through. What it has to invent in order to get
through is called a **representation**, and it is often worth more than the answer.

**Afterwards you can**

* say what an autoencoder learns, and why a linear one is principal component analysis;
* read the code of a network that invented the binary numbers, and say when it does not;
* train deep, tied and denoising autoencoders, and walk through the plane of their codes;
* pre-train a stack of layers, and say from your own curves when that helps, and when not;
* turn words into vectors in three ways, do arithmetic with them, and say what the surprising
  rival of the famous one is.

**You need** weeks 1 to 3 (layers, softmax, cross-entropy, Adam, Keras' `Sequential` and `fit`) and
the singular value decomposition by name.

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
## 1. The same thing out as in

Here are 1,797 handwritten digits, 64 pixels each. We know their labels, and shall not look at
them, except to colour pictures, until section 7. A quarter is kept aside, to judge by.
"""

# %%
pictures, labels = data.digits()
order = np.random.default_rng(SEED).permutation(len(pictures))
X = pictures.reshape(-1, 64).astype("float32")[order]
y = labels[order]
X_train, X_new, y_train, y_new = X[:1350], X[1350:], y[:1350], y[1350:]
print(len(X_train), "to learn from,", len(X_new), "to judge by")
plot.images(
    X_train[:16].reshape(-1, 8, 8),
    columns=8,
    caption="Sixteen of them. A picture is a point in a space of 64 dimensions, but most points of "
    "that space are no digits.",
)

# %% [markdown]
r"""
An **autoencoder** is a network with as many outputs as inputs, and a narrow layer in the middle.
The half before the narrow layer is the **encoder**, the other half the **decoder**, and what the
narrow layer says is the **code**. The target is the input itself:

$$
H = \text{encoder}(X), \qquad \hat X = \text{decoder}(H), \qquad
L = \frac{1}{n\,n_\text{features}} \sum_{i,j} (\hat x_{ij} - x_{ij})^2 .
$$

There are no labels in this formula, and still something to be wrong about: it is learning from
examples in which each example is its own answer, so people say **self-supervised**.

With as many units in the middle as there are pixels it could simply copy. With fewer it has to
choose what to keep.

## 2. The straight case: an old acquaintance

Leave all activations out, and the autoencoder is two matrices in a row. Statistics has an answer
to "which $k$ numbers keep most of an example" since Pearson (1901): **principal component
analysis**, PCA. Subtract the mean; the best $k$ directions are the first $k$ right singular
vectors of what is left. No training, no luck.

**Predict.** Mean squared error of a digit after its way through 3 numbers: will a linear
autoencoder, trained by gradient descent, be worse than PCA, as good, or better? And will its three
weight vectors be the three principal directions?
"""

# %%
mean = X_train.mean(axis=0)
U, s, Vt = np.linalg.svd(X_train - mean, full_matrices=False)


def error(rebuilt, X=X_new):
    return float(np.mean((rebuilt - X) ** 2))


def pca(X, k):
    """Reconstructions through the first k principal directions."""
    return mean + (X - mean) @ Vt[:k].T @ Vt[:k]


def train(model, inputs, targets, epochs, rate, batch=64):
    """Adam on the mean squared error."""
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
    caption="Left: the error on the digits that it learns from, and that of PCA. Right: the three angles "
    "between the space that the decoder spans and that of the first three principal directions.",
)  # fmt: skip

# %%
codes, components = encoder(X_train).numpy(), (X_train - mean) @ Vt[:3].T
mix = np.linalg.lstsq(np.c_[components, np.ones(len(codes))], codes, rcond=None)
print("codes as mixtures of the three components:\n", mix[0][:3].round(2))
print(
    "of the codes' variance left unexplained:",
    (mix[1].sum() / codes.var(axis=0).sum() / len(codes)).round(5),
)

# %% [markdown]
r"""
The error falls to that of PCA and not below, and the angles shrink towards zero. The same space, but
not the same axes: each code unit is a *mixture* of the three components.
Nothing in the loss asks for orthogonal directions, or for an order among them: for any invertible
$M$, the code $HM$ with the decoder $M^{-1}V$ does just as well. That is the theorem of Bourlard
and Kamp (1988) and of Baldi and Hornik (1989), who also showed that there is nowhere to get stuck:
all other critical points are saddles.

Keep PCA in mind. From now on it is the *baseline*: whoever is not better than PCA may as well use
PCA. How good is it?
"""

# %%
sizes = [1, 2, 3, 5, 8, 12, 16, 24, 32]
plot.side_by_side(
    plot.curves(
        [error(pca(X_new, k)) for k in sizes], x=sizes, xlabel="numbers kept, k", ylabel="error on new digits",
        title="What PCA loses", ylim=(0, 0.08),
    ),
    plot.images(
        np.concatenate([X_new[:4], *(pca(X_new[:4], k) for k in (2, 8, 24))]).reshape(-1, 8, 8),
        ["as it was"] * 4 + ["k = 2"] * 4 + ["k = 8"] * 4 + ["k = 24"] * 4,
        columns=4, low=0, high=1,
    ),
    caption="Two numbers are enough for a smudge, 8 for most digits to be guessed, 24 for nearly all of it.",
)  # fmt: skip

# %% [markdown]
r"""
## 3. Does it invent binary?

Now put the bends back, and make everything as small as can be. Eight symbols, one-hot: $10000000$
to $00000001$. Three logistic units in the middle. Eight outputs with softmax.

**Predict.** Three units between 0 and 1 are to tell eight symbols apart. Which eight codes would
*you* choose? And what will the network choose?
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
print("given back:", small(np.eye(8)).numpy().argmax(axis=1))
plot.heatmap(
    codes,
    rows=[f"symbol {i}: {''.join(str(int(bit)) for bit in row > 0.5)}" for i, row in enumerate(codes)],
    columns=["unit 1", "unit 2", "unit 3"],
    numbers=".2f",
    title="The code table",
    caption="What the three units say for each symbol, and beside its number the same rounded to bits.",
)  # fmt: skip

# %% [markdown]
r"""
Read the table after rounding. Did your run give eight different numbers from 000 to 111? Nobody
mentioned binary.

David Ackley, Geoffrey Hinton and Terrence Sejnowski made this puzzle famous in 1985, as "the
encoder problem". But is it a law or was it luck? One network is an anecdote, so train a hundred
at once: the function below holds a hundred networks in one array. It can also do what students of
this puzzle always want to try: fewer units, other activations, the same weights for both ways,
no biases.
"""


# %%
def invent(units=3, bend="logistic", bias=True, tied=False, decay=0.0, starts=100, steps=1000):
    """Train many 8-k-8 networks from different starts; return all codes and all answers."""
    f, slope = {
        "logistic": (lambda z: 0.5 + 0.5 * np.tanh(z / 2), lambda h: h * (1 - h)),
        "tanh": (np.tanh, lambda h: 1 - h**2),
        "ReLU": (lambda z: np.maximum(z, 0), lambda h: 1.0 * (h > 0)),
        "linear": (lambda z: z, np.ones_like),
    }[bend]
    rng, wide = np.random.default_rng(SEED), np.sqrt(6 / (8 + units))
    theta = [rng.uniform(-wide, wide, (starts, *shape)) for shape in ((8, units), (units, 8))]
    theta += [np.zeros((starts, 1, units)), np.zeros((starts, 1, 8))]
    means, squares = [0.0] * 4, [0.0] * 4
    for t in range(1, steps + 1):
        W, V, b, c = theta
        V = W.transpose(0, 2, 1) if tied else V
        H = f(W + b)  # one-hot symbols: a row of W each
        P = np.exp(H @ V + c)
        P /= P.sum(axis=-1, keepdims=True)
        G = (P - np.eye(8)) / 8
        grad_Z, grad_V = G @ V.transpose(0, 2, 1) * slope(H), H.transpose(0, 2, 1) @ G
        grad_W = grad_Z + grad_V.transpose(0, 2, 1) if tied else grad_Z
        rest = [bias * g.sum(axis=1, keepdims=True) for g in (grad_Z, G)]
        gradients = [grad_W + 2 * decay * W, grad_V + 2 * decay * theta[1], *rest]
        means = [0.9 * m + 0.1 * g for m, g in zip(means, gradients, strict=True)]
        squares = [0.999 * s + 0.001 * g**2 for s, g in zip(squares, gradients, strict=True)]
        theta = [
            p - 0.05 * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
            for p, m, s in zip(theta, means, squares, strict=True)
        ]
    return H, P


def verdicts(H, P, bend="logistic"):
    """For each start: symbols given back, different codes after rounding."""
    middle = 0.5 if bend == "logistic" else 0.0
    bits = middle < H
    different = np.array([len(np.unique(rows, axis=0)) for rows in bits])
    return (P.argmax(axis=-1) == np.arange(8)).sum(axis=1), different


# %% [markdown]
r"""
**Predict**, for each line of the table that comes: in how many of a hundred starts will all eight
symbols be given back? In how many will their rounded codes all be different? Above all, what can
*two* units do, what can one?
"""

# %%
settings = {
    "3 logistic units": {},
    "3 tanh units": {"bend": "tanh"},
    "3 ReLU units": {"bend": "ReLU"},
    "3 linear units": {"bend": "linear"},
    "without biases": {"bias": False},
    "tied weights": {"tied": True},
    "4 logistic units": {"units": 4},
    "2 logistic units": {"units": 2},
    "1 logistic unit": {"units": 1},
}
networks = {name: invent(**setting) for name, setting in settings.items()}
table = []
for name, (H, P) in networks.items():
    back, different = verdicts(H, P, settings[name].get("bend", "logistic"))
    table.append([np.sum(back == 8), back.mean(), different.mean(), np.sum(different == 8)])
plot.heatmap(
    np.array(table) / [100, 8, 8, 100],
    rows=list(networks),
    columns=["all eight back", "symbols back", "codes, rounded", "all eight differ"],
    numbers=".2f",
    title="A hundred starts of each",
    caption="Share of starts that give all symbols back; mean share of symbols; mean share of different rounded "
    "codes; share of starts in which all eight differ.",
)

# %% [markdown]
r"""
Take your time over this table; there are three surprises in it.

**All eight come back nearly everywhere, even through two units.** So "it reconstructs everything"
proves nothing about the code. How do two units tell eight symbols apart, when two *bits* could
only tell four? Look:
"""

# %%
H, P = networks["2 logistic units"]


def two_units(start):
    def draw(axes):
        for i, (u, v) in enumerate(H[start]):
            axes.plot(u, v, "o", color=plot.BLUE, markersize=15, alpha=0.25)
            axes.text(u, v, str(i), ha="center", va="center", weight="bold")
        axes.plot([0.5, 0.5], [-0.1, 1.1], [-0.1, 1.1], [0.5, 0.5], color=plot.INK, linestyle=":")

    return plot.picture(
        draw, title=f"start {start + 1}", xlabel="unit 1", ylabel="unit 2" if start == 0 else "",
        xlim=(-0.1, 1.1), ylim=(-0.1, 1.1), width=3.0, height=2.8,
    )  # fmt: skip


plot.side_by_side(
    *map(two_units, range(3)),
    caption="The eight codes of two logistic units, from three starts: eight different points, most of them "
    "near the border of the square. Rounded (dotted), several fall together.",
)

# %% [markdown]
r"""
A code of real numbers has room for any number of symbols. Softmax needs no more than that the
eight codes $\mathbf h_i$ are *different*: with the scores $\mathbf h_i^\top \mathbf h - \frac12
\mathbf h_i^\top \mathbf h_i$ the largest is that of the code nearest to $\mathbf h$. (Try it: from
$-\frac12 \lVert \mathbf h - \mathbf h_i \rVert^2$ they differ by something that is the same for
all $i$.) So even *one* unit could do it, with eight values in a row. But there each symbol has to
squeeze in between two neighbours, and in a thousand steps no start gets there: not everything that
a network can represent does it also find.

**Biases and activations matter for the code, hardly for the error.** Without biases in encoder and
decoder one of the eight corners is lost in every start. Which, and why? (What does the decoder say
for a code near zero?) ReLU codes are different, but not by which units are *on*.

**Even as it should be, it invents binary most of the time, not always.** Three logistic units give
eight different numbers in about four starts of five; in the others two symbols share a number and
one corner of the cube stays empty. The loss does not care.

Can we make it care? Ask for *small weights*: add a little weight decay.

**Predict.** Weight decay was a cure for overfitting in week 2, and here there is nothing to
overfit. What might it change?
"""

# %%
rows = {}
for decay in (0.0, 0.0001, 0.0005, 0.001, 0.005):
    H, P = invent(decay=decay)
    back, different = verdicts(H, P)
    rows[f"decay {decay:g}"] = [
        np.mean(back == 8), np.mean(different == 8), np.abs(H - 0.5).min()
    ]  # fmt: skip
plot.heatmap(
    list(rows.values()),
    rows=list(rows),
    columns=["all eight back", "all eight differ", "least certain unit"],
    numbers=".2f",
    title="A little weight decay",
    caption="Shares of a hundred starts, and how far the least certain of all their units is from 0.5.",
)

# %% [markdown]
r"""
A little decay, and it invents binary *every time*. (Too much, and some starts no longer give all
symbols back.) With small weights a decoder can only tell
codes apart that are far from each other, and the way to put eight points into a cube as far from
each other as can be is its eight corners. The binary numbers are not in the task; they are the
*cheapest* solution, once being cheap counts. Good representations usually need such a second
wish, beside the reconstruction. We shall meet three more: being narrow, mending damage, predicting
neighbours.

## 4. Deeper, with bends

Back to the digits, with bends and with layers around the narrow one. 64 → 128 → 64 → 2 → 64 → 128
→ 64: two numbers a digit.

**Predict.** PCA with two numbers had the error that you saw in section 2. Will the bent network
halve it? And how will the ten digits lie in its plane: as in PCA's?
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
    f"on those trained on: PCA {error(pca(X_train, 2), X_train):.4f}, deep {error(deep(X_train).numpy(), X_train):.4f}"
)


# %%
TEN = [plot.BLUE, plot.ORANGE, plot.GREEN, plot.PURPLE, plot.GOLD, plot.INK]


def plane(codes, title, xlabel, ylabel):
    """New digits at the place of their codes; each drawn as its own label."""
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
    caption="New digits in two planes, each as its own label, which neither method ever saw.",
)


# %%
def like_neighbor(codes):
    """Share of the new digits whose nearest other one has the same label."""
    distances = ((codes[:, None] - codes[None]) ** 2).sum(axis=-1)
    np.fill_diagonal(distances, np.inf)
    return np.mean(y_new[distances.argmin(axis=1)] == y_new)


print(f"nearest neighbour has the same label: PCA's plane {like_neighbor((X_new - mean) @ Vt[:2].T):.0%}, "
      f"the deep plane {like_neighbor(new_codes):.0%}, all 64 pixels {like_neighbor(X_new):.0%}")  # fmt: skip

# %% [markdown]
r"""
The straight plane lays the clouds over each other, the bent one pulls them apart.

In 2006 Geoffrey Hinton and Ruslan Salakhutdinov showed pictures like these, of a 784-1000-500-250-2
network on MNIST (*Science* 313), and the deep networks of today date themselves from there. How
they trained it when nobody could train seven layers is section 7.

**Tied weights.** The way up may use the matrices of the way down, transposed. Half the parameters;
the gradient of a shared matrix is the *sum* of what arrives by both of its uses. Here is one hidden
layer, written out, with one matrix or with two. (In the assignment you make a Keras layer of it.)

**Predict.** Is the tied one worse? By much?
"""


# %%
def one_layer(tied, units=16, steps=1500):
    """Error on new digits, and the number of parameters, of a 64-16-64 autoencoder."""
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
Tying costs something here: half the parameters, and an error above that of PCA, which is tied by
its nature ($V$ on the way down, $V^\top$ up). With logistic units the matrix that reads and the
matrix that paints do two different jobs. What tying buys is a smaller network, which matters where
examples are few.

## 5. A walk in the latent plane

The decoder is a function from two numbers to a picture. It does not mind if no digit ever had
those two numbers.

**Play.** Drag the ring. Walk from the 0s to the 6s, and to an empty region. Where do digits change
into each other smoothly, and where is there nothing that you would call a digit?
"""

# %%
widgets.latent_plane(
    [(layer.kernel.numpy(), layer.bias.numpy(), layer.activation.__name__) for layer in up.layers],
    new_codes,
    y_new,
    title="Every point of the plane is a picture",
)

# %% [markdown]
r"""
**Predict.** Two ways to go from one digit to another in eight steps: mix the *pixels*, or mix the
*codes* and decode. What do you see halfway?
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
    caption="Above: pixels mixed. Below: codes mixed and decoded; its first and last picture are what "
    "two numbers have kept of the two digits.",
)

# %% [markdown]
r"""
The lower row passes through pictures of *some* digit most of the way, since the straight line
passes through regions where digits live; the upper row shows two transparent digits, of which
there are none in the data. But the plane has holes, too, as you have seen. Nothing in the loss
asks for anything between the codes. (The *variational* autoencoder, this week's weekend, does.)

## 6. Mending

Another second wish: *not being narrow but being robust.* Damage the input and ask for the
undamaged one (Vincent et al. 2008). To fill in what is missing one has to know how digits go.

**Predict.** Half of the pixels are set to zero. Two networks with the same 64 hidden units see the
same damaged pictures. One is asked for the undamaged picture, the other for the *damaged* one, a
slip that is easily made. How large is the error of each, compared with doing nothing?
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
menders = {
    "asked for the clean": wide_autoencoder(damaged, clean),
    "asked for the damaged": wide_autoencoder(damaged, damaged),
    "never saw damage": wide_autoencoder(clean, clean),
}
broken = lose_half(X_new, rng)
for name, model in menders.items():
    print(f"{name:22} error {error(model(broken).numpy()) / error(broken):.2f} of doing nothing")
print(
    f"{'always the mean digit':22} error {error(np.tile(mean, (len(X_new), 1))) / error(broken):.2f}"
)
plot.images(
    np.concatenate([X_new[:8], broken[:8], *(model(broken[:8]).numpy() for model in menders.values())])
    .reshape(-1, 8, 8),
    columns=8,
    low=0,
    high=1,
    caption="From above: new digits; with half of their pixels lost; mended by the network that was "
    "asked for clean ones; by the one asked for damaged ones; by one that never saw damage.",
)  # fmt: skip

# %% [markdown]
r"""
## 7. Is it good for anything? Few labels

The promise was: learn from pictures without labels, then need *few* labels. In 2006 this was also
the way to train deep networks at all:

1. train the lowest layer as an autoencoder; freeze it;
2. train the next one as an autoencoder *of its codes*; and so on, always a single layer, where no
   gradient can vanish;
3. throw the decoders away, put a softmax on top, and **fine-tune** everything with the labels.

Let us repeat the experiment, and be honest about it. Two networks, both 64-60-40-20-10. One is **of
2006**: logistic units, gradient descent with momentum. One is **of today**: ReLU, He's weights,
Adam. Each starts from random weights, or from layers that were pre-trained on 1,350 digits
*without* labels, each as a denoising autoencoder. Then 10 to 1,000 labels; five runs, with other
labels and other weights; judged on the 447 digits that nobody saw.

**Predict.** Four learning curves. Where will pre-training help most: with few labels or with many,
in the network of 2006 or in that of today? Will it ever hurt?
"""

# %%
SIZES = [64, 60, 40, 20]
RECIPES = {  # activation, initial weights, optimiser of the fine-tuning
    "2006": ("sigmoid", "glorot_uniform", lambda: keras.optimizers.SGD(0.1, momentum=0.9)),
    "today": ("relu", "he_normal", lambda: keras.optimizers.Adam(0.003)),
}
COUNTS = (10, 30, 100, 300, 1000)
RUNS = 5


def stack(bend, start):
    """Layers with random weights, and a softmax on top."""
    hidden = [keras.layers.Dense(n, bend, kernel_initializer=start) for n in SIZES[1:]]
    return keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10, "softmax")])


def ready(model, optimizer, loss):
    model.compile(optimizer, loss, steps_per_execution=20)
    model.optimizer.build(model.trainable_variables)
    return model


def forget(model):
    """Set back what the optimiser remembers of other runs."""
    for variable in model.optimizer.variables:
        if "learning_rate" not in variable.path:
            variable.assign(tf.zeros_like(variable))


def around_each_layer(net):
    """A small autoencoder around every hidden layer of a network."""
    found = []
    for layer in net.layers[:-1]:
        n = layer.kernel.shape[0]
        alone = keras.Sequential([keras.Input((n,)), layer, keras.layers.Dense(n)])
        found.append(ready(alone, keras.optimizers.Adam(0.005), "mse"))
    return found


# %%
def pretrain(net, autoencoders, weights, X, rng):
    """Weights after every layer has learned to give back its input from a damaged copy."""
    net.set_weights(weights)
    for alone in autoencoders:  # the lowest first; each on the codes of those below
        forget(alone)
        layer, decoder = alone.layers
        decoder.set_weights([0.1 * rng.normal(size=w.shape) for w in decoder.get_weights()])
        noisy = np.concatenate([X * (rng.random(X.shape) >= 0.25) for _ in range(15)])
        alone.fit(noisy, np.tile(X, (15, 1)), batch_size=64, verbose=0)
        X = layer(X).numpy()
    return net.get_weights()


def fine_tune(net, weights, X, y, rng, steps=300):
    """Accuracy on new digits after training from these weights with these labels."""
    net.set_weights(weights)
    forget(net)
    n = min(len(X), 50)
    often = -(-steps * n // len(X))
    rows = np.concatenate([rng.permutation(len(X)) for _ in range(often)])[: steps * n]
    net.fit(X[rows], y[rows], batch_size=n, shuffle=False, verbose=0)
    return np.mean(net(X_new).numpy().argmax(axis=1) == y_new)


# %%
curves, features, nets = {}, {}, {}
for recipe, (bend, start, optimizer) in RECIPES.items():
    net = nets[recipe] = ready(stack(bend, start), optimizer(), "sparse_categorical_crossentropy")
    autoencoders = around_each_layer(net)
    for run in range(RUNS):
        keras.utils.set_random_seed(100 * SEED + run)
        rng = np.random.default_rng([SEED, run])
        random = stack(bend, start).get_weights()
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
    caption="Mean of five runs; the band is one standard deviation of a run.",
)

# %%
print("gain by pre-training, points of accuracy (mean ± standard error of five pairs)")
for recipe in RECIPES:
    gain = 100 * (curves[recipe, "pre-trained"] - curves[recipe, "random"])
    told = [
        f"{count}: {mean:+.1f} ± {spread:.1f}"
        for count, mean, spread in zip(
            COUNTS, gain.mean(axis=0), gain.std(axis=0, ddof=1) / np.sqrt(RUNS), strict=True
        )
    ]
    print(f"{recipe:6}", "   ".join(told))

# %% [markdown]
r"""
The network of 2006 gains at every number of labels. From random weights its lower layers hardly
move in 300 steps (week 2's vanishing gradient), so it can't use the labels that it has, and with
many of them, each seen less often, it even gets worse; from pre-trained weights it can. In the
network of today the two curves lie upon each other: gains of either sign, none larger than about
two of its standard errors. *Here pre-training does not help*, neither with few labels nor with
many. ReLU and fitting initial weights had made the same way passable without it, and after 2012
layer-wise pre-training went out of use.

Was it the labels, or was it the training? All runs had 300 steps.

**Predict.** Ten times as many steps for the network of 2006, with 300 labels: does the random start
catch up?
"""

# %%
net, rng = nets["2006"], np.random.default_rng([SEED, 99])
chosen = rng.permutation(len(X_train))[:300]
for name, weights in zip(("random", "pre-trained"), features["2006", 0], strict=True):
    for steps in (300, 3000):
        reached = fine_tune(net, weights, X_train[chosen], y_train[chosen], rng, steps)
        learned = np.mean(net(X_train[chosen]).numpy().argmax(axis=1) == y_train[chosen])
        print(
            f"{name:11} {steps:4} steps: {learned:.0%} of the 300, {reached:.0%} of the new digits"
        )

# %% [markdown]
r"""
It does catch up: given the time it learns all 300, and is about as right on new digits as the
pre-trained network. So what pre-training gave here was, above all, a better place to start from. A
deep network that hardly moved became one that trains, and that can be had in other ways. (Erhan and
others, 2010, found a second gift, features that hold for new data; on these digits it is small.)

**Transfer.** Features are more general than what they were learned from. Pre-train the network of
2006 on the digits 0 to 4 only, and fine-tune with 50 labels of the digits 5 to 9, which it has
never seen in any form.

**Predict.** Closer to random weights, or to pre-training on all digits?
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
        said = net(X_new[judged]).numpy().argmax(axis=1)
        transfer[name].append(np.mean(said == y_new[judged]))
for name, reached in transfer.items():
    print(f"{name:24} {np.mean(reached):.1%} ± {np.std(reached, ddof=1) / np.sqrt(RUNS):.1%} right")

# %% [markdown]
r"""
Not what one hopes for. Pre-trained on all ten the network seems to gain, by about two standard
errors; pre-trained on five *other* digits it does no better than from random weights. Features of
five digits are not yet features of handwriting: what is to be reused must have been learned from
enough variety. Where it was, **transfer** works, and never went out of use: week 5 comes back to
it with a better kind of layer, and the language models of today are pre-trained, on nothing but
"guess what was left out", for whatever they are used for later.

## 8. Words

To a computer a word is a number in a list: one-hot, a 1 among thousands of zeros. In that code *all
words are equally different*: the distance from *paris* to *rome* is that from *paris* to *cheese*.

What should a good code of words know? "You shall know a word by the company it keeps", wrote the
linguist J. R. Firth in 1957. So: two words are alike when the same words stand around them. Here
is a small world to try it in, four thousand sentences from a grammar that is known, so that we can
*count* what was learned.
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
A dense code is one layer away. A one-hot vector times a matrix $U$ *is* a row of the matrix, so the
weights of a network's first layer are a table with a dense vector for each word, the
**embedding**:
"""

# %%
U = np.random.default_rng(SEED).normal(size=(len(words), 16))
print("one-hot @ U is a row of U:", np.array_equal(one_hot[index["rome"]] @ U, U[index["rome"]]))

# %% [markdown]
r"""
What should the network be asked? Tomas Mikolov and his colleagues (2013) had two questions, both
without labels, since any text contains the answers:

* **CBOW** (continuous bag of words): guess the word in the middle from the *mean* of the vectors of
  the words around it;
* **skip-gram**: guess each word around from the one in the middle.

A softmax over a vocabulary of a million words is dear. **Negative sampling** asks something
cheaper: here is a word with its surroundings, $\mathbf u$, and here are $K + 1$ candidates; one is
true, $K$ are drawn at random. Which is it? With $\mathbf o$ for the vectors of candidates,

$$
L = -\log \sigma(\mathbf o_\text{true} \cdot \mathbf u)
    - \sum_{k=1}^{K} \log \sigma(-\mathbf o_{n_k} \cdot \mathbf u) .
$$

Negatives are drawn by how often a word occurs, to the power $3/4$: rare words a little more often
than they deserve.
"""

# %%
WINDOW = 4


def contexts(sentence):
    """For each place: the word there, and the words at most WINDOW places away."""
    ids = [index[word] for word in sentence]
    for i, word in enumerate(ids):
        yield word, ids[max(0, i - WINDOW) : i] + ids[i + 1 : i + 1 + WINDOW]


middles = [pair for sentence in sentences for pair in contexts(sentence)]
# Both questions as (words to guess from, word to guess); -1 fills up where there are fewer.
skip_gram = [([middle], word) for middle, around in middles for word in around]
cbow = [(around + [-1] * (2 * WINDOW - len(around)), middle) for middle, around in middles]
print(f"skip-gram: {len(skip_gram):,} questions; CBOW: {len(cbow):,}")


# %%
def word2vec(questions, dimensions=32, negatives=8, epochs=4, batch=256, rate=0.02):
    """Vectors of words, and of words as candidates, by negative sampling with Adam."""
    rng, n = np.random.default_rng(SEED), len(words)
    given = np.array([from_words for from_words, _ in questions])  # (n_questions, 1 or 8)
    true = np.array([word for _, word in questions])
    often = np.cumsum(np.bincount(true, minlength=n) ** 0.75)
    theta = [0.1 * rng.normal(size=(n, dimensions)), np.zeros((n, dimensions))]
    memory = [[np.zeros((n, dimensions)), np.zeros((n, dimensions))] for _ in theta]
    for t in range(1, epochs * (len(true) // batch) + 1):
        rows = rng.integers(0, len(true), batch)
        drawn = np.searchsorted(often, often[-1] * rng.random((batch, negatives)))
        candidates = np.c_[true[rows], drawn]  # (batch, 1 + negatives)
        share = (given[rows] >= 0) / (given[rows] >= 0).sum(axis=1, keepdims=True)
        u = np.einsum("bm,bmd->bd", share, theta[0][given[rows]])  # the mean of what is given
        o = theta[1][candidates]
        said = 0.5 + 0.5 * np.tanh(np.einsum("bkd,bd->bk", o, u) / 2)
        said[:, 0] -= 1  # what it said minus what is true
        gradients = [np.zeros((n, dimensions)), np.zeros((n, dimensions))]
        grad_u = np.einsum("bk,bkd->bd", said, o) / batch
        np.add.at(gradients[0], given[rows], share[:, :, None] * grad_u[:, None])
        np.add.at(gradients[1], candidates, said[:, :, None] * u[:, None] / batch)
        for array, g, (m, s) in zip(theta, gradients, memory, strict=True):
            m += 0.1 * (g - m)
            s += 0.001 * (g**2 - s)
            array -= rate * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
    return theta


# %% [markdown]
r"""
And how do we know what has been learned? By **analogies**. If *france* is to *paris* as *italy* is
to *rome*, the same step leads from each to the other, so *paris* − *france* + *italy* should point
at *rome*. The grammar has three kinds: countries and capitals, he and she, now and then; 202
questions.

**Predict.** Tokyo "is the capital city of japan", but nothing says that this is the same step as
from italy to rome. What share of the questions will random vectors get right? CBOW? Skip-gram?
"""


# %%
def unit(E):
    return E / np.linalg.norm(E, axis=1, keepdims=True)


def solve(E, a, b, c):
    """The word that is to c as b is to a."""
    E = unit(E)
    likeness = E @ (E[index[b]] - E[index[a]] + E[index[c]])
    likeness[[index[a], index[b], index[c]]] = -np.inf  # the words of the question do not count
    return words[int(likeness.argmax())]


def solved(E):
    """Share of the analogies of each kind that come out right."""
    return [
        np.mean([solve(E, *one, two[0]) == two[1] for one, two in itertools.permutations(pairs, 2)])
        for pairs in data.ANALOGIES.values()
    ]


U_skip, O_skip = word2vec(skip_gram)
U_cbow, O_cbow = word2vec(cbow, epochs=20)
scores = {"random vectors": U, "CBOW": U_cbow, "skip-gram": U_skip}
plot.heatmap(
    [solved(E) for E in scores.values()],
    rows=list(scores),
    columns=list(data.ANALOGIES),
    numbers=".2f",
    title="Analogies that come out right",
    caption="Shares of 90, 56 and 56 questions, in each of which one word of 134 is right.",
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

# %%
lands = data.ANALOGIES["capital"]
chosen = np.array([[index[a], index[b]] for a, b in lands])
E = unit(U_skip)
flat = E[chosen.ravel()] - E[chosen.ravel()].mean(axis=0)
flat = flat @ np.linalg.svd(flat)[2][:2].T

steps = E[chosen[:, 1]] - E[chosen[:, 0]]
across = (unit(steps) @ unit(steps).T)[np.triu_indices(len(steps), 1)]
others = unit(E[np.roll(chosen[:, 1], 1)] - E[chosen[:, 0]])
print(f"cosine of two steps country → own capital: {across.mean():.2f} on average")
print(f"cosine of two steps country → another's capital: "
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
### The rival

Now for something much older. *Count*: how often does each word stand near each other word? Compare
with what chance would give, take the logarithm,

$$
\text{PMI}(w, c) = \log \frac{\#(w, c) \cdot N}{\#(w)\, \#(c)},
$$

the **pointwise mutual information**; set what is below zero to zero; and take the largest
singular vectors of that matrix. No network, no training, no learning rate. (Deerwester and others
did nearly this in 1990, and called it latent semantic analysis.)

**Predict.** Who wins, and how does it depend on the number of dimensions?
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
    ylabel="analogies right",
    title="A network and a decomposition",
    caption="Share of the analogies that come out right, mean over the three kinds.",
)

# %% [markdown]
r"""
The old method wins with four dimensions, where neither is good for much; the network with sixteen;
with sixty-four both solve everything. The network squeezes into fewer dimensions what the
decomposition spreads over more, and the decomposition has no learning rate to go wrong.

In 2014 Omer Levy and Yoav Goldberg found out why the two are so alike: they are the *same thing*.
Look at negative sampling for one pair of words and ask which value of $x = \mathbf u_w \cdot \mathbf
o_c$ is best. The pair occurs $\#(w,c)$ times as true, and is drawn $K\,\#(w)\,q(c)$ times as false,
where $q$ is the distribution that negatives are drawn from. Setting the slope to zero,

$$
\#(w,c)\,\sigma(-x) = K\,\#(w)\,q(c)\,\sigma(x)
\quad\Longrightarrow\quad
x = \log \frac{\#(w,c)}{\#(w)\,q(c)} - \log K .
$$

That is the PMI, but for a constant (and the power ¾ in $q$). Skip-gram *factorises a matrix of
logarithms of counts*, one minibatch at a time.

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
    xlabel="log of the counts, as in the formula",
    ylabel="what skip-gram learned, u · o",
    title="Nobody told it to take logarithms of counts",
    caption="Every dot is a pair of words that were neighbours at least 20 times. The line is the formula.",
)

# %% [markdown]
r"""
### A real text

The grammar was made to be learned. Real language is not. The largest English text that every
Python has on board is its own manual, so let us count in that: which words stand near each other
within four places, among the 700 most frequent; PMI; 60 singular vectors.

**Predict** the neighbours of *list*, *float*, *import* and *raise* before you look.
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
Nobody said what a list is. Some neighbours can stand in each other's place, others only stand
together often, and the vectors do not tell the two apart. A real text is also what its writers
were: vectors of words carry every prejudice of their corpus along, and analogies bring it to light
(Bolukbasi and others, 2016).

**Transfer** again, and the largest of all: vectors that were learned once, from billions of words,
are the first layer of networks for tasks with few labels, such as search, ranking, or telling spam
from letters. Week 6 reads text in its order, letter by letter.

## What to take along

* An autoencoder learns to give back its input through a gap. A linear one learns PCA's subspace,
  though not its axes.
* Eight symbols through three units: often the binary numbers, *always* with a little weight decay,
  and two units give all eight back without any bits. A low error says that the input can be
  recovered, not that the code is good.
* What makes codes good is a second wish: narrow, cheap, mending damage, predicting neighbours.
* A denoising autoencoder sees the damaged and is asked for the undamaged.
* Layer-wise pre-training made the deep networks of 2006 trainable. With ReLU, He's weights and Adam
  it has nothing left to do on these digits. Measure before you believe.
* An embedding is a table of rows, learned by guessing neighbours (CBOW, skip-gram, with negative
  sampling), or by an SVD of log counts. The two are nearly the same mathematics.

## Check yourself

Think of the answer, then open it.

<details><summary>1. 784 pixels, 100 units, 784 pixels, biases everywhere. How many parameters, and how many with tied
weights?</summary>

784 · 100 + 100 on the way down and 100 · 784 + 784 on the way up: 157,684. Tied, one matrix of 78,400 is saved: 79,284.
</details>

<details><summary>2. Two autoencoders without bends, with other initial weights, have the same error as PCA. Do they have the same
codes?</summary>

No. They span the same subspace, but each has its own axes in it: the codes of the one are mixtures of those of the other.
</details>

<details><summary>3. Two logistic units give all eight symbols back. How many different codes are left after rounding?</summary>

Four at most: two bits. Eight points of the plane are different, but not in their bits.
</details>

<details><summary>4. A denoising autoencoder is trained with the damaged picture as its target. What is the best that it can
do?</summary>

Copy its input, damage and all. Nothing in the loss asks it to mend anything.
</details>

<details><summary>5. Somebody pre-trains a network layer by layer and gains twenty points of accuracy. What do you ask?</summary>

Against what? The same network from weights that fit its activation, trained with Adam and for as long, with several seeds.
Perhaps it was only badly started.
</details>

<details><summary>6. A sentence of five words, window 2. How many questions does skip-gram make of it, how many CBOW?</summary>

The words have 2, 3, 4, 3 and 2 neighbours: skip-gram makes 14, CBOW one for each word, 5.
</details>

## Words of the week

| word | meaning |
|---|---|
| analogy | *b* − *a* + *c*: the word that is to *c* as *b* is to *a* |
| autoencoder | a network that is asked for its own input |
| CBOW | guessing the middle word from the mean of those around it |
| code, latent plane | what the narrow layer says; the plane when it has two units |
| denoising | mending damaged inputs |
| embedding | a table with a dense vector for each word |
| encoder, decoder | from the input to the code; from the code back |
| fine-tuning | training all layers with labels, from pre-trained weights |
| layer-wise pre-training | training each layer as an autoencoder of the codes below |
| negative sampling | telling true neighbours from words drawn at random |
| PCA | the directions along which examples vary most |
| PMI | log of how much more often two words meet than by chance |
| self-supervised | learning from examples that contain their own answers |
| skip-gram | guessing the words around from the one in the middle |
| tied weights | the decoder's matrix is the encoder's, transposed |
| transfer | using what was learned for one task in another |

## Try changing

1. Section 2: centre nothing and leave the biases out of the linear autoencoder. Which subspace does
   it find now?
2. Section 3: sixteen symbols through four units. Which decay gives sixteen codes every time? Then
   put a layer of 8 units before and after the code: easier or harder?
3. Section 3: round the codes *during* training (add noise to them). Does that replace the decay?
4. Section 4: three units in the middle and a 3-D plot. By how much does the error fall, and how does
   the neighbour test change?
5. Section 6: train with 10 %, 50 %, 90 % lost. Which of them is best at 50 %?
6. Section 7: give the network of 2006 ten times the steps, or He's weights, or tanh. Which of the
   three makes pre-training superfluous?
7. Section 8: window 1 or 8. Which kind of analogy suffers first? Then 400 sentences in place of
   4,000: who needs more text, the network or the SVD?

## Further reading

* D. Ackley, G. Hinton, T. Sejnowski, *A learning algorithm for Boltzmann machines*, Cognitive
  Science 9 (1985): the encoder problem.
* P. Baldi, K. Hornik, *Neural networks and principal component analysis: learning from examples
  without local minima*, Neural Networks 2 (1989).
* G. Hinton, R. Salakhutdinov, *Reducing the dimensionality of data with neural networks*, Science
  313 (2006): four pages that began a decade.
* P. Vincent et al., *Extracting and composing robust features with denoising autoencoders* (ICML
  2008); D. Erhan et al., *Why does unsupervised pre-training help deep learning?*, JMLR 11 (2010).
* T. Mikolov et al., *Efficient estimation of word representations in vector space* and *Distributed
  representations of words and phrases and their compositionality* (both 2013).
* O. Levy, Y. Goldberg, *Neural word embedding as implicit matrix factorization* (NIPS 2014).
* I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning* (2016), chapters 14 and 15.

Next week the pictures get their shape back: a network that knows that pixels have neighbours.
"""
