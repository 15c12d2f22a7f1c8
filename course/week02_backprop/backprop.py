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
# Week 2 assignment: train a network with nothing but NumPy

Week 1 ended with a network whose weights you set by hand. Now you build one that learns its weights:
layers, their gradients, the loss, the optimizer and the training loop. When the last exercise passes,
your code separates two spirals that no line, and no single unit, can separate.

| | exercise | points | minutes |
|---:|---|---:|---:|
| 1 | `dense_forward` | 3 | 5 |
| 2 | `gradient_check` | 8 | 12 |
| 3 | `dense_backward` | 10 | 12 |
| 4 | `relu_backward` | 4 | 5 |
| 5 | `tanh_backward` | 4 | 5 |
| 6 | `softmax` | 7 | 8 |
| 7 | `cross_entropy` | 6 | 6 |
| 8 | `softmax_cross_entropy_backward` | 8 | 8 |
| 9 | `initialize` | 7 | 8 |
| 10 | which network is which? (written) | 8 | 10 |
| 11 | `sgd_momentum_step` | 7 | 6 |
| 12 | `dropout` | 6 | 7 |
| 13 | `loss_and_gradients` | 8 | 12 |
| 14 | `train` | 14 | 16 |
| | **together** | **100** | **about 2 hours** |

**How it works.** Replace each `raise NotImplementedError()` by your code and run the cell. The cell
below it checks your answer and says what is wrong, if anything. Those checks help you, but they are
not the whole exam: when you submit, your functions are also called with data that you have not
seen. So solve the exercise, not just the example. You may use loops or vectorized NumPy code; both
are right.

**Notation**, as in week 1 and in the lesson. `X` holds one example per row: `(n_examples,
n_features)`. A layer has weights `W` of shape `(n_inputs, n_outputs)` and biases `b` of shape
`(n_outputs,)`. Its **pre-activations** are `Z = X @ W + b`; the activation function turns them into
the **activations** `A`. The last layer's pre-activations are the **logits**; `softmax` turns them
into probabilities `P`. Labels `y` are integers 0, 1, 2, …, one per example. The loss is one number
`L`, a mean over the examples, and `grad_Z` always means $\partial L / \partial Z$: an array of the
same shape as `Z`.
"""

# %% setup=true
import itertools
import warnings
import zlib

import numpy as np

from dlcourse import check, data, plot

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
r"""
## Part one: one layer, forward and backward

### Exercise 1. A dense layer · 3 points · about 5 minutes

One unit computes $\mathbf{w} \cdot \mathbf{x} + b$. A dense layer has many units, one per *column* of
`W`, and is applied to many examples, one per *row* of `X`. One matrix product computes everything.
(A loop over the examples is right, too. Three nested loops are right but slow: the training of
exercise 14 would run out of time.)
"""


# %% exercise="dense_forward" outcomes=[14]
def dense_forward(X, W, b):
    """Pre-activations of a dense layer, for every example and every unit.

    Parameters
    ----------
    X : array, shape (n_examples, n_inputs)
    W : array, shape (n_inputs, n_outputs)
    b : array, shape (n_outputs,)

    Returns
    -------
    Z : array, shape (n_examples, n_outputs)

    Examples
    --------
    With X = [[1, 2, 3], [0, -1, 4]], W = [[1, 0], [0, 1], [1, -1]] and b = [0.5, -0.5] the
    result is [[4.5, -1.5], [4.5, -5.5]].
    """
    ### BEGIN SOLUTION
    return X @ W + b
    ### END SOLUTION


# %% test="dense_forward" points=3
check.close(
    dense_forward(np.array([[1.0, 2.0]]), np.array([[0.0, 3.0], [0.0, 4.0]]), np.array([5.0, 6.0])),
    [[5.0, 17.0]],
    tolerance=1e-5,
    name="X = [[1, 2]], W = [[0, 3], [0, 4]], b = [5, 6]",
    hint="The first unit's weights are the first column of W, both 0: only its bias is left.",
)
X = np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 4.0]])
W = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
check.close(
    dense_forward(X, W, np.array([0.5, -0.5])),
    [[4.5, -1.5], [4.5, -5.5]],
    tolerance=1e-5,
    name="the example in the docstring",
    hint="Row i, column j: the dot product of example i and column j of W, plus b[j].",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 1])
for n_examples, n_inputs, n_outputs in ((1, 4, 2), (6, 3, 3), (5, 1, 7)):
    X = rng.normal(size=(n_examples, n_inputs))
    W, b = rng.normal(size=(n_inputs, n_outputs)), rng.normal(size=n_outputs)
    expected = np.einsum("ni,ij->nj", X, W) + b
    check.close(
        dense_forward(X, W, b),
        expected,
        tolerance=1e-5,
        name=f"{n_examples} examples, {n_inputs} inputs, {n_outputs} units",
        hint="Check that b is added to every row, and that W is used as it is when square.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 2. A gradient check · 8 points · about 12 minutes

Everything that follows is a gradient, and a wrong gradient rarely crashes: the network trains, only
worse. So build the check first. The derivative of $f$ with respect to $x_i$ is approximately

$$
\frac{\partial f}{\partial x_i} \approx \frac{f(x + h\,e_i) - f(x - h\,e_i)}{2h},
$$

where $e_i$ is 1 at position $i$ and 0 elsewhere. The error of this *centered* difference shrinks with
$h^2$; that of the one-sided one only with $h$. Then compare two gradients $g$ and $n$ by

$$
\text{relative error} = \frac{\lVert g - n \rVert}{\lVert g \rVert + \lVert n \rVert},
$$

with the norms taken over all entries, whatever the shape. Below $10^{-7}$ the gradient is right;
above $10^{-4}$ it is wrong, unless $f$ has a kink between $x - h\,e_i$ and $x + h\,e_i$, as a network
with ReLUs may have: then move $x$ or make $h$ smaller, and check again.
"""


# %% exercise="gradient_check" outcomes=[14]
def numerical_gradient(f, x, h=1e-5):
    """Derivative of f at x with respect to every coordinate, by centered differences.

    Parameters
    ----------
    f : function of an array with the shape of x, returning a number
    x : array of floats, any shape; unchanged after the call
    h : float, the step to either side

    Returns
    -------
    gradient : array with the shape of x

    Examples
    --------
    For f(x) = x[0] ** 2 * x[1] at x = [3, 2] the result is close to [12, 9].
    """
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient
    ### END SOLUTION


def gradient_check(f, x, gradient, h=1e-5):
    """Relative error of a gradient that is claimed to be that of f at x.

    Parameters
    ----------
    f, x, h : as for numerical_gradient
    gradient : array with the shape of x, the claim

    Returns
    -------
    error : float between 0 (equal) and 1 (opposite); 0.0 if both gradients are zero

    Examples
    --------
    For f(x) = x[0] ** 2 * x[1] at x = [3, 2] the claim [12, 9] gives an error below 1e-9. The
    claim [24, 18], twice the right length, gives 1/3.
    """
    ### BEGIN SOLUTION
    numeric = numerical_gradient(f, x, h)
    length = np.linalg.norm(gradient) + np.linalg.norm(numeric)
    return float(np.linalg.norm(gradient - numeric) / length) if length > 0 else 0.0
    ### END SOLUTION


# %% test="gradient_check" points=8
def volume(x):
    return x[0] ** 2 * x[1]


