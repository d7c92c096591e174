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
_SURE_COMMA = re.compile(
    r"[+-]?(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|(?:0[0-9]*|[0-9]{4,}),[0-9]{3})"
)
"""A comma that no thousands can have: other than three digits follow, or more than
three or a zero come before.
"""
_FRONT_ZERO = re.compile(r"[+-]?0[0-9].*")
_POINT_ZERO = re.compile(r"([^.]*)\.0+")
_PERCENT = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*%")
_LONGEST = 60
_PRECISE = Context(prec=2 * _LONGEST)
_BINARY_DIGITS = 15
"""So many significant digits a binary fraction keeps for certain."""
_FEWEST = 3
"""Fewer digits are left in no display of a number."""
_MOST_ZEROS = 12
_ROUNDINGS = (ROUND_HALF_EVEN, ROUND_HALF_UP)


def number(text: str) -> Decimal | None:
    """The number that a program reads in a text; None where it reads none."""
    if len(text) > _LONGEST:
        return None

    try:
        return _parsed(text)
    except InvalidOperation:
        return None


def _parsed(text: str) -> Decimal | None:
    """The same; raises ``InvalidOperation`` for an exponent out of range."""
    if _PLAIN.fullmatch(text) or _EXPONENT.fullmatch(text):
        return Decimal(text)
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(",", ""))
    # R takes hexadecimal digits for a number too.
    if _HEX.fullmatch(text):
        return Decimal(int(text, 16))

    return None


def _both_numbers(before: str, after: str) -> tuple[Decimal, Decimal] | None:
    first = number(before)
    second = number(after)
    if first is None or second is None:
        return None

    return first, second


def same_number(before: str, after: str) -> bool:
    """Two spellings of one number."""
    numbers = _both_numbers(before, after)
    if numbers is None:
        return False

    first, second = numbers
    return first == second


def has_zeros_in_front(text: str) -> bool:
    if not _FRONT_ZERO.fullmatch(text):
        return False

    return number(text) is not None


def zeros_gone(before: str, after: str) -> bool:
    """``007`` became ``7``, whatever else happened to it."""
    gone = has_zeros_in_front(before) and not has_zeros_in_front(after)
    return gone and same_number(before, after)


def zero_filled(text: str, expected: Expected) -> Iterator[str]:
    """The keys that a number may have been where no list says which there are."""
    if expected.texts:
        return

    # ``isdigit`` alone takes the digits of every script.
    is_number = text.isascii() and text.isdigit()
    if not is_number:
        return

    for count in range(1, _MOST_ZEROS + 1):
        yield "0" * count + text


def point_zero(before: str, after: str) -> bool:
    """``1`` became ``1.0``."""
    if after != f"{before}.0":
        return False

    return number(before) is not None


def point_zero_gone(before: str, after: str) -> bool:
    """``88.0`` became ``88``."""
    if not ends_with_point_zero(before):
        return False

    whole = before.rstrip("0").rstrip(".")
    return whole == after


def ends_with_point_zero(text: str) -> bool:
    match = _POINT_ZERO.fullmatch(text)
    if match is None:
        return False

    return number(match[1]) is not None


def end_zeros_gone(before: str, after: str) -> bool:
    """``37.10`` became ``37.1``, ``70.00`` became ``70.0``."""
    shorter = "." in after and before.startswith(after)
    return shorter and same_number(before, after)


def exponent(before: str, after: str) -> bool:
    """``100000`` became ``1e+05``, or ``1E5`` became ``100000``."""
    either = is_exponent(before) or is_exponent(after)
    return either and same_number(before, after)


def is_exponent(text: str) -> bool:
    return bool(_EXPONENT.fullmatch(text))


def digits_lost(before: str, after: str) -> bool:
    """``12345678901234567890`` became ``1.23E+19``: the nearest number that a program
    had room for.
    """
    numbers = _both_numbers(before, after)
    if numbers is None or not _has_no_room(before, after):
        return False

    first, second = numbers
    if first == second:
        return False
    if float(first) == float(second):
        return _digits(first) > _BINARY_DIGITS

    return _is_rounded(first, second)


