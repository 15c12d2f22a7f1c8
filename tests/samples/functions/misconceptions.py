import numpy as np

from autograder.course.known_answers import misconception, variant, whole_cell


@variant("sigmoid")
def by_tanh(z):
    return 0.5 + 0.5 * np.tanh(np.asarray(z, float) / 2)


@misconception("sigmoid", hint="Far below zero the exponential of -z is too large for a float.")
def overflows(z):
    return 1 / (1 + np.exp(-np.asarray(z, float)))


@misconception("sigmoid", hint="A straight line is no sigmoid.")
def clips(z):
    return np.clip(0.5 + 0.25 * np.asarray(z), 0, 1)


@misconception("numerical_gradient", hint="Step to both sides, not to one.")
def forward_differences(f, x, h=1e-5):
    return np.array([(f(x + h * e) - f(x)) / h for e in np.eye(len(x))])


@misconception("numerical_gradient", hint="The two points are 2h apart.")
def twice_too_large(f, x, h=1e-5):
    return np.array([(f(x + h * e) - f(x - h * e)) / h for e in np.eye(len(x))])


@misconception(
    "initialize", hint="Half of the units of a ReLU layer are silent: He's 2 is for them."
)
def xavier(n_in, n_out, rng):
    return rng.normal(size=(n_in, n_out)) * np.sqrt(1 / n_in)


@misconception("dropout", hint="What is kept must make up for what is dropped.")
def not_rescaled(x, rate, rng):
    return np.where(rng.random(x.shape) < rate, 0, x)


@misconception("clip_by_global_norm", hint="The gradients that were given belong to the caller.")
def in_place(gradients, limit):
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients))
    for gradient in gradients:
        gradient *= min(1, limit / norm)
    return gradients


@misconception("clip_by_global_norm", hint="There is one norm, of all gradients together.")
def each_alone(gradients, limit):
    return [gradient * min(1, limit / np.linalg.norm(gradient)) for gradient in gradients]


@misconception("compose", hint="In f(g(x)) it is g that sees x first.")
def wrong_order(*functions):
    def composed(x):
        for f in functions:
            x = f(x)
        return x

    return composed


@misconception("compose", replaces="derivative", hint="The two points are 2h apart.")
def half_the_distance(f, h=1e-6):
    return lambda x: (f(x + h) - f(x - h)) / h


class _Layer:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(size=(n_in, n_out)) / np.sqrt(n_in)
        self.b = np.zeros(n_out)

    def forward(self, X):
        self.X = X
        return X @ self.W + self.b


@misconception("Dense", hint="dW has the shape of W.")
class Transposed(_Layer):
    def backward(self, G):
        self.dW = G.T @ self.X
        self.db = G.sum(axis=0)
        return G @ self.W.T


@misconception("Dense", hint="One bias serves all examples of the batch.")
class NoBiasSum(_Layer):
    def backward(self, G):
        self.dW = self.X.T @ G
        self.db = G
        return G @ self.W.T


whole_cell(
    "Value",
    name="overwrites",
    hint="A number that is used twice gets a gradient from both sides.",
    source="""
    class Value:
        def __init__(self, data, parents=(), slopes=()):
            self.data, self.grad = data, 0.0
            self.parents, self.slopes = parents, slopes

        def __add__(self, other):
            return Value(self.data + other.data, (self, other), (1.0, 1.0))

        def __mul__(self, other):
            return Value(self.data * other.data, (self, other), (other.data, self.data))

        def backward(self, gradient=1.0):
            self.grad = gradient
            for parent, slope in zip(self.parents, self.slopes, strict=True):
                parent.backward(gradient * slope)
    """,
)
