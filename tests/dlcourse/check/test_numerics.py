import numpy as np
import pytest
from dlcourse import check
from dlcourse.check import CheckFailed


def failure(checked, *args, **kwargs):
    with pytest.raises(CheckFailed) as caught:
        checked(*args, **kwargs)
    return str(caught.value)


@pytest.fixture
def regression():
    rng = np.random.default_rng(0)
    X, w = rng.normal(size=(7, 3)), rng.normal(size=3)
    return lambda v: np.mean((X @ v) ** 2), w, 2 * X.T @ (X @ w) / 7


def test_a_right_gradient_passes(regression):
    loss, w, slope = regression

    check.gradient(loss, w, slope)
    check.gradient(loss, w, slope.astype(np.float32))
    check.gradient(loss, list(w), list(slope))


def test_a_gradient_of_a_matrix_and_of_one_number_passes():
    W = np.arange(6.0).reshape(2, 3)

    check.gradient(lambda V: np.sum(V**2), W, 2 * W)
    check.gradient(lambda v: v**2, 3.0, 6.0)


@pytest.mark.parametrize(
    ("factor", "name", "sentence"),
    [
        (7, "batch of 7", "7.00 times too long. The batch has 7 examples: the loss is a mean"),
        (7, "gradient", "Does the batch have 7 examples?"),
        (1 / 7, "7 examples", "divided by their number once too often"),
        (-1, "", "points the wrong way: the sign is flipped"),
        (-7, "batch of 7", "the wrong way (the sign is flipped) and is 7.00 times too long"),
        (0.1, "", "10.00 times too short. Is a learning rate"),
        (2, "", "factor of 2"),
        (0, "", "your gradient is zero"),
    ],
    ids=str,
)
def test_a_gradient_of_the_right_direction_is_refused_for_its_length(
    regression, factor, name, sentence
):
    loss, w, slope = regression

    assert sentence in failure(check.gradient, loss, w, factor * slope, name=name)


def test_the_example_of_the_course_reads_as_promised(regression):
    loss, w, slope = regression

    said = failure(check.gradient, loss, w, 7 * slope, examples=7, name="log_loss_gradient")

    assert said == (
        "log_loss_gradient: your gradient points the right way but is 7.00 times too long. "
        "The batch has 7 examples: the loss is a mean over the batch, so its gradient is too."
    )


def test_a_transposed_gradient_is_recognized():
    W = np.arange(9.0).reshape(3, 3) + 1

    assert "transpose" in failure(check.gradient, lambda V: np.sum(V**3), W, 3 * W.T**2)


def test_a_gradient_that_is_partly_right_is_not_the_slope(regression):
    loss, w, slope = regression

    assert "not the slope of the loss" in failure(check.gradient, loss, w, np.add(slope, [0, 0, 1]))


@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 3, 4)], ids=str)
def test_probabilities_pass_in_any_number_of_axes(shape):
    p = np.random.default_rng(0).random(shape)

    check.probability(p / p.sum(-1, keepdims=True))
    check.probability((p / p.sum(-1, keepdims=True)).astype(np.float32))


def test_the_softmax_of_the_course_reads_as_promised():
    p = np.array([[0.23, 0.2, 0.3], [0.77, 0.8, 0.7]])

    assert failure(check.probability, p, name="`softmax`") == (
        "`softmax`: each row should sum to 1; yours sum to 0.73 and 2.27, and each *column* sums "
        "to 1. You normalized over axis 0; the classes are on the last axis."
    )


@pytest.mark.parametrize(
    ("p", "sentence"),
    [
        (np.full((2, 2), 0.25), "all values together sum to 1"),
        (np.log([[0.25, 0.75]]), "logarithms of probabilities"),
        ([[0.5, 0.4]], "Divide by the sum"),
        ([[2.0, -3.0]], "logits"),
        ([1.5, -0.5], "between 0 and 1; yours has -0.5"),
        ([np.nan, 1.0], "NaN"),
        ([], "empty"),
        (0.5, "one number"),
        ([True, False], "dtype bool"),
    ],
    ids=str,
)
def test_the_reason_why_values_are_not_probabilities_is_named(p, sentence):
    assert sentence in failure(check.probability, p)


def test_a_wrong_axis_is_named():
    assert "no axis 1" in failure(check.probability, [0.5, 0.5], axis=1)
