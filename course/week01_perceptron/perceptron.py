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
"""
# Week 1 assignment: the perceptron and logistic regression

You build two learners with nothing but NumPy. The first is Rosenblatt's perceptron of 1957: it
answers yes or no, and changes only when it is wrong. The second is logistic regression: it answers
with a probability, and every step of gradient descent uses all examples. Then you build by hand a
network that computes what neither of them can. At the end your code classifies real handwritten
digits.

| | exercise | points | minutes |
|---:|---|---:|---:|
| 1 | `step` | 4 | 5 |
| 2 | `perceptron_predict` | 6 | 5 |
| 3 | `perceptron_update` | 10 | 10 |
| 4 | `perceptron_fit` | 14 | 15 |
| 5 | `sigmoid` | 8 | 10 |
| 6 | `log_loss` | 10 | 10 |
| 7 | `log_loss_gradient` | 12 | 15 |
| 8 | `logistic_fit` | 12 | 10 |
| 9 | `xor_network` | 8 | 10 |
| 10 | why one unit is not enough (written) | 8 | 10 |
| 11 | `tell_apart`: two digits | 8 | 15 |
| | **together** | **100** | **about 2 hours** |

**How it works.** Replace each `raise NotImplementedError()` by your code and run the cell. The cell
below it checks your answer and says what is wrong, if anything. Those checks help you, but they are
not the whole exam: when you submit, your functions are also called with data that you have not
seen. So solve the exercise, not just the example. You may use loops or vectorized NumPy code; both
are right.

**Notation.** `X` holds one example per row: its shape is `(n_examples, n_features)`. A unit has
weights `w` of shape `(n_features,)` and a bias `b`, a single number. Its **pre-activation**
`X @ w + b` is written $z$; the activation function turns $z$ into the unit's output.
"""

# %% setup=true
import warnings

import numpy as np

from dlcourse import check, data, plot

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## Part one: the perceptron

### Exercise 1. The step function · 4 points · about 5 minutes

A unit fires when its input is large enough. If the threshold is moved into the bias, "large enough"
always means that the pre-activation is at least zero.
"""


# %% exercise="step"
def step(z):
    """Heaviside's step function: 1 where z is at least 0, and 0 below.

    At z = 0 it is 1.

    Parameters
    ----------
    z : number, or array of any shape

    Returns
    -------
    fired : 0 or 1 for a number, else an array of 0 and 1 with the shape of z

    Examples
    --------
    step(np.array([-1.0, 0.0, 2.0])) is array([0, 1, 1]), and step(-0.5) is 0.
    """
    ### BEGIN SOLUTION
    return np.where(z >= 0, 1, 0)
    ### END SOLUTION


# %% test="step" points=4
check.close(
    step(0.5),
    1,
    name="step of the single number 0.5",
    hint="For a single number the result is a number: 1 if it is at least zero.",
)
check.close(
    step(np.array([-1.0, 0.0, 2.0])),
    [0, 1, 1],
    name="step of [-1, 0, 2]",
    hint="Treat each number separately: 0 below zero, 1 at zero and above.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(SEED)
z = rng.integers(-3, 4, size=(4, 5)).astype(float)
z[0, :2] = 0.0, -2.0
expected = [[1 if number >= 0 else 0 for number in row] for row in z.tolist()]
fired, (z_after,) = check.call_and_inspect(step, z)
check.close(fired, expected, name="step of a matrix", hint="z may have any shape.")
check.close(z_after, z, name="z after the call", hint="Return a new array and leave z alone.")
check.close(
    step(np.array([-1e-9, 1e-9, -1e300, 1e300])),
    [0, 1, 0, 1],
    name="step close to the threshold and far from it",
)
check.close(step(np.array([7.0])), [1], name="step of an array of one number")
check.close(step(4.25), 1, name="step of a single positive number")
### END HIDDEN TESTS

# %% [markdown]
"""
### Exercise 2. Which side of the decision boundary? · 6 points · about 5 minutes

For the perceptron it is convenient to call the classes $-1$ and $+1$ instead of 0 and 1. (You will
see why in the next exercise: the label then gives the direction of the update.)
"""


# %% exercise="perceptron_predict" uses=["step"]
def perceptron_predict(w, b, X):
    """Predict the class of every example: +1 where w . x + b is at least 0, and -1 elsewhere.

    Parameters
    ----------
    w : array, shape (n_features,)
    b : float
    X : array, shape (n_examples, n_features)

    Returns
    -------
    labels : array of -1 and +1, shape (n_examples,)

    Examples
    --------
    With w = [2, -1] and b = -1 the examples [3, 1], [0, 0] and [1, 1] have the pre-activations 4,
    -1 and 0, so their labels are [1, -1, 1].
    """
    ### BEGIN SOLUTION
    return 2 * step(X @ w + b) - 1
    ### END SOLUTION


# %% test="perceptron_predict" points=6
labels = perceptron_predict(
    np.array([2.0, -1.0]), -1.0, np.array([[3.0, 1.0], [0.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
)
check.close(
    labels,
    [1, -1, 1, -1],
    name="labels of the example in the docstring and of one more",
    hint="Compute 2 x1 - x2 - 1 for each row on paper, then compare.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(SEED)
for n_examples, n_features in ((1, 3), (6, 1), (9, 4)):
    # Integers: pre-activations are exact in every precision, and some examples lie on the boundary.
    w, X = rng.integers(-2, 3, n_features), rng.integers(-2, 3, (n_examples, n_features))
    w[0], X[0] = 1, 0
    w, X = w.astype(float), X.astype(float)
    for b in (0.0, -1.0, 2.0):
        expected = [1 if row @ w + b >= 0 else -1 for row in X]
        labels, (_, _, X_after) = check.call_and_inspect(perceptron_predict, w, b, X)
        check.close(labels, expected, name=f"labels of {n_examples} examples")
        check.close(X_after, X, name="X after the call", hint="Leave X as it was.")
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 3. One update of the perceptron · 10 points · about 10 minutes

Rosenblatt's rule is: **when the unit is wrong, add $y\,\mathbf{x}$ to the weights and $y$ to the
bias. When it is right, change nothing.**

What is *wrong*? With labels $\pm1$ the sign of one product tells: $y\,(\mathbf{w}\cdot\mathbf{x}+b)$
is positive when the example is on the correct side of the decision boundary, and negative when it is
not. An example exactly *on* the boundary, where the product is zero, counts as a mistake whatever
its label: otherwise a unit that starts with all weights at zero might never start to learn.
"""


