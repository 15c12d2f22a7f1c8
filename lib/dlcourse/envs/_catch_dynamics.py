"""The rules of Catch for many games at once: where balls start, how they fall, what is seen.

Knows arrays only; games, episodes and rewards are in `_catch`.
"""

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]

BRIGHT = 255
REACH = 1  # pixels that the paddle covers to either side of its middle
FASTEST = 1  # columns that a ball drifts in a step, at most


def dropped(n: int, size: int, drifts: bool, rng: np.random.Generator) -> tuple[Whole, Whole]:
    """Return the columns of n new balls, and by how many each drifts in a step: -1, 0 or 1."""
    column = rng.integers(size, size=n)
    drift = rng.integers(-FASTEST, FASTEST + 1, size=n)
    return column, drift if drifts else np.zeros_like(drift)


def fallen(column: Whole, drift: Whole, size: int) -> tuple[Whole, Whole]:
    """Return columns and drifts one step later: at a wall the ball turns back."""
    moved = column + drift
    outside = (moved < 0) | (moved >= size)
    mirrored = np.where(moved < 0, -moved, 2 * (size - 1) - moved)
    return np.where(outside, mirrored, moved), np.where(outside, -drift, drift)


def caught(column: Whole, paddle: Whole) -> NDArray[np.bool_]:
    """Return which balls are above a paddle."""
    near: NDArray[np.bool_] = np.abs(column - paddle) <= REACH
    return near


def seen(column: Whole, row: Whole, paddle: Whole, size: int) -> NDArray[np.uint8]:
    """Return the pictures of the games, shape (n, size, size): ball and paddle are bright."""
    frames = np.zeros((len(column), size, size), dtype=np.uint8)
    games = np.arange(len(column))
    for beside in range(-REACH, REACH + 1):
        frames[games, -1, paddle + beside] = BRIGHT
    frames[games, row, column] = BRIGHT
    return frames
