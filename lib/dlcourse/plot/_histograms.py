"""Draws how numbers are distributed."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._picture import Limits, Panel, Picture
from dlcourse.plot._style import COLOURS

_APART = 0.085  # of the axes' height, between two names


def histograms(
    samples: Mapping[str, ArrayLike] | ArrayLike,
    *,
    bins: int = 40,
    share: bool = True,
    logy: bool = False,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    caption: str = "",
    xlim: Limits = None,
) -> Picture:
    """Draw the distribution of one or more samples over one another, in common bins.

    Parameters
    ----------
    samples
        From a name to numbers of any shape; or the numbers of a single sample. What is not
        finite is left out.
    bins
        How many, over the range of all samples or over `xlim`.
    share
        Whether a bin's height is its part of the sample, so that samples of different sizes can
        be compared; otherwise it is how many.
    logy
        Whether the heights are logarithmic: for tails.
    title, xlabel, ylabel, caption, xlim
        As they say.
    """
    named = samples if isinstance(samples, Mapping) else {"": samples}
    numbers = {name: _finite(values) for name, values in named.items()}
    edges = np.histogram_bin_edges(np.concatenate(list(numbers.values())), bins, xlim)

    def draw(axes: Axes) -> None:
        tallest = 0.0
        for i, values in enumerate(numbers.values()):
            heights = np.histogram(values, edges)[0] / (max(1, values.size) if share else 1)
            tallest = max(tallest, float(heights.max(initial=0)))
            colour = COLOURS[i % len(COLOURS)]
            axes.stairs(heights, edges, fill=True, color=colour, alpha=0.16)
            dash = ("-", "--", ":", "-.")[i % 4]
            axes.stairs(heights, edges, color=colour, linewidth=1.8, linestyle=dash)
        if logy:
            axes.set_yscale("log")
        else:
            axes.set_ylim(0, 1.08 * tallest or 1)
        _names(axes, [name for name in numbers if name])

    label = ylabel or ("part of all" if share else "how many")
    return Picture((Panel(draw, title, xlabel, label, xlim, height=3.0),), caption=caption)


def _finite(values: ArrayLike) -> NDArray[np.float64]:
    flat = np.asarray(values, float).ravel()
    finite: NDArray[np.float64] = flat[np.isfinite(flat)]
    return finite


def _names(axes: Axes, names: list[str]) -> None:
    for i, name in enumerate(names):
        look: dict[str, Any] = {"color": COLOURS[i % len(COLOURS)], "weight": "bold"}
        axes.text(1.015, 0.95 - i * _APART, name, transform=axes.transAxes, va="center", **look)
