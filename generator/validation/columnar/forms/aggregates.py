"""Aggregates over columns: for each line the rows that belong to it, which stand one
after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.runtime.math_functions import bounded
from forms_spec.rules.semantics import resolved
from generator.validation.columnar.forms.value_columns import (
    FALSE,
    FITS,
    TRUE,
    UNKNOWN,
    Array,
    Column,
    Span,
    Truth,
    Whole,
    coded,
    column_of,
    known,
    masked,
    span,
    take,
    take_or_unknown,
    whole,
)

NOWHERE = -1


@dataclass(frozen=True, kw_only=True)
class AggregatedRows:
    """``of`` is the line of each row, rising; ``held`` whether it counts, a truth
    value; ``lines`` how many lines there are. ``body`` is each row's value, if the
    aggregate needs one.
    """

    of: Array
    lines: int
    held: Array
    body: Column | None

    def count(self, chosen: Array) -> Array:
        """How many of the chosen rows each line has."""
        return np.bincount(self.of[chosen], minlength=self.lines)

    def has(self, chosen: Array) -> Array:
        """Which lines have any of the chosen rows."""
        lines = np.zeros(self.lines, bool)
        lines[self.of[chosen]] = True

        return lines

    def counting(self) -> tuple[AggregatedRows, Array]:
        """The rows that may count, and the lines on which whether one does, or its
        value, is UNKNOWN.
        """
        assert self.body is not None
        kept = self.held != FALSE
        body = take(self.body, kept)
        some = AggregatedRows(
            of=self.of[kept], lines=self.lines, held=self.held[kept], body=body
        )

        return some, some.has((some.held == UNKNOWN) | ~known(body))

    def least(self, values: Array) -> Array:
        """The least of each line's values; a large number where there are none."""
        least = np.full(self.lines, np.iinfo(np.int64).max)
        if len(self.of):
            # The rows of a line stand together.
            is_first = np.concatenate([[True], self.of[1:] != self.of[:-1]])
            starts = np.flatnonzero(is_first)
            least[self.of[starts]] = np.minimum.reduceat(values, starts)

        return least


def _any(rows: AggregatedRows) -> Column:
    """TRUE with one row that counts, UNKNOWN with one that may."""
    some, open_ = rows.has(rows.held == TRUE), rows.has(rows.held == UNKNOWN)
    return Truth(_three(some, TRUE, open_, FALSE))


def _every(rows: AggregatedRows) -> Column:
    """FALSE with one row that does not count, UNKNOWN with one that may not."""
    some, open_ = rows.has(rows.held == FALSE), rows.has(rows.held == UNKNOWN)
    return Truth(_three(some, FALSE, open_, TRUE))


def _three(first: Array, then: int, open_: Array, otherwise: int) -> Array:
    rest = np.where(open_, np.int8(UNKNOWN), np.int8(otherwise))
    return np.where(first, np.int8(then), rest)


def _count(rows: AggregatedRows) -> Column:
    low, high = rows.count(rows.held == TRUE), rows.count(rows.held != FALSE)
    return Span(low * SCALE, high * SCALE, np.ones(rows.lines, bool))


def _count_distinct(rows: AggregatedRows) -> Column:
    """At least the values that surely count; at most every value and every unknown one
    a new one.
    """
    assert rows.body is not None
    body = coded(rows.body)
    numbers: dict[object, int] = {}
    places = [numbers.setdefault(value, len(numbers)) for value in body.values]
    codes = np.array(places, np.int64)[body.codes]
    exact = np.array([_is_exact(value) for value in body.values], bool)[body.codes]
    perhaps, sure = rows.held != FALSE, rows.held == TRUE
    some = rows.has(sure & ~exact)
    low = np.maximum(_different(rows, codes, sure & exact, len(numbers)), some)
    high = _different(rows, codes, perhaps & exact, len(numbers))
    high = high + rows.count(perhaps & ~exact)

    return Span(low * SCALE, high * SCALE, np.ones(rows.lines, bool))


def _is_exact(value: object) -> bool:
    if value is None:
        return False

    # An interval that is one day long is exact as well.
    return not isinstance(value, tuple) or value[0] == value[1]