# For a parabola centered differences are exact, however large the step.
check.close(
    numerical_gradient(volume, np.array([3.0, 2.0]), h=0.5),
    [12.0, 9.0],
    name="numerical_gradient of the example, with a large step h = 0.5",
    hint="Change one coordinate at a time, in both directions, and divide by the distance 2 h.",
)
check.close(
    numerical_gradient(volume, np.array([3.0, 2.0])),
    [12.0, 9.0],
    name="numerical_gradient of the example",
    hint="Change one coordinate at a time, in both directions, and divide by the distance 2 h.",
)
check.close(
    gradient_check(volume, np.array([3.0, 2.0]), np.array([12.0, 9.0])),
    0.0,
    name="gradient_check of a right gradient",
    hint="The difference of two equal gradients is zero.",
)
check.close(
    gradient_check(volume, np.array([3.0, 2.0]), np.array([24.0, 18.0])),
    1 / 3,
    name="gradient_check of a gradient with twice the right length",
    hint="Divide the norm of the difference by the sum of the two norms.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 2])
# With a large step the centered difference of a cube is 3 x^2 + h^2 exactly, the one-sided is not.
x = rng.normal(size=4)
check.close(
    numerical_gradient(lambda x: float(np.sum(x**3)), x.copy(), h=0.5),
    3 * x**2 + 0.25,
    name="a cube, with a large step h = 0.5",
    hint="Use the h that is passed in, and the same step in both directions.",
)
W, C = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
mixed = C[0] @ C[1]
slopes = 0.5 * np.vstack([W[1], W[0]]) + C
check.close(
    numerical_gradient(lambda W: float(0.5 * W[0] @ W[1] + np.sum(C * W)), W.copy(), h=0.3),
    slopes,
    name="a function of a matrix whose entries multiply each other",
    hint="x may have any shape, and for each difference all other entries must be unchanged.",
)
check.close(
    numerical_gradient(lambda x: float(np.prod(x)), np.array([[[2.0, 3.0]]])),
    [[[3.0, 2.0]]],
    name="an array with three axes",
    hint="The result has the shape of x.",
)


def bowl(x):
    return float(0.5 * np.sum(x**2))


x = rng.normal(size=(3, 2))
claim = x + rng.normal(size=(3, 2))
error = np.sqrt(np.sum((claim - x) ** 2)) / (np.sqrt(np.sum(claim**2)) + np.sqrt(np.sum(x**2)))
check.close(
    gradient_check(bowl, x.copy(), claim),
    error,
    name="a wrong gradient of a matrix",
    hint="Norms are taken over all entries: square, sum over everything, square root.",
)
check.close(
    gradient_check(bowl, x.copy(), -x),
    1.0,
    name="a gradient with the wrong sign",
    hint="A gradient with the wrong sign has the largest relative error, 1.",
)
check.close(
    gradient_check(bowl, 1e-4 * x, 1e-4 * claim),
    error,
    tolerance=1e-4,
    name="small gradients, just as wrong",
    hint="The error is relative: the norm of the difference, divided by the sum of the norms.",
)
check.close(
    gradient_check(lambda _: 5.0, np.array([1.0, 2.0]), np.zeros(2)),
    0.0,
    name="a constant function",
    hint="When both gradients are zero, do not divide by zero: the error is 0.0.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 3. The backward pass of a dense layer · 10 points · about 12 minutes

The layer receives `grad_Z`: the gradient of the loss with respect to its pre-activations. It must
return three gradients: with respect to its inputs, its weights and its biases. (The layer below needs
the first one.) Start from $z_{nj} = \sum_i x_{ni} w_{ij} + b_j$ and add up all paths from a variable
to the loss:

$$
\frac{\partial L}{\partial w_{ij}} = \sum_n x_{ni}\, \frac{\partial L}{\partial z_{nj}}, \qquad
\frac{\partial L}{\partial b_j} = \sum_n \frac{\partial L}{\partial z_{nj}}, \qquad
\frac{\partial L}{\partial x_{ni}} = \sum_j \frac{\partial L}{\partial z_{nj}}\, w_{ij} .
$$

Write the first and the last sum as matrix products. When in doubt, look at the shapes: a gradient has
the shape of what it belongs to.
"""


# %% exercise="dense_backward" outcomes=[14]
def dense_backward(grad_Z, X, W):
    """Gradients of the loss for a dense layer Z = X @ W + b.

    Parameters
    ----------
    grad_Z : array, shape (n_examples, n_outputs)
        Gradient of the loss with respect to the layer's pre-activations.
    X : array, shape (n_examples, n_inputs)
    W : array, shape (n_inputs, n_outputs)

    Returns
    -------
    grad_X : array, shape (n_examples, n_inputs)
    grad_W : array, shape (n_inputs, n_outputs)
    grad_b : array, shape (n_outputs,)

    Examples
    --------
    With grad_Z = [[1, 2], [0, 1]], X = [[1, 0, 2], [3, 1, 0]] and W = [[1, 0], [0, 1], [1, -1]]
    the result is grad_X = [[1, 2, -1], [0, 1, -1]], grad_W = [[1, 5], [0, 1], [2, 4]] and
    grad_b = [1, 3].
    """
    ### BEGIN SOLUTION
    grad_X = grad_Z @ W.T
    grad_W = X.T @ grad_Z
    grad_b = grad_Z.sum(axis=0)
    return grad_X, grad_W, grad_b
    ### END SOLUTION


# %% test="dense_backward" points=10
grad_X, grad_W, grad_b = check.items(
    dense_backward(
        np.array([[1.0, 2.0], [0.0, 1.0]]),
        np.array([[1.0, 0.0, 2.0], [3.0, 1.0, 0.0]]),
        np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]]),
    ),
    3,
    name="what dense_backward returns",
    hint="Return grad_X, grad_W, grad_b in this order.",
)
check.close(
    grad_X,
    [[1.0, 2.0, -1.0], [0.0, 1.0, -1.0]],
    tolerance=1e-5,
    name="grad_X of the example",
    hint="Each input influences the loss through every unit: sum over the units.",
)
check.close(
    grad_W,
    [[1.0, 5.0], [0.0, 1.0], [2.0, 4.0]],
    tolerance=1e-5,
    name="grad_W of the example",
    hint="grad_W has the shape of W, and is a sum over the examples.",
)
check.close(
    grad_b,
    [1.0, 3.0],
    tolerance=1e-5,
    name="grad_b of the example",
    hint="One number per unit: a sum over the examples.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 3])
for n_examples, n_inputs, n_outputs in ((1, 3, 2), (7, 2, 5), (3, 3, 3), (4, 1, 1)):
    X, W = rng.normal(size=(n_examples, n_inputs)), rng.normal(size=(n_inputs, n_outputs))
    b, G = rng.normal(size=n_outputs), rng.normal(size=(n_examples, n_outputs))
    grads = check.items(dense_backward(G, X, W), 3, name="what dense_backward returns")
    what = f"{n_examples} examples, {n_inputs} inputs, {n_outputs} units"
    # The loss sum(G * Z) has exactly G as its gradient with respect to Z.
    check.gradient(
        lambda X, W=W, b=b, G=G: np.sum(G * (X @ W + b)),
        at=X,
        equals=grads[0],
        tolerance=1e-5,
        name=f"grad_X for {what}",
    )
    check.gradient(
        lambda W, X=X, b=b, G=G: np.sum(G * (X @ W + b)),
        at=W,
        equals=grads[1],
        tolerance=1e-5,
        name=f"grad_W for {what}",
    )
    check.gradient(
        lambda b, X=X, W=W, G=G: np.sum(G * (X @ W + b)),
        at=b,
        equals=grads[2],
        tolerance=1e-5,
        name=f"grad_b for {what}",
    )
### END HIDDEN TESTS

# %% [markdown]
"""
Use your gradient check at once. This cell applies `gradient_check` to your `dense_backward`; if both
are right it prints something like `1e-11`.
"""

# %%
rng = np.random.default_rng(SEED)
X, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), np.zeros(2)
factors = rng.normal(size=(4, 2))  # the loss is the sum of factors * Z, so grad_Z is factors
_, grad_W, _ = dense_backward(factors, X, W)
print(gradient_check(lambda W: np.sum(factors * dense_forward(X, W, b)), W, grad_W))

# %% [markdown]
"""
### Exercise 4. The backward pass of ReLU · 4 points · about 5 minutes

`A = np.maximum(Z, 0)` keeps positive pre-activations and sets the others to zero. The gradient passes
where the *pre-activation* was positive, and is zero where it was not. At exactly zero there is no
derivative; by convention we take 0.
"""


# %% exercise="relu_backward" outcomes=[14]
def relu_backward(grad_A, Z):
    """Gradient of the loss with respect to Z, where A = np.maximum(Z, 0).

    Parameters
    ----------
    grad_A : array, shape (n_examples, n_units)
        Gradient of the loss with respect to A; unchanged after the call.
    Z : array, shape (n_examples, n_units), the input of the ReLU

    Returns
    -------
    grad_Z : array, shape (n_examples, n_units); 0 where Z is exactly 0

    Examples
    --------
    With grad_A = [[1, -2, 3]] and Z = [[-1, 2, 0.5]] the result is [[0, -2, 3]].
    """
    ### BEGIN SOLUTION
    return grad_A * (Z > 0)
    ### END SOLUTION


# %% test="relu_backward" points=4
check.close(
    relu_backward(np.array([[1.0, -2.0, 3.0]]), np.array([[-1.0, 2.0, 0.5]])),
    [[0.0, -2.0, 3.0]],
    tolerance=1e-5,
    name="the example in the docstring",
    hint="Z decides where the gradient passes; there the result is grad_A itself.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 4])
for shape in ((1, 6), (5, 4), (6, 1)):
    Z = rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.01, 2, size=shape)
    Z.flat[:2] = 0.7, -0.7
    G = rng.normal(size=shape)
    G.flat[:2] = -1.3, 1.3
    before = G.copy()
    grad_Z, (G_after, _) = check.call_and_inspect(relu_backward, G, Z)
    check.gradient(
        lambda Z, G=before: np.sum(G * np.maximum(Z, 0)),
        at=Z,
        equals=grad_Z,
        tolerance=1e-5,
        name=f"an array of shape {shape}",
        hint="Compare with the sign of Z, not with that of the gradient.",
    )
    check.close(
        G_after,
        before,
        name="grad_A after the call",
        hint="The caller still uses grad_A: return a new array and leave grad_A unchanged.",
    )
check.close(
    relu_backward(np.array([[5.0, 5.0, 5.0]]), np.array([[0.0, -1e-300, 1e-300]])),
    [[0.0, 0.0, 5.0]],
    tolerance=1e-5,
    name="a pre-activation of exactly zero, and two close to it",
    hint="At exactly zero the derivative is 0 by convention.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 5. The backward pass of tanh · 4 points · about 5 minutes

For `A = np.tanh(Z)` the derivative is $1 - \tanh^2 z$: 1 at the origin, almost 0 far from it, where
the unit is **saturated**. By the chain rule the result is the gradient that arrives, times that
derivative.
"""


# %% exercise="tanh_backward" outcomes=[14]
def tanh_backward(grad_A, Z):
    """Gradient of the loss with respect to Z, where A = np.tanh(Z).

    Parameters
    ----------
    grad_A : array, shape (n_examples, n_units)
        Gradient of the loss with respect to A; unchanged after the call.
    Z : array, shape (n_examples, n_units), the input of the tanh

    Returns
    -------
    grad_Z : array, shape (n_examples, n_units)

    Examples
    --------
    tanh(log 2) is 0.6, so with grad_A = [[3, 10]] and Z = [[0, 0.693147]] the result is
    [[3, 6.4]].
    """
    ### BEGIN SOLUTION
    return grad_A * (1 - np.tanh(Z) ** 2)
    ### END SOLUTION


# %% test="tanh_backward" points=4
check.close(
    tanh_backward(np.array([[3.0, 10.0]]), np.array([[0.0, np.log(2.0)]])),
    [[3.0, 6.4]],
    tolerance=1e-5,
    name="the example in the docstring",
    hint="Two factors: grad_A, and the derivative of tanh at Z.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 5])
for shape in ((1, 3), (6, 2), (5, 1)):
    Z, G = rng.normal(size=shape), rng.normal(size=shape)
    before = G.copy()
    grad_Z, (G_after, _) = check.call_and_inspect(tanh_backward, G, Z)
    check.gradient(
        lambda Z, G=before: np.sum(G * np.tanh(Z)),
        at=Z,
        equals=grad_Z,
        tolerance=1e-5,
        name=f"an array of shape {shape}",
        hint="Z is the input of the tanh, not its output.",
    )
    check.close(
        G_after,
        before,
        name="grad_A after the call",
        hint="The caller still uses grad_A: return a new array and leave grad_A unchanged.",
    )
check.close(
    tanh_backward(np.array([[1.0, 1.0]]), np.array([[-60.0, 60.0]])),
    [[0.0, 0.0]],
    name="pre-activations far from zero",
    hint="There tanh is saturated: its derivative is 0.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
## Part two: softmax and the loss

### Exercise 6. Softmax · 7 points · about 8 minutes

Logits are any numbers; probabilities are positive and sum to one. Softmax turns each row of logits
into probabilities:

$$
p_{nk} = \frac{e^{z_{nk}}}{\sum_j e^{z_{nj}}} .
$$

Adding the same number to all logits of a row changes nothing (why?). Use this freedom: $e^{1000}$
overflows, $e^{0}$ does not.
"""


# %% exercise="softmax" outcomes=[14]
def softmax(logits):
    """Probabilities of the classes, for every example.

    Parameters
    ----------
    logits : array of numbers of any size, shape (n_examples, n_classes); unchanged by the call

    Returns
    -------
    P : array, shape (n_examples, n_classes); each row is positive and sums to 1

    Examples
    --------
    softmax([[0, log 3], [1000, 1000]]) is [[0.25, 0.75], [0.5, 0.5]].
    """
    ### BEGIN SOLUTION
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% test="softmax" points=7
logits = np.array([[0.0, np.log(3.0), 0.0], [2.0, 2.0, 2.0]])
P = softmax(logits)
check.probability(P, name="softmax of two examples")
check.close(
    P,
    [[0.2, 0.6, 0.2], [1 / 3, 1 / 3, 1 / 3]],
    tolerance=1e-5,
    name="softmax of [[0, log 3, 0], [2, 2, 2]]",
    hint="Each example is a row: its probabilities depend on that row only.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 6])
for n_examples, n_classes in ((1, 4), (6, 3), (4, 4), (5, 2)):
    logits = rng.normal(scale=3, size=(n_examples, n_classes))
    expected = [
        [1 / sum(np.exp(z - row[k]) for z in row) for k in range(n_classes)] for row in logits
    ]
    P, (after,) = check.call_and_inspect(softmax, logits)
    check.close(
        P,
        expected,
        tolerance=1e-5,
        name=f"{n_examples} examples, {n_classes} classes",
        hint="Each example is a row: its probabilities depend on that row only.",
    )
    check.close(
        after,
        logits,
        name="the logits after the call",
        hint="Return a new array and leave the logits unchanged.",
    )
    check.close(
        softmax(logits + rng.normal(scale=50, size=(n_examples, 1))),
        expected,
        tolerance=1e-5,
        name="each row shifted by its own number",
        hint="Adding any number to a whole row must not change its probabilities.",
    )
extreme = np.array([[1000.0, 1001.0, 900.0], [-1000.0, -1001.0, -1100.0], [0.0, 800.0, -800.0]])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    P = softmax(extreme)
high, low = 1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))
check.close(
    P,
    [[low, high, 0.0], [high, low, 0.0], [0.0, 1.0, 0.0]],
    tolerance=1e-5,
    name="rows of logits near 1000, near -1000, and between -800 and 800",
    hint="Before any exp, shift every row so that the largest logit of that row is 0.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 7. Cross-entropy · 6 points · about 6 minutes

The network gave the right class of example $n$ the probability $p_{n, y_n}$. The **surprisal** is
$-\log p_{n, y_n}$, and the loss, **cross-entropy**, is its mean:

$$
L = -\frac1N \sum_{n=1}^{N} \log p_{n, y_n} .
$$

In floating point, softmax can return an exact 0, and a single infinite surprisal makes the mean
infinite: count probabilities below $10^{-12}$ as $10^{-12}$.
"""


# %% exercise="cross_entropy" outcomes=[14]
def cross_entropy(P, y):
    """Mean surprisal at the right classes, with the natural logarithm.

    Parameters
    ----------
    P : array of probabilities, shape (n_examples, n_classes)
        Those below 1e-12 count as 1e-12.
    y : array of integers from 0 to n_classes - 1, shape (n_examples,)

    Returns
    -------
    loss : float

    Examples
    --------
    With P = [[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]] and y = [0, 2] the result is
    -(log 0.5 + log 0.8) / 2 = 0.4581.
    """
    ### BEGIN SOLUTION
    right = P[np.arange(len(y)), y]
    return -np.log(np.maximum(right, 1e-12)).mean()
    ### END SOLUTION


# %% test="cross_entropy" points=6
P = np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]])
check.close(
    cross_entropy(P, np.array([0, 2])),
    -(np.log(0.5) + np.log(0.8)) / 2,
    tolerance=1e-5,
    name="the example in the docstring",
    hint="Only one probability of each row matters: that of the right class.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 7])
for n_examples, n_classes in ((1, 3), (7, 4), (3, 3), (5, 2)):
    P = rng.uniform(0.05, 1, size=(n_examples, n_classes))
    P = P / P.sum(axis=1, keepdims=True)
    y = rng.integers(0, n_classes, size=n_examples)
    surprisals = [-np.log(row[label]) for row, label in zip(P, y, strict=True)]
    check.close(
        cross_entropy(P, y),
        sum(surprisals) / n_examples,
        tolerance=1e-5,
        name=f"{n_examples} examples, {n_classes} classes",
        hint="The mean over the examples of the surprisal at the right class.",
    )
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    loss = cross_entropy(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.array([0, 1, 1]))
check.close(
    loss,
    12 * np.log(10) / 3,
    tolerance=1e-5,
    name="a right class that was given probability 0",
    hint="Count probabilities below 1e-12 as 1e-12 before taking the logarithm.",
)
for n_classes in (2, 10):
    check.close(
        cross_entropy(np.full((4, n_classes), 1 / n_classes), np.array([0, 1, 1, 0])),
        np.log(n_classes),
        tolerance=1e-5,
        name=f"a network that knows nothing about {n_classes} classes",
        hint="It gives every class the same probability, so its loss is the log of n_classes.",
    )
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 8. The gradient with respect to the logits · 8 points · about 8 minutes

With $y_{nk} = 1$ for the right class of example $n$ and 0 for the others, the lesson derives, for a
single example, $\partial L / \partial z_k = p_k - y_k$ for softmax and cross-entropy together. Here
the loss is a mean over $N$ examples. What does that change? Decide, then use your gradient check.
"""


# %% exercise="softmax_cross_entropy_backward" outcomes=[14]
def softmax_cross_entropy_backward(P, y):
    """Gradient of the mean cross-entropy with respect to the logits.

    Parameters
    ----------
    P : array, shape (n_examples, n_classes), the softmax of the logits; unchanged by the call
    y : array of integers from 0 to n_classes - 1, shape (n_examples,)

    Returns
    -------
    grad_logits : array, shape (n_examples, n_classes)

    Examples
    --------
    With P = [[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]] and y = [0, 2] the result is
    [[-0.25, 0.125, 0.125], [0.05, 0.05, -0.1]].
    """
    ### BEGIN SOLUTION
    grad_logits = P.copy()
    grad_logits[np.arange(len(y)), y] -= 1
    return grad_logits / len(y)
    ### END SOLUTION


# %% test="softmax_cross_entropy_backward" points=8
P, y = np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]), np.array([0, 2])
check.close(
    softmax_cross_entropy_backward(P.copy(), y),
    [[-0.25, 0.125, 0.125], [0.05, 0.05, -0.1]],
    tolerance=1e-5,
    name="the example in the docstring",
    hint="Start from p - y for each example, then think of the mean.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 8])


def loss_of_logits(logits, y):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    P = powers / powers.sum(axis=1, keepdims=True)
    return -np.mean([np.log(P[n, label]) for n, label in enumerate(y)])


for n_examples, n_classes in ((1, 3), (7, 4), (3, 3), (4, 2)):
    logits, y = rng.normal(size=(n_examples, n_classes)), rng.integers(0, n_classes, n_examples)
    P = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    before = P.copy()
    grad_logits, (P_after, _) = check.call_and_inspect(softmax_cross_entropy_backward, P, y)
    check.gradient(
        lambda logits, y=y: loss_of_logits(logits, y),
        at=logits,
        equals=grad_logits,
        tolerance=1e-5,
        name=f"{n_examples} examples, {n_classes} classes",
        hint="The loss is a mean over the examples, so divide by their number.",
    )
    check.close(
        P_after,
        before,
        name="P after the call",
        hint="The caller still uses the probabilities: work on a copy.",
    )
check.close(
    softmax_cross_entropy_backward(np.array([[0.0, 1.0], [0.0, 1.0]]), np.array([0, 1])),
    [[-0.5, 0.5], [0.0, 0.0]],
    tolerance=1e-5,
    name="one confidently wrong and one confidently right prediction",
    hint="p - y is -1 and 1 for the first example, 0 and 0 for the second.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
## Part three: initialization

### Exercise 9. He and Xavier initialization · 7 points · about 8 minutes

If all weights are zero, all units of a layer stay equal: the symmetry must be broken. If the weights
are too small, the activations vanish in the forward pass; if they are too large, they explode. The
lesson measures both. The two recipes in use draw each weight independently with mean 0 and a variance
that depends on the size of the layer:

| recipe | for | variance of a weight |
|---|---|---|
| He et al. 2015 | ReLU | $2 / n_\text{in}$ |
| Xavier (Glorot and Bengio 2010) | tanh | $2 / (n_\text{in} + n_\text{out})$ |

Use a normal or a uniform distribution, as you like: only mean and variance matter.
"""


# %% exercise="initialize" outcomes=[3]
def initialize(sizes, activation, rng):
    """Random weights and zero biases for a network of dense layers.

    Parameters
    ----------
    sizes : list of integers
        Inputs, units of each hidden layer, classes: [2, 8, 3] has two layers of weights.
    activation : "relu" (He) or "tanh" (Xavier)
        Decides the variance of the weights in all layers.
    rng : numpy.random.Generator
        Draw all random numbers from it: equal generators give equal networks.

    Returns
    -------
    parameters : list of arrays [W1, b1, W2, b2, ...]
        W of a layer has shape (n_inputs, n_outputs), b has shape (n_outputs,).

    Examples
    --------
    initialize([2, 8, 3], "relu", np.random.default_rng(0)) is a list of four arrays, of shapes
    (2, 8), (8,), (8, 3) and (3,).
    """
    ### BEGIN SOLUTION
    parameters = []
    for n_inputs, n_outputs in itertools.pairwise(sizes):
        variance = 2 / n_inputs if activation == "relu" else 2 / (n_inputs + n_outputs)
        W = rng.normal(scale=np.sqrt(variance), size=(n_inputs, n_outputs))
        parameters += [W, np.zeros(n_outputs)]
    return parameters
    ### END SOLUTION


# %% test="initialize" points=7
parameters = check.items(
    initialize([2, 8, 3], "relu", np.random.default_rng(SEED)),
    4,
    name="initialize([2, 8, 3], ...)",
    hint="Return one list: W and b of the first layer, then W and b of the second.",
)
for array, shape, name in zip(
    parameters, [(2, 8), (8,), (8, 3), (3,)], ["W1", "b1", "W2", "b2"], strict=True
):
    check.shape(array, shape, name=f"{name} of [2, 8, 3]")
check.close(parameters[1], np.zeros(8), name="b1", hint="Biases start at zero.")
W = check.items(initialize([400, 100], "relu", np.random.default_rng(SEED)), 2, name="one layer")[0]
check.between(
    np.std(W) / np.sqrt(2 / 400),
    0.95,
    1.05,
    name="standard deviation of 400 x 100 weights for ReLU, divided by He's",
    hint="He's variance is 2 / n_in; the standard deviation is its square root.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 9])
sizes = [300, 120, 200, 7]
for activation in ("relu", "tanh"):
    parameters = check.items(initialize(sizes, activation, rng), 6, name="three layers")
    for layer, (n_in, n_out) in enumerate(itertools.pairwise(sizes)):
        W, b = parameters[2 * layer], parameters[2 * layer + 1]
        what = f"{n_in} inputs, {n_out} units, {activation}"
        check.shape(W, (n_in, n_out), name=f"weights of {what}")
        check.close(b, np.zeros(n_out), name=f"biases of {what}", hint="Biases start at zero.")
        variance = 2 / n_in if activation == "relu" else 2 / (n_in + n_out)
        slack = 6 / np.sqrt(n_in * n_out)  # over eight standard errors of the deviation
        check.between(
            np.std(W) / np.sqrt(variance),
            1 - slack,
            1 + slack,
            name=f"standard deviation of the weights of {what}, divided by the recipe's",
            hint="Look up the recipe: which sizes enter, and is it a variance or a standard deviation?",
        )
        check.between(
            np.mean(W) / np.sqrt(variance),
            -slack,
            slack,
            name=f"mean of the weights of {what}, divided by their standard deviation",
            hint="The mean of the weights must be zero.",
        )
W1, _, W2, _, W3, _ = check.items(initialize([30] * 4, "tanh", rng), 6, name="equal layers")
again = check.items(initialize([30] * 4, "tanh", rng), 6, name="equal layers, once more")[0]
for other, name in ((W2, "the second layer"), (W3, "the third layer"), (again, "another network")):
    check.between(
        np.corrcoef(np.ravel(W1), np.ravel(other))[0, 1],
        -0.3,
        0.3,
        name=f"correlation of the first layer with {name}",
        hint="Every layer and every network needs new random weights: keep drawing from rng.",
    )
check.between(
    np.abs(np.corrcoef(W1, rowvar=False) - np.eye(30)).max(),
    0.0,
    0.95,
    name="correlation of the units of one layer",
    hint="Every unit needs its own random weights; equal units stay equal in training.",
)
check.close(
    initialize([5, 4], "relu", np.random.default_rng(3))[0],
    initialize([5, 4], "relu", np.random.default_rng(3))[0],
    name="two networks from equal generators",
    hint="Draw all random numbers from rng, none from NumPy's global generator.",
)
### END HIDDEN TESTS

# %% [markdown]
"""
### Exercise 10. Which network is which? · 8 points · about 10 minutes · marked by hand

Run the next cell. It builds three networks of 20 hidden layers with 64 units each, makes a forward
pass with 64 examples and a backward pass, and plots the length (norm) of the gradient of each
layer's weights. The networks, in *some* order:

* **sigmoid** units with Xavier's weights;
* **ReLU** units with He's weights;
* **tanh** units with Xavier's weights, all made four times larger.

(The order of the plots comes from a checksum. You could compute it; the points are for the reasons.)
"""


# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


NETWORKS = {  # activation function, derivative, variance of a weight times the number of inputs
    "sigmoid, Xavier": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)), 1.0),
    "ReLU, He": (lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0), 2.0),
    "tanh, 4 times Xavier": (np.tanh, lambda z: 1 - np.tanh(z) ** 2, 16.0),
}


