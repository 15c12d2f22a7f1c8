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
function. In practice nobody does that. A **framework** does three jobs for you: it differentiates
whatever you compute (**automatic differentiation**), it turns your Python into a graph that runs
without Python, and it runs that graph on whatever chip is there. What is left is the hard part: to
decide what to compute, and to *see* when training goes wrong.

**Afterwards you can**

* say what a tensor, a variable, a tape and a graph are, and which mistakes belong to each;
* write week 2's network in fifteen lines and get the same numbers, to the last digits;
* build a model in Keras in three ways, and choose one for a reason;
* take a classification problem from raw numbers to a **decision boundary**: split, standardize,
  fit, evaluate;
* read loss curves and activation histograms, and use callbacks to act on what they show;
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

A **tensor** is an array that a framework can track. It has a shape, and a *dtype* (data type) that
never changes by itself, and its numbers cannot be overwritten.

**Predict.** Which of the four lines below fail? (Two do.)
"""


# %%
def attempt(what, compute):
    """Print the result, or the kind of error."""
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
Numbers from Python and NumPy are converted to the tensor's dtype. Two *tensors* of different dtypes
are not mixed: you have to say which precision you want. (Shapes, on the other hand, are adapted by
**broadcasting**, as in NumPy.) Keras' layers use **float32**: 24 binary digits, about seven decimal
ones, half the memory of NumPy's float64, and on a GPU many times the speed.

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
That is precise enough for training, but not for a gradient check, which is why week 2 did it in
float64.

Training has to change the weights, and a tensor cannot be changed. So weights are **variables**: a
variable holds a tensor and has the methods `assign`, `assign_add` and `assign_sub`. Every weight of
every Keras layer is one.

## 2. Automatic differentiation: the gradient tape

This is week 2's small network: one input, two ReLU units, one output, squared error. There you went
through its graph from right to left by hand, multiplying along arrows and adding where paths met.
That is **reverse mode** automatic differentiation, and TensorFlow does the same. While a
`GradientTape` is open, it records every operation, and the values that the operation's backward
function will need. It computes no derivatives yet. `tape.gradient` then goes through the record
backwards and calls one backward function per operation: given the gradient with respect to the
operation's output, it returns the gradient with respect to its inputs. (This is a **vector–Jacobian
product**: the **Jacobian**, the matrix of all partial derivatives, is never built.)

**Predict.** The seven derivatives, from memory if you can. (Week 2, section 3: the loss was 2 and
the derivative with respect to the output was −2.)
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
The numbers are the same, and you wrote no backward function. The tape records Python as it runs, not
a formula: loops, `if`, functions that call functions. The gradient is again a tensor, so it can be
differentiated again.

**Predict.** The figure shows tanh and its first three derivatives. What will the second derivative
look like at zero, and far away?
"""


# %%
def derivative(f):
    """Return the derivative of f, as a function that is applied elementwise."""

    def slope(z):
        with tf.GradientTape() as tape:
            tape.watch(z)  # constants are not recorded unless you ask for it
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
    title="tanh and its first three derivatives",
    caption="Computed with a tape inside a tape: each curve is the derivative of the one before.",
)

# %% [markdown]
r"""
The second derivative is zero at zero, where tanh is closest to a straight line. Far from zero all
derivatives are close to zero: a unit there is **saturated** and hardly learns.

The most common bug with tapes is not an error but a gradient that is `None`: there is *no
differentiable path* from the source to the result.

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
    "through NumPy": slope_of(lambda: tf.constant(np.square(w.numpy())) * 1.0, w),
    "through an integer": slope_of(lambda: tf.cast(tf.cast(w, tf.int32), tf.float32), w),
    "a step function: tf.round(w)": slope_of(lambda: tf.round(w), w),
}
for name, slope in cases.items():
    print(f"{name:28} {slope if slope is None else float(slope)}")

# %% [markdown]
r"""
Constants are not watched, NumPy operations are not recorded, and integers have no derivatives. The
gradient of a rounded number may be `None` or zero. Either way it is useless, for the same reason as
the step function's in week 2: the function is flat almost everywhere.

## 3. Graphs: `tf.function`

Python is slow: in a small network it spends more time on deciding which operation comes next than
on the operations. `tf.function` **traces** your function: it runs your Python *once*, with
placeholders for the tensors, and keeps the graph of operations that it saw. From then on the graph
runs, without Python.

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
It prints once for each *signature*: each new combination of shapes and dtypes is traced again. A
Python number as an argument is part of the signature, too. A loop counter passed as a Python number
would be traced at every step; passed as a tensor it is not. Python's side effects (printing,
appending to a list, drawing a random number with NumPy) happen during tracing and then never again.

