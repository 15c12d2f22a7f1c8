import numpy as np
import pytest
from dlcourse import data
from dlcourse.data import _downloads


@pytest.fixture
def offline(monkeypatch, tmp_path):
    monkeypatch.delenv("DLCOURSE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(_downloads, "_downloaded", lambda _: None)
    _downloads._warn_once.cache_clear()


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
    monkeypatch.setattr(
        _downloads, "_IDX_MD5", {n: _downloads._idx_md5(a) for n, a in arrays.items()}
    )

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

    assert _downloads._found(_downloads._SHAKESPEARE) is None