# %% exercise="perceptron_update"
def perceptron_update(w, b, x, y):
    """Update the perceptron with one example and return its new weights.

    Do not change the input arrays: return new ones.

    Parameters
    ----------
    w : array, shape (n_features,)
    b : float
    x : array, shape (n_features,)
        One example.
    y : int
        Its label, -1 or +1.

    Returns
    -------
    w : array, shape (n_features,)
    b : float
    mistake : bool
        Whether the example was on the wrong side or on the boundary, before the update.

    Examples
    --------
    With w = [1, -1] and b = 0.5 the example x = [2, 1] has the pre-activation 1.5. If its label is
    y = -1, that is a mistake, and the result is (array([-1., -2.]), -0.5, True).
    If its label is y = +1, the result is (array([1., -1.]), 0.5, False).
    """
    ### BEGIN SOLUTION
    if y * (w @ x + b) > 0:
        return w, b, False
    return w + y * x, b + y, True
    ### END SOLUTION


# %% test="perceptron_update" points=10
three_things = "Return three things: the weights, the bias, and whether it was a mistake."
shown = (np.array([1.0, -1.0]), 0.5, np.array([2.0, 1.0]))  # w, b and x of the docstring

wrong, (w_after, *_) = check.call_and_inspect(perceptron_update, *shown, -1)
right = perceptron_update(*shown, 1)
at_first = perceptron_update(np.zeros(2), 0.0, np.array([3.0, -2.0]), 1)