Here is the graph that TensorFlow keeps of this function.
"""

# %%
recorded = layer.get_concrete_function(
    tf.TensorSpec((5, 3)), tf.TensorSpec((3, 2)), tf.TensorSpec((2,))
).graph
operations = [op for op in recorded.get_operations() if op.type not in ("Identity", "NoOp")]
depth = {}
for op in operations:  # its column: the length of the longest path to it
    depth[op.name] = 1 + max((depth.get(part.op.name, 0) for part in op.inputs), default=-1)
rows = {name: list(depth.values())[:i].count(depth[name]) for i, name in enumerate(depth)}
plot.graph(
    {name: (2.0 * depth[name], -1.2 * rows[name]) for name in depth},
    [(part.op.name, op.name) for op in operations for part in op.inputs if part.op.name in depth],
    labels={op.name: op.name if op.type == "Placeholder" else op.type for op in operations},
    title="The graph that tf.function has recorded",
    caption="Three inputs, three operations. The framework can now differentiate the graph, fuse "
    "operations, place them on devices, or save the graph without Python.",
)

# %% [markdown]
r"""
How much faster is it? We time two workloads: 300 *small* operations, where Python has much to do
and the arithmetic is little, and three products of *large* matrices, where it is the other way
round.

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
    """Return the shortest of several runs in milliseconds, after a warm-up run."""
    f(X).numpy()
    times = []
    for _ in range(tries):
        began = time.perf_counter()
        f(X).numpy()  # .numpy() waits until the result is computed
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
    caption="Measured on this machine: the shortest of five runs.",
)

# %% [markdown]
r"""
A graph saves the time that Python spends between operations, so it helps most where operations are
many and small. Compile the training step, not everything. While you look for a bug, leave the
decorator off: in *eager* mode every line runs when it is reached, and a `print` prints.

## 4. The same network in NumPy and in TensorFlow

Do both compute the same? Here is week 2's network again in NumPy, with gradients by hand and with
momentum. It trains on two spirals for forty epochs, and we keep the loss of every step.
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
]  # which examples are in which minibatch: drawn once, the same for all runs below

parameters, velocities, by_hand = start, [0.0] * 6, []
for rows in batches:
    loss, gradients = loss_and_gradients(parameters, X[rows], y[rows])
    velocities = [7 / 8 * v - g / 16 for v, g in zip(velocities, gradients, strict=True)]
    parameters = [p + v for p, v in zip(parameters, velocities, strict=True)]
    by_hand.append(loss)
print(f"loss of the first step {by_hand[0]:.6f}, of the last {by_hand[-1]:.6f}")

# %% [markdown]
r"""
And here are the fifteen lines in TensorFlow. The initial weights are copied, the minibatches are the
same rows in the same order, and Keras' `SGD` with momentum uses week 2's formula. The dtype is an
argument. (The learning rate is 1/16 and the momentum 7/8 because these numbers are exact in every
precision. Keras keeps both in float32, where 0.9 already differs in the eighth digit.)

**Predict.** After 400 steps, to how many decimal places do the losses agree in float64? And in
float32?
"""


# %%
def with_tensorflow(dtype):
    sizes = [("relu", 32), ("relu", 32), (None, 2)]
    net = keras.Sequential(
        [keras.Input((2,), dtype=dtype), *(layers.Dense(n, f, dtype=dtype) for f, n in sizes)]
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
    print(f"{dtype}: largest difference from week 2 {difference.max():.1e}")
assert apart["float64"].max() < 1e-6  # a single mistake anywhere would make this fail

# %%
plot.side_by_side(
    plot.curves(
        {"NumPy": by_hand, "TensorFlow": by_tf["float64"]},
        xlabel="step", ylabel="loss", title="losses of NumPy and TensorFlow",
    ),
    plot.curves(
        {dtype: np.maximum(difference, 1e-18) for dtype, difference in apart.items()},
        logy=True, xlabel="step", ylabel="absolute difference", title="difference from NumPy",
    ),
    caption="Left: the losses of both, step by step; the curves coincide. Right: their absolute "
    "difference, for TensorFlow in each precision.",
)  # fmt: skip

# %% [markdown]
r"""
The framework does what you did by hand. In float64 the losses differ only in the last digit. In
float32 each operation rounds after about seven digits; the losses differ by about $10^{-8}$ at first
and by $10^{-7}$ after 400 steps. The rounding errors stay in the weights, but in this small network
they hardly grow. (In long training runs of large networks they can.) The float64 run is closer to exact
arithmetic, but as classifiers both networks are equally good. So compare implementations like this:
the same initial weights, the same minibatches, float64, and the *first* steps.

## 5. Three ways to build a Keras model

