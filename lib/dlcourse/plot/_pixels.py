"""Turns numbers into colours, without a figure around them."""

from typing import Any

import numpy as np
from matplotlib.colors import Colormap
from numpy.typing import NDArray

from dlcourse.plot._style import DIVERGING, INKED


def coloured(stack: NDArray[Any], diverging: bool = False) -> NDArray[np.uint8]:
    """Return images with colours and opacity, shape (n, height, width, 4), on one common scale.

    Parameters
    ----------
    stack
        Shape (n, height, width), (…, 1) or, in colours already, (…, 3): then either bytes or
        numbers from 0 to 1.
    diverging
        Whether the sign matters.
    """
    if stack.ndim == 4 and stack.shape[-1] == 3:
        colours = stack if stack.dtype == np.uint8 else np.clip(stack, 0, 1) * 255
        opaque = np.full((*stack.shape[:-1], 1), 255)
        return np.concatenate([colours, opaque], axis=-1).astype(np.uint8)
    flat = np.asarray(stack[..., 0] if stack.ndim == 4 else stack, float)
    return with_map(flat, DIVERGING if diverging else INKED, *scale(flat, diverging))


def scale(z: NDArray[np.float64], diverging: bool) -> tuple[float, float]:
    """Return the values at the two ends of a common scale."""
    finite = z[np.isfinite(z)]
    low, high = float(finite.min(initial=0)), float(finite.max(initial=0))
    if diverging:
        most = max(abs(low), abs(high)) or 1.0
        return -most, most
    return low, high if high > low else low + 1.0


def with_map(z: NDArray[np.float64], colours: Colormap, low: float, high: float) -> NDArray[Any]:
    """Return the colours of numbers, as bytes, shape (…, 4)."""
    part = np.nan_to_num((z - low) / (high - low))
    found: NDArray[Any] = colours(np.clip(part, 0, 1), bytes=True)
    return found
