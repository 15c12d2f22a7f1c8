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
from typing import TYPE_CHECKING

import hypothesis
import pytest
from nbformat import NotebookNode

from autograder.sandbox.forkserver.folders import VARIABLE, server_folders
from autograder.sandbox.forkserver.running import stop_all
from tests.support.course import Course, make_release, make_source, run_in_one_namespace
from tests.support.distribution import GroupScheduling, longest_first

if TYPE_CHECKING:
    from xdist.remote import Producer

    from autograder.cli.demo.demo import Demo

# How long one example takes says more about the machine than about the code.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest tests in each worker of pytest-xdist."""
    if hasattr(config, "workerinput"):
        items.sort(key=longest_first)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> GroupScheduling:
    """Send all tests that share a fixture to one worker, whatever `--dist` says."""
    config.option.loadscopereorder = False  # the tests are in order
    return GroupScheduling(config, log)


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


@pytest.fixture(scope="session")
def first_week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a course of which the first assignment is built."""
    from tests.support.demo import build_first_week

    return build_first_week(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def demo(first_week: Path) -> "Demo":
    """The demo: it takes a minute, so tests/support/distribution.py names the tests that use it."""
    from tests.support.demo import run_demo

    return run_demo(first_week)
