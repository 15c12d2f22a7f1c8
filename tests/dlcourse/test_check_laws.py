import random
import subprocess
import sys

import numpy as np
import pytest
from dlcourse import _room, check
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
    ("factor", "name", "told"),
    [
        (7, "batch of 7", "7.00 times too long. The batch has 7 examples: the loss is a mean"),
        (7, "gradient", "Does the batch have 7 examples?"),
        (1 / 7, "7 examples", "divided by their number once too often"),
        (-1, "", "points the wrong way: the sign is turned"),
        (-7, "batch of 7", "the wrong way (the sign is turned) and is 7.00 times too long"),
        (0.1, "", "10.00 times too short. Is a learning rate"),
        (2, "", "factor of 2"),
        (0, "", "your gradient is zero"),
    ],
    ids=str,
)
def test_a_gradient_of_the_right_direction_is_told_its_length(regression, factor, name, told):
    loss, w, slope = regression

    assert told in failure(check.gradient, loss, w, factor * slope, name=name)


def test_the_example_of_the_course_reads_as_promised(regression):
    loss, w, slope = regression

    said = failure(check.gradient, loss, w, 7 * slope, examples=7, name="log_loss_gradient")

    assert said == (
        "log_loss_gradient: your gradient points the right way but is 7.00 times too long. "
        "The batch has 7 examples: the loss is a mean over the batch, so its gradient is too."
    )


def test_a_transposed_gradient_is_recognised():
    W = np.arange(9.0).reshape(3, 3) + 1

    assert "transpose" in failure(check.gradient, lambda V: np.sum(V**3), W, 3 * W.T**2)


def test_a_gradient_that_is_partly_right_is_told_where_it_is_not(regression):
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
        "to 1. You normalised over axis 0; the classes are on the last axis."
    )


@pytest.mark.parametrize(
    ("p", "told"),
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
def test_what_is_not_probability_is_told_why(p, told):
    assert told in failure(check.probability, p)


def test_a_wrong_axis_is_told():
    assert "no axis 1" in failure(check.probability, [0.5, 0.5], axis=1)


def test_shape_takes_any_length_where_none_stands():
    check.shape(np.ones((2, 3)), (None, 3))
    check.shape([1, 2, 3], 3)

    assert "expected (any, 4)" in failure(check.shape, np.ones((2, 3)), (None, 4))


def test_between_holds_for_every_number():
    check.between([0.1, 0.9], 0, 1)

    assert "1 of 2 values lies outside: at [1]" in failure(check.between, [0.5, 2], 0, 1)
    assert failure(check.between, 0.5, 0.9, 1) == "got 0.5, expected a number between 0.9 and 1."


def test_that_takes_truth_of_pythons_and_numpys_own_type_only():
    check.that(True, "")
    check.that(np.bool_(True), "")

    assert failure(check.that, False, "The labels moved.") == "The labels moved."
    assert "gave an int" in failure(check.that, 1, "The labels moved.")


def test_items_returns_exactly_the_items_due():
    assert check.items((i for i in range(3)), 3) == [0, 1, 2]
    assert check.items(np.arange(2), 2) == [0, 1]

    assert failure(check.items, [], 2) == "expected 2 items, got 0."
    assert failure(check.items, iter(int, 1), 2) == "expected 2 items, got more than 2."
    assert "is a `return` missing?" in failure(check.items, None, 2)
    assert "the text 'ab'" in failure(check.items, "ab", 2)


def test_raises_wants_this_error_and_its_words():
    check.raises(KeyError, {}.__getitem__, "z", mentions="Z")

    def refuses(error):
        raise error

    assert "it returned 4" in failure(check.raises, ValueError, lambda: 4)
    assert "but TypeError(no) was" in failure(check.raises, ValueError, refuses, TypeError("no"))
    assert "should mention 'z'" in failure(
        check.raises, ValueError, refuses, ValueError("no"), mentions="z"
    )


def test_raises_survives_an_error_that_cannot_say_what_it_is():
    class Mute(ValueError):
        def __str__(self):
            raise RuntimeError

    def refuses():
        raise Mute

    check.raises(ValueError, refuses)
    assert "should mention" in failure(check.raises, ValueError, refuses, mentions="z")


def test_raises_lets_a_stub_be_a_stub_and_refuses_the_error_of_all_errors():
    def stub():
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        check.raises(RuntimeError, stub)
    with pytest.raises(ValueError, match="a particular error"):
        check.raises(Exception, stub)


def test_changed_shows_what_a_call_did_to_its_arguments_and_leaves_ours():
    ours = [np.ones(2), {"a": [1]}]

    def spoil(things):
        things[0][:] = 7
        things[1]["a"].append(2)
        return "done"

    result, (after,) = check.changed(spoil, ours)

    assert result == "done"
    assert after[0].tolist() == [7, 7]
    assert after[1] == {"a": [1, 2]}
    assert ours[0].tolist() == [1, 1]
    assert ours[1] == {"a": [1]}


def test_seed_makes_the_global_generators_repeat():
    def draw():
        return random.random(), np.random.random()

    check.seed(3)
    first = draw()
    check.seed(3)

    assert draw() == first


def test_there_is_the_function_itself_in_one_kernel():
    assert check.there(np.add) is np.add


class Recorder:
    def __init__(self):
        self.calls = []

    def there(self, function, args, kwargs):
        self.calls.append(("there", function, args, kwargs))
        return "there"

    def here(self, model, like):
        self.calls.append(("here", model, like))
        return "here"

    def changed(self, function, args, kwargs):
        self.calls.append(("changed", function, args, kwargs))
        return "changed", args

    def seed(self, number):
        self.calls.append(("seed", number))


def test_with_a_second_room_its_words_go_there(monkeypatch):
    room = Recorder()
    monkeypatch.setattr(_room, "current", room)

    assert check.there(np.add)(1, b=2) == "there"
    assert check.here("model", like="X") == "here"
    assert check.changed(np.add, 1, 2) == ("changed", (1, 2))
    check.seed(5)

    assert room.calls == [
        ("there", np.add, (1,), {"b": 2}),
        ("here", "model", "X"),
        ("changed", np.add, (1, 2), {}),
        ("seed", 5),
    ]


def test_nothing_heavy_is_imported_with_the_words_of_tests():
    code = (
        "import sys; from dlcourse import check, data, probes; heavy = {'tensorflow', 'keras', "
        "'matplotlib', 'IPython', 'sklearn'}; sys.exit(bool(heavy & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
