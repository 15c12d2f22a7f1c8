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
# Week 6 assignment: a network that reads and writes

You build a recurrent layer, backpropagation through time and an LSTM with nothing but NumPy. Then you
train one of Keras' recurrent layers to predict the next character of Python's own documentation,
measure in bits how well it does, and let it write.

| | exercise | points | minutes |
|---:|---|---:|---:|
| 1 | `rnn_step` | 5 | 5 |
| 2 | `rnn_forward` | 7 | 7 |
| 3 | `bptt` | 13 | 20 |
| 4 | `clip_by_global_norm` | 7 | 7 |
| 5 | `lstm_step`, `lstm_bias` | 11 | 12 |
| 6 | why does an LSTM remember? (written) | 12 | 15 |
| 7 | `CharVocabulary` | 7 | 8 |
| 8 | `make_batches` | 9 | 10 |
| 9 | `bits_per_character` | 8 | 9 |
| 10 | `sample` | 8 | 8 |
| 11 | `build_char_model` | 6 | 5 |
| 12 | `train_char_model` | 7 | 10 |
| | **total** | **100** | **about 2 hours** |

**How it works.** Replace each `raise NotImplementedError()` by your code and run the cell. The
cell below it checks your answer and says what is wrong, if anything. These checks are a help, not
the whole exam: when you submit, your functions are also called with data that you have not seen. So
solve the exercise, not the example.

**Notation**, as in the lesson. Sequences are `(n_examples, n_steps, n_features)`: time is the middle
axis. The **state** `h` of a recurrent layer is `(n_examples, n_units)`, one row for each example.
Weights are `(n_inputs, n_outputs)`: the input is multiplied by `Wx`, the previous state by `Wh`.
`grad_Wx` always means $\partial L / \partial W_x$ and has the shape of `Wx`.
"""

# %% setup=true
import dlcourse

dlcourse.import_keras()  # without TensorFlow's start-up messages

import keras
import numpy as np

from dlcourse import check, data, plot, text

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
r"""
## Part one: recurrent layers in NumPy

### Exercise 1. One step of a recurrent layer · 5 points · about 5 minutes

A recurrent layer has two inputs at each step: the new input and its own previous state. Its
**pre-activation** and its new state are

$$
z_t = x_t W_x + h_{t-1} W_h + b, \qquad h_t = \tanh(z_t) .
$$
"""


# %% exercise="rnn_step" outcomes=[8]
def rnn_step(x, h, Wx, Wh, b):
    """State of a plain recurrent layer after one more input.

    Parameters
    ----------
    x : array, shape (n_examples, n_features), the inputs of this step
    h : array, shape (n_examples, n_units), the previous state
    Wx : array, shape (n_features, n_units)
    Wh : array, shape (n_units, n_units)
    b : array, shape (n_units,)

    Returns
    -------
    h_new : array, shape (n_examples, n_units)

    Examples
    --------
    With x = [[1]], h = [[0.5]], Wx = [[0.2]], Wh = [[0.6]] and b = [0.1] the pre-activation is
    0.2 + 0.3 + 0.1, so the result is [[tanh(0.6)]] = [[0.5370...]].
    """
    ### BEGIN SOLUTION
    return np.tanh(x @ Wx + h @ Wh + b)
    ### END SOLUTION


# %% test="rnn_step" points=5
zero, one = np.zeros((1, 1)), np.ones((1, 1))
check.close(
    rnn_step(zero, zero, one, one, np.array([0.3])),
    [[np.tanh(0.3)]],
    tolerance=1e-5,
    name="only the bias: x = 0, h = 0, b = 0.3",
    hint="Without input and previous state, tanh(b) is left.",
)
check.close(
    rnn_step(np.array([[0.4]]), zero, one, one, np.zeros(1)),
    [[np.tanh(0.4)]],
    tolerance=1e-5,
    name="only the input: x = 0.4",
    hint="The input is multiplied by Wx, once; then comes tanh.",
)
check.close(
    rnn_step(zero, np.array([[0.5]]), one, one, np.zeros(1)),
    [[np.tanh(0.5)]],
    tolerance=1e-5,
    name="only the previous state: h = 0.5",
    hint="The previous state is multiplied by Wh.",
)
check.close(
    rnn_step(one, np.array([[0.5]]), np.array([[0.2]]), np.array([[0.6]]), np.array([0.1])),
    [[np.tanh(0.6)]],
    tolerance=1e-5,
    name="the example in the docstring",
    hint="tanh is applied to the sum of all three terms.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 1])
for n_examples, n_features, n_units in ((1, 3, 2), (4, 2, 2), (5, 1, 3)):
    x, h = rng.normal(size=(n_examples, n_features)), rng.uniform(-1, 1, (n_examples, n_units))
    Wx, Wh = rng.normal(size=(n_features, n_units)), rng.normal(size=(n_units, n_units))
    b = rng.normal(size=n_units)
    sums = np.einsum("nf,fu->nu", x, Wx) + np.einsum("nv,vu->nu", h, Wh) + b
    check.close(
        rnn_step(x, h, Wx, Wh, b),
        np.tanh(sums),
        tolerance=1e-5,
        name="other examples, features and units",
        hint="Use Wx and Wh as they are, also when they are square.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 2. Unrolled in time · 7 points · about 7 minutes

Now a whole sequence. The *same* weights are used at every step, and each step passes its state on to
the next: that is what **unrolled in time** means.
"""


# %% exercise="rnn_forward" uses=["rnn_step"] outcomes=[8, 9]
def rnn_forward(X, h0, Wx, Wh, b):
    """States of a plain recurrent layer after every step of a sequence.

    Parameters
    ----------
    X : array, shape (n_examples, n_steps, n_features)
    h0 : array, shape (n_examples, n_units), the state before the first step
    Wx, Wh, b : as in rnn_step

    Returns
    -------
    H : array, shape (n_examples, n_steps, n_units)
        H[:, t] is the state after X[:, t] has been read; h0 is not part of it.

    Examples
    --------
    One unit with Wx = [[1]], Wh = [[0.5]], b = [0], starting at h0 = [[0]], reads [[[1], [0]]]:
    its states are tanh(1) = 0.7616 and tanh(0.5 · 0.7616) = 0.3634.
    """
    ### BEGIN SOLUTION
    states, h = [], h0
    for t in range(X.shape[1]):
        h = rnn_step(X[:, t], h, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1)
    ### END SOLUTION