def _different(rows: AggregatedRows, codes: Array, chosen: Array, size: int) -> Array:
    """How many different codes, all below ``size``, the chosen rows of each line have."""
    if not size:
        return np.zeros(rows.lines, np.int64)

    pairs = np.unique(rows.of[chosen].astype(np.int64) * size + codes[chosen])

    return np.bincount(pairs // size, minlength=rows.lines)


def _sum(rows: AggregatedRows) -> Column:
    """Bounded at the end.

    Whole numbers of any size where 64 bits do not hold the sum.
    """
    some, bad = rows.counting()
    assert some.body is not None
    numbers = whole(some.body)
    most = max(int(rows.count(rows.held != FALSE).max(initial=0)), 1)
    if numbers is not None:
        largest = int(np.abs(numbers.numbers).max(initial=0))
        if largest < FITS // most:
            totals = np.zeros(rows.lines, np.int64)
            np.add.at(totals, some.of, numbers.numbers)
            return Whole(totals, ~bad)

    body = coded(some.body)
    sums: list[int] = [0] * rows.lines

    for line, code in zip(some.of.tolist(), body.codes.tolist(), strict=True):
        value = body.values[code]
        if isinstance(value, int):
            sums[line] += value

    return masked(column_of(np.arange(rows.lines), list(map(bounded, sums))), ~bad)


def _extreme(*, largest: bool) -> Callable[[AggregatedRows], Column]:
    def find(rows: AggregatedRows) -> Column:
        some, bad = rows.counting()
        assert some.body is not None
        body = coded(some.body)
        different: set[Any] = set(body.values) - {None}
        order = sorted(different, reverse=largest)
        # Numbers may be of any size, so that their ranks are compared.
        ranks = {value: rank for rank, value in enumerate(order)}
        of_value = np.array([ranks.get(value, 0) for value in body.values], np.int64)
        least = some.least(of_value[body.codes])
        there = ~bad & (least < len(order))

        return column_of(np.where(there, least, len(order)), [*order, None])

    return find


def _span_extreme(*, largest: bool) -> Callable[[AggregatedRows], Column]:
    sign = -1 if largest else 1

    def find(rows: AggregatedRows) -> Column:
        some, bad = rows.counting()
        assert some.body is not None
        ends = span(some.body)
        assert ends is not None, "days fit"
        low, high = (sign * some.least(sign * end) for end in (ends.low, ends.high))
        there = ~bad & some.has(np.ones(len(some.of), bool))

        return Span(np.where(there, low, 0), np.where(there, high, 0), there)

    return find


def nth(rows: AggregatedRows, place: int) -> Column:
    """The value of the row at a place among those that count; below 0 from the end."""
    assert rows.body is not None
    kept = np.flatnonzero(rows.held != FALSE)
    of = rows.of[kept]
    count = np.bincount(of, minlength=rows.lines)
    starts = np.cumsum(count) - count

    # The row at the place, if no row before it is open; else the value is UNKNOWN.
    within = place - 1 if place > 0 else count + place
    is_there = (within >= 0) & (within < count)
    index = np.where(is_there, starts + within, NOWHERE)

    is_open = np.concatenate([[0], np.cumsum(rows.held[kept] == UNKNOWN)])
    begin = starts if place > 0 else index
    end = index + 1 if place > 0 else starts + count
    is_sure = is_there & (is_open[end] == is_open[np.where(is_there, begin, 0)])

    places = np.full(rows.lines, NOWHERE)
    places[is_sure] = kept[index[is_sure]]
    return take_or_unknown(rows.body, places)


FOLDS: Mapping[str, Callable[[AggregatedRows], Column]] = MappingProxyType(
    {
        "any": _any,
        "every": _every,
        "count": _count,
        "count_distinct": _count_distinct,
        "sum": _sum,
        "min": _extreme(largest=False),
        "max": _extreme(largest=True),
        "span_min": _span_extreme(largest=False),
        "span_max": _span_extreme(largest=True),
    }
)
_HOLES = {*FOLDS, resolved.NTH} ^ resolved.FOLDS.keys()
if _HOLES:
    raise TypeError(f"aggregates that columns do not have: {_HOLES}")
