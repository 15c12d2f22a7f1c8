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
# Week 6: recurrent networks and text

### What comes next?

*The keys that I left on the kitchen table this morning ...* "was" or "were"? You know it must be
"were", because of a word that you read nine words ago. The networks of the last weeks could not
know: they take an input of fixed size, answer, and forget. This week a network gets a memory. It
reads one piece at a time, for as long as there is something to read, and what it has read stays
with it. In the end it writes.

**Afterwards you can**

* say what tells a recurrent network from a feed-forward one, and unroll it in time;
* carry gradients back through time by hand, and check them;
* measure how a gradient vanishes or explodes over a hundred steps, and say what to do about it;
* build an LSTM and a GRU gate by gate, and say why they remember what a plain unit forgets;
* train a network to read a text character by character, measure it in bits, and let it write;
* find, inside it, a single unit that knows whether a quotation mark is open.

**You need** week 2 (backpropagation, the vanishing gradient), week 3 (Keras) and a look at week 4
(embeddings).

**Time:** two hours if you make the predictions and play. The notebook itself runs in about a
minute.

**How to read it.** Where it says **Predict**, stop and write your guess down before you run the
next cell.
"""

# %% setup=true
import dlcourse

dlcourse.import_keras()  # without TensorFlow's start-up messages

import itertools

import keras
import numpy as np
from keras import layers

from dlcourse import data, plot, text, widgets

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
r"""
## 1. Things that come one after another

A picture has so many pixels, and that is that. A sentence has as many words as it needs. So has a
melody, a heartbeat, a proof. What goes in and what comes out can be one thing or a sequence, and
that makes five patterns.
"""


# %%
def pattern(title, inputs, outputs, n_steps):
    """Draw which steps of a recurrent layer get an input, and which give an output."""
    nodes, edges, colors = {}, [], {}
    for t in range(n_steps):
        nodes[f"h{t}"] = (t, 0)
        if t:
            edges.append((f"h{t - 1}", f"h{t}"))
    for t in inputs:
        nodes[f"x{t}"], colors[f"x{t}"] = (t, -1), plot.ORANGE
        edges.append((f"x{t}", f"h{t}"))
    for t in outputs:
        nodes[f"y{t}"], colors[f"y{t}"] = (t, 1), plot.BLUE
        edges.append((f"h{t}", f"y{t}"))
    names = {node: node[0] for node in nodes}
    return plot.graph(nodes, edges, labels=names, colors=colors, title=title, width=2.7, height=2.5)


plot.side_by_side(
    pattern("one to one", [0], [0], 1),
    pattern("one to many", [0], [0, 1, 2], 3),
    pattern("many to one", [0, 1, 2], [2], 3),
    pattern("many to many, later", [0, 1], [2, 3], 4),
    pattern("many to many, in step", [0, 1, 2], [0, 1, 2], 3),
    columns=3,
    caption="Orange: inputs. Grey: the state, handed on from left to right. Blue: outputs.",
)

# %% [markdown]
r"""
*One to one* is all that we had so far: a picture, a class. *One to many*: a picture, and a sentence
that describes it. *Many to one*: a review, and whether it is friendly. *Many to many, later*: a
sentence in French, and, when it has been read, the same in English. *In step*: each frame of a film
and what happens in it.

**Predict.** Which pattern is "read a text and guess the next character, at every character"?
(Section 7 has the answer.)

## 2. A unit that reads its own last answer

Give a layer one input more: what it answered at the step before. That is the whole invention. With
$h_t$ for the **state** after step $t$,

$$
h_t = \tanh(x_t W_x + h_{t-1} W_h + b), \qquad h_0 = 0 .
$$

Drawn with its loop it looks mysterious. **Unrolled in time** it is a deep network like any other,
only that all its layers share one set of weights:
"""


# %%
def loop(axes):
    """A way from the state back to itself, and the weights on it."""
    axes.plot([0.16, 0.5, 0.5], [0.1, 0.1, -0.1], color=plot.INK, linewidth=1.4)
    arrow = {"arrowstyle": "-|>", "color": plot.INK, "linewidth": 1.4}
    axes.annotate("", (0.13, -0.1), (0.51, -0.1), arrowprops=arrow)
    axes.text(0.58, 0, "$W_h$, one step later", va="center", size=9)


folded = plot.overlay(
    plot.graph(
        {"x": (0, -1), "h": (0, 0), "y": (0, 1), " ": (1.2, 0)},
        [("x", "h"), ("h", "y")],
        labels={"x": "$x_t$", "h": "$h_t$", "y": "$y_t$", " ": ""},
        colors={"x": plot.ORANGE, "y": plot.BLUE, " ": "none"},
        title="as one writes it",
        width=3.0,
        height=3.0,
    ),
    plot.picture(loop),
)
unrolled = plot.graph(
    {"h0": (0, 0)} | {f"{s}{t}": (t, k) for t in (1, 2, 3) for k, s in ((-1, "x"), (0, "h"), (1, "y"))},
    [(f"h{t - 1}", f"h{t}", "$W_h$") for t in (1, 2, 3)]
    + [(f"x{t}", f"h{t}") for t in (1, 2, 3)]
    + [(f"h{t}", f"y{t}") for t in (1, 2, 3)],
    labels={f"{s}{t}": f"${s}_{t}$" for s in "xhy" for t in range(4)},
    colors={f"{s}{t}": c for s, c in (("x", plot.ORANGE), ("y", plot.BLUE)) for t in range(4)},
    title="as one computes it",
    width=5.2,
    height=3.0,
)  # fmt: skip
plot.side_by_side(
    folded,
    unrolled,
    caption="The same layer twice. Unrolled over three steps, it is three layers deep, and each of "
    "them has the same weights.",
)

# %% [markdown]
r"""
Can one such unit remember anything? Set it by hand: input weight 4, recurrent weight 4, no bias. It
reads zeros, and once, at step 5, a one.

**Predict.** What is its state at step 30? And if the recurrent weight were 0.8?
"""


# %%
def run(x, w_x, w_h):
    """States of one unit that reads the numbers x."""
    h, states = 0.0, []
    for number in x:
        h = np.tanh(w_x * number + w_h * h)
        states.append(h)
    return np.array(states)


x = np.zeros(31)
x[5] = 1.0
plot.curves(
    {f"recurrent weight {w:g}": run(x, 4.0, w) for w in (4.0, 1.2, 0.8)},
    xlabel="step",
    ylabel="state $h_t$",
    ylim=(-0.1, 1.1),
    title="It reads a single 1, at step 5",
    caption="From step 6 on it reads nothing but zeros.",
)

# %% [markdown]
r"""
With a recurrent weight well above 1 the state holds itself near 1: one bit, remembered for as long
as you like. Below 1 the unit forgets, soon by the same factor at each step. Remember the price, it
will matter in section 4: to hold its bit, the unit sits where tanh is flat.

## 3. Backpropagation through time, by hand

