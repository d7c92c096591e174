"""Aggregates in Python. Each is given, row by row, whether the row counts and its value; None is UNKNOWN."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.runtime.operators import bounded
from forms_spec.rules.semantics.resolved import RuleValue

Pairs = Iterator[tuple[bool | None, Any]]


def _any(pairs: Pairs) -> bool | None:
    found: bool | None = False
    for held, _ in pairs:
        if held is True:
            return True
        if held is None:
            found = None
    return found


def _every(pairs: Pairs) -> bool | None:
    found: bool | None = True
    for held, _ in pairs:
        if held is False:
            return False
        if held is None:
            found = None
    return found


def _count(pairs: Pairs) -> tuple[int, int]:
    low = high = 0
    for held, _ in pairs:
        low += held is True
        high += held is not False
    return low * SCALE, high * SCALE


def _count_distinct(pairs: Pairs) -> tuple[int, int]:
    """At least the values that surely count; at most every value and every unknown one a new one."""
    sure: set[Any] = set()
    perhaps: set[Any] = set()
    unnamed = some = 0
    for held, value in pairs:
        if held is False:
            continue
        if value is None or (isinstance(value, tuple) and value[0] != value[1]):
            unnamed += 1
            some |= held is True
        else:
            (sure if held else perhaps).add(value)
    return max(len(sure), some) * SCALE, (len(sure | perhaps) + unnamed) * SCALE


def _values(pairs: Pairs) -> list[Any] | None:
    """The values of the rows that count, None when one of them, or whether it counts, is UNKNOWN."""
    found = []
    for held, value in pairs:
        if held is False:
            continue
        if held is None or value is None:
            return None
        found.append(value)
    return found


def _sum(pairs: Pairs) -> int | None:
    """Bounded at the end, so that the order of the rows does not matter."""
    values = _values(pairs)
    return None if values is None else bounded(sum(values))


def _extreme(choose: Callable[..., Any]) -> Callable[[Pairs], RuleValue | None]:
    def find(pairs: Pairs) -> RuleValue | None:
        values = _values(pairs)
        found: RuleValue | None = choose(values) if values else None
        return found

    return find


def _span_extreme(choose: Callable[..., int]) -> Callable[[Pairs], RuleValue | None]:
    def find(pairs: Pairs) -> RuleValue | None:
        values = _values(pairs)
        if not values:
            return None
        return choose(one[0] for one in values), choose(one[1] for one in values)

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
