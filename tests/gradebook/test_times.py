"""A time of submission is read in every clear form, and refused in every other."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.gradebook import parse_time

NOON = datetime(2026, 1, 10, 12)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-10 12:00:00 UTC", "2026-01-10 12:00:00.000000 UTC", "2026-01-10 12:00"),
        *("2026-01-10T12:00:00Z", "2026-01-10T12:00:00+00:00", "2026-01-10 13:00:00 +0100"),
        *("2026-01-10 13:00:00 Europe/Berlin", "2026-01-10 13:00:00 CET", "2026-1-10 12:00 GMT"),
        *("10.01.2026 12:00", "10.1.2026, 13:00 CET", "\ufeff2026-01-10 12:00:00 UTC\r\n"),
    ],
)
def test_a_clear_time_is_read_in_utc(text):
    assert parse_time(text) == NOON


def test_a_date_is_its_first_moment():
    assert parse_time("10.01.2026") == parse_time("2026-01-10") == datetime(2026, 1, 10)


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday night", "12:00", "10", "01/10/2026 12:00", "10-01-2026", "2026-13-01"),
        *("2026-01-10 12:00:00 CEST2", "2026-01-10 12:00 Nowhere/Else", "2026-01-10 12:00 XYZ"),
        *("2026-01-10 25:00", "2026-01-10 12:00 +2500", "2026-01-10 12:00 ../../etc/passwd"),
        *("0001-01-01 00:00 +0100", "2026-01-10 12:00 UTC and more", "2026-01-10 12:00 America"),
    ],
)
def test_what_is_unclear_is_no_time(text):
    assert parse_time(text) is None


@given(st.datetimes())
def test_what_nbgrader_writes_is_read(moment):
    assert parse_time(f"{moment.isoformat(' ')} UTC") == moment
    assert parse_time(moment.replace(tzinfo=UTC).isoformat()) == moment


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\d \d\d:\d\d [A-Za-z/+-]+"))
def test_any_text_is_a_time_or_none(text):
    assert parse_time(text) is None or isinstance(parse_time(text), datetime)
