"""Experiments that live in the notebook, and leave a picture where nothing is live.

    separating_line     a line moved through points: how many can it get right?
    vanishing_gradient       depth, activation and weights against the gradient of every layer
    optimizer_comparison      descent, momentum, Adam and others down a ravine
    perceptron_rule     Rosenblatt's rule, one mistake after another
    descent             gradient descent on a landscape of one weight and one bias
    q_learning          a table that learns a maze, step by step
    playground          a small network trained in the browser, with all its units to look into
    filter_explorer     a kernel to edit, a picture, and the feature map that they make
    latent_plane        a point moved through a latent plane, and what a decoder paints for it
    lstm_gates           the gates of an LSTM cell, and what it keeps over time
    writer              a trained character model that writes, at a temperature to choose

Each is a file of its own with its JavaScript beside it: numbers in Python, drawing in the browser.
Both halves are built from parts: in Python `_esm = script(__file__)` (`_script`) joins
`_common.js` and the widget's own script, and `with_still` (`_still`) adds the picture. In
JavaScript `_common.js` gives, for every script to use without declaring them again,

    stage controls drawing canvas described     the frame, its control column, what it shows
    slider choice buttons button status say     controls with labels, which keep their keys
    send                                        values to the kernel
    node element tidy classMark                 SVG, HTML, a number, a point of a class
    BLUE ORANGE … INK COLORS                   the colors of `dlcourse.plot`

and the style of all that. `stage(el, "dial", { style })` takes a widget's own CSS: declarations
(such as `--words` and `--value`, the widths of a control's columns) and rules (`.count { … }`) for
this frame alone. `vanishing_gradient.js` is the shortest example; `shown` in tests/dlcourse/conftest.py
puts a widget on a page of a browser, and test_widgets_common.py has the facts that all keep.
"""

from dlcourse.widgets.gradient_descent import descent
from dlcourse.widgets.filter_explorer import filter_explorer
from dlcourse.widgets.lstm_gates import lstm_gates
from dlcourse.widgets.vanishing_gradient import vanishing_gradient
from dlcourse.widgets.latent_plane import latent_plane
from dlcourse.widgets.optimizer_comparison import optimizer_comparison
from dlcourse.widgets.perceptron_rule import perceptron_rule
from dlcourse.widgets.playground import playground
from dlcourse.widgets.q_learning import q_learning
from dlcourse.widgets.separating_line import separating_line
from dlcourse.widgets.text_generator import writer

__all__ = [
    "descent",
    "filter_explorer",
    "lstm_gates",
    "vanishing_gradient",
    "latent_plane",
    "optimizer_comparison",
    "perceptron_rule",
    "playground",
    "q_learning",
    "separating_line",
    "writer",
]
