"""Colors, markers, sizes and Matplotlib settings of the course's figures.

A figure must be readable on white paper and in a dark theme: the background is transparent, text
and axes are gray (contrast 4.3:1 on white and on black), data have saturated colors, and the
diverging colormaps become transparent in the middle. Classes and curves differ in color *and*
shape; the colors are close to those of M. Okabe and K. Ito (2008), which people with any kind of
color vision can distinguish.
"""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.colors import LinearSegmentedColormap, to_rgb

INK = "#787878"
BLUE, ORANGE, GREEN, PURPLE = "#0C83C8", "#E0661B", "#0B9E77", "#B9609B"
GOLD, SKY = "#B88A00", "#4FA3D9"
COLORS = (BLUE, ORANGE, GREEN, PURPLE, GOLD, SKY)
MARKERS = ("o", "s", "^", "D", "v", "P")

# With two classes, the lower one (0 or -1) is an orange square, the upper one (1) a blue circle.
CLASS_COLORS = (ORANGE, BLUE, GREEN, PURPLE, GOLD, SKY)
CLASS_MARKERS = ("s", "o", "^", "D", "v", "P")

DPI = 110
OVERSAMPLING = 1.5  # drawn pixels per displayed pixel, for high-resolution screens
MAX_WIDTH = 8.4  # inches: the width of the text

STYLE: dict[str, Any] = {
    "figure.facecolor": "none",
    "figure.dpi": DPI,
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.labelsize": 10,
    "font.size": 10,
    "axes.grid": True,
    "grid.color": INK,
    "grid.alpha": 0.18,
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "lines.linewidth": 2.2,
    "axes.prop_cycle": cycler(color=COLORS),
    "image.cmap": "course.ink",
}


def _colormap(
    name: str, *stops: tuple[str, float], at: Sequence[float] | None = None
) -> LinearSegmentedColormap:
    """Return a colormap that interpolates `(color, opacity)` stops, evenly spaced without `at`."""
    colors = [(*to_rgb(color), alpha) for color, alpha in stops]
    return LinearSegmentedColormap.from_list(
        name, colors if at is None else list(zip(at, colors, strict=True))
    )


# Small weights must stay visible: the two colors meet at full transparency only at zero itself.
DIVERGING = _colormap(
    "course.diverging", (ORANGE, 0.95), (ORANGE, 0), (BLUE, 0), (BLUE, 0.95), at=(0, 0.5, 0.5, 1)
)
SURFACE = _colormap("course.surface", (ORANGE, 0.55), (ORANGE, 0), (BLUE, 0), (BLUE, 0.55))
SEQUENTIAL = _colormap("course.sequential", (BLUE, 0), (BLUE, 0.9))
INKED = _colormap("course.ink", (INK, 0), (INK, 1))


def register_colormaps() -> None:
    """Give Matplotlib the colormaps, which the style names; figures of others stay as they are."""
    for colormap in (DIVERGING, SURFACE, SEQUENTIAL, INKED):
        mpl.colormaps.register(colormap, force=True)


def use_style() -> None:
    """Use the course's style in all Matplotlib figures drawn from now on, not only in pictures.

    `matplotlib.rcdefaults()` goes back to Matplotlib's own style.
    """
    mpl.rcParams.update(STYLE)