w, b, mistake = check.items(wrong, 3, name="after a mistake", hint=three_things)
check.close(w, [-1.0, -2.0], name="w after a mistake", hint="w + y x, with y = -1.")
check.close(b, -0.5, name="b after a mistake", hint="The bias learns too: b + y.")
check.that(mistake == 1, "It should be True.", name="mistake, for an example on the wrong side")
w, b, mistake = check.items(right, 3, name="after a right answer", hint=three_things)
check.close(w, [1.0, -1.0], name="w after a right answer", hint="A right answer changes nothing.")
check.close(b, 0.5, name="b after a right answer", hint="A right answer changes nothing.")
check.that(mistake == 0, "It should be False.", name="mistake, for an example on the right side")
w, b, mistake = check.items(at_first, 3, name="the first step from zero", hint=three_things)
check.close(w, [3.0, -2.0], name="w after the first example", hint="Zero counts as a mistake.")
check.close(
    w_after,
    [1.0, -1.0],
    name="the w that you were given, after the call",
    hint="`w += ...` changes the caller's array. `w = w + ...` creates a new one.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(SEED)
mistakes_seen = 0
for n_features in (1, 2, 5):
    for y in (-1, 1):
        for shift in (-2.0, 0.0, 2.0):  # below, exactly on, and above the boundary
            w = rng.integers(-4, 5, n_features).astype(float)
            x = rng.integers(-4, 5, n_features).astype(float)
            b = float(shift - w @ x)
            is_mistake = y * shift <= 0
            mistakes_seen += is_mistake
            expected_w, expected_b = (w + y * x, b + y) if is_mistake else (w.copy(), b)
            result, (w_after, _, x_after, _) = check.call_and_inspect(perceptron_update, w, b, x, y)
            where = {-2.0: "below", 0.0: "on", 2.0: "above"}[shift] + " the boundary"
            new_w, new_b, mistake = check.items(result, 3, name=f"an example {where}")
            check.close(new_w, expected_w, name=f"w, for an example {where} with label {y}")
            check.close(new_b, expected_b, name=f"b, for an example {where} with label {y}")
            check.that(mistake == is_mistake, "It is wrong.", name=f"mistake, {where}, label {y}")
            check.close(w_after, w, name="the w that you were given")
            check.close(x_after, x, name="the x that you were given")
### END HIDDEN TESTS

# %% [markdown]
"""
### Exercise 4. Train the perceptron · 14 points · about 15 minutes

Now go through the examples, in their order, again and again. One pass over all of them is an
**epoch**. When an epoch passes without a mistake, the boundary separates the classes and nothing
will change any more: training has **converged**, so stop.
"""


# %% exercise="perceptron_fit" uses=["perceptron_update"]
def perceptron_fit(X, y, epochs):
    """Train a perceptron that starts with all weights and the bias at zero.

    Examples are used one by one, first row first, each with the weights after the example before.
    Training ends after the first epoch without a mistake, or after `epochs` epochs.

    Parameters
    ----------
    X : array, shape (n_examples, n_features)
    y : array of -1 and +1, shape (n_examples,)
    epochs : int
        The largest number of epochs to train for.

    Returns
    -------
    w : array, shape (n_features,)
    b : float
    mistakes : list of int
        The number of mistakes in each epoch, one number for every epoch that was run. The epoch
        without a mistake that ends the training is included, with the number 0.

    Examples
    --------
    Two examples, X = [[1, 2], [3, 1]] with y = [-1, 1]. In the first epoch the first example lies
    on the boundary, a mistake (now w = [-1, -2], b = -1), and the second has the pre-activation
    -6, another mistake (w = [2, -1], b = 0). The second epoch has two mistakes as well, the third
    has one, and the fourth has none: the result is (array([3., -4.]), -1.0, [2, 2, 1, 0]).
    """
    ### BEGIN SOLUTION
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        count = 0
        for x_i, y_i in zip(X, y, strict=True):
            w, b, mistake = perceptron_update(w, b, x_i, y_i)
            count += mistake
        mistakes.append(int(count))
        if count == 0:
            break
    return w, b, mistakes
    ### END SOLUTION


# %% test="perceptron_fit" points=14
three_things = "Return three things: the weights, the bias, and the mistakes of each epoch."
two = np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([-1, 1])  # the docstring's two examples

after_one = perceptron_fit(*two, 1)
after_all = perceptron_fit(*two, 20)

w, b, mistakes = check.items(after_one, 3, name="after one epoch", hint=three_things)
check.close(
    w,
    [2.0, -1.0],
    name="w after one epoch",
    hint="Follow the docstring's first epoch. Does exercise 3 pass all its checks?",
)
check.close(b, 0.0, name="b after one epoch", hint="Both mistakes change the bias: -1, then +1.")
check.close(mistakes, [2], name="mistakes after one epoch", hint="A list with one number.")
w, b, mistakes = check.items(after_all, 3, name="at the end", hint=three_things)
check.close(
    mistakes,
    [2, 2, 1, 0],
    name="mistakes until the end",
    hint="One count for each epoch, including the epoch without a mistake; then stop.",
)
check.close(w, [3.0, -4.0], name="w at the end")
check.close(b, -1.0, name="b at the end")


### BEGIN HIDDEN TESTS
def trained(X, y, epochs):
    """Return the result of the rule, with the bias as the weight of a last input that is 1."""
    v, counts = np.zeros(X.shape[1] + 1), []
    inputs = np.column_stack([X, np.ones(len(X))])
    while len(counts) < epochs and 0 not in counts:
        counts.append(0)
        for i in range(len(X)):
            if y[i] * (inputs[i] @ v) <= 0:
                v = v + y[i] * inputs[i]
                counts[-1] += 1
    return v[:-1], v[-1], counts


rng = np.random.default_rng(SEED)
X_xor, y_xor = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([-1, 1, 1, -1])
cases = {
    "one example": (np.array([[2.0, -1.0, 4.0]]), np.array([-1]), 10),
    "exclusive or, which never converges": (X_xor, y_xor, 17),
    "a single epoch": (X_xor, -y_xor, 1),
}
for n_examples, n_features in ((6, 1), (20, 2), (40, 5)):
    # Integers keep every sum exact, whatever the precision and the order of adding.
    X = rng.integers(-5, 6, (n_examples, n_features)).astype(float)
    teacher = rng.integers(1, 4, n_features)
    y = np.where(X @ teacher + 0.5 >= 0, 1, -1)
    cases[f"{n_examples} separable examples"] = (X, y, 400)
for name, (X, y, epochs) in cases.items():
    expected_w, expected_b, expected_mistakes = trained(X, y, epochs)
    result, (X_after, y_after, _) = check.call_and_inspect(perceptron_fit, X, y, epochs)
    w, b, mistakes = check.items(result, 3, name=name)
    check.close(mistakes, expected_mistakes, name=f"mistakes for each epoch, {name}")
    check.close(w, expected_w, name=f"w, {name}")
    check.close(b, expected_b, name=f"b, {name}")
    check.close(X_after, X, name="X after the call", hint="Leave X as it was.")
    check.close(y_after, y, name="y after the call", hint="Leave y as it was.")
### END HIDDEN TESTS

# %% [markdown]
"""
Before you go on, watch your perceptron at work. The next cell draws the decision boundary that your
own `perceptron_fit` found (there is nothing to write, and nothing is graded).
"""

# %%
X, y = data.gaussian(n=40, noise=0.3, seed=32)
w, b, mistakes = perceptron_fit(X, 2 * y - 1, epochs=50)
plot.decision_boundary(
    lambda points: perceptron_predict(w, b, points),
    X,
    y,
    level=0,  # labels are -1 and +1, so the boundary lies between them
    title="Your perceptron",
    caption=f"It made {sum(mistakes)} mistakes in {len(mistakes)} epochs. All points of one color "
    "should lie on one side of your boundary.",
)

# %% [markdown]
r"""
## Part two: logistic regression

### Exercise 5. The sigmoid · 8 points · about 10 minutes

$$
\sigma(z) = \frac{1}{1 + e^{-z}}
$$

turns any number into a probability. The formula is one line, but a floating-point number cannot hold
$e^{1000}$: NumPy then warns of an *overflow*, and some ways of writing the formula even give `nan`
(not a number). Your function must do neither. Two facts that may help: $e^{-|z|}$ never overflows,
and $\sigma(z) = e^{z} / (1 + e^{z})$ is the same function.
"""


# %% exercise="sigmoid"
def sigmoid(z):
    """Turn every number into a probability, without overflow for any of them.

    Parameters
    ----------
    z : number, or array of any shape
        Integers are allowed, too.

    Returns
    -------
    p : float, or array of floats with the shape of z

    Examples
    --------
    sigmoid(0.0) is 0.5, and sigmoid(np.array([-1000.0, 2.0, 1000.0])) is about [0, 0.8808, 1].
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))  # between 0 and 1, whatever the sign of z
    return np.where(z >= 0, 1, small) / (1 + small)
    ### END SOLUTION


# %% test="sigmoid" points=8
p = sigmoid(np.array([0, 2, -1]))
check.close(
    p,
    [0.5, 0.8807970780, 0.2689414214],
    name="sigmoid of the integers 0, 2 and -1",
    hint="An array of integers can hold only integers: create a new one of floats.",
)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    p = sigmoid(np.array([-1000.0, 2.0, 1000.0]))
check.close(
    p,
    [0.0, 0.8807970780, 1.0],
    name="sigmoid of -1000, 2 and 1000",
    hint="Where does your formula compute e to the power of 1000?",
)
check.equal(
    len(caught),
    0,
    name="number of warnings from NumPy at ±1000",
    hint="The values are right, but an exponential overflowed. Use only exponents that are at most 0.",
)
check.close(sigmoid(0.0), 0.5, name="sigmoid of the single number 0.0")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(SEED)
for shape in ((1,), (7,), (3, 4), (2, 1, 5)):
    z = rng.normal(scale=4.0, size=shape)
    expected = 0.5 * (1 + np.tanh(z / 2))  # the same function, written another way
    p, (z_after,) = check.call_and_inspect(sigmoid, z)
    check.close(p, expected, name=f"sigmoid of an array of shape {shape}")
    check.close(z_after, z, name="z after the call", hint="Leave z as it was.")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    p = sigmoid(np.array([[-1e4, 710.0], [-745.0, 1e4]]))
    one = sigmoid(-800.0)
check.close(p, [[0, 1], [0, 1]], name="sigmoid of numbers that are far from 0")
check.close(one, 0.0, name="sigmoid of a single number far below 0")
check.equal(len(caught), 0, name="number of warnings from NumPy")
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 6. The log-loss · 10 points · about 10 minutes

How bad is a predicted probability? If the true class was given the probability $p$, the
**surprisal** is $-\log p$. The **log-loss** (binary cross-entropy) is the *mean* surprisal over
$n$ examples with labels 0 and 1:

$$
L = -\frac1n \sum_{i=1}^{n} \big[\, y_i \log p_i + (1 - y_i) \log (1 - p_i) \,\big] .
$$

One difficulty: for a prediction $p = 0$ that is wrong the loss is $-\log 0$, which is infinite; and
$0 \cdot \log 0$ is `nan`. The usual remedy is to clip: no probability may be nearer to 0 or to 1
than $10^{-12}$. (This needs double precision: in `float32` the number $1 - 10^{-12}$ is rounded to
1. Week 3 has the better remedy: compute the loss from the pre-activation $z$, without the
probability.)
"""


# %% exercise="log_loss"
def log_loss(p, y):
    """Mean log-loss (binary cross-entropy, with the natural logarithm) of predicted probabilities.

    Probabilities nearer to 0 or 1 than 1e-12 count as 1e-12 or 1 - 1e-12.

    Parameters
    ----------
    p : array, shape (n_examples,)
        Predicted probabilities that the label is 1.
    y : array of 0 and 1, shape (n_examples,)

    Returns
    -------
    loss : float

    Examples
    --------
    log_loss(np.array([0.9, 0.2]), np.array([1, 0])) is -(log 0.9 + log 0.8) / 2, about 0.1643.
    """
    ### BEGIN SOLUTION
    p = np.clip(np.asarray(p, dtype=float), 1e-12, 1 - 1e-12)  # in float32 1 - 1e-12 is 1
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    ### END SOLUTION


# %% test="log_loss" points=10
check.close(
    log_loss(np.array([0.9, 0.2]), np.array([1, 0])),
    0.1642520335,
    name="loss of the example in the docstring",
    hint="The mean surprisal: -(log 0.9 + log 0.8) / 2.",
)
check.close(
    log_loss(np.array([1.0, 0.0, 0.0]), np.array([1, 0, 1])),
    27.631 / 3,
    tolerance=1e-3,
    name="loss of two right and one wrong prediction, all certain",
    hint="Keep every probability at least 1e-12 away from 0 and from 1, before the logarithm.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(SEED)
for n_examples in (1, 2, 5, 40):
    p, y = rng.uniform(0.02, 0.98, n_examples), rng.integers(0, 2, n_examples)
    y[0] = 0
    expected = -sum(np.log(q) if label else np.log(1 - q) for q, label in zip(p, y, strict=True))
    loss, (p_after, y_after) = check.call_and_inspect(log_loss, p, y)
    check.close(loss, expected / n_examples, name=f"loss of {n_examples} examples")
    check.close(p_after, p, name="p after the call", hint="Leave p as it was.")
    check.close(y_after, y, name="y after the call", hint="Leave y as it was.")
    single = log_loss(p.astype(np.float32), y.astype(np.float32))
    check.close(single, expected / n_examples, tolerance=1e-4, name="loss in single precision")

certain, y = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.0, 1.0, 1.0, 0.0])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    all_right, all_wrong = log_loss(certain, y), log_loss(certain, 1 - y)
check.close(all_right, 0.0, name="loss of certain predictions that are all right")
check.close(
    all_wrong, 27.631, tolerance=1e-3, name="loss of certain predictions that are all wrong"
)
check.equal(len(caught), 0, name="number of warnings from NumPy at p = 0 and p = 1")
check.close(
    log_loss(np.array([1e-6, 1 - 1e-6]), np.array([1, 0])),
    13.8155106,
    name="loss of two predictions that are nearly certain, and wrong",
    hint="Clip only probabilities that are nearer than 1e-12 to 0 or 1.",
)
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 7. The gradient of the log-loss · 12 points · about 15 minutes