The training step above did not depend on the layers, which came from Keras. There are three ways to
put layers together.
"""

# %%
# One: a sequential model, a stack. The output of each layer is the input of the next.
stack = keras.Sequential(
    [keras.Input((2,)), layers.Dense(16, "relu"), layers.Dense(16, "relu"), layers.Dense(3)]
)

# Two: a functional model, a graph. Call layers on symbolic tensors, which have a shape but no numbers.
inputs = keras.Input((2,))
first = layers.Dense(16, "relu")(inputs)
second = layers.Dense(16, "relu")(first)
graph = keras.Model(inputs, layers.Dense(3)(second))


# Three: a subclass of keras.Model, with any Python in `call`.
class Network(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second = layers.Dense(16, "relu"), layers.Dense(16, "relu")
        self.last = layers.Dense(3)

    def call(self, X):
        return self.last(self.second(self.first(X)))


# %% [markdown]
r"""
**Predict.** How many parameters has each? (2 inputs, 16 units, 16 units, 3 classes.) And what does an
object of the class know about its inputs before it has been called?
"""

# %%
own = Network()
print("the class, before its first call:", "built" if own.built else "not built")
some = np.random.default_rng(SEED).normal(size=(5, 2)).astype("float32")
own(some)
for model in (graph, own):
    model.set_weights(stack.get_weights())
for name, model in (("stack", stack), ("graph", graph), ("class", own)):
    same = np.abs(model(some) - stack(some)).max()
    print(f"{name}: {model.count_params()} parameters, largest difference from the stack {same}")
print("by hand:", 2 * 16 + 16 + 16 * 16 + 16 + 16 * 3 + 3)

# %% [markdown]
r"""
It is the same network three times. Use a **sequential model** where layers follow each other. Use a
**functional model** as soon as something branches: the framework still knows the whole graph, and can
draw it, count its parameters, save it and cut it in two. Use a **subclass** when `call` needs a loop
or an `if` that depends on data. The price is that only Python knows what the model does.

A sequential model cannot have branches. This one has five: the same input goes through five parallel
layers with different activations, and one output unit combines them.
"""

# %%
inputs = keras.Input((1,))
branches = [
    layers.Dense(8, activation, name=activation)(inputs)
    for activation in ("linear", "sigmoid", "tanh", "relu", "elu")
]
together = layers.Concatenate()(branches)
branched = keras.Model(inputs, layers.Dense(1)(together))
names = [layer.name for layer in branched.layers]
edges = [
    (tensor._keras_history.operation.name, layer.name)
    for layer in branched.layers
    for tensor in (layer.input if isinstance(layer.input, list) else [layer.input])
    if layer.name != names[0]
]
places = {names[0]: (0, 0), names[-2]: (4, 0), names[-1]: (6.4, 0)} | {
    branch: (2, 2 - i) for i, branch in enumerate(("linear", "sigmoid", "tanh", "relu", "elu"))
}
plot.graph(
    places, edges, labels={names[0]: "x", names[-2]: "concatenated, 40", names[-1]: "output, 1"},
    title="A functional model with five branches", height=3.4,
    caption="Drawn from the model's own graph. Each branch has 8 units.",
)  # fmt: skip

# %% [markdown]
r"""
## 6. From raw numbers to a decision boundary

Now a whole project: generate, split, standardize, fit, evaluate. It is **supervised learning**:
every example comes with a label. The data are two spirals again, but as real data arrive: one
feature in thousands, the other in hundredths.

**Split first.** Learn from a *training* set. Make decisions, such as when to stop or how wide the
network is (**hyperparameters**), with a *validation* set. Use a *test* set once, at the end, to
measure **generalization**. Everything that is computed from data, mean and standard deviation too,
is computed from the training set alone.
"""

# %%
X, y = data.spiral(n=1000, noise=0.02, seed=SEED)
raw = X * [2000, 0.02] + [5000, 0.3]  # in the instruments' units
order = np.random.default_rng(SEED).permutation(1000)
train, val, test = np.split(order, [500, 700])
mean, std = raw[train].mean(axis=0), raw[train].std(axis=0)
scaled = (raw - mean) / std
print("means and standard deviations of the training set:", mean.round(2), std.round(3))
print(
    "means and standard deviations of the test set after scaling with them:",
    scaled[test].mean(axis=0).round(2),
    scaled[test].std(axis=0).round(2),
)

# %% [markdown]
r"""
The last layer gives two **logits**, and **softmax** turns them into probabilities. Softmax is an
activation that depends on the whole layer at once. For two classes it is week 1's logistic function
(of what?). Keras' loss accepts probabilities or logits. Logits are more accurate. In float32 the
softmax of the logits (120, 0) is exactly (1, 0); if class 1 is right, the loss computed from the
probabilities is $-\log 0$, which is infinite, while the loss computed from the logits is 120. So we
set `from_logits=True`. A callback stores the weights after some epochs, to plot the decision
boundary then.

