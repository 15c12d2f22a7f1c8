"""Experiments that live in the notebook, and leave a picture where nothing is live.

    separating_line     a line moved through points: how many can it get right?

Each is a file of its own with its JavaScript beside it: numbers in Python, drawing in the browser.
"""

from dlcourse.widgets.separating_line import separating_line

__all__ = ["separating_line"]
