"""Converts arrays of numbers to colors, without a figure."""

from typing import Any

import numpy as np
from matplotlib.colors import Colormap
from numpy.typing import NDArray

from dlcourse.plot._style import DIVERGING, INKED


def images_to_rgba(stack: NDArray[Any], diverging: bool = False) -> NDArray[np.uint8]:
    """Convert images to RGBA bytes, shape (n, height, width, 4), with one scale for all images.

    Parameters
    ----------
    stack
        Gray images, shape (n, height, width) or (n, height, width, 1); or RGB images, shape
        (n, height, width, 3), as bytes or as numbers between 0 and 1.
    diverging
        Whether the sign of gray values matters: orange below zero, blue above.
    """
    if stack.ndim == 4 and stack.shape[-1] == 3:
        colors = stack if stack.dtype == np.uint8 else np.clip(stack, 0, 1) * 255
        opaque = np.full((*stack.shape[:-1], 1), 255)
        return np.concatenate([colors, opaque], axis=-1).astype(np.uint8)
    gray = np.asarray(stack[..., 0] if stack.ndim == 4 else stack, float)
    low, high = value_range(gray, diverging=diverging)
    return to_rgba(gray, DIVERGING if diverging else INKED, low, high)


def value_range(
    values: NDArray[Any], low: float | None = None, high: float | None = None, *, diverging: bool
) -> tuple[float, float]:
    """Return the values at the lower and upper end of a color scale; the upper one is larger.

    Parameters
    ----------
    values
        Numbers of any shape; values that are not finite are ignored.
    low, high
        The ends, if they are given; otherwise the smallest value, and the largest value or 0.
    diverging
        Whether the scale must be symmetric about zero.
    """
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    top = float(finite.max(initial=0) if high is None else high)
    bottom = float(finite.min(initial=top) if low is None else low)
    if diverging:
        largest = max(abs(top), abs(bottom), 1e-12)
        return -largest, largest
    return (bottom, top) if top > bottom else (bottom, bottom + 1)


def to_rgba(
    values: NDArray[np.float64], colormap: Colormap, low: float, high: float
) -> NDArray[np.uint8]:
    """Return the colors of numbers as RGBA bytes, shape (..., 4), on a scale from low to high."""
    fraction = np.nan_to_num((values - low) / (high - low))
    colors: NDArray[np.uint8] = colormap(np.clip(fraction, 0, 1), bytes=True)
    return colors
