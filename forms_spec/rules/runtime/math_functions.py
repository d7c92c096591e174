"""Roots, powers, logarithms and remainders in whole numbers, the same digits in every
back end.

Arguments and results are in 10^-9; None is UNKNOWN. What is not exact is computed to 40
digits behind the point by whole-number series, cut off towards zero, and then rounded
half away from zero to 9 places. ``generator/browser/static/functions.js`` does the same
steps.
"""

from __future__ import annotations

from math import isqrt

from forms_spec.rule_syntax.limits import NUMBER_BOUND, SCALE

DIGITS = 40
ONE = 10**DIGITS
_LIFT = ONE // SCALE
_LARGEST_EXPONENT = 1_000
_OVERFLOW = 40 * SCALE


def cut(number: int, by: int) -> int:
    """The quotient without its fraction."""
    size = abs(number) // abs(by)
    return size if (number < 0) == (by < 0) else -size


def rounded(number: int, by: int) -> int | None:
    """The quotient rounded half away from zero; None when it is too large."""
    size, rest = divmod(abs(number), abs(by))
    size += 2 * rest >= abs(by)
    if size >= NUMBER_BOUND:
        return None
    return size if (number < 0) == (by < 0) else -size


def sqrt(number: int) -> int | None:
    """The root; UNKNOWN below 0."""
    if number < 0:
        return None
    square: int = number * SCALE
    root = isqrt(square)
    return root + 1 if square - root * root > root else root


def mod(number: int, by: int) -> int | None:
    """What is left of a division, with the sign of the number; UNKNOWN by 0."""
    return None if by == 0 else number - by * cut(number, by)


def ln(number: int) -> int | None:
    """The natural logarithm; UNKNOWN at and below 0."""
    return rounded(_ln(number * _LIFT), _LIFT) if number > 0 else None


def log(number: int, base: int) -> int | None:
    """The logarithm to a base; UNKNOWN at and below 0, and to the base 1."""
    if number <= 0 or base <= 0 or base == SCALE:
        return None
    return rounded(_ln(number * _LIFT) * SCALE, _ln(base * _LIFT))


def exp(number: int) -> int | None:
    """e to the power; UNKNOWN when too large."""
    if number > _OVERFLOW:
        return None
    return 0 if number < -_OVERFLOW else rounded(_exp(number * _LIFT), _LIFT)


def power(base: int, exponent: int) -> int | None:
    """Exact for whole exponents up to 1000; UNKNOWN where it is no real number, or too
    large.
    """
    whole = cut(exponent, SCALE)
    if whole * SCALE == exponent and abs(whole) <= _LARGEST_EXPONENT:
        return _whole_power(base, whole)
    if base <= 0:
        return 0 if base == 0 and exponent > 0 else None
    raised = cut(_ln(base * _LIFT) * exponent, SCALE)
    if raised > _OVERFLOW * _LIFT:
        return None
    return 0 if raised < -_OVERFLOW * _LIFT else rounded(_exp(raised), _LIFT)


def _whole_power(base: int, exponent: int) -> int | None:
    if exponent >= 0:
        return rounded(base**exponent * SCALE, SCALE**exponent)
    return None if base == 0 else rounded(SCALE**-exponent * SCALE, base**-exponent)


def _atanh(top: int, bottom: int) -> int:
    """``atanh(top / bottom)`` by its series, in 10^-40."""
    term = cut(top * ONE, bottom)
    square = cut(term * term, ONE)
    total, odd = term, 1

    while term:
        term = cut(term * square, ONE)
        odd += 2
        total += cut(term, odd)

    return total


_LN2 = 2 * _atanh(1, 3)


def _ln(number: int) -> int:
    """``ln(m * 2^k) = ln(m) + k ln(2)`` with ``m`` near 1."""
    halvings = 0
    while number >= 2 * ONE:
        number, halvings = cut(number, 2), halvings + 1
    while number < ONE:
        number, halvings = number * 2, halvings - 1
    return 2 * _atanh(number - ONE, number + ONE) + halvings * _LN2


def _exp(number: int) -> int:
    """``exp(r + k ln(2)) = exp(r) * 2^k`` with ``r`` near 0."""
    doublings = cut(number, _LN2)
    rest = number - doublings * _LN2
    term = total = ONE
    step = 1

    while term:
        term = cut(cut(term * rest, ONE), step)
        total += term
        step += 1

    return total * 2**doublings if doublings >= 0 else cut(total, 2**-doublings)