Three steps, one unit, $w_x = 1$, $w_h = \tfrac12$, and the loss is the last state itself. The
unrolled network is a computation graph as in week 2, so the same two rules hold: **along an arrow
multiply, where paths meet add.** The only news is that $w_h$ has three places in it.

**Do it by hand.** The inputs are 1, 0, 0. Compute $h_1, h_2, h_3$; then, from right to left, the
slope of the loss at each sum $z_t$. With $\delta_3 = 1 - h_3^2$, each step back multiplies by $w_h$
and by the slope of the next tanh.
"""

# %%
x, w_x, w_h = np.array([1.0, 0.0, 0.0]), 1.0, 0.5
h = [0.0]
for number in x:
    h.append(np.tanh(w_x * number + w_h * h[-1]))  # h[t] is the state after step t

delta = np.zeros(4)  # delta[t]: how the loss changes with the sum at step t
delta[3] = 1 - h[3] ** 2
for t in (2, 1):
    delta[t] = delta[t + 1] * w_h * (1 - h[t] ** 2)

shares = [delta[t] * h[t - 1] for t in (1, 2, 3)]  # of w_h, one for each place where it stands
for t in (1, 2, 3):
    print(f"step {t}: h = {h[t]:.4f}   delta = {delta[t]:.4f}   share of w_h = {shares[t - 1]:.4f}")
print(f"together: dL/dw_h = {sum(shares):.4f}")

# %%
nodes = {f"h{t}": (2.0 * t, 0) for t in range(4)} | {f"x{t}": (2.0 * t, -1) for t in (1, 2, 3)}
labels = {f"h{t}": f"$h_{t}$ = {h[t]:.3f}" for t in range(4)}
labels |= {f"x{t}": f"$x_{t}$ = {x[t - 1]:g}" for t in (1, 2, 3)}
labels |= {f"h{t}": labels[f"h{t}"] + f"\n$\\delta_{t}$ = {delta[t]:.3f}" for t in (1, 2, 3)}
plot.graph(
    nodes | {"L": (8.0, 0)},
    [(f"h{t - 1}", f"h{t}") for t in (1, 2, 3)]
    + [(f"x{t}", f"h{t}") for t in (1, 2, 3)]
    + [("h3", "L")],
    labels=labels,
    colors={f"x{t}": plot.ORANGE for t in (1, 2, 3)} | {"L": plot.BLUE},
    title="There and back",
    caption="First line: values, from left to right. Second line: slopes of the loss, from right "
    "to left. The input at step 1 is heard with a strength of 0.088 at step 3.",
    width=8.4,
    height=2.2,
)  # fmt: skip

# %% [markdown]
r"""
A weight that is used at every step collects a share from every step: **gradients are summed over
time**. As always, check it. Nudge $w_h$ and see how the loss moves:
"""


# %%
def loss_at(w_h):
    return run([1.0, 0.0, 0.0], 1.0, w_h)[-1]


numeric = (loss_at(0.5 + 1e-5) - loss_at(0.5 - 1e-5)) / 2e-5
print(f"by hand {sum(shares):.8f}   by finite differences {numeric:.8f}")
print(f"if only the last step counted: {shares[-1]:.4f}, and that is wrong")

# %% [markdown]
r"""
For a layer of many units the same in matrices, for one sequence: `delta @ Wh.T` carries it one step
back, `outer` gives each step's share. Again against finite differences, for every single weight:
"""


# %%
def states_of(X, Wx, Wh, b):
    """States after each step, with the one before the first in front: (n_steps + 1, n_units)."""
    H = [np.zeros(len(b))]
    for inputs in X:
        H.append(np.tanh(inputs @ Wx + H[-1] @ Wh + b))
    return np.array(H)


def through_time(X, Wx, Wh, b, grad_last):
    """Gradient of Wh, when the loss changes with the last state by grad_last."""
    H, grad_Wh, grad_h = states_of(X, Wx, Wh, b), np.zeros_like(Wh), grad_last
    for t in range(len(X), 0, -1):
        delta = grad_h * (1 - H[t] ** 2)
        grad_Wh += np.outer(H[t - 1], delta)
        grad_h = delta @ Wh.T
    return grad_Wh


rng = np.random.default_rng(SEED)
X, Wx, Wh, b = (rng.normal(size=size) for size in ((12, 2), (2, 5), (5, 5), 5))
weigh = rng.normal(size=5)  # the loss: a weighted sum of the last state
exact, numeric = through_time(X, Wx, Wh, b, weigh), np.zeros((5, 5))
for index in np.ndindex(5, 5):
    ends = []
    for step in (1e-5, -1e-5):
        moved = Wh.copy()
        moved[index] += step
        ends.append(states_of(X, Wx, moved, b)[-1] @ weigh)
    numeric[index] = (ends[0] - ends[1]) / 2e-5
difference = np.linalg.norm(exact - numeric) / (np.linalg.norm(exact) + np.linalg.norm(numeric))
print(f"relative error over 12 steps: {difference:.1e}")

# %% [markdown]
r"""
In practice one cuts a long text into windows of 40 or 100 steps and carries gradients back within a
window only: **truncated** backpropagation through time. A longer past can still be *remembered*,
but nothing further back than a window can be *learned from*.

## 4. Vanishing and exploding, measured

The unrolled network is as deep as the sequence is long, and all its layers have the *same* matrix.
In week 2 each layer could be a little too weak or too strong, and luck might level it. Here there
is no luck: a factor 0.9 at each step is $0.9^{100}$.

**Predict.** We measure the length of the gradient of the last state with respect to the first one,
over 5 to 100 steps, for matrices that stretch every vector by 0.5, 0.9, 1.0, 1.1, 1.5. Which of the
five curves go up? (Mind the tanh.)
"""


# %%
def reach(stretch, n_steps, input_size=0.1, n_units=30):
    """Length of the gradient with respect to the first state, of a unit gradient at the last."""
    rng = np.random.default_rng(SEED)
    Wh = stretch * np.linalg.qr(rng.normal(size=(n_units, n_units)))[0]
    H = states_of(input_size * rng.normal(size=(n_steps, n_units)), np.eye(n_units), Wh, 0 * Wh[0])
    grad_h = rng.normal(size=n_units)
    grad_h /= np.linalg.norm(grad_h)
    for t in range(n_steps, 0, -1):
        grad_h = (grad_h * (1 - H[t] ** 2)) @ Wh.T
    return np.linalg.norm(grad_h)


steps = [5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
stretches = (1.5, 1.1, 1.0, 0.9, 0.5)
plot.side_by_side(
    plot.curves(
        {f"× {s}": [s**n for n in steps] for s in stretches},
        x=steps, logy=True, ylim=(1e-20, 1e19), xlabel="steps", ylabel="length of the gradient",
        title="linear units",
    ),
    plot.curves(
        {f"× {s}": [reach(s, n) for n in steps] for s in stretches},
        x=steps, logy=True, ylim=(1e-20, 1e19), xlabel="steps", title="tanh units",
    ),
    caption="Left: without tanh it is the stretch to the power of the steps. Right: the same "
    "matrices with tanh. Two marks on the axis are a factor of a million apart.",
)  # fmt: skip

# %%
for stretch in stretches:
    print(
        f"stretch {stretch}: {reach(stretch, 10):8.1e} over 10 steps, {reach(stretch, 100):8.1e} over 100"
    )

# %% [markdown]
r"""
Below 1 it **vanishes**: over a hundred steps nothing is left to learn from. Above 1 it can
**explode**. tanh damps, since its slope is never above 1: with it only the strongest matrix still
explodes, and much more slowly. Even a matrix that keeps all lengths
(stretch 1) loses a little at each step as soon as the units do something.

