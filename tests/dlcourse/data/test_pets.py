"""Facts about the little cats and dogs."""

import numpy as np
import pytest
from dlcourse.data import pets


@pytest.mark.parametrize("n", [1, 6, 7], ids=["one", "even", "odd"])
def test_half_of_the_pictures_are_dogs(n):
    X, y = pets(n)

    assert X.shape == (n, 32, 32, 3)
    assert (y == 1).sum() == n // 2


def test_all_values_are_brightnesses():
    X, _ = pets(8, wander=0.2, night=True)

    assert X.min() >= 0
    assert X.max() <= 1


def test_the_same_seed_draws_the_same_pictures():
    assert np.array_equal(pets(4, seed=3)[0], pets(4, seed=3)[0])
    assert not np.array_equal(pets(4, seed=3)[0], pets(4, seed=4)[0])


def test_ears_distinguish_cats_from_dogs_where_they_do_not_move():
    X, y = pets(60, seed=1)
    tips, sides = X[:, 8, 10].mean(axis=1), X[:, 18, 6].mean(axis=1)

    # Dark fur: a cat is dark where its ear is pointed, a dog where its ear hangs.
    assert np.array_equal(sides < tips, y == 1)


def test_heads_wander_only_when_asked():
    def center_moves(wander):
        X, _ = pets(40, wander=wander, seed=2)
        dark = 1 - X.mean(axis=3)
        columns = (dark.sum(axis=1) * np.arange(32)).sum(axis=1) / dark.sum(axis=(1, 2))
        return columns.std()

    assert center_moves(0.2) > 4 * center_moves(0.0)
