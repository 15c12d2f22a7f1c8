"""Data of the course: made here, carried by installed packages, or downloaded once.

gaussian circle xor spiral PLAYGROUND    points in the plane, two classes
truth_table                              the four points of a Boolean function
digits                                   1,797 handwritten digits that scikit-learn carries
mnist text                               the real thing, with a carried fallback
sentences ANALOGIES                      a small grammar, in which words stand to each other alike
"""

from dlcourse.data._digits import digits
from dlcourse.data._large import Split, mnist, text
from dlcourse.data._points import PLAYGROUND, circle, gaussian, spiral, truth_table, xor
from dlcourse.data._sentences import ANALOGIES, sentences

__all__ = [
    "ANALOGIES",
    "PLAYGROUND",
    "Split",
    "circle",
    "digits",
    "gaussian",
    "mnist",
    "sentences",
    "spiral",
    "text",
    "truth_table",
    "xor",
]
