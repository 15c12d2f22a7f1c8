"""Draw small pictures of cats and dogs.

Colors, size and position vary in the same way for both, so only the shapes distinguish them.
"""

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float64]
Mask = NDArray[np.bool_]

_FINE = 4  # every pixel is the mean of 4 × 4 samples, which smooths the edges


def pets(
    n: int = 200, *, size: int = 32, wander: float = 0.0, night: bool = False, seed: int = 0
) -> tuple[Picture, NDArray[np.int64]]:
    """Return small pictures of cats (label 0) and dogs (label 1), half of each, in random order.

    Parameters
    ----------
    n
        Number of pictures; half of them, rounded down, are dogs.
    size
        Height and width in pixels.
    wander
        The largest distance of the head from the middle, as a fraction of the width: 0 is always
        in the middle, 0.2 is up to a fifth of the width away, in both directions.
    night
        Draw light fur on a dark background instead of dark fur on a light one.
    seed
        The same seed gives the same pictures.

    Returns
    -------
    X : array, shape (n, size, size, 3)
        Red, green and blue, between 0 and 1.
    y : array of 0 and 1, shape (n,)
    """
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n, dtype=np.int64) % 2)
    X = np.stack([_portrait(bool(label), size, wander, night, rng) for label in y])
    return X, y


def _portrait(
    is_dog: bool, size: int, wander: float, night: bool, rng: np.random.Generator
) -> Picture:
    """Return one picture, shape (size, size, 3)."""
    axis = np.linspace(-1, 1, size * _FINE)
    right, down = rng.uniform(-2 * wander, 2 * wander, 2)
    scale = rng.uniform(0.9, 1.1)
    x, y = np.meshgrid((axis - right) / scale, (axis - down) / scale)

    wall, fur = rng.uniform(0.7, 1.0, 3), rng.uniform(0.15, 0.5, 3)
    if night:
        wall, fur = fur * 0.5, wall
    picture = np.broadcast_to(wall, (*x.shape, 3)).copy()
    picture[_head(x, y) | (_floppy_ears(x, y) if is_dog else _pointed_ears(x, y))] = fur
    picture[_muzzle(x, y)] = 0.6 * fur + 0.4 * (fur if night else np.ones(3))
    picture[_eyes(x, y)] = (0.95, 0.95, 0.75)
    picture[_pupils(x, y) | _nose(x, y)] = 0.05
    coarse: Picture = picture.reshape(size, _FINE, size, _FINE, 3).mean(axis=(1, 3))
    return np.clip(coarse + rng.normal(scale=0.03, size=coarse.shape), 0, 1)


def _ellipse(x: Picture, y: Picture, at: tuple[float, float], radii: tuple[float, float]) -> Mask:
    inside: Mask = ((x - at[0]) / radii[0]) ** 2 + ((y - at[1]) / radii[1]) ** 2 <= 1
    return inside


def _head(x: Picture, y: Picture) -> Mask:
    return _ellipse(x, y, (0, 0.1), (0.5, 0.48))


def _pointed_ears(x: Picture, y: Picture) -> Mask:
    # A triangle on each side, from the head to its tip.
    height = (y + 0.75) / 0.65
    ears: Mask = (height > 0) & (height < 1) & (np.abs(np.abs(x) - 0.33) < 0.24 * height)
    return ears


def _floppy_ears(x: Picture, y: Picture) -> Mask:
    return _ellipse(np.abs(x), y, (0.56, 0.12), (0.15, 0.42))


def _muzzle(x: Picture, y: Picture) -> Mask:
    return _ellipse(x, y, (0, 0.33), (0.22, 0.17))


def _eyes(x: Picture, y: Picture) -> Mask:
    return _ellipse(np.abs(x), y, (0.2, -0.03), (0.09, 0.08))


def _pupils(x: Picture, y: Picture) -> Mask:
    return _ellipse(np.abs(x), y, (0.2, -0.03), (0.04, 0.06))


def _nose(x: Picture, y: Picture) -> Mask:
    return _ellipse(x, y, (0, 0.26), (0.08, 0.05))
