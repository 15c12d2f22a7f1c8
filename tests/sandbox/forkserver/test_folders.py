"""The folder of the fork servers is private, or refused."""

import os
import tempfile
from pathlib import Path

import pytest

from autograder.errors import ExamError
from autograder.sandbox.forkserver import folders


@pytest.fixture(autouse=True)
def _usual_places(monkeypatch, folder):
    """Have no folder but those that a test names."""
    monkeypatch.delenv(folders.VARIABLE)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    (folder / "tmp").mkdir()
    (folder / "tmp").chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "tmp"))


@pytest.fixture
def usual(folder):
    return folder / "tmp" / f"autograder-{os.geteuid()}"


def test_it_is_made_in_the_temporary_folder_for_this_user_only(usual):
    assert folders.runtime_folder() == usual
    assert usual.stat().st_mode & 0o777 == 0o700
    assert folders.runtime_folder() == usual


def test_it_is_made_in_the_runtime_folder_of_the_session(monkeypatch, folder):
    session = folder / "session"
    session.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(session))

    assert folders.runtime_folder() == session / "autograder"


@pytest.mark.parametrize("how", ["open to others", "missing", "relative", "a link", "long"])
def test_an_unusable_runtime_folder_is_not_used(monkeypatch, folder, usual, how):
    session = folder / ("x" * 100 if how == "long" else "session")
    if how != "missing":
        session.mkdir(mode=0o755 if how == "open to others" else 0o700)
    if how == "a link":
        (folder / "link").symlink_to(session)
        session = folder / "link"
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "session" if how == "relative" else str(session))

    assert folders.runtime_folder() == usual


def test_a_folder_that_others_can_read_is_refused(usual):
    usual.mkdir(mode=0o755)

    with pytest.raises(ExamError, match=rf"{usual} has mode 755\. Expected a private folder"):
        folders.runtime_folder()


def test_a_symbolic_link_is_refused(usual, folder):
    (folder / "elsewhere").mkdir(mode=0o700)
    usual.symlink_to(folder / "elsewhere")

    with pytest.raises(ExamError, match="is a symbolic link"):
        folders.runtime_folder()


def test_a_file_is_refused(usual):
    usual.touch(mode=0o700)

    with pytest.raises(ExamError, match="is not a folder"):
        folders.runtime_folder()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(usual):
    usual.mkdir(mode=0o700)
    os.chown(usual, 65534, 65534)

    with pytest.raises(ExamError, match="belongs to user 65534"):
        folders.runtime_folder()


def test_a_place_where_others_can_replace_it_is_refused(usual):
    usual.parent.chmod(0o777)  # without the sticky bit

    with pytest.raises(ExamError, match="can be replaced by others"):
        folders.runtime_folder()


def test_a_path_too_long_for_a_socket_is_refused(monkeypatch, folder):
    monkeypatch.setenv(folders.VARIABLE, str(folder / ("x" * 100)))

    with pytest.raises(ExamError, match="too long for a socket"):
        folders.runtime_folder()


def test_only_one_command_reserves_the_folder_of_a_key():
    base = folders.runtime_folder()
    folder, lock = folders.reserve(base, "key")

    assert folder.stat().st_mode & 0o777 == 0o700
    assert folders.reserve(base, "key") is None
    other, other_lock = folders.reserve(base, "other")
    (folder / folders.ENDING_NAME).touch()
    second, second_lock = folders.reserve(base, "key")

    assert folders.server_folders(base) == sorted([folder, other, second])
    for file in (lock, other_lock, second_lock):
        os.close(file)
    folders.remove_abandoned(base)
    assert folders.server_folders(base) == []


def test_what_a_killed_fork_server_left_is_removed_by_the_next():
    base = folders.runtime_folder()
    folder, lock = folders.reserve(base, "key")
    Path(folder, "log").touch()
    os.close(lock)

    reserved = folders.reserve(base, "another")

    assert reserved is not None
    assert folders.server_folders(base) == [reserved[0]]
    os.close(reserved[1])
