"""Days, months and years as the rule language counts them; day numbers are
``date.toordinal``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date

LAST_DAY = date.max.toordinal()
_PARTIAL = re.compile(r"([1-9]\d{3})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)


def date_interval(text: str) -> tuple[int, int] | None:
    """First and last day that ``2024``, ``2024-03`` or ``2024-03-15`` may mean; None
    when it is no date.

    The grammar is the one of partial dates: a month or a day that is not known is left
    out, and ``2024-00-00`` is no date.
    """
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return None

    year = int(match[1])
    months = (1, 12) if match[2] is None else (int(match[2]), int(match[2]))

    try:
        first = date(year, months[0], int(match[3] or 1))
        if match[3] is not None:
            return first.toordinal(), first.toordinal()

        last = date(year, months[1], monthrange(year, months[1])[1])
    except ValueError:
        return None

    return first.toordinal(), last.toordinal()


def time_seconds(text: str) -> int | None:
    """Seconds since midnight of ``09:30`` or ``09:30:15``."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None

    hour, minute, second = map(int, match.groups(default="0"))
    return hour * 3600 + minute * 60 + second


def datetime_seconds(text: str) -> int | None:
    """Seconds of ``2024-04-15T09:30`` since day number 0."""
    date_text, _, clock_text = text.partition("T")
    day, seconds = date_interval(date_text), time_seconds(clock_text)
    if day is None or seconds is None:
        return None
    # A moment is on a day that is known in full.
    if day[0] != day[1]:
        return None

    return day[0] * 86_400 + seconds


def add_days(day: int, days: int) -> int | None:
    """A day in the years 1 to 9999, None beyond."""
    later = day + days
    if 1 <= later <= LAST_DAY:
        return later

    return None


def add_months(day: int, months: int) -> int | None:
    """The same day of the month, or the month's last one when it is shorter."""
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        return None

    _, last_day = monthrange(year, month + 1)
    return date(year, month + 1, min(start.day, last_day)).toordinal()


def months_between(first: int, second: int) -> int:
    """Completed calendar months; negative when the second day is the earlier one."""
    if second < first:
        return -months_between(second, first)

    start, end = date.fromordinal(first), date.fromordinal(second)
    months = (end.year - start.year) * 12 + end.month - start.month
    # The last of these months may not be over yet.
    reached = add_months(first, months)
    is_completed = reached is not None and reached <= second
    if is_completed:
        return months

    return months - 1


def age_years(birth: int, on: int) -> int:
    """Completed years; a birthday on 29 February counts on 1 March in common years."""
    born, day = date.fromordinal(birth), date.fromordinal(on)
    birthday_to_come = (day.month, day.day) < (born.month, born.day)
    return day.year - born.year - birthday_to_come
