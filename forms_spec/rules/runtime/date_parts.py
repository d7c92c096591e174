"""Parts of dates, and what is made of parts. None is UNKNOWN."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.semantics.resolved import Interval


def _shared(part: Callable[[date], int]) -> Callable[[Interval], int | None]:
    """A part that is known when all days that may be meant have the same; a year is at
    most a year long.
    """

    def of(day: Interval) -> int | None:
        first, last = _ends(day)
        if part(first) != part(last):
            return None

        return part(first) * SCALE

    return of


def _ends(day: Interval) -> tuple[date, date]:
    return date.fromordinal(day[0]), date.fromordinal(day[1])


year = _shared(lambda day: day.year)


def month(day: Interval) -> int | None:
    first, last = _ends(day)
    # March of two years would pass as one month.
    if (first.year, first.month) != (last.year, last.month):
        return None

    return first.month * SCALE


def day_of_month(day: Interval) -> int | None:
    if day[0] != day[1]:
        return None

    return date.fromordinal(day[0]).day * SCALE


def day_of_week(day: Interval) -> int | None:
    """1 is Monday, 7 Sunday."""
    if day[0] != day[1]:
        return None

    return date.fromordinal(day[0]).isoweekday() * SCALE


def seconds_between(first: int, second: int) -> int:
    return (second - first) * SCALE


def datetime_of(day: Interval, clock: int) -> int | None:
    if day[0] != day[1]:
        return None

    return day[0] * 86_400 + clock


def median(numbers: list[int]) -> int | None:
    """The middle number, or the mean of the two in the middle; UNKNOWN without any."""
    if not numbers:
        return None

    ordered = sorted(numbers)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]

    # Half of an odd sum is rounded away from zero, as every other number.
    both = ordered[half - 1] + ordered[half]
    size = (abs(both) + 1) // 2
    if both > 0:
        return size

    return -size