And the unit of section 2, which remembered so well? To hold its bit it sat at $h = 0.999$, where
the slope of tanh is $1 - h^2$:
"""

# %%
h = run(np.r_[1.0, np.zeros(30)], 4.0, 4.0)
factor = 4.0 * (1 - h[1:] ** 2)
print(f"state after 30 steps: {h[-1]:.4f}   each step multiplies the gradient by {factor[-1]:.1e}")

# %% [markdown]
r"""
That is the dilemma (Hochreiter 1991; Bengio, Simard and Frasconi 1994): **a plain unit that keeps
its memory safe can't learn from it, and one that can learn can't keep it safe.** Section 5 has the
way out. First the cheaper half of the problem.

### Clipping

An exploding gradient is no subtle thing. Here is a loss with a cliff: one linear unit, 50 steps,
$h_{50} = w^{50}$, and it should become one half. Where it explodes a single step of gradient
descent throws the weight out of sight.

**Predict.** Start at $w = 1.04$ with learning rate 0.005. Where does the first step lead, without
clipping? And with the gradient clipped to length 1?
"""


# %%
def loss(w):
    return (w**50 - 0.5) ** 2


def slope(w):
    return 2 * (w**50 - 0.5) * 50 * w**49


def descend(w, clip, n=14, rate=0.005):
    """Weights visited by gradient descent."""
    path = [w]
    for _ in range(n):
        g = slope(path[-1])
        path.append(path[-1] - rate * (np.clip(g, -clip, clip)))
    return np.array(path)


print(
    f"gradient at 1.04: {slope(1.04):,.0f}, first step without clipping to {descend(1.04, np.inf, 1)[1]:.2f}"
)
clipped = descend(1.04, 1.0)
w = np.linspace(0.9, 1.045, 300)
plot.overlay(
    plot.curves({"loss": (w, loss(w)), "clipped steps": (clipped, loss(clipped))}),
    xlabel="recurrent weight $w$",
    ylabel="loss",
    title="Down a cliff, by small steps",
    caption="Fourteen steps, with the gradient clipped to length 1. The loss is zero where "
    "$w^{50}$ is one half, at 0.986.",
)

# %% [markdown]
r"""
Without clipping the first step leads far off the page. Clipped, gradient descent walks down the
wall, 0.005 at a time. At the bottom it hops to and fro: the walls there are steep, too, and every
step still has its full length. (A learning rate that falls, as in section 7, ends that.)

Keep the direction, limit the length: $g \leftarrow g \cdot \min(1, \text{max} / \lVert g \rVert)$,
with the length taken over *all* gradients together (Pascanu, Mikolov and Bengio 2013). In Keras it
is `global_clipnorm=1.0` of the optimiser. Clipping cures explosion. It does nothing for what has
vanished: a gradient of $10^{-30}$ has no direction worth keeping.

## 5. Gates

The plain unit rewrites its whole state at every step, through a matrix and a tanh. Hochreiter and
Schmidhuber (1997) gave it a second state that is *not* rewritten: the **cell** $c$. What is in the
cell stays in the cell, unless a **gate** decides otherwise. A gate is a logistic unit, so its answer
is between 0 (shut) and 1 (open), and it is computed from what the network sees. Gate by gate:

| | | |
|---|---|---|
| **forget gate** | $f_t = \sigma(x_t W_x^f + h_{t-1} W_h^f + b^f)$ | how much of the old cell stays |
| **input gate** | $i_t = \sigma(x_t W_x^i + h_{t-1} W_h^i + b^i)$ | how much of the new comes in |
| **candidate** | $g_t = \tanh(x_t W_x^g + h_{t-1} W_h^g + b^g)$ | what the new is |
| **output gate** | $o_t = \sigma(x_t W_x^o + h_{t-1} W_h^o + b^o)$ | how much of the cell is shown |
| **cell** | $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ | keep some, add some |
| **state** | $h_t = o_t \odot \tanh(c_t)$ | what the others get to see |

(The forget gate came later: Gers, Schmidhuber and Cummins 2000.) Read the line of the cell again.
Along it, $\partial c_t / \partial c_{t-1} = f_t$: **no matrix and no tanh, only a gate that the
network can open.** With $f = 1$ a gradient arrives after a thousand steps as it left.

**Predict.** A cell gets 1 at step 5 and nothing after. What is left of it at step 60 with the
forget gate at 0.5, 0.9, 0.99? Move the sliders, then run the cell below.
"""

# %%
widgets.lstm_gates()

# %%
ages = np.arange(56)
plot.curves(
    {f"forget gate {f:g}": f**ages for f in (1.0, 0.99, 0.9, 0.5)},
    x=ages,
    xlabel="steps later",
    ylabel="left in the cell, and of the gradient",
    title="What a cell keeps",
    caption="The same curve says two things: how long a memory lasts, and how far back a gradient "
    "reaches.",
)

# %% [markdown]
r"""
In code, with one dictionary entry for each gate. (Keras has all four in one matrix. You will write
that in the assignment.)
"""


# %%
def sigma(z):
    return 1 / (1 + np.exp(-z))


def lstm_cell(x, h, c, Wx, Wh, b):
    """One step of an LSTM; Wx, Wh and b have an entry each for "f", "i", "g" and "o"."""
    sums = {gate: x @ Wx[gate] + h @ Wh[gate] + b[gate] for gate in "figo"}
    c = sigma(sums["f"]) * c + sigma(sums["i"]) * np.tanh(sums["g"])
    return sigma(sums["o"]) * np.tanh(c), c


def gru_cell(x, h, Wx, Wh, b):
    """One step of a GRU with the weights of Keras' layer: blocks z, r, candidate."""
    n = len(h)
    read, kept = x @ Wx + b[0], h @ Wh + b[1]
    z = sigma(read[:n] + kept[:n])
    r = sigma(read[n : 2 * n] + kept[n : 2 * n])
    candidate = np.tanh(read[2 * n :] + r * kept[2 * n :])
    return z * h + (1 - z) * candidate


# %% [markdown]
r"""
The second one is the **gated recurrent unit** (Cho et al. 2014), the LSTM's smaller sister: no
separate cell, two gates. The *update gate* $z$ mixes old and new, $h_t = z \odot h_{t-1} + (1 - z)
\odot \tilde h$; the *reset gate* $r$ says how much of the past the candidate $\tilde h$ may see.
Are these the equations that Keras computes?
"""

