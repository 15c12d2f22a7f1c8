import numpy as np
import pytest
from dlcourse import data
from dlcourse.data import _large


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


@pytest.fixture
def offline(monkeypatch, tmp_path):
    monkeypatch.delenv("DLCOURSE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(_large, "_downloaded", lambda _: None)
    _large._say_once.cache_clear()


def test_without_network_carried_digits_stand_in_and_it_is_said_once(offline, capsys):
    split = data.mnist()
    data.mnist()

    assert split.name == "digits"
    assert split.X_train.shape == (1438, 28, 28)
    assert split.X_train.dtype == np.uint8
    assert len(split.X_test) + len(split.X_train) == 1797
    assert set(split.y_test) == set(range(10))
    assert capsys.readouterr().err.count("No network") == 1


def test_without_network_pythons_help_stands_in_for_the_text(offline, capsys):
    text = data.text()

    assert len(text) > 300_000
    assert "statement" in text
    assert "help texts of Python" in capsys.readouterr().err


def test_a_text_in_the_folder_of_the_course_is_used(monkeypatch, tmp_path):
    (tmp_path / "tinyshakespeare.txt").write_text("To be", encoding="utf-8")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))

    assert data.text() == "To be"


def test_a_file_that_is_not_mnist_is_refused_with_its_path(monkeypatch, tmp_path):
    np.savez(tmp_path / "mnist.npz", x_train=np.zeros((3, 28, 28), np.uint8))
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))

    with pytest.raises(ValueError, match=r"mnist\.npz is not MNIST"):
        data.mnist()


def test_mnist_in_the_folder_of_the_course_is_used_when_its_arrays_are_the_originals(
    monkeypatch, tmp_path
):
    arrays = {
        "x_train": np.arange(2 * 28 * 28).reshape(2, 28, 28).astype(np.uint8),
        "y_train": np.array([1, 2], np.uint8),
        "x_test": np.ones((1, 28, 28), np.uint8),
        "y_test": np.array([3], np.uint8),
    }
    np.savez(tmp_path / "mnist.npz", **arrays)
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    monkeypatch.setattr(_large, "_IDX_MD5", {n: _large._idx_md5(a) for n, a in arrays.items()})

    split = data.mnist()

    assert split.name == "MNIST"
    assert split.y_train.tolist() == [1, 2]
    assert np.array_equal(split.X_test, arrays["x_test"])


def test_no_network_is_no_error(monkeypatch, tmp_path):
    pooch = pytest.importorskip("pooch")
    monkeypatch.delenv("DLCOURSE_DATA", raising=False)

    def refuse(*args, **kwargs):
        raise OSError

    monkeypatch.setattr(pooch, "retrieve", refuse)

    assert _large._found(_large._SHAKESPEARE) is None
