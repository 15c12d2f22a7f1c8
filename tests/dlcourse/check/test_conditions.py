import numpy as np
import pytest
from dlcourse import check
from dlcourse.check import CheckFailed


def failure(checked, *args, **kwargs):
    with pytest.raises(CheckFailed) as caught:
        checked(*args, **kwargs)
    return str(caught.value)


def test_between_holds_for_every_number():
    check.between([0.1, 0.9], 0, 1)

    assert "1 of 2 values is outside: at [1]" in failure(check.between, [0.5, 2], 0, 1)
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
