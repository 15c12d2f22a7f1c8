import copy
import pickle
from collections import Counter, deque

import numpy as np
import pytest
from dlcourse import check
from dlcourse.check import CheckFailed
from dlcourse.check._backend import RemoteObjectBase


class EqualsEverything:
    def __eq__(self, other):
        return True

    __hash__ = None

    def __getattr__(self, name):
        return self

    def __call__(self, *_, **__):
        return self

    def __float__(self):
        return 1.0

    def __len__(self):
        return 1

    def __iter__(self):
        return iter((1.0,))

    def __getitem__(self, key):
        return 1.0

    def __bool__(self):
        return True


class LikeAnArray:
    shape, ndim, size, dtype = (), 0, 1, np.dtype("float64")

    def __array__(self, dtype=None, copy=None):
        return np.array(1.0)


class DifferencesAreZero:
    __sub__ = __rsub__ = __abs__ = lambda *_: 0.0

    def __le__(self, other):
        return True


class LyingFloat(float):
    def __eq__(self, other):
        return True

    __hash__ = None

    def __sub__(self, other):
        return 0.0

    def __float__(self):
        return 1.0


class LyingArray(np.ndarray):
    def __sub__(self, other):
        return np.zeros(())

    def __eq__(self, other):
        return np.ones(self.shape, bool)

    __hash__ = None


class LyingList(list):
    def __iter__(self):
        return iter([1.0])

    def __eq__(self, other):
        return True

    __hash__ = None


class LyingDict(dict):
    def items(self):
        return {"a": 1}.items()

    def __eq__(self, other):
        return True

    __hash__ = None


class ClaimsToBeFloat:
    @property
    def __class__(self):
        return float

    def __float__(self):
        return 1.0


def endless():
    nest = []
    nest.append(nest)
    return nest


ODD_THINGS = {
    "None": None,
    "a text": "abc",
    "an empty text": "",
    "bytes": b"abc",
    "a function": np.sin,
    "a class": float,
    "a generator": (i for i in range(3)),
    "an object": object(),
    "NotImplemented": NotImplemented,
    "ragged lists": [[1.0], [2.0, 3.0]],
    "an empty list": [],
    "a list of None": [None, None],
    "a list with an object": [1.0, object()],
    "endless lists": endless(),
    "an empty array": np.zeros((0, 3)),
    "NaN": np.nan,
    "infinity": [-np.inf, 1.0],
    "complex": 1 + 2j,
    "a complex array": np.ones(3) * 1j,
    "an object array": np.array([1.0, None], dtype=object),
    "an object array of arrays": np.array([np.ones(2), np.ones(3)], dtype=object),
    "an array of text": np.array(["a", "b"]),
    "a masked array": np.ma.masked_array([1.0, 2.0], [True, False]),
    "a structured array": np.zeros(2, dtype=[("a", "f8")]),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "a set": {1.0},
    "a dict": {"a": 1.0},
    "a huge integer": 10**400,
    "a list of huge integers": [10**400, 1],
    "truth": True,
    "equals everything": EqualsEverything(),
    "a list that equals everything": [EqualsEverything()],
    "imitates an array": LikeAnArray(),
    "a list of imitations": [LikeAnArray()],
    "its differences are zero": DifferencesAreZero(),
    "a float that lies": LyingFloat(7.0),
    "an array that lies": np.array([7.0, 8.0]).view(LyingArray),
    "a list that lies": LyingList([7.0, 8.0]),
    "a dict that lies": LyingDict(b=2),
    "claims to be a float": ClaimsToBeFloat(),
}