**Predict.** Draw the decision boundary after 1, 20, 60 and 150 epochs. What does the network learn
first: the outer turns of the spirals or the middle?
"""


# %%
def classifier(hidden=(32, 32), activation="tanh", classes=2):
    hidden_layers = [layers.Dense(n, activation) for n in hidden]
    return keras.Sequential([keras.Input((2,)), *hidden_layers, layers.Dense(classes)])


class Album(keras.callbacks.Callback):
    """A callback that keeps a copy of the weights after some epochs."""

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
curves = net.fit(
    scaled[train], y[train], validation_data=(scaled[val], y[val]), batch_size=100, epochs=150,
    verbose=0, callbacks=[album],
).history  # fmt: skip


# %%
def probability(model, weights=None):
    """Return the probability of class 1 as a function of points, for plotting."""
    if weights is not None:
        model.set_weights(weights)
    return lambda Z: tf.nn.softmax(model(Z.astype("float32"))).numpy()[:, 1]


panels, distance = [], np.linalg.norm(scaled[train], axis=1)
inside = distance < np.median(distance)  # the inner half of the points
for epoch, weights in album.weights.items():
    f = probability(net, weights)
    right = (f(scaled[train]) > 0.5) == y[train]
    print(
        f"epoch {epoch:3}: accuracy on the inner half {right[inside].mean():4.0%}, "
        f"on the outer half {right[~inside].mean():4.0%}"
    )
    panels.append(plot.decision_boundary(f, scaled[train], y[train], title=f"epoch {epoch}"))
plot.side_by_side(*panels, columns=2, caption="The decision boundary during training.")

# %% [markdown]
r"""
It begins as an almost straight line, is uncertain for a while, and then winds into the spirals, the
outer turns first. Here is the same training run in numbers.
"""

# %%
plot.side_by_side(
    plot.curves({"training": curves["loss"], "validation": curves["val_loss"]},
                xlabel="epoch", ylabel="loss", title="loss"),
    plot.curves({"training": curves["accuracy"], "validation": curves["val_accuracy"]},
                xlabel="epoch", ylabel="accuracy", title="accuracy"),
    caption="Look at the loss first. It changes with every probability; accuracy changes only when "
    "an example crosses the decision boundary.",
)  # fmt: skip

# %%
loss, accuracy = net.evaluate(scaled[test], y[test], verbose=0)
print(f"test set, used once: accuracy {accuracy:.1%}, loss {loss:.3f}")

# %% [markdown]
r"""
**Common mistakes.** Three mistakes that raise no error:

1. the features are used as they came, in thousands and hundredths;
2. a softmax at the end of the network *and* `from_logits=True` in the loss: softmax twice;
3. the validation set is standardized with its own mean and standard deviation. (The difference is
   small here. It is large when the validation set is distributed differently, or is a single
   example.)

**Predict** the loss curves of the first two. Why can the second never fall below about 0.31?
"""


# %%
def quick_fit(model, X, y, rate=0.02, steps=300, watch=None):
    """Train with Adam, all examples at once, and return the losses: few data need no minibatches."""
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
    ("correct", scaled, False),
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
    title="Two mistakes that raise no error",
    caption="The same network, initial weights and learning rate: once correct, twice with a mistake.",
)

# %% [markdown]
r"""
With features in thousands the first layer saturates at once, and its gradients vanish.

And softmax twice? The most confident output of the first softmax is $(1, 0)$. The second softmax
takes these as logits. They differ by only 1, so it returns $1/(1+e^{-1}) = 0.73$: the loss cannot
fall below $-\log 0.73 = 0.31$, and the gradients are small throughout. The network may still
classify well, so this mistake is easily missed. (If the softmax is the activation of the last layer
itself, Keras notices, uses its logits, and warns. It cannot do so for a loss or a model of your own.)

## 7. The TensorFlow playground

Daniel Smilkov and Shan Carter put a neural network into a web page in 2016: *A neural network
playground*. Here is one like it in your notebook. Everything about it can be changed while it runs:
the four data sets, the input features ($x_1$, $x_2$, squares, product, sines), layers and units,
activation, learning rate, and a penalty on weights. Each tile is a unit: blue where its output is
above zero, orange below. Lines are weights, thick where they are large, dashed orange where they
are negative. Point at a unit to see its output in the large picture.

**Predict, then play.** Write your guesses down for all five before you press *train*:

1. The circle, with $x_1$ and $x_2$: how many hidden units does it need at least?
2. The circle without *any* hidden layer: which two features make the classes linearly separable?
3. Exclusive or without a hidden layer: which one feature is enough?
4. The spiral: first with all seven features and one hidden layer, then with $x_1$ and $x_2$ only.
   What do the additional layers replace?
5. ReLU, with the learning rate as high as it goes. Which tiles become white, and do they ever
   recover?
"""

# %%
play = widgets.playground(
    "circle", hidden=(4, 2), learning_rate=0.3, seed=SEED, title="What does each unit see?"
)
play

# %% [markdown]
r"""
You can use the widget's weights. `play.weights` has what the browser had learned when you last
paused (or, if nobody pressed *train*, what the same network learns in 200 epochs), in the order that
Keras uses. So the same network in Keras takes one expression for the layers and one for the weights.

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
predicted = twin(play.inputs(X_test).astype("float32")).numpy()[:, 0]
print(
    f"accuracy on the test points: {np.mean((predicted > 0.5) == y_test):.3f} in Keras, "
    f"{play.accuracy():.3f} in the playground"
)
plot.decision_boundary(
    lambda Z: twin(play.inputs(Z).astype("float32")).numpy(),
    *play.train,
    title="The playground's network, in Keras",
    caption="Surface: the probability computed by Keras. Points: the playground's training set.",
)

# %% [markdown]
r"""
The surfaces agree: layers and weights determine the function, whatever program evaluates it.

Which data sets are hard, and for which networks? Instead of clicking, let the computer try: four
data sets, five networks with the inputs $x_1$ and $x_2$, and one with all seven features. The number
is the accuracy on the test points.

**Predict** the hardest cell that is still solved, and the easiest that is not.
"""

