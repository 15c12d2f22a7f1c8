"""The dynamics of Catch for many games at once: how balls start and move, and the frames.

This module contains functions of arrays only; episodes and rewards are in `_catch`.
"""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

BRIGHT = 255  # value of a pixel that shows a ball or a paddle
REACH = 1  # pixels of the paddle on each side of its center
MAX_DRIFT = 1  # columns that a ball moves sideways in a step


def new_balls(
    n: int, size: int, drifts: bool, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """Return columns and drifts of n new balls, shape (n,) each; a drift is -1, 0 or 1."""
    column = rng.integers(size, size=n)
    drift = rng.integers(-MAX_DRIFT, MAX_DRIFT + 1, size=n)
    return column, drift if drifts else np.zeros_like(drift)


def move_balls(column: Integers, drift: Integers, size: int) -> tuple[Integers, Integers]:
    """Return columns and drifts after one step; balls bounce off the walls."""
    moved = column + drift
    outside = (moved < 0) | (moved >= size)
    reflected = np.where(moved < 0, -moved, 2 * (size - 1) - moved)
    return np.where(outside, reflected, moved), np.where(outside, -drift, drift)


def is_caught(column: Integers, paddle: Integers) -> NDArray[np.bool_]:
    """Return whether each ball is in a column of its paddle, shape (n,)."""
    is_near: NDArray[np.bool_] = np.abs(column - paddle) <= REACH
    return is_near


def render(column: Integers, row: Integers, paddle: Integers, size: int) -> NDArray[np.uint8]:
    """Return the frame of each game, shape (n, size, size), with bright balls and paddles."""
    frames = np.zeros((len(column), size, size), dtype=np.uint8)
    games = np.arange(len(column))
    for offset in range(-REACH, REACH + 1):
        frames[games, -1, paddle + offset] = BRIGHT
    frames[games, row, column] = BRIGHT
    return frames