Logistic regression predicts $p_i = \sigma(\mathbf{w} \cdot \mathbf{x}_i + b)$ and is trained with
the log-loss $L$ of exercise 6. To lower $L$ we need its derivatives with respect to every weight and
to the bias. Derive them on paper first: use $\sigma' = \sigma\,(1 - \sigma)$, and nearly everything
cancels. The result is one line. Compare it with the perceptron's rule.
"""


# %% exercise="log_loss_gradient" uses=["sigmoid"] outcomes=[14]
def log_loss_gradient(w, b, X, y):
    """Gradient of the mean log-loss of logistic regression with respect to weights and bias.

    Parameters
    ----------
    w : array, shape (n_features,)
    b : float
    X : array, shape (n_examples, n_features)
    y : array of 0 and 1, shape (n_examples,)

    Returns
    -------
    grad_w : array, shape (n_features,)
        dL/dw. It points uphill: to descend, subtract it.
    grad_b : float
        dL/db.

    Examples
    --------
    With w = [0] and b = 0 every probability is 0.5. For X = [[2], [4], [3]] with y = [1, 0, 1]
    the result is (array([-0.1667]), -0.1667), rounded: -1/6 both times.
    """
    ### BEGIN SOLUTION
    error = sigmoid(X @ w + b) - y  # (n_examples,)
    return X.T @ error / len(y), error.mean()
    ### END SOLUTION


# %% test="log_loss_gradient" points=12
two_things = "Return two things: the gradient for w and the gradient for b."
X, y = np.array([[2.0], [4.0], [3.0]]), np.array([1, 0, 1])
w, b = np.array([0.5]), -1.0
sure = 1 / (1 + np.exp(-np.array([0.0, 1.0, 0.5])))  # X @ w + b is 0, 1 and 0.5

at_zero = log_loss_gradient(np.zeros(1), 0.0, X, y)
elsewhere = log_loss_gradient(w, b, X, y)

grad_w, grad_b = check.items(at_zero, 2, name="the gradient", hint=two_things)
check.close(grad_w, [-1 / 6], name="grad_w of the example in the docstring")
check.close(grad_b, -1 / 6, name="grad_b of the example in the docstring")
grad_w, grad_b = check.items(elsewhere, 2, name="the gradient", hint=two_things)
check.close(
    grad_w,
    [np.mean((sure - y) * X[:, 0])],
    name="grad_w at w = [0.5], b = -1",
    hint="Use the chain rule. What does each example contribute, and what does w multiply in it?",
)
check.close(grad_b, np.mean(sure - y), name="grad_b at w = [0.5], b = -1")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(SEED)
for n_examples, n_features in ((1, 3), (2, 1), (7, 3), (4, 4)):
    X, y = rng.normal(size=(n_examples, n_features)), rng.integers(0, 2, n_examples)
    w, b = rng.normal(size=n_features), float(rng.normal())

    def loss(parameters, X=X, y=y):
        p = 0.5 * (1 + np.tanh((X @ parameters[:-1] + parameters[-1]) / 2))
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    result, after = check.call_and_inspect(log_loss_gradient, w, b, X, y)
    grad_w, grad_b = check.items(result, 2, name="the gradient", hint=two_things)
    check.shape(grad_w, (n_features,), name=f"grad_w for {n_features} features")
    check.shape(grad_b, (), name="grad_b, a single number")
    check.gradient(
        loss,
        at=np.append(w, b),
        equals=np.append(grad_w, grad_b),
        name=f"gradient for a batch of {n_examples}",
    )
    for name, before, now in zip("wbXy", (w, b, X, y), after, strict=True):
        check.close(now, before, name=f"{name} after the call", hint="Leave the inputs alone.")
    single = log_loss_gradient(
        w.astype(np.float32), np.float32(b), X.astype(np.float32), y.astype(np.float32)
    )
    grad_w32, grad_b32 = check.items(single, 2, name="the gradient in single precision")
    numeric = [
        (loss(np.append(w, b) + h) - loss(np.append(w, b) - h)) / 2e-5
        for h in 1e-5 * np.eye(n_features + 1)
    ]
    check.close(
        np.append(grad_w32, grad_b32), numeric, tolerance=1e-4, name="gradient in single precision"
    )

X, y = np.array([[1000.0], [-1000.0], [-1000.0]]), np.array([0, 0, 1])
result = log_loss_gradient(np.array([2.0]), 0.0, X, y)  # certain, and wrong in two of three
grad_w, grad_b = check.items(result, 2, name="the gradient where all predictions are certain")
check.close(grad_w, [2000 / 3], name="grad_w where every prediction is certain")
check.close(grad_b, 0.0, name="grad_b where every prediction is certain")
### END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise 8. Gradient descent · 12 points · about 10 minutes

Gradient descent uses all the examples at once. Every step moves the weights and the bias a little
against the gradient:

$$
\mathbf{w} \leftarrow \mathbf{w} - \varepsilon\, \frac{\partial L}{\partial \mathbf{w}},
\qquad b \leftarrow b - \varepsilon\, \frac{\partial L}{\partial b} .
$$

Both derivatives are taken at the same point, *before* the step. The learning rate $\varepsilon$ says
how long the step is.
"""