# %%
TWO = ("x1", "x2")
ALL = ("x1", "x2", "x1²", "x2²", "x1x2", "sin 5x1", "sin 5x2")
nets = {
    "no hidden layer": (TWO, ()),
    "2 units": (TWO, (2,)),
    "3 units": (TWO, (3,)),
    "8 units": (TWO, (8,)),
    "8 and 8 units": (TWO, (8, 8)),
    "8 units, 7 features": (ALL, (8,)),
}
table = [
    [
        widgets.playground(
            name, features=features, hidden=hidden, learning_rate=0.3, noise=0.03, seed=SEED + 1
        ).accuracy()
        for features, hidden in nets.values()
    ]
    for name in data.PLAYGROUND
]
plot.heatmap(
    100 * np.array(table), rows=list(data.PLAYGROUND), columns=list(nets), numbers=".0f",
    title="Test accuracy in percent, after 200 epochs",
    caption="Each cell is one network on one data set, evaluated on points that it was not trained on.",
)  # fmt: skip

# %% [markdown]
r"""
One unit draws one line, and three lines can enclose a circle. The spiral needs more: from $x_1$ and
$x_2$ none of these networks gets far beyond guessing in 200 epochs. With all seven features a single
layer of 8 units is enough (96 to 100 % with five seeds). So features can replace layers. People used
to design features by hand; a deep network learns them in its hidden layers. This is why deep learning
is a form of **representation learning**.

## 8. Diagnosing training: learning rate, activations, loss curves

**The learning rate** is usually the most important hyperparameter. Here is the same network with
three learning rates.

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
Too small: the loss falls smoothly but slowly. Too large: it jumps again and again and does not
converge. In between there is a factor of ten or more to choose from. A **learning-rate range test**
(Smith, 2015) finds it quickly: raise the learning rate a little at every step of one short run, plot
the loss against it, and choose a value well below the one at which the loss begins to rise.

**Activation histograms.** A loss curve says *that* something is wrong; the activations say what. Here
are three networks, one with suitable initial weights and two without, and the activations of their
last hidden layer on the training set after 150 steps.

**Predict.** What does the histogram of a saturated tanh layer look like? Of a dead ReLU layer? And
which of the three networks has the lowest loss after 150 steps?
"""


# %%
def hidden_activations(model, X):
    """Return the activations of the last hidden layer, shape (n_examples, n_units)."""
    below = keras.Model(model.inputs[0], model.layers[-2].output)
    return below(X).numpy()


def with_initial_weights(activation, scale, shift, seed=SEED):
    """Return a classifier whose hidden layers' initial weights are scaled and biases shifted."""
    keras.utils.set_random_seed(seed)
    model = classifier(activation=activation)
    for layer in model.layers[:-1]:
        W, b = layer.get_weights()
        layer.set_weights([scale * W, b + shift])
    return model


X_train = scaled[train].astype("float32")
networks = {
    "tanh, Keras' weights": with_initial_weights("tanh", 1, 0),
    "tanh, weights 15 times as large": with_initial_weights("tanh", 15, 0),
    "ReLU, biases of -3": with_initial_weights("relu", 1, -3),
}
panels = []
print("after 150 steps (change: relative to the norm of the first layer's initial weights)")
for name, model in networks.items():
    before = model.get_weights()[0]
    found = quick_fit(model, X_train, y[train], steps=150)
    moved = np.linalg.norm(model.get_weights()[0] - before) / np.linalg.norm(before)
    A = hidden_activations(model, X_train)
    alive = np.mean(np.ptp(A, axis=0) > 1e-6)
    saturated = np.mean(np.abs(A) > 0.99) if "tanh" in name else 0.0
    print(
        f"{name:31} alive {alive:4.0%}, saturated {saturated:4.0%}, first layer changed {moved:4.0%}, "
        f"training loss {found[-1]:.2f}"
    )

    def histogram(axes, A=A):
        axes.hist(A.ravel(), bins=41, range=(-1.1, 1.1), color=plot.BLUE)
        axes.set_yscale("symlog", linthresh=100)

    panels.append(
        plot.picture(histogram, title=name, xlabel="activation", ylabel="count", height=2.8)
    )
plot.side_by_side(
    *panels,
    caption="Activations of all units of the last hidden layer, for all training examples. The vertical "
    "axis is linear up to 100 and logarithmic above.",
)

# %% [markdown]
r"""
Healthy units use their whole range. Saturated units output almost only −1 and 1, dead units only 0:
where the activation is flat, the gradient is zero or close to it.

The dead network cannot recover: no gradient reaches anything below the dead layer, and the loss stays
at log 2. The saturated network is a surprise: its training loss is the *lowest* of the three, although
its first layer has changed by only a fifth. With large initial weights the units are steep steps in many random
directions; the layers above only have to combine these **random features**. So is it a good network?
Train longer, with three seeds, and look at the test set.

**Predict.** After 600 steps: which of the two tanh networks has the lower training loss, which one
the lower test loss?
"""

