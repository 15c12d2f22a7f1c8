"""Draws histograms."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from dlcourse.plot._panel import Limits, Panel
from dlcourse.plot._picture import Picture
from dlcourse.plot._style import COLORS

_NAME_DISTANCE = 0.085  # between two names, as a fraction of the axes' height


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
    """Draw the histograms of one or more samples over each other, with common bins.

    Parameters
    ----------
    samples
        Numbers of each sample by name, any shape; or the numbers of a single sample. Numbers that
        are not finite are ignored.
    bins
        Number of bins, over the range of all samples or over `xlim`.
    share
        Whether the height of a bin is its fraction of the sample, which makes samples of
        different sizes comparable; otherwise it is the count.
    logy
        Whether the heights are logarithmic, to show tails.
    title, xlabel, ylabel, caption, xlim
        Texts and limits; see `dlcourse.plot`.
    """
    named = samples if isinstance(samples, Mapping) else {"": samples}
    numbers = {name: _finite(values) for name, values in named.items()}
    edges = np.histogram_bin_edges(np.concatenate(list(numbers.values())), bins, xlim)

    def draw(axes: Axes) -> None:
        tallest = 0.0
        for i, values in enumerate(numbers.values()):
            heights = np.histogram(values, edges)[0] / (max(1, values.size) if share else 1)
            tallest = max(tallest, float(heights.max(initial=0)))
            color = COLORS[i % len(COLORS)]
            axes.stairs(heights, edges, fill=True, color=color, alpha=0.16)
            dash = ("-", "--", ":", "-.")[i % 4]
            axes.stairs(heights, edges, color=color, linewidth=1.8, linestyle=dash)
        if logy:
            axes.set_yscale("log")
        else:
            axes.set_ylim(0, 1.08 * tallest or 1)
        _write_names(axes, [name for name in numbers if name])

    label = ylabel or ("fraction" if share else "count")
    return Picture((Panel(draw, title, xlabel, label, xlim, height=3.0),), caption=caption)


def _finite(values: ArrayLike) -> NDArray[np.float64]:
    flat = np.asarray(values, float).ravel()
    finite: NDArray[np.float64] = flat[np.isfinite(flat)]
    return finite


def _write_names(axes: Axes, names: list[str]) -> None:
    for i, name in enumerate(names):
        style: dict[str, Any] = {"color": COLORS[i % len(COLORS)], "weight": "bold", "va": "center"}
        axes.text(1.015, 0.95 - i * _NAME_DISTANCE, name, transform=axes.transAxes, **style)
