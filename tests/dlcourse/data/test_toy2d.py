import numpy as np
import pytest
from dlcourse import data


@pytest.mark.parametrize("make", data.PLAYGROUND.values(), ids=data.PLAYGROUND)
class TestEachPlaygroundSet:
    def test_has_points_of_the_plane_in_two_equal_classes(self, make):
        X, y = make(n=101)

        assert X.shape == (101, 2)
        assert X.dtype == np.float64
        assert y.dtype == np.int64
        assert np.bincount(y).tolist() == [51, 50]
        assert np.abs(X).max() < 1.6

    def test_depends_on_the_seed_and_on_nothing_else(self, make):
        state = np.random.get_state()[1].copy()

        again, other = make(seed=3), make(seed=4)

        assert np.array_equal(make(seed=3)[0], again[0])
        assert np.array_equal(make(seed=3)[1], again[1])
        assert not np.array_equal(again[0], other[0])
        assert np.array_equal(np.random.get_state()[1], state)

    def test_mixes_the_classes(self, make):
        _, y = make()

        assert 0.3 < y[:60].mean() < 0.7


def test_without_noise_the_circle_is_a_disc_in_a_ring():
    X, y = data.circle(noise=0)
    radius = np.hypot(*X.T)

    assert radius[y == 1].max() <= 0.5
    assert radius[y == 0].min() >= 0.7


def test_without_noise_xor_is_decided_by_the_signs():
    X, y = data.xor(noise=0)

    assert np.array_equal(y, (X[:, 0] > 0) ^ (X[:, 1] > 0))


def test_without_noise_the_arms_of_the_spiral_are_half_a_turn_apart():
    X, y = data.spiral(noise=0)
    angle = 2 * np.pi * 1.75 * np.hypot(*X.T) + np.pi * y

    assert np.allclose(np.arctan2(*X.T), np.arctan2(np.sin(angle), np.cos(angle)))


def test_four_points_without_noise_are_the_truth_table():
    X, y = data.xor(n=4, noise=0.0)

    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.tolist() == [0, 1, 1, 0]


def test_an_unknown_function_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'imply'\. Expected one of and, or, nand"):
        data.truth_table("imply")
