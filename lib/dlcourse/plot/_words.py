"""Finds room for words beside dots."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LETTER, _LINE, _GAP = 0.078, 0.15, 0.075  # inches: a letter's width, a line's height, to the dot

# Where a word may stand: across and up from its dot, in halves of its own size.
_SIDES = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]

Box = tuple[float, float, float, float]  # left, low, right, high


def placed(
    dots: NDArray[np.float64],
    words: Sequence[str],
    width: float,
    height: float,
    drawn: NDArray[np.float64],
) -> list[tuple[float, float, str]]:
    """Return where each word stands, in inches from the lower left corner of the axes.

    That is its left end, its middle or its right end, as the third value says ("left", …): letters
    are not equally wide, and the end at the dot is the one that must be right.

    Each word takes the side of its dot where least is covered: of words that stand already, of
    dots, of the axes' edge.

    Parameters
    ----------
    dots
        Where they are, shape (n, 2).
    words
        What is written beside them, of font size 9; "" needs no room.
    width, height
        Of the axes.
    drawn
        Other places that are not free, along lines, shape (m, 2).
    """
    taken: list[Box] = [(x - 0.04, y - 0.04, x + 0.04, y + 0.04) for x, y in [*dots, *drawn]]
    places = []
    for (x, y), word in zip(dots, words, strict=True):
        options = [_beside(x, y, len(word), side) for side in _SIDES]
        costs = [_cost(box, taken, width, height) + 1e-4 * i for i, box in enumerate(options)]
        best = int(np.argmin(costs))
        left, low, right, high = options[best]
        if word:
            taken.append(options[best])
        at = {1: (left, "left"), 0: (x, "center"), -1: (right, "right")}[_SIDES[best][0]]
        places.append((at[0], (low + high) / 2, at[1]))
    return places


def _beside(x: float, y: float, letters: int, side: tuple[int, int]) -> Box:
    half_width, half_height = _LETTER * letters / 2, _LINE / 2
    corner = 0.6 if all(side) else 1.0  # on a diagonal a word may come nearer
    x += side[0] * (half_width + corner * _GAP)
    y += side[1] * (half_height + corner * _GAP)
    return x - half_width, y - half_height, x + half_width, y + half_height


def _cost(box: Box, taken: Sequence[Box], width: float, height: float) -> float:
    """Return how many square inches of the box are not free; beyond the axes counts tenfold."""
    left, low, right, high = box
    outside = max(0, -left) + max(0, -low) + max(0, right - width) + max(0, high - height)
    covered = sum(
        max(0.0, min(right, other[2]) - max(left, other[0]))
        * max(0.0, min(high, other[3]) - max(low, other[1]))
        for other in taken
    )
    return covered + 10 * outside
