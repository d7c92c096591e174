"""Aggregates in Python.

Each is given, row by row, whether the row counts and its value; None is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.runtime.math_functions import bounded
from forms_spec.rules.semantics.resolved import RuleValue

Pairs = Iterator[tuple[bool | None, Any]]


def _any(pairs: Pairs) -> bool | None:
    outcome: bool | None = False
    for value, _ in pairs:
        if value is True:
            return True

        if value is None:
            outcome = None

    return outcome


def _every(pairs: Pairs) -> bool | None:
    outcome: bool | None = True
    for value, _ in pairs:
        if value is False:
            return False

        if value is None:
            outcome = None

    return outcome


def _count(pairs: Pairs) -> tuple[int, int]:
    low = high = 0
    for value, _ in pairs:
        low += value is True
        high += value is not False

    return low * SCALE, high * SCALE


def _count_distinct(pairs: Pairs) -> tuple[int, int]:
    """At least the values that surely count; at most every value and every unknown one
    a new one.
    """
    sure: set[Any] = set()
    perhaps: set[Any] = set()
    unnamed = some = 0

    for counts, value in pairs:
        if counts is False:
            continue

        # A date that is known in part may be any of several days.
        is_partial = isinstance(value, tuple) and value[0] != value[1]
        if value is None or is_partial:
            unnamed += 1
            some |= counts is True
        else:
            (sure if counts else perhaps).add(value)

    least = max(len(sure), some)
    most = len(sure | perhaps) + unnamed
    return least * SCALE, most * SCALE


def _values(pairs: Pairs) -> list[Any] | None:
    """The values of the rows that count, None when one of them, or whether it counts,
    is UNKNOWN.
    """
    values: list[Any] = []
    for counts, value in pairs:
        if counts is False:
            continue
        if counts is None or value is None:
            return None

        values.append(value)

    return values


def _sum(pairs: Pairs) -> int | None:
    """Bounded at the end, so that the order of the rows does not matter."""
    values = _values(pairs)
    if values is None:
        return None

    return bounded(sum(values))


def _extreme(choose: Callable[..., Any]) -> Callable[[Pairs], RuleValue | None]:
    def find(pairs: Pairs) -> RuleValue | None:
        values = _values(pairs)
        extreme: RuleValue | None = choose(values) if values else None
        return extreme

    return find


def _span_extreme(choose: Callable[..., int]) -> Callable[[Pairs], RuleValue | None]:
    def find(pairs: Pairs) -> RuleValue | None:
        values = _values(pairs)
        if not values:
            return None

        low = choose(value[0] for value in values)
        high = choose(value[1] for value in values)
        return low, high

    return find


def nth(place: int) -> Callable[[Pairs], Any]:
    """The value of the row at a place among those that count; below 0 from the end."""

    def find(pairs: Pairs) -> Any:
        rows = pairs if place > 0 else reversed(list(pairs))
        left = abs(place)

        for counts, value in rows:
            # Whether this row counts decides which row is meant.
            if counts is None:
                return None

            left -= counts
            if counts and not left:
                return value

        return None

    return find


FOLD_MAKERS: Mapping[str, Callable[[Pairs], RuleValue | None]] = MappingProxyType(
    {
        "any": _any,
        "every": _every,
        "count": _count,
        "count_distinct": _count_distinct,
        "sum": _sum,
        "min": _extreme(min),
        "max": _extreme(max),
        "span_min": _span_extreme(min),
        "span_max": _span_extreme(max),
    }
)
