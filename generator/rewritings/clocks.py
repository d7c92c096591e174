"""Dates and times as programs spell them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from generator.rewritings.expected import Expected

_MONTHS = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_NAMED = re.compile(r"([0-9]{1,2})[- ]([A-Za-z]{3})[a-z]*[- ]([0-9]{4}|[0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}")
_NAMED_MONTH = re.compile(r"([A-Za-z]{3})[a-z]*[- ]([0-9]{4}|[0-9]{2})")
_TIME = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(?:\s*([AaPp])\.?[Mm]\.?)?"
)
_MOMENT = re.compile(r"(.+?)[T ]+([0-9]{1,2}:.+?)\s*(Z|UTC|[+-]00(?::?00)?)?")
_TWO_NUMBERS = re.compile(r"([0-9]{1,2})[-/]([0-9]{1,2})")
_DAY_MONTH = re.compile(r"([0-9]{1,2})[- ]([A-Za-z]{3})[a-z]*")
_MONTH_DAY = re.compile(r"([A-Za-z]{3})[a-z]*[- ]([0-9]{1,2})")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")
_NO_DAY = ("1970-01-01", "1899-12-30", "1899-12-31", "1900-01-00", "1904-01-01")
"""The days on which programs put a time that has none."""
_MILLISECOND = timedelta(milliseconds=1)


class Clock(NamedTuple):
    """A time of day; ``fine`` where seconds are written."""

    hour: int
    minute: int
    second: int
    fraction: str
    fine: bool


class Moment(NamedTuple):
    day: date
    clock: Clock
    zone: bool


def iso_date(text: str) -> date | None:
    return _date(text) if _ISO.fullmatch(text) else None


def _date(text: str) -> date | None:
    """A date that begins with its year."""
    match = _YEAR_FIRST.fullmatch(text)
    return _day(match[1], match[3], match[4]) if match else None


def _day(year: str, month: str, day: str) -> date | None:
    full = year if len(year) == 4 else f"20{year}"
    try:
        return date(int(full), int(month), int(day))
    except ValueError:
        return None


def _named(text: str) -> date | None:
    match = _NAMED.fullmatch(text)
    return _day(match[3], str(_month(match[2])), match[1]) if match else None


def _month(name: str) -> int:
    low = name[:3].lower()
    return _MONTHS.index(low) + 1 if low in _MONTHS else 0


def _day_first(text: str) -> date | None:
    match = _YEAR_LAST.fullmatch(text)
    return _day(match[4], match[3], match[1]) if match else None


def _month_first(text: str) -> date | None:
    match = _YEAR_LAST.fullmatch(text)
    return _day(match[4], match[1], match[3]) if match else None


def _spelled(text: str) -> date | None:
    """A date in a spelling that can be read in one way only."""
    return _date(text) or _named(text)


def clock(text: str) -> Clock | None:
    """A time of day."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[5]:
        hour = hour % 12 + (12 if match[5] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return Clock(
        hour, minute, second, (match[4] or "").rstrip("0"), match[3] is not None
    )


def moment(text: str) -> Moment | None:
    """A date and a time of day, with or without the zone of Greenwich."""
    return _moment(text, _spelled)


def _moment(text: str, read: Callable[[str], date | None]) -> Moment | None:
    match = _MOMENT.fullmatch(text)
    if not match:
        return None
    day, time = read(match[1]), clock(match[2])
    return Moment(day, time, match[3] is not None) if day and time else None


def date_separator(before: str, after: str) -> bool:
    """``2024-04-15`` became ``2024/04/15``, or ``15-Apr-2024``."""
    day = iso_date(before)
    return before != after and day is not None and day == _spelled(after)


def date_day_first(before: str, after: str) -> bool:
    """``2024-04-15`` became ``15/04/2024``, also before a time of day."""
    day = iso_date(before)
    return (day is not None and day == _day_first(after)) or _same_moment(
        before, after, _day_first
    )


def date_month_first(before: str, after: str) -> bool:
    """``2024-04-15`` became ``04/15/2024``, also before a time of day."""
    day = iso_date(before)
    return (day is not None and day == _month_first(after)) or _same_moment(
        before, after, _month_first
    )


def _same_moment(before: str, after: str, read: Callable[[str], date | None]) -> bool:
    first, second = moment(before), _moment(after, read)
    return (
        first is not None
        and second is not None
        and (first.day, first.clock[:4]) == (second.day, second.clock[:4])
    )


def midnight_added(before: str, after: str) -> bool:
    """``2024-04-15`` became ``2024-04-15 00:00:00``."""
    day, read = iso_date(before), moment(after)
    return (
        day is not None
        and read is not None
        and read.day == day
        and _midnight(read.clock)
    )


def midnight_gone(before: str, after: str) -> bool:
    """``2024-04-15T00:00`` became ``2024-04-15``."""
    read = moment(before)
    return read is not None and _midnight(read.clock) and read.day == _spelled(after)


def _midnight(time: Clock) -> bool:
    return (time.hour, time.minute, time.second, time.fraction) == (0, 0, 0, "")


def day_invented(before: str, after: str) -> bool:
    """``2024-04`` became ``2024-04-01``: a day that nobody gave."""
    read = moment(after)
    day = (
        read.day
        if read and _midnight(read.clock)
        else _spelled(after) or _day_first(after)
    )
    if day is None and (other := _month_first(after)):
        day = other
    if day is None or day.day != 1:
        return False
    return before == f"{day:%Y-%m}" or (before == f"{day:%Y}" and day.month == 1)


def month_named(before: str, after: str) -> bool:
    """``2024-04`` became ``Apr-24``."""
    return _MONTH.fullmatch(before) is not None and before in months_named(
        after, _PARTIAL
    )


def months_named(text: str, expected: Expected) -> Iterator[str]:
    match = _NAMED_MONTH.fullmatch(text)
    if match and expected.kind == "partial_date" and _month(match[1]):
        yield f"{match[2] if len(match[2]) == 4 else f'20{match[2]}'}-{_month(match[1]):02}"


def seconds_added(before: str, after: str) -> bool:
    """``09:30`` became ``09:30:00``."""
    first, second = clock(before), _clock_alone(after)
    if first is None or second is None or first.fine or not second.fine:
        return False
    return first[:4] == second[:4]


def time_respelled(before: str, after: str) -> bool:
    """``09:30`` became ``9:30``, or ``9:30 AM``."""
    first, second = clock(before), _clock_alone(after)
    return (
        before != after
        and first is not None
        and second is not None
        and first[:4] == second[:4]
    )


def _clock_alone(text: str) -> Clock | None:
    """A time, also on the day on which a program put it."""
    day, _, time = text.partition(" ")
    return clock(time if day in _NO_DAY else text)


def hours_became_minutes(before: str, after: str) -> bool:
    """``09:30`` became ``0:09:30``: nine minutes and a half."""
    first, second = clock(before), _clock_alone(after)
    if first is None or second is None or first.fine or first[:2] == second[:2]:
        return False
    return (second.hour, second.minute, second.second) == (0, first.hour, first.minute)


def moment_respelled(before: str, after: str) -> bool:
    """``2024-04-15T09:30`` became ``2024-04-15 09:30:00``."""
    first, second = moment(before), moment(after)
    if before == after or first is None or second is None:
        return False
    return first.day == second.day and first.clock[:4] == second.clock[:4]


def fraction_rounded(before: str, after: str) -> bool:
    """``09:30:58.922535`` became ``09:30:58.923``."""
    first, second = moment(before), moment(after)
    if before == after or first is None or second is None:
        return False
    shorter = len(second.clock.fraction) < len(first.clock.fraction)
    step = max(timedelta(seconds=1) / 10 ** len(second.clock.fraction), _MILLISECOND)
    return shorter and abs(_exact(first) - _exact(second)) < step


def _exact(read: Moment) -> datetime:
    time = read.clock
    micro = int((time.fraction + "000000")[:6])

    return datetime(
        read.day.year,
        read.day.month,
        read.day.day,
        time.hour,
        time.minute,
        time.second,
        micro,
    )


def text_became_date(before: str, after: str) -> bool:
    """``3-4`` became ``04-Mar``, or ``2001-03-04``."""
    match = _TWO_NUMBERS.fullmatch(before)
    if not match:
        return False
    numbers = {int(match[1]), int(match[2])}
    return any({day, month} == numbers for day, month in _days_and_months(after))


def _days_and_months(text: str) -> Iterator[tuple[int, int]]:
    for day in (_spelled(text), _day_first(text), _month_first(text)):
        if day:
            yield day.day, day.month

    if match := _DAY_MONTH.fullmatch(text):
        yield int(match[1]), _month(match[2])
    if match := _MONTH_DAY.fullmatch(text):
        yield int(match[2]), _month(match[1])


def separated_dates(text: str, expected: Expected) -> Iterator[str]:
    """The date, unless it may have been a month or a year on its own."""
    day = _spelled(text)
    if (
        day
        and expected.kind in ("date", "partial_date")
        and not _maybe_partial(day, expected)
    ):
        yield day.isoformat()


def day_first_dates(text: str, expected: Expected) -> Iterator[str]:
    yield from _moments_of(text, expected, _day_first)
    day = _day_first(text)
    if (
        day
        and expected.kind in ("date", "partial_date")
        and not _maybe_partial(day, expected)
    ):
        yield day.isoformat()


def month_first_dates(text: str, expected: Expected) -> Iterator[str]:
    yield from _moments_of(text, expected, _month_first)
    day = _month_first(text)
    if (
        day
        and expected.kind in ("date", "partial_date")
        and not _maybe_partial(day, expected)
    ):
        yield day.isoformat()


def _moments_of(
    text: str, expected: Expected, read: Callable[[str], date | None]
) -> Iterator[str]:
    """A date with a time whose date begins with the day or the month; no second is
    invented.
    """
    result = _moment(text, read) if expected.kind == "datetime" else None
    if result is not None and (result.clock.fine or not expected.seconds):
        yield from (
            f"{result.day.isoformat()}T{time}"
            for time in _written(result.clock, expected)
        )


def _maybe_partial(day: date, expected: Expected) -> bool:
    return expected.kind == "partial_date" and day.day == 1


def dates_of_midnights(text: str, expected: Expected) -> Iterator[str]:
    read = moment(text)
    if (
        read is None
        or expected.kind not in ("date", "partial_date")
        or not _midnight(read.clock)
    ):
        return

    if not _maybe_partial(read.day, expected):
        yield read.day.isoformat()


def times_without_seconds(text: str, expected: Expected) -> Iterator[str]:
    """A time without the seconds that its field does not have, and that are zero."""
    time = _clock_alone(text)
    if expected.kind == "time" and time and not text.startswith("0:"):
        yield from _written(time, expected)


def times_of_minutes(text: str, expected: Expected) -> Iterator[str]:
    """``09:30`` for ``0:09:30``, in a field whose times have no seconds."""
    time = clock(text)
    if (
        expected.kind == "time"
        and not expected.seconds
        and time
        and text.startswith("0:")
        and time.fine
    ):
        yield f"{time.minute:02}:{time.second:02}"


def moments_written(text: str, expected: Expected) -> Iterator[str]:
    read = moment(text)
    if expected.kind == "timestamp" and read:
        time = read.clock
        fraction = f".{time.fraction}" if time.fraction else ""
        yield f"{read.day.isoformat()}T{time.hour:02}:{time.minute:02}:{time.second:02}{fraction}Z"

    if expected.kind == "datetime" and read:
        for written in _written(read.clock, expected):
            yield f"{read.day.isoformat()}T{written}"


def _written(time: Clock, expected: Expected) -> Iterator[str]:
    if time.fraction:
        return
    if expected.seconds:
        yield f"{time.hour:02}:{time.minute:02}:{time.second:02}"
    elif not time.second:
        yield f"{time.hour:02}:{time.minute:02}"


def is_iso_date(text: str) -> bool:
    return iso_date(text) is not None


def is_no_day_first(text: str) -> bool:
    """A date that is still as it was, or one whose second number is no month."""
    return _is_iso(text) or (
        _starts(text, _day_first) is None and _starts(text, _month_first) is not None
    )


def is_no_month_first(text: str) -> bool:
    return _is_iso(text) or (
        _starts(text, _month_first) is None and _starts(text, _day_first) is not None
    )


def _is_iso(text: str) -> bool:
    return is_iso_date(text) or (moment(text) is not None and is_iso_date(text[:10]))


def _starts(text: str, read: Callable[[str], date | None]) -> date | None:
    """The date that a text is, or that it has before a time of day."""
    result = _moment(text, read)
    return result.day if result else read(text)


def is_plain_time(text: str) -> bool:
    return bool(_PLAIN_TIME.fullmatch(text))


_PARTIAL = Expected(accepts=bool, kind="partial_date")
