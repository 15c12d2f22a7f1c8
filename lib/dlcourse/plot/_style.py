"""The course's look: one picture that reads well on white paper and in a dark theme.

Transparent ground, grey ink (4.3:1 on white and on black), saturated data, surfaces that fade to
nothing in the middle. Classes and series differ in colour *and* shape; the colours are close to
those of M. Okabe and K. Ito (2008), told apart by every kind of colour vision.
"""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.colors import LinearSegmentedColormap, to_rgb

INK = "#787878"
BLUE, ORANGE, GREEN, PURPLE = "#0C83C8", "#E0661B", "#0B9E77", "#B9609B"
GOLD, SKY = "#B88A00", "#4FA3D9"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, GOLD, SKY)
MARKERS = ("o", "s", "^", "D", "v", "P")

# Of two classes the lower (0, or -1) is an orange square, the upper (1) a blue circle.
CLASS_COLOURS = (ORANGE, BLUE, GREEN, PURPLE, GOLD, SKY)
CLASS_MARKERS = ("s", "o", "^", "D", "v", "P")

DPI = 110
SHARPER = 1.5  # pixels are drawn this much finer than shown, for dense screens
WIDEST = 8.4  # inches: as wide as the text

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
    "axes.prop_cycle": cycler(color=COLOURS),
    "image.cmap": "course.ink",
}


def _fading(
    name: str, *stops: tuple[str, float], at: Sequence[float] | None = None
) -> LinearSegmentedColormap:
    """Return a colour map through colours with their opacities, evenly spaced without `at`."""
    colours = [(*to_rgb(colour), alpha) for colour, alpha in stops]
    return LinearSegmentedColormap.from_list(
        name, colours if at is None else list(zip(at, colours, strict=True))
    )


# Weights near zero must stay visible, so this one has no empty middle, only an empty point.
DIVERGING = _fading(
    "course.diverging", (ORANGE, 0.95), (ORANGE, 0), (BLUE, 0), (BLUE, 0.95), at=(0, 0.5, 0.5, 1)
)
SURFACE = _fading("course.surface", (ORANGE, 0.55), (ORANGE, 0), (BLUE, 0), (BLUE, 0.55))
SEQUENTIAL = _fading("course.sequential", (BLUE, 0), (BLUE, 0.9))
INKED = _fading("course.ink", (INK, 0), (INK, 1))


def apply() -> None:
    """Make the course's look that of every figure drawn from now on."""
    for colours in (DIVERGING, SURFACE, SEQUENTIAL, INKED):
        mpl.colormaps.register(colours, force=True)
    mpl.rcParams.update(STYLE)
