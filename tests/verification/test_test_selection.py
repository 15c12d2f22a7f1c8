"""Which cells the tests of an assignment need."""

import pytest

from autograder.verification.test_selection import plan_tests


@pytest.mark.parametrize(
    "text", ["Some words, no code", "f <- function(x) x", "%%bash\nls", "x = ("]
)
def test_an_unmarked_cell_may_be_no_python(tiny_source, text):
    expected = plan_tests(tiny_source)
    tiny_source.cells[5].source = text

    plan = plan_tests(tiny_source)

    assert (plan.tests, plan.demos) == (expected.tests, expected.demos)
