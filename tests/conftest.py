"""Fixtures that tests of several packages use: a tiny course, and a stand-in for an exam.

All tests of a run share their fork servers, also with the commands that they start: TensorFlow is
imported once for them, not once for each. The fork servers end with the run.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from nbformat import NotebookNode

from autograder.sandbox.forkserver.folders import VARIABLE, server_folders
from autograder.sandbox.forkserver.running import stop_all
from tests.support.course import Course, make_release, make_source, run_in_one_namespace

# How long one example takes says more about the machine than about the code.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of the fork servers, before pytest-xdist starts its workers."""
    if not hasattr(config, "workerinput"):
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix="forkservers-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the fork servers of this run, once their last processes have ended."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(os.environ[VARIABLE])
    deadline = time.monotonic() + 10
    while server_folders(folder) and time.monotonic() < deadline:
        stop_all()
        time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A new database, made once: nbgrader asks alembic for its version, which takes a second."""
    from autograder.gradebook import open_gradebook

    root = tmp_path_factory.mktemp("gradebook")
    with open_gradebook(root):
        pass
    return (root / "gradebook.db").read_bytes()


@pytest.fixture(scope="session")
def one_namespace() -> Callable[..., NotebookNode]:
    return run_in_one_namespace


@pytest.fixture(scope="session")
def make_tiny_source() -> Callable[[], NotebookNode]:
    """For properties, where each example needs a notebook of its own."""
    return make_source


@pytest.fixture
def tiny_source() -> NotebookNode:
    return make_source()


@pytest.fixture
def tiny_release(tiny_source: NotebookNode) -> NotebookNode:
    return make_release(tiny_source)


@pytest.fixture
def tiny_course(tmp_path: Path, tiny_source: NotebookNode, tiny_release: NotebookNode) -> Course:
    course = Course(tmp_path / "course", tiny_source, tiny_release)
    course.publish()
    return course