# %%
for name, scale in (("Keras' weights", 1), ("15 times as large", 15)):
    scores = []
    for seed in range(SEED, SEED + 3):
        model = with_initial_weights("tanh", scale, 0, seed)
        model.compile(
            keras.optimizers.Adam(0.02),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
            steps_per_execution=50,
        )  # 600 copies of the training set as batches: 600 steps in one epoch, which is faster
        model.fit(np.tile(X_train, (600, 1)), np.tile(y[train], 600), batch_size=500,
                  shuffle=False, verbose=0)  # fmt: skip
        scores.append([model.evaluate(scaled[part], y[part], verbose=0) for part in (train, test)])
    (loss, _), (test_loss, accuracy) = np.mean(scores, axis=0)
    _, (loss_std, accuracy_std) = np.std(scores, axis=0, ddof=1)
    print(
        f"{name:17} training loss {loss:.3f}, test loss {test_loss:.3f} ± {loss_std:.3f}, "
        f"test accuracy {accuracy:.1%} ± {accuracy_std:.1%}"
    )

# %% [markdown]
r"""
Both networks fit the training set, but the one with large initial weights has a test loss several
times as high. Random features are not adapted to the spirals; a first layer that is trained is. A low
training loss is not generalization, and here the histogram shows the problem before the loss does.

**Loss curves.** Training loss far below validation loss: the network **memorizes** the training set
(overfitting). Both high and close together: it underfits, because its **capacity** is too small, the
learning rate too low or the training too short. Week 2 had the figures, and in the assignment you
will diagnose four networks.

Against overfitting Keras has week 2's methods: `keras.layers.Dropout(0.3)` after a hidden layer;
`kernel_regularizer=keras.regularizers.L2(0.001)` in a layer, which adds the penalty to the loss; weight
decay in the optimizer, `keras.optimizers.AdamW(weight_decay=…)`, which is not the same as an L2 penalty
under Adam; and early stopping, in the next section.

## 9. Callbacks

You do not have to watch a hundred epochs. A **callback** is called by `fit` after every epoch (or
step), and can record, save, change or stop. You saw one above. The most common ones:

| callback | what it does |
|---|---|
| `EarlyStopping(patience, restore_best_weights=True)` | stops when the validation loss no longer improves (**early stopping**) |
| `ReduceLROnPlateau`, `LearningRateScheduler` | lowers the learning rate, on a plateau or by a schedule |
| `ModelCheckpoint` | writes the best model to a file |
| `CSVLogger`, `TensorBoard` | record the losses, to look at during the run or later |

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
history = wide.fit(
    few, few_y, validation_data=(judge, judge_y), batch_size=60, epochs=300, verbose=0,
    callbacks=callbacks,
).history  # fmt: skip
best = int(np.argmin(history["val_loss"]))
print(f"stopped after epoch {len(history['loss'])}, best was epoch {best + 1}")
print(
    f"validation loss: best {history['val_loss'][best]:.3f}, last {history['val_loss'][-1]:.3f}, "
    f"with the restored weights {wide.evaluate(judge, judge_y, verbose=0):.3f}"
)
plot.curves(
    {"training": history["loss"], "validation": history["val_loss"]},
    x=np.arange(1, len(history["loss"]) + 1),
    xlabel="epoch",
    ylabel="loss",
    title="Early stopping",
    caption="The loss on the sixty training points, and on 300 validation points, until training was "
    "stopped.",
)

# %% [markdown]
r"""
After thirty epochs without a new best it stops and restores the weights of the lowest point of the
orange curve. Without `restore_best_weights` you would keep the weights of its right end.

`model.save("net.keras")` writes a model with its architecture and weights to a file, and
`keras.models.load_model("net.keras")` reads it.

**TensorBoard** is a page in your browser that draws such curves during training, for many runs side
by side, with histograms of weights and the graph. It is a separate package (`pip install
tensorboard`, not needed for this course). One more callback writes its record, and
`tensorboard --logdir runs` shows it:
"""

# %%
if importlib.util.find_spec("tensorboard"):
    watch_it = [keras.callbacks.TensorBoard("runs/first", histogram_freq=1)]
    print(
        "TensorBoard is installed: pass watch_it to fit(callbacks=…), then: tensorboard --logdir runs"
    )
else:
    print(
        "TensorBoard is not installed. keras.callbacks.CSVLogger('run.csv') writes the losses to a file."
    )

# %% [markdown]
r"""
## 10. Random seeds and reproducibility

Initial weights, the order of minibatches and dropout are random. `keras.utils.set_random_seed` seeds
Python, NumPy and TensorFlow in one call.

**Predict.** Two training runs with the same seed: equal, or equal to some digits? Eight runs with
eight other seeds: how far apart are their test accuracies, when the network is only *just* large
enough?
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
def all_runs(axes):
    for found, _ in others:
        axes.plot(found, color=plot.BLUE, alpha=0.55, linewidth=1.3)
    axes.plot(once, color=plot.ORANGE, linestyle="--", linewidth=2)


plot.picture(
    all_runs,
    title="One network, nine seeds",
    xlabel="step",
    ylabel="training loss",
    caption="Same data, same architecture, same learning rate. Two settings with one run each cannot "
    "be compared: the difference may come from the seed.",
)