def gradient_norms(activation, derivative, variance, depth=20, width=64):
    """Norm of the gradient of each layer's weights, the first layer first."""
    rng = np.random.default_rng(SEED)
    weights = [rng.normal(size=(width, width)) * np.sqrt(variance / width) for _ in range(depth)]
    A, inputs, pre_activations = rng.normal(size=(64, width)), [], []
    for W in weights:
        inputs.append(A)
        pre_activations.append(A @ W)
        A = activation(pre_activations[-1])
    grad_A, norms = rng.normal(size=A.shape) / len(A), []
    for W, X, Z in zip(weights[::-1], inputs[::-1], pre_activations[::-1], strict=True):
        grad_Z = grad_A * derivative(Z)
        norms.append(np.linalg.norm(X.T @ grad_Z))
        grad_A = grad_Z @ W.T
    return np.array(norms[::-1])


shuffled = sorted(NETWORKS, key=lambda name: zlib.crc32(name.encode()))
plot.curves(
    {label: gradient_norms(*NETWORKS[name]) for label, name in zip("ABC", shuffled, strict=True)},
    x=np.arange(1, 21),
    xlabel="layer (1 is next to the input)",
    ylabel="length of the weight gradient",
    title="Three networks, one backward pass each",
    logy=True,
    caption="The vertical axis is logarithmic: a straight line means a constant factor per layer.",
)

