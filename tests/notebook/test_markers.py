"""Regions of a cell that markers enclose, and the text that a release has instead."""

import nbformat
import pytest

from autograder.notebook.source_code import (
    Region,
    has_region,
    replace_region,
    without_solution_markers,
)
from autograder.submission.matching import released_text

ANSWER = "def f(x):\n    ### BEGIN SOLUTION\n    y = x\n    return y\n    ### END SOLUTION\n"


def test_a_region_is_written_as_authors_write_it():
    assert Region.HIDDEN_TESTS.begin == "### BEGIN HIDDEN TESTS"
    assert Region.MARK_SCHEME.end == "### END MARK SCHEME"


@pytest.mark.parametrize("region", Region)
def test_each_region_is_found_by_its_own_marker(region):
    text = f"a\n{region.begin}\nb\n{region.end}\nc"

    assert [other for other in Region if has_region(text, other)] == [region]
    assert replace_region(text, region) == "a\nc"


def test_nbgrader_s_form_of_a_marker_counts_too():
    text = "Why?\n=== BEGIN MARK SCHEME ===\nBecause.\n=== END MARK SCHEME ==="

    assert replace_region(text, Region.MARK_SCHEME) == "Why?"


def test_what_replaces_a_region_is_indented_like_its_marker():
    assert replace_region(ANSWER, Region.SOLUTION, "# one", "pass") == (
        "def f(x):\n    # one\n    pass\n"
    )


def test_several_regions_are_replaced():
    text = "\n".join([Region.HIDDEN_TESTS.begin, "1", Region.HIDDEN_TESTS.end, "2"] * 2)

    assert replace_region(text, Region.HIDDEN_TESTS) == "2\n2"


def test_a_region_without_an_end_hides_the_rest():
    assert replace_region("a\n### BEGIN HIDDEN TESTS\nb\nc", Region.HIDDEN_TESTS) == "a"


def test_the_solution_stays_without_its_markers():
    assert without_solution_markers(ANSWER) == "def f(x):\n    y = x\n    return y\n"


@pytest.mark.parametrize(
    ("kind", "source", "is_solution", "released"),
    [
        pytest.param("code", "x = 1", False, "x = 1", id="no markers"),
        pytest.param(
            "code", "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS", False, "a", id="a test"
        ),
        pytest.param(
            "code",
            ANSWER,
            True,
            "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n",
            id="an answer",
        ),
        pytest.param(
            "code", "x = 1", True, "# YOUR CODE HERE\nraise NotImplementedError()", id="all of it"
        ),
        pytest.param("markdown", "Because.", True, "YOUR ANSWER HERE", id="a written answer"),
    ],
)
def test_the_released_text_of_a_cell(kind, source, is_solution, released):
    metadata = {"nbgrader": {"solution": True}} if is_solution else {}
    cell = nbformat.from_dict({"cell_type": kind, "source": source, "metadata": metadata})

    assert released_text(cell) == released
