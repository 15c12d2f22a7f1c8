"""The playground's network in NumPy: the twin of playground_net.js, number for number.

It draws the picture where no browser is, and a test holds the two against each other. It knows
nothing of widgets.
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
    MappingProxyType(  # the activation, and its slope told from its value
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
    """What the reader chooses, as far as training is concerned."""

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
    """Weights [W1, b1, W2, b2, …], and the generator that goes on shuffling."""

    weights: list[Array]
    random: Iterator[float]
    epoch: int = 0
    losses: list[tuple[float, float]] = field(default_factory=list)


def generator(seed: int) -> Iterator[float]:
    """Yield numbers in [0, 1): mulberry32, the same as in JavaScript for the same seed."""
    state = seed & 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((state ^ (state >> 15)) * (state | 1)) & 0xFFFFFFFF
        t ^= (t + (t ^ (t >> 7)) * (t | 61)) & 0xFFFFFFFF
        yield ((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296


def inputs(X: Array, features: Sequence[str]) -> Array:
    """Return the chosen features of points, shape (n, 2) -> (n, n_features)."""
    return np.stack([FEATURES[name](X) for name in features], axis=1)


def start(settings: Settings) -> Net:
    """Return an untrained net: Glorot's uniform weights, biases zero."""
    random = generator(settings.seed)
    weights: list[Array] = []
    for n_in, n_out in pairwise([len(settings.features), *settings.hidden, 1]):
        reach = np.sqrt(6 / (n_in + n_out))
        draws = [reach * (2 * next(random) - 1) for _ in range(n_in * n_out)]
        weights += [np.array(draws).reshape(n_in, n_out), np.zeros(n_out)]
    return Net(weights, random)


def answers(weights: Sequence[Array], activation: str, features: Array) -> list[Array]:
    """Return what every layer answers, the inputs first; the last are probabilities (n, 1)."""
    bend = ACTIVATIONS[activation][0]
    layers = [features]
    for i in range(0, len(weights), 2):
        Z = layers[-1] @ weights[i] + weights[i + 1]
        layers.append(_logistic(Z) if i + 2 == len(weights) else bend(Z))
    return layers


def train_epoch(net: Net, settings: Settings, features: Array, labels: NDArray[np.int64]) -> None:
    """Take the net once through all examples, in a new order and in minibatches."""
    order = np.arange(len(labels))
    for i in range(len(order) - 1, 0, -1):
        j = int(next(net.random) * (i + 1))
        order[i], order[j] = order[j], order[i]
    for at in range(0, len(order), settings.batch):
        batch = order[at : at + settings.batch]
        _step(net.weights, settings, features[batch], labels[batch])
    net.epoch += 1


def log_loss(weights: Sequence[Array], activation: str, features: Array, labels: Any) -> float:
    """Return the mean log-loss, without the penalty."""
    p = answers(weights, activation, features)[-1][:, 0]
    return float(-np.log(np.maximum(np.where(labels == 1, p, 1 - p), 1e-12)).mean())


def _step(weights: list[Array], settings: Settings, features: Array, labels: Any) -> None:
    slope = ACTIVATIONS[settings.activation][1]
    layers = answers(weights, settings.activation, features)
    error = layers[-1] - labels[:, None]  # p - y: log-loss and logistic unit together
    steps: list[tuple[int, Array, Array]] = []
    for i in range(len(weights) - 2, -1, -2):
        below = layers[i // 2]
        steps.append((i, below.T @ error / len(labels), error.mean(axis=0)))
        error = error @ weights[i].T * slope(below)
    for i, for_W, for_b in steps:
        moved = weights[i] - settings.rate * for_W
        weights[i] = _pulled(moved, weights[i], settings)
        weights[i + 1] = weights[i + 1] - settings.rate * for_b


def _pulled(moved: Array, weights: Array, settings: Settings) -> Array:
    """Apply the penalty: L2 shrinks by a part, L1 by a length, and stops at zero."""
    pull = settings.rate * settings.penalty_rate
    if settings.penalty == "L2":
        return moved - pull * weights
    if settings.penalty == "L1":
        return np.sign(moved) * np.maximum(np.abs(moved) - pull, 0)
    return moved


def _logistic(z: Any) -> Any:
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))
