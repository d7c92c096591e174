"""Days, months and years as the rule language counts them; day numbers are
``date.toordinal``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date

LAST_DAY = date.max.toordinal()
_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)


def date_interval(text: str) -> tuple[int, int] | None:
    """First and last day that ``2024``, ``2024-03`` or ``2024-03-15`` may mean; None
    when it is no date.
    """
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())

    try:
        first = date(year or 0, month or 1, day or 1)
        if day is not None:
            return first.toordinal(), first.toordinal()
        last_month = month or 12
        last = date(first.year, last_month, monthrange(first.year, last_month)[1])
    except ValueError:
        return None

    return first.toordinal(), last.toordinal()


def time_seconds(text: str) -> int | None:
    """Seconds since midnight of ``09:30`` or ``09:30:15``."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups())
    return hour * 3600 + minute * 60 + second


def datetime_seconds(text: str) -> int | None:
    """Seconds of ``2024-04-15T09:30`` since day number 0."""
    day, _, clock = text.partition("T")
    on, index = date_interval(day), time_seconds(clock)
    if on is None or index is None or on[0] != on[1]:
        return None
    return on[0] * 86_400 + index


def add_days(day: int, days: int) -> int | None:
    result = day + days
    return result if 1 <= result <= LAST_DAY else None


def add_months(day: int, months: int) -> int | None:
    """The same day of the month, or the month's last one when it is shorter."""
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        return None
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)).toordinal()


def months_between(first: int, second: int) -> int:
    """Completed calendar months; negative when the second day is the earlier one."""
    if second < first:
        return -months_between(second, first)
    start, end = date.fromordinal(first), date.fromordinal(second)
    months = (end.year - start.year) * 12 + end.month - start.month
    reached = add_months(first, months)
    return months if reached is not None and reached <= second else months - 1


def age_years(birth: int, on: int) -> int:
    """Completed years; a birthday on 29 February counts on 1 March in common years."""
    born, day = date.fromordinal(birth), date.fromordinal(on)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
