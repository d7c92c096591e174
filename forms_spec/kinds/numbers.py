"""What whole numbers and decimals share: the bounds of the rule language's arithmetic."""

from __future__ import annotations

import re
from decimal import Decimal

from forms_spec.model.kind import Refusal

INTEGER_DIGITS = 15
MOST_PLACES = 9


def too_large(digits: str) -> Refusal | None:
    """Refuses more digits before the decimal point than arithmetic keeps exactly."""
    if len(digits) <= INTEGER_DIGITS:
        return None

    details = (("most", str(INTEGER_DIGITS)),)
    return Refusal(code="number-too-large", details=details)


def too_many_places(decimals: str | None, most: int) -> Refusal | None:
    """Refuses more digits after the decimal point than the field has places."""
    given = len(decimals or "")
    if given <= most:
        return None

    details = (("given", str(given)), ("most", str(most)))
    return Refusal(code="too-many-places", details=details)


_COMMA = re.compile(r"([+-]?)([0-9]+),([0-9]+)")
_THOUSANDS = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]+)?")
_LIMIT = re.compile(r"(<=|>=|<|>|\u2264|\u2265) ?(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)")


NOT_A_NUMBER = (
    "not-a-number",
    "digits, with a decimal point if needed, for example 38.1",
)
NOT_AN_INTEGER = ("not-an-integer", "digits only, for example 12")


_MINUS_ZERO = re.compile(r"-0(?:\.0*)?")


def why_no_number(
    text: str, *, whole: bool, comparators: tuple[str, ...] = ()
) -> Refusal:
    """Why a text is no number: a comma, a comparator that the field does not take, or
    anything else.
    """
    code, wanted = NOT_AN_INTEGER if whole else NOT_A_NUMBER
    trouble = ""
    if comparators:
        wanted = f"{NOT_A_NUMBER[1]}; or {comparators[0]}0.3 if you know only a limit"

    limit = None if comparators else _LIMIT.fullmatch(text)
    readings = _without_comma(text, whole=whole)

    if limit is not None:
        trouble = ": it is a limit, but this field accepts exact numbers only"
        wanted = (
            f"an exact number, for example {_number_of(limit[2], whole=whole)};"
            " if you know only the limit, give a reason why there is no value"
        )
    elif readings:
        trouble = ": the comma could separate decimals or thousands"
        wanted = f"a decimal point and no thousands separator: {' or '.join(readings)}"

    return Refusal(code=code, details=(("trouble", trouble), ("wanted", wanted)))


def _number_of(limit: str, *, whole: bool) -> str:
    """The number of a limit, as the field could hold it."""
    number = limit.partition(".")[0] if whole else limit
    if _MINUS_ZERO.fullmatch(number):
        return "0"

    return number


def _without_comma(text: str, *, whole: bool) -> list[str]:
    """What a number with a comma may mean: ``1,000`` is 1.000 to some and 1000 to
    others.
    """
    readings = []
    decimal = _COMMA.fullmatch(text)
    if decimal and not whole:
        sign, digits, decimals = decimal.groups()
        readings.append(f"{_sign(sign)}{_plain(digits)}.{decimals}")

    # No number begins with a group of zeros, as 0,500 would.
    thousands = _THOUSANDS.fullmatch(text)
    if thousands is None or thousands[2].startswith("0"):
        return readings

    sign, groups, decimals = thousands.groups()
    is_possible = not whole or not decimals
    if is_possible:
        digits = groups.replace(",", "")
        readings.append(f"{_sign(sign)}{digits}{decimals or ''}")

    return readings


def _sign(sign: str) -> str:
    if sign == "-":
        return "-"

    return ""


def _plain(digits: str) -> str:
    return digits.lstrip("0") or "0"


def write_number(value: Decimal) -> str:
    """Plain digits without exponent, without zeros at the end of the decimals, never
    ``-0``.
    """
    if value == 0:
        return "0"

    text = f"{value:f}"
    if "." in text:
        return text.rstrip("0").rstrip(".")

    return text
