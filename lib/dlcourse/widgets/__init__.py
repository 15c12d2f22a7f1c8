"""Interactive widgets for notebooks, with a static picture for pages that cannot run them.

    separating_line         move a line to separate two classes of points
    perceptron_rule         step through the training of a perceptron
    gradient_descent        run gradient descent on the loss of one weight and one bias
    vanishing_gradient      the gradient of each layer, by depth, activation and weight scale
    optimizer_comparison    optimizers on the same loss surface
    playground              train a small network and inspect its units
    filter_explorer         edit a convolution kernel and see its feature map
    latent_plane            move a point in a latent plane and see it decoded
    lstm_gates              the gates of an LSTM cell and its state over time
    text_generator          a trained character model that generates text
    q_learning              Q-learning in a maze, step by step

Each widget is a Python file with a JavaScript file of the same name: Python holds the numbers,
JavaScript draws. On the Python side, `_esm = script(__file__)` (`_script`) joins `_common.js` and
the widget's own script, and `StaticImageMixin` (`_static_image`) adds the picture. On the
JavaScript side, `_common.js` provides

    stage controls drawing canvas describe      the frame, controls, drawings and their alt text
    slider choice buttons button                labeled controls with keyboard support
    status announce                             a line that screen readers read
    send                                        sends values to the kernel
    node element tidy classMark                 SVG, HTML, a number, a point of a class
    BLUE ORANGE ... INK COLORS                  the colors of `dlcourse.plot`

and the common CSS. `stage(el, "name", { style })` takes the CSS of one widget: declarations (such
as `--label-width` and `--value-width`, the columns of a control) and rules (`.count { ... }`).
`vanishing_gradient.js` is the shortest example. In the tests, the fixture `shown` displays a
widget in a browser, and test_widgets_common.py tests what all widgets have in common.
"""

from dlcourse.widgets.filter_explorer import filter_explorer
from dlcourse.widgets.gradient_descent import gradient_descent
from dlcourse.widgets.latent_plane import latent_plane
from dlcourse.widgets.lstm_gates import lstm_gates
from dlcourse.widgets.optimizer_comparison import optimizer_comparison
from dlcourse.widgets.perceptron_rule import perceptron_rule
from dlcourse.widgets.playground import playground
from dlcourse.widgets.q_learning import q_learning
from dlcourse.widgets.separating_line import separating_line
from dlcourse.widgets.text_generator import text_generator
from dlcourse.widgets.vanishing_gradient import vanishing_gradient

__all__ = [
    "filter_explorer",
    "gradient_descent",
    "latent_plane",
    "lstm_gates",
    "optimizer_comparison",
    "perceptron_rule",
    "playground",
    "q_learning",
    "separating_line",
    "text_generator",
    "vanishing_gradient",
]
