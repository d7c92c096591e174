"""Numbers with a comparator as intervals, and back.

``<0.3`` is every number of the language below 0.3, down to no end. Their texts have at
most eight places, so that the ninth tells ``<0.3`` (up to 0.299999999) from ``<=0.3``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from forms_spec.model.values import Duration
from forms_spec.rule_syntax.limits import NUMBER_BOUND

if TYPE_CHECKING:
    from forms_spec.rules.semantics.resolved import RuleValue

Interval = tuple[int, int]


def interval(comparator: str, number: int) -> Interval:
    """Every number that ``comparator number`` may be; an open side ends at the
    language's bound.
    """
    if comparator == "<":
        return -NUMBER_BOUND, number - 1
    if comparator == "<=":
        return -NUMBER_BOUND, number
    if comparator == ">":
        return number + 1, NUMBER_BOUND
    if comparator == ">=":
        return number, NUMBER_BOUND

    return number, number


def parted(span: Interval) -> tuple[str, int] | None:
    """The comparator and the number that an interval comes from; None where it comes
    from none.
    """
    low, high = span
    if low == high:
        return "=", low

    has_low, has_high = low > -NUMBER_BOUND, high < NUMBER_BOUND
    # Both ends, or none: a sum or a product, that nobody has written.
    if has_low == has_high:
        return None

    # The ninth place, which no text has, tells ``<`` from ``<=``.
    if has_high:
        if high % 10 == 9:
            return ("<", high + 1)

        return ("<=", high)

    if low % 10 == 1:
        return (">", low - 1)

    return (">=", low)


def limit_of(span: Interval) -> int | None:
    """The number that stands beside the comparator."""
    parts = parted(span)
    if parts is None:
        return None

    return parts[1]


def comparator_of(span: Interval) -> str | None:
    """The comparator alone; ``=`` for an exact number."""
    parts = parted(span)
    if parts is None:
        return None

    return parts[0]


def leaves_open(value: RuleValue | None) -> bool:
    """Whether a value is known, and yet may be one of several."""
    if isinstance(value, Duration):
        return value.months > 0

    return isinstance(value, tuple) and value[0] != value[1]


def span_add(*spans: Interval) -> Interval | None:
    """The sum of intervals: a side without an end has none in the sum."""
    lows, highs = zip(*spans, strict=True)
    low = _total(lows, -NUMBER_BOUND)
    high = _total(highs, NUMBER_BOUND)
    if low is None or high is None:
        return None

    return low, high


def _total(ends: Sequence[int], no_end: int) -> int | None:
    if no_end in ends:
        return no_end

    total = sum(ends)
    if -NUMBER_BOUND < total < NUMBER_BOUND:
        return total

    return None
