import pytest
from dlcourse import data


@pytest.mark.parametrize("size", [8, 28])
def test_digits_lie_between_paper_and_ink(size):
    X, y = data.digits(size)

    assert X.shape == (1797, size, size)
    assert X.min() == 0
    assert X.max() == 1
    assert set(y) == set(range(10))


def test_digits_are_copies():
    X, _ = data.digits()
    X[:] = 7

    assert data.digits()[0].max() == 1
