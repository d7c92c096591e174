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
    if (number < 0) == (by < 0):
        return size

    return -size


def bounded(number: int) -> int | None:
    """A number of the language, or UNKNOWN when it is too large."""
    if -NUMBER_BOUND < number < NUMBER_BOUND:
        return number

    return None


def divided(number: int, by: int) -> int:
    """The quotient of whole numbers, rounded half away from zero."""
    size, rest = divmod(abs(number), abs(by))
    size += 2 * rest >= abs(by)
    if (number < 0) == (by < 0):
        return size

    return -size


def rounded(number: int, by: int) -> int | None:
    """``divided`` as a number of the language; UNKNOWN when it is too large."""
    return bounded(divided(number, by))


def sqrt(number: int) -> int | None:
    """The root; UNKNOWN below 0."""
    if number < 0:
        return None

    square = number * SCALE
    root = isqrt(square)
    # (root + 1/2)^2 is root^2 + root + 1/4: beyond it the root is rounded up.
    if square - root * root > root:
        return root + 1

    return root


def mod(number: int, by: int) -> int | None:
    """What is left of a division, with the sign of the number; UNKNOWN by 0."""
    if by == 0:
        return None

    return number - by * cut(number, by)


def ln(number: int) -> int | None:
    """The natural logarithm; UNKNOWN at and below 0."""
    if number <= 0:
        return None

    return rounded(_ln(number * _LIFT), _LIFT)


def log(number: int, base: int) -> int | None:
    """The logarithm to a base; UNKNOWN at and below 0, and to the base 1."""
    if number <= 0 or base <= 0 or base == SCALE:
        return None

    return rounded(_ln(number * _LIFT) * SCALE, _ln(base * _LIFT))


def exp(number: int) -> int | None:
    """e to the power; UNKNOWN when too large."""
    return _bounded_exp(number * _LIFT)


def power(base: int, exponent: int) -> int | None:
    """Exact for whole exponents up to 1000; UNKNOWN where it is no real number, or too
    large.
    """
    whole = cut(exponent, SCALE)
    if whole * SCALE == exponent and abs(whole) <= _LARGEST_EXPONENT:
        return _whole_power(base, whole)
    if base == 0 and exponent > 0:
        return 0
    if base <= 0:
        return None

    return _bounded_exp(cut(_ln(base * _LIFT) * exponent, SCALE))


def _whole_power(base: int, exponent: int) -> int | None:
    if exponent >= 0:
        return rounded(base**exponent * SCALE, SCALE**exponent)
    if base == 0:
        return None

    return rounded(SCALE**-exponent * SCALE, base**-exponent)


def _bounded_exp(number: int) -> int | None:
    """e to the power of a number in 10^-40, in 10^-9; UNKNOWN when too large."""
    # e^40 is beyond the largest number and e^-40 below the smallest. The series is not
    # begun there: it would be long.
    if number > _OVERFLOW * _LIFT:
        return None
    if number < -_OVERFLOW * _LIFT:
        return 0

    return rounded(_exp(number), _LIFT)


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
        number = cut(number, 2)
        halvings += 1

    while number < ONE:
        number *= 2
        halvings -= 1

    # ln(m) = 2 atanh((m - 1) / (m + 1)), whose series ends soon.
    return 2 * _atanh(number - ONE, number + ONE) + halvings * _LN2


def _exp(number: int) -> int:
    """``exp(r + k ln(2)) = exp(r) * 2^k`` with ``r`` near 0."""
    doublings = cut(number, _LN2)
    rest = number - doublings * _LN2
    term: int = ONE
    total: int = ONE
    step = 1

    while term:
        term = cut(cut(term * rest, ONE), step)
        total += term
        step += 1

    factor: int = 2 ** abs(doublings)
    if doublings >= 0:
        return total * factor

    return cut(total, factor)