# %% [markdown] written="which_network" points=8 outcomes=[3]
"""
For each of A, B and C: which network is it, and how do you know? Estimate from the plot by what
factor the gradient changes from one layer to the next *below* it, and say what in the network
explains that factor. Then, for the two networks that are in trouble: what would you see if you
trained them with one learning rate for all layers, and what would you change? (About ten lines.)

### BEGIN SOLUTION
**A is the sigmoid network.** Over 19 layers its gradient falls by about twelve powers of ten: a
factor of about 0.24 for every layer of the backward pass. Each layer multiplies the gradient by its
weights, for which Xavier keeps lengths about the same, and by the derivative of the sigmoid, which is
at most 0.25 and close to that for pre-activations near zero: 0.25 for the derivative, about 1 for the
weights.

**C is ReLU with He's weights.** Its line is flat. A ReLU has derivative 1 for about half of the
pre-activations and 0 for the others, which halves the squared length, and He's variance of 2 / n
doubles it again.

**B is tanh with weights four times too large.** Its gradient *grows* by a factor of about 1.5 for
every layer of the backward pass. With sixteen times the variance the weights multiply a gradient by
about 4; most units are saturated, so their derivatives are small, but not small enough to cancel a
factor of 4.

**In training** the sigmoid network changes only its last layers; the first ones, with gradients
of $10^{-12}$, stay random, and the loss stays on a plateau. Remedies: ReLU (or tanh with its
derivative of 1 at 0) with matching initial weights, fewer layers, or residual connections. The tanh
network makes huge, erratic steps in its first layers: the loss jumps or diverges at any learning rate
that would suit its last layers. Remedy: divide the weights by four (Xavier); clipping the gradient
treats the symptom.
### END SOLUTION

### BEGIN MARK SCHEME
A = sigmoid, B = tanh with large weights, C = ReLU with He.

* 3 points: one for each network named correctly *with* a reason. A name without a reason: 0.
* 2 points: factors per layer estimated from the plot, about 0.2 to 0.3 for the sigmoid network
  (twelve powers of ten over nineteen layers), about 1 for ReLU, about 1.4 to 1.7 for tanh, all in the
  direction of the backward pass. One point if only one of the two that change is estimated, or if
  totals are given and not factors per layer.
* 1 point: the derivative of the sigmoid, at most 0.25, explains its factor (0.25 times about 1).
* 1 point: what training would look like: first layers that do not change, and first layers that
  make huge steps.
* 1 point: a remedy for each that acts on the cause (activation function or initialization, residual
  connections, normalization). "A larger learning rate" for the sigmoid network earns nothing: the
  last layers would diverge long before the first ones changed.
### END MARK SCHEME
"""

