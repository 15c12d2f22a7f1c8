"""Test that Ctrl-C ends grading between two submissions, and a second Ctrl-C ends it at once."""

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.grading.pipeline import deferred_interrupt


def test_work_goes_on_until_the_next_check():
    done = []
    with deferred_interrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        done.append("the rest of this submission")
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()

    assert done == ["the rest of this submission"]


def test_nothing_happens_when_nobody_presses_it():
    with deferred_interrupt() as interrupt:
        interrupt.check()
        assert not interrupt.is_pressed


def test_a_second_time_it_ends_at_once():
    with deferred_interrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        assert interrupt.is_pressed
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("error", [None, RuntimeError("a failed exam")])
def test_afterwards_ctrl_c_does_what_it_did_before(error):
    before = signal.getsignal(signal.SIGINT)
    try:
        with deferred_interrupt():
            assert signal.getsignal(signal.SIGINT) is not before
            if error:
                raise error
    except RuntimeError:
        assert error

    assert signal.getsignal(signal.SIGINT) is before


def test_in_another_thread_the_handler_of_the_main_thread_stays():
    before = signal.getsignal(signal.SIGINT)

    def grade():
        with deferred_interrupt() as interrupt:
            interrupt.check()
            return signal.getsignal(signal.SIGINT)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(grade).result() is before
