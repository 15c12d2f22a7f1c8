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

*The keys that I left on the kitchen table this morning ...* "was" or "were"? You know that it must
be "were", because of a word that you read nine words ago. The feed-forward networks of the last
weeks could not know: they take an input of fixed size, compute an output, and keep nothing. This
week a network gets a memory. It reads one piece of a **sequence** at a time, as many as there are,
and carries what it has read along in its **state**. In the end it writes.

**Afterwards you can**

* say how a recurrent network differs from a feed-forward one, and unroll it in time;
* compute gradients by backpropagation through time by hand, and check them;
* measure how a gradient vanishes or explodes over a hundred steps, and say what to do about it;
* build an LSTM and a GRU gate by gate, and say why they remember what a plain unit forgets;
* train a network to read a text character by character, measure it in bits, and sample text from it;
* find a single unit inside it that detects whether a quotation mark is open.

**You need** week 2 (backpropagation, the vanishing gradient), week 3 (Keras) and a look at week 4
(embeddings).

**Time:** two hours if you make the predictions and play. The notebook itself runs in about a minute
and a half.

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
## 1. Sequences, and what recurrent networks do with them

An image has a fixed number of pixels. A sentence has as many words as it needs; so have a melody, a
heartbeat, a proof. A feed-forward network can read a *window* of a fixed number of steps, and
anything before the window is lost to it. A recurrent network has no such limit. Its input and its
output can each be a single vector or a sequence, which gives five patterns.
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
    caption="Orange: inputs. Gray: states, passed on from left to right. Blue: outputs.",
)

# %% [markdown]
r"""
* *One to one* is all that we had so far: an image, and its class.
* *One to many*: image captioning. A ConvNet reads the image, a recurrent network writes the sentence
  (Vinyals et al. 2015).
* *Many to one*: sentiment analysis. A review, and whether it is friendly.
* *Many to many, later*: translation. One network, the *encoder*, reads a sentence in French; a
  second one, the *decoder*, starts from its final state and writes the sentence in English. This is
  called **sequence to sequence** (Cho et al. 2014; Sutskever, Vinyals and Le 2014). Google Translate
  worked this way, with LSTMs and attention (section 10), from 2016 on (Wu et al. 2016).
* *Many to many, in step*: speech recognition. Short frames of sound, and what is spoken in each
  (Graves, Mohamed and Hinton 2013).

**Predict.** Which pattern is "read a text and guess the next character, at every character"?
(Section 7 has the answer.)

## 2. The recurrent layer, unrolled in time

Give a layer one more input: its own previous output. That is all. With $x_t$ for the input and $h_t$
for the **state** after step $t$,

$$
z_t = x_t W_x + h_{t-1} W_h + b, \qquad h_t = \tanh(z_t), \qquad h_0 = 0 .
$$

Where an output is needed, a dense layer computes it from the state: $y_t = h_t W_y + b_y$, followed
by a softmax if it is a class. Drawn with its loop the layer looks mysterious. **Unrolled in time**
it is a deep network like any other, except that all its layers share one set of weights:
"""


# %%
def loop(axes):
    """An arrow from the state back to itself, and its weights."""
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
        title="folded",
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
    title="unrolled in time",
    width=5.2,
    height=3.0,
)  # fmt: skip
plot.side_by_side(
    folded,
    unrolled,
    caption="The same layer twice. Unrolled over three steps it is three layers deep, and each of "
    "these has the same weights.",
)

# %% [markdown]
r"""
Can one such unit remember anything? Set its weights by hand: input weight 4, recurrent weight 4, no
bias. It reads zeros, and a single one at step 5.

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
With a recurrent weight well above 1 the state **converges** to a value near 1 and stays there (with
1.2, to 0.66): one bit, remembered forever. With a weight below 1 it converges to 0, in the end by the
same factor at each step. Remember the price, it will matter in section 4: to hold its bit, the unit
is **saturated**, where tanh is flat.

## 3. Backpropagation through time

Three steps, one unit, $w_x = 1$, $w_h = \tfrac12$, and the loss is the last state itself. The
unrolled network is a computation graph as in week 2, so the same two rules hold: **multiply along a
path, add over paths.** The only difference is that $w_h$ is used in three places.

**Do it by hand.** The inputs are 1, 0, 0. Compute $h_1, h_2, h_3$; then, from right to left,
$\delta_t = \partial L / \partial z_t$, the gradient with respect to the pre-activation $z_t$. It
begins with $\delta_3 = 1 - h_3^2$, and each step back multiplies by $w_h$ and by the derivative of
tanh at the earlier step.
"""

# %%
x, w_x, w_h = np.array([1.0, 0.0, 0.0]), 1.0, 0.5
h = [0.0]
for number in x:
    h.append(np.tanh(w_x * number + w_h * h[-1]))  # h[t] is the state after step t

delta = np.zeros(4)  # delta[t]: gradient of the loss with respect to the pre-activation of step t
delta[3] = 1 - h[3] ** 2
for t in (2, 1):
    delta[t] = delta[t + 1] * w_h * (1 - h[t] ** 2)

parts = [delta[t] * h[t - 1] for t in (1, 2, 3)]  # contributions to dL/dw_h, one for each step
for t in (1, 2, 3):
    print(
        f"step {t}: h = {h[t]:.4f}   delta = {delta[t]:.4f}   contribution to dL/dw_h = {parts[t - 1]:.4f}"
    )
print(f"sum: dL/dw_h = {sum(parts):.4f}")

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
    title="Forward pass and backward pass",
    caption="First line: states, computed from left to right. Second line: gradients of the loss, "
    "computed from right to left. The gradient with respect to the input of step 1 is 0.088.",
    width=8.4,
    height=2.2,
)  # fmt: skip

# %% [markdown]
r"""
A weight that is used at every step gets a contribution from every step: **gradients are summed over
time**. Check it as always, with finite differences:
"""


