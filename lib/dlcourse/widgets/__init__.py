"""Experiments that live in the notebook, and leave a picture where nothing is live.

    separating_line     a line moved through points: how many can it get right?
    perceptron_rule     Rosenblatt's rule, one mistake after another
    descent             gradient descent on a landscape of one weight and one bias

Each is a file of its own with its JavaScript beside it: numbers in Python, drawing in the browser.
"""

from dlcourse.widgets.descent import descent
from dlcourse.widgets.perceptron_rule import perceptron_rule
from dlcourse.widgets.separating_line import separating_line

__all__ = ["descent", "perceptron_rule", "separating_line"]
