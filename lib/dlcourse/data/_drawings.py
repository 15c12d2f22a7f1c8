"""Draw small pictures to apply a kernel to: two digits, a curve, a mouse, a landscape."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dlcourse.data._digits import digits

Picture = NDArray[np.float64]

_SIZE = 36  # height and width of the drawings, in pixels


def drawings() -> dict[str, Picture]:
    """Return five pictures by name, each between 0 (paper) and 1 (ink), shape (height, width).

    They are drawn here or shipped with scikit-learn; nothing is downloaded.

    Examples
    --------
    >>> sorted(drawings())
    ['a curve', 'a landscape', 'a mouse', 'a seven', 'a three']
    """
    scans, labels = digits(28)
    first = {digit: scans[np.flatnonzero(labels == digit)[1]].round(3) for digit in (3, 7)}
    return {
        "a mouse": _mouse(),
        "a curve": _curve(),
        "a three": first[3],
        "a seven": first[7],
        "a landscape": _landscape(),
    }


def _curve() -> Picture:
    """Return a large arc, open to the lower right."""
    turn = np.linspace(np.pi, 1.5 * np.pi, 30)
    return _drawn([(30 + 22 * np.sin(turn), 30 + 22 * np.cos(turn))])


def _mouse() -> Picture:
    """Return the outline of a mouse that faces left."""
    half, round_ = np.linspace(np.pi, 2 * np.pi, 30), np.linspace(0, 2 * np.pi, 30)
    back = (27 + 15 * np.sin(half), 17 + 12 * np.cos(half))
    belly = (np.array([27.0, 27.0]), np.array([5.0, 29.0]))
    ear = (12 + 3.6 * np.sin(round_), 11 + 3.6 * np.cos(round_))
    eye = (22 + 0.3 * np.sin(round_), 9 + 0.3 * np.cos(round_))
    s = np.linspace(0, 1, 20)
    tail = (27 - 9 * s**2, 29 + 5 * np.sin(2.2 * s))
    return _drawn([back, belly, ear, eye, tail])


def _landscape() -> Picture:
    """Return a picture in shades of gray: a sky that fades, a sun, hills, a house, grass."""
    down, right = np.mgrid[:_SIZE, :_SIZE] / (_SIZE - 1)
    scene: Picture = 0.35 - 0.3 * down
    scene[np.hypot(down - 0.2, right - 0.75) < 0.11] = 0.0
    scene[down > 0.55 - 0.13 * np.sin(5 * right + 0.6)] = 0.5
    ground = down > 0.72 + 0.04 * right
    grass = 0.72 + 0.12 * np.sin(40 * right + 9 * down) * np.cos(33 * down)
    scene[ground] = grass[ground]
    scene[(down > 0.5) & (down < 0.82) & (right > 0.18) & (right < 0.45)] = 0.15
    scene[(down > 0.36) & (down <= 0.5) & (np.abs(right - 0.315) < down - 0.34)] = 0.9
    scene[(down > 0.64) & (down < 0.82) & (right > 0.28) & (right < 0.36)] = 0.85
    rounded: Picture = scene.round(3)
    return rounded


def _drawn(strokes: Sequence[tuple[Picture, Picture]], width: float = 1.1) -> Picture:
    """Return strokes through points (rows, columns), with soft edges."""
    pixels = np.moveaxis(np.mgrid[:_SIZE, :_SIZE], 0, -1).reshape(-1, 1, 2).astype(float)
    far = np.full(_SIZE * _SIZE, np.inf)
    for rows, columns in strokes:
        points = np.stack([rows, columns], axis=-1)
        start, step = points[:-1], np.diff(points, axis=0)
        length = np.maximum((step**2).sum(axis=-1), 1e-9)
        along = (((pixels - start) * step).sum(axis=-1) / length).clip(0, 1)  # (pixels, pieces)
        apart = np.linalg.norm(start + along[..., None] * step - pixels, axis=-1)
        far = np.minimum(far, apart.min(axis=1))
    ink: Picture = (1.5 * width - far).clip(0, 1).reshape(_SIZE, _SIZE).round(3)
    return ink
