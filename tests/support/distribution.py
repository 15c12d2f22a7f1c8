"""Distribute the tests over the workers of pytest-xdist, each of which makes its own fixtures."""

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/cli/test_demo.py": "demo",
    "tests/integrations/test_same_points.py": "demo",
}
"""Files whose tests share a fixture that takes long to make."""
SEPARATE = {
    "tests/dispatch/test_workers.py",
    "tests/verification/test_verify.py",
}
"""Files whose tests share nothing and take long, one by one."""


class GroupScheduling(LoadScopeScheduling):
    """Send each group of tests to one worker, in the order in which they were collected.

    The mark `xdist_group` would do the same, but has no effect with pytest 9.2: pytest-xdist #1386.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """Return the group of a test: its file, unless that is in a table above."""
    path, _, name = nodeid.partition("::")
    if path in SEPARATE:
        return nodeid
    if path == "tests/verification/test_samples.py":  # the right answers of a sample run once
        return f"{path} {name.partition('[')[2].partition('-')[0]}"
    return TOGETHER.get(path, path)


def longest_first(item: pytest.Item) -> float:
    """Return a key to sort by: slow tests first, those that are allowed more seconds before.

    Short tests then fill the time until both workers have ended.
    """
    allowed = item.get_closest_marker("timeout")
    return -float(allowed.args[0]) if allowed else -float(bool(item.get_closest_marker("slow")))