# %%
def loss_at(w_h):
    return run([1.0, 0.0, 0.0], 1.0, w_h)[-1]


numeric = (loss_at(0.5 + 1e-5) - loss_at(0.5 - 1e-5)) / 2e-5
print(f"by hand {sum(parts):.8f}   by finite differences {numeric:.8f}")
print(f"with the last step only: {parts[-1]:.4f}, which is wrong")

# %% [markdown]
r"""
For a layer of many units the formulas are the same, with matrices. The state $h_t$ reaches the loss
directly and through the next step, so

$$
\delta_t = \Big(\frac{\partial L}{\partial h_t}\Big|_\text{direct} + \delta_{t+1} W_h^\top\Big)
\odot (1 - h_t^2), \qquad
\frac{\partial L}{\partial W_h} = \sum_t h_{t-1}^\top \delta_t, \qquad
\frac{\partial L}{\partial W_x} = \sum_t x_t^\top \delta_t .
$$

This is **backpropagation through time** (BPTT). Here it is for one sequence and a loss of the last
state, compared with finite differences for every single weight:
"""


# %%
def states_of(X, Wx, Wh, b):
    """The first state and the states after each step: (n_steps + 1, n_units)."""
    H = [np.zeros(len(b))]
    for inputs in X:
        H.append(np.tanh(inputs @ Wx + H[-1] @ Wh + b))
    return np.array(H)


def through_time(X, Wx, Wh, b, grad_last):
    """Gradient with respect to Wh, given the gradient with respect to the last state."""
    H, grad_Wh, grad_h = states_of(X, Wx, Wh, b), np.zeros_like(Wh), grad_last
    for t in range(len(X), 0, -1):
        delta = grad_h * (1 - H[t] ** 2)
        grad_Wh += np.outer(H[t - 1], delta)
        grad_h = delta @ Wh.T
    return grad_Wh


rng = np.random.default_rng(SEED)
X, Wx, Wh, b = (rng.normal(size=size) for size in ((12, 2), (2, 5), (5, 5), 5))
weigh = rng.normal(size=5)  # the loss is a weighted sum of the last state
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
A long text is cut into windows of 40 or 100 steps, and gradients are carried back within a window
only: **truncated** backpropagation through time. If the state is carried over from one window to the
next, the network can still *use* a longer past, but it can't *learn from* errors further back than a
window. If every window starts with the state 0, as in section 7, it can't use a longer past either.

## 4. Vanishing and exploding gradients

By how much does a small change of the first state change the last one? One step turns a change
$\mathrm{d}h_{t-1}$ into $\mathrm{d}h_{t-1}\, W_h \operatorname{diag}(1 - h_t^2)$. So the **Jacobian**
over $T$ steps is a product of $T$ matrices (from left to right, since our states are rows),

$$
\frac{\partial h_T}{\partial h_0} = \prod_{t=1}^{T} W_h \operatorname{diag}(1 - h_t^2) ,
$$

and backpropagation multiplies the gradient by their transposes, last step first: one
**vector–Jacobian product** for each step. How much a matrix can change the length of a vector is
given by its **singular values**. If the largest singular value of $W_h$ is $s$, then a gradient has
at most $s^T$ times its length after $T$ steps, since the derivative of tanh is at most 1. For $s < 1$
it must vanish; for $s > 1$ it can explode.

In week 2 each layer had its own matrix, and factors above and below 1 could cancel. Here all factors
contain the *same* matrix: 0.9 at each step is $0.9^{100}$ after a hundred.

**Predict.** We measure the length of the gradient of the last state with respect to the first one,
over 5 to 100 steps, for matrices whose singular values are all equal to 0.5, 0.9, 1.0, 1.1 or 1.5.
Which of the five curves go up? (Mind the tanh.)
"""


# %%
def reach(singular_value, n_steps, input_size=0.1, n_units=30):
    """Length of the gradient at the first state, if it has length 1 at the last state."""
    rng = np.random.default_rng(SEED)
    Wh = singular_value * np.linalg.qr(rng.normal(size=(n_units, n_units)))[0]
    H = states_of(input_size * rng.normal(size=(n_steps, n_units)), np.eye(n_units), Wh, 0 * Wh[0])
    grad_h = rng.normal(size=n_units)
    grad_h /= np.linalg.norm(grad_h)
    for t in range(n_steps, 0, -1):
        grad_h = (grad_h * (1 - H[t] ** 2)) @ Wh.T
    return np.linalg.norm(grad_h)


steps = [5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
singular_values = (1.5, 1.1, 1.0, 0.9, 0.5)
plot.side_by_side(
    plot.curves(
        {f"{s}": [s**n for n in steps] for s in singular_values},
        x=steps, logy=True, ylim=(1e-20, 1e19), xlabel="steps", ylabel="length of the gradient",
        title="linear units",
    ),
    plot.curves(
        {f"{s}": [reach(s, n) for n in steps] for s in singular_values},
        x=steps, logy=True, ylim=(1e-20, 1e19), xlabel="steps", title="tanh units",
    ),
    caption="Each curve has the singular value of its matrix at its end. Left: without tanh the length "
    "is this number to the power of the steps. Right: the same matrices with tanh.",
)  # fmt: skip

# %%
for s in singular_values:
    print(f"singular values {s}: {reach(s, 10):8.1e} over 10 steps, {reach(s, 100):8.1e} over 100")

# %% [markdown]
r"""
Below 1 the gradient **vanishes**: over a hundred steps nothing is left to learn from. Above 1 it can
**explode**. The derivative of tanh is never above 1, so that with tanh only the largest matrix still
explodes, and much more slowly. Even with singular values of exactly 1 the gradient shrinks a little
at each step as soon as the states are not zero.