# %% test="rnn_forward" points=7
one, half = np.ones((1, 1)), np.array([[0.5]])
first = np.tanh(1.0)
check.close(
    rnn_forward(np.array([[[1.0], [0.0]]]), np.zeros((1, 1)), one, half, np.zeros(1)),
    [[[first], [np.tanh(0.5 * first)]]],
    tolerance=1e-5,
    name="the example in the docstring",
    hint="The second step starts from the state after the first one.",
)
check.close(
    rnn_forward(np.array([[[0.0]]]), np.array([[0.8]]), one, half, np.zeros(1)),
    [[[np.tanh(0.4)]]],
    tolerance=1e-5,
    name="one step from h0 = 0.8",
    hint="Before the first step the state is h0, not zero.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 2])
for n_examples, n_steps, n_features, n_units in ((3, 5, 2, 4), (1, 1, 3, 2), (4, 4, 2, 2)):
    X = rng.normal(size=(n_examples, n_steps, n_features))
    h0 = rng.uniform(-1, 1, (n_examples, n_units))
    Wx, Wh = rng.normal(size=(n_features, n_units)), rng.normal(size=(n_units, n_units))
    b = rng.normal(size=n_units)
    expected, h = np.zeros((n_examples, n_steps, n_units)), h0
    for t in range(n_steps):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + b)
        expected[:, t] = h
    check.close(
        rnn_forward(X, h0, Wx, Wh, b),
        expected,
        tolerance=1e-5,
        name="other examples, steps and units",
        hint="The batch is the first axis of X and of H, time the second.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 3. Backpropagation through time · 13 points · about 20 minutes

Unrolled, the layer is a deep network whose layers share their weights. So apply backpropagation as
in week 2, last step first (**backpropagation through time**, BPTT), and remember two things. The
state $h_t$ reaches the loss in *two* ways: directly (that gradient is given to you as
`grad_H[:, t]`), and through the next step. And a weight that is used at every step gets a
contribution from every step.

With $\delta_t = \partial L / \partial z_t$, the gradient with respect to the pre-activation of step
$t$:

$$
\delta_t = \Big(\frac{\partial L}{\partial h_t}\Big|_\text{direct} + \delta_{t+1} W_h^\top\Big)
\odot (1 - h_t^2), \qquad
\frac{\partial L}{\partial W_x} = \sum_t x_t^\top \delta_t, \qquad
\frac{\partial L}{\partial W_h} = \sum_t h_{t-1}^\top \delta_t .
$$
"""


# %% exercise="bptt" uses=["rnn_forward"] outcomes=[12, 14]
def bptt(X, h0, Wx, Wh, b, grad_H):
    """Gradients of a loss with respect to the weights and the first state, by BPTT.

    Parameters
    ----------
    X, h0, Wx, Wh, b : as in rnn_forward
    grad_H : array, shape (n_examples, n_steps, n_units)
        The *direct* gradient of the loss with respect to each state, without its effect on later
        states. If the loss depends on the last state only, all others are zero.

    Returns
    -------
    grad_Wx : array, shape (n_features, n_units)
    grad_Wh : array, shape (n_units, n_units)
    grad_b : array, shape (n_units,)
    grad_h0 : array, shape (n_examples, n_units)

    Examples
    --------
    One unit with Wx = [[1]], Wh = [[0.5]], b = [0] and h0 = [[0]] reads [[[1], [0], [0]]], and the
    loss is its last state. Then grad_Wx = [[0.0882]], grad_Wh = [[0.6715]], grad_b = [1.4758] and
    grad_h0 = [[0.0441]].
    """
    ### BEGIN SOLUTION
    H = rnn_forward(X, h0, Wx, Wh, b)
    grad_Wx, grad_Wh, grad_b = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(b.shape)
    from_later = np.zeros(h0.shape)
    for t in reversed(range(X.shape[1])):
        before = H[:, t - 1] if t > 0 else h0
        delta = (grad_H[:, t] + from_later) * (1 - H[:, t] ** 2)
        grad_Wx += X[:, t].T @ delta
        grad_Wh += before.T @ delta
        grad_b += delta.sum(axis=0)
        from_later = delta @ Wh.T
    return grad_Wx, grad_Wh, grad_b, from_later
    ### END SOLUTION


# %% test="bptt" points=13
h1 = np.tanh(1.0)
h2 = np.tanh(0.5 * h1)
h3 = np.tanh(0.5 * h2)
d3 = 1 - h3**2
d2 = 0.5 * d3 * (1 - h2**2)
d1 = 0.5 * d2 * (1 - h1**2)
X, last = np.array([[[1.0], [0.0], [0.0]]]), np.array([[[0.0], [0.0], [1.0]]])
one, half = np.ones((1, 1)), np.array([[0.5]])
grads = check.items(
    bptt(X, np.zeros((1, 1)), one, half, np.zeros(1), last),
    4,
    name="what bptt returns",
    hint="Return grad_Wx, grad_Wh, grad_b and grad_h0, in this order.",
)
check.close(
    grads[0],
    [[d1]],
    tolerance=1e-5,
    name="grad_Wx of the example",
    hint="The input 1 came at the first step: its gradient comes back through two later steps.",
)
check.close(
    grads[1],
    [[h1 * d2 + h2 * d3]],
    tolerance=1e-5,
    name="grad_Wh of the example",
    hint="Every step uses Wh: sum the state *before* the step times delta over all steps.",
)
check.close(
    grads[2],
    [d1 + d2 + d3],
    tolerance=1e-5,
    name="grad_b of the example",
    hint="Every step uses b: sum over the steps.",
)
check.close(
    grads[3],
    [[0.5 * d1]],
    tolerance=1e-5,
    name="grad_h0 of the example",
    hint="One more multiplication by Wh transposed, beyond the first step.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 3])


def total(X, h0, Wx, Wh, b, grad_H):
    """A loss whose direct gradient with respect to the states is grad_H."""
    h, loss = h0, 0.0
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + b)
        loss += np.sum(h * grad_H[:, t])
    return loss


for n_examples, n_steps, n_features, n_units in (
    (2, 1, 3, 4),
    (3, 5, 2, 3),
    (1, 8, 1, 2),
    (2, 3, 2, 2),
):
    X = rng.normal(size=(n_examples, n_steps, n_features))
    grad_H = rng.normal(size=(n_examples, n_steps, n_units))
    h0 = rng.uniform(-1, 1, (n_examples, n_units))
    Wx, Wh = rng.normal(size=(n_features, n_units)), rng.normal(size=(n_units, n_units)) / 1.5
    b = rng.normal(size=n_units)
    grads = check.items(bptt(X, h0, Wx, Wh, b, grad_H), 4, name="what bptt returns")
    check.gradient(
        lambda Wx, X=X, h0=h0, Wh=Wh, b=b, G=grad_H: total(X, h0, Wx, Wh, b, G),
        at=Wx,
        equals=grads[0],
        tolerance=1e-5,
        name="grad_Wx for other sequences, steps and units",
        hint="Sum over the steps, and let the gradient flow back from later states.",
    )
    check.gradient(
        lambda Wh, X=X, h0=h0, Wx=Wx, b=b, G=grad_H: total(X, h0, Wx, Wh, b, G),
        at=Wh,
        equals=grads[1],
        tolerance=1e-5,
        name="grad_Wh for other sequences, steps and units",
        hint="The state before step t is multiplied by delta of step t; before the first it is h0.",
    )
    check.gradient(
        lambda b, X=X, h0=h0, Wx=Wx, Wh=Wh, G=grad_H: total(X, h0, Wx, Wh, b, G),
        at=b,
        equals=grads[2],
        tolerance=1e-5,
        name="grad_b for other sequences, steps and units",
        hint="Sum over the steps and over the examples.",
    )
    check.gradient(
        lambda h0, X=X, Wx=Wx, Wh=Wh, b=b, G=grad_H: total(X, h0, Wx, Wh, b, G),
        at=h0,
        equals=grads[3],
        tolerance=1e-5,
        name="grad_h0 for other sequences, steps and units",
        hint="The gradient that leaves the first step backward, one row for each example.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
How far back does the gradient reach? This cell uses your `bptt` to measure how strongly a loss at the
end depends on a state some steps earlier, for recurrent matrices whose **singular values** are all
equal to 0.5, 1.0 or 2.5.
"""

# %%
rng = np.random.default_rng(SEED)
reach = {}
for factor in (0.5, 1.0, 2.5):
    Wh = factor * np.linalg.qr(rng.normal(size=(20, 20)))[0]
    norms = []
    for n_steps in range(1, 41, 3):
        X, grad_H = 0.1 * rng.normal(size=(1, n_steps, 2)), np.zeros((1, n_steps, 20))
        grad_H[0, -1] = 1.0
        found = bptt(X, np.zeros((1, 20)), np.ones((2, 20)), Wh, np.zeros(20), grad_H)
        norms.append(np.linalg.norm(found[3]))
    reach[f"singular values {factor}"] = norms
plot.curves(
    reach,
    x=np.arange(1, 41, 3),
    logy=True,
    xlabel="steps back",
    ylabel="length of the gradient",
    title="Length of the gradient, by steps before the end",
    caption="The vertical axis is logarithmic: a straight line means a constant factor for each step.",
)

# %% [markdown]
r"""
### Exercise 4. Gradient clipping · 7 points · about 7 minutes

When a gradient explodes, its direction is still useful, but its length is not. So keep the direction:
if the **norm** (length) of all gradients *taken together* is larger than `max_norm`, multiply them all
by the same factor.

$$
\text{norm} = \sqrt{\textstyle\sum_k \sum_{ij} g_{k,ij}^2}, \qquad
g_k \leftarrow g_k \cdot \frac{\text{max\_norm}}{\text{norm}} \quad\text{if norm} > \text{max\_norm}.
$$
"""


# %% exercise="clip_by_global_norm" outcomes=[3]
def clip_by_global_norm(gradients, max_norm):
    """Scale gradients by a common factor, so that their global norm is at most max_norm.

    Parameters
    ----------
    gradients : list of arrays of any shapes; they must not be changed
    max_norm : float above 0

    Returns
    -------
    clipped : list of arrays of the same shapes
    norm : float, the global norm *before* clipping

    Examples
    --------
    [array([1.0, 2.0]), array([[2.0]])] have the global norm 3. With max_norm = 1.5 the result is
    ([array([0.5, 1.0]), array([[1.0]])], 3.0); with max_norm = 10 they stay as they are.
    """
    ### BEGIN SOLUTION
    norm = float(np.sqrt(sum(np.sum(gradient**2) for gradient in gradients)))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [factor * gradient for gradient in gradients], norm
    ### END SOLUTION


# %% test="clip_by_global_norm" points=7
gradients = [np.array([1.0, 2.0]), np.array([[2.0]])]
clipped, norm = check.items(
    clip_by_global_norm(gradients, 1.5),
    2,
    name="what clip_by_global_norm returns",
    hint="Return the list of clipped gradients and the norm before clipping.",
)
check.close(
    norm,
    3.0,
    tolerance=1e-5,
    name="the norm of the example",
    hint="Square every number of every array, sum all of them, take one square root.",
)
for array, expected in zip(
    check.items(clipped, 2, name="the clipped gradients"), ([0.5, 1.0], [[1.0]]), strict=True
):
    check.close(
        array,
        expected,
        tolerance=1e-5,
        name="a gradient of the example, clipped to norm 1.5",
        hint="One factor for all of them: max_norm divided by the global norm.",
    )
kept, _ = check.items(
    clip_by_global_norm(gradients, 10.0), 2, name="what clip_by_global_norm returns"
)
check.close(
    check.items(kept, 2, name="the gradients that were short enough")[1],
    [[2.0]],
    tolerance=1e-5,
    name="a gradient that was short enough",
    hint="Clipping makes long gradients shorter. It never makes short gradients longer.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 4])
for shapes, max_norm in ((((3, 2), (4,), (2, 2, 2)), 0.7), (((5,),), 100.0), (((2, 3), (3,)), 2.0)):
    gradients = [3 * rng.normal(size=shape) for shape in shapes]
    length = np.linalg.norm(np.concatenate([gradient.ravel() for gradient in gradients]))
    factor = min(1.0, max_norm / length)
    result, (after, _) = check.call_and_inspect(clip_by_global_norm, gradients, max_norm)
    clipped, norm = check.items(result, 2, name="what clip_by_global_norm returns")
    check.close(norm, length, tolerance=1e-5, name="the global norm before clipping")
    for array, gradient in zip(
        check.items(clipped, len(gradients), name="the clipped gradients"), gradients, strict=True
    ):
        check.close(
            array,
            factor * gradient,
            tolerance=1e-5,
            name="a clipped gradient",
            hint="The direction of all gradients together must not change: one factor for all.",
        )
    for array, gradient in zip(
        check.items(after, len(gradients), name="the caller's gradients"), gradients, strict=True
    ):
        check.close(
            array,
            gradient,
            name="the caller's gradients after the call",
            hint="Return new arrays; do not change the arguments.",
        )
clipped, norm = check.items(
    clip_by_global_norm([np.zeros(3), np.zeros((2, 2))], 1.0),
    2,
    name="what clip_by_global_norm returns",
)
check.close(norm, 0.0, name="the norm of zero gradients")
for array, shape in zip(
    check.items(clipped, 2, name="zero gradients"), ((3,), (2, 2)), strict=True
):
    check.close(
        array,
        np.zeros(shape),
        name="a gradient of zeros, clipped",
        hint="A norm of 0 needs no clipping, and you can't divide by it.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 5. The LSTM · 11 points · about 12 minutes

An **LSTM** has a second state, the **cell** $c$, and three **gates** that control what is added to it,
what is kept, and what is shown. With $\sigma$ for the logistic function,

$$
\begin{aligned}
i &= \sigma(\cdot) \text{ input}, & f &= \sigma(\cdot) \text{ forget}, &
g &= \tanh(\cdot) \text{ candidate}, & o &= \sigma(\cdot) \text{ output},
\end{aligned}
$$

$$
c_t = f \odot c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t).
$$

The pre-activations of all four are computed together, as $x_t W_x + h_{t-1} W_h + b$: its columns
are four blocks of `n_units` in the order **i, f, g, o**. This is Keras' order, so that Keras' weights
fit your function.

At the start of training the forget gates should keep the cell. So their biases are initialized with 1
and all other biases with 0: write this as `lstm_bias`.
"""


# %% exercise="lstm_step" outcomes=[11]
def lstm_step(x, h, c, Wx, Wh, b):
    """States of an LSTM layer after one more input.

    Parameters
    ----------
    x : array, shape (n_examples, n_features)
    h : array, shape (n_examples, n_units), the previous state
    c : array, shape (n_examples, n_units), the previous cells
    Wx : array, shape (n_features, 4 * n_units), blocks i, f, g, o
    Wh : array, shape (n_units, 4 * n_units), the same blocks
    b : array, shape (4 * n_units,), the same blocks

    Returns
    -------
    h_new, c_new : arrays, shape (n_examples, n_units)

    Examples
    --------
    With all weights and biases 0 every gate is 0.5 and the candidate is 0. A cell c = [[2]] becomes
    [[1]], and h becomes [[0.5 · tanh(1)]] = [[0.3808]].
    """
    ### BEGIN SOLUTION
    i, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)

    def gate(z):
        return 0.5 * (1 + np.tanh(0.5 * z))  # the logistic function, without overflow

    c_new = gate(f) * c + gate(i) * np.tanh(g)
    return gate(o) * np.tanh(c_new), c_new
    ### END SOLUTION


def lstm_bias(n_units, forget=1.0):
    """Initial biases: `forget` for the forget gates, 0 for all others.

    Returns
    -------
    b : array, shape (4 * n_units,), in the order i, f, g, o

    Examples
    --------
    lstm_bias(2) is [0, 0, 1, 1, 0, 0, 0, 0].
    """
    ### BEGIN SOLUTION
    b = np.zeros(4 * n_units)
    b[n_units : 2 * n_units] = forget
    return b
    ### END SOLUTION


# %% test="lstm_step" points=11
nothing = np.zeros((1, 4))
h_new, c_new = check.items(
    lstm_step(np.zeros((1, 1)), np.zeros((1, 1)), np.array([[2.0]]), nothing, nothing, np.zeros(4)),
    2,
    name="what lstm_step returns",
    hint="Return h_new and c_new, in this order.",
)
check.close(
    c_new,
    [[1.0]],
    tolerance=1e-5,
    name="the cell of the example",
    hint="A forget gate of 0.5 keeps half of the cell; the candidate is 0.",
)
check.close(
    h_new,
    [[0.5 * np.tanh(1.0)]],
    tolerance=1e-5,
    name="the state of the example",
    hint="The output gate times tanh of the *new* cell.",
)
big = 40.0  # a gate with this pre-activation is open; with its negative, closed
for b, expected, named in (
    ([-big, big, 0.7, big], 0.3, "forget gate open, input gate closed: the cell is kept"),
    (
        [big, -big, 0.7, big],
        np.tanh(0.7),
        "forget gate closed, input gate open: the candidate replaces it",
    ),
):
    _, c_new = check.items(
        lstm_step(
            np.zeros((1, 1)), np.zeros((1, 1)), np.array([[0.3]]), nothing, nothing, np.array(b)
        ),
        2,
        name="what lstm_step returns",
    )
    check.close(
        c_new,
        [[expected]],
        tolerance=1e-5,
        name=named,
        hint="The blocks are in the order input, forget, candidate, output.",
    )
check.close(
    lstm_bias(2),
    [0.0, 0, 1, 1, 0, 0, 0, 0],
    name="lstm_bias(2)",
    hint="The second of the four blocks contains the forget gates.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 5])
for n_examples, n_features, n_units in ((3, 2, 4), (1, 5, 1), (4, 3, 3)):
    x = rng.normal(size=(n_examples, n_features))
    h, c = rng.uniform(-1, 1, (n_examples, n_units)), 2 * rng.normal(size=(n_examples, n_units))
    Wx, Wh = rng.normal(size=(n_features, 4 * n_units)), rng.normal(size=(n_units, 4 * n_units))
    b = rng.normal(size=4 * n_units)
    z = [x @ Wx[:, k::1][:, :n_units] for k in range(0, 4 * n_units, n_units)]
    z = [
        part + h @ Wh[:, k * n_units : (k + 1) * n_units] + b[k * n_units : (k + 1) * n_units]
        for k, part in enumerate(z)
    ]
    s = [1 / (1 + np.exp(-part)) for part in z]
    cell = s[1] * c + s[0] * np.tanh(z[2])
    shown = s[3] * np.tanh(cell)
    h_new, c_new = check.items(lstm_step(x, h, c, Wx, Wh, b), 2, name="what lstm_step returns")
    check.close(
        c_new,
        cell,
        tolerance=1e-5,
        name="cells for other examples, features and units",
        hint="f multiplies the old cell, i the candidate tanh(g); check the order of the blocks.",
    )
    check.close(
        h_new,
        shown,
        tolerance=1e-5,
        name="states for other examples, features and units",
        hint="o times tanh of the new cell.",
    )
_, c_new = check.items(
    lstm_step(
        np.ones((1, 1)), np.zeros((1, 1)), np.array([[-1.5]]), np.zeros((1, 4)), np.zeros((1, 4)),
        np.array([-900.0, 900.0, 900.0, -900.0]),
    ),
    2,
    name="what lstm_step returns",
)  # fmt: skip
check.close(c_new, [[-1.5]], name="a cell whose gates have pre-activations of 900")
check.close(
    lstm_bias(3, forget=2.5),
    [0.0] * 3 + [2.5] * 3 + [0.0] * 6,
    name="lstm_bias of three units, forget = 2.5",
    hint="n_units values in each of the four blocks, and `forget` is an argument.",
)
### END HIDDEN TESTS

# %% [markdown]
"""
Keras uses the same equations. This cell takes the random weights of one of its layers, uses them in
your function, and runs both over a sequence.
"""

# %%
keras.utils.set_random_seed(SEED)
layer = keras.layers.LSTM(3, return_sequences=True)
X = np.random.default_rng(SEED).normal(size=(1, 6, 2)).astype("float32")
theirs = np.asarray(layer(X))
h, c = np.zeros((1, 3)), np.zeros((1, 3))
for t in range(6):
    h, c = lstm_step(X[:, t], h, c, *layer.get_weights())
    print(f"step {t}: largest difference from Keras {np.abs(h - theirs[:, t]).max():.1e}")

# %% [markdown] written="why_lstm" points=12 outcomes=[3, 10, 11, 12]
r"""
### Exercise 6. Why does an LSTM remember? · 12 points · about 15 minutes · marked by hand

It is hard for a plain recurrent layer to learn to remember something for fifty steps. For an LSTM it
is much easier. Explain why, with the equations. (Half a page.)

1. For the plain layer, write down the Jacobian $\partial h_t / \partial h_{t-1}$, and what a product
   of fifty of them does to a gradient. When does it vanish, when can it explode?
2. For the LSTM, write down $\partial c_t / \partial c_{t-1}$ along the cell alone (take the gates
   as given). What must the gates do so that a gradient survives fifty steps? With a forget gate of
   0.9, how much of it is left after fifty?
3. Why is the forget gate's bias initialized with 1 and not with 0? Give numbers.
4. Name one problem that the LSTM does *not* solve.

### BEGIN SOLUTION
**1.** $h_t = \tanh(z_t)$ with $z_t = x_t W_x + h_{t-1} W_h + b$. The Jacobian is $W_h
\operatorname{diag}(1 - h_t^2)$, so in our row notation $\partial L/\partial h_{t-1} = \big(\partial
L/\partial h_t \odot (1 - h_t^2)\big) W_h^\top$. Fifty steps multiply the gradient fifty times by
$W_h^\top$ and by derivatives $1 - h^2 \le 1$. If the largest singular value of $W_h$ is $s < 1$, at
most $s^{50}$ is left ($0.9^{50} = 0.005$), and saturated units, with derivatives near 0, make it less:
it vanishes. If singular values are above 1 and the derivatives near 1, it can grow exponentially: it
explodes. The factor contains the same matrix at every step, and nothing in the network can set it to
1 at one step and to 0 at another.

**2.** $c_t = f \odot c_{t-1} + i \odot g$, so along the cell $\partial c_t / \partial c_{t-1} =
\operatorname{diag}(f)$: no matrix of weights, no derivative of tanh. Over fifty steps the factor is
the product of fifty forget gates. If they are open ($f \approx 1$) the gradient arrives unchanged.
With $f = 0.9$, $0.9^{50} = 0.005$ is left; with $f = 0.99$, 0.6. And the gates depend on the input:
the network can *learn* when to keep and when to clear. The input gate prevents the cell from being
overwritten in the meantime.

**3.** With bias 0 and small weights a forget gate is $\sigma(0) = 0.5$: after ten steps $0.5^{10} =
0.001$ is left, so there is hardly any gradient from which it could learn to stay open. With bias 1 it
is $\sigma(1) = 0.73$, and after ten steps 0.04 is left: more than forty times as much.

**4.** Exploding gradients: the path through $h$ and the gates still contains $W_h$, so clipping is
still needed. (Also correct: with forget gates slightly below 1 memory still fades over hundreds of
steps; a fixed number of cells has to hold everything; the steps must be computed one after another
and not in parallel.)
### END SOLUTION

### BEGIN MARK SCHEME
* 4 points for question 1: the Jacobian has both the recurrent weights and the derivative $1 - h_t^2$
  (2; one of them missing: 1); a product of fifty of them (1); both cases, vanishing and exploding,
  with their condition (1). Row or column notation, transposed or not, does not matter.
* 4 points for question 2: $\partial c_t / \partial c_{t-1} = f$ (2); forget gates near 1, a product
  of gates (1); $0.9^{50} \approx 0.005$ (1).
* 2 points for question 3: $\sigma(0) = 0.5$ against $\sigma(1) = 0.73$ (1) and what that does over
  several steps (1).
* 2 points for question 4: any true limitation with a reason. "It can't remember forever" without a
  reason: 1.
* "The LSTM has a memory" or "gates control the flow of information" without an equation earns
  nothing for questions 1 and 2.
### END MARK SCHEME
"""

# %% [markdown]
r"""
## Part two: text as data

### Exercise 7. From characters to numbers and back · 7 points · about 8 minutes

A network reads numbers. The **vocabulary** assigns one to each character that occurs in a text. The
number 0 is reserved for unknown characters.
"""


# %% exercise="CharVocabulary"
class CharVocabulary:
    """Numbers for the characters of a text.

    Parameters
    ----------
    text : str
        Its different characters, sorted, get the numbers 1, 2, 3, …

    Attributes
    ----------
    size : int
        How many numbers there are: one for each different character, and 0 for unknown ones.

    Examples
    --------
    CharVocabulary("banana") assigns a = 1, b = 2, n = 3, so its size is 4. It encodes "nab" as
    [3, 1, 2] and "nose" as [3, 0, 0, 0]; it decodes [2, 1, 0] as "ba?".
    """

    def __init__(self, text):
        ### BEGIN SOLUTION
        self._characters = sorted(set(text))
        self._numbers = {character: k for k, character in enumerate(self._characters, start=1)}
        self.size = len(self._characters) + 1
        ### END SOLUTION

    def encode(self, text):
        """Return the numbers of a text's characters: an array of whole numbers, shape (n,)."""
        ### BEGIN SOLUTION
        return np.array([self._numbers.get(character, 0) for character in text], dtype=np.int32)
        ### END SOLUTION

    def decode(self, ids):
        """Return the text for these numbers, with a "?" for each 0."""
        ### BEGIN SOLUTION
        return "".join("?" if k == 0 else self._characters[k - 1] for k in ids)
        ### END SOLUTION


# %% test="CharVocabulary" points=7
vocabulary = CharVocabulary("banana")
check.equal(
    vocabulary.encode("nab"),
    [3, 1, 2],
    name="'nab' in numbers",
    hint="Sort the different characters; the first gets the number 1.",
)
check.equal(
    vocabulary.size,
    4,
    name="size of the vocabulary of 'banana'",
    hint="Three different characters, and one more number for unknown ones.",
)
check.equal(
    vocabulary.encode("nose"),
    [3, 0, 0, 0],
    name="'nose' in numbers: three characters are unknown",
    hint="A character that was not in the text becomes 0; it is neither an error nor left out.",
)
check.equal(
    vocabulary.decode(np.array([2, 1, 0])),
    "ba?",
    name="the numbers 2, 1, 0 as text",
    hint="Number 1 is the first character. 0 is written as a question mark.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 7])
letters = np.array(list("zyxwvutsrq \nABC?.,éß漢"))
for n_letters in (1, 9, 21):
    known = "".join(rng.permutation(letters[:n_letters]))
    written = "".join(rng.choice(list(known), size=40))
    vocabulary = CharVocabulary(written + known)
    order = sorted(known)
    check.equal(vocabulary.size, n_letters + 1, name="size of a vocabulary")
    check.equal(
        vocabulary.encode(written),
        [1 + order.index(letter) for letter in written],
        name="a text in numbers",
        hint="The same text must get the same numbers on every machine: sort.",
    )
    check.equal(
        vocabulary.decode([1 + order.index(letter) for letter in written]),
        written,
        name="a list of numbers as text",
        hint="decode(encode(text)) is the original text.",
    )
empty = vocabulary.encode("")
check.shape(empty, (0,), name="an empty text in numbers")
check.equal(vocabulary.decode(empty), "", name="no numbers as text")
check.that(
    np.asarray(vocabulary.encode("A")).dtype.kind in "iu",
    "the numbers are not whole numbers.",
    name="data type of the numbers",
    hint="An embedding looks up rows by number: it needs integers.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 8. Windows and targets · 9 points · about 10 minutes

The network reads **windows** of `n_steps` characters and predicts the next character at every
position. So the targets are the same text, shifted by one character:

    text       t h e _ c a t _ s a t _ d o w n
    inputs     t h e _ | c a t _ | s a t _
    targets    h e _ c | a t _ s | a t _ d

The windows lie edge to edge. Look at their ends: the last target of a window is the first input of
the next window. So every character except the very first is a target once, and none is lost between
two windows. Characters at the end that do not fill a window are dropped.

One epoch contains all windows once, in random order, `batch_size` at a time.
"""


# %% exercise="make_batches"
def make_batches(ids, n_steps, batch_size, rng):
    """Minibatches of one epoch: windows of a text, and the same text shifted by one character.

    Parameters
    ----------
    ids : array of whole numbers, shape (n,), with n > n_steps
    n_steps : int, length of a window
    batch_size : int, windows in a minibatch; the last one may have fewer
    rng : numpy.random.Generator, for the order of the windows

    Returns
    -------
    batches : list of pairs (inputs, targets)
        Both are arrays of whole numbers, shape (batch_size, n_steps).

    Examples
    --------
    ids = [0, 1, ..., 9] with n_steps = 3 has three windows: [0, 1, 2], [3, 4, 5], [6, 7, 8], with
    the targets [1, 2, 3], [4, 5, 6], [7, 8, 9]. With batch_size = 2 they make two batches, of two
    windows and of one.
    """
    ### BEGIN SOLUTION
    n_windows = (len(ids) - 1) // n_steps
    used = n_windows * n_steps
    inputs = np.asarray(ids[:used]).reshape(n_windows, n_steps)
    targets = np.asarray(ids[1 : used + 1]).reshape(n_windows, n_steps)
    order = rng.permutation(n_windows)
    pieces = [order[k : k + batch_size] for k in range(0, n_windows, batch_size)]
    return [(inputs[piece], targets[piece]) for piece in pieces]
    ### END SOLUTION


# %% test="make_batches" points=9
pairs = check.items(
    make_batches(np.arange(10), 3, 2, np.random.default_rng(SEED)),
    2,
    name="minibatches of ten numbers, in windows of 3, two windows at a time",
    hint="Three windows fit, so there is a batch of two and a batch of one.",
)
firsts = []
for (inputs, targets), n in zip(pairs, (2, 1), strict=True):
    check.shape(inputs, (n, 3), name="shape of the inputs of a minibatch")
    check.shape(targets, (n, 3), name="shape of the targets of a minibatch")
    check.equal(
        np.asarray(targets),
        np.asarray(inputs) + 1,
        name="targets of 0, 1, 2, …: the next number each",
        hint="The target of a character is the one after it in the text, also at the end of a window.",
    )
    firsts += np.asarray(inputs)[:, 0].tolist()
check.equal(
    sorted(firsts),
    [0, 3, 6],
    name="where the windows begin",
    hint="Edge to edge: the next window begins where the last one ends, without gap or overlap.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 8])
for n, n_steps, batch_size in ((101, 10, 4), (64, 7, 3), (13, 12, 5), (60, 1, 16)):
    ids = rng.permutation(1000)[:n]
    place = {int(symbol): k for k, symbol in enumerate(ids)}
    n_windows = (n - 1) // n_steps
    sizes = [min(batch_size, n_windows - k) for k in range(0, n_windows, batch_size)]
    pairs = check.items(
        make_batches(ids, n_steps, batch_size, np.random.default_rng([SEED, n])),
        len(sizes),
        name="minibatches of an epoch",
        hint="Every window is used, so the last minibatch may be smaller.",
    )
    starts = []
    for pair, size in zip(pairs, sizes, strict=True):
        inputs, targets = check.items(pair, 2, name="a minibatch")
        check.shape(inputs, (size, n_steps), name="shape of the inputs")
        for window, wanted in zip(
            np.asarray(inputs),
            check.items(targets, size, name="targets of a minibatch"),
            strict=True,
        ):
            start = place.get(int(window[0]), 0)
            starts.append(start)
            check.equal(window, ids[start : start + n_steps], name="a window of the text")
            check.equal(
                wanted,
                ids[start + 1 : start + 1 + n_steps],
                name="the targets of a window",
                hint="Shuffle inputs and targets in the same way; the last target is the first "
                "character of the next window.",
            )
    check.equal(
        sorted(starts),
        list(range(0, n_windows * n_steps, n_steps)),
        name="where the windows of an epoch begin",
        hint="Each window occurs once, and they lie edge to edge.",
    )


def order_of(seed):
    pairs = make_batches(np.arange(121), 2, 10, np.random.default_rng([SEED, seed]))
    pairs = check.items(pairs, 6, name="minibatches of an epoch")
    return np.concatenate([np.asarray(inputs)[:, 0] for inputs, _ in pairs]).tolist()


first, again, other = order_of(1), order_of(1), order_of(2)
check.equal(first, again, name="order with the same seed", hint="All randomness comes from rng.")
check.that(
    first != other and first != sorted(first),
    "the windows came in the same order.",
    name="order with another seed",
    hint="Shuffle the windows, and take all randomness from rng.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 9. Bits per character · 8 points · about 9 minutes

If the model gave the character that came the probability $p$, the character's **surprisal** was
$-\log_2 p$ bits. The mean over a text is the model's **bits per character**: the size that the text
would have, compressed with this model.

At the start of a window any model has read nothing, and its first predictions are poor. To make the
comparison fair, the first 10 predictions of *each window* do not count, as in the experiment of
Sutskever, Martens and Hinton (2011): what counts begins with the 11th.
"""


# %% exercise="bits_per_character" outcomes=[13]
def bits_per_character(model, ids, n_steps=100, skip=10):
    """Mean of -log2 p(next character), from the 11th prediction of each window on.

    Parameters
    ----------
    model : Keras model; takes windows (n_windows, n_steps), returns logits
        (n_windows, n_steps, n_symbols), as model(windows) or model.predict(windows, verbose=0)
    ids : array of whole numbers, shape (n,), a text that it was not trained on
    n_steps : int, length of a window; windows lie edge to edge as in make_batches
    skip : int below n_steps, how many predictions at the start of each window do not count

    Returns
    -------
    bits : float

    Examples
    --------
    A model whose logits are all equal, over 8 symbols, needs 3 bits per character.
    """
    ### BEGIN SOLUTION
    n_windows = (len(ids) - 1) // n_steps
    used = n_windows * n_steps
    inputs = np.asarray(ids[:used]).reshape(n_windows, n_steps)
    targets = np.asarray(ids[1 : used + 1]).reshape(n_windows, n_steps)
    logits = np.asarray(model(inputs), dtype=np.float64)
    logits -= logits.max(axis=-1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    said = np.take_along_axis(log_p, targets[:, :, None], axis=-1)[:, skip:, 0]
    return float(-said.mean() / np.log(2))
    ### END SOLUTION


# %% [markdown]
r"""
The checks use a model whose output is known: its logits are the row of a table for the last
character.
"""


# %% setup=true
def table_model(table):
    """A Keras model whose logits for the next symbol are table[last symbol]."""
    table = np.asarray(table, dtype="float32")
    model = keras.Sequential(
        [keras.Input((None,), dtype="int32"), keras.layers.Embedding(*table.shape)]
    )
    model.set_weights([table])
    return model


# %% test="bits_per_character" points=8
check.close(
    bits_per_character(table_model(np.zeros((8, 8))), np.arange(201) % 8),
    3.0,
    tolerance=1e-4,
    name="equal logits over 8 symbols",
    hint="-log2(1/8) = 3. In nats it would be 2.08: divide by log 2.",
)
# After 0 comes 1 with probability 1/2, after 1 comes 0 with probability 1/8.
table = np.log([[0.25, 0.5, 0.25], [0.125, 0.5, 0.375], [0.2, 0.3, 0.5]])
check.close(
    bits_per_character(table_model(table), np.array([0, 1, 0, 1, 0, 1, 0]), n_steps=3, skip=0),
    2.0,
    tolerance=1e-4,
    name="a text 0 1 0 1 … at 1 bit and 3 bits in turn",
    hint="The mean over all predictions of -log2 of the probability of the character that came.",
)
check.close(
    bits_per_character(table_model(table), np.array([0, 1, 0, 1, 0, 1, 0]), n_steps=3, skip=2),
    2.0,
    tolerance=1e-4,
    name="the same with the last prediction of each window only",
    hint="Leave out the first `skip` predictions of each window, not of the text.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 9])
for n_symbols, n, n_steps, skip in ((5, 240, 20, 10), (4, 61, 12, 3), (7, 330, 100, 10)):
    table = 3 * rng.normal(size=(n_symbols, n_symbols)) + 40 * rng.normal(size=(n_symbols, 1))
    ids = rng.integers(0, n_symbols, n)
    shifted = table - table.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    n_windows = (n - 1) // n_steps
    counted = [
        -log_p[ids[k * n_steps + t], ids[k * n_steps + t + 1]]
        for k in range(n_windows)
        for t in range(skip, n_steps)
    ]
    check.close(
        bits_per_character(table_model(table), ids.astype("int32"), n_steps, skip),
        np.mean(counted) / np.log(2),
        tolerance=1e-4,
        name="other texts, windows and numbers of predictions to leave out",
        hint="Check the ends of the windows, the predictions to leave out, and the axis of the symbols.",
    )
table = np.array([[0.0, 2000.0], [0.0, 0.0]])
check.close(
    bits_per_character(table_model(table), np.array([0, 1, 0, 1, 1]), 4, 0),
    0.5,
    tolerance=1e-4,
    name="a logit of 2000",
    hint="exp(2000) overflows: subtract the largest logit first, as in week 2.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 10. Sampling with a temperature · 8 points · about 8 minutes

To generate text, draw the next character from the model's probabilities, append it, and repeat. The
**temperature** $\tau$ sharpens or flattens the distribution: $p = \text{softmax}(\text{logits} /
\tau)$. Below 1 likely characters become more likely, above 1 less likely; at exactly 0 the most
probable character is always taken.
"""


# %% exercise="sample" outcomes=[13]
def sample(next_logits, prime, n, temperature, rng):
    """Continue a text by n symbols, each drawn from the model's probabilities.

    Parameters
    ----------
    next_logits : function
        Takes all symbols so far, an array of whole numbers; returns the logits of the next one,
        shape (n_symbols,).
    prime : list or array of whole numbers, the beginning of the text; it must not be changed
    n : int, how many symbols to add
    temperature : float, at least 0
    rng : numpy.random.Generator, the source of all randomness

    Returns
    -------
    ids : list of ints, prime and then the n new symbols

    Examples
    --------
    If next_logits always returns [0, 0, 100], then sample(next_logits, [1], 3, 1.0, rng) returns
    [1, 2, 2, 2].
    """
    ### BEGIN SOLUTION
    ids = [int(symbol) for symbol in prime]
    for _ in range(n):
        logits = np.asarray(next_logits(np.array(ids)), dtype=np.float64)
        if temperature == 0:
            ids.append(int(np.argmax(logits)))
            continue
        powers = np.exp((logits - logits.max()) / temperature)
        ids.append(int(rng.choice(len(powers), p=powers / powers.sum())))
    return ids
    ### END SOLUTION


# %% test="sample" points=8
def sure_of_the_next(ids):
    """After symbol k comes k + 1, modulo 5, almost certainly."""
    return 100.0 * np.eye(5)[(int(ids[-1]) + 1) % 5]


rng = np.random.default_rng(SEED)
check.equal(
    sample(sure_of_the_next, [3], 4, 1.0, rng),
    [3, 4, 0, 1, 2],
    name="four symbols after 3, of a model with probabilities near 1",
    hint="Append each drawn symbol, and call the model again with all symbols so far.",
)
check.equal(
    sample(lambda ids: np.array([0.0, 0.1, 0.0]), [0, 2], 3, 0, rng),
    [0, 2, 1, 1, 1],
    name="temperature 0: the most probable symbol",
    hint="At temperature 0 there is nothing to divide by: take the largest logit.",
)
drawn = [sample(lambda ids: np.log([0.5, 0.3, 0.2]), [0], 5, 1.0, rng)[1:] for _ in range(60)]
share = np.mean(np.asarray(drawn) == 0)
check.between(
    share,
    0.35,
    0.65,
    name="frequency of a symbol with probability 0.5 among 300 drawn at temperature 1",
    hint="Draw from softmax(logits / temperature). Do not take the most probable symbol.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 10])
logits = rng.permutation([0.0, 0.7, 1.4, 2.1])
for temperature in (0.5, 1.0, 2.0):
    powers = np.exp(logits / temperature)
    expected = powers / powers.sum()
    drawn = [sample(lambda ids: logits.copy(), [0], 40, temperature, rng)[1:] for _ in range(50)]
    drawn = np.concatenate([check.items(symbols, 40, name="the new symbols") for symbols in drawn])
    shares = np.bincount(drawn.astype(int), minlength=4)[:4] / 2000
    # Five standard deviations of a frequency among 2,000 are 0.056 at most.
    check.between(
        np.abs(shares - expected).max(),
        0,
        0.056,
        name="frequencies of four symbols, at temperatures 0.5, 1 and 2",
        hint="Divide the logits by the temperature before softmax; multiplying has the opposite effect.",
    )
seen = []


def spy(ids):
    """Record the arguments; return large logits, the largest for the third symbol."""
    seen.append(np.asarray(ids).tolist())
    return np.array([1000.0, 999.0, 1001.0, -1000.0])


prime = rng.integers(0, 4, 3)
came = check.items(sample(spy, prime, 6, 0.7, rng), 9, name="prime and six symbols")
check.equal(came[:3], prime.tolist(), name="the beginning of the result")
check.equal(
    check.items(seen, 6, name="calls of the model"),
    [came[: 3 + k] for k in range(6)],
    name="arguments of the model",
    hint="Call it with everything so far: the prime and all symbols that were drawn.",
)


def flat(ids):
    return np.zeros(4)


first = sample(flat, [0], 30, 1.0, np.random.default_rng([SEED, 1]))
again = sample(flat, [0], 30, 1.0, np.random.default_rng([SEED, 1]))
other = sample(flat, [0], 30, 1.0, np.random.default_rng([SEED, 2]))
check.equal(again, first, name="with the same seed", hint="All randomness comes from rng.")
check.that(
    list(first) != list(other),
    "another seed gave the same symbols.",
    name="with another seed",
    hint="All randomness comes from rng.",
)
check.equal(sample(flat, [2, 1], 0, 1.0, rng), [2, 1], name="nothing to add")
### END HIDDEN TESTS

# %% [markdown]
r"""
## Part three: the language model

### Exercise 11. Embedding, GRU, dense layer · 6 points · about 5 minutes

An **embedding** maps each number to a learned vector (week 4), a GRU reads these vectors and updates
its state, and a dense layer computes the **logits** of the next character, *at every step*. It must
work for windows of any length. A model that predicts the next character or word of a text is called a
**language model**.
"""


# %% exercise="build_char_model" outcomes=[13]
def build_char_model(n_symbols, n_units=64, n_embedding=16):
    """An untrained model that computes the logits of the next character at every step.

    Parameters
    ----------
    n_symbols : int, size of the vocabulary
    n_units : int, units of the recurrent layer
    n_embedding : int, dimension of the embedding

    Returns
    -------
    model : keras.Model of three layers: Embedding, GRU, Dense
        From whole numbers, shape (n_examples, n_steps), to logits, shape
        (n_examples, n_steps, n_symbols), for any n_steps.

    Examples
    --------
    build_char_model(50)(np.zeros((2, 7), "int32")) has shape (2, 7, 50).
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(n_symbols, n_embedding),
            keras.layers.GRU(n_units, return_sequences=True),
            keras.layers.Dense(n_symbols),
        ]
    )
    ### END SOLUTION


# %% test="build_char_model" points=6
check.seed(SEED)
ids = np.array([[1, 2, 3, 4, 5, 6, 0], [0, 0, 1, 1, 2, 2, 3]], dtype="int32")
model = check.local_copy(build_char_model(11, n_units=5, n_embedding=3), like=ids)
check.layers(
    model,
    [
        ("Embedding", {"input_dim": 11, "output_dim": 3}),
        ("GRU", {"units": 5, "return_sequences": True}),
        ("Dense", {"units": 11, "activation": "linear"}),
    ],
    name="the layers",
    hint="Logits at every step: return_sequences=True, and no softmax at the end.",
)
check.shape(
    model(ids),
    (2, 7, 11),
    name="logits of two windows of 7",
    hint="One row of logits for each character of each window.",
)
### BEGIN HIDDEN TESTS
check.shape(model(ids[:1, :1]), (1, 1, 11), name="logits of one window of 1")
rng = np.random.default_rng([SEED, 11])
model.set_weights([rng.normal(size=w.shape).astype("float32") for w in model.get_weights()])
logits = np.asarray(model(ids))
future = ids.copy()
future[:, 4:] = (future[:, 4:] + 3) % 11
check.close(
    np.asarray(model(future))[:, :4],
    logits[:, :4],
    tolerance=1e-4,
    name="logits of the first four, when later characters change",
    hint="The model must not look ahead: it would have read the character that it has to predict.",
)
past = ids.copy()
past[:, 0] = 7
check.that(
    bool(np.abs(np.asarray(model(past)) - logits)[:, 4].max() > 1e-4),
    "the first character makes no difference to the fifth prediction.",
    name="logits of the fifth, when the first character changes",
    hint="The state of the recurrent layer must depend on all earlier characters.",
)
# 30 symbols: embedding 30 × 8; GRU 3 × (8 + 12 + 2) × 12 with Keras' two biases; dense 13 × 30.
check.seed(SEED)
model = check.local_copy(build_char_model(30, 12, 8), like=ids)
check.parameters(model, 30 * 8 + 3 * (8 + 12 + 2) * 12 + 13 * 30, name="parameters for 30 symbols")
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 12. Train the language model · 7 points · about 10 minutes

Put everything together. Build the model, and train it on the text for several epochs: new minibatches
in each epoch, cross-entropy of the next character, Adam, gradient clipping. It has to be better than a
**trigram** model: a table of how often each character followed each *pair* of characters, counted on
the same text.

With 96 units and a learning rate of 0.01 the defaults below are enough, and take about five seconds.
Keras' default learning rate of 0.001 is too small: three epochs are only about three hundred steps.
(The loss takes logits: `from_logits=True`. Adam clips with `global_clipnorm=`.
`model.train_on_batch(inputs, targets)` makes one compiled training step.)

The model that you return is tested on new text, and with the characters numbered in another order.
"""


# %% exercise="train_char_model" uses=["build_char_model", "make_batches"] outcomes=[13]
def train_char_model(ids, n_symbols, seed=0, n_epochs=3, n_steps=25, batch_size=24):
    """A model of the next character, trained on a text.

    Parameters
    ----------
    ids : array of whole numbers, shape (n,), the training text
    n_symbols : int, size of the vocabulary
    seed : int, for the initial weights and the order of the windows
    n_epochs, n_steps, batch_size : ints, as in make_batches

    Returns
    -------
    model : keras.Model of Keras' own layers, from windows to logits, as in build_char_model
    """
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = build_char_model(n_symbols, n_units=96, n_embedding=32)
    model.compile(
        keras.optimizers.Adam(0.01, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    for _ in range(n_epochs):
        for inputs, targets in make_batches(ids, n_steps, batch_size, rng):
            model.train_on_batch(inputs, targets)
    return model
    ### END SOLUTION


# %% setup=true
def reading(profile):
    """Training text and test text: Python's documentation, or Shakespeare."""
    if profile == "full":
        whole = data.text()
        return whole[:-20_000][:500_000], whole[-20_000:]
    whole = text.documentation().lower()
    return whole[:60_000], whole[60_000:68_000]


# %% test="train_char_model" points=7
learn, judge = reading(PROFILE)
letters = sorted(set(learn + judge))
numbering = np.random.default_rng([SEED, 12]).permutation(len(letters))
number = {letter: int(k) for letter, k in zip(letters, numbering, strict=True)}
learn, judge = (np.array([number[letter] for letter in part], "int32") for part in (learn, judge))
rival = text.ngram_bits(learn, judge, 3)

model = check.local_copy(train_char_model(learn, len(letters), seed=SEED), like=judge[None, :10])
n = (len(judge) - 1) // 100
windows, targets = judge[: 100 * n].reshape(n, 100), judge[1 : 100 * n + 1].reshape(n, 100)
logits = np.asarray(model(windows), dtype=np.float64)
check.shape(
    logits,
    (n, 100, len(letters)),
    name="logits for windows of 100 characters",
    hint="One row of logits for each character, for windows of any length.",
)
changed = windows.copy()
changed[:, 60:] = (changed[:, 60:] + 1) % len(letters)
check.close(
    np.asarray(model(changed))[:, :60],
    logits[:, :60],
    tolerance=1e-3,
    name="predictions, when later characters change",
    hint="The model must not look ahead.",
)
logits -= logits.max(axis=-1, keepdims=True)
log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
bits = -np.take_along_axis(log_p, targets[:, :, None], -1)[:, 10:].mean() / np.log(2)
check.between(
    bits,
    0.5,
    rival,
    name="bits per character on new text, from the 11th on; the trigram model is the upper bound",
    hint="If all checks above pass: does every epoch make new minibatches, is the loss computed "
    "with from_logits=True, and is the learning rate large enough?",
)

# %% [markdown]
"""
Let your model write. (`text.next_logits` turns a model into the function that `sample` takes.) Compare
the temperatures 0.3, 0.8 and 1.5.
"""

# %%
learn, judge = reading(PROFILE)
vocabulary = CharVocabulary(learn)
model = train_char_model(vocabulary.encode(learn), vocabulary.size, seed=SEED)
print(f"{bits_per_character(model, vocabulary.encode(judge)):.2f} bits per character on new text\n")
for temperature in (0.3, 0.8, 1.5):
    ids = sample(
        text.next_logits(model),
        vocabulary.encode("the "),
        150,
        temperature,
        np.random.default_rng(SEED),
    )
    print(f"--- temperature {temperature}\n{vocabulary.decode(ids)}\n")

# %% [markdown]
"""
## For a weekend: a model that writes Python

Prose with a few errors is still readable. Python is stricter: one bracket that is never closed, and
`ast.parse` rejects everything. Train on code instead of prose, and count.

1. Your machine has a large corpus: Python's standard library. It is in the folder
   `pathlib.Path(ast.__file__).parent`; `glob("*.py")` finds about two hundred files. Remove the
   comments first (`ast.unparse(ast.parse(source))` does it in one line), then the docstrings.
2. Let your model write a hundred functions, each beginning with `def ` and ending at the next line
   that is not indented. What fraction does `ast.parse` accept? At which temperature?
3. Two layers of LSTM, 256 units, windows of 150 characters, an hour of training: what fraction now?
   What does it still get wrong: brackets, indentation, names that were never defined?
4. While sampling, set the logits of a closing bracket to minus infinity when no bracket is open. How
   much does the fraction increase?

Nothing here is graded. A fraction above one half is good.
"""


# %%
def share_that_parses(functions):
    """Fraction of texts that are valid Python."""
    import ast

    accepted = 0
    for source in functions:
        try:
            ast.parse(source)
            accepted += 1
        except (SyntaxError, ValueError):
            pass
    return accepted / len(functions)


# When your model is trained: share_that_parses([...])