# %% [markdown]
r"""
A seed makes a run *reproducible*: on this machine, with these versions. It does not make it typical.
On a GPU numbers may be added in another order each time;
`tf.config.experimental.enable_op_determinism()` forbids that, and is slower. So report the mean and
the standard deviation over several seeds, and never choose the seed: the best of ten seeds is mostly
luck. (In the assignment you write `experiment` for this.)

## 11. What a GPU changes

Every tensor and every operation has a **device**. You can read it, and you can choose it.
"""

# %%
for device in tf.config.list_physical_devices():
    print(device.device_type, device.name)
with tf.device("CPU:0"):
    here = tf.ones((2, 2))
print("this tensor is on", here.device)

# %% [markdown]
r"""
With an NVIDIA GPU and its libraries (`pip install "tensorflow[and-cuda]"`) the list has a second
line, `GPU:0`, and *nothing else in this notebook changes*: TensorFlow runs on the GPU every operation
that has a GPU version, and copies what it needs. What changes is the timing. A CPU has a few fast
cores, a GPU has thousands of slower ones, and each operation that is started on it has a fixed
overhead. So small steps do not use a GPU well. It needs much work at once, and in a training step
that means large batches and wide layers.

You can see the same on a CPU. Every call has an overhead before the first number is multiplied.

**Predict.** A layer with 512 inputs and 512 units processes batches of 1, 4, 16, … examples. How does
the time *per example* change?
"""

# %%
dense = tf.function(lambda X, W: tf.nn.relu(X @ W), reduce_retracing=True)
W = tf.random.stateless_normal((512, 512), seed=(SEED, 1))
sizes = [4**k for k in range(7)]
each = [best_time(lambda X: dense(X, W), tf.ones((n, 512)), tries=10) / n * 1000 for n in sizes]
print(f"an example alone takes {each[0] / min(each):.0f} times as long as one in the best batch")
plot.curves(
    each,
    x=sizes,
    logx=True,
    logy=True,
    xlabel="examples in the batch",
    ylabel="microseconds per example",
    title="Time per example, by batch size",
    caption="Both axes are logarithmic: equal distances are equal factors.",
)

