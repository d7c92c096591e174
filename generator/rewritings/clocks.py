"""Dates and times as programs spell them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from forms_spec.kinds.display import MONTHS
from generator.rewritings.expected import Expected

_MONTH_NUMBERS = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_NAMED = re.compile(r"([0-9]{1,2})[- ]([A-Za-z]{3})[a-z]*[- ]([0-9]{4}|[0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
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
_PARTIAL = Expected(accepts=bool, kind="partial_date")

ReadDate = Callable[[str], date | None]
"""Reads a date in one order of day, month and year."""


class TimeOfDay(NamedTuple):
    """A time of day; ``fine`` where seconds are written."""

    hour: int
    minute: int
    second: int
    fraction: str
    fine: bool

    def is_same(self, other: TimeOfDay) -> bool:
        """Whether the other is this time, with or without its seconds written."""
        return self[:4] == other[:4]

    def is_midnight(self) -> bool:
        return self[:4] == (0, 0, 0, "")

    def minutes(self) -> str:
        """The time without its seconds."""
        return f"{self.hour:02}:{self.minute:02}"

    def seconds(self) -> str:
        """The time without its fraction."""
        return f"{self.hour:02}:{self.minute:02}:{self.second:02}"


class Instant(NamedTuple):
    """A date with a time of day."""

    day: date
    clock: TimeOfDay

    def is_same(self, other: Instant) -> bool:
        """Whether the other is this moment, with or without its seconds written."""
        if self.day != other.day:
            return False

        return self.clock.is_same(other.clock)

    def exact(self) -> datetime:
        """The moment to the microsecond."""
        hour, minute, second, fraction, _ = self.clock
        # Python's clock has six digits after the point; a fraction may be longer.
        microsecond = int(fraction.ljust(6, "0")[:6])

        day = datetime(self.day.year, self.day.month, self.day.day)
        return day.replace(
            hour=hour, minute=minute, second=second, microsecond=microsecond
        )


def iso_date(text: str) -> date | None:
    if not _ISO.fullmatch(text):
        return None

    return _year_first(text)


def _year_first(text: str) -> date | None:
    match = _YEAR_FIRST.fullmatch(text)
    if match is None:
        return None

    year, _, month, day = match.groups()
    return _day(year, month, day)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(_full_year(year)), int(month), int(day))
    except ValueError:
        return None


def _full_year(year: str) -> str:
    # A spreadsheet shows two digits of a year. Studies are of this century.
    if len(year) == 4:
        return year

    return f"20{year}"


def _named(text: str) -> date | None:
    match = _NAMED.fullmatch(text)
    if match is None:
        return None

    day, name, year = match.groups()
    return _day(year, str(_month(name)), day)


def _month(name: str) -> int:
    """The number of a month by its name, 0 for a word that is no month."""
    return _MONTH_NUMBERS.get(name[:3].lower(), 0)


def _day_first(text: str) -> date | None:
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        return None

    day, _, month, year = match.groups()
    return _day(year, month, day)


def _month_first(text: str) -> date | None:
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        return None

    month, _, day, year = match.groups()
    return _day(year, month, day)


def _unambiguous(text: str) -> date | None:
    """A date in a spelling that can be read in one way only."""
    return _year_first(text) or _named(text)


def clock(text: str) -> TimeOfDay | None:
    """A time of day."""
    match = _TIME.fullmatch(text)
    if not match:
        return None

    hours, minutes, seconds, digits, half = match.groups()
    hour = _hour_of_day(int(hours), half)
    minute = int(minutes)

    second = int(seconds or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None

    fraction = (digits or "").rstrip("0")
    fine = seconds is not None
    return TimeOfDay(hour, minute, second, fraction, fine)


def _hour_of_day(hour: int, half: str | None) -> int:
    """The hour from 0 to 23, given the ``a`` of AM or the ``p`` of PM, if there is any."""
    if half is None:
        return hour

    # 12 AM is midnight, and 12 PM is noon.
    hour %= 12
    afternoon = half in "pP"

    return hour + 12 if afternoon else hour


def _clock_alone(text: str) -> TimeOfDay | None:
    """A time, also on the day on which a program put it."""
    day, _, time = text.partition(" ")
    if day in _NO_DAY:
        return clock(time)

    return clock(text)


def _clocks(before: str, after: str) -> tuple[TimeOfDay, TimeOfDay] | None:
    first = clock(before)
    second = _clock_alone(after)
    if first is None or second is None:
        return None

    return first, second


def instant(text: str, read_date: ReadDate = _unambiguous) -> Instant | None:
    """A date and a time of day, with or without the zone of Greenwich."""
    match = _MOMENT.fullmatch(text)
    if not match:
        return None

    day = read_date(match[1])
    time = clock(match[2])
    if day is None or time is None:
        return None

    return Instant(day, time)


def _instants(
    before: str, after: str, read_date: ReadDate = _unambiguous
) -> tuple[Instant, Instant] | None:
    # An export spells dates in one way. Only what came back has an order to guess.
    first = instant(before)
    second = instant(after, read_date)
    if first is None or second is None:
        return None

    return first, second


def _starting_date(text: str, read_date: ReadDate) -> date | None:
    """The date that a text is, or that it has before a time of day."""
    moment = instant(text, read_date)
    if moment is not None:
        return moment.day

    return read_date(text)


# What happened to a date


def date_separator(before: str, after: str) -> bool:
    """``2024-04-15`` became ``2024/04/15``, or ``15-Apr-2024``."""
    day = iso_date(before)
    if day is None:
        return False

    return day == _unambiguous(after)


def date_day_first(before: str, after: str) -> bool:
    """``2024-04-15`` became ``15/04/2024``, also before a time of day."""
    return _is_reordered(before, after, _day_first)


def date_month_first(before: str, after: str) -> bool:
    """``2024-04-15`` became ``04/15/2024``, also before a time of day."""
    return _is_reordered(before, after, _month_first)


def _is_reordered(before: str, after: str, read_date: ReadDate) -> bool:
    day = iso_date(before)
    if day is not None and day == read_date(after):
        return True

    moments = _instants(before, after, read_date)
    if moments is None:
        return False

    return moments[0].is_same(moments[1])


def midnight_added(before: str, after: str) -> bool:
    """``2024-04-15`` became ``2024-04-15 00:00:00``."""
    day = iso_date(before)
    moment = instant(after)
    if day is None or moment is None:
        return False

    same_day = moment.day == day
    return same_day and moment.clock.is_midnight()


def midnight_gone(before: str, after: str) -> bool:
    """``2024-04-15T00:00`` became ``2024-04-15``."""
    moment = instant(before)
    if moment is None or not moment.clock.is_midnight():
        return False

    return moment.day == _unambiguous(after)


def day_invented(before: str, after: str) -> bool:
    """``2024-04`` became ``2024-04-01``: a day that nobody gave."""
    day = _day_of_program(after)
    if day is None or day.day != 1:
        return False

    month_alone = f"{day:%Y-%m}"
    if before == month_alone:
        return True

    # A year alone becomes the first of January.
    year_alone = f"{day:%Y}"
    return day.month == 1 and before == year_alone


def _day_of_program(text: str) -> date | None:
    """A date in whatever spelling, also with a midnight that was added to it."""
    moment = instant(text)
    if moment and moment.clock.is_midnight():
        return moment.day

    return _unambiguous(text) or _day_first(text) or _month_first(text)


def month_named(before: str, after: str) -> bool:
    """``2024-04`` became ``Apr-24``."""
    is_month = _MONTH.fullmatch(before) is not None
    return is_month and before in months_named(after, _PARTIAL)


# What happened to a time


def seconds_added(before: str, after: str) -> bool:
    """``09:30`` became ``09:30:00``."""
    clocks = _clocks(before, after)
    if clocks is None:
        return False

    first, second = clocks
    return second.fine and not first.fine and first.is_same(second)


def time_respelled(before: str, after: str) -> bool:
    """``09:30`` became ``9:30``, or ``9:30 AM``."""
    clocks = _clocks(before, after)
    if clocks is None:
        return False

    return clocks[0].is_same(clocks[1])


def hours_became_minutes(before: str, after: str) -> bool:
    """``09:30`` became ``0:09:30``: nine minutes and a half."""
    clocks = _clocks(before, after)
    if clocks is None:
        return False

    first, second = clocks
    # 00:00 is midnight either way.
    if first.fine or first.minutes() == second.minutes():
        return False

    shifted = (0, first.hour, first.minute)
    return second[:3] == shifted


def moment_respelled(before: str, after: str) -> bool:
    """``2024-04-15T09:30`` became ``2024-04-15 09:30:00``."""
    moments = _instants(before, after)
    if moments is None:
        return False

    return moments[0].is_same(moments[1])


def fraction_rounded(before: str, after: str) -> bool:
    """``09:30:58.922535`` became ``09:30:58.923``."""
    moments = _instants(before, after)
    if moments is None:
        return False

    first, second = moments
    places = len(second.clock.fraction)
    if places >= len(first.clock.fraction):
        return False

    # Some programs round, others cut off: either is less than one step away.
    step: timedelta = max(timedelta(seconds=1) / 10**places, _MILLISECOND)
    difference = abs(first.exact() - second.exact())

    return difference < step


def text_became_date(before: str, after: str) -> bool:
    """``3-4`` became ``04-Mar``, or ``2001-03-04``."""
    match = _TWO_NUMBERS.fullmatch(before)
    if not match:
        return False

    numbers = {int(match[1]), int(match[2])}
    return any({day, month} == numbers for day, month in _days_and_months(after))


def _days_and_months(text: str) -> Iterator[tuple[int, int]]:
    for read_date in (_unambiguous, _day_first, _month_first):
        day = read_date(text)
        if day:
            yield day.day, day.month

    # A spreadsheet shows such a date without its year, which it made up.
    day_month = _DAY_MONTH.fullmatch(text)
    if day_month:
        yield int(day_month[1]), _month(day_month[2])

    month_day = _MONTH_DAY.fullmatch(text)
    if month_day:
        yield int(month_day[2]), _month(month_day[1])


# What a text may have been


def separated_dates(text: str, expected: Expected) -> Iterator[str]:
    """The date, unless it may have been a month or a year on its own."""
    yield from _whole_date(_unambiguous(text), expected)


def day_first_dates(text: str, expected: Expected) -> Iterator[str]:
    yield from _reordered(text, expected, _day_first)


def month_first_dates(text: str, expected: Expected) -> Iterator[str]:
    yield from _reordered(text, expected, _month_first)


def dates_of_midnights(text: str, expected: Expected) -> Iterator[str]:
    moment = instant(text)
    if moment is None or not moment.clock.is_midnight():
        return

    yield from _whole_date(moment.day, expected)


def _whole_date(day: date | None, expected: Expected) -> Iterator[str]:
    if day is None:
        return

    # The first of a month may be the month, to which a program gave a day.
    may_be_partial = day.day == 1 and expected.kind == "partial_date"
    if not may_be_partial:
        yield day.isoformat()


def months_named(text: str, expected: Expected) -> Iterator[str]:  # noqa: ARG001
    match = _NAMED_MONTH.fullmatch(text)
    if match is None:
        return

    name, year = match.groups()
    month = _month(name)
    if month:
        yield f"{_full_year(year)}-{month:02}"


def _reordered(text: str, expected: Expected, read_date: ReadDate) -> Iterator[str]:
    """A date, or one with a time of day, that begins with the day or the month."""
    if expected.kind != "datetime":
        yield from _whole_date(read_date(text), expected)
        return

    moment = instant(text, read_date)
    if moment is None:
        return

    # No second is invented.
    is_exact_enough = moment.clock.fine or not expected.seconds
    if is_exact_enough:
        yield from _as_datetime(moment, expected)


def moments_written(text: str, expected: Expected) -> Iterator[str]:
    moment = instant(text)
    if moment is None:
        return

    if expected.kind != "timestamp":
        yield from _as_datetime(moment, expected)
        return

    seconds = moment.clock.seconds()
    if moment.clock.fraction:
        seconds = f"{seconds}.{moment.clock.fraction}"

    yield f"{moment.day.isoformat()}T{seconds}Z"


def _as_datetime(moment: Instant, expected: Expected) -> Iterator[str]:
    for time in _as_time(moment.clock, expected):
        yield f"{moment.day.isoformat()}T{time}"


def times_without_seconds(text: str, expected: Expected) -> Iterator[str]:
    """A time without the seconds that its field does not have, and that are zero."""
    # "0:09:30" may also be 09:30 read as minutes.
    if text.startswith("0:"):
        return

    time = _clock_alone(text)
    if time:
        yield from _as_time(time, expected)


def times_of_minutes(text: str, expected: Expected) -> Iterator[str]:
    """``09:30`` for ``0:09:30``, in a field whose times have no seconds."""
    if expected.seconds or not text.startswith("0:"):
        return

    time = clock(text)
    if time and time.fine:
        yield f"{time.minute:02}:{time.second:02}"


def _as_time(time: TimeOfDay, expected: Expected) -> Iterator[str]:
    """The time as its field has it, unless something would be lost."""
    if time.fraction:
        return

    if expected.seconds:
        yield time.seconds()
    elif not time.second:
        yield time.minutes()


# What no program has touched


def is_iso_date(text: str) -> bool:
    return iso_date(text) is not None


def is_no_day_first(text: str) -> bool:
    """A date that is still as it was, or one whose second number is no month."""
    return _begins_as_exported(text) or _fits_only(text, _month_first, _day_first)


def is_no_month_first(text: str) -> bool:
    """A date that is still as it was, or one whose first number is no month."""
    return _begins_as_exported(text) or _fits_only(text, _day_first, _month_first)


def _begins_as_exported(text: str) -> bool:
    if is_iso_date(text):
        return True

    beginning = text[: len("YYYY-MM-DD")]
    return is_iso_date(beginning) and instant(text) is not None


def _fits_only(text: str, order: ReadDate, other: ReadDate) -> bool:
    if _starting_date(text, other) is not None:
        return False

    return _starting_date(text, order) is not None


def is_plain_time(text: str) -> bool:
    return bool(_PLAIN_TIME.fullmatch(text))