And the unit of section 2, which remembered so well? It held its bit at $h = 0.999$, where the
derivative of tanh is $1 - h^2$:
"""

# %%
h = run(np.r_[1.0, np.zeros(30)], 4.0, 4.0)
factor = 4.0 * (1 - h[1:] ** 2)
print(f"state after 30 steps: {h[-1]:.4f}   each step multiplies the gradient by {factor[-1]:.1e}")

# %% [markdown]
r"""
This is the dilemma (Hochreiter 1991; Bengio, Simard and Frasconi 1994): **where a plain unit holds
its memory safely, its gradient vanishes; where the gradient survives, the memory is not safe.**
Section 5 has a solution. First the easier half of the problem.

### Gradient clipping

Here is a loss with a cliff: one linear unit, 50 steps, $h_{50} = w^{50}$, with one half as its
target. Where the gradient explodes, a single step of gradient descent moves the weight far away.

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
    title="Gradient descent on a cliff, with clipping",
    caption="Fourteen steps, with the gradient clipped to length 1. The loss is zero where "
    "$w^{50}$ is one half, at 0.986.",
)

# %% [markdown]
r"""
Without clipping, the first step leads far off the page. With clipping, gradient descent walks down
the wall in steps of 0.005. At the bottom it oscillates: the walls are steep there, too, and every
step still has its full length. (A decreasing learning rate, as in section 7, ends that.)

Keep the direction, limit the length: $g \leftarrow g \cdot \min(1, \text{max} / \lVert g \rVert)$,
where the length is that of *all* gradients together (Pascanu, Mikolov and Bengio 2013). In Keras it
is `global_clipnorm=1.0` of the optimizer. Clipping cures exploding gradients. It does nothing for
vanishing ones: scaling a gradient of $10^{-30}$ up does not help, because the contributions of the
recent steps are added to it, and hide it.

## 5. Gates: LSTM and GRU

The plain unit rewrites its whole state at every step, through a matrix and a tanh. Hochreiter and
Schmidhuber (1997) added a second state that is *not* rewritten: the **cell** $c$. What is in the
cell stays there unless a **gate** changes it. A gate is a layer of logistic units. Its values are
between 0 (closed) and 1 (open), and are computed from the input and the previous state. This is the
**LSTM** (long short-term memory):

| | | |
|---|---|---|
| **forget gate** | $f_t = \sigma(x_t W_x^f + h_{t-1} W_h^f + b^f)$ | how much of the old cell is kept |
| **input gate** | $i_t = \sigma(x_t W_x^i + h_{t-1} W_h^i + b^i)$ | how much of the candidate is added |
| **candidate** | $g_t = \tanh(x_t W_x^g + h_{t-1} W_h^g + b^g)$ | the new content |
| **output gate** | $o_t = \sigma(x_t W_x^o + h_{t-1} W_h^o + b^o)$ | how much of the cell is shown |
| **cell** | $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ | keep some, add some |
| **state** | $h_t = o_t \odot \tanh(c_t)$ | what other layers see |

(The forget gate was added by Gers, Schmidhuber and Cummins 2000.) These are four sets of weights, so
an LSTM has four times the parameters of a plain layer. Read the line of the cell again. Along the
cell, $\partial c_t / \partial c_{t-1} = f_t$: **no matrix and no tanh, only a gate that the network
can open.** With $f = 1$ a gradient passes a thousand steps unchanged; Hochreiter and Schmidhuber
called this the **constant error carousel**. It holds along the cell only. The gates and the
candidate depend on $h_{t-1}$, and on that path the gradient is still multiplied by recurrent
weights: an LSTM's gradient can explode, so clipping is still needed.

**Predict.** A cell receives 1 at step 5 and $-1$ at step 35. What is left in the cell just before step
35, and at the last step, 59, with the forget gate at 0.5, 0.9, 0.99? Move the sliders, then run the
cell below.
"""

# %%
widgets.lstm_gates()

# %%
ages = np.arange(56)
plot.curves(
    {f"forget gate {f:g}": f**ages for f in (1.0, 0.99, 0.9, 0.5)},
    x=ages,
    xlabel="steps later",
    ylabel="fraction left, of cell and gradient",
    title="What a cell keeps",
    caption="The same curve has two meanings: how long a memory lasts, and how far back a gradient "
    "reaches.",
)

# %% [markdown]
r"""
In code, with one dictionary entry for each gate. (Keras stores all four in one matrix. You will
write that version in the assignment.)
"""


# %%
def sigma(z):
    return 1 / (1 + np.exp(-z))


def lstm_cell(x, h, c, Wx, Wh, b):
    """One step of an LSTM; Wx, Wh and b have an entry each for "f", "i", "g" and "o"."""
    z = {gate: x @ Wx[gate] + h @ Wh[gate] + b[gate] for gate in "figo"}
    c = sigma(z["f"]) * c + sigma(z["i"]) * np.tanh(z["g"])
    return sigma(z["o"]) * np.tanh(c), c


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
The second function is the **gated recurrent unit**, GRU (Cho et al. 2014), a smaller relative of the
LSTM: no separate cell, and two gates. The *update gate* $z$ mixes old and new, the *reset gate* $r$
controls how much of the past the candidate $\tilde h$ sees:

