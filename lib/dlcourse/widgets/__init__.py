"""Experiments that live in the notebook, and leave a picture where nothing is live.

    separating_line     a line moved through points: how many can it get right?
    gradient_dial       depth, activation and weights against the gradient of every layer
    optimiser_race      descent, momentum, Adam and others down a ravine
    perceptron_rule     Rosenblatt's rule, one mistake after another
    descent             gradient descent on a landscape of one weight and one bias

Each is a file of its own with its JavaScript beside it: numbers in Python, drawing in the browser.
"""

from dlcourse.widgets.descent import descent
from dlcourse.widgets.gradient_dial import gradient_dial
from dlcourse.widgets.optimiser_race import optimiser_race
from dlcourse.widgets.perceptron_rule import perceptron_rule
from dlcourse.widgets.separating_line import separating_line

__all__ = [
    "descent",
    "gradient_dial",
    "optimiser_race",
    "perceptron_rule",
    "separating_line",
]