def _is_rounded(first: Decimal, second: Decimal) -> bool:
    """Whether the second is the first, shown with fewer digits."""
    shown_digits = _digits(second.normalize())
    if shown_digits < _FEWEST:
        return False

    # Programs round halves in one of two ways.
    rounded = [
        Context(prec=shown_digits, rounding=rounding).plus(first)
        for rounding in _ROUNDINGS
    ]

    return second in rounded


def _has_no_room(before: str, after: str) -> bool:
    """Whether the number is too long for a binary fraction, or for a narrow column."""
    digits = sum(character.isdigit() for character in before.lstrip("+-0."))
    return digits > _BINARY_DIGITS or is_exponent(after)


def _digits(value: Decimal) -> int:
    return len(value.as_tuple().digits)


def binary_noise(before: str, after: str) -> bool:
    """``37.1`` became ``37.100000000000001``: the digits of a binary fraction."""
    numbers = _both_numbers(before, after)
    if numbers is None:
        return False

    first, second = numbers
    noisy = _digits(first) <= _BINARY_DIGITS < _digits(second)
    if not noisy or first == second:
        return False

    # Both are the same binary fraction: the digits that were added mean nothing.
    return float(first) == float(second)


def decimal_comma(before: str, after: str) -> bool:
    """``37.5`` became ``37,5``."""
    if not _COMMA.fullmatch(after):
        return False

    point = after.replace(",", ".")
    return before == point or same_number(before, point)


def is_surely_decimal_comma(text: str) -> bool:
    """Whether a comma can only be that of decimals: ``71,5`` and ``0,025``, but not
    ``1,805``.
    """
    return bool(_SURE_COMMA.fullmatch(text))


def numbers_with_points(text: str, expected: Expected) -> Iterator[str]:  # noqa: ARG001
    if _COMMA.fullmatch(text):
        yield text.replace(",", ".")


def comma_dropped(before: str, after: str) -> bool:
    """``37,5`` became ``375``: ten times as much."""
    if not _COMMA.fullmatch(before):
        return False

    return before.replace(",", "") == after


def number_respelled(before: str, after: str) -> bool:
    """``+5`` became ``5``, ``1,234`` became ``1234``: what is left when the habits with
    a name are not it.
    """
    if not same_number(before, after):
        return False

    named = (zeros_gone, exponent, point_zero, point_zero_gone, end_zeros_gone)
    return not any(turns(before, after) for turns in named)


def percent(before: str, after: str) -> bool:
    """``5%`` became ``0.05``, or ``5``."""
    match = _PERCENT.fullmatch(before)
    if match is None:
        return False

    percentage = Decimal(match[1])
    return number(after) in (percentage, percentage / 100)


def plain_numbers(text: str, expected: Expected) -> Iterator[str]:
    """The usual spelling of a number, as whole as it is; also of a year, which is a
    date without a month.
    """
    if expected.kind == "partial_date":
        # 2024.0 was a year alone.
        if text.endswith(".0"):
            yield text.removesuffix(".0")

        return

    value = number(text)
    if value is not None:
        yield plain(value)


def unfilled_numbers(text: str, expected: Expected) -> Iterator[str]:
    """The number that zeros were put in front of; other odd spellings are nobody's
    habit.
    """
    if has_zeros_in_front(text):
        yield from plain_numbers(text, expected)


def rounded_numbers(text: str, expected: Expected) -> Iterator[str]:  # noqa: ARG001
    """The short decimal number that a binary fraction was made from."""
    value = number(text)
    if value is None:
        return

    if _digits(value) > _BINARY_DIGITS:
        short = Context(prec=_BINARY_DIGITS).plus(value)
        yield plain(short)


def plain(value: Decimal) -> str:
    """A number without an exponent and without zeros at its end."""
    if value == 0:
        return "0"

    short = value.normalize(_PRECISE)
    return f"{short:f}"
