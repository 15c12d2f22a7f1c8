# The backward passes of weeks 5 and 6, written in NumPy.

# %% setup=true
import numpy as np

from dlcourse import check

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## A cache that only the student understands
"""


# %% exercise="max_pool2d" outcomes=[1]
def max_pool2d(X, k):
    """The largest of each k × k window, and what the way back needs."""
    ### BEGIN SOLUTION
    n, h, w, c = X.shape
    rows, columns = h // k, w // k
    windows = X[:, : rows * k, : columns * k].reshape(n, rows, k, columns, k, c)
    windows = windows.transpose(0, 1, 3, 5, 2, 4).reshape(n, rows, columns, c, k * k)
    return windows.max(axis=-1), (X.shape, k, windows.argmax(axis=-1))


def max_pool2d_backward(G, cache):
    """The gradient of the input: each number goes to one of the largest of its window."""
    (n, h, w, c), k, largest = cache
    rows, columns = h // k, w // k
    windows = np.eye(k * k)[largest] * G[..., None]
    windows = windows.reshape(n, rows, columns, c, k, k).transpose(0, 1, 4, 2, 5, 3)
    D = np.zeros((n, h, w, c))
    D[:, : rows * k, : columns * k] = windows.reshape(n, rows * k, columns * k, c)
    return D
    ### END SOLUTION


# %% test="max_pool2d" points=50
rng = np.random.default_rng(SEED)


def windows_of(A, k):
    n, h, w, c = A.shape
    return A[:, : h // k * k, : w // k * k].reshape(n, h // k, k, w // k, k, c)


for k, shape in ((2, (2, 5, 4, 3)), (3, (1, 6, 9, 1))):
    without_ties = rng.permutation(np.prod(shape)).reshape(shape) - 1000.0
    with_ties = rng.integers(-2, 1, shape) - 5.0
    for X in (without_ties, with_ties):
        largest = windows_of(X, k).max(axis=(2, 4))
        out, cache = max_pool2d(X, k)
        check.close(out, largest, name="the largest of each window")
        G = rng.normal(size=largest.shape)
        D = max_pool2d_backward(G, cache)
        check.shape(D, shape, name="gradient of the input")
        back = windows_of(D, k)
        check.close(back.sum(axis=(2, 4)), G, name="each number arrives")
        check.close(np.abs(D).sum(), np.abs(G).sum(), name="each number arrives once")
        at = np.abs(back) > 0
        every = np.broadcast_to(largest[:, :, None, :, None], at.shape)
        check.close(windows_of(X, k)[at], every[at], name="where the numbers arrive")

# %% [markdown]
"""
## Against central differences of the test's own loss
"""


# %% exercise="bptt" outcomes=[1]
def bptt(X, h0, Wx, Wh, b, dH):
    """The gradients of a recurrent network; dH is the loss's with respect to each state."""
    ### BEGIN SOLUTION
    H = [h0]
    for x in X:
        H.append(np.tanh(x @ Wx + H[-1] @ Wh + b))
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    back = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        dz = (dH[t] + back) * (1 - H[t + 1] ** 2)
        dWx += X[t].T @ dz
        dWh += H[t].T @ dz
        db += dz.sum(axis=0)
        back = dz @ Wh.T
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": back}
    ### END SOLUTION


# %% test="bptt" points=50
rng = np.random.default_rng(SEED)


def loss(X, dH, h0, Wx, Wh, b):
    h, total = h0, 0.0
    for x, weights in zip(X, dH, strict=True):
        h = np.tanh(x @ Wx + h @ Wh + b)
        total += (h * weights).sum()
    return total


for steps, n, inputs, units in ((1, 2, 3, 4), (5, 3, 2, 4), (8, 1, 1, 1)):
    X, dH = rng.normal(size=(steps, n, inputs)), rng.normal(size=(steps, n, units))
    parameters = {
        "h0": rng.normal(size=(n, units)),
        "Wx": rng.normal(size=(inputs, units)),
        "Wh": rng.normal(size=(units, units)) / 2,
        "b": rng.normal(size=units),
    }
    gradients = bptt(X, dH=dH, **parameters)
    for which, value in parameters.items():

        def loss_at(changed, which=which, X=X, dH=dH, rest=parameters):
            return loss(X, dH, **{**rest, which: changed})

        check.gradient(loss_at, value, gradients[which], name=f"gradient of {which}")
