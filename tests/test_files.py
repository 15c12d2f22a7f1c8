"""Test that a file is written completely or not at all."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.files import write_atomically, write_partial


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@given(st.lists(st.binary(), min_size=1))
def test_the_last_content_that_was_written_is_read(tmp_path_factory, contents):
    target = tmp_path_factory.mktemp("files") / "deep" / "result.json"
    for data in contents:
        write_atomically(target, data)

    assert target.read_bytes() == contents[-1]
    assert names(target.parent) == ["result.json"]


def test_a_partial_file_does_not_change_the_target(tmp_path):
    target = tmp_path / "result.json"
    target.write_bytes(b"old")

    partial = write_partial(target, b"new")

    assert (target.read_bytes(), partial.read_bytes()) == (b"old", b"new")
    assert partial.parent == target.parent, "a rename is atomic only within a folder"
    partial.replace(target)
    assert names(tmp_path) == ["result.json"]
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, error):
    target = tmp_path / "result.json"
    target.write_bytes(b"old")

    def fail(_):
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(type(error)):
        write_atomically(target, b"new")

    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["result.json"]


def test_what_a_killed_writer_left_is_replaced(tmp_path):
    target = tmp_path / "result.json"
    write_partial(target, b"half of someth")

    write_atomically(target, b"all of it")

    assert target.read_bytes() == b"all of it"
    assert names(tmp_path) == ["result.json"]