def failure(checked, *args, **kwargs):
    with pytest.raises(CheckFailed) as caught:
        checked(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize("thing", ODD_THINGS.values(), ids=ODD_THINGS)
@pytest.mark.parametrize("expected", [1.0, [1.0, 2.0], np.ones((2, 2))], ids=["1", "2", "2x2"])
def test_close_refuses_every_odd_thing_with_a_sentence(thing, expected):
    if type(thing) is np.ma.MaskedArray and np.shape(expected) == (2,):
        check.close(thing, expected)  # taken as its base: an array of 1 and 2
        return

    said = failure(check.close, thing, expected, name="softmax")

    assert said.startswith("softmax: ")
    assert said[-1] in ".?)"


@pytest.mark.parametrize("thing", ODD_THINGS.values(), ids=ODD_THINGS)
@pytest.mark.parametrize(
    "expected",
    [3, "due", False, [3, 4], ["x", 4], {"a": 3}, {3, 4}, (), b"due", [True, False]],
    ids=repr,
)
def test_equal_refuses_every_odd_thing_with_a_sentence(thing, expected):
    if isinstance(expected, tuple) and type(thing) is list and not thing:
        pytest.skip("an empty list is what is expected")
    if isinstance(expected, tuple) and type(thing) is np.ndarray and not len(thing):
        pytest.skip("an empty array is what is expected")

    said = failure(check.equal, thing, expected, name="softmax")

    assert said.startswith("softmax: ")
    assert said[-1] in ".?)"


@pytest.mark.parametrize("thing", ODD_THINGS.values(), ids=ODD_THINGS)
def test_the_other_checks_refuse_odd_things_too(thing):
    def fails(checked, *args, **kwargs):
        assert failure(checked, *args, **kwargs)

    fails(check.shape, thing, (5, 5))
    fails(check.between, thing, 3, 4)
    fails(check.probability, thing)
    fails(check.gradient, lambda w: np.sum(w**3), [5.0, 6.0], thing)
    fails(check.parameters, thing, 3)
    fails(check.layers, thing, ["Dense"])
    if type(thing) is not bool:
        fails(check.that, thing, "It is wrong.")


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1, 1.0),
        (np.float32(0.1), 0.1),
        ([1, 2.0], np.array([1, 2])),
        ((1, 2), [1, 2]),
        ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]], dtype="uint8")),
        ([np.ones(2), np.ones(2)], np.ones((2, 2))),
        (np.array(3.0), 3.0),
        (deque([1.0, 2.0]), [1, 2]),
        (range(3), [0, 1, 2]),
        (np.array([1 + 1j]), [1 + 1j]),
        (np.array([1, 2], dtype=">i4"), [1, 2]),
        (np.array([[1.0, 2.0]]).view(LyingArray), [[1.0, 2.0]]),
        (1e6 + 0.1, 1e6),
        (np.array([250, 3], dtype="uint8"), [250, 3]),
    ],
    ids=repr,
)
def test_close_takes_numbers_in_every_honest_form(actual, expected):
    check.close(actual, expected)


def test_close_sees_differences_that_unsigned_integers_would_wrap():
    assert "got [1, 2]" in failure(
        check.close, np.array([1, 2], "uint8"), np.array([2, 2], "uint8")
    )


def test_close_is_quiet_where_warnings_are_errors(recwarn):
    with np.errstate(all="raise"):
        failure(check.close, np.array([1e308, 1.0]), np.array([-1e308, 1.0]))
        failure(check.close, np.array([0.0, 1.0]), np.array([5.0, 0.0]))

    assert not recwarn.list


ERRORS = [
    ("transposed shape", np.ones((4, 3)), np.ones((3, 4)), "transposed?"),
    ("transposed", [[1.0, 2], [3, 4]], [[1.0, 3], [2, 4]], "transpose"),
    ("column against row", np.ones((5, 5)), np.ones(5), "A column (5, 1) and a row (5,)"),
    ("column", np.ones((5, 1)), np.ones(5), "axis of length 1 too many"),
    ("keepdims", np.ones(5), np.ones((5, 1)), "`keepdims=True`"),
    ("summed over", np.ones(3), np.ones((4, 3)), "One axis is missing"),
    ("not summed", np.ones((4, 3)), np.ones(3), "one axis too many"),
    ("one too short", np.ones(4), np.ones(5), "one too short"),
    ("not averaged", [1.0, 5.0], 3.0, "average"),
    ("in an array", [3.0], 3.0, "take it out"),
    ("sum for mean", 7 * np.arange(9.0), np.arange(9.0), "7.00 times too large"),
    ("divided twice", np.arange(9.0) / 7, np.arange(9.0), "7.00 times too small"),
    ("sign", [-1.0, 2.0, 3.0], [1.0, -2.0, -3.0], "Every sign is flipped"),
    ("sign of one", -0.5, 0.5, "The sign is flipped"),
    ("offset", np.arange(9.0) + 1, np.arange(9.0), "1 too large"),
    ("nats", 0.3 * np.log(2), 0.3, "ln 2"),
    ("classes swapped", [0.1, 0.8, 0.7], [0.9, 0.2, 0.3], "classes swapped"),
    ("log", np.log([0.1, 0.8, 0.7]), [0.1, 0.8, 0.7], "logarithm"),
    ("reversed", [3.0, 2.0, 1.5], [1.5, 2.0, 3.0], "reverse order"),
    ("late", [9.0, 1, 5, 2], [1.0, 5, 2, 8], "one position late"),
    ("shuffled", [3.0, 5, 1, 2], [1.0, 5, 2, 3], "another order"),
    ("zeros", np.zeros(9), np.arange(9.0), "all zeros"),
    ("one column", [[1, 2, 3], [4, 5, 7]] * np.ones((1, 3)), None, "column 2"),
    ("NaN", [1.0, np.nan], [1.0, 2.0], "NaN"),
    ("overflow", [1.0, np.inf], [1.0, 2.0], "infinite"),
    ("truth", np.array([True, False]), [1.0, 0.0], "`.astype(int)`"),
]


