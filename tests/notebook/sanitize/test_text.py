"""Untrusted text becomes plain text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.notebook.sanitize.text import plain_text, shorten


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("\x1b[1;31mred\x1b[0m", "red", id="colors"),
        pytest.param("\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\", "click", id="terminal link"),
        pytest.param("\x1b]0;title\x07x", "x", id="window title"),
        pytest.param("\x9b31mred", "red", id="eight-bit CSI"),
        pytest.param("10%\r50%\r100%\ndone", "100%\ndone", id="progress bar"),
        pytest.param("abc\b\b\bxyz", "xyz", id="backspaces"),
        pytest.param("a\r\nb\u2028c", "a\nb\nc", id="line breaks"),
        pytest.param("a\x00b\x07c\td", "abc\td", id="control characters"),
        pytest.param("lone \ud800 surrogate", "lone \ufffd surrogate", id="lone surrogate"),
        pytest.param("if a:\u202e evil", "if a:\ufffd evil", id="bidirectional override"),
        pytest.param("Zürich, 東京 😀", "Zürich, 東京 😀", id="other scripts stay"),
    ],
)
def test_text_becomes_what_a_terminal_shows(text, plain):
    assert plain_text(text) == plain


@given(st.text(alphabet=st.characters(categories=None) | st.sampled_from("\x1b[]\r\b\n;m1")))
def test_plain_text_is_printable_and_can_be_encoded(text):
    plain = plain_text(text, 40)

    plain.encode("utf-8")
    assert not any(character in plain for character in "\x00\x1b\r\b\u202e")
    assert len(plain) <= 40
    assert plain_text(plain, 40) == plain


def test_a_long_text_keeps_its_beginning_and_its_end():
    short = shorten("a" * 500 + "b" * 500, 200)

    assert short.startswith("aaaa")
    assert short.endswith("bbbb")
    assert "left out" in short
    assert len(short) == 200


@pytest.mark.parametrize("unit", ["\x1b[", "\x1b]", "\x1b", "\r", "a\b", "\x1b[1;"])
def test_hostile_text_takes_linear_time(unit):
    started = time.process_time()

    plain_text(unit * 1_000_000, 100_000)

    assert time.process_time() - started < 5
