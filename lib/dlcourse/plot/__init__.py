"""Draws figures in the course's style; Matplotlib's own figures keep theirs.

    points decision_boundary line   classes in the plane
    scatter                         codes and embeddings, with names of classes or labels
    curves bars counts histograms   series, heights, frequencies
    images heatmap surface_path     arrays and functions as pictures
    confusion_matrix                the errors of a classifier
    animation                       frames with a play button and a slider
    colored_text                    letters colored by a value
    graph network                   computation graphs and networks of units
    side_by_side overlay picture    combining pictures, and making new ones
    use_style                       the course's style for figures of `matplotlib.pyplot`, too

Every function returns a `Picture` (`animation` an `Animation`, `colored_text` a `ColoredText`).
The last one in a cell is shown, `.show()` displays it at once, and `.figure()` returns a
Matplotlib figure.

These parameters have the same meaning in every function:

title, xlabel, ylabel
    Title and axis labels; "" for none. Formulas stand between dollar signs.
caption
    Text below the picture. It is part of the code and is read before the picture. Where readers
    are asked for a prediction, it must explain how to read the picture, not its result.
xlim, ylim
    Axis limits `(low, high)`; None to fit the data.
width, height
    Size in inches, including title and labels. Pictures are at most 8.4 inches wide.
"""

from dlcourse.plot import _style
from dlcourse.plot._animation import Animation, animation
from dlcourse.plot._bars import bars, counts
from dlcourse.plot._colored_text import ColoredText, colored_text
from dlcourse.plot._confusion_matrix import confusion_matrix
from dlcourse.plot._curves import curves
from dlcourse.plot._decision_boundary import decision_boundary
from dlcourse.plot._graph import graph, network
from dlcourse.plot._heatmap import heatmap
from dlcourse.plot._histograms import histograms
from dlcourse.plot._images import images
from dlcourse.plot._panel import Panel
from dlcourse.plot._picture import Picture, overlay, picture, side_by_side
from dlcourse.plot._points import line, points
from dlcourse.plot._scatter import scatter
from dlcourse.plot._style import BLUE, GOLD, GREEN, INK, ORANGE, PURPLE, SKY, use_style
from dlcourse.plot._surface_path import surface_path

__all__ = [
    "BLUE",
    "GOLD",
    "GREEN",
    "INK",
    "ORANGE",
    "PURPLE",
    "SKY",
    "Animation",
    "ColoredText",
    "Panel",
    "Picture",
    "animation",
    "bars",
    "colored_text",
    "confusion_matrix",
    "counts",
    "curves",
    "decision_boundary",
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
    "use_style",
]

_style.register_colormaps()
