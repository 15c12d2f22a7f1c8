"""Computes positions for labels beside points, so that they cover as little as possible."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LETTER, _LINE, _GAP = 0.078, 0.15, 0.075  # inches: letter width, line height, gap to the point

# Candidate positions of a label: offsets from its point, in half widths and half heights.
_SIDES = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
_ALIGNMENTS = {1: "left", 0: "center", -1: "right"}

Box = tuple[float, float, float, float]  # left, bottom, right, top


def place_labels(
    points: NDArray[np.float64],
    labels: Sequence[str],
    width: float,
    height: float,
    obstacles: NDArray[np.float64],
) -> list[tuple[float, float, str]]:
    """Return the position of each label, in inches from the lower left corner of the axes.

    Each label takes the side of its point where it covers the least area of other labels, points
    and obstacles, and stays inside the axes.

    Parameters
    ----------
    points
        Positions of the points, shape (n, 2), in inches.
    labels
        Text of each label, in font size 9; "" needs no space.
    width, height
        Size of the axes in inches.
    obstacles
        Other positions to avoid, such as points along arrows, shape (m, 2), in inches.

    Returns
    -------
    list of (x, y, alignment)
        The alignment says whether x is the "left" end, the "center" or the "right" end of the
        label. Letter widths are only estimated, so the end beside the point must be the exact one.
    """
    taken: list[Box] = [(x - 0.04, y - 0.04, x + 0.04, y + 0.04) for x, y in [*points, *obstacles]]
    positions = []
    for (x, y), label in zip(points, labels, strict=True):
        candidates = [_box_beside(x, y, len(label), side) for side in _SIDES]
        costs = [_cost(box, taken, width, height) + 1e-4 * i for i, box in enumerate(candidates)]
        best = int(np.argmin(costs))
        left, bottom, right, top = candidates[best]
        if label:
            taken.append(candidates[best])
        side = _SIDES[best][0]
        positions.append(({1: left, 0: x, -1: right}[side], (bottom + top) / 2, _ALIGNMENTS[side]))
    return positions


def _box_beside(x: float, y: float, letters: int, side: tuple[int, int]) -> Box:
    half_width, half_height = _LETTER * letters / 2, _LINE / 2
    gap = _GAP * (0.6 if all(side) else 1.0)  # diagonal labels may be closer
    x += side[0] * (half_width + gap)
    y += side[1] * (half_height + gap)
    return x - half_width, y - half_height, x + half_width, y + half_height


def _cost(box: Box, taken: Sequence[Box], width: float, height: float) -> float:
    """Return the covered area in square inches, plus ten times the inches outside the axes."""
    left, bottom, right, top = box
    outside = max(0, -left) + max(0, -bottom) + max(0, right - width) + max(0, top - height)
    covered = sum(
        max(0.0, min(right, other[2]) - max(left, other[0]))
        * max(0.0, min(top, other[3]) - max(bottom, other[1]))
        for other in taken
    )
    return covered + 10 * outside
