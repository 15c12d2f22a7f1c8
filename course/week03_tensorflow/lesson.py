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
# Week 3: classification with TensorFlow

### What is left to do when the computer differentiates?

In week 2 you wrote a backward function for every part of a network, and a check for every backward
function. Nobody does that for a living. A **framework** takes three chores off you: it
differentiates whatever you compute, it turns your Python into a graph that runs without Python, and
it runs that graph on whatever chip is there. What is left is what was always the hard part: to know
what to compute, and to *see* when training goes wrong.

**Afterwards you can**

* say what a tensor, a variable, a tape and a graph are, and which mistakes belong to each;
* write week 2's network in fifteen lines and get the same numbers, to the last digits;
* build a model in Keras in three ways, and choose one for a reason;
* take a classification problem from raw numbers to a drawn boundary: split, standardize, fit, watch;
* read loss curves and activation histograms, and use callbacks for what you find there;
* say what a seed fixes and what it does not, and what a GPU changes and what it does not.

**You need** weeks 1 and 2: layers, softmax, cross-entropy, momentum, overfitting.

**Time:** two hours if you make the predictions and play. The notebook itself runs in about a
minute.

**How to read it.** Where it says **Predict**, stop and write your guess down before you run the
next cell.
"""

# %% setup=true
import dlcourse

dlcourse.import_keras()  # without TensorFlow's start-up messages

import importlib.util
import itertools
import time

import keras
import numpy as np
import tensorflow as tf

from dlcourse import data, plot, widgets

layers = keras.layers

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
r"""
## 1. Tensors

A **tensor** is an array that a framework can follow. It has a shape, and a *dtype* that it never
changes by itself, and its numbers cannot be overwritten.

**Predict.** Which of the four lines below fail? (Two do.)
"""


# %%
def attempt(what, compute):
    """Print what comes out, or the kind of error."""
    try:
        print(f"{what:34} {compute()!r:.60}")
    except Exception as error:
        print(f"{what:34} fails: {type(error).__name__}")


t = tf.constant([[1.0, 2.0], [3.0, 4.0]])
attempt("t @ t + 1, as NumPy", lambda: (t @ t + 1).numpy().tolist())
attempt("tensor plus NumPy array", lambda: (t + np.ones(2)).numpy().tolist())
attempt("t[0, 0] = 5.0", lambda: t.__setitem__((0, 0), 5.0))
attempt("float32 tensor plus float64 tensor", lambda: t + tf.constant(1.0, tf.float64))

# %% [markdown]
r"""
Numbers from Python and NumPy are brought to the tensor's dtype; two *tensors* of different dtypes
are not mixed, because somebody has to decide what is lost. Keras' layers use **float32**: 24 binary
digits, about seven decimal ones, half the memory of NumPy's float64, and on a GPU many times the
speed.

**Predict.** In float32, what is 16,777,216 + 1? And ten thousand times 0.1, added up one by one?
"""

# %%
print("16777216 + 1 =", int(tf.constant(16777216.0) + 1))
total = np.float32(0)
for _ in range(10_000):
    total += np.float32(0.1)
print("0.1, added up 10,000 times:", total)

# %% [markdown]
r"""
Enough for training, then, but not for a gradient check: that is why week 2 did it in float64.

What training changes must be able to change. That is a **variable**: a place that holds a tensor,
with `assign`, `assign_add`, `assign_sub`. Every weight of every Keras layer is one.

## 2. The tape

This is week 2's tiny network: one input, two ReLU units, one output, squared error. There you walked
from right to left through its graph, with a pencil, multiplying along arrows and adding where paths
met. TensorFlow does just that. While a `GradientTape` is open, it writes down every operation and
its local slope; `tape.gradient` walks back.

**Predict.** The seven slopes, from memory if you can. (Week 2, section 3: the loss was 2 and the
slope at the output −2.)
"""

# %%
numbers = {"w1": 1.0, "b1": -1.0, "w2": 0.5, "b2": 2.0, "v1": 2.0, "v2": -1.0, "c": 0.5}
p = {name: tf.Variable(number, name=name) for name, number in numbers.items()}
x, y = tf.constant(2.0), 1.5

with tf.GradientTape() as tape:
    h1 = tf.nn.relu(p["w1"] * x + p["b1"])
    h2 = tf.nn.relu(p["w2"] * x + p["b2"])
    prediction = p["v1"] * h1 + p["v2"] * h2 + p["c"]
    loss = (prediction - y) ** 2 / 2

by_tape = {name: float(slope) for name, slope in tape.gradient(loss, p).items()}
by_hand = {"w1": -8, "b1": -4, "w2": 4, "b2": 2, "v1": -2, "v2": -6, "c": -2}
for name in p:
    print(f"{name}: {by_tape[name]:4g} by the tape, {by_hand[name]:3} by hand")

# %% [markdown]
r"""
The same numbers, and no backward function. The tape follows Python, not a formula: a loop, an `if`,
a function that calls functions, all of it is recorded as it happens. And what comes back is a tensor
like any other, so it can be differentiated again.

**Predict.** The figure shows tanh and its first three derivatives. What will the second look like
at zero, and far away?
"""


# %%
def derivative(f):
    """The function that is f's slope, one number at a time for a whole array of them."""

    def slope(z):
        with tf.GradientTape() as tape:
            tape.watch(z)  # a constant is not followed unless one asks
            value = f(z)
        return tape.gradient(value, z)

    return slope


z = tf.linspace(-4.0, 4.0, 201)
functions = [tf.tanh]
for _ in range(3):
    functions.append(derivative(functions[-1]))
plot.curves(
    {
        name: f(z).numpy()
        for name, f in zip(["tanh", "first", "second", "third"], functions, strict=True)
    },
    x=z.numpy(),
    xlabel="$z$",
    title="tanh, and what the tape makes of it",
    caption="A tape inside a tape: each curve is the slope of the one before.",
)

