"""Facts about the experiments of week 1."""

import numpy as np
import pytest
from dlcourse import data, widgets


def test_the_rule_comes_to_rest_on_separable_points():
    X, y = data.gaussian(n=30, noise=0.1, seed=1)

    rule = widgets.perceptron_rule(X, y)

    _, w1, w2, b = rule.history[-1]
    assert rule.is_clean
    assert np.array_equal((X @ [w1, w2] + b > 0).astype(int), y)


def test_the_rule_never_rests_on_exclusive_or():
    rule = widgets.perceptron_rule(*data.truth_table("xor"), epochs=30)

    assert not rule.is_clean
    assert len(rule.history) >= 30


def test_the_rule_takes_labels_of_either_kind():
    X, y = data.gaussian(n=30, seed=1)

    with_zeros, with_signs = widgets.perceptron_rule(X, y), widgets.perceptron_rule(X, 2 * y - 1)

    assert with_zeros.history == with_signs.history


def test_walking_down_lowers_the_loss():
    x = np.linspace(0, 5, 20)
    walk = widgets.gradient_descent(x, (x > 2.4).astype(int), learning_rate=0.5)

    losses = walk.loss(walk.walked(50))

    assert losses[-1] < losses[0]
    assert losses[0] == pytest.approx(walk.loss(np.array([walk.start]))[0])


def test_descent_refuses_other_labels():
    with pytest.raises(ValueError, match="labels, 0 or 1"):
        widgets.gradient_descent([1, 2], [-1, 1])


def test_every_widget_leaves_a_picture():
    X, y = data.truth_table("xor")
    for widget in (widgets.perceptron_rule(X, y), widgets.gradient_descent([1, 2], [0, 1])):
        bundle, _ = widget._repr_mimebundle_()
        assert "image/png" in bundle
        assert bundle["text/plain"].startswith("Figure.")
