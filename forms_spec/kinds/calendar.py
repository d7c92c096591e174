"""The calendar and the clock, as far as all kinds of dates and times share them."""

from __future__ import annotations

import re
from datetime import date, time

from forms_spec.model.kind import Refusal

FIRST_YEAR = 1000
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_NUMERIC = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4})")
_TWO_DIGIT_YEAR = re.compile(
    r"[0-9]{1,2}([-/. ]?)[A-Za-z]{3,9}\1[0-9]{2}|[0-9]{1,2}([-/. ])[0-9]{1,2}\2[0-9]{2}"
)


def day_of(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has none or the year is before 1000."""
    if year < FIRST_YEAR:
        return None

    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_start(year: int, month: int) -> int:
    """The ordinal of the first day of a month; the thirteenth is the next January."""
    years, index = divmod(month - 1, 12)
    return date(year + years, index + 1, 1).toordinal()


def read_day(text: str) -> date | None:
    """``YYYY-MM-DD``, or None."""
    result = _DAY.fullmatch(text)
    if not result:
        return None

    return day_of(int(result[1]), int(result[2]), int(result[3]))


def has_shape_of_day(text: str) -> bool:
    """True for four, two and two digits, whatever the calendar says of them."""
    return _DAY.fullmatch(text) is not None


def refuse_day(text: str, otherwise: str) -> Refusal:
    """The most helpful reason why a text is no day; ``otherwise`` where there is no
    better one.
    """
    if has_shape_of_day(text):
        return Refusal(code="no-such-day")
    if _TWO_DIGIT_YEAR.fullmatch(text):
        return Refusal(code="two-digit-year")

    result = _NUMERIC.fullmatch(text)
    if result is None:
        return Refusal(code=otherwise)

    # 03/04/2024 is a day in March to some and one in April to others.
    first, second, year = int(result[1]), int(result[3]), int(result[4])
    day_first = day_of(year, second, first)
    month_first = day_of(year, first, second)
    if day_first and month_first and first != second:
        return Refusal(code="ambiguous-date")

    return Refusal(code=otherwise)


def read_time(text: str) -> time | None:
    """``HH:MM`` or ``HH:MM:SS``, or None."""
    result = _TIME.fullmatch(text)
    if not result:
        return None

    hour, minute, second = result.group(1, 2, 3)
    return time(int(hour), int(minute), int(second or 0))


def write_time(value: time, *, seconds: bool) -> str:
    return value.strftime("%H:%M:%S" if seconds else "%H:%M")


_LOOSE_CLOCK = re.compile(r"[0-9]{1,2}[:.]?[0-9]{2}")


def refuse_seconds(
    clock: str, *, seconds: bool, example: str = "09:30:15"
) -> Refusal | None:
    """Refuses a well-formed time that has seconds where the field has none, or lacks
    them.
    """
    has_seconds = len(clock) == len("HH:MM:SS")
    if has_seconds == seconds:
        return None
    if has_seconds:
        return Refusal(code="time-has-seconds")

    return Refusal(code="time-lacks-seconds", details=(("example", example),))


def why_no_time(text: str, *, seconds: bool) -> Refusal:
    """What a text that is no time lacks.

    ``9:30`` lacks the seconds where the field has them.
    """
    if not seconds:
        return Refusal(
            code="not-a-time",
            details=(("wanted", "hours and minutes"), ("example", "09:30")),
        )

    if _LOOSE_CLOCK.fullmatch(text):
        return Refusal(code="time-lacks-seconds", details=(("example", "09:30:15"),))

    wanted = "hours, minutes and seconds"

    return Refusal(
        code="not-a-time", details=(("wanted", wanted), ("example", "09:30:15"))
    )
