"""Pictures in the course's style; importing this also gives it to Matplotlib's own figures.

    points boundary line            classes in the plane
    scatter                         codes and embeddings, with the names of classes or words
    curves bars counts histograms   series, heights, how often
    images heatmap surface_path     arrays as pictures
    confusion                       what a classifier takes for what
    animation                       frames with a button to play and a slider
    coloured_text                   letters coloured by a value
    graph network                   boxes and arrows
    side_by_side overlay picture    putting panels together

A caption is read before its picture, since it stands in the code. Where the reader was asked to
predict, it says how to read the picture; what there is to see is said below, or computed into it.

Every function returns a `Picture`; the last one in a cell is shown, `.show()` shows it at once,
`.figure()` gives Matplotlib's figure.
"""

from dlcourse.plot import _style
from dlcourse.plot._bars import bars
from dlcourse.plot._boundary import boundary
from dlcourse.plot._confusion import confusion
from dlcourse.plot._film import Film, animation
from dlcourse.plot._graph import graph, network
from dlcourse.plot._grids import heatmap, images
from dlcourse.plot._histograms import histograms
from dlcourse.plot._picture import Panel, Picture, overlay, picture, side_by_side
from dlcourse.plot._plane import line, points
from dlcourse.plot._scatter import scatter
from dlcourse.plot._series import counts, curves
from dlcourse.plot._style import BLUE, GOLD, GREEN, INK, ORANGE, PURPLE, SKY
from dlcourse.plot._surface import surface_path
from dlcourse.plot._text import ColouredText, coloured_text

__all__ = [
    "BLUE",
    "GOLD",
    "GREEN",
    "INK",
    "ORANGE",
    "PURPLE",
    "SKY",
    "ColouredText",
    "Film",
    "Panel",
    "Picture",
    "animation",
    "bars",
    "boundary",
    "coloured_text",
    "confusion",
    "counts",
    "curves",
    "graph",
    "heatmap",
    "histograms",
    "images",
    "line",
    "network",
    "overlay",
    "picture",
    "points",
    "scatter",
    "side_by_side",
    "surface_path",
]

_style.apply()
