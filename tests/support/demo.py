"""Run the demo, in which an endless loop takes all the time of three cells, with less time."""

from pathlib import Path

import pytest

from autograder.cli.demo import demo
from autograder.course.build.release import build
from tests.support.paths import ROOT

CELL_SECONDS = 8.0


def build_first_week(root: Path) -> Path:
    """Build the first assignment of the course below `root`, and return `root`."""
    (root / "course").symlink_to(ROOT / "course")
    build(root, [demo.ASSIGNMENT])
    return root


def run_demo(root: Path) -> demo.Demo:
    """Run the demo of the course at `root`, in its folder `demo`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "CELL_SECONDS", CELL_SECONDS)
        return demo.run_demo(root, root / "demo")
