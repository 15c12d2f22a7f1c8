"""Tests of gradient descent on a loss surface."""

import numpy as np
import pytest
from dlcourse import widgets


def test_gradient_descent_lowers_the_loss():
    x = np.linspace(0, 5, 20)
    widget = widgets.gradient_descent(x, (x > 2.4).astype(int), learning_rate=0.5)

    losses = widget.loss(widget.path(50))

    assert losses[-1] < losses[0]
    assert losses[0] == pytest.approx(widget.loss(np.array([widget.start]))[0])


def test_labels_other_than_0_and_1_are_refused():
    with pytest.raises(ValueError, match="labels, 0 or 1"):
        widgets.gradient_descent([1, 2], [-1, 1])


def test_one_step_in_the_browser_equals_python(shown):
    widget = widgets.gradient_descent([1, 2, 3], [0, 0, 1])
    page = shown(widget)

    page.get_by_role("button", name="one step").click()

    w, b = widget.path(1)[-1]
    assert f"step 1: w = {w:.2f}, b = {b:.2f}".replace("-", "−") in page.content()
