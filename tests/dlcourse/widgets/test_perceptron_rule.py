"""Tests of the perceptron rule."""

import numpy as np
from dlcourse import data, widgets


def test_training_converges_on_separable_points():
    X, y = data.gaussian(n=30, noise=0.1, seed=1)

    rule = widgets.perceptron_rule(X, y)

    _, w1, w2, b = rule.history[-1]
    assert rule.has_converged
    assert np.array_equal((X @ [w1, w2] + b > 0).astype(int), y)


def test_training_does_not_converge_on_exclusive_or():
    rule = widgets.perceptron_rule(*data.truth_table("xor"), epochs=30)

    assert not rule.has_converged
    assert len(rule.history) >= 30


def test_labels_may_be_0_and_1_or_minus_1_and_1():
    X, y = data.gaussian(n=30, seed=1)

    with_zeros, with_signs = widgets.perceptron_rule(X, y), widgets.perceptron_rule(X, 2 * y - 1)

    assert with_zeros.history == with_signs.history
