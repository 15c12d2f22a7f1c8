import numpy as np
import pytest
from dlcourse import check
from dlcourse.check import CheckFailed


def failure(checked, *args, **kwargs):
    with pytest.raises(CheckFailed) as caught:
        checked(*args, **kwargs)
    return str(caught.value)


def test_shape_takes_any_length_where_none_stands():
    check.shape(np.ones((2, 3)), (None, 3))
    check.shape([1, 2, 3], 3)

    assert "expected (any, 4)" in failure(check.shape, np.ones((2, 3)), (None, 4))
