"""Read the time at which a submission was collected."""

import re
import time
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

EXPECTED = "a time such as 2026-01-31 12:00:00 UTC"

# The day is first in a date with dots. A date with slashes may mean two days, so it is refused.
_TIME = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"|(?P<day_first>\d{1,2})\.(?P<month_second>\d{1,2})\.(?P<year_last>\d{4}))"
    r"(?:(?:T|,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?:\s*(?P<zone>[+-]\d{2}:?\d{2}|[A-Za-z][\w/+-]*))?)?"
)


def parse_time(text: str) -> datetime | None:
    """Return the time in nbgrader's `timestamp.txt`, in UTC, or None if it is not a time.

    A time without a zone is in UTC, as with nbgrader. A time in a zone that is not known is not a
    time: to take it for UTC would make a submission late, or in time, by hours.
    """
    found = _TIME.fullmatch(text.strip("\ufeff \t\r\n"))
    if found is None:
        return None
    try:
        local = datetime(
            int(found["year"] or found["year_last"]),
            int(found["month"] or found["month_second"]),
            int(found["day"] or found["day_first"]),
            int(found["hour"] or 0),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            int((found["fraction"] or "0").ljust(6, "0")[:6]),
            tzinfo=_zone(found["zone"]),
        )
        return local.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, LookupError, OSError):
        return None


def _zone(name: str | None) -> tzinfo | None:
    """Return a time zone by its name or offset; None for that of this machine.

    Raises
    ------
    ValueError, LookupError, OSError
        If there is no such zone.
    """
    if name is None or name.upper() in ("Z", "UTC", "GMT"):
        return UTC
    if name[0] in "+-":
        sign = -1 if name[0] == "-" else 1
        return timezone(sign * timedelta(hours=int(name[1:3]), minutes=int(name[-2:])))
    return None if name in time.tzname else ZoneInfo(name)
