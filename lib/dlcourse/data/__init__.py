"""Data sets of the course: made here, shipped with installed packages, or downloaded once.

gaussian circle xor spiral    points in the plane, in two classes
PLAYGROUND                    these four functions by name
truth_table                   the four points of a Boolean function
digits                        1,797 handwritten digits, shipped with scikit-learn
pets                          small pictures of cats and dogs
drawings                      five pictures to apply a kernel to
mnist text                    MNIST and tiny Shakespeare, with a fallback for offline use
sentences ANALOGIES           sentences from a small grammar, and the analogies in it
"""

from dlcourse.data._digits import digits
from dlcourse.data._downloads import Split, mnist, text
from dlcourse.data._drawings import drawings
from dlcourse.data._grammar import ANALOGIES, sentences
from dlcourse.data._pets import pets
from dlcourse.data._toy2d import PLAYGROUND, circle, gaussian, spiral, truth_table, xor

__all__ = [
    "ANALOGIES",
    "PLAYGROUND",
    "Split",
    "circle",
    "digits",
    "drawings",
    "gaussian",
    "mnist",
    "pets",
    "sentences",
    "spiral",
    "text",
    "truth_table",
    "xor",
]
