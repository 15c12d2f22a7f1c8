"""The network of the playground in NumPy; playground_net.js computes the same numbers.

It is used for the static picture. A test compares the two implementations.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEATURES: MappingProxyType[str, Callable[[Array], Array]] = MappingProxyType(
    {
        "x1": lambda X: X[:, 0],
        "x2": lambda X: X[:, 1],
        "x1²": lambda X: X[:, 0] ** 2,
        "x2²": lambda X: X[:, 1] ** 2,
        "x1x2": lambda X: X[:, 0] * X[:, 1],
        "sin 5x1": lambda X: np.sin(5 * X[:, 0]),
        "sin 5x2": lambda X: np.sin(5 * X[:, 1]),
    }
)

ACTIVATIONS: MappingProxyType[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = (
    MappingProxyType(  # the activation, and its derivative as a function of its value
        {
            "tanh": (np.tanh, lambda a: 1 - a**2),
            "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(float)),
            "sigmoid": (lambda z: _logistic(z), lambda a: a * (1 - a)),
            "linear": (lambda z: z, np.ones_like),
        }
    )
)

PENALTIES = ("none", "L1", "L2")


@dataclass(frozen=True)
class Settings:
    """Settings of the network and of its training."""

    features: tuple[str, ...] = ("x1", "x2")
    hidden: tuple[int, ...] = (4, 2)
    activation: str = "tanh"
    rate: float = 0.1
    penalty: str = "none"
    penalty_rate: float = 0.0
    batch: int = 10
    seed: int = 0


@dataclass
class Net:
    """Weights [W1, b1, W2, b2, ...] and the random generator that shuffles the examples."""

    weights: list[Array]
    random: Iterator[float]
    epoch: int = 0
    losses: list[tuple[float, float]] = field(default_factory=list)


def generator(seed: int) -> Iterator[float]:
    """Yield random numbers in [0, 1) by mulberry32, as JavaScript does for the same seed."""
    state = seed & 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((state ^ (state >> 15)) * (state | 1)) & 0xFFFFFFFF
        t ^= (t + (t ^ (t >> 7)) * (t | 61)) & 0xFFFFFFFF
        yield ((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296


def inputs(X: Array, features: Sequence[str]) -> Array:
    """Return the selected features of points, shape (n, 2) -> (n, n_features)."""
    return np.stack([FEATURES[name](X) for name in features], axis=1)


def start(settings: Settings) -> Net:
    """Return an untrained network with Glorot's uniform weights and zero biases."""
    random = generator(settings.seed)
    weights: list[Array] = []
    for n_in, n_out in pairwise([len(settings.features), *settings.hidden, 1]):
        reach = np.sqrt(6 / (n_in + n_out))
        draws = [reach * (2 * next(random) - 1) for _ in range(n_in * n_out)]
        weights += [np.array(draws).reshape(n_in, n_out), np.zeros(n_out)]
    return Net(weights, random)


def forward(weights: Sequence[Array], activation: str, features: Array) -> list[Array]:
    """Return the outputs of all layers, from the inputs to the probabilities, shape (n, 1)."""
    f = ACTIVATIONS[activation][0]
    layers = [features]
    for i in range(0, len(weights), 2):
        Z = layers[-1] @ weights[i] + weights[i + 1]
        layers.append(_logistic(Z) if i + 2 == len(weights) else f(Z))
    return layers


def train_epoch(net: Net, settings: Settings, features: Array, labels: NDArray[np.int64]) -> None:
    """Train for one epoch: all examples once, in random order and in minibatches."""
    order = np.arange(len(labels))
    for i in range(len(order) - 1, 0, -1):
        j = int(next(net.random) * (i + 1))
        order[i], order[j] = order[j], order[i]
    for begin in range(0, len(order), settings.batch):
        batch = order[begin : begin + settings.batch]
        _step(net.weights, settings, features[batch], labels[batch])
    net.epoch += 1


def log_loss(weights: Sequence[Array], activation: str, features: Array, labels: Any) -> float:
    """Return the mean log loss, without the penalty."""
    p = forward(weights, activation, features)[-1][:, 0]
    return float(-np.log(np.maximum(np.where(labels == 1, p, 1 - p), 1e-12)).mean())


def _step(weights: list[Array], settings: Settings, features: Array, labels: Any) -> None:
    derivative = ACTIVATIONS[settings.activation][1]
    layers = forward(weights, settings.activation, features)
    error = layers[-1] - labels[:, None]  # p - y: the gradient of log loss and logistic unit
    steps: list[tuple[int, Array, Array]] = []
    for i in range(len(weights) - 2, -1, -2):
        below = layers[i // 2]
        steps.append((i, below.T @ error / len(labels), error.mean(axis=0)))
        error = error @ weights[i].T * derivative(below)
    for i, for_W, for_b in steps:
        moved = weights[i] - settings.rate * for_W
        weights[i] = _apply_penalty(moved, weights[i], settings)
        weights[i + 1] = weights[i + 1] - settings.rate * for_b


def _apply_penalty(moved: Array, weights: Array, settings: Settings) -> Array:
    """Return the moved weights after the penalty.

    L2 subtracts a fraction of the weights; L1 subtracts a constant, but does not cross zero.
    """
    amount = settings.rate * settings.penalty_rate
    if settings.penalty == "L2":
        return moved - amount * weights
    if settings.penalty == "L1":
        return np.sign(moved) * np.maximum(np.abs(moved) - amount, 0)
    return moved


def _logistic(z: Any) -> Any:
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))
