"""How long something takes: years, months, days, hours, minutes and seconds."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.calendar import month_start
from forms_spec.model.kind import Kind, Refusal
from forms_spec.model.values import Duration

if TYPE_CHECKING:
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value

DAY = 86_400
_COUNT = "(0|[1-9][0-9]{0,5})"
_GRAMMAR = re.compile(
    f"P(?!$)(?:{_COUNT}Y)?(?:{_COUNT}M)?(?:{_COUNT}D)?"
    f"(?:T(?!$)(?:{_COUNT}H)?(?:{_COUNT}M)?(?:{_COUNT}S)?)?"
)
WORDS = ("year", "month", "day", "hour", "minute", "second")
"""What the parts of a duration are called, from the longest to the shortest."""

_CYCLE = 4800
"""Months after which the calendar repeats: 400 years."""


class DurationKind(Kind):
    """ISO 8601, as XML Schema has it: ``P3DT4H``, ``PT90M``, ``P1Y6M``.

    Whole counts of at most six digits, no weeks and no sign. A day has 24 hours.
    """

    name: ClassVar[str] = "duration"
    noun: ClassVar[str] = "duration"

    def parse(self, text: str, field: Facets) -> Value | Refusal:  # noqa: ARG002
        counts = _counts(text)
        if counts is None:
            return Refusal(code="not-a-duration")

        years, months, days, hours, minutes, seconds = counts

        return Duration(
            months=12 * years + months,
            seconds=DAY * days + 3600 * hours + 60 * minutes + seconds,
        )

    def write(self, value: Value, field: Facets) -> str:  # noqa: ARG002
        assert isinstance(value, Duration)
        years, months = divmod(value.months, 12)
        minutes, seconds = divmod(value.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)

        return duration_text((years, months, days, hours, minutes, seconds))


def duration_text(counts: tuple[int, ...]) -> str:
    """The canonical text of six counts; ``PT0S`` for none of anything."""
    parts = [
        f"{count}{letter}" if count else ""
        for count, letter in zip(counts, "YMDHMS", strict=True)
    ]
    # Months and minutes share a letter; the T before the clock keeps them apart.
    days = "".join(parts[:3])
    clock = "".join(parts[3:])

    if clock:
        return f"P{days}T{clock}"
    if not days:
        return "PT0S"

    return f"P{days}"


def duration_words(text: str) -> str:
    """``3 days 4 hours`` for ``P3DT4H``."""
    counts = _counts(text) or ()
    words: list[str] = []

    for count, word in zip(counts, WORDS, strict=True):
        if count:
            ending = "" if count == 1 else "s"
            words.append(f"{count} {word}{ending}")

    return " ".join(words) or "0 seconds"


def _counts(text: str) -> tuple[int, ...] | None:
    result = _GRAMMAR.fullmatch(text)
    if not result:
        return None

    return tuple(int(count or 0) for count in result.groups())


@lru_cache(maxsize=4096)
def days_of_months(months: int) -> tuple[int, int]:
    """The fewest and the most days of so many months in a row.

    XML Schema tries four beginnings only, and misses the 1007 days that 33 months can
    have. Here every month of the cycle is a beginning.
    """
    cycles, rest = divmod(months, _CYCLE)
    starts = _month_starts()
    days = [
        end - start for start, end in zip(starts[:_CYCLE], starts[rest:], strict=False)
    ]
    whole = cycles * (starts[_CYCLE] - starts[0])

    return whole + min(days), whole + max(days)


@lru_cache(maxsize=1)
def _month_starts() -> tuple[int, ...]:
    """The ordinals of the first days of all months of two cycles."""
    first_year = 1600
    return tuple(month_start(first_year, month) for month in range(1, 2 * _CYCLE + 1))
