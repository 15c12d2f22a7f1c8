"""Report the tests of an assignment that the course's own solution fails, before its exams."""

import logging
from collections.abc import Callable, Mapping, Sequence

from autograder.errors import UnusableTests
from autograder.exam.attempt import ExamConfig
from autograder.exam.diagnosis.answer_key import UnusableTest

LOG = logging.getLogger(__name__)

OnUnusable = Callable[[Sequence[UnusableTest]], object]
"""Called with the tests that the course's own solution fails, at least one."""


def report_unusable(
    configs: Mapping[str, ExamConfig], on_unusable: OnUnusable | None, *, strict: bool
) -> None:
    """Report the tests that the course's own solution fails."""
    unusable = [
        (name, test)
        for name, config in configs.items()
        if config.answer_key is not None
        for test in config.answer_key.unusable.values()
    ]
    if not unusable:
        return
    if strict:
        tests = "\n".join(f"{name}: {test}" for name, test in unusable)
        message = f"The course's own solution fails {_count(len(unusable))}:\n{tests}"
        raise UnusableTests(message)
    for name, test in unusable:
        LOG.warning("The course's own solution fails a test of %s: %s", name, test)
    if on_unusable is not None:
        on_unusable([test for _, test in unusable])


def _count(tests: int) -> str:
    return "a test" if tests == 1 else f"{tests} tests"
