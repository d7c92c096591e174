"""What rules do with texts. A text that would be empty is UNKNOWN, as an empty cell is.

Positions count code points from 1. ``upper``, ``lower`` and comparisons without regard
to capitals know the letters A to Z only, so that every back end agrees.
"""

from __future__ import annotations

from datetime import date, timedelta

from forms_spec.model.characters import ascii_lower
from forms_spec.rule_syntax.limits import SCALE

_UP = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_BLANKS = " \t\n"


def upper(text: str) -> str:
    return text.translate(_UP)


def lower(text: str) -> str:
    return ascii_lower(text)


def trim(text: str) -> str | None:
    """Without blanks at the ends."""
    return text.strip(_BLANKS) or None


def mid(text: str, start: int, length: int) -> str | None:
    """``length`` characters from the one at ``start``; UNKNOWN when these are no whole
    numbers.
    """
    if start % SCALE or length % SCALE:
        return None

    # What begins before the text begins with it; a negative length takes nothing.
    first = max(start // SCALE - 1, 0)
    last = first + max(length // SCALE, 0)
    return text[first:last] or None


def left(text: str, length: int) -> str | None:
    return mid(text, SCALE, length)


def right(text: str, length: int) -> str | None:
    kept = min(max(length // SCALE, 0), len(text))
    return mid(text, (len(text) - kept + 1) * SCALE, length)


def find(needle: str, hay: str) -> int:
    """Where the first text stands in the second, 0 where it does not; capitals do not
    matter.
    """
    return (lower(hay).find(lower(needle)) + 1) * SCALE


def replace(text: str, old: str, new: str) -> str | None:
    """Every occurrence replaced, in exactly this spelling."""
    # Python would put ``new`` between all characters.
    if not old:
        return text or None

    return text.replace(old, new) or None


def contains(hay: str, needle: str) -> bool:
    return lower(needle) in lower(hay)


def starts_with(text: str, start: str) -> bool:
    return lower(text).startswith(lower(start))


def ends_with(text: str, end: str) -> bool:
    return lower(text).endswith(lower(end))


def number_text(number: int) -> str:
    """A number as it is written in a cell, without zeros at its end."""
    whole, fraction = divmod(abs(number), SCALE)
    size = f"{whole}.{fraction:09}".rstrip("0").rstrip(".")
    if number < 0:
        return f"-{size}"

    return size


def date_text(day: tuple[int, int]) -> str | None:
    """A day as it is written in a cell; UNKNOWN unless it is one day."""
    if day[0] != day[1]:
        return None

    return date.fromordinal(day[0]).isoformat()


def time_text(seconds: int) -> str:
    """A time as it is written in a cell, with its seconds where there are any."""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    clock = f"{hours:02}:{minutes:02}"
    if seconds:
        return f"{clock}:{seconds:02}"

    return clock


def moment_text(moment: int) -> str:
    """A date with time as it is written in a cell."""
    day = date(1, 1, 1) + timedelta(days=moment // 86_400 - 1)
    return f"{day.isoformat()}T{time_text(moment % 86_400)}"