# %% [markdown]
r"""
The second goes through zero at zero, where tanh is straightest. Far from zero all of them are flat,
and a unit out there hardly learns.

The commonest bug with tapes is no crash but a `None`: *no path from there to here*.

**Predict.** Which of these five gradients are `None`?
"""

# %%
w, k = tf.Variable(3.0), tf.constant(3.0)


def slope_of(compute, source):
    with tf.GradientTape() as tape:
        result = compute()
    return tape.gradient(result, source)


cases = {
    "w * w, for the variable w": slope_of(lambda: w * w, w),
    "k * k, for the constant k": slope_of(lambda: k * k, k),
    "NumPy on the way": slope_of(lambda: tf.constant(np.square(w.numpy())) * 1.0, w),
    "a whole number on the way": slope_of(lambda: tf.cast(tf.cast(w, tf.int32), tf.float32), w),
    "a step: tf.round(w)": slope_of(lambda: tf.round(w), w),
}
for name, slope in cases.items():
    print(f"{name:28} {slope if slope is None else float(slope)}")

# %% [markdown]
r"""
Constants are not watched, NumPy cuts the thread, whole numbers have no slopes. The gradient of a
rounded number may be `None` or zero; either way it is of no use, for the same reason as the step in
week 2: flat almost everywhere.

## 3. The graph

Python is slow: between any two operations of a small network it spends more time on deciding what
to do next than on doing it. `tf.function` runs your Python *once*, with stand-ins for the tensors,
and keeps the graph of operations that it saw. From then on the graph runs, without Python.

**Predict.** The function below prints. It is called four times. How often does it print?
"""


# %%
@tf.function
def layer(X, W, b):
    print("  Python is here: X has shape", X.shape)
    return tf.nn.relu(X @ W + b)


W, b = tf.ones((3, 2)), tf.zeros(2)
for n in (5, 5, 5, 8):
    print(f"{n} examples")
    layer(tf.ones((n, 3)), W, b)

# %% [markdown]
r"""
Once for each *signature*: each new combination of shapes and dtypes is traced anew. A Python number
as an argument is part of the signature, too, so a loop counter handed over as a number would be
traced at every step; as a tensor it is not. Whatever Python does on the side (printing, appending to
a list, drawing a random number with NumPy) happens while tracing and then never again.

Here is the graph that TensorFlow keeps of this function. Nobody wrote it down; it was recorded.
"""

# %%
recorded = layer.get_concrete_function(
    tf.TensorSpec((5, 3)), tf.TensorSpec((3, 2)), tf.TensorSpec((2,))
).graph
operations = [op for op in recorded.get_operations() if op.type not in ("Identity", "NoOp")]
depth = {}
for op in operations:  # as far to the right as the longest way to it
    depth[op.name] = 1 + max((depth.get(part.op.name, 0) for part in op.inputs), default=-1)
rows = {name: list(depth.values())[:i].count(depth[name]) for i, name in enumerate(depth)}
plot.graph(
    {name: (2.0 * depth[name], -1.2 * rows[name]) for name in depth},
    [(part.op.name, op.name) for op in operations for part in op.inputs if part.op.name in depth],
    labels={op.name: op.name if op.type == "Placeholder" else op.type for op in operations},
    title="What tf.function keeps",
    caption="Three inputs, three operations. The framework may now differentiate it, fuse "
    "operations, lay them out on a device, or store it without Python.",
)

# %% [markdown]
r"""
What is it worth? Two loads: a hundred steps of a *small* network, where Python has much to do and
arithmetic little, and products of *large* matrices, where it is the other way round.

**Predict** the factor by which compiling helps, for each.
"""


# %%
def many_small(X):
    for _ in range(100):
        X = tf.tanh(X * 1.01) + 0.001
    return X


def few_large(X):
    for _ in range(3):
        X = tf.tanh(X @ X / 1000)
    return X


def best_time(f, X, tries=5):
    """The shortest of some runs, in milliseconds, after one that does not count."""
    f(X).numpy()
    times = []
    for _ in range(tries):
        began = time.perf_counter()
        f(X).numpy()  # asking for the numbers waits until they are there
        times.append(1000 * (time.perf_counter() - began))
    return min(times)


loads = {"300 small operations": (many_small, 16), "3 large products": (few_large, 500)}
taken = {}
for name, (f, size) in loads.items():
    X = tf.random.stateless_normal((size, size), seed=(SEED, 0))
    taken[name] = best_time(f, X), best_time(tf.function(f), X)
    eager, compiled = taken[name]
    print(
        f"{name:21} eager {eager:7.2f} ms, compiled {compiled:7.2f} ms: {eager / compiled:.1f} times"
    )


def time_bars(axes):
    for i, (eager, compiled) in enumerate(taken.values()):
        for at, height, color in ((i - 0.2, eager, plot.ORANGE), (i + 0.2, compiled, plot.BLUE)):
            bar = axes.bar(at, height, width=0.36, color=color)
            axes.bar_label(bar, [f"{height:.1f}"], color=plot.INK)
    axes.set_xticks([0, 1], list(taken))
    axes.margins(y=0.15)


plot.picture(
    time_bars,
    title="Eager (left, orange) and compiled (right, blue)",
    ylabel="milliseconds",
    caption="Measured here and now: the shortest of five runs.",
)

# %% [markdown]
r"""
A graph saves what Python spends between operations, so it helps most where operations are many and
small. So: compile the training step, not the world. While you look for a mistake, leave the decorator off:
in *eager* mode every line runs when it is reached, and a `print` prints.

## 4. The same network, the same numbers

Is it really the same? Here is week 2's network once more, with its gradients by hand and momentum,
in NumPy. It trains on two spirals for forty epochs, and keeps the loss of every step.
"""


