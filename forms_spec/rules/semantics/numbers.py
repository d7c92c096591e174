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
        scaleb = Decimal(text).scaleb(FRACTION_DIGITS)
    except InvalidOperation:
        return None

    if (
        not scaleb.is_finite()
        or scaleb != scaleb.to_integral_value()
        or abs(scaleb) >= NUMBER_BOUND
    ):
        return None

    return int(scaleb)


_NUMBER = re.compile(r"[ \t\n]*([-+]?)([0-9]*)(?:[.]([0-9]*))?[ \t\n]*", re.ASCII)


def number_in(text: str) -> int | None:
    """The number that a text says, UNKNOWN when it says none, or one with more than 9
    places.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        return None
    whole, fraction = match[2].lstrip("0"), (match[3] or "").rstrip("0")
    if len(whole) > INTEGER_DIGITS or len(fraction) > FRACTION_DIGITS:
        return None
    size: int = int(whole or "0") * SCALE + int(fraction.ljust(FRACTION_DIGITS, "0"))

    return -size if match[1] == "-" else size
