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


def test_what_a_killed_writer_left_changes_nothing(tmp_path):
    target = tmp_path / "result.json"
    left = write_partial(target, b"half of someth")

    write_atomically(target, b"all of it")

    assert target.read_bytes() == b"all of it"
    assert names(tmp_path) == sorted([left.name, "result.json"])


def test_two_that_write_the_same_file_at_once_do_not_meet(tmp_path):
    target = tmp_path / "result.json"
    first = write_partial(target, b"from the first")
    second = write_partial(target, b"from the second")

    assert (first.read_bytes(), second.read_bytes()) == (b"from the first", b"from the second")
    first.replace(target)
    second.replace(target)
    assert target.read_bytes() == b"from the second"


@pytest.mark.parametrize("name", ["a" * 255, "123 [abc]?#%.json", "ä ß", "-", "a\nb"])
def test_a_file_may_have_any_name(tmp_path, name):
    write_atomically(tmp_path / name, b"content")

    assert names(tmp_path) == [name]