# %% exercise="logistic_fit" uses=["sigmoid", "log_loss", "log_loss_gradient"]
def logistic_fit(X, y, learning_rate, steps):
    """Train logistic regression by gradient descent, from zero weights and a zero bias.

    Parameters
    ----------
    X : array, shape (n_examples, n_features)
    y : array of 0 and 1, shape (n_examples,)
    learning_rate : float
    steps : int

    Returns
    -------
    w : array, shape (n_features,)
    b : float
    losses : list of float, length steps
        The mean log-loss just before each step: the first is always log 2, about 0.6931.

    Examples
    --------
    With X = [[2], [4], [3]], y = [1, 0, 1] and learning rate 0.6 the gradient at the start is
    (-1/6, -1/6), so one step gives (array([0.1]), 0.1, [0.6931...]).
    """
    ### BEGIN SOLUTION
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(steps):
        losses.append(log_loss(sigmoid(X @ w + b), y))
        grad_w, grad_b = log_loss_gradient(w, b, X, y)
        w = w - learning_rate * grad_w
        b = b - learning_rate * grad_b
    return w, b, losses
    ### END SOLUTION


# %% test="logistic_fit" points=12
three_things = "Return three things: the weights, the bias, and the loss before each step."
X, y = np.array([[2.0], [4.0], [3.0]]), np.array([1, 0, 1])
p = 1 / (1 + np.exp(-np.array([0.3, 0.5, 0.4])))  # after one step w = [0.1] and b = 0.1
second_loss = -np.mean(np.log([p[0], 1 - p[1], p[2]]))

