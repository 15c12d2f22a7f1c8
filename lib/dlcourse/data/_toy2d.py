"""Generate points in the plane, in two classes: the four data sets of the TensorFlow Playground.

All coordinates are between about -1.2 and 1.2. The geometry follows `src/dataset.ts` of
https://github.com/tensorflow/playground, scaled by 1/5.
"""

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Points = tuple[NDArray[np.float64], NDArray[np.int64]]

_TRUTH = {
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "nand": (1, 1, 1, 0),
    "nor": (1, 0, 0, 0),
    "xor": (0, 1, 1, 0),
    "xnor": (1, 0, 0, 1),
}
_GAP = 0.06  # free space beside the axes, so that classes without noise do not touch
_TURNS = 1.75  # of each spiral arm


def gaussian(n: int = 200, noise: float = 0.2, seed: int = 0) -> Points:
    """Return two clouds of points: class 1 around (0.4, 0.4), class 0 around (-0.4, -0.4).

    Parameters
    ----------
    n
        Number of points; half of them, rounded down, are of class 1.
    noise
        Standard deviation of each cloud.
    seed
        The same seed gives the same points.

    Returns
    -------
    X : array, shape (n, 2)
    y : array of 0 and 1, shape (n,)
    """
    rng = np.random.default_rng(seed)
    y = _labels(n, rng)
    centers = np.where(y[:, None] == 1, 0.4, -0.4)  # (n, 1)
    return centers + rng.normal(scale=noise, size=(n, 2)), y


def circle(n: int = 200, noise: float = 0.05, seed: int = 0) -> Points:
    """Return a disc of class 1 inside a ring of class 0.

    Parameters
    ----------
    n
        Number of points; half of them, rounded down, are of class 1.
    noise
        Standard deviation of the noise added to each coordinate.
    seed
        The same seed gives the same points.

    Returns
    -------
    X : array, shape (n, 2)
    y : array of 0 and 1, shape (n,)
    """
    rng = np.random.default_rng(seed)
    y = _labels(n, rng)
    radius = np.where(y == 1, rng.uniform(0, 0.5, n), rng.uniform(0.7, 1, n))
    angle = rng.uniform(0, 2 * np.pi, n)
    X = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return X + rng.normal(scale=noise, size=(n, 2)), y


def xor(n: int = 200, noise: float = 0.05, seed: int = 0) -> Points:
    """Return points of a square, of class 1 if exactly one coordinate is positive.

    With `noise=0` and `n=4`, return `truth_table("xor")`.

    Parameters
    ----------
    n
        Number of points; half of them, rounded down, are of class 1.
    noise
        Standard deviation of the noise added to each coordinate, after the class is decided.
    seed
        The same seed gives the same points.

    Returns
    -------
    X : array, shape (n, 2)
    y : array of 0 and 1, shape (n,)
    """
    if n == 4 and noise == 0:
        return truth_table("xor")
    rng = np.random.default_rng(seed)
    y = _labels(n, rng)
    X = rng.uniform(_GAP, 1, (n, 2))
    X[:, 0] *= rng.choice([-1, 1], n)
    X[:, 1] *= np.sign(X[:, 0]) * np.where(y == 1, -1, 1)
    return X + rng.normal(scale=noise, size=(n, 2)), y


def spiral(n: int = 200, noise: float = 0.03, seed: int = 0) -> Points:
    """Return points on two spiral arms that wind around each other for one and three quarter turns.

    Parameters
    ----------
    n
        Number of points; half of them, rounded down, are of class 1.
    noise
        Standard deviation of the noise added to each coordinate.
    seed
        The same seed gives the same points; without noise only their order depends on it.

    Returns
    -------
    X : array, shape (n, 2)
    y : array of 0 and 1, shape (n,)
    """
    rng = np.random.default_rng(seed)
    y = _labels(n, rng)
    along = np.empty(n)  # 0 in the middle, 1 at the end of the arm
    for label in (0, 1):
        of_this_arm = y == label
        along[of_this_arm] = np.linspace(0.05, 1, int(of_this_arm.sum()))
    angle = 2 * np.pi * _TURNS * along + np.pi * y
    X = along[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return X + rng.normal(scale=noise, size=(n, 2)), y


def truth_table(name: str) -> Points:
    """Return the truth table of a Boolean function: four inputs and their outputs.

    Parameters
    ----------
    name
        One of "and", "or", "nand", "nor", "xor", "xnor".

    Returns
    -------
    X : array, shape (4, 2)
        (0, 0), (0, 1), (1, 0), (1, 1).
    y : array of 0 and 1, shape (4,)

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> truth_table("xor")[1]
    array([0, 1, 1, 0])
    """
    if name not in _TRUTH:
        message = f"No Boolean function named {name!r}. Expected one of {', '.join(_TRUTH)}."
        raise ValueError(message)
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64)
    return X, np.array(_TRUTH[name], dtype=np.int64)


def _labels(n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return as many zeros as ones, one more zero if n is odd, in random order."""
    return rng.permutation(np.arange(n, dtype=np.int64) % 2)


PLAYGROUND: MappingProxyType[str, Callable[..., Points]] = MappingProxyType(
    {"gaussian": gaussian, "circle": circle, "xor": xor, "spiral": spiral}
)
