# Functions of numbers, functions of functions, and objects with a gradient (weeks 1 and 2).

# %% setup=true
import warnings

import numpy as np

from dlcourse import check

# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## A function that must not warn
"""


# %% exercise="sigmoid" outcomes=[1]
def sigmoid(z):
    """The logistic function of a number or an array, without overflow."""
    ### BEGIN SOLUTION
    z = np.asarray(z, float)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))
    ### END SOLUTION


# %% test="sigmoid" points=12.5
check.close(sigmoid([1.0, -1.0]), 1 / (1 + np.exp([-1.0, 1.0])), name="sigmoid of 1 and -1")
### BEGIN HIDDEN TESTS
with warnings.catch_warnings():
    warnings.simplefilter("error")
    far_out = sigmoid(np.array([-1000.0, 0.0, 1000.0]))
check.close(far_out, [0, 0.5, 1], name="sigmoid far out")
check.that(isinstance(sigmoid(0.0) + 1.0, np.float64), "A number has a number for its sigmoid.")
### END HIDDEN TESTS

# %% [markdown]
"""
## A function of the test, called by the student's
"""


# %% exercise="numerical_gradient" outcomes=[1]
def numerical_gradient(f, x, h=1e-5):
    """The gradient of f at x, by central differences."""
    ### BEGIN SOLUTION
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        gradient[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient
    ### END SOLUTION


# %% test="numerical_gradient" points=12.5
def cubes(v):
    return float((v**3).sum())


x = np.array([1.0, 2.0, -1.0])
check.close(numerical_gradient(cubes, x), [3, 12, 3], tolerance=1e-8, name="gradient of x³")
product = numerical_gradient(np.prod, np.array([2.0, 3.0]))
check.close(product, [3, 2], tolerance=1e-7, name="gradient of a product")

# %% [markdown]
"""
## Judged by what it drew
"""


# %% exercise="initialize" outcomes=[2]
def initialize(n_in, n_out, rng):
    """Weights for a ReLU layer, as He proposed."""
    ### BEGIN SOLUTION
    return rng.normal(size=(n_in, n_out)) * np.sqrt(2 / n_in)
    ### END SOLUTION


# %% test="initialize" points=12.5
weights = initialize(300, 200, np.random.default_rng(SEED))
check.shape(weights, (300, 200), name="weights")
check.between(weights.std() / np.sqrt(2 / 300), 0.98, 1.02, name="their spread")
check.between(weights.mean(), -1e-3, 1e-3, name="their mean")

# %% [markdown]
"""
## One generator for the test and the student
"""


# %% exercise="dropout" outcomes=[2]
def dropout(x, rate, rng):
    """Set a share of x to zero, and scale the rest up."""
    ### BEGIN SOLUTION
    return np.where(rng.random(x.shape) < rate, 0, x / (1 - rate))
    ### END SOLUTION


# %% test="dropout" points=12.5
rng = np.random.default_rng(SEED)
x = rng.random(40_000)
first, second = dropout(x, 0.5, rng), dropout(x, 0.5, rng)
check.shape(first, x.shape, name="what is left")
kept = first != 0
check.between(kept.mean(), 0.48, 0.52, name="share that is kept")
check.between(x[kept].mean(), 0.48, 0.52, name="large and small are kept alike")
check.close(first[kept], 2 * x[kept], name="what is kept")
check.that(not np.array_equal(second != 0, kept), "Each call drops others.")

# %% [markdown]
"""
## The argument must not change
"""


# %% exercise="clip_by_global_norm" outcomes=[2]
def clip_by_global_norm(gradients, limit):
    """The gradients, scaled down together so that their norm is at most the limit."""
    ### BEGIN SOLUTION
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients))
    return [gradient * min(1, limit / norm) for gradient in gradients]
    ### END SOLUTION


# %% test="clip_by_global_norm" points=12.5
gradients = [np.array([3.0, 0.0]), np.array([[4.0]])]
clipped, (after, _) = check.call_and_inspect(clip_by_global_norm, gradients, 1.0)
clipped = check.items(clipped, 2, name="clipped gradients")
check.close(clipped[0], [0.6, 0], name="first gradient")
check.close(clipped[1], [[0.8]], name="second gradient")
check.close(after[0], [3, 0], name="the gradient that was given")

# %% [markdown]
"""
## Functions that return functions
"""


# %% exercise="compose" outcomes=[2]
def derivative(f, h=1e-6):
    """The derivative of f, as a function."""
    ### BEGIN SOLUTION
    return lambda x: (f(x + h) - f(x - h)) / (2 * h)


def compose(*functions):
    """The functions one after the other, the last one first."""

    def composed(x):
        for f in reversed(functions):
            x = f(x)
        return x

    return composed
    ### END SOLUTION


# %% test="compose" points=12.5
slope = derivative(lambda x: x**3)
check.close(slope(2.0), 12, tolerance=1e-5, name="slope of x³ at 2")
check.close(slope(np.array([1.0, -1.0])), [3, 3], tolerance=1e-5, name="slopes of x³")
check.close(compose(np.exp, lambda x: 2 * x)(1.0), np.exp(2.0), name="exp of twice 1")

# %% [markdown]
"""
## An object whose attributes are set and read
"""


# %% exercise="Dense" outcomes=[2]
class Dense:
    """A layer that remembers its input for the way back."""

    ### BEGIN SOLUTION
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(size=(n_in, n_out)) / np.sqrt(n_in)
        self.b = np.zeros(n_out)

    def forward(self, X):
        self.X = X
        return X @ self.W + self.b

    def backward(self, G):
        self.dW = self.X.T @ G
        self.db = G.sum(axis=0)
        return G @ self.W.T

    ### END SOLUTION


# %% test="Dense" points=12.5
W = np.arange(6.0).reshape(3, 2)
X, G = np.random.default_rng(SEED).normal(size=(5, 3)), np.ones((5, 2))
layer = Dense(3, 2, np.random.default_rng(SEED))
layer.W = W
check.close(layer.forward(X), X @ W, name="output")
back = layer.backward(G)
check.close(layer.dW, X.T @ G, name="gradient of the weights")
check.close(layer.db, G.sum(axis=0), name="gradient of the bias")
check.close(back, G @ W.T, name="gradient of the input")

# %% [markdown]
"""
## Objects that are added and multiplied
"""


# %% exercise="Value" outcomes=[2]
class Value:
    """A number that knows what it was made of."""

    ### BEGIN SOLUTION
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes = parents, slopes

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def backward(self, gradient=1.0):
        self.grad += gradient
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.backward(gradient * slope)

    ### END SOLUTION


# %% test="Value" points=12.5
a, b = Value(2.0), Value(-3.0)
c = a * b + a * a
c.backward()
check.equal(c.data, -2.0, name="a b + a²")
check.equal(a.grad, 1.0, name="gradient of a")
check.equal(b.grad, 2.0, name="gradient of b")
