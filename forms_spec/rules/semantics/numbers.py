"""Numbers of the dictionary's text as the rule language computes with them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from forms_spec.rule_syntax.limits import (
    FRACTION_DIGITS,
    INTEGER_DIGITS,
    NUMBER_BOUND,
    SCALE,
)


def scaled(text: str | Decimal) -> int | None:
    """A number's text in 10^-9, None when it is none or has no place on that grid."""
    try:
        number = Decimal(text).scaleb(FRACTION_DIGITS)
    except InvalidOperation:
        return None

    # ``Decimal`` reads ``NaN`` and ``Infinity`` too.
    if not number.is_finite() or abs(number) >= NUMBER_BOUND:
        return None

    is_on_grid = number == number.to_integral_value()
    if not is_on_grid:
        return None

    return int(number)


_NUMBER = re.compile(r"[ \t\n]*([-+]?)([0-9]*)(?:[.]([0-9]*))?[ \t\n]*", re.ASCII)


def number_in(text: str) -> int | None:
    """The number that a text says, UNKNOWN when it says none, or one with more than 9
    places.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None

    sign, whole, fraction = match.groups(default="")
    if not whole and not fraction:
        return None

    whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
    if len(whole) > INTEGER_DIGITS or len(fraction) > FRACTION_DIGITS:
        return None

    size = int(whole or "0") * SCALE + int(fraction.ljust(FRACTION_DIGITS, "0"))
    if sign == "-":
        return -size

    return size