# %% [markdown]
r"""
## Part four: training

### Exercise 11. One step of SGD with momentum · 7 points · about 6 minutes

Momentum keeps a velocity $v$ for every parameter, which averages the gradients of many steps:

$$
v \leftarrow \mu v - \varepsilon \nabla L(\theta), \qquad \theta \leftarrow \theta + v .
$$

The old velocity decays by $\mu$, the gradient is subtracted, and the parameters move by the *new*
velocity. Here $\theta$ is a list of arrays, and each has its own velocity.
"""


# %% exercise="sgd_momentum_step"
def sgd_momentum_step(parameters, gradients, velocities, learning_rate, momentum):
    """One step of gradient descent with momentum.

    Parameters
    ----------
    parameters, gradients, velocities : lists of arrays, of the same shapes in the same order
        Neither the lists nor their arrays are changed by the call.
    learning_rate : float, the formula's epsilon
    momentum : float from 0 to 1, the formula's mu

    Returns
    -------
    parameters, velocities : two lists of new arrays

    Examples
    --------
    With parameters [[1.0]], gradients [[2.0]], velocities [[0.5]], learning rate 0.1 and momentum
    0.9, the new velocity is 0.9 * 0.5 - 0.1 * 2.0 = 0.25 and the new parameter is 1.25.
    """
    ### BEGIN SOLUTION
    velocities = [
        momentum * velocity - learning_rate * gradient
        for velocity, gradient in zip(velocities, gradients, strict=True)
    ]
    parameters = [
        parameter + velocity for parameter, velocity in zip(parameters, velocities, strict=True)
    ]
    return parameters, velocities
    ### END SOLUTION