# %%
keras.utils.set_random_seed(SEED)
X = np.random.default_rng(SEED).normal(size=(20, 3)).astype("float32")
lstm_layer, gru_layer = layers.LSTM(4, return_sequences=True), layers.GRU(4, return_sequences=True)
by_keras = [np.asarray(layer(X[None]))[0] for layer in (lstm_layer, gru_layer)]

Wx, Wh, b = lstm_layer.get_weights()  # four blocks: i, f, g, o
blocks = [
    {gate: matrix[..., 4 * k : 4 * k + 4] for k, gate in enumerate("ifgo")}
    for matrix in (Wx, Wh, b)
]
h_lstm, c, h_gru = np.zeros(4), np.zeros(4), np.zeros(4)
for inputs in X:
    h_lstm, c = lstm_cell(inputs, h_lstm, c, *blocks)
    h_gru = gru_cell(inputs, h_gru, *gru_layer.get_weights())
print(f"after 20 steps, largest difference: LSTM {np.abs(h_lstm - by_keras[0][-1]).max():.1e}, "
      f"GRU {np.abs(h_gru - by_keras[1][-1]).max():.1e}")  # fmt: skip

# %% [markdown]
r"""
They are. Now measure what the gates are worth *before any training*: nudge the first state, and see
what of that nudge is left after so many steps.

**Predict.** A plain layer and three LSTMs, all with the random weights that Keras draws; the LSTMs'
forget gates have biases 0, 1 (Keras' default) and 3. Who forgets first? Who last?
"""


# %%
def plain_cell(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b)


def nudge_left(step, start, n_steps):
    """Length of the change of the last state, per length of a tiny nudge of the first."""
    rng = np.random.default_rng(SEED)
    nudge, X = rng.normal(size=start.shape), 0.5 * rng.normal(size=(n_steps, 8))
    nudge *= 1e-4 / np.linalg.norm(nudge)
    ends = []
    for state in (start + nudge, start - nudge):
        for inputs in X:
            state = step(inputs, state)
        ends.append(state)
    return np.linalg.norm(ends[0] - ends[1]) / 2e-4


def lstm_layer_step(forget_bias):
    """A step of an untrained LSTM of 32 units; its state is a row of h and a row of c."""
    layer = layers.LSTM(32)
    layer.build((None, None, 8))
    Wx, Wh, b = layer.get_weights()
    b[32:64] = forget_bias
    parts = [
        {gate: m[..., 32 * k : 32 * k + 32] for k, gate in enumerate("ifgo")} for m in (Wx, Wh, b)
    ]
    return lambda x, state: np.stack(lstm_cell(x, *state, *parts))


keras.utils.set_random_seed(SEED)
plain_layer = layers.SimpleRNN(32)
plain_layer.build((None, None, 8))
plain_weights = plain_layer.get_weights()
kinds = {"plain": (lambda x, h: plain_cell(x, h, *plain_weights), np.zeros(32))}
for bias in (0, 1, 3):
    kinds[f"LSTM, forget bias {bias}"] = (lstm_layer_step(bias), np.zeros((2, 32)))
distances = [1, 2, 4, 8, 16, 24, 32, 48]
plot.curves(
    {name: [nudge_left(*kind, n) for n in distances] for name, kind in kinds.items()},
    x=distances,
    logy=True,
    xlabel="steps",
    ylabel="left of the nudge",
    title="Untrained layers, and how long they feel a nudge",
    caption="The forget gate's first bias decides how far back learning can reach when it begins.",
)

# %% [markdown]
r"""
Were you surprised by the plain one? Keras draws its recurrent matrix orthogonal, section 4's
"stretch 1", and with that it starts far better than an LSTM with bias 0, and no worse than one
with bias 1. **An LSTM has no long memory of its own; it has gates that can be opened**, by a bias
at the start or by learning. What the plain layer can't do is choose. It feels an old nudge for a
while, but every new input is added on top, and it has no way to say: *this I keep, that I let
pass*. That choice is what the next section asks for.
"""

# %% [markdown]
r"""
## 6. Short and long memories

Enough of gradients: what can be *learned*? The **copy task** is the smallest exam for a memory. A
symbol, one of four; then noise; then a question mark: what was the first symbol? The noise between
is the **gap**. Nothing but a memory helps, and guessing is right once in four times.
"""

# %%
sequences, answers = text.copy_task(3, gap=12, seed=SEED)
signs = np.array(list("ABCD....?"))
for row, answer in zip(sequences, answers, strict=True):
    print(" ".join(signs[row]), "  answer:", signs[answer])

# %% [markdown]
r"""
**Predict.** Three networks with 32 units each, plain, LSTM and GRU, train on gaps between 1 and 40,
with the same number of minibatches. Draw, for each, its accuracy against the gap: up to which gap
is it right? And what happens at gap 60, which none of them has ever seen?
"""