# %%
def softmax(Z):
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def loss_and_gradients(parameters, X, y):
    """Week 2: a network of dense ReLU layers, [W1, b1, W2, b2, …]."""
    A, tape = X, []
    for W, b in zip(parameters[::2], parameters[1::2], strict=True):
        Z = A @ W + b
        tape.append((A, Z, W))
        A = np.maximum(Z, 0)
    P = softmax(Z)
    G, gradients = (P - np.eye(P.shape[1])[y]) / len(y), []
    for i in reversed(range(len(tape))):
        A, _, W = tape[i]
        gradients = [A.T @ G, G.sum(axis=0), *gradients]
        if i:
            G = G @ W.T * (tape[i - 1][1] > 0)
    return -np.log(P[np.arange(len(y)), y]).mean(), gradients


# %%
X, y = data.spiral(n=320, noise=0.02, seed=SEED)
rng = np.random.default_rng(SEED)
start = [
    part
    for m, n in itertools.pairwise([2, 32, 32, 2])
    for part in (rng.normal(size=(m, n)) * np.sqrt(2 / m), np.zeros(n))
]
batches = [
    rows for _ in range(40) for rows in np.array_split(rng.permutation(320), 10)
]  # who is in which minibatch: decided once, for everybody below

parameters, velocities, by_hand = start, [0.0] * 6, []
for rows in batches:
    loss, gradients = loss_and_gradients(parameters, X[rows], y[rows])
    velocities = [7 / 8 * v - g / 16 for v, g in zip(velocities, gradients, strict=True)]
    parameters = [p + v for p, v in zip(parameters, velocities, strict=True)]
    by_hand.append(loss)
print(f"loss of the first step {by_hand[0]:.6f}, of the last {by_hand[-1]:.6f}")

# %% [markdown]
r"""
And here are the fifteen lines. The initial weights are put in, the minibatches are the same rows
in the same order, and Keras' `SGD` with momentum has week 2's formula. The dtype is an argument.
(And the learning rate is 1/16, the momentum 7/8: the same numbers in every precision. Keras keeps
both in float32, where 0.9 already differs in the eighth digit.)

**Predict.** After 400 steps, in how many decimal places do the losses agree in float64? And in
float32?
"""


# %%
def with_tensorflow(dtype):
    sizes = [("relu", 32), ("relu", 32), (None, 2)]
    net = keras.Sequential(
        [keras.Input((2,), dtype=dtype), *(layers.Dense(n, bend, dtype=dtype) for bend, n in sizes)]
    )
    net.set_weights(start)
    optimizer = keras.optimizers.SGD(1 / 16, momentum=7 / 8)

    @tf.function
    def step(X, y):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, net(X))
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, net.trainable_variables)
        optimizer.apply_gradients(zip(gradients, net.trainable_variables, strict=True))
        return loss

    return np.array([step(tf.constant(X[rows], dtype), tf.constant(y[rows])) for rows in batches])


by_tf = {dtype: with_tensorflow(dtype) for dtype in ("float64", "float32")}
apart = {dtype: np.abs(losses - by_hand) for dtype, losses in by_tf.items()}
for dtype, difference in apart.items():
    print(f"{dtype}: largest difference to week 2 {difference.max():.1e}")
assert apart["float64"].max() < 1e-6  # one mistake anywhere, and this line would say so

# %%
plot.side_by_side(
    plot.curves(
        {"NumPy": by_hand, "TensorFlow": by_tf["float64"]},
        xlabel="step", ylabel="loss", title="two curves, one on top of the other",
    ),
    plot.curves(
        {dtype: np.maximum(difference, 1e-18) for dtype, difference in apart.items()},
        logy=True, xlabel="step", ylabel="difference of the losses", title="how far apart they are",
    ),
    caption="Left: the losses of both, step by step. Right: how far apart they are, in each precision.",
)  # fmt: skip

# %% [markdown]
r"""
The framework does what you did by hand. In float64 only the last digits are between them. In float32
each step rounds in the seventh digit, and training carries the difference along, as it would a
difference in the data. Both networks are equally good: which of the two is "right" has no meaning. Hence the first rule of comparing
implementations: the same weights, the same minibatches, float64, and the *first* steps.

## 5. Three ways to a model

The step above knew nothing of layers; Keras brought them. There are three ways to put them together.
"""

# %%
# One: a stack. What comes out of one layer goes into the next.
stack = keras.Sequential(
    [keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(16, "relu"), layers.Dense(3)]
)

# Two: a graph. Call layers on tensors that have no numbers yet; join, split and skip as you like.
inputs = keras.Input((2,))
first = layers.Dense(16, "relu")(inputs)
second = layers.Dense(16, "relu")(first)
graph = keras.Model(inputs, layers.Dense(3)(second))


