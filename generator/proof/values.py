"""The values of the rule language as terms of the solver.

Numbers are real or whole numbers in their own unit, not in 10^-9; dates are day
numbers, times seconds, texts and codes the numbers under which they are noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

from forms_spec.rule_syntax.limits import NUMBER_BOUND, SCALE
from forms_spec.rules.semantics.types import Type
from generator.heavy_libraries import z3
from generator.proof.logic import (
    UNKNOWN,
    Bool,
    Number,
    ThreeValued,
    choose,
    conj,
    disj,
    neg,
    pick,
    same,
    same_truth,
    whole,
)

BOUND = Fraction(NUMBER_BOUND, SCALE)
"""The size that no number of the language reaches."""
GRID = Fraction(1, SCALE)
"""The distance between two neighbouring numbers of the language."""
SPANS = frozenset({Type.DATE, Type.SPREAD})
Hull: TypeAlias = tuple[Fraction, Fraction]
ANYWHERE: Hull = (-BOUND, BOUND)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scalar:
    """A number, a time, a text or a code.

    ``hull`` holds every value that it may have, and ``step`` divides it; both only of
    numbers.
    """

    known: Bool
    value: Number
    hull: Hull = ANYWHERE
    step: Fraction = GRID


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A date or a number within limits, from ``low`` to ``high``."""

    known: Bool
    low: Number
    high: Number
    hull: Hull = ANYWHERE

    @property
    def exact(self) -> bool:
        """Whether it is always a single value."""
        return self.low is self.high

    @property
    def single(self) -> Bool:
        return True if self.exact else self.low == self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class Members:
    """A multiple choice: which of the codes are chosen."""

    known: Bool
    codes: Mapping[str, Bool]

    def has(self, code: str) -> Bool:
        return self.codes.get(code, False)


@dataclass(frozen=True, kw_only=True, slots=True)
class DurationTerms:
    """A duration: months, and the seconds beside them."""

    known: Bool
    months: Number
    seconds: Number


Term: TypeAlias = ThreeValued | Scalar | Interval | Members | DurationTerms


def number(value: Fraction | int) -> Number:
    """A constant of the solver; whole ones stay whole."""
    value = Fraction(value)
    if value.denominator == 1:
        return whole(value.numerator)

    return z3.Q(value.numerator, value.denominator)


def real(value: Number) -> Number:
    """The number as a real one, as functions of the solver want it."""
    return z3.ToReal(value) if z3.is_int(value) else value


def unknown(type_: Type) -> Term:
    """UNKNOWN, of a type."""
    if type_ is Type.CONDITION:
        return UNKNOWN
    zero = whole(0)
    if type_ in SPANS:
        return Interval(
            known=False, low=zero, high=zero, hull=(Fraction(0), Fraction(0))
        )
    if type_ is Type.CHOICES:
        return Members(known=False, codes={})
    if type_ is Type.DURATION:
        return DurationTerms(known=False, months=zero, seconds=zero)

    return Scalar(known=False, value=zero, hull=(Fraction(0), Fraction(0)), step=BOUND)


def where(condition: Bool, value: Term) -> Term:
    """The value, UNKNOWN where the condition fails."""
    if isinstance(value, ThreeValued):
        return ThreeValued(conj((condition, value.yes)), conj((condition, value.no)))

    return replace(value, known=conj((condition, value.known)))


def either(condition: Bool, first: Any, other: Any) -> Term:
    """``first`` where the condition holds, else ``other``; both of one type."""
    if isinstance(condition, bool):
        value: Term = first if condition else other
        return value
    if isinstance(first, ThreeValued):
        return ThreeValued(
            choose(condition, first.yes, other.yes),
            choose(condition, first.no, other.no),
        )

    known = choose(condition, first.known, other.known)
    # What is never known takes no part in the value.
    if first.known is False or other.known is False:
        value = other if first.known is False else first
        return _told(value, known)
    if isinstance(first, Members):
        codes = dict.fromkeys((*first.codes, *other.codes))
        return Members(
            known=known,
            codes={
                code: choose(condition, first.has(code), other.has(code))
                for code in codes
            },
        )

    return _merged(condition, known, first, other)


def _told(value: Any, known: Bool) -> Term:
    result: Term = replace(value, known=known)
    return result


def _merged(condition: Bool, known: Bool, first: Any, other: Any) -> Term:
    if isinstance(first, DurationTerms):
        return DurationTerms(
            known=known,
            months=pick(condition, first.months, other.months),
            seconds=pick(condition, first.seconds, other.seconds),
        )

    if isinstance(first, Interval):
        low = pick(condition, first.low, other.low)
        exact = first.exact and other.exact
        high = low if exact else pick(condition, first.high, other.high)
        hull = around(first.hull, other.hull)
        return Interval(known=known, low=low, high=high, hull=hull)

    return Scalar(
        known=known,
        value=pick(condition, first.value, other.value),
        hull=around(first.hull, other.hull),
        step=common_step(first.step, other.step),
    )


def around(*hulls: Hull) -> Hull:
    """The hull of several."""
    return min(low for low, _ in hulls), max(high for _, high in hulls)


def common_step(first: Fraction, other: Fraction) -> Fraction:
    """A step that divides both."""
    if other in (first, BOUND):
        return first
    if first == BOUND:
        return other

    larger, smaller = max(first, other), min(first, other)
    return smaller if (larger / smaller).denominator == 1 else GRID


def equal(first: Any, other: Any) -> Bool:
    """Whether two known values are the same; spans are compared elsewhere."""
    if isinstance(first, ThreeValued):
        return same_truth(first.yes, other.yes)
    if isinstance(first, Members):
        codes = dict.fromkeys((*first.codes, *other.codes))
        return conj(same_truth(first.has(code), other.has(code)) for code in codes)
    if isinstance(first, DurationTerms):
        return conj(
            (same(first.months, other.months), same(first.seconds, other.seconds))
        )
    if isinstance(first, Interval):
        return conj((same(first.low, other.low), same(first.high, other.high)))

    return True if first.value is other.value else same(first.value, other.value)


def bounded(value: Number, known: Bool, hull: Hull, step: Fraction = GRID) -> Scalar:
    """A computed number: UNKNOWN when it is too large for the language."""
    low, high = hull
    if low > -BOUND and high < BOUND:
        return Scalar(known=known, value=value, hull=hull, step=step)

    # Only what may leave the bounds pays for looking.
    within = conj((value > number(-BOUND), value < number(BOUND)))
    kept = (max(low, -BOUND), min(high, BOUND))
    return Scalar(known=conj((known, within)), value=value, hull=kept, step=step)


def members_of(member: Members, codes: frozenset[str]) -> Bool:
    """Whether no code stands among the members but these."""
    return conj(neg(has) for code, has in member.codes.items() if code not in codes)


def any_member(member: Members) -> Bool:
    return disj(member.codes.values())