@pytest.mark.parametrize(
    ("actual", "expected", "sentence"),
    [error[1:] for error in ERRORS],
    ids=[error[0] for error in ERRORS],
)
def test_close_names_the_likely_error(actual, expected, sentence):
    if expected is None:
        expected = np.add(actual, [0, 0, 2])

    assert sentence in failure(check.close, actual, expected)


def test_close_writes_as_many_digits_as_it_takes_to_see_a_difference():
    said = failure(check.close, 0.1234567, 0.1234589, tolerance=1e-8)

    assert said == "got 0.123457, expected 0.123459."


def test_close_grants_single_precision_what_it_cannot_do_better():
    check.close(np.full(3, 1 / 3, dtype=np.float32), np.full(3, 1 / 3 + 3e-6))
    failure(check.close, np.full(3, 1 / 3), np.full(3, 1 / 3 + 3e-6))


@pytest.mark.parametrize(
    "expected",
    [np.nan, [1.0, np.inf], [], "abc", None, object()],
    ids=lambda value: type(value).__name__,
)
def test_close_tells_the_author_what_it_cannot_expect(expected):
    with pytest.raises(ValueError, match=r"check\.close"):
        check.close(1.0, expected)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1, 1),
        (True, 1),
        (np.int64(3), 3),
        (3.0, 3),
        ("a", "a"),
        (np.str_("a"), "a"),
        (None, None),
        (np.bool_(True), True),
        ([1, 2], (1, 2)),
        (np.array([1, 2]), [1, 2]),
        ([1, 2], np.array([1, 2])),
        ([], []),
        (np.zeros(0), []),
        ([[1], [2, 3]], [[1], [2, 3]]),
        (np.array(["a", "b"]), ["a", "b"]),
        ({"a": (1, 2)}, {"a": [1, 2]}),
        (Counter("aab"), {"a": 2, "b": 1}),
        ({1, 2}, frozenset({1, 2})),
        ({(1, "a"): 2}, {(1, "a"): 2}),
        (10**400, 10**400),
        ([("the", 1.0), ("cat", 0.5)], [("the", 1.0), ("cat", 0.5)]),
        (np.array([True, False]), [True, False]),
        (b"ab", b"ab"),
    ],
    ids=repr,
)
def test_equal_takes_equal_values_in_every_honest_form(actual, expected):
    check.equal(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "sentence"),
    [
        (1, True, "got 1, expected True"),
        ("1", 1, "got '1', expected 1"),
        ([1, 2], [1, 3], "got [1, 2], expected [1, 3]"),
        (["a", 1], ["a", 2], "at [1]: got 1, expected 2"),
        ({"a": [1, "x"]}, {"a": [1, "y"]}, "at ['a'][1]: got 'x', expected 'y'"),
        ({"b": 1}, {"a": 1}, "missing 'a'; not expected 'b'"),
        ({1, 2}, {1, 3}, "missing 3"),
        (None, {2, 1}, "expected {1, 2}, got nothing (None)"),
        ([3], {1, 2}, "got [3], expected {1, 2}"),
        ([1], ["a", "b"], "expected 2 items, got 1"),
        (None, 3, "is a `return` missing?"),
        ([1, 0], [True, False], "`.astype(bool)`"),
        (np.arange(20), np.arange(20)[::-1], "reverse order"),
        ([1, 2, 3], [[1, 2, 3]], "axis of length 1 too few"),
        (2**63, 2**63 - 1, "got 9223372036854775808, expected 9223372036854775807"),
    ],
    ids=repr,
)
def test_equal_names_the_first_difference(actual, expected, sentence):
    assert sentence in failure(check.equal, actual, expected)


def test_equal_tells_the_author_what_it_cannot_expect():
    with pytest.raises(TypeError, match=r"check\.equal can't expect an object"):
        check.equal(1, object())


class RemoteStub(RemoteObjectBase):
    """Stand for an object of the student's, as the grader's class of that base does."""

    __slots__ = ()


@pytest.mark.parametrize("compare", [check.close, check.equal])
def test_an_object_in_the_other_process_is_called_an_object(compare):
    with pytest.raises(CheckFailed, match="got an object, not a plain value"):
        compare(RemoteStub(), 4)


def test_a_failure_carries_name_message_and_hint_and_survives_pickling():
    with pytest.raises(CheckFailed) as caught:
        check.equal(1, 2, name="step", hint="The threshold is inclusive.")
    error = caught.value

    for twin in (error, copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (twin.name, twin.message) == ("step", "got 1, expected 2.")
        assert twin.hint == "The threshold is inclusive."
        assert str(twin) == "step: got 1, expected 2. The threshold is inclusive."
    assert isinstance(error, AssertionError)


def test_a_failure_without_name_and_hint_is_its_message():
    assert failure(check.equal, 1, 2) == "got 1, expected 2."