# %% [markdown]
r"""
From left to right more examples share the overhead of a call, until the time is almost all
arithmetic. On a GPU the curve falls for longer, and ends much lower.

Three things to know before you rent one:

* **Copies are slow.** Data reach the GPU over a slow connection. Copy a whole epoch if it fits, or let
  `tf.data` fetch the next batch while this one is computed.
* **Do not wait for every step.** Each `float(loss)` waits for the GPU. Ask once per epoch.
* **Larger batches have a price.** An epoch has fewer steps, so one usually raises the learning rate
  with the batch size. At some size the accuracy falls nevertheless.

For networks as small as this week's a laptop is as good as a GPU. From week 5 on, in the `full`
profile, a GPU helps.

## 12. A short history of deep-learning frameworks

*Theano* (Montreal, 2007 to 2017) let one write a formula in Python and compiled its gradient, for a
GPU if there was one. *Torch* (in Lua) and *Caffe* (Berkeley, 2013, with a "model zoo"
of trained networks) were its contemporaries. In Google's first system, *DistBelief*, layers were
built in, and a new kind of layer needed C++. Its successor, **TensorFlow** (November 2015; Abadi et
al. 2016), describes *any* computation as a graph of operations, differentiates the graph, and places
it on devices. François Chollet released **Keras** in the same year as an interface for people, first
on top of Theano.

These systems defined the graph first and ran it afterwards ("define and run"). *Chainer* (Tokyo,
2015) and *autograd* (Harvard, 2015) record operations while Python runs ("define by run"): that is
the tape. *PyTorch* (2016) took over this idea and made it popular, and TensorFlow 2 (2019) adopted
it, with `tf.function` as the way back to graphs. *JAX* (2018) transforms functions: `grad`
differentiates, `jit` compiles, `vmap` adds a batch axis. Since 2023 Keras 3 runs on TensorFlow, JAX
and PyTorch alike.

All of them share the ideas of this week's first three sections. Here is one training step in PyTorch
and in JAX, for the comparison with section 4:

```python
# PyTorch
loss = F.cross_entropy(net(X), y)
optimizer.zero_grad()   # gradients are added to the stored ones, so set these to zero first
loss.backward()         # goes backwards through the tape
optimizer.step()

# JAX: the parameters are an argument, and nothing is changed in place
loss, grads = jax.value_and_grad(lambda params: cross_entropy(net(params, X), y))(params)
params = jax.tree.map(lambda p, g: p - learning_rate * g, params, grads)
```

## Summary

* A **tensor** has a dtype and cannot be changed; a **variable** can. float32 has seven digits.
* The **tape** records operations and goes backwards through them: reverse mode, week 2's two rules.
  `None` means that there is no path: a constant, NumPy or integers in between.
* `tf.function` traces once per signature. It helps most where operations are many and small.
* Same weights, same minibatches, float64: then two implementations agree, or one of them is wrong.
* Sequential models for stacks, functional models for graphs, subclasses for what only Python can do.
* Split first; mean and standard deviation from the training set; logits into the loss, softmax for
  probabilities, never both.
* Check the learning rate, the gap between the loss curves, the activation histograms, and validation
  data: saturated units are visible there before they are in the training loss.
* Several seeds, mean and standard deviation. The test set once.
* A GPU changes nothing in the program, but much in what is efficient: large batches, wide layers.

## Check yourself

Think of the answer, then open it.

<details><summary>1. <code>tape.gradient(loss, W)</code> is <code>None</code>. Name three possible reasons.</summary>

W is a constant that is not watched; there is NumPy or an integer between W and the loss; the loss, or a part of it, was
computed outside the tape.
</details>

<details><summary>2. A step under <code>tf.function</code> has the line <code>print(loss)</code>. What do you see in a thousand
steps?</summary>

One line, as long as shapes and dtypes stay the same, and no number in it: Python ran once, during tracing, when the tensor had
no value.
</details>

<details><summary>3. Ten classes, a softmax at the end, and <code>from_logits=True</code>. What is the lowest loss that can be
reached?</summary>

The most confident output is one 1 and nine 0. The second softmax turns the 1 into e / (e + 9), so the loss is log(1 + 9 / e), about
1.46.
</details>

<details><summary>4. Somebody standardizes all data and splits them afterwards. What is wrong with it?</summary>

The mean and standard deviation contain information about the validation and test sets, so these no longer stand for new data
(**data leakage**). With many examples from one distribution you will hardly see it; with few, or when new data are distributed
differently, the test accuracy is too optimistic.
</details>

<details><summary>5. Setting A has 97.1 % with seed 0, setting B 97.6 %. Which one do you choose?</summary>

You cannot tell yet: another seed may change more than that. Run both with several seeds, and compare the means with their standard
deviations.
</details>

<details><summary>6. A step with 32 examples takes 2 ms, one with 256 takes 3 ms. What do you gain with the large batch, and what
do you lose?</summary>

256 examples take 3 ms instead of 16. But an epoch has an eighth of the steps: raise the learning rate, or train for more
epochs, and check that the accuracy stays.
</details>

## Words of the week

| word | meaning |
|---|---|
| automatic differentiation | computing the derivatives of a program from those of its operations |
| callback | an object that `fit` calls after epochs or steps |
| data leakage | information about validation or test data that reaches training |
| device | where a tensor is stored and an operation runs: a CPU, a GPU |
| dtype | how a number is stored: float32, float64, int64, … |
| eager mode | running every operation immediately, when Python reaches it |
| early stopping | ending training when the validation loss no longer improves |
| functional model | a Keras model given by its graph from inputs to outputs |
| gradient tape | the record of operations from which gradients are computed |
| graph | operations and the tensors that flow between them, without Python |
| activation histogram | how often the units of a layer have which activations |
| hyperparameter | a number that is chosen, not learned: learning rate, width, batch size |
| learning-rate decay | lowering the learning rate during training |
| logits | the pre-activations of the last layer, before softmax |
| patience | how many epochs without improvement early stopping waits |
| reverse mode | from the loss back to all parameters, one backward function per operation |
| seed | the number that determines all random numbers of a run |
| standardize | scale features to mean 0 and standard deviation 1 |
| tensor | an array that a framework can track, differentiate and place on a device |
| tracing | running Python once with placeholders, to record the graph |
| training, validation, test set | to learn from, to make decisions with, to use once at the end |
| variable | a container for a tensor; its value can be assigned |
| vector–Jacobian product | what a backward function computes: the gradient of its inputs from that of its output |

## Try changing

1. Section 4: let the two implementations differ in a single thing (another order of the minibatches;
   Nesterov). At which step do you see it in the losses, in float64 and in float32?
2. Section 6: number of training points: 50, 100, 200, 500. Plot the test accuracy. Should the network
   be smaller when there are fewer points?
3. Section 6: hidden units 4, 8, 16, 32; activation linear, sigmoid, tanh, ReLU, ELU; optimizer SGD,
   momentum, RMSprop, Adam. One at a time, five seeds each. Which one matters most?
4. Section 7: make the network *too* large and the noise 0.3. Find the penalty and its strength that
   lower the test loss most. What does L1 do to the weights?
5. Section 7: find the smallest network that solves the spiral from $x_1$ and $x_2$ alone, and the
   fewest features with which 8 units solve it.
6. Section 8: find the largest learning rate that still trains, for SGD and for Adam, and for batches of
   10 and of all examples.
7. Section 11: if you have a GPU: plot the same figure on it. Where do the two curves cross?

## Further reading

* M. Abadi et al., *TensorFlow: a system for large-scale machine learning* (OSDI 2016): why a graph.
* F. Chollet, M. Watson, *Deep Learning with Python* (3rd edition, 2025), chapters 2 to 4 and 7.
* The guides *Introduction to gradients and automatic differentiation* and *Better performance with
  tf.function* on tensorflow.org; *Writing a training loop from scratch* on keras.io.
* D. Smilkov, S. Carter, *A neural network playground*, playground.tensorflow.org (2016).
* A. Baydin et al., *Automatic differentiation in machine learning: a survey*, JMLR 18 (2018).
* A. Karpathy, *A recipe for training neural networks* (2019): most of section 8, from long
  experience.
* D. Picard, *torch.manual_seed(3407) is all you need* (2021): how much the seed matters, measured.

Next week there are no labels.
"""
