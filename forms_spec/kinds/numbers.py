"""What whole numbers and decimals share: the bounds of the rule language's arithmetic."""

from __future__ import annotations

from decimal import Decimal

from forms_spec.kinds.base import Refusal

INTEGER_DIGITS = 15
MOST_PLACES = 9


def too_large(digits: str) -> Refusal | None:
    """Refuses more digits before the decimal point than arithmetic keeps exactly."""
    if len(digits) <= INTEGER_DIGITS:
        return None
    return Refusal(code="number-too-large", details=(("most", str(INTEGER_DIGITS)),))


def write_number(value: Decimal) -> str:
    """Plain digits without exponent, without zeros at the end of the decimals, never ``-0``."""
    if value == 0:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