# %%
def learn_to_copy(layer, n_batches=330, most=40):
    """Train a network with one recurrent layer on gaps 1 to `most`; return the model."""
    model = keras.Sequential(
        [keras.Input((None,), dtype="int32"), layers.Embedding(9, 8), layer, layers.Dense(4)]
    )
    model.compile(
        keras.optimizers.Adam(0.01, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    rng = np.random.default_rng(SEED)
    for batch in range(n_batches):
        gap = int(rng.integers(1, most + 1))
        model.train_on_batch(*text.copy_task(64, gap, seed=SEED + batch + 1))
    return model


def accuracy_at(model, gap, n=400):
    sequences, answers = text.copy_task(n, gap, seed=SEED + 10_000)
    return np.mean(np.asarray(model(sequences)).argmax(axis=1) == answers)


gaps = [1, 2, 4, 6, 8, 12, 16, 20, 30, 40, 60]
found = {}
for name, make in (("plain", layers.SimpleRNN), ("LSTM", layers.LSTM), ("GRU", layers.GRU)):
    keras.utils.set_random_seed(SEED)
    model = learn_to_copy(make(32))
    found[name] = [accuracy_at(model, gap) for gap in gaps]
plot.curves(
    found | {"guessing": [0.25] * len(gaps)},
    x=gaps,
    xlabel="gap between the symbol and the question",
    ylabel="accuracy",
    ylim=(0, 1.05),
    title="Who still knows the first symbol?",
    caption="Trained on gaps up to 40, all equally often. A gap of 60 is new to all of them.",
)

# %% [markdown]
r"""
With gates the symbol survives any gap, also one that was never trained. The plain network stays far
behind, even at short gaps.

A dependency over three steps is **short-term**, one over thirty **long-term**. Notice that this is
about *learning*. Section 2's unit shows that a plain network can hold a bit for ever, and this one
would be no exception: fed mostly with short gaps it learns them, and then, step by step, the long
ones too (try it below). Fed with long ones from the start it does not find the way, because the
gradient that would lead there has vanished. Gates find it either way.

### Brackets and quotation marks

Real text is full of such dependencies. After `(` there has to be a `)` some time, and a `]` would
be wrong. Whoever opened with `"` must not close with `'`. Here are lines with both, made for the
purpose:
"""

# %%
print(text.brackets(3, 44, seed=SEED + 3), end="")
print(text.quotes(3, 44, seed=SEED + 3))

# %% [markdown]
r"""
The networks read such lines character by character and guess the next one each time. We look at
closing marks only: given that something closes here, does the network know *which* of the two kinds?
The distance is how far back the mark stands that opened.

**Predict.** Right half the time is guessing. Up to which distance will the plain network know?
"""


# %%
def openers(line):
    """For each closing mark of a line: (place, its distance to what it closes)."""
    waiting, found = [], []
    for place, letter in enumerate(line):
        if letter in ")]" or (letter in "\"'" and waiting and line[waiting[-1]] == letter):
            found.append((place, place - waiting.pop()))
        elif letter in "([\"'":
            waiting.append(place)
    return found


alphabet = sorted(set("abcdef()[]\"'\n"))
number = {letter: k for k, letter in enumerate(alphabet)}
rival_of = {")": "]", "]": ")", '"': "'", "'": '"'}
length = 60


def numbers(whole):
    return np.array([[number[letter] for letter in line] for line in whole.splitlines()], "int32")


def exam(model, whole):
    """(distance, is the right kind more probable than its rival) for each closing mark."""
    ids = numbers(whole)
    logits = np.asarray(model(ids[:, :-1]))
    results = []
    for line, said in zip(whole.splitlines(), logits, strict=True):
        for place, distance in openers(line):
            right, wrong = number[line[place]], number[rival_of[line[place]]]
            results.append((distance, said[place - 1, right] > said[place - 1, wrong]))
    return np.array(results)


ids = np.concatenate([numbers(text.brackets(1000, length, seed=SEED + 1)),
                      numbers(text.quotes(1500, length, seed=SEED + 2))])  # fmt: skip
ids = np.random.default_rng(SEED).permutation(ids)
exams = {
    "brackets": text.brackets(500, length, seed=SEED + 3),
    "quotation marks": text.quotes(500, length, seed=SEED + 4),
}
edges = [1, 3, 6, 10, 15, 20, 25, 31]
curves, models = {task: {} for task in exams}, {}
for name, make in (("plain", layers.SimpleRNN), ("LSTM", layers.LSTM), ("GRU", layers.GRU)):
    keras.utils.set_random_seed(SEED)
    model = keras.Sequential(
        [keras.Input((None,), dtype="int32"), layers.Embedding(len(alphabet), 12),
         make(48, return_sequences=True), layers.Dense(len(alphabet))]
    )  # fmt: skip
    model.compile(
        keras.optimizers.Adam(0.01, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    model.fit(ids[:, :-1], ids[:, 1:], batch_size=32, epochs=8, verbose=0)
    models[name] = model
    for task, whole in exams.items():
        distance, is_right = exam(model, whole).T
        bins = np.digitize(distance, edges) - 1
        curves[task][name] = [is_right[bins == k].mean() for k in range(len(edges) - 1)]
middles = [(a + b - 1) / 2 for a, b in itertools.pairwise(edges)]

# %%
plot.side_by_side(
    *(
        plot.curves(
            curves[task],
            x=middles,
            ylim=(0.4, 1.03),
            xlabel="distance to the mark that opened",
            ylabel="right kind of mark" if task == "brackets" else "",
            title=task,
        )
        for task in exams
    ),
    caption="One half is guessing. Brackets nest, so a network has to remember several at once.",
)

# %% [markdown]
r"""
One open quotation is one bit to keep, and that all three can learn if they see enough of it. Open
brackets are a pile of bits, of which the last one counts first; here the plain network loses track
with every step. (These are single runs. When a network hits upon the trick is partly luck: another
seed, or two epochs less, and one of the curves may still lie at one half.)

## 7. A network that reads characters

Now real text. In the `quick` profile it is what every Python carries: the documentation behind
`help("assert")` and its like. In `full` it is tiny Shakespeare, if there is a copy of it or an
internet connection. Three steps turn text into training data:

* a **vocabulary** gives each character a number;
* the text is cut into **windows**, edge to edge, and several windows make a minibatch;
* the **targets** are the same windows, one character further on. So there is one guess for each
  character that was read: section 1's last pattern, many to many, in step.

During training the network always reads the *true* text, whatever it would have guessed itself.
That is called **teacher forcing**: each of the 40 guesses of a window can be judged and learned
from, all in one pass.
"""

# %%
whole = data.text() if PROFILE == "full" else text.documentation().lower()
size = 4 * len(whole) // 5 if PROFILE == "full" else 160_000
learn, judge = whole[:size], whole[size : size + 12_000]
letters = sorted(set(whole))
code = {letter: k for k, letter in enumerate(letters)}


def encode(part):
    return np.array([code[letter] for letter in part], "int32")


def windows(ids, n_steps):
    """Inputs and targets, both (n_windows, n_steps): the same text, one character apart."""
    n = (len(ids) - 1) // n_steps
    return ids[: n * n_steps].reshape(n, n_steps), ids[1 : n * n_steps + 1].reshape(n, n_steps)


inputs, targets = windows(encode(learn), 40)
print(f"{len(letters)} different characters, {len(inputs):,} windows of 40")
print("a window:   ", repr("".join(letters[k] for k in inputs[20])))
print("its targets:", repr("".join(letters[k] for k in targets[20])))

# %% [markdown]
r"""
### How good is a guess? Bits per character

If the character that comes had probability $p$, one needs $-\log_2 p$ **bits** to say it. The mean
over a text is the network's loss, with the logarithm to base 2. Two characters, equally likely: 1
bit. Guessing blindly among all:
"""

# %%
known, asked = encode(learn), encode(judge)
print(f"blindly: {np.log2(len(letters)):.2f} bits per character")
rivals = {n: text.ngram_bits(known, asked, n) for n in range(1, 7)}
for n, bits in rivals.items():
    named = {1: "how frequent each character is", 2: "what follows each character"}
    print(f"table of {named.get(n, f'what follows each {n - 1} characters')}: {bits:.2f}")

# %% [markdown]
r"""
These are tables of counts, made from the text to learn from and judged on text they have not seen.
Shannon played this game with people in 1951 and found that English, with its letters and the space
alone, has between 0.6 and 1.3 bits a letter: *people* guess that well. (Three
years before he had sampled from tables such as these, by hand, with a book.)

**Predict.** A GRU with 96 units is about to read the text six times. After how many epochs will it
beat the table of what follows each pair? And the best table?
"""


# %%
def char_model(n_units):
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(len(letters), 32),
            layers.GRU(n_units, return_sequences=True),
            layers.Dense(len(letters)),  # logits of the next character, at every step
        ]
    )


def surprise(model, ids, n_steps=100):
    """-log2 p of every character of a text, in windows: (n_windows, n_steps)."""
    X, Y = windows(ids, n_steps)
    logits = np.asarray(model(X), dtype=np.float64)
    logits -= logits.max(axis=-1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(log_p, Y[:, :, None], axis=-1)[:, :, 0] / np.log(2)


def compiled(model, n_steps):
    """The model, ready to be trained so many steps with a learning rate that falls to zero."""
    rate = keras.optimizers.schedules.CosineDecay(0.01, n_steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(rate, global_clipnorm=1.0)
    model.compile(optimizer, loss, jit_compile=False)
    return model


n_epochs, n_units = (12, 256) if PROFILE == "full" else (6, 96)
keras.utils.set_random_seed(SEED)
model = compiled(char_model(n_units), n_epochs * (len(inputs) // 32))
print(f"{model.count_params():,} parameters")
snapshots, bits = [model.get_weights()], [surprise(model, asked)[:, 10:].mean()]
for _ in range(n_epochs):
    model.fit(inputs, targets, batch_size=32, verbose=0)
    snapshots.append(model.get_weights())
    bits.append(surprise(model, asked)[:, 10:].mean())

# %%
epochs, best = np.arange(n_epochs + 1), min(rivals, key=rivals.get)
lines = {f"table, {n - 1} before": np.full(n_epochs + 1, rivals[n]) for n in (2, 3, best)}
plot.curves(
    {"the network": bits} | lines,
    x=epochs,
    xlabel="epoch",
    ylabel="bits per character, on new text",
    ylim=(1.8, 4.6),
    title="A network against tables of counts",
    caption=f"Horizontal: tables that know what follows 1, 2 and {best - 1} characters; the last is "
    f"the best of all tables. The network begins far above the frame, at {bits[0]:.1f} bits.",
)

# %% [markdown]
r"""
### From the 11th character on

Why did the code leave out `[:, :10]`? Because at the start of a window the network has read nothing
yet, and it would be unfair to ask.

**Predict.** Draw the mean surprise against the place in the window. Where does it stop falling?
"""

# %%
more = encode(whole[size : size + 50_000])
by_place = surprise(model, more, 40).mean(axis=0)
plot.curves(
    by_place,
    x=np.arange(1, 41),
    xlabel="place in the window",
    ylabel="bits per character",
    title="Reading in",
    caption=f"Mean over {len(more) // 40:,} windows of new text.",
)

# %%
print(
    f"guesses 1 to 10: {by_place[:10].mean():.2f} bits; from the 11th on: {by_place[10:].mean():.2f}"
)

# %% [markdown]
r"""
The first guesses are poor, since there is nothing to go by. After five to ten characters the
network has read itself in.

## 8. Let it write

A network that says what comes next can write: draw a character from its probabilities, let it read
what it has just written, ask again. Section 5's `gru_cell` is all we need for that, with the
weights that Keras found: one step for each character, and the state carried along.
"""


# %%
def step(weights, k, h):
    """Read character number k; return the logits of the next one, and the new state."""
    vectors, Wx, Wh, b, V, c = weights
    h = gru_cell(vectors[k], h, Wx, Wh, b)
    return h @ V + c, h


def write(weights, prime, n, temperature, seed=SEED):
    """Continue a text by n characters."""
    rng, h, written = np.random.default_rng(seed), np.zeros(weights[2].shape[0]), prime
    for letter in prime:
        logits, h = step(weights, code[letter], h)
    for _ in range(n):
        p = np.exp((logits - logits.max()) / temperature)
        k = rng.choice(len(p), p=p / p.sum())
        logits, h = step(weights, k, h)
        written += letters[k]
    return written


# Is our way of running it Keras' way?
logits, h = None, np.zeros(n_units)
for k in asked[:60]:
    logits, h = step(model.get_weights(), k, h)
print(
    f"largest difference: {np.abs(logits - np.asarray(model(asked[None, :60]))[0, -1]).max():.1e}"
)

# %% [markdown]
r"""
**Predict.** Samples follow: one before training, and one after each epoch. What is learned first:
spaces, letters that go together, words, grammar, sense?
"""

# %%
prime = "the " if PROFILE == "quick" else "The "
for epoch, weights in enumerate(snapshots):
    sample = write(weights, prime, 130, temperature=0.7)
    print(f"epoch {epoch}, {bits[epoch]:.2f} bits: {sample!r}\n")

# %% [markdown]
r"""
First how frequent each character is, then where spaces go, then short words, then longer ones that
might be words. Sense is not among what six epochs and 96 units can buy.

### Temperature

The logits are divided by a **temperature** $\tau$ before the softmax. Below 1, what is probable
becomes more so: safe, and soon repeating itself. Above 1 rare characters get their chance. At 0
only the first choice is left.
"""

# %%
weights = model.get_weights()
logits, h = None, np.zeros(n_units)
for letter in "the co":
    logits, h = step(weights, code[letter], h)
best = np.argsort(-logits)[:8]
shown = [repr(letters[k])[1:-1].replace(" ", "space") for k in best]
panels = []
for temperature in (0.5, 1.0, 2.0):
    p = np.exp((logits - logits.max()) / temperature)
    heights = dict(zip(shown, (p / p.sum())[best], strict=True))
    panels.append(
        plot.bars(heights, numbers="", title=f"temperature {temperature:g}", ylim=(0, 1.05),
                  ylabel="probability" if temperature == 0.5 else "")
    )  # fmt: skip
plot.side_by_side(
    *panels,
    caption='What may follow "the co": the eight most probable characters, the same logits '
    "each time.",
)

# %%
for temperature in (0.2, 0.7, 1.0, 1.6):
    print(f"--- temperature {temperature}\n{write(weights, prime, 220, temperature)}\n")

# %% [markdown]
r"""
Now you. The widget below has the whole network in it, in JavaScript: type a beginning, turn the
temperature, and let it write. The bars show what it thinks may come next.
"""

# %%
widgets.text_generator(model, letters, prime="the statement ")

# %% [markdown]
r"""
## 9. A unit that knows where it is

Karpathy, Johnson and Fei-Fei (2015) looked into such a network and found a unit that knew whether a
quotation was open. Nobody had asked for that. Is there one in ours?

Begin with section 6's GRU and its lines of made quotation marks, where we know that it remembers.
Which of its units tells most about what is open?

**Predict.** Two kinds of marks, open or not: how would a *single* unit with values between -1 and 1
say all three?
"""


# %%
def states_while_reading(weights, ids):
    """State of the recurrent layer after every character: (n_characters, n_units)."""
    h, states = np.zeros(weights[2].shape[0]), []
    for k in ids:
        _, h = step(weights, k, h)
        states.append(h)
    return np.array(states)


def what_is_open(line):
    """After each character: 1 in a quotation with ", -1 in one with ', 0 outside."""
    found, mark = [], ""
    for letter in line:
        if letter in "\"'":
            mark = "" if letter == mark else mark or letter
        found.append({"": 0, '"': 1, "'": -1}[mark])
    return np.array(found)


def correlations(H, signal):
    """Correlation of each unit's states with a signal."""
    H, signal = H - H.mean(axis=0), signal - signal.mean()
    return signal @ H / (np.linalg.norm(H, axis=0) * np.linalg.norm(signal) + 1e-12)


lines = exams["quotation marks"].splitlines()
gru = models["GRU"].get_weights()
H = np.concatenate([states_while_reading(gru, ids) for ids in numbers("\n".join(lines[:60]))])
signal = np.concatenate([what_is_open(line) for line in lines[:60]])
found_units = correlations(H, signal)
best_unit = int(np.argmax(np.abs(found_units)))
print(f"unit {best_unit}: correlation {found_units[best_unit]:+.2f} with what is open")

fresh = lines[100:107]
H = np.concatenate([states_while_reading(gru, ids) for ids in numbers("\n".join(fresh))])
signal = np.concatenate([what_is_open(line) for line in fresh])
activity = np.sign(found_units[best_unit]) * H[:, best_unit]
for kind, said in ((1, 'a " is open'), (0, "none is open"), (-1, "a ' is open")):
    print(f"when {said:12} its mean on new lines is {activity[signal == kind].mean():+.2f}")
plot.colored_text(
    [letter + ("\n" if place % length == length - 1 else "")
     for place, letter in enumerate("".join(fresh))],
    activity,
    diverging=True,
    title=f"Unit {best_unit} of {H.shape[1]}, on lines that it has never seen",
    caption="Blue where the unit is above zero, orange where it is below.",
)  # fmt: skip

# %% [markdown]
r"""
Three values would do: one for each kind of mark, and one between them for none. Now compare the
three means. When this was written, the unit knew one kind only (+0.62 in double marks, -0.60 in
none, -0.79 in single ones): that a single mark is open, other units have to know. Nobody asked for
a tidy answer.

Now the network that reads documentation. There quotations are short, `"None"`, `"__init__()"`, and
few characters stand in one.

**Predict.** To guess the next character, why would it help to know that a quotation mark is open?
Will one unit know it, or many a little?
"""

# %%
quoting = text.documentation().lower()
reader = model
if PROFILE == "full":  # Shakespeare has no quotation marks: read the documentation for this
    letters = sorted(set(quoting))
    code = {letter: k for k, letter in enumerate(letters)}
    keras.utils.set_random_seed(SEED)
    reader = compiled(char_model(n_units), 6 * 10_000 // 32)
    reader.fit(*windows(encode(quoting[:400_000]), 40), batch_size=32, epochs=6, verbose=0)


def separates(values, is_open):
    """How often a value inside a quotation is above one outside, of all such pairs."""
    rank = np.argsort(np.argsort(values))[is_open]
    n, m = is_open.sum(), (~is_open).sum()
    return (rank.sum() - n * (n - 1) / 2) / (n * m)


search, check_on = quoting[-40_000:-30_000], quoting[-24_000:-14_000]
weights = reader.get_weights()
H, is_open = states_while_reading(weights, encode(search)), text.inside_quotes(search)
scores = np.array([separates(H[:, unit], is_open) for unit in range(H.shape[1])])
quote_unit = int(np.argmax(np.abs(scores - 0.5)))
sign = np.sign(scores[quote_unit] - 0.5)
print(f"{is_open.mean():.1%} of the characters stand in a quotation")
plot.histograms(
    np.maximum(scores, 1 - scores),
    bins=24,
    share=False,
    xlabel="pairs of characters, inside and outside, told apart",
    ylabel="units",
    title=f"{H.shape[1]} units, and what they know about quotation marks",
    caption=f"One half is chance. The best unit, number {quote_unit}, reaches "
    f"{max(scores[quote_unit], 1 - scores[quote_unit]):.2f}.",
)

# %%
H_new, open_new = states_while_reading(weights, encode(check_on)), text.inside_quotes(check_on)
activity = sign * H_new[:, quote_unit]
marks = np.cumsum([letter == '"' for letter in check_on])
start = int(np.argmax(marks[600:] - marks[:-600]))  # the 600 characters with most quotation marks
start = check_on.rfind("\n", 0, start) + 1
print(f"on text that nobody chose it by, unit {quote_unit} tells "
      f"{separates(activity, open_new):.0%} of pairs apart")  # fmt: skip
plot.colored_text(
    check_on[start : start + 600],
    activity[start : start + 600],
    diverging=True,
    title=f"Unit {quote_unit}, while it reads text that it has never seen",
    caption="Blue where the unit is on, orange where it is off. Look where the quotation marks are, "
    "and what else it takes for one.",
)

# %% [markdown]
r"""
Does the network *use* what this unit knows? Stop the unit: hold it at its mean while all others go
on, and look at how probable a closing mark is.
"""

# %%
V, c = weights[4:]
held = H_new.copy()
held[:, quote_unit] = H_new[:, quote_unit].mean()
for name, states in (("as it is", H_new), ("with the unit held", held)):
    logits = states @ V + c
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = (p / p.sum(axis=1, keepdims=True))[:, code['"']]
    print(f"{name:18}  a mark comes next with {p[open_new].mean():.3f} where one is open, "
          f"{p[~open_new].mean():.3f} elsewhere")  # fmt: skip

# %% [markdown]
r"""
Nobody told the network that quotation marks come in pairs. It was asked for the next character,
about a million times; to know whether one is open helps; so gradient descent made a detector. In
the made lines it is a clean one, for one kind of mark. In real text it is not perfect, and other
units know bits of it as well: what a network knows is seldom in one place only. (In 2017 Radford,
Józefowicz and Sutskever trained the same kind of network on 82 million reviews, and one of its
4,096 units turned out to tell friendly from unfriendly ones.)

## 10. What came next: attention

A recurrent network carries everything it knows in one state of fixed size, step by step. What was
read a hundred steps ago has passed through a hundred gates. Why carry it at all? Keep all the
states, and *look back* at the one that matters (Bahdanau, Cho and Bengio 2014). In 2017 eight
people, most of them at Google, threw the recurrence out and kept the looking back: the
**transformer** (Vaswani et al., *Attention is all you need*).

Each place has three vectors: a **query** (what am I looking for?), a **key** (what am I?) and a
**value** (what do I have to say?). A place compares its query with the keys of all places up to
itself, and takes the mean of their values, weighted by how well they fit:

$$
\text{attention}(Q, K, V) = \text{softmax}\!\left(\frac{Q K^\top}{\sqrt d}\right) V .
$$

A tiny example, set by hand: brackets again. What closes next in `([ab]c(d)`? The key of a place
that opens a bracket is its depth, one-hot, and how late it comes; its value is the kind of bracket.
A place's query asks for the depth where it is, and of those for the latest. No training, no
recurrence.

**Predict.** Draw the table of weights: which row looks at which column?
"""

# %%
line = "([ab]c(d)"
depth = np.cumsum([(letter in "([") - (letter in ")]") for letter in line])
n, deepest = len(line), 2
queries, keys, values = np.zeros((n, deepest + 2)), np.zeros((n, deepest + 2)), np.zeros((n, 2))
for place, letter in enumerate(line):
    queries[place, depth[place]] = 40  # what was opened at the depth where I am?
    queries[place, -1] = 20  # and of those: the latest
    if letter in "([":
        keys[place, depth[place]], keys[place, -1] = 1, place / n
        values[place, "([".index(letter)] = 1
scores = queries @ keys.T / np.sqrt(queries.shape[1])
scores[np.triu_indices(n, 1)] = -np.inf  # nobody looks ahead
attention = np.exp(scores - scores.max(axis=1, keepdims=True))
attention /= attention.sum(axis=1, keepdims=True)
says = attention @ values
plot.heatmap(
    attention,
    rows=[f"after {line[: place + 1]}" for place in range(n)],
    columns=list(line),
    numbers=".1f",
    xlabel="looks at",
    title="Attention, set by hand",
    caption="Each row looks back at the last bracket that was opened at its depth, however far away "
    "that is.",
)

# %%
for place in range(n):
    if depth[place]:
        kind = ")]"[int(np.argmax(says[place]))]
        print(f"after {line[: place + 1]:10} what closes next is {kind}   ({says[place].round(2)})")

# %% [markdown]
r"""
From any place to any other it is *one* step, for the signal and for the gradient. Nothing vanishes
on the way. And since no step waits for the one before, all places can be computed at once, on
hardware that likes large matrices. The price: every place looks at every other, so twice the text
costs four times the work, where a recurrent network pays twice. That trade is why the models you
have heard of are transformers, and why people still look for recurrent ones.

## What to take along

* A recurrent layer reads one step at a time and hands its **state** on. Unrolled in time it is a
  deep network with shared weights.
* **Backpropagation through time** is backpropagation on that network. A weight's gradient is the
  sum of its shares at all steps.
* The same matrix at each step: gradients **vanish** or **explode** exponentially. Clip against
  explosion; against vanishing, change the unit.
* The **LSTM**'s cell is kept or cleared by gates: along it the gradient is multiplied by $f$ only.
  Start the forget gate open. The **GRU** does nearly the same with less.
* Long-term dependencies are what tells them apart: copy task, brackets, quotation marks.
* A character model is trained by **teacher forcing** and measured in **bits per character**, on new
  text, from the 11th character on, against tables of counts.
* It writes by sampling; the **temperature** decides how daringly.
* Units come to stand for things that help to guess, such as an open quotation mark.
* **Attention** looks back directly, at any distance.

## Check yourself

Think of the answer, then open it.

<details><summary>1. A linear unit with recurrent weight 0.9. How much of a gradient is left twenty steps back? And with weight
1.1?</summary>

0.9²⁰ = 0.12, an eighth. 1.1²⁰ = 6.7.
</details>

<details><summary>2. Two gradients have the lengths 30 and 40. How long are they after clipping their common length to 5?</summary>

Together they are 50 long (30² + 40² = 50²), so both shrink to a tenth: 3 and 4.
</details>

<details><summary>3. An LSTM has its forget gates at 0 and its input gates at 1, always. What is left of its memory?</summary>

The cell is written anew at each step, c = g: like a plain layer, it remembers only what passes through its weights and a tanh.
</details>

<details><summary>4. A text of 1,001 characters, windows of 40, edge to edge. How many guesses does a network make in one
epoch?</summary>

25 windows of 40, so 1,000: every character but the first is guessed once.
</details>

<details><summary>5. A model needs 1.6 bits per character on the text that it learned from, and 2.5 on new text. Which number do you
tell, and what has happened?</summary>

2.5. It has learned parts of its text by heart: overfitting, as in week 2, with the same treatments.
</details>

<details><summary>6. Two characters have the logits 2 and 1. How much more often is the first one drawn, at temperature 1 and at
0.5?</summary>

e = 2.7 times; at temperature 0.5 the logits are 4 and 2, so e² = 7.4 times.
</details>

## Words of the week

| word | meaning |
|---|---|
| attention | a mean of values, weighted by how well their keys fit a query |
| backpropagation through time | backpropagation on the unrolled network |
| bits per character | mean of $-\log_2 p$ of the characters that came |
| cell | an LSTM's second state, changed only through gates |
| clipping | limiting the length of the gradient, keeping its direction |
| exploding, vanishing | growing or shrinking by a factor at each step |
| forget, input, output gate | how much of the cell stays, comes in, is shown |
| gap | steps between what is to be remembered and when it is needed |
| GRU | a gated unit without a separate cell |
| LSTM | long short-term memory: a unit with a cell and gates |
| state | what a recurrent layer hands on from step to step |
| teacher forcing | reading the true text in training, not one's own guesses |
| temperature | what logits are divided by before sampling |
| truncated | cut: gradients are carried back within a window only |
| unrolled | drawn with one copy of the layer for each step |
| window | a piece of a text that the network reads at once |

## Try changing

1. Section 2: find weights with which a single unit counts whether it has seen an even or an odd
   number of ones. (It can't. Why? How many units does it take?)
2. Section 4: let the input be 1 instead of 0.1. What happens to the curve of stretch 1.5, and why?
3. Section 6: let short gaps be frequent, `gap = int(np.exp(rng.uniform(0, np.log(60))))`. What does
   the plain network learn now, and how? (That is called a curriculum.) Then start its recurrent
   weights at the identity, with ReLU (Le, Jaitly and Hinton 2015).
4. Section 6: lines of 120 characters. Which of the three suffers most?
5. Section 7: windows of 10, 20, 80 characters at the same number of characters read. Which is best,
   and what does each cost?
6. Section 9: find the unit that knows how long the line already is. (Its state should grow until
   the line breaks.)
7. `PROFILE = "full"`: read Shakespeare. How many bits, and how much does a reader enjoy it?

## Further reading

* S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997), and F. Gers,
  J. Schmidhuber, F. Cummins, *Learning to forget* (2000).
* Y. Bengio, P. Simard, P. Frasconi, *Learning long-term dependencies with gradient descent is
  difficult*, IEEE Transactions on Neural Networks 5 (1994): section 4's dilemma, proved.
* R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*
  (2013): cliffs and clipping.
* J. Elman, *Finding structure in time*, Cognitive Science 14 (1990): the first network that learned
  words from letters.
* C. Shannon, *Prediction and entropy of printed English*, Bell System Technical Journal 30 (1951).
* A. Karpathy, *The unreasonable effectiveness of recurrent neural networks* (2015), and A. Karpathy,
  J. Johnson, L. Fei-Fei, *Visualizing and understanding recurrent networks* (2015).
* C. Olah, *Understanding LSTM networks* (2015): the gates, in pictures.
* K. Cho et al., *Learning phrase representations using RNN encoder-decoder* (2014): the GRU.
* A. Vaswani et al., *Attention is all you need* (2017).

Next week nobody tells the network what is right. It acts, and sometimes there is a reward.
"""
