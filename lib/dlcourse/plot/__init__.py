"""Pictures in the course's style; importing this also gives it to Matplotlib's own figures.

    points boundary line            classes in the plane
    curves counts                   series and how often
    images heatmap surface_path     arrays as pictures
    graph network                   boxes and arrows
    side_by_side overlay picture    putting panels together

Every function returns a `Picture`; the last one in a cell is shown, `.show()` shows it at once,
`.figure()` gives Matplotlib's figure.
"""

from dlcourse.plot import _style
from dlcourse.plot._boundary import boundary
from dlcourse.plot._graph import graph, network
from dlcourse.plot._grids import heatmap, images, surface_path
from dlcourse.plot._picture import Panel, Picture, overlay, picture, side_by_side
from dlcourse.plot._plane import line, points
from dlcourse.plot._series import counts, curves
from dlcourse.plot._style import BLUE, GOLD, GREEN, INK, ORANGE, PURPLE, SKY

__all__ = [
    "BLUE",
    "GOLD",
    "GREEN",
    "INK",
    "ORANGE",
    "PURPLE",
    "SKY",
    "Panel",
    "Picture",
    "boundary",
    "counts",
    "curves",
    "graph",
    "heatmap",
    "images",
    "line",
    "network",
    "overlay",
    "picture",
    "points",
    "side_by_side",
    "surface_path",
]

_style.apply()
