"""Source code is parsed in many threads, without effects on each other."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.notebook.names import free_names
from autograder.notebook.source_code import parse, symbols

DEEP = "x = " + "(" * 40 + "1" + "+ a)" * 40


def test_threads_can_parse_at_the_same_time():
    with ThreadPoolExecutor(8) as threads:
        trees = list(threads.map(lambda n: len(parse(f"{DEEP}\ny = {n}").body), range(400)))

    assert trees == [2] * 400


def test_the_filters_of_warnings_stay_unchanged():
    before = list(warnings.filters)

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: free_names(f"'\\d' + b{n}"), range(200)))

    assert found == [{f"b{n}"} for n in range(200)]
    assert list(warnings.filters) == before


@pytest.mark.parametrize("read", [parse, symbols])
def test_source_that_is_not_python_is_an_error(read):
    with pytest.raises(SyntaxError):
        read("def (")
