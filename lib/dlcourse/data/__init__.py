"""Data of the course: made here, carried by installed packages, or downloaded once.

gaussian circle xor spiral PLAYGROUND    points in the plane, two classes
truth_table                              the four points of a Boolean function
digits                                   1,797 handwritten digits that scikit-learn carries
mnist text                               the real thing, with a carried fallback
"""

from dlcourse.data._digits import digits
from dlcourse.data._large import Split, mnist, text
from dlcourse.data._points import PLAYGROUND, circle, gaussian, spiral, truth_table, xor

__all__ = [
    "PLAYGROUND",
    "Split",
    "circle",
    "digits",
    "gaussian",
    "mnist",
    "spiral",
    "text",
    "truth_table",
    "xor",
]