one_step = logistic_fit(X, y, learning_rate=0.6, steps=1)
two_steps = logistic_fit(X, y, learning_rate=0.6, steps=2)

w, b, losses = check.items(one_step, 3, name="after one step", hint=three_things)
check.close(w, [0.1], name="w after one step", hint="0 - 0.6 x (-1/6).")
check.close(b, 0.1, name="b after one step", hint="The bias takes the same kind of step.")
check.close(losses, [np.log(2)], name="losses of one step", hint="The loss before the step.")
w, b, losses = check.items(two_steps, 3, name="after two steps", hint=three_things)
check.close(
    w,
    [0.1 - 0.6 * np.mean((p - y) * X[:, 0])],
    name="w after two steps",
    hint="The second step starts where the first one ended, with the gradient at that point.",
)
check.close(
    b,
    0.1 - 0.6 * np.mean(p - y),
    name="b after two steps",
    hint="Is its gradient taken before w has moved?",
)
check.close(losses, [np.log(2), second_loss], name="losses of two steps")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(SEED)
for n_examples, n_features, learning_rate, steps in (
    (1, 2, 0.5, 5),
    (12, 1, 1.0, 40),
    (30, 4, 0.2, 25),
    (9, 3, 0.7, 1),
):
    X = rng.normal(size=(n_examples, n_features))
    y = (X @ rng.normal(size=n_features) + rng.normal(size=n_examples) > 0).astype(int)
    parameters, expected_losses = np.zeros(n_features + 1), []
    inputs = np.column_stack([X, np.ones(n_examples)])
    for _ in range(steps):
        p = 0.5 * (1 + np.tanh(inputs @ parameters / 2))
        expected_losses.append(-np.mean(np.log(np.where(y == 1, p, 1 - p))))
        parameters = parameters - learning_rate * (inputs.T @ (p - y)) / n_examples
    result, (X_after, y_after, *_) = check.call_and_inspect(
        logistic_fit, X, y, learning_rate, steps
    )
    name = f"{n_examples} examples, {steps} steps"
    w, b, losses = check.items(result, 3, name=name, hint=three_things)
    check.close(w, parameters[:-1], tolerance=1e-4, name=f"w, {name}")
    check.close(b, parameters[-1], tolerance=1e-4, name=f"b, {name}")
    check.close(losses, expected_losses, tolerance=1e-4, name=f"losses, {name}")
    check.close(X_after, X, name="X after the call", hint="Leave X as it was.")
    check.close(y_after, y, name="y after the call", hint="Leave y as it was.")
### END HIDDEN TESTS

# %% [markdown]
"""
Now train both learners on the same points. Where the classes overlap, no line is right for every
point. Before you run the cell, guess: which of the two will have more trouble?
"""

# %%
X, y = data.gaussian(n=120, noise=0.5, seed=3)
w, b, losses = logistic_fit(X, y, learning_rate=0.3, steps=200)
w_p, b_p, mistakes = perceptron_fit(X, 2 * y - 1, epochs=200)
plot.decision_boundary(
    lambda points: sigmoid(points @ w + b),
    X,
    y,
    title="Your logistic regression",
    caption="The fainter the background, the less confident your unit is. "
    f"The perceptron made {mistakes[-3:]} mistakes in its last three epochs on these points: "
    "where no line separates the classes, it never converges.",
)

# %% [markdown]
"""
## Part three: what one unit cannot do

### Exercise 9. Exclusive or, by hand · 8 points · about 10 minutes

| $x_1$ | $x_2$ | $x_1$ xor $x_2$ |
|:---:|:---:|:---:|
| 0 | 0 | 0 |
| 0 | 1 | 1 |
| 1 | 0 | 1 |
| 1 | 1 | 0 |

No line separates the two rows with a 1 from the other two. Three step units can: two hidden units
get the inputs, and an output unit gets their two outputs. Choose their weights. No training; think
of functions that a single unit *can* compute, and of a way to combine two of them.

Real inputs are never exact, so leave a margin: the network must still be right when each input is
off by up to 0.1.
"""


# %% exercise="xor_network" outcomes=[1]
def xor_network():
    """Give the weights of three step units that together compute exclusive or.

    They are used like this, for an array x of the two inputs:

        hidden = step(x @ W + c)          # two units
        output = step(hidden @ v + d)     # the output unit

    and the output must agree with the table, also when each input is off by up to 0.1.

    Returns
    -------
    W : array or nested list, shape (2, 2)
        W[i, j] is the weight from input i to hidden unit j: a column for each hidden unit.
    c : array or list, shape (2,)
        The biases of the hidden units.
    v : array or list, shape (2,)
        The weights from the hidden units to the output unit.
    d : float
        The bias of the output unit.

    Examples
    --------
    These are the right shapes, for a network that always answers 1:
    ([[0, 0], [0, 0]], [0, 0], [0, 0], 0).
    """
    ### BEGIN SOLUTION
    W = np.array([[1.0, 1.0], [1.0, 1.0]])
    c = np.array([-0.5, -1.5])  # the first computes "at least one?", the second "both?"
    v = np.array([1.0, -1.0])  # "at least one, and not both"
    return W, c, v, -0.5
    ### END SOLUTION