# Three: a class. Any Python you like in `call`.
class Network(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second = layers.Dense(16, "relu"), layers.Dense(16, "relu")
        self.last = layers.Dense(3)

    def call(self, X):
        return self.last(self.second(self.first(X)))


# %% [markdown]
r"""
**Predict.** How many parameters has each? (2 inputs, 16 units, 16 units, 3 classes. And mind the
class: what does it know about its inputs before it has seen any?)
"""

# %%
own = Network()
print("the class, before it has seen data:", "built" if own.built else "not built")
some = np.random.default_rng(SEED).normal(size=(5, 2)).astype("float32")
own(some)
for model in (graph, own):
    model.set_weights(stack.get_weights())
for name, model in (("stack", stack), ("graph", graph), ("class", own)):
    same = np.abs(model(some) - stack(some)).max()
    print(f"{name}: {model.count_params()} parameters, largest difference to the stack {same}")
print("by hand:", 2 * 16 + 16 + 16 * 16 + 16 + 16 * 3 + 3)

# %% [markdown]
r"""
The same network three times. Take the **stack** where layers follow each other. Take the **graph**
as soon as something branches: the framework still sees all of it, can draw it, count it, store it,
cut it in two. Take the **class** when `call` needs a loop or an `if` that depends on data, and pay
for it: nobody but Python knows what is in it.

Here is something that no stack can be: one input, five roads with an activation of their own each,
and one answer that listens to all of them.
"""

# %%
inputs = keras.Input((1,))
roads = [
    layers.Dense(8, bend, name=bend)(inputs)
    for bend in ("linear", "sigmoid", "tanh", "relu", "elu")
]
together = layers.Concatenate()(roads)
five_roads = keras.Model(inputs, layers.Dense(1)(together))
names = [layer.name for layer in five_roads.layers]
edges = [
    (tensor._keras_history.operation.name, layer.name)
    for layer in five_roads.layers
    for tensor in (layer.input if isinstance(layer.input, list) else [layer.input])
    if layer.name != names[0]
]
places = {names[0]: (0, 0), names[-2]: (4, 0), names[-1]: (6.4, 0)} | {
    bend: (2, 2 - i) for i, bend in enumerate(("linear", "sigmoid", "tanh", "relu", "elu"))
}
plot.graph(
    places, edges, labels={names[0]: "x", names[-2]: "joined, 40", names[-1]: "answer, 1"},
    title="Five roads", height=3.4,
    caption="Drawn from what the model knows about itself. Each road has 8 units.",
)  # fmt: skip

# %% [markdown]
r"""
## 6. From raw numbers to a boundary

Now a whole project: generate, split, standardize, fit, look. Two spirals again, but as data come in
life: one feature in thousands, the other in hundredths.

**Split first.** A *training* set to learn from, a *validation* set to make decisions with (when to
stop, how wide), a *test* set that is looked at once, in the end. Everything that is computed from
data, mean and standard deviation too, comes from the training set alone.
"""

# %%
X, y = data.spiral(n=1000, noise=0.02, seed=SEED)
raw = X * [2000, 0.02] + [5000, 0.3]  # what the instruments say
order = np.random.default_rng(SEED).permutation(1000)
train, val, test = np.split(order, [500, 700])
mean, spread = raw[train].mean(axis=0), raw[train].std(axis=0)
scaled = (raw - mean) / spread
print("means and spreads of the training set, before:", mean.round(2), spread.round(3))
print(
    "the test set, measured with them:",
    scaled[test].mean(axis=0).round(2),
    scaled[test].std(axis=0).round(2),
)

# %% [markdown]
r"""
The network ends in two logits; **softmax** makes two probabilities of them. It is yet another
activation, one that looks at the whole layer at once, and for two classes it is week 1's logistic
function (of what?). Keras' loss can take probabilities or logits. Taking logits is more exact
(week 2), so we say `from_logits=True`, and a callback keeps a picture of the boundary now and then.

**Predict.** Draw the boundary after 1, 20, 60 and 150 epochs. What comes first: the outer turns or
the middle?
"""


# %%
def classifier(hidden=(32, 32), activation="tanh", classes=2):
    hidden_layers = [layers.Dense(n, activation) for n in hidden]
    return keras.Sequential([keras.Input((2,)), *hidden_layers, layers.Dense(classes)])


class Album(keras.callbacks.Callback):
    """Keeps the weights after some epochs: what a callback is for, in five lines."""

    def __init__(self, epochs):
        super().__init__()
        self.epochs, self.weights = epochs, {}

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 in self.epochs:
            self.weights[epoch + 1] = self.model.get_weights()


keras.utils.set_random_seed(SEED)
net, album = classifier(), Album((1, 20, 60, 150))
net.compile(
    keras.optimizers.Adam(0.02),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
story = net.fit(
    scaled[train], y[train], validation_data=(scaled[val], y[val]), batch_size=100, epochs=150,
    verbose=0, callbacks=[album],
).history  # fmt: skip


# %%
def probability(model, weights=None):
    """The probability of class 1 as a function of points, for plotting."""
    if weights is not None:
        model.set_weights(weights)
    return lambda Z: tf.nn.softmax(model(Z.astype("float32"))).numpy()[:, 1]


panels, distance = [], np.linalg.norm(scaled[train], axis=1)
inside = distance < np.median(distance)  # the inner half of the points
for epoch, weights in album.weights.items():
    f = probability(net, weights)
    right = (f(scaled[train]) > 0.5) == y[train]
    print(
        f"epoch {epoch:3}: right in the inner half {right[inside].mean():4.0%}, "
        f"in the outer {right[~inside].mean():4.0%}"
    )
    panels.append(plot.decision_boundary(f, scaled[train], y[train], title=f"epoch {epoch}"))
plot.side_by_side(*panels, columns=2, caption="The boundary while it trains.")

# %% [markdown]
r"""
It begins as an almost straight cut, is unsure of everything for a while, and then winds itself into
the spirals, the outer turns first. Here is the same story in numbers.
"""

# %%
plot.side_by_side(
    plot.curves({"training": story["loss"], "validation": story["val_loss"]},
                xlabel="epoch", ylabel="loss", title="loss"),
    plot.curves({"training": story["accuracy"], "validation": story["val_accuracy"]},
                xlabel="epoch", ylabel="accuracy", title="accuracy"),
    caption="Look at the loss first: it moves where accuracy stands still, since it hears about every "
    "example and not only about those that change sides.",
)  # fmt: skip

# %%
loss, accuracy = net.evaluate(scaled[test], y[test], verbose=0)
print(f"test set, looked at once: {accuracy:.1%} right, loss {loss:.3f}")

# %% [markdown]
r"""
**What goes wrong most often.** Three slips, each of which *runs*:

1. the features as they came, in thousands and hundredths;
2. a softmax at the end of the network *and* `from_logits=True` in the loss: softmax twice;
3. the validation set standardized with its own numbers. (A small difference here. A large one when
   it is not spread like the training set, or when it is a single example.)

**Predict** the loss curves of the first two. Why can the second never come below about 0.31?
"""


# %%
def quick_fit(model, X, y, rate=0.02, steps=300, watch=None):
    """Losses of full-batch training with Adam: small data need no minibatches."""
    model.compile(
        keras.optimizers.Adam(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    found = []
    for _ in range(steps):
        found.append(float(model.train_on_batch(X, y)))
        if watch is not None:
            watch(model)
    return found


runs = {}
for name, inputs_used, twice in (
    ("as it should be", scaled, False),
    ("raw features", raw, False),
    ("softmax twice", scaled, True),
):
    keras.utils.set_random_seed(SEED)
    model = classifier()
    if twice:  # Keras looks for a softmax at the very end and warns, so hide it behind a layer
        model.add(layers.Softmax())
        model.add(layers.Rescaling(1.0))
    runs[name] = quick_fit(model, inputs_used[train].astype("float32"), y[train])
plot.curves(
    runs,
    xlabel="step",
    ylabel="training loss",
    ylim=(0, 0.9),
    title="Two slips that run",
    caption="The same network, start and rate three times: once as it should be, twice with a slip.",
)

# %% [markdown]
r"""
With features in thousands the first layer saturates at once, and its gradients vanish.

And softmax twice? After the first softmax a sure answer is $(1, 0)$. To the second these are logits, only 1 apart, so
it makes $1/(1+e^{-1}) = 0.73$ of them: the loss cannot fall below $-\log 0.73$, and the gradient is
weak all the way. The network may still classify well, which is why this slip lives so long. (Where the
softmax is the last layer itself, Keras notices, takes what came before it, and warns. It cannot look
into a loss or a model of your own.)

## 7. The playground

Daniel Smilkov and Shan Carter put a neural network into a web page in 2016, and millions played
with it. Here is one in your notebook, after theirs. Everything about it can be changed while it
runs: the four data sets, what the net is shown ($x_1$, $x_2$, squares, product, sines), layers and
units, activation, learning rate, a penalty on weights. Each tile is a unit: blue where it answers
above zero, orange below. Lines are weights, thick where they are large, dashed orange where they
are negative. Point at a unit to see its answer in the large picture.

**Predict, then play.** Write your guesses down for all five before you press *train*:

1. The circle, with $x_1$ and $x_2$: what is the smallest number of hidden units that fences it in?
2. The circle without *any* hidden layer: which two features make it a line?
3. Exclusive or without a hidden layer: which one feature is enough?
4. The spiral: first with all seven features and one hidden layer, then with $x_1$ and $x_2$ only.
   What do the additional layers replace?
5. ReLU, with the learning rate as far right as it goes. Which tiles become white, and do they ever
   come back?
"""

# %%
play = widgets.playground(
    "circle", hidden=(4, 2), learning_rate=0.3, seed=SEED, title="What does each unit see?"
)
play

# %% [markdown]
r"""
The numbers behind the widget are yours. `play.weights` is what the browser had learned when you last
paused (or, if nobody pressed *train*, what the same net learns in 200 epochs), in the order in which
Keras wants them. So the same net in Keras is one line for the layers and one for the weights.

**Predict.** How far apart will the two surfaces be?
"""

# %%
twin = keras.Sequential(
    [
        keras.Input((len(play.features),)),
        *(layers.Dense(n, play.activation) for n in play.hidden),
        layers.Dense(1, "sigmoid"),
    ]
)
twin.set_weights(play.weights)
X_test, y_test = play.test
said = twin(play.inputs(X_test).astype("float32")).numpy()[:, 0]
print(
    f"accuracy on the test points: {np.mean((said > 0.5) == y_test):.3f} in Keras, "
    f"{play.accuracy():.3f} in the playground"
)
plot.decision_boundary(
    lambda Z: twin(play.inputs(Z).astype("float32")).numpy(),
    *play.train,
    title="The playground's net, in Keras",
    caption="Surface: what Keras says. Points: those that the playground trained on.",
)

# %% [markdown]
r"""
The same surface: a network is its layers and its weights, wherever it runs.

Which data sets are hard, and for which nets? Instead of clicking, let the computer try: four sets,
five nets, and the accuracy on points that were not trained on.

**Predict** the hardest cell that is still solved, and the easiest that is not.
"""

# %%
nets = {
    "no hidden layer": (),
    "2 units": (2,),
    "3 units": (3,),
    "8 units": (8,),
    "8 and 8 units": (8, 8),
}
table = [
    [
        widgets.playground(
            name, hidden=hidden, learning_rate=0.3, noise=0.03, seed=SEED + 1
        ).accuracy()
        for hidden in nets.values()
    ]
    for name in data.PLAYGROUND
]
plot.heatmap(
    100 * np.array(table), rows=list(data.PLAYGROUND), columns=list(nets), numbers=".0f",
    title="Per cent of test points right, after 200 epochs",
    caption="Each cell is one net on one data set, judged on points that it was not trained on.",
)  # fmt: skip

# %% [markdown]
r"""
One unit draws one line; three lines fence in a circle; the spiral has to be *unwound*, and that
takes layers upon layers (you saw week 2's network do it). Or the right features, and then hardly any
network. Which is the whole story of deep learning in one widget: people used to look for the
features; deep networks look for them themselves.

## 8. Is it learning? Three instruments

**The learning rate**, by far the most important number. Below, the same network with three of them.

**Predict** the three curves.
"""

# %%
curves_of = {}
for rate in (0.0003, 0.02, 1.0):
    keras.utils.set_random_seed(SEED)
    curves_of[f"rate {rate:g}"] = quick_fit(
        classifier(), scaled[train].astype("float32"), y[train], rate=rate
    )
plot.curves(
    curves_of,
    xlabel="step",
    ylabel="training loss",
    ylim=(0, 1.5),
    title="One network, three learning rates",
    caption="Same data, same initial weights; every step sees the whole training set.",
)

# %% [markdown]
r"""
Too small: a smooth, slow slope. Too large: leaps, again and again, and no way down. In between there
is a factor of ten or more to choose from.

**Activation histograms.** A loss curve says *that* something is wrong; a look at the units says
what. Three networks, one careful and two careless, and what their last hidden layer answers on the
training set after 150 steps.

**Predict.** What does the histogram of a saturated tanh layer look like? Of a dead ReLU layer?
"""


# %%
def hidden_answers(model, X):
    """What the last hidden layer says, shape (n_examples, n_units)."""
    below = keras.Model(model.inputs[0], model.layers[-2].output)
    return below(X).numpy()


def careless(activation, scale, shift):
    keras.utils.set_random_seed(SEED)
    model = classifier(activation=activation)
    for layer in model.layers[:-1]:
        W, b = layer.get_weights()
        layer.set_weights([scale * W, b + shift])
    return model


X_train = scaled[train].astype("float32")
patients = {
    "tanh, Keras' weights": careless("tanh", 1, 0),
    "tanh, weights 15 times as large": careless("tanh", 15, 0),
    "ReLU, biases of -3": careless("relu", 1, -3),
}
panels = []
print("after 150 steps (moved: compared with the first layer's length before)")
for name, model in patients.items():
    before = model.get_weights()[0]
    found = quick_fit(model, X_train, y[train], steps=150)
    moved = np.linalg.norm(model.get_weights()[0] - before) / np.linalg.norm(before)
    A = hidden_answers(model, X_train)
    alive = np.mean(np.ptp(A, axis=0) > 1e-6)
    saturated = np.mean(np.abs(A) > 0.99) if "tanh" in name else 0.0
    print(
        f"{name:31} alive {alive:4.0%}, saturated {saturated:4.0%}, first layer moved {moved:4.0%}, "
        f"loss {found[-1]:.2f}"
    )

    def histogram(axes, A=A):
        axes.hist(A.ravel(), bins=41, range=(-1.1, 1.1), color=plot.BLUE)
        axes.set_yscale("symlog", linthresh=100)

    panels.append(
        plot.picture(
            histogram, title=name, xlabel="answer of a unit", ylabel="how often", height=2.8
        )
    )
plot.side_by_side(
    *panels,
    caption="Answers of all units of the layer together. Up to 100 the upright axis has equal steps, "
    "above it is logarithmic.",
)

# %% [markdown]
r"""
Healthy units use their whole range. Saturated ones say hardly anything but −1 and 1, dead ones only 0:
where the activation is flat there is no gradient.

Dead is the end: nothing below a dead layer moves, ever. Saturated is a sleep. Such a network may still
fit, with its last layer and the few units near their edge, but its lower layers stay nearly where
chance has put them: it computes with random features, and you pay for a deep network and get a
shallow one.

**The gap.** Training loss far below validation loss: learned by heart. Both high and close together:
too small, too short or too cautious. Week 2 had the pictures, and in the assignment you will meet
four patients and write their prescriptions.

## 9. Callbacks

Nobody watches a hundred epochs. A **callback** is called by `fit` after every epoch (or step), and
may look, keep, change or stop. You wrote one above. Those that everybody uses:

| callback | does |
|---|---|
| `EarlyStopping(patience, restore_best_weights=True)` | stops when validation no longer improves |
| `ReduceLROnPlateau`, `LearningRateScheduler` | makes the rate smaller, when stuck or by a plan |
| `ModelCheckpoint` | writes the best model to a file |
| `CSVLogger`, `TensorBoard` | keep a record to look at during the run, or next year |

**Predict.** A wide network and sixty noisy points. It may train for 300 epochs with a patience of 30.
When will it stop, and which epoch's weights will it keep? What if `restore_best_weights` is
forgotten?
"""

# %%
few, few_y = data.xor(n=60, noise=0.25, seed=SEED + 1)
judge, judge_y = data.xor(n=300, noise=0.25, seed=SEED + 2)
keras.utils.set_random_seed(SEED)
wide = classifier((64, 64), "relu")
wide.compile(
    keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
)
callbacks = [
    keras.callbacks.EarlyStopping(patience=30, restore_best_weights=True),
    keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.99),
]
told = wide.fit(
    few, few_y, validation_data=(judge, judge_y), batch_size=60, epochs=300, verbose=0,
    callbacks=callbacks,
).history  # fmt: skip
best = int(np.argmin(told["val_loss"]))
print(f"stopped after epoch {len(told['loss'])}, best was epoch {best + 1}")
print(
    f"validation loss: best {told['val_loss'][best]:.3f}, last {told['val_loss'][-1]:.3f}, "
    f"of the weights that were kept {wide.evaluate(judge, judge_y, verbose=0):.3f}"
)
plot.curves(
    {"training": told["loss"], "validation": told["val_loss"]},
    x=np.arange(1, len(told["loss"]) + 1),
    xlabel="epoch",
    ylabel="loss",
    title="Stopped by a callback",
    caption="The loss of the sixty points that it learns from, and of 300 others, until it was stopped.",
)

# %% [markdown]
r"""
Thirty epochs without a new best, then it stops and goes back to the lowest point of the orange curve.
Without `restore_best_weights` you would be left with the weights of its right end.

**TensorBoard** is a page in your browser that draws such curves while they grow, of many runs side by
side, with histograms of weights and the graph. It is a package of its own (`pip install
tensorboard`, not needed for this course). With it, one more callback writes the record, and
`tensorboard --logdir runs` shows it:
"""

# %%
if importlib.util.find_spec("tensorboard"):
    watch_it = [keras.callbacks.TensorBoard("runs/first", histogram_freq=1)]
    print("TensorBoard is here: hand watch_it to fit(callbacks=…), then: tensorboard --logdir runs")
else:
    print(
        "TensorBoard is not installed. keras.callbacks.CSVLogger('run.csv') keeps the same numbers."
    )

# %% [markdown]
r"""
## 10. Seeds, and what they do not fix

Initial weights, the order of minibatches and dropout are random. `keras.utils.set_random_seed` seeds
Python, NumPy and TensorFlow in one call.

**Predict.** Two runs with the same seed: equal, or equal to some digits? Ten runs with ten seeds:
how far apart are their test accuracies, when the net is only *just* large enough?
"""


# %%
def run_with(seed):
    keras.utils.set_random_seed(seed)
    model = classifier((8, 8))
    found = quick_fit(model, X_train, y[train], rate=0.03, steps=250)
    right = np.argmax(model(scaled[test].astype("float32")), axis=1) == y[test]
    return found, float(right.mean())


(once, _), (again, _) = run_with(SEED), run_with(SEED)
print(
    f"same seed twice: largest difference of the losses {np.abs(np.subtract(once, again)).max():.1e}"
)
others = [run_with(seed) for seed in range(SEED + 1, SEED + 9)]
accuracies = np.array([accuracy for _, accuracy in others])
print(
    f"eight seeds: accuracy {accuracies.min():.1%} to {accuracies.max():.1%}, "
    f"mean {accuracies.mean():.1%}, standard deviation {accuracies.std(ddof=1):.1%}"
)


# %%
def fan(axes):
    for found, _ in others:
        axes.plot(found, color=plot.BLUE, alpha=0.55, linewidth=1.3)
    axes.plot(once, color=plot.ORANGE, linestyle="--", linewidth=2)


plot.picture(
    fan,
    title="One network, nine seeds",
    xlabel="step",
    ylabel="training loss",
    caption="Same data, same architecture, same rate. Whoever compares two settings with one run of "
    "each compares seeds.",
)

# %% [markdown]
r"""
A seed makes a run *repeatable*: on this machine, with these versions. It does not make it typical.
On a GPU sums may be added up in another order each time; `tf.config.experimental.enable_op_determinism()`
forbids that, at a price. So report the mean and spread over several seeds, and never choose the
seed: the best of ten seeds is a number about luck. (In the assignment, `experiment` keeps you
honest.)

## 11. What a GPU changes

Every tensor and every operation has a **device**. You can see it, and you can say it.
"""

# %%
for device in tf.config.list_physical_devices():
    print(device.device_type, device.name)
with tf.device("CPU:0"):
    here = tf.ones((2, 2))
print("this tensor lives on", here.device)

# %% [markdown]
r"""
With an NVIDIA GPU and its libraries (`pip install "tensorflow[and-cuda]"`) the list has a second
line, `GPU:0`, and *nothing else in this notebook changes*: TensorFlow places every operation that
the GPU knows there, and copies what it needs. What changes is the arithmetic of time. A CPU has a
dozen fast workers, a GPU ten thousand slow ones, and each order to it has a fixed cost. So a GPU is
wasted on small steps: it wants much work at once, and in a training step that means large batches
and wide layers.

You can see the same law on a CPU. Every call costs something before the first number is multiplied.

**Predict.** A layer of 512 to 512 units is asked about batches of 1, 4, 16, … examples. How does the
time *for one example* change?
"""

# %%
dense = tf.function(lambda X, W: tf.nn.relu(X @ W), reduce_retracing=True)
W = tf.random.stateless_normal((512, 512), seed=(SEED, 1))
sizes = [4**k for k in range(7)]
each = [best_time(lambda X: dense(X, W), tf.ones((n, 512)), tries=10) / n * 1000 for n in sizes]
print(f"one by one an example costs {each[0] / min(each):.0f} times as much as in the best batch")
plot.curves(
    each,
    x=sizes,
    logx=True,
    logy=True,
    xlabel="examples in the batch",
    ylabel="microseconds an example",
    title="Why batches",
    caption="Both axes are logarithmic: equal ways are equal factors.",
)

# %% [markdown]
r"""
From left to right the fixed cost of a call is shared by more examples, until arithmetic is all there
is. On a GPU the slope goes on for longer, and ends much lower.

Three things to know before renting one:

* **Copies cost.** Data cross a narrow bridge to the GPU. Bring a whole epoch over if it fits, or let
  `tf.data` fetch the next batch while this one is computed.
* **Only the compiled step is fast.** Each `float(loss)` waits for the GPU. Ask once an epoch.
* **Larger batches are not free.** Fewer steps an epoch; one usually raises the learning rate with
  the batch, and at some size accuracy falls.

For networks as small as this week's a laptop is as good as a GPU. From week 5 on, in the `full`
profile, you will be glad of one.

## 12. Where frameworks come from

*Theano* (Montreal, 2007 to 2017) was the first to let one write a formula in Python and get its
gradient as compiled code, for a GPU if there was one. *Torch* (in Lua) and *Caffe* (Berkeley, 2013,
with a zoo of trained models) followed. Google's first system, *DistBelief*, had layers built in, and
each new idea meant new C++; its successor, **TensorFlow** (November 2015; Abadi et al. 2016),
describes *any* computation as a graph of operations, differentiates the graph, and schedules it on
devices. François Chollet wrote **Keras** in the same year as an interface for people, first on top of
Theano. *PyTorch* (2016) made the tape popular: no graph, just run and record; TensorFlow 2 (2019) took
that over, with `tf.function` as the way back to graphs. *JAX* (2018) composes functions of functions:
`grad`, `jit`, `vmap`. Since 2023 Keras 3 runs on TensorFlow, JAX and PyTorch alike.

What all of them share is this week's first three sections.

## What to take along

* A **tensor** has a dtype and cannot be changed; a **variable** can. float32 has seven digits.
* The **tape** records operations and walks back: week 2's two rules. `None` means no path: a constant,
  NumPy or whole numbers on the way.
* `tf.function` traces once a signature. It helps most where operations are many and small.
* Same weights, same minibatches, float64: then two implementations agree, and if not, one is wrong.
* Sequential for stacks, functional for graphs, classes for what only Python can say.
* Split first; mean and spread from the training set; logits into the loss, softmax for people, and
  never both.
* Look at: the learning rate, the gap between the curves, the histogram of the units.
* Several seeds, mean and spread. The test set once.
* A GPU changes nothing in the program and much in what is worth doing: large batches, wide layers.

## Check yourself

Think of the answer, then open it.

<details><summary>1. <code>tape.gradient(loss, W)</code> is <code>None</code>. Name three possible reasons.</summary>

W is a constant that nobody watches; NumPy or whole numbers stand between W and the loss; the loss, or a part of the way to it,
was computed outside the tape.
</details>

<details><summary>2. A step under <code>tf.function</code> has the line <code>print(loss)</code>. What do you see in a thousand
steps?</summary>

One line, as long as shapes and dtypes stay the same, and no number in it: Python was there once, while the graph was recorded.
</details>

<details><summary>3. Ten classes, a softmax at the end, and <code>from_logits=True</code>. What is the lowest loss that can be
reached?</summary>

The surest answer is one 1 and nine 0. A second softmax makes e / (e + 9) of it, so log(1 + 9 / e), about 1.46.
</details>

<details><summary>4. Somebody standardizes all data and splits them afterwards. What is wrong with it?</summary>

Mean and spread know the validation and test sets, so these no longer stand for the future. With many examples of one kind you
will hardly see it; with few, or when the future drifts, the test promises too much.
</details>

<details><summary>5. Setting A has 97.1 % with seed 0, setting B 97.6 %. Which one do you take?</summary>

Nobody knows yet: another seed changes more than that. Run both with several seeds, and compare means with spreads.
</details>

<details><summary>6. A step with 32 examples takes 2 ms, one with 256 takes 3 ms. What do you win with the large batch, and what do you
lose?</summary>

256 examples take 3 ms in place of 16. But an epoch has an eighth of the steps: raise the learning rate, or train for more
epochs, and see whether the accuracy stays.
</details>

## Words of the week

| word | meaning |
|---|---|
| callback | an object that `fit` calls after epochs or steps |
| device | where a tensor lives and an operation runs: a CPU, a GPU |
| dtype | how a number is stored: float32, float64, int64, … |
| eager | running every operation at once, as Python reaches it |
| functional model | a Keras model given by its graph from inputs to outputs |
| gradient tape | the record of operations from which gradients are computed |
| graph | operations and what flows between them, without Python |
| histogram of activations | how often a layer's units give which answers |
| learning-rate decay | making the steps smaller as training goes on |
| logits | the sums of the last layer, before softmax |
| patience | how many epochs without improvement one waits |
| seed | the number from which all random numbers of a run follow |
| standardize | bring features to mean 0 and standard deviation 1 |
| tensor | an array that a framework can follow, differentiate and place |
| tracing | running Python once with stand-ins, to record the graph |
| training, validation, test set | to learn from, to decide with, to look at once |
| variable | a place that holds a tensor and can be assigned |

## Try changing

1. Section 4: let the two implementations differ in a single thing (another order of the minibatches;
   Nesterov). At which step do you see it in the losses, in float64 and in float32?
2. Section 6: number of training points: 50, 100, 200, 500. Plot the test accuracy. Does the network
   need to be smaller when there are fewer?
3. Section 6: hidden units 4, 8, 16, 32; activation linear, sigmoid, tanh, ReLU, ELU; optimiser SGD,
   momentum, RMSprop, Adam. One at a time, five seeds each. Which one matters most?
4. Section 7: make the net *too* large and the noise 0.3. Find the penalty and its strength that bring the
   test loss down. What does L1 do to the lines of the graph?
5. Section 7: the smallest net that solves the spiral from $x_1$ and $x_2$ alone.
6. Section 8: find the largest learning rate that still trains, for SGD and for Adam, and for batches of
   10 and of all.
7. Section 11: if you have a GPU: the same figure there. Where do the two curves cross?

## Further reading

* M. Abadi et al., *TensorFlow: a system for large-scale machine learning* (OSDI 2016): why a graph.
* F. Chollet, M. Watson, *Deep Learning with Python* (3rd edition, 2025), chapters 2 to 4 and 7.
* The guides *Introduction to gradients and automatic differentiation* and *Better performance with
  tf.function* on tensorflow.org; *Writing a training loop from scratch* on keras.io.
* D. Smilkov, S. Carter, *A neural network playground*, playground.tensorflow.org (2016).
* A. Baydin et al., *Automatic differentiation in machine learning: a survey*, JMLR 18 (2018).
* A. Karpathy, *A recipe for training neural networks* (2019): most of section 8, by someone who has
  made all the mistakes.
* D. Picard, *torch.manual_seed(3407) is all you need* (2021): what seeds are worth, measured.

Next week there are no labels.
"""
