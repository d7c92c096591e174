"""Numbers as programs spell them: zeros, exponents, and the digits that a binary
fraction has no room for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, InvalidOperation

from generator.rewritings.expected import Expected

_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_EXPONENT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]{1,3}")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,16}")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_PERCENT = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*%")
_LONGEST = 60
_PRECISE = Context(prec=2 * _LONGEST)
_BINARY_DIGITS = 15
"""So many significant digits a binary fraction keeps for certain."""
_FEWEST = 3
"""Fewer digits are left in no display of a number."""


def number(text: str) -> Decimal | None:
    """The number that a program reads in a text; None where it reads none."""
    if len(text) > _LONGEST:
        return None
    try:
        if _PLAIN.fullmatch(text) or _EXPONENT.fullmatch(text):
            return Decimal(text)
        if _GROUPED.fullmatch(text):
            return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None

    return Decimal(int(text, 16)) if _HEX.fullmatch(text) else None


def same_number(before: str, after: str) -> bool:
    """Two spellings of one number."""
    first, second = number(before), number(after)
    return (
        before != after and first is not None and second is not None and first == second
    )


def has_zeros_in_front(text: str) -> bool:
    digits = text.lstrip("+-")
    return (
        len(digits) > 1
        and digits[0] == "0"
        and digits[1].isdigit()
        and number(text) is not None
    )


def zeros_gone(before: str, after: str) -> bool:
    """``007`` became ``7``, whatever else happened to it."""
    return (
        has_zeros_in_front(before)
        and not has_zeros_in_front(after)
        and same_number(before, after)
    )


def zero_filled(text: str, expected: Expected) -> Iterator[str]:
    """The keys that a number may have been where no list says which there are."""
    if (
        expected.kind == "key"
        and not expected.texts
        and text.isascii()
        and text.isdigit()
    ):
        yield from ("0" * count + text for count in range(1, _MOST_ZEROS + 1))


_MOST_ZEROS = 12


def point_zero(before: str, after: str) -> bool:
    """``1`` became ``1.0``."""
    return after.endswith(".0") and after[:-2] == before and number(before) is not None


def point_zero_gone(before: str, after: str) -> bool:
    """``88.0`` became ``88``."""
    return ends_with_point_zero(before) and before.rstrip("0").rstrip(".") == after


def ends_with_point_zero(text: str) -> bool:
    whole, point, places = text.partition(".")
    return (
        bool(point)
        and bool(places)
        and not places.strip("0")
        and number(whole) is not None
    )


def end_zeros_gone(before: str, after: str) -> bool:
    """``37.10`` became ``37.1``, ``70.00`` became ``70.0``."""
    return "." in after and before.startswith(after) and same_number(before, after)


def exponent(before: str, after: str) -> bool:
    """``100000`` became ``1e+05``, or ``1E5`` became ``100000``."""
    either = _EXPONENT.fullmatch(before) or _EXPONENT.fullmatch(after)
    return bool(either) and same_number(before, after)


def is_exponent(text: str) -> bool:
    return bool(_EXPONENT.fullmatch(text))


def digits_lost(before: str, after: str) -> bool:
    """``12345678901234567890`` became ``1.23E+19``: the nearest number that a program
    had room for.
    """
    first, second = number(before), number(after)
    if (
        first is None
        or second is None
        or first == second
        or not _too_long(before, after)
    ):
        return False

    if float(first) == float(second):
        return len(first.as_tuple().digits) > _BINARY_DIGITS
    digits = len(second.normalize().as_tuple().digits)

    return digits >= _FEWEST and second in {
        _rounded(first, digits, rounding) for rounding in _ROUNDINGS
    }


_ROUNDINGS = (ROUND_HALF_EVEN, ROUND_HALF_UP)


def _too_long(before: str, after: str) -> bool:
    digits = sum(item.isdigit() for item in before.lstrip("+-0."))
    return digits > _BINARY_DIGITS or is_exponent(after)


def _rounded(value: Decimal, digits: int, rounding: str) -> Decimal:
    return Context(prec=digits, rounding=rounding).plus(value)


def binary_noise(before: str, after: str) -> bool:
    """``37.1`` became ``37.100000000000001``: the digits of a binary fraction."""
    first, second = number(before), number(after)
    if first is None or second is None or first == second:
        return False
    noisy = (
        len(second.as_tuple().digits) > _BINARY_DIGITS >= len(first.as_tuple().digits)
    )

    return noisy and float(first) == float(second)


def decimal_comma(before: str, after: str) -> bool:
    """``37.5`` became ``37,5``."""
    point = after.replace(",", ".")
    return bool(_COMMA.fullmatch(after)) and (
        before == point or same_number(before, point)
    )


def is_surely_decimal_comma(text: str) -> bool:
    """Whether a comma can only be that of decimals: ``71,5`` and ``0,025``, but not
    ``1,805``.
    """
    whole, _, decimals = text.lstrip("+-").partition(",")
    return bool(_COMMA.fullmatch(text)) and (
        len(decimals) != 3 or len(whole) > 3 or whole.startswith("0")
    )


def numbers_with_points(text: str, expected: Expected) -> Iterator[str]:
    if expected.kind == "decimal" and _COMMA.fullmatch(text):
        yield text.replace(",", ".")


def comma_dropped(before: str, after: str) -> bool:
    """``37,5`` became ``375``: ten times as much."""
    return bool(_COMMA.fullmatch(before)) and before.replace(",", "") == after


def number_respelled(before: str, after: str) -> bool:
    """``+5`` became ``5``, ``1,234`` became ``1234``: what is left when the habits with
    a name are not it.
    """
    named = (zeros_gone, exponent, point_zero, point_zero_gone, end_zeros_gone)
    return same_number(before, after) and not any(
        turns(before, after) for turns in named
    )


def percent(before: str, after: str) -> bool:
    """``5%`` became ``0.05``, or ``5``."""
    match, given = _PERCENT.fullmatch(before), number(after)
    return (
        match is not None
        and given is not None
        and given in {Decimal(match[1]), Decimal(match[1]) / 100}
    )


def plain_numbers(text: str, expected: Expected) -> Iterator[str]:
    """The usual spelling of a number, as whole as it is; also of a year, which is a
    date without a month.
    """
    if expected.kind == "partial_date" and text.endswith(".0"):
        yield text[:-2]
    if expected.kind not in ("integer", "decimal"):
        return
    value = number(text)
    if value is None:
        return
    yield plain(value)


def unfilled_numbers(text: str, expected: Expected) -> Iterator[str]:
    """The number that zeros were put in front of; other odd spellings are nobody's
    habit.
    """
    if has_zeros_in_front(text):
        yield from plain_numbers(text, expected)


def rounded_numbers(text: str, expected: Expected) -> Iterator[str]:
    """The short decimal number that a binary fraction was made from."""
    value = number(text)
    if (
        expected.kind == "decimal"
        and value is not None
        and len(value.as_tuple().digits) > _BINARY_DIGITS
    ):
        yield plain(Context(prec=_BINARY_DIGITS).plus(value))


def plain(value: Decimal) -> str:
    """A number without an exponent and without zeros at its end."""
    if value == 0:
        return "0"
    short = value.normalize(_PRECISE)
    return f"{short:f}"