$$
\begin{aligned}
z_t &= \sigma(x_t W_x^z + h_{t-1} W_h^z + b^z), &
r_t &= \sigma(x_t W_x^r + h_{t-1} W_h^r + b^r), \\
\tilde h_t &= \tanh\!\big(x_t W_x^h + b^h + r_t \odot (h_{t-1} W_h^h + b'^h)\big), &
h_t &= z_t \odot h_{t-1} + (1 - z_t) \odot \tilde h_t .
\end{aligned}
$$

This is Keras' default. Cho et al. apply the reset gate *before* the matrix: $(r_t \odot h_{t-1})
W_h^h$. Does our code agree with Keras?
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
It does. Now measure what the gates do *before any training*: change the first state slightly, and
see how much of the change is left after so many steps.

**Predict.** A plain layer and three LSTMs, all with the random weights that Keras draws; the biases
of the LSTMs' forget gates are 0, 1 (Keras' default) and 3. Which forgets first? Which last?
"""


# %%
def plain_cell(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b)


def change_left(step, start, n_steps):
    """Length of the change of the last state, per length of a tiny change of the first."""
    rng = np.random.default_rng(SEED)
    change, X = rng.normal(size=start.shape), 0.5 * rng.normal(size=(n_steps, 8))
    change *= 1e-4 / np.linalg.norm(change)
    ends = []
    for state in (start + change, start - change):
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
    {name: [change_left(*kind, n) for n in distances] for name, kind in kinds.items()},
    x=distances,
    logy=True,
    xlabel="steps",
    ylabel="length of the change that is left",
    title="How long untrained layers remember a change",
    caption="The initial bias of the forget gate determines how far back learning can reach at first.",
)

# %% [markdown]
r"""
Were you surprised by the plain layer? Keras initializes its recurrent matrix as an orthogonal one,
with all singular values 1 as in section 4, and with that it starts far better than an LSTM with bias
0, and no worse than one with bias 1. **An LSTM does not have a long memory from the start; it has
gates that can be opened**, by a bias at initialization or by learning. What the plain layer can't do
is choose. It keeps a change for a while, but every new input is added on top, and it has no way to
keep one input and ignore another. That choice is what the next section asks for.
"""

# %% [markdown]
r"""
## 6. Short- and long-term dependencies

What can these networks *learn*? The **copy task** is the simplest test of memory. A symbol, one of
four; then noise; then a question mark: what was the first symbol? The length of the noise is the
**gap**. Only memory helps, and guessing is right one time in four.
"""

# %%
sequences, answers = text.copy_task(3, gap=12, seed=SEED)
signs = np.array(list("ABCD....?"))
for row, answer in zip(sequences, answers, strict=True):
    print(" ".join(signs[row]), "  answer:", signs[answer])

# %% [markdown]
r"""
**Predict.** Networks with 32 units, plain, LSTM and GRU, train on gaps between 1 and 40, with the same
number of minibatches. Draw, for each, its accuracy against the gap: up to which gap is it right? And
what happens at a gap of 1,000, which none of them has ever seen? (The plain network is trained three
times, with different random numbers.)
"""


# %%
def learn_to_copy(layer, seed, n_batches=330, most=40):
    """Train a network with one recurrent layer on gaps 1 to `most`; return the model."""
    model = keras.Sequential(
        [keras.Input((None,), dtype="int32"), layers.Embedding(9, 8), layer, layers.Dense(4)]
    )
    model.compile(
        keras.optimizers.Adam(0.01, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    rng = np.random.default_rng(seed)
    for batch in range(n_batches):
        gap = int(rng.integers(1, most + 1))
        model.train_on_batch(*text.copy_task(64, gap, seed=1000 * seed + batch + 1))
    return model


def confusion_at(model, gap, n=200):
    """Row i, column j: fraction of sequences with first symbol i for which the answer is j."""
    sequences, answers = text.copy_task(n, gap, seed=SEED + 10_000)
    counts = np.zeros((4, 4))
    np.add.at(counts, (answers, np.asarray(model(sequences)).argmax(axis=1)), 1)
    return counts / counts.sum(axis=1, keepdims=True)


gaps = [1, 2, 4, 8, 16, 40, 100, 1000]
runs = [(f"plain, run {k + 1}", layers.SimpleRNN, SEED + k) for k in range(3)]
runs += [("LSTM", layers.LSTM, SEED), ("GRU", layers.GRU, SEED)]
found, confusions = {}, {}
for name, make, seed in runs:
    keras.utils.set_random_seed(seed)
    model = learn_to_copy(make(32), seed)
    tables = {gap: confusion_at(model, gap) for gap in gaps}
    found[name] = [np.diag(tables[gap]).mean() for gap in gaps]
    confusions[name] = tables[100]
    print(f"{name:13} {model.count_params():,} parameters")
plot.curves(
    found | {"guessing": [0.25] * len(gaps)},
    x=gaps,
    logx=True,
    xlabel="gap between the symbol and the question",
    ylabel="accuracy",
    ylim=(0, 1.05),
    title="Accuracy on the copy task",
    caption="Trained on gaps from 1 to 40, all equally often. Longer gaps are new to all networks.",
)

# %%
plot.side_by_side(
    *[
        plot.heatmap(table, rows="ABCD", columns="ABCD", numbers=".2f", xlabel="answer", title=name)
        for name, table in confusions.items()
        if "plain" in name
    ],
    caption="What the three plain networks answer (columns) to each first symbol (rows), at a gap of 100.",
)

# %% [markdown]
r"""
The LSTM and the GRU answer correctly at every gap, up to 1,000, though they were trained on gaps up to
40 only. The plain networks do worse already at short gaps. But look closely: from a gap of 4 or so to a
gap of 1,000 their accuracy does not *decrease*. The tables show why. A plain network puts the four
symbols into two or three groups, and always gives the same answer for the symbols of a group. The group
is remembered as long as you like. Training has found what we set by hand in section 2: a saturated unit
that holds one bit.

So a plain network can remember. What it did not learn, in the same number of minibatches, is to hold
*two* bits. This fits the dilemma of section 4: once the state is saturated, hardly any gradient comes
back to the step where the symbol was read, and the symbols of a group stay together. (It fits, but the
experiment does not prove it.)

A dependency over three steps is called **short-term**, one over thirty **long-term**. Gates make
long-term dependencies learnable.

### Brackets and quotation marks

Real text is full of such dependencies. After `(` there must be a `)` at some point, and a `]` would be
wrong. A quotation that was opened with `"` must not be closed with `'`. Here are artificial lines with
both:
"""

# %%
print(text.brackets(3, 44, seed=SEED + 3), end="")
print(text.quotes(3, 44, seed=SEED + 3))

# %% [markdown]
r"""
The networks read such lines character by character and predict the next one each time. We evaluate
them at closing marks only: given that something closes here, does the network give the correct kind
a higher probability than the other? The *distance* is the number of characters back to the opening
mark.

**Predict.** Guessing is right half the time. Up to which distance will the plain network be better?
"""


# %%
def openers(line):
    """For each closing mark of a line: (place, distance to its opening mark)."""
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
    """For each closing mark: (distance, is the correct kind more probable than the other)."""
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
            xlabel="distance to the opening mark",
            ylabel="fraction correct" if task == "brackets" else "",
            title=task,
        )
        for task in exams
    ),
    caption="One half is guessing. Brackets are nested: a network has to remember several at once.",
)

# %% [markdown]
r"""
One open quotation is one bit to keep, and all three networks can learn that if they see enough of it.
Open brackets are a **stack** of bits, of which the last one is needed first; here the accuracy falls
with the distance, fastest for the plain network. (These are single training runs. When a network finds the solution depends
on the random numbers: with another seed, or two epochs less, one of the curves may still be at one
half.)

## 7. A network that reads characters

Now real text. In the `quick` profile it is the documentation that comes with every Python, behind
`help("assert")` and the like. In `full` it is tiny Shakespeare, if there is a copy of it or an internet
connection. Three steps turn text into training data:

* a **vocabulary** gives each character a number;
* the text is cut into **windows**, edge to edge, and several windows make a minibatch;
* the **targets** are the same windows, shifted by one character. So there is one prediction for each
  character that was read: section 1's last pattern, many to many, in step.

No one has to label anything: the text is its own target. This is **self-supervised** learning. During
training the network always reads the *true* text, whatever it predicted itself. That is called
**teacher forcing**: all 40 predictions of a window can be evaluated and learned from in one pass.
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
### Bits per character

If the model gave the character that came next the probability $p$, its **surprisal** was $-\log_2 p$
**bits**. The mean surprisal over a text, in **bits per character**, is the cross-entropy loss with
the logarithm to base 2. Two equally likely characters: 1 bit. Guessing uniformly among all:
"""

# %%
known, asked = encode(learn), encode(judge)
print(f"uniform guessing: {np.log2(len(letters)):.2f} bits per character")
rivals = {n: text.ngram_bits(known, asked, n) for n in range(1, 7)}
for n, bits in rivals.items():
    named = {1: "frequencies of the characters", 2: "what follows each character"}
    print(f"table of {named.get(n, f'what follows {n - 1} characters')}: {bits:.2f}")

# %% [markdown]
r"""
These models are **n-grams**: tables of counts, made from the training text and tested on new text.
Shannon measured people in this way in 1951 and found that English, written with its letters and the
space only, has between 0.6 and 1.3 bits per letter: that is how well *people* predict. (Three years
earlier he had sampled from such tables, by hand, with a book.)

**Predict.** A GRU with 96 units is about to read the text six times. After how many epochs will it
be better than the table of what follows each pair? And than the best table?
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


def surprisal(model, ids, n_steps=100):
    """-log2 p of every character of a text, in windows: (n_windows, n_steps)."""
    X, Y = windows(ids, n_steps)
    logits = np.asarray(model(X), dtype=np.float64)
    logits -= logits.max(axis=-1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(log_p, Y[:, :, None], axis=-1)[:, :, 0] / np.log(2)


def compiled(model, n_steps):
    """The model, compiled for n_steps training steps, in which the learning rate falls to zero."""
    rate = keras.optimizers.schedules.CosineDecay(0.01, n_steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(rate, global_clipnorm=1.0)
    model.compile(optimizer, loss, jit_compile=False)
    return model


n_epochs, n_units = (12, 256) if PROFILE == "full" else (6, 96)
keras.utils.set_random_seed(SEED)
model = compiled(char_model(n_units), n_epochs * (len(inputs) // 32))
print(f"{model.count_params():,} parameters")
snapshots, bits = {0: model.get_weights()}, [surprisal(model, asked)[:, 10:].mean()]


def keep_weights(batch, logs):
    """Keep the weights after 10, 30, 100 and 300 steps; called after each training step."""
    n_steps = int(model.optimizer.iterations)
    if n_steps in (10, 30, 100, 300):
        snapshots[n_steps] = model.get_weights()


keep = keras.callbacks.LambdaCallback(on_train_batch_end=keep_weights)
for _ in range(n_epochs):
    model.fit(inputs, targets, batch_size=32, verbose=0, callbacks=[keep])
    bits.append(surprisal(model, asked)[:, 10:].mean())
snapshots[int(model.optimizer.iterations)] = model.get_weights()

# %%
epochs, best = np.arange(n_epochs + 1), min(rivals, key=rivals.get)
lines = {f"table, {n - 1} before": np.full(n_epochs + 1, rivals[n]) for n in (2, 3, best)}
plot.curves(
    {"the network": bits} | lines,
    x=epochs,
    xlabel="epoch",
    ylabel="bits per character, on new text",
    ylim=(1.8, 4.6),
    title="The network and tables of counts",
    caption=f"Horizontal lines: tables of what follows 1, 2 and {best - 1} characters; the last is the "
    f"best of all tables. The untrained network needs {bits[0]:.1f} bits, far above the frame.",
)

# %% [markdown]
r"""
### From the 11th character on

Why did the code leave out the first ten predictions of each window, with `[:, 10:]`? At the start of
a window the network has read nothing yet, and a comparison would be unfair. We follow Sutskever,
Martens and Hinton (2011). Their recurrent network read five million strings of 100 characters from
Wikipedia, predicted each from the 11th character on, and was trained for about a month on a fast
graphics card (Hinton's lecture of 2012). Asked to continue "The meaning of life is", it wrote "the
tradition of the ancient human reproduction".

**Predict.** Draw the mean surprisal against the position in the window. Where does it stop falling?
"""

# %%
more = encode(whole[size : size + 50_000])
by_place = surprisal(model, more, 40).mean(axis=0)
plot.curves(
    by_place,
    x=np.arange(1, 41),
    xlabel="position in the window",
    ylabel="bits per character",
    title="Surprisal by position in the window",
    caption=f"Mean over {len(more) // 40:,} windows of new text.",
)

# %%
print(
    f"predictions 1 to 10: {by_place[:10].mean():.2f} bits; from the 11th on: {by_place[10:].mean():.2f}"
)

# %% [markdown]
r"""
The first predictions are poor, since the network has read nothing to base them on. After about five
characters the curve is flat.

## 8. Generating text

A network that predicts the next character can write: draw a character from its probabilities, give
it to the network as the next input, and repeat. We only need section 5's `gru_cell` for that, with
the weights that Keras found: one step for each character, with the state carried along.
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


# Does our code agree with Keras?
logits, h = None, np.zeros(n_units)
for k in asked[:60]:
    logits, h = step(model.get_weights(), k, h)
print(
    f"largest difference: {np.abs(logits - np.asarray(model(asked[None, :60]))[0, -1]).max():.1e}"
)

# %% [markdown]
r"""
**Predict.** Samples follow: before training, after 10, 30, 100 and 300 training steps, and at the end.
What is learned first: spaces, common combinations of letters, words, grammar, meaning?
"""

# %%
prime = "the " if PROFILE == "quick" else "The "
for n_steps, weights in snapshots.items():  # the last ones are those of the trained model
    model.set_weights(weights)
    sample = write(weights, prime, 130, temperature=0.7)
    print(f"{n_steps} steps, {surprisal(model, asked)[:, 10:].mean():.2f} bits: {sample!r}\n")

# %% [markdown]
r"""
First the network learns how frequent each character is, then common combinations of letters and where
words end, then short words, then longer ones. Meaning is more than six epochs and 96 units can learn.

### Temperature

The logits are divided by a **temperature** $\tau$ before the softmax. Below 1, likely characters become
even more likely: the text is safe, and soon repeats itself. Above 1, rare characters get a chance. As
$\tau$ approaches 0, only the most probable character is left.
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
    caption='The eight most probable characters after "the co", from the same logits at three '
    "temperatures.",
)

# %%
for temperature in (0.2, 0.7, 1.0, 1.6):
    print(f"--- temperature {temperature}\n{write(weights, prime, 220, temperature)}\n")

# %% [markdown]
r"""
Now it is your turn. The widget below contains the whole network, in JavaScript: type a beginning,
change the temperature, and let it write. The bars show the probabilities of the next character.
"""

# %%
widgets.text_generator(model, letters, prime="the statement ")

# %% [markdown]
r"""
## 9. A unit that detects open quotation marks

Karpathy, Johnson and Fei-Fei (2015) looked into such a network and found a unit that detected
whether a quotation was open. Nobody had trained it to do so. Is there one in ours?

We begin with section 6's GRU and its artificial lines with quotation marks, where we know that it
remembers. Which of its units carries most information about what is open?

**Predict.** There are two kinds of quotation marks, open or not: how could a *single* unit with
values between −1 and 1 represent all three states?
"""


# %%
def states_while_reading(weights, ids, fixed=()):
    """State of the recurrent layer after every character: (n_characters, n_units).

    A unit in `fixed`, a list of pairs (unit, value), has this value after every step.
    """
    h, states = np.zeros(weights[2].shape[0]), []
    for k in ids:
        _, h = step(weights, k, h)
        for unit, value in fixed:
            h[unit] = value
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
for kind, words in ((1, 'a " is open'), (0, "none is open"), (-1, "a ' is open")):
    print(f"mean on new lines when {words:12}: {activity[signal == kind].mean():+.2f}")
plot.colored_text(
    [letter + ("\n" if place % length == length - 1 else "")
     for place, letter in enumerate("".join(fresh))],
    activity,
    diverging=True,
    title=f"Unit {best_unit} of {H.shape[1]}, on new lines",
    caption="Blue where the unit is above zero, orange where it is below.",
)  # fmt: skip

# %% [markdown]
r"""
Three values would be enough: one for each kind of mark, and one in between for none. Now compare the
three means that were printed: does this unit separate all three states, or does it separate one kind
of mark from the rest, so that other units must represent the other kind?

Now the network that reads documentation. There, quotations are short, `"None"`, `"__init__()"`, and
few characters are inside one.

**Predict.** Why does it help to know that a quotation mark is open, in order to predict the next
character? Will one unit represent it, or many units a little each?
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


def auc(values, is_open):
    """Area under the ROC curve: in what fraction of pairs is the value inside the larger one?"""
    rank = np.argsort(np.argsort(values))[is_open]
    n, m = is_open.sum(), (~is_open).sum()
    return (rank.sum() - n * (n - 1) / 2) / (n * m)


search, check_on = quoting[-40_000:-30_000], quoting[-24_000:-14_000]
weights = reader.get_weights()
H, is_open = states_while_reading(weights, encode(search)), text.inside_quotes(search)
scores = np.array([auc(H[:, unit], is_open) for unit in range(H.shape[1])])
quote_unit = int(np.argmax(np.abs(scores - 0.5)))
sign = np.sign(scores[quote_unit] - 0.5)
print(f"{is_open.mean():.1%} of the characters are inside a quotation")
plot.histograms(
    np.maximum(scores, 1 - scores),
    bins=24,
    share=False,
    xlabel="AUC, inside against outside a quotation",
    ylabel="units",
    title=f"AUC of each of the {H.shape[1]} units",
    caption=f"The area under the ROC curve (AUC): the fraction of pairs, one character inside a quotation "
    f"and one outside, that the unit ranks correctly. 0.5 is chance. The best unit, number "
    f"{quote_unit}, reaches {max(scores[quote_unit], 1 - scores[quote_unit]):.2f}.",
)

# %%
H_new, open_new = states_while_reading(weights, encode(check_on)), text.inside_quotes(check_on)
activity = sign * H_new[:, quote_unit]
marks = np.cumsum([letter == '"' for letter in check_on])
start = int(np.argmax(marks[600:] - marks[:-600]))  # the 600 characters with most quotation marks
start = check_on.rfind("\n", 0, start) + 1
print(f"AUC of unit {quote_unit} on other text: {auc(activity, open_new):.2f}")
plot.colored_text(
    check_on[start : start + 600],
    activity[start : start + 600],
    diverging=True,
    title=f"Unit {quote_unit} on new text",
    caption="Blue where the unit is above zero, orange where it is below. Look where the quotation marks "
    "are, and what else the unit responds to.",
)

# %% [markdown]
r"""
Does the network *use* this unit? Fix the unit at its mean while all others continue (an
**ablation**), and look at the probability of a closing mark. We do it in two ways: at the output
only, so that the other units have still seen the true value at every step; and in the recurrence, so
that none of them ever sees it.
"""

# %%
V, c = weights[4:]
mean = H_new[:, quote_unit].mean()
at_output = H_new.copy()
at_output[:, quote_unit] = mean
in_recurrence = states_while_reading(weights, encode(check_on), [(quote_unit, mean)])
variants = {"intact": H_new, "fixed at output": at_output, "fixed in recurrence": in_recurrence}
for name, states in variants.items():
    logits = states @ V + c
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = (p / p.sum(axis=1, keepdims=True))[:, code['"']]
    print(f"{name:19}  probability of a mark {p[open_new].mean():.3f} where one is open, "
          f"{p[~open_new].mean():.3f} elsewhere")  # fmt: skip

# %% [markdown]
r"""
Nobody told the network that quotation marks come in pairs. It was trained to predict the next
character, about a million times; knowing whether one is open helps; so gradient descent produced a
detector. In real text it is not perfect, and other units carry part of the same information: what a
network knows is rarely in one place only, and the network has other ways to know it when we fix one
unit. (In 2017 Radford, Józefowicz and Sutskever trained an LSTM on the characters of 82 million
product reviews, and one of its 4,096 units turned out to separate friendly from unfriendly ones.)

## 10. Attention

A recurrent network carries everything it knows in one state of fixed size, step by step. What was read
a hundred steps ago has passed through a hundred gates. Instead, keep all the states, and *look back* at
the one that matters: **attention** (Bahdanau, Cho and Bengio 2014), at first an addition to sequence to
sequence networks. In 2017 eight people, most of them at Google, removed the recurrence and kept the
attention: the **transformer** (Vaswani et al., *Attention is all you need*).

Each position has three vectors: a **query** (what am I looking for?), a **key** (what do I contain?)
and a **value** (what do I pass on?). Each query is compared with the keys, and the output is the mean
of the values, weighted by how well their keys match:

$$
\text{attention}(Q, K, V) = \text{softmax}\!\left(\frac{Q K^\top}{\sqrt d}\right) V .
$$

Two details. The dot product of two vectors of $d$ independent numbers with variance 1 has variance $d$;
dividing by $\sqrt d$ brings it back to 1, so that the softmax is not saturated and has a gradient. And
a network that predicts the next character must not see it: the **causal mask** sets the scores of all
later positions to $-\infty$, so that their weights are 0.

Here is a tiny example with brackets. What closes next in `([ab]c(d)`? The key of a position that opens
a bracket is its depth, one-hot, and its position; its value is the kind of bracket. The query of a
position asks for its own depth, and among those for the latest position. **Nothing is trained here**:
we set queries, keys and values by hand. In a transformer they are computed from the inputs by learned
matrices, many times side by side and in many layers.

**Predict.** Draw the table of weights: which row attends to which column?
"""

# %%
line = "([ab]c(d)"
depth = np.cumsum([(letter in "([") - (letter in ")]") for letter in line])
n, deepest = len(line), 2
queries, keys, values = np.zeros((n, deepest + 2)), np.zeros((n, deepest + 2)), np.zeros((n, 2))
for place, letter in enumerate(line):
    queries[place, depth[place]] = 40  # which bracket was opened at this depth?
    queries[place, -1] = 20  # and of those, which is the latest?
    if letter in "([":
        keys[place, depth[place]], keys[place, -1] = 1, place / n
        values[place, "([".index(letter)] = 1
scores = queries @ keys.T / np.sqrt(queries.shape[1])
scores[np.triu_indices(n, 1)] = -np.inf  # the causal mask: no position looks ahead
attention = np.exp(scores - scores.max(axis=1, keepdims=True))
attention /= attention.sum(axis=1, keepdims=True)
says = attention @ values
plot.heatmap(
    attention,
    rows=[f"after {line[: place + 1]}" for place in range(n)],
    columns=list(line),
    numbers=".1f",
    xlabel="position that is attended to",
    title="Attention weights, set by hand",
    caption="Each row attends to the last bracket that was opened at its depth, at any distance.",
)

# %%
for place in range(n):
    if depth[place]:
        kind = ")]"[int(np.argmax(says[place]))]
        print(f"after {line[: place + 1]:10} what closes next is {kind}   ({says[place].round(2)})")

# %% [markdown]
r"""
Between any two positions there is *one* step, for the signal and for the gradient. The gradient does
not vanish with distance. And since no step waits for the one before, all positions can be computed in
parallel, on hardware that is fast at large matrices. The price: every position is compared with every
other, so that twice the text costs four times the work, where a recurrent network needs twice. That
trade-off is why the large language models of today are transformers, and why people still look for
recurrent alternatives.

## Summary

* A recurrent layer reads one step at a time and passes its **state** on. Unrolled in time it is a
  deep network with shared weights.
* **Backpropagation through time** is backpropagation on that network. A weight's gradient is the sum
  of its contributions at all steps.
* With the same matrix at each step, gradients **vanish** or **explode** exponentially. Clip against
  explosion; against vanishing, change the unit.
* The cell of an **LSTM** is kept or cleared by gates: along it the gradient is multiplied by $f$
  only. Start with the forget gate open. The **GRU** does nearly the same with fewer parameters.
* Long-term dependencies show the difference: copy task, brackets, quotation marks.
* A character model is trained by **teacher forcing** and measured in **bits per character**, on new
  text, from the 11th character on, against tables of counts.
* It writes by sampling; the **temperature** sets how often it takes an unlikely character.
* Single units come to represent things that help the prediction, such as an open quotation mark.
* **Attention** looks back directly, at any distance.

## Check yourself

Think of the answer, then open it.

<details><summary>1. A linear unit with recurrent weight 0.9. How much of a gradient is left twenty steps back? And with weight
1.1?</summary>

0.9²⁰ = 0.12, an eighth. 1.1²⁰ = 6.7.
</details>

<details><summary>2. Two gradients have the lengths 30 and 40. How long are they after clipping their common length to 5?</summary>

Together they have length 50 (30² + 40² = 50²), so both shrink to a tenth: 3 and 4.
</details>

<details><summary>3. An LSTM has its forget gates at 0 and its input gates at 1, always. What is left of its memory?</summary>

The cell is written anew at each step, c = g: like a plain layer, it remembers only what passes through its weights and a tanh.
</details>

<details><summary>4. A text of 1,001 characters, windows of 40, edge to edge. How many predictions does a network make in one
epoch?</summary>

25 windows of 40, so 1,000: every character but the first is predicted once.
</details>

<details><summary>5. A model needs 1.6 bits per character on its training text, and 2.5 on new text. Which number do you report, and what
has happened?</summary>

2.5. It has memorized parts of its training text: overfitting, as in week 2, with the same remedies.
</details>

<details><summary>6. Two characters have the logits 2 and 1. How much more often is the first one drawn, at temperature 1 and at
0.5?</summary>

e = 2.7 times; at temperature 0.5 the logits are 4 and 2, so e² = 7.4 times.
</details>

## Words of the week

| word | meaning |
|---|---|
| ablation | fixing or removing a part of a network, to see what it is used for |
| attention | a mean of values, weighted by how well their keys match a query |
| backpropagation through time (BPTT) | backpropagation on the unrolled network |
| bits per character | mean surprisal of the characters that came |
| cell | an LSTM's second state, changed only through gates |
| exploding, vanishing gradient | a gradient that grows or shrinks by a factor at each step |
| forget, input, output gate | how much of the cell is kept, added, shown |
| gap | steps between what is to be remembered and when it is needed |
| gradient clipping | limiting the length of the gradient, keeping its direction |
| GRU | gated recurrent unit, without a separate cell |
| LSTM | long short-term memory: a unit with a cell and gates |
| sequence to sequence | one network reads a sequence, another one writes a sequence |
| state | what a recurrent layer passes on from step to step |
| surprisal | $-\log_2 p$ of what came, in bits |
| teacher forcing | reading the true text during training, not the model's own predictions |
| temperature | the number by which logits are divided before sampling |
| truncated BPTT | carrying gradients back within a window only |
| unrolled | drawn with one copy of the layer for each step |
| window | a piece of a text that the network reads at once |

## Try changing

1. Section 2: find weights with which a single unit represents whether it has seen an even or an odd
   number of ones. (It can't. Why? How many units does it take?)
2. Section 4: let the input be 1 instead of 0.1. What happens to the curve of 1.5, and why?
3. Section 6: let short gaps be frequent, `gap = int(np.exp(rng.uniform(0, np.log(60))))`. What does
   the plain network learn now, and how? (This is a **curriculum**.) Then initialize its recurrent
   weights with the identity, with ReLU (Le, Jaitly and Hinton 2015).
4. Section 6: lines of 120 characters. Which of the three networks suffers most?
5. Section 7: windows of 10, 20, 80 characters at the same number of characters read. Which is best,
   and what does each cost?
6. Section 9: find the unit that represents how long the line already is. (Its state should grow until
   the line breaks.)
7. `PROFILE = "full"`: read Shakespeare. How many bits per character, and how well does it read?

## Further reading

* S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997), and F. Gers,
  J. Schmidhuber, F. Cummins, *Learning to forget* (2000).
* Y. Bengio, P. Simard, P. Frasconi, *Learning long-term dependencies with gradient descent is
  difficult*, IEEE Transactions on Neural Networks 5 (1994): section 4's dilemma, proved.
* R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*
  (2013): cliffs and clipping.
* J. Elman, *Finding structure in time*, Cognitive Science 14 (1990): a network that found words in a
  stream of letters.
* C. Shannon, *Prediction and entropy of printed English*, Bell System Technical Journal 30 (1951).
* I. Sutskever, J. Martens, G. Hinton, *Generating text with recurrent neural networks* (2011), and
  lecture 8 of G. Hinton's course *Neural networks for machine learning* (2012).
* A. Karpathy, *The unreasonable effectiveness of recurrent neural networks* (2015), and A. Karpathy,
  J. Johnson, L. Fei-Fei, *Visualizing and understanding recurrent networks* (2015).
* C. Olah, *Understanding LSTM networks* (2015): the gates, in diagrams.
* K. Cho et al., *Learning phrase representations using RNN encoder-decoder* (2014): the GRU;
  I. Sutskever, O. Vinyals, Q. Le, *Sequence to sequence learning with neural networks* (2014); Y. Wu
  et al., *Google's neural machine translation system* (2016).
* O. Vinyals et al., *Show and tell: a neural image caption generator* (2015); A. Graves, A. Mohamed,
  G. Hinton, *Speech recognition with deep recurrent neural networks* (2013).
* D. Bahdanau, K. Cho, Y. Bengio, *Neural machine translation by jointly learning to align and
  translate* (2014); A. Vaswani et al., *Attention is all you need* (2017).

Next week nobody tells the network what is right. It acts, and sometimes there is a reward.
"""
