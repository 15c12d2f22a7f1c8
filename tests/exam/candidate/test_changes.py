"""What student code changes of a process is in force while it runs, and only then."""

import builtins
import json
import sys
import warnings

import pytest

from autograder.exam.candidate import global_state
from autograder.exam.candidate.global_state import GlobalState, watched_modules
from autograder.exam.candidate.replacements import name_replacements


@pytest.fixture
def state(monkeypatch):
    """Yield the state of this process; neither its timers nor its limits are changed."""
    monkeypatch.setattr(global_state, "setitimer", lambda *_: None)
    monkeypatch.setattr(global_state, "_setrlimit", lambda *_: None)
    state = GlobalState(watched_modules())
    yield state
    state.leave()


def test_a_change_is_undone_and_made_again(state):
    original = json.dumps

    state.enter()
    json.dumps = None
    state.leave()
    between = json.dumps
    state.enter()
    again = json.dumps
    json.dumps = original
    state.leave()

    assert between is original
    assert again is None
    assert list(state.replaced()) == []


def test_a_name_that_was_deleted_is_there_again_for_the_kernel(state):
    original = builtins.divmod

    state.enter()
    del builtins.divmod
    state.leave()
    between = builtins.divmod
    state.enter()
    is_missing = not hasattr(builtins, "divmod")
    builtins.divmod = original
    state.leave()

    assert between is original
    assert is_missing


def test_a_name_that_was_added_stays(state):
    state.enter()
    builtins.square = lambda x: x * x
    state.leave()

    assert vars(builtins).pop("square")(3) == 9


def test_settings_are_undone_and_made_again(state):
    limit, filters, trace = sys.getrecursionlimit(), list(warnings.filters), sys.gettrace()

    state.enter()
    sys.setrecursionlimit(limit + 7)
    warnings.simplefilter("error")
    state.leave()
    between = sys.getrecursionlimit(), list(warnings.filters)
    state.enter()
    again = sys.getrecursionlimit(), warnings.filters[0][0]
    sys.setrecursionlimit(limit)
    warnings.filters = filters
    state.leave()

    assert between == (limit, filters)
    assert again == (limit + 7, "error")
    assert sys.gettrace() is trace


def test_student_code_that_calls_back_keeps_its_changes(state):
    original = builtins.divmod

    state.enter(is_cell=False)
    builtins.divmod = None
    was_inside = state.leave()  # for the kernel's part of the call
    nested = state.leave()
    state.enter(is_cell=False)
    again = builtins.divmod
    builtins.divmod = original
    state.leave()

    assert (was_inside, nested) == (True, False)
    assert again is None


def test_a_set_up_cell_may_change_what_it_likes(state):
    original = json.dumps

    json.dumps = changed = lambda *_: "changed"
    state.accept()
    state.enter()
    state.leave()
    kept, json.dumps = json.dumps, original
    state.accept()

    assert kept is changed
    assert list(state.replaced()) == []


def error_of(source, space):
    try:
        exec(source, space)
    except Exception as error:
        return error
    raise AssertionError(source)


@pytest.mark.parametrize(
    ("space", "source", "expected"),
    [
        ({"max": 5}, "max(1, 2)", " (Your notebook has replaced max.)"),
        ({"max": 5}, "1 + 'a'", ""),
        ({"max": 5}, "raise ValueError(max)", ""),
        ({"data": None}, "data.sum()", " (Your notebook has replaced data.)"),
        ({"mine": None}, "mine.sum()", ""),
    ],
)
def test_only_a_replaced_name_that_was_used_is_named(state, space, source, expected):
    error = error_of(source, space)

    assert name_replacements(error, space, {"data": [1]}, state) == expected
