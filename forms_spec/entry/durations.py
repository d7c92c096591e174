"""Durations as people type them: ``3d 4h``, ``90 min``, ``2 weeks``, ``1 yr 6 mo``."""

from __future__ import annotations

import re

from forms_spec.kinds.duration import duration_text
from forms_spec.model.characters import ascii_lower, plain_blanks

_UNITS = (
    ("y", "yr", "yrs", "year", "years"),
    ("mo", "mos", "mon", "mth", "mths", "month", "months"),
    ("d", "day", "days"),
    ("h", "hr", "hrs", "hour", "hours"),
    ("min", "mins", "minute", "minutes"),
    ("s", "sec", "secs", "second", "seconds"),
)
_WEEKS = ("w", "wk", "wks", "week", "weeks")
_PARTS = {word: part for part, words in enumerate(_UNITS) for word in words}
_YEAR, _MONTH, _DAY, _HOUR, _MINUTE = range(5)

_ISO = re.compile(r"p[0-9t][0-9a-z]*")
_ISO_WEEKS = re.compile(r"p([0-9]{1,5}w)")
_AMOUNT = re.compile(r"([0-9]{1,6}) ?([a-z]+)[ ,]*")


def read_duration(text: str) -> str | None:
    """Whole counts with their units, from the longest unit to the shortest.

    ``m`` alone is a month after years and a minute after hours; else nobody knows which,
    and the text is not read. Weeks become days.
    """
    typed = ascii_lower(plain_blanks(text))
    weeks_alone = _ISO_WEEKS.fullmatch(typed)

    if weeks_alone:
        typed = weeks_alone[1]
    elif _ISO.fullmatch(typed):
        return typed.upper()

    counts = [0] * len(_UNITS)
    position, last, last_word = 0, -1, ""

    while position < len(typed):
        amount = _AMOUNT.match(typed, position)
        if amount is None:
            return None

        word = amount[2]
        part = _part(word, last)
        if part is None or part < last:
            return None

        # Weeks and days are one count; any other unit may stand once.
        days_after_weeks = last_word in _WEEKS and word not in _WEEKS
        if part == last and not days_after_weeks:
            return None

        days = 7 if word in _WEEKS else 1
        counts[part] += int(amount[1]) * days
        position, last, last_word = amount.end(), part, word

    if last >= 0:
        return duration_text(tuple(counts))

    return None


def _part(word: str, last: int) -> int | None:
    """The index of the unit; ``last`` is the one before it."""
    if word == "m":
        return {_YEAR: _MONTH, _HOUR: _MINUTE}.get(last)
    if word in _WEEKS:
        return _DAY

    return _PARTS.get(word)