# %% test="xor_network" points=8
network = check.items(
    xor_network(), 4, name="what xor_network() returns", hint="Return four things: W, c, v, d."
)
for part, name, shape in zip(network, "Wcvd", ((2, 2), (2,), (2,), ()), strict=True):
    check.shape(part, shape, name=f"the shape of {name}")
W, c, v, d = (np.asarray(part, dtype=float) for part in network)
for part, name in zip((W, c, v, d), "Wcvd", strict=True):
    check.that(bool(np.isfinite(part).all()), "It holds nan or inf.", name=name)

corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
hidden = (corners @ W + c >= 0).astype(float)
check.equal(
    (hidden @ v + d >= 0).astype(int),
    [0, 1, 1, 0],
    name="your network's outputs for (0, 0), (0, 1), (1, 0) and (1, 1)",
    hint="Write down both hidden outputs for each of the four inputs, then draw these points.",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(SEED)
offsets = np.array([[dx, dy] for dx in (-0.1, 0.1) for dy in (-0.1, 0.1)])
offsets = np.concatenate([offsets, rng.uniform(-0.1, 0.1, (50, 2))])
for corner, answer in zip(corners, (0, 1, 1, 0), strict=True):
    hidden = ((corner + offsets) @ W + c >= 0).astype(float)
    check.equal(
        (hidden @ v + d >= 0).astype(int),
        np.full(len(offsets), answer),
        name="the outputs for inputs that are a little off",
        hint="Leave a margin: a boundary through a corner fails as soon as the input is a little off.",
    )
### END HIDDEN TESTS

# %% [markdown]
"""
Here are the four inputs as your output unit sees them.
"""

# %%
W, c, v, d = (np.asarray(part, dtype=float) for part in xor_network())
X, y = data.truth_table("xor")
seen = step(X @ W + c)
plot.decision_boundary(
    lambda h: step(h @ v + d),
    seen,
    y,
    xlabel="output of hidden unit 1",
    ylabel="output of hidden unit 2",
    title="The inputs in your hidden layer",
    caption="There are four inputs, but some of them now lie on top of each other.",
)

# %% [markdown]
"""
### Exercise 10. What the hidden layer changes · 8 points · about 10 minutes · marked by hand

In your own words, in 100 to 250 words:

1. Show that no single unit computes exclusive or, whatever its weights. (An argument, not an
   experiment: four conditions on $w_1$, $w_2$ and $b$ that cannot all hold.)
2. What does the hidden layer change? Take the network that *you* built in exercise 9: say what each
   hidden unit computes, where the four inputs land when you plot the two outputs against each other,
   and why the output unit can now do what no single unit could before.
"""

# %% [markdown] written="why_xor" points=8 outcomes=[1]
r"""
### BEGIN SOLUTION
A unit fires when $w_1 x_1 + w_2 x_2 + b \ge 0$. For exclusive or it must hold that

* $b < 0$, because (0, 0) must not fire,
* $w_2 + b \ge 0$ and $w_1 + b \ge 0$, because (0, 1) and (1, 0) must,
* $w_1 + w_2 + b < 0$, because (1, 1) must not.

Adding the two in the middle gives $w_1 + w_2 + 2b \ge 0$, hence $w_1 + w_2 + b \ge -b > 0$. That
contradicts the last condition, so no weights satisfy all four. In a picture: the two inputs with
answer 1 and the two with answer 0 are the diagonals of a square, which cross, and a line cannot
leave one diagonal on each side.

In my network one hidden unit computes "is at least one input on?" and the other "are both on?". The
four inputs land on three places: (0, 0) on (0, 0); (0, 1) and (1, 0) together on (1, 0); and
(1, 1) on (1, 1). There a line has (1, 0) on one side and the other two places on the other, and
this line is the decision boundary of the output unit: "at least one, and not both". The hidden layer
decides nothing by itself. It gives the inputs new coordinates, a new representation, in which the
classes are linearly separable. Its nonlinearity is essential: without the steps two linear layers
would be one linear layer again.
### END SOLUTION

### BEGIN MARK SCHEME
Eight points.

* **3, the impossibility.** The four conditions with the right signs (1), combined to a
  contradiction (2). Strict and weak inequalities may be swapped if consistent. A correct geometric
  argument (crossing diagonals, convex hulls that meet) earns all 3. "I tried and found none", or a
  picture alone, earns at most 1.
* **2, what the units compute.** Each hidden unit of the student's own network put into words that
  fit its weights (1 each).
* **2, where the inputs land.** The four images under the hidden layer, right for that network (1),
  and why a line now separates them, for instance that two inputs with the same answer fall
  together (1).
* **1, the idea.** The hidden layer changes the representation rather than the decision; or the
  nonlinearity is what makes it more than a single unit.

Do not take points for language, length or notation. If exercise 9 is wrong, mark this against the
network that the student meant.
### END MARK SCHEME
"""

# %% [markdown]
"""
## Part four: handwritten digits

### Exercise 11. Tell two digits apart · 8 points · about 15 minutes

The pictures below were written by hand; each is a grid of 8 × 8 gray values between 0 and 1. (They
come with scikit-learn: 1,797 digits from the UCI collection, written by 13 people.) A unit needs a
vector of numbers, so a picture has to become one.

Use what you have built: whichever of your two learners you like. On pictures that your code has
never seen, at least nine in ten answers must be right.
"""

# %%
images, digits = data.digits(size=8)
threes_and_fives = np.isin(digits, [3, 5])
plot.images(
    images[threes_and_fives][:16],
    digits[threes_and_fives][:16],
    columns=8,
    title="Sixteen of the threes and fives",
    caption="Some are hard to read even for you. Your unit gets 64 numbers for each.",
)


# %% exercise="tell_apart" uses=["sigmoid", "logistic_fit"]
def tell_apart(images, digits, new_images):
    """Train on pictures of two digits, then say which of the two each new picture shows.

    Parameters
    ----------
    images : array, shape (n_examples, height, width)
        Gray values between 0 and 1. Some pixels are the same in every picture.
    digits : array of int, shape (n_examples,)
        The labels: two different digits, any two, in any order.
    new_images : array, shape (n_new, height, width)
        There may be only one.

    Returns
    -------
    answers : array of int, shape (n_new,)
        One of the two digits for each new picture.

    Examples
    --------
    Trained on images of shape (120, 8, 8) with the digits [7, 2, 2, 7, ...], a call with ten new
    images returns something like array([2, 7, 7, 2, 2, 7, 2, 2, 7, 7]).
    """
    ### BEGIN SOLUTION
    smaller, larger = np.unique(digits)
    X, new_X = images.reshape(len(images), -1), new_images.reshape(len(new_images), -1)
    w, b, _ = logistic_fit(X, (digits == larger).astype(int), learning_rate=1.0, steps=300)
    return np.where(sigmoid(new_X @ w + b) >= 0.5, larger, smaller)
    ### END SOLUTION


# %% test="tell_apart" points=8
images, digits = data.digits(size=8)
chosen = np.isin(digits, [3, 5])
images, digits = images[chosen], digits[chosen]
answers = tell_apart(images[:120], digits[:120], images[120:130])
check.shape(answers, (10,), name="answers for ten new pictures", hint="One answer per picture.")
check.that(
    set(np.unique(answers).tolist()) <= {3, 5},
    "Some answers are neither 3 nor 5.",
    name="answers when the digits are 3 and 5",
    hint="Train with the labels that your learner needs, and turn its answers back into digits.",
)
right = int(np.sum(np.asarray(answers) == digits[120:130]))
check.between(
    right, 8, 10, name="right answers out of ten", hint="Does each picture still have its label?"
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(SEED)
all_images, all_digits = data.digits(size=8)
pairs = [(0, 1), (9, 4), tuple(rng.choice(10, size=2, replace=False).tolist())]
for one, other in pairs:
    rows = rng.permutation(np.flatnonzero(np.isin(all_digits, [one, other])))
    pixels = rng.permutation(64)  # pictures that nobody has seen
    shuffled = all_images.reshape(-1, 64)[rows][:, pixels].reshape(-1, 8, 8)
    expected = all_digits[rows]
    answers, (images_after, *_) = check.call_and_inspect(
        tell_apart, shuffled[:120], expected[:120], shuffled[120:]
    )
    check.shape(answers, (len(rows) - 120,), name="answers for a pair of digits")
    accuracy = float(np.mean(np.asarray(answers) == expected[120:]))
    check.between(accuracy, 0.9, 1.0, name="accuracy for a pair of digits, pixels rearranged")
    check.close(images_after, shuffled[:120], name="images after the call")

# Another size, digits whose first is the larger one, and a margin wide enough for any learner:
# an 8 is written in the upper half here, a 1 in the lower.
pictures = rng.uniform(0.0, 0.3, (60, 6, 5))
pictures[::2, :3] += 0.7
pictures[1::2, 3:] += 0.7
pictures[:, 0, 0] = 0.0  # the same in every picture
names = np.tile([8, 1], 30)
check.close(
    tell_apart(pictures[:40], names[:40], pictures[40:]),
    names[40:].copy(),
    name="pictures of another size",
    hint="Take height and width from the pictures that are passed in.",
)
for picture, answer in ((pictures[50], 8), (pictures[51], 1)):
    check.close(
        tell_apart(pictures[:40], names[:40], picture[None]), [answer], name="a single new picture"
    )
### END HIDDEN TESTS

# %% [markdown]
"""
What did your unit learn? It has one weight for each pixel, so draw the weights as a picture.
"""

# %%
images, digits = data.digits(size=8)
chosen = np.isin(digits, [3, 5])
w, b, _ = logistic_fit(
    images[chosen].reshape(-1, 64), (digits[chosen] == 5).astype(int), learning_rate=1.0, steps=300
)
plot.images(
    [w.reshape(8, 8)],
    diverging=True,
    title="A five, or a three?",
    caption="Ink on a blue pixel speaks for a 5, on an orange one for a 3.",
)

# %% [markdown]
r"""
## Optional: two better perceptrons

**The averaged perceptron.** The last weights of a perceptron depend strongly on the last few
mistakes. Keep the sum of the weights after *every* example, right or wrong, and predict with the
average. It costs one addition per example, and on noisy data it is much better. How much? Measure it
on `data.gaussian(noise=0.5)` for twenty seeds, on points that neither has seen. (Can you do it
without adding a whole vector for every example? Freund and Schapire, 1999, show how.)

**The kernel perceptron.** Look again at the rule: the weights are always a sum of examples,
$\mathbf{w} = \sum_i \alpha_i y_i \mathbf{x}_i$, where $\alpha_i$ counts the mistakes on example
$i$. So a prediction needs only dot products,
$\mathbf{w} \cdot \mathbf{x} = \sum_i \alpha_i y_i\, (\mathbf{x}_i \cdot \mathbf{x})$.
Replace each dot product by the **kernel** $k(\mathbf{x}_i, \mathbf{x}) =
e^{-\gamma \lVert \mathbf{x}_i - \mathbf{x} \rVert^2}$, and the same rule of 1957 finds curved
decision boundaries. Try it on the spiral below. What does $\gamma$ do? What happens to the number of
mistakes when it grows, and what to the accuracy on points that were never shown?

Nothing here is graded.
"""

# %%
X, y = data.spiral(n=300, noise=0.03, seed=0)
plot.points(
    X,
    y,
    xlabel="$x_1$",
    ylabel="$x_2$",
    title="A data set for the kernel perceptron",
    caption="No line separates the two arms, and none of the features that the lesson tried does.",
)
