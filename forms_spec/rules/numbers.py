"""Numbers of the dictionary's text as the rule language computes with them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from forms_spec.rules.limits import FRACTION_DIGITS, NUMBER_BOUND


def scaled(text: str | Decimal) -> int | None:
    """A number's text in 10^-9, None when it is none or has no place on that grid."""
    try:
        found = Decimal(text).scaleb(FRACTION_DIGITS)
    except InvalidOperation:
        return None
    if not found.is_finite() or found != found.to_integral_value() or abs(found) >= NUMBER_BOUND:
        return None
    return int(found)
