"""Times as people type them: ``930``, ``9.30``, ``9:30 pm``."""

from __future__ import annotations

import re

from forms_spec.model.characters import ascii_lower, plain_blanks

_HALF = r"(?: ?([ap])\.?m\.?)?"
_MARKED = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?" + _HALF)
_DIGITS = re.compile(r"([0-9]{1,2})([0-9]{2})([0-9]{2})?" + _HALF)
_FIVE_DIGITS = re.compile(r"[0-9]{5}" + _HALF)
_HOUR = re.compile(r"([0-9]{1,2})()()" + _HALF)


def read_clock(text: str) -> str | None:
    """``HH:MM`` or ``HH:MM:SS``; a bare hour only with am or pm.

    Five digits are refused: ``12345`` may be 1:23:45 or a slip.
    """
    typed = ascii_lower(plain_blanks(text))
    if _FIVE_DIGITS.fullmatch(typed):
        return None

    # The first grammar that fits: with colons, digits alone, an hour alone.
    results = (grammar.fullmatch(typed) for grammar in (_MARKED, _DIGITS, _HOUR))
    result = next(filter(None, results), None)
    if result is None:
        return None

    hour, minute, second, half = result.groups()
    is_bare_hour = not minute and not half
    if is_bare_hour:
        return None

    on_day = _hour_of_day(int(hour), half)
    if on_day is None:
        return None

    clock = f"{on_day:02}:{minute or '00'}"
    if second:
        return f"{clock}:{second}"

    return clock


def _hour_of_day(hour: int, half: str | None) -> int | None:
    """The hour from 0 to 23; 12 am is 0 and 12 pm is 12; ``13 pm`` is refused as a
    slip.
    """
    if not half:
        return hour

    # Who writes 13 pm may mean 1 pm or 13:00.
    is_on_dial = 1 <= hour <= 12
    if not is_on_dial:
        return None

    afternoon = 12 if half == "p" else 0
    return hour % 12 + afternoon