# %% test="sgd_momentum_step" points=7
parameters, velocities = check.items(
    sgd_momentum_step([np.array([1.0])], [np.array([2.0])], [np.array([0.5])], 0.1, 0.9),
    2,
    name="what sgd_momentum_step returns",
    hint="Return the new parameters and the new velocities, two lists.",
)
check.close(
    check.items(velocities, 1, name="velocities")[0],
    [0.25],
    tolerance=1e-5,
    name="velocity of the example",
    hint="The old velocity times momentum, minus the gradient times the learning rate.",
)
check.close(
    check.items(parameters, 1, name="parameters")[0],
    [1.25],
    tolerance=1e-5,
    name="parameter of the example",
    hint="The parameter moves by the new velocity.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 11])
shapes = [(3, 2), (2,), (2, 4), (4,)]
for momentum in (0.9, 0.0, 0.5):
    theta, v = [rng.normal(size=s) for s in shapes], [rng.normal(size=s) for s in shapes]
    for step in range(3):
        gradients = [rng.normal(size=s) for s in shapes]
        expected_v = [momentum * a - 0.03 * g for a, g in zip(v, gradients, strict=True)]
        expected = [a + b for a, b in zip(theta, expected_v, strict=True)]
        given = [a.copy() for a in theta], [a.copy() for a in v]
        result, after = check.call_and_inspect(
            sgd_momentum_step, theta, gradients, v, 0.03, momentum
        )
        new_theta, new_v = check.items(result, 2, name="what sgd_momentum_step returns")
        for i, array in enumerate(check.items(new_v, 4, name="velocities of four arrays")):
            check.close(
                array,
                expected_v[i],
                tolerance=1e-5,
                name=f"velocity {i}, momentum {momentum}, step {step + 1}",
                hint="v is momentum * v - learning_rate * gradient; each array has its own v.",
            )
        for i, array in enumerate(check.items(new_theta, 4, name="four parameters")):
            check.close(
                array,
                expected[i],
                tolerance=1e-5,
                name=f"parameter {i}, momentum {momentum}, step {step + 1}",
                hint="Each parameter moves by its own new velocity.",
            )
        for i in range(4):
            check.close(
                after[0][i],
                given[0][i],
                name=f"the parameter {i} that was passed in",
                hint="Create new lists of new arrays: += changes the caller's arrays, too.",
            )
            check.close(
                after[2][i],
                given[1][i],
                name=f"the velocity {i} that was passed in",
                hint="Create new lists of new arrays: += changes the caller's arrays, too.",
            )
        theta, v = expected, expected_v
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 12. Dropout · 6 points · about 7 minutes

In training, dropout switches every unit off with probability `rate`, drawn again for every example.
The units that are kept are multiplied by $1 / (1 - \text{rate})$, so that the next layer gets the
same input on average. At test time dropout does nothing. (This is *inverted* dropout. The original
paper scaled at test time instead.)

The mask is returned, too: the backward pass must multiply by the same mask.
"""


# %% exercise="dropout" outcomes=[4]
def dropout(A, rate, rng, training):
    """Switch units off at random, and scale up those that are kept.

    Parameters
    ----------
    A : array, shape (n_examples, n_units)
    rate : float, at least 0 and below 1, the probability that a unit is switched off
    rng : numpy.random.Generator, for all random numbers
    training : bool; when False, A is returned unchanged

    Returns
    -------
    dropped : array with the shape of A, which is A * mask
    mask : array with the shape of A
        0 where a unit is switched off, 1 / (1 - rate) where it is kept; all 1 when not training.

    Examples
    --------
    With rate 0.5 about half of the entries become 0, and the others double.
    """
    ### BEGIN SOLUTION
    mask = (rng.random(A.shape) >= rate) / (1 - rate) if training else np.ones(A.shape)
    return A * mask, mask
    ### END SOLUTION


# %% test="dropout" points=6
A = np.random.default_rng(SEED).uniform(1, 2, size=(20, 4000))
dropped, mask = check.items(
    dropout(A, 0.2, np.random.default_rng(SEED + 1), True),
    2,
    name="what dropout returns",
    hint="Return the array after dropout, and the mask.",
)
check.shape(mask, (20, 4000), name="the mask", hint="Draw for every entry of A separately.")
check.between(
    np.mean(np.asarray(dropped) == 0),
    0.17,
    0.23,
    name="fraction of entries switched off at rate 0.2",
    hint="The rate is the probability of being switched off, not of being kept.",
)
check.between(
    np.mean(dropped) / np.mean(A),
    0.97,
    1.03,
    name="mean after dropout, divided by the mean before",
    hint="Scale up the entries that are kept, so that the mean stays the same.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 12])
for rate in (0.1, 0.5, 0.75):
    A = rng.uniform(0.5, 2, size=(400, 100))
    dropped, mask = check.items(dropout(A, rate, rng, True), 2, name="what dropout returns")
    kept = np.asarray(mask) != 0
    expected_mask = np.where(kept, 1 / (1 - rate), 0.0)
    what = f"rate {rate}"
    check.close(
        mask,
        expected_mask,
        tolerance=1e-5,
        name=f"values of the mask, {what}",
        hint="The mask is 0 for entries switched off and 1 / (1 - rate) for those that are kept.",
    )
    check.close(
        dropped,
        A * expected_mask,
        tolerance=1e-5,
        name=f"A after dropout, {what}",
        hint="The returned array must be A times the returned mask.",
    )
    check.between(
        np.mean(kept), 0.985 - rate, 1.015 - rate, name=f"fraction of kept entries, {what}"
    )
    check.between(
        np.std(np.mean(kept, axis=0)) / np.sqrt(rate * (1 - rate) / 400),
        0.5,
        1.7,
        name=f"units kept by some examples and not by others, {what}",
        hint="Draw a new mask for every example.",
    )
    check.between(
        np.std(np.mean(kept, axis=1)) / np.sqrt(rate * (1 - rate) / 100),
        0.5,
        1.7,
        name=f"examples that keep some units and not others, {what}",
        hint="Draw for every unit separately, in every example.",
    )
    once_more = check.items(dropout(A, rate, rng, True), 2, name="a second call")[1]
    check.between(
        np.mean((np.asarray(once_more) != 0) == kept),
        0.0,
        0.95,
        name=f"agreement of two masks, {what}",
        hint="Draw a new mask from rng in every call.",
    )
    unchanged, ones = check.items(dropout(A, rate, rng, False), 2, name="not training")
    check.close(
        unchanged,
        A,
        tolerance=1e-5,
        name=f"A when not training, {what}",
        hint="At test time dropout does nothing: inverted dropout scales in training.",
    )
    check.close(
        ones,
        np.ones(A.shape),
        name=f"the mask when not training, {what}",
        hint="When not training, the mask is all ones.",
    )
check.close(
    dropout(np.array([[1.0, -2.0, 3.0]]), 0.0, rng, True)[0],
    [[1.0, -2.0, 3.0]],
    tolerance=1e-5,
    name="one example at rate 0",
    hint="At rate 0 no unit is switched off.",
)
### END HIDDEN TESTS

# %% [markdown]
"""
### Exercise 13. Forward and backward pass of the whole network · 8 points · about 12 minutes

Now put your parts together. Forward: dense, activation, dense, activation, …, dense, softmax, loss.
The *last* layer has no activation function: its pre-activations are the logits. Keep what you need
for the backward pass. Backward: the same parts in reverse order, each of which passes the gradient
with respect to its input on to the part below. You need no new formula.
"""


# %% exercise="loss_and_gradients" uses=["dense_forward", "dense_backward", "relu_backward", "tanh_backward", "softmax", "cross_entropy", "softmax_cross_entropy_backward"] outcomes=[14]
def loss_and_gradients(parameters, X, y, activation="relu"):
    """Mean cross-entropy of a network of dense layers, and its gradients.

    Parameters
    ----------
    parameters : list of arrays [W1, b1, W2, b2, ...], as from initialize; any number of layers
    X : array, shape (n_examples, n_inputs)
    y : array of integers, shape (n_examples,)
    activation : "relu" or "tanh", after every layer but the last

    Returns
    -------
    loss : float
    gradients : list of arrays, in the order and with the shapes of parameters

    Examples
    --------
    When all parameters are zero every class gets the same probability: with three classes the
    loss is log 3 = 1.0986.
    """
    ### BEGIN SOLUTION
    forward, backward = {
        "relu": (lambda Z: np.maximum(Z, 0), relu_backward),
        "tanh": (np.tanh, tanh_backward),
    }[activation]
    A, inputs, pre_activations = X, [], []
    for W, b in zip(parameters[::2], parameters[1::2], strict=True):
        inputs.append(A)
        pre_activations.append(dense_forward(A, W, b))
        A = forward(pre_activations[-1])  # not used after the last layer
    P = softmax(pre_activations[-1])
    loss = cross_entropy(P, y)

    gradients = []
    grad_Z = softmax_cross_entropy_backward(P, y)
    for layer in reversed(range(len(pre_activations))):
        grad_A, grad_W, grad_b = dense_backward(grad_Z, inputs[layer], parameters[2 * layer])
        gradients = [grad_W, grad_b, *gradients]
        if layer > 0:
            grad_Z = backward(grad_A, pre_activations[layer - 1])
    return loss, gradients
    ### END SOLUTION


# %% test="loss_and_gradients" points=8
zeros = [np.zeros((2, 4)), np.zeros(4), np.zeros((4, 3)), np.zeros(3)]
loss, gradients = check.items(
    loss_and_gradients(zeros, np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0, 2])),
    2,
    name="what loss_and_gradients returns",
    hint="Return the loss and the list of gradients.",
)
check.close(
    loss,
    np.log(3),
    tolerance=1e-5,
    name="loss when all parameters are zero",
    hint="Three classes, each with probability 1/3.",
)
for gradient, zero, name in zip(
    check.items(gradients, 4, name="gradients of W1, b1, W2, b2"),
    zeros,
    ["W1", "b1", "W2", "b2"],
    strict=True,
):
    check.shape(
        gradient,
        zero.shape,
        name=f"gradient of {name}",
        hint="Gradients come in the order of the parameters, the first layer first.",
    )
check.close(
    gradients[3],
    [-1 / 6, 1 / 3, -1 / 6],
    tolerance=1e-5,
    name="gradient of b2 when all parameters are zero",
    hint="Sum p - y over the two examples, and divide by their number.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 13])


def split(flat, shapes):
    ends = np.cumsum([int(np.prod(s)) for s in shapes])
    return [part.reshape(s) for part, s in zip(np.split(flat, ends[:-1]), shapes, strict=True)]


def forward(parameters, X, activation):
    """Logits, and the distance of the closest pre-activation to a kink."""
    A, nearest = X, np.inf
    for layer in range(0, len(parameters), 2):
        Z = A @ parameters[layer] + parameters[layer + 1]
        if layer + 2 < len(parameters) and activation == "relu":
            nearest = min(nearest, np.abs(Z).min())
        A = np.maximum(Z, 0) if activation == "relu" else np.tanh(Z)
    return Z, nearest


def loss_of_network(parameters, X, y, activation):
    Z, _ = forward(parameters, X, activation)
    largest = Z.max(axis=1)
    return np.mean(
        largest + np.log(np.exp(Z - largest[:, None]).sum(axis=1)) - Z[np.arange(len(y)), y]
    )


for sizes, n_examples, activation in (
    ([3, 5, 4], 6, "relu"),
    ([2, 4, 3, 5, 3], 7, "tanh"),
    ([4, 6, 6, 2], 1, "relu"),
    ([3, 4], 5, "tanh"),
):
    nearest = 0.0
    while nearest < 1e-3:  # a closer kink would make finite differences wrong
        shapes = [s for a, b in itertools.pairwise(sizes) for s in ((a, b), (b,))]
        theta = [rng.normal(size=s) for s in shapes]  # biases are not zero: zeros hide mistakes
        X, y = rng.normal(size=(n_examples, sizes[0])), rng.integers(0, sizes[-1], n_examples)
        nearest = forward(theta, X, activation)[1]
    what = f"layers {sizes}, {activation}, {n_examples} examples"
    expected = loss_of_network(theta, X, y, activation)
    flat = np.concatenate([np.ravel(p) for p in theta])
    loss, gradients = check.items(
        loss_and_gradients([p.copy() for p in theta], X, y, activation),
        2,
        name=f"result for {what}",
    )
    check.close(
        loss,
        expected,
        tolerance=1e-5,
        name=f"loss for {what}",
        hint="The activation function named in the call follows every layer but the last.",
    )
    gradients = check.items(gradients, len(shapes), name=f"gradients for {what}")
    for gradient, shape in zip(gradients, shapes, strict=True):
        check.shape(gradient, shape, name=f"a gradient for {what}")
    check.gradient(
        lambda flat, s=shapes, X=X, y=y, a=activation: loss_of_network(split(flat, s), X, y, a),
        at=flat,
        equals=np.concatenate([np.ravel(g) for g in gradients]),
        tolerance=1e-5,
        name=f"all gradients for {what}",
        hint="Check one layer after another with your gradient_check, from the last to the first.",
    )
### END HIDDEN TESTS

# %% [markdown]
"""
### Exercise 14. Training · 14 points · about 16 minutes

The training loop does not depend on layers. It gets an `objective`, any function that returns a loss
and gradients for some parameters and some examples, and minimizes the loss by **minibatch gradient
descent**:

* **every epoch** uses all examples once, in a *new* random order, in minibatches of `batch_size` (the
  last one may be smaller), and takes one momentum step after each minibatch. Velocities start at
  zero and are kept from batch to batch and from epoch to epoch;
* **after every epoch** it computes the loss on the validation set, which is never trained on;
* **it stops** after `max_epochs`, or earlier, when the validation loss has not fallen below its
  best for `patience` epochs in a row (**early stopping**);
* **it returns** the parameters of the *best* epoch, not of the last, and the validation losses.
"""


# %% exercise="train" uses=["sgd_momentum_step", "loss_and_gradients"]
def train(
    parameters,
    X,
    y,
    X_val,
    y_val,
    rng,
    learning_rate=0.1,
    momentum=0.9,
    batch_size=32,
    max_epochs=120,
    patience=40,
    objective=loss_and_gradients,
):
    """Minibatch gradient descent with momentum and early stopping.

    Parameters
    ----------
    parameters : list of arrays, where to start; not changed
    X, y : training examples, shape (n_examples, n_features), and labels, shape (n_examples,)
    X_val, y_val : validation examples and labels
    rng : numpy.random.Generator, for all random numbers
    learning_rate, momentum : floats, as in sgd_momentum_step
    batch_size, max_epochs, patience : integers, at least 1
    objective : function (parameters, X, y) -> (loss, gradients)
        Called once for each minibatch and, after each epoch, once for the whole validation set
        (whose gradients are not used).

    Returns
    -------
    best_parameters : list of arrays, those after the epoch with the lowest validation loss
        (the first of them, when several are equally low)
    val_losses : list of floats, the validation loss after every epoch that was run

    Examples
    --------
    If the validation losses are 5, 3, 4, 3.5 and patience is 2, training stops after these four
    epochs and returns the parameters after the second.
    """
    ### BEGIN SOLUTION
    velocities = [np.zeros_like(parameter) for parameter in parameters]
    best_parameters, best_loss, waited, val_losses = parameters, np.inf, 0, []
    for _ in range(max_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            _, gradients = objective(parameters, X[batch], y[batch])
            parameters, velocities = sgd_momentum_step(
                parameters, gradients, velocities, learning_rate, momentum
            )
        loss, _ = objective(parameters, X_val, y_val)
        val_losses.append(loss)
        if loss < best_loss:
            best_parameters, best_loss, waited = parameters, loss, 0
        else:
            waited += 1
        if waited == patience:
            break
    return best_parameters, val_losses
    ### END SOLUTION


# %% [markdown]
"""
The checks below pass an `objective` of their own, which records every call. The validation losses
that it returns are prescribed, so that we know which epoch is the best.
"""

# %% test="train" points=8
X, X_val = np.arange(1.0, 11.0).reshape(10, 1), -np.arange(1.0, 4.0).reshape(3, 1)
y, y_val = np.arange(10) % 3, np.array([0, 1, 2])
start = [np.array([[0.5, -0.5]]), np.array([0.25, 0.0])]


def spy_on(script):
    """An objective that records its calls; its validation losses are those of the script."""
    batches, exams, losses = [], [], iter(script)

    def objective(parameters, X_seen, y_seen):
        theta = [np.array(p) for p in parameters]
        X_seen, y_seen = np.array(X_seen), np.array(y_seen)
        is_exam = X_seen.size > 0 and X_seen.min() < 0
        (exams if is_exam else batches).append((theta, X_seen, y_seen))
        push = float(np.sum(X_seen[:, 0] * (1 + y_seen)))
        return next(losses, 9.0) if is_exam else 9.0, [np.full(p.shape, push) for p in theta]

    return objective, batches, exams


objective, batches, exams = spy_on([5.0, 4.0])
trained = train(
    [p.copy() for p in start], X, y, X_val, y_val, np.random.default_rng(SEED),
    learning_rate=0.01, momentum=0.0, batch_size=4, max_epochs=2, patience=2, objective=objective,
)  # fmt: skip
best, val_losses = check.items(
    trained, 2, name="what train returns", hint="Return the best parameters and the losses."
)
check.equal(
    [len(labels) for _, _, labels in batches],
    [4, 4, 2, 4, 4, 2],
    name="sizes of the minibatches: 10 examples, 4 at a time, 2 epochs",
    hint="Every epoch uses every example, so the last minibatch may be smaller.",
)
for epoch in (0, 1):
    seen = np.concatenate([X_seen[:, 0] for _, X_seen, _ in batches[3 * epoch : 3 * epoch + 3]])
    check.equal(
        sorted(seen.tolist()),
        X[:, 0].tolist(),
        name=f"examples seen in epoch {epoch + 1}",
        hint="Use each example exactly once per epoch: permute, then split into minibatches.",
    )
for _, X_seen, y_seen in batches:
    check.equal(
        y_seen.tolist(),
        ((X_seen[:, 0] - 1) % 3).astype(int).tolist(),
        name="labels of a minibatch",
        hint="Shuffle examples and labels in the same way: one order, used for both.",
    )
check.equal(
    [len(labels) for _, _, labels in exams],
    [3, 3],
    name="validation sets seen, one per epoch",
    hint="After every epoch call objective once with all of X_val and y_val.",
)
check.close(val_losses, [5.0, 4.0], tolerance=1e-5, name="the validation losses that are returned")
total = sum(float(x) * (1 + int(label)) for x, label in zip(X[:, 0], y, strict=True))
for array, first in zip(check.items(best, 2, name="the parameters"), start, strict=True):
    check.close(
        array,
        first - 0.01 * 2 * total,
        tolerance=1e-5,
        name="parameters after two epochs without momentum",
        hint="Every minibatch of both epochs updates the parameters once.",
    )
### BEGIN HIDDEN TESTS
rng = np.random.default_rng([SEED, 14])
n = 23
X, X_val = rng.permutation(np.arange(1.0, n + 1))[:, None] * [1.0, 0.5], -rng.random((5, 2)) - 0.1
y, y_val = rng.integers(0, 4, n), rng.integers(0, 4, 5)
label_of = dict(zip(X[:, 0].tolist(), y.tolist(), strict=True))
start = [rng.normal(size=(2, 3)), rng.normal(size=3)]
rules = {"learning_rate": 0.001, "momentum": 0.8, "batch_size": 5}


def train_recorded(script, patience, max_epochs, seed=7):
    """Train with a recording objective; return the result, checked, and the recorded calls."""
    objective, batches, exams = spy_on(script)
    result = train(
        [p.copy() for p in start], X, y, X_val, y_val, np.random.default_rng([SEED, seed]),
        patience=patience, max_epochs=max_epochs, objective=objective, **rules,
    )  # fmt: skip
    best, val_losses = check.items(result, 2, name="what train returns")
    return check.items(best, 2, name="the parameters"), val_losses, batches, exams


# A new best before patience runs out restarts the count.
script = [5.0, 4.0, 3.0, 3.5, 3.2, 2.5, 2.6, 2.5, 2.7, 2.0, 1.0]
best, val_losses, batches, exams = train_recorded(script, patience=3, max_epochs=50)
check.close(
    val_losses,
    script[:9],
    tolerance=1e-5,
    name="validation losses until patience runs out",
    hint="Count the epochs in a row without a new best; a new best resets the count to zero.",
)
check.equal(len(batches), 9 * 5, name="minibatches in 9 epochs: 23 examples, 5 at a time")
check.equal(len(exams), 9, name="validation sets seen in 9 epochs")
for _, X_seen, y_seen in exams:
    check.close(X_seen, X_val, name="the validation examples", hint="Use all of them, unchanged.")
    check.equal(y_seen.tolist(), y_val.tolist(), name="the validation labels")
orders = []
for epoch in range(9):
    calls = batches[5 * epoch : 5 * epoch + 5]
    orders.append(np.concatenate([X_seen[:, 0] for _, X_seen, _ in calls]).tolist())
    check.equal(
        sorted(orders[-1]),
        sorted(X[:, 0].tolist()),
        name=f"examples seen in epoch {epoch + 1}",
        hint="Use each example exactly once per epoch: permute, then split into minibatches.",
    )
for _, X_seen, y_seen in batches:
    check.equal(
        y_seen.tolist(),
        [label_of[x] for x in X_seen[:, 0].tolist()],
        name="labels of a minibatch",
        hint="Shuffle examples and labels in the same way: one order, used for both.",
    )
check.that(
    len({tuple(order) for order in [X[:, 0].tolist(), *orders]}) == 10,
    "two epochs saw the examples in the same order.",
    name="order of the examples",
    hint="Shuffle again at the start of every epoch.",
)
# Velocities are kept through all batches and epochs: follow every step.
theta, velocity, after_epoch = start, [np.zeros((2, 3)), np.zeros(3)], []
for number, (seen, X_seen, y_seen) in enumerate(batches):
    for array, expected in zip(seen, theta, strict=True):
        check.close(
            array,
            expected,
            tolerance=1e-5,
            name=f"parameters before step {number + 1}",
            hint="Velocities start at zero once and are kept through all batches and epochs.",
        )
    push = float(np.sum(X_seen[:, 0] * (1 + y_seen)))
    velocity = [0.8 * v - 0.001 * push for v in velocity]
    theta = [p + v for p, v in zip(theta, velocity, strict=True)]
    if number % 5 == 4:
        after_epoch.append(theta)
for epoch, (seen, _, _) in enumerate(exams):
    for array, expected in zip(seen, after_epoch[epoch], strict=True):
        check.close(
            array,
            expected,
            tolerance=1e-5,
            name=f"parameters that are validated after epoch {epoch + 1}",
        )
for array, expected in zip(best, after_epoch[5], strict=True):
    check.close(
        array,
        expected,
        tolerance=1e-5,
        name="the parameters that are returned",
        hint="Return those of the epoch with the lowest validation loss, as they were then.",
    )
# Equal generators give equal minibatches, different generators different ones.
again = train_recorded(script, patience=3, max_epochs=2)[2]
other = train_recorded(script, patience=3, max_epochs=2, seed=8)[2]
same = [seen[:, 0].tolist() for _, seen, _ in again]
check.equal(
    same,
    [seen[:, 0].tolist() for _, seen, _ in batches[:10]],
    name="minibatches of a second run with an equal generator",
    hint="Draw all random numbers from rng, none from NumPy's global generator.",
)
check.that(
    same != [seen[:, 0].tolist() for _, seen, _ in other],
    "another generator gave the same order.",
    name="minibatches of a run with another generator",
    hint="Draw all random numbers from rng.",
)
best, val_losses, batches, exams = train_recorded([2.0, 3.0, 1.5], patience=2, max_epochs=3)
check.close(val_losses, [2.0, 3.0, 1.5], tolerance=1e-5, name="losses when the last epoch is best")
for array, expected in zip(best, exams[2][0], strict=True):
    check.close(array, expected, tolerance=1e-5, name="the parameters when the last epoch is best")
### END HIDDEN TESTS

# %% [markdown]
"""
Now train your network, with your gradients and your optimizer, on two spirals. The network has two
hidden layers of 32 units. It is tested on points that it never saw.
"""


# %% test="train" points=6
def turned_spiral(n, seed, angle, swap):
    """Two noisy spirals, turned by an angle, with their labels swapped or not."""
    X, y = data.spiral(n=n, noise=0.03, seed=seed)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return X @ turn, y ^ swap


rng = np.random.default_rng([SEED, 15])
angle, swap = rng.uniform(0, 2 * np.pi), int(rng.integers(2))
X, y = turned_spiral(300, SEED + 1, angle, swap)
X_val, y_val = turned_spiral(100, SEED + 2, angle, swap)
X_new, y_new = turned_spiral(1000, SEED + 3, angle, swap)
start = [
    rng.normal(size=(2, 32)), np.zeros(32),
    rng.normal(size=(32, 32)) / 4, np.zeros(32),
    rng.normal(size=(32, 2)) / 4, np.zeros(2),
]  # fmt: skip

found, _ = check.items(
    train([p.copy() for p in start], X, y, X_val, y_val, rng), 2, name="what train returns"
)
found = check.items(found, 6, name="the parameters of the network")
for array, first in zip(found, start, strict=True):
    check.shape(array, first.shape, name="one of the parameters")
A = X_new
for layer in (0, 2):
    A = np.maximum(A @ found[layer] + found[layer + 1], 0)
answers = np.argmax(A @ found[4] + found[5], axis=1)
check.between(
    np.mean(answers == y_new),
    0.95,
    1.0,
    name="accuracy on 1000 new points of the spiral",
    hint="If training fails although all checks above pass, look at loss_and_gradients once more.",
)

# %% [markdown]
"""
Look at what your network learned. Each hidden layer has transformed the plane a little further, until
the last layer can separate the classes by one line.
"""

# %%
X, y = data.spiral(n=400, noise=0.03, seed=SEED)
rng = np.random.default_rng(SEED)
found, val_losses = train(
    initialize([2, 32, 32, 2], "relu", rng), X[::2], y[::2], X[1::2], y[1::2], rng
)


def probability_of_class_1(points):
    A = points
    for layer in (0, 2):
        A = np.maximum(dense_forward(A, found[layer], found[layer + 1]), 0)
    return softmax(dense_forward(A, found[4], found[5]))[:, 1]


plot.decision_boundary(
    probability_of_class_1,
    X,
    y,
    title="Two spirals, separated by your network",
    caption=f"Trained for {len(val_losses)} epochs; the best validation loss was "
    f"{min(val_losses):.3f}.",
)

# %% [markdown]
"""
## Optional: automatic differentiation

You wrote a backward function for every part. That is not necessary. If every *number* records how it
was computed, a program can apply the chain rule by itself (reverse mode differentiation):

```python
a, b = Value(2.0), Value(-3.0)
c = a * b + a * a
c.backward()
print(a.grad, b.grad)      # 1.0 and 2.0
```

A `Value` holds `data` and `grad`, the values that it was computed from, and the local derivatives of
the operation that computed it. `backward()` sorts all values so that each comes after everything that
depends on it, and passes gradients on, *adding* where a value was used more than once.

1. Support `+`, `*`, `-`, `**` by a number, `exp`, `log`, `tanh` and `relu`, also mixed with plain
   numbers.
2. Build the network of exercise 13 from `Value`s and run the cell below: it compares your
   engine's gradients with those of your `loss_and_gradients`.
3. A chain of 5,000 additions breaks a recursive `backward`. Correct it.
4. Go further: put `dropout` into `loss_and_gradients`, or write Adam, and see which reaches 95 %
   on the spiral in the fewest epochs.

Nothing here is graded. Andrej Karpathy's *micrograd* does it in 94 lines; try it before you look.
"""


# %%
def compare_engine(Value):
    """Print the largest difference of an engine's gradients from those of loss_and_gradients."""
    rng = np.random.default_rng(SEED)
    parameters = initialize([2, 3, 2], "tanh", rng)
    X, y = rng.normal(size=(4, 2)), np.array([0, 1, 1, 0])
    _, gradients = loss_and_gradients(parameters, X, y, "tanh")

    W1, b1, W2, b2 = (np.vectorize(Value, otypes=[object])(p) for p in parameters)
    loss = Value(0.0)
    for x, label in zip(X.tolist(), y.tolist(), strict=True):
        hidden = [
            (sum(v * w for v, w in zip(x, W1[:, j], strict=True)) + b1[j]).tanh() for j in range(3)
        ]
        powers = [
            (sum(h * w for h, w in zip(hidden, W2[:, k], strict=True)) + b2[k]).exp()
            for k in range(2)
        ]
        loss = loss + (powers[label] * (powers[0] + powers[1]) ** -1).log() * -0.25
    loss.backward()
    for name, values, expected in zip(
        ["W1", "b1", "W2", "b2"], [W1, b1, W2, b2], gradients, strict=True
    ):
        engine = np.vectorize(lambda value: value.grad, otypes=[float])(values)
        print(f"{name}: largest difference {np.abs(engine - expected).max():.1e}")


# When your engine is ready: compare_engine(Value)
