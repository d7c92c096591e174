"""The operators of the rule language over columns.

Each is Python's own function, applied once to every different combination of values.
Those that large tables use most are also written over whole arrays; where such a one
cannot be sure of the same result (a number that does not fit in 64 bits), Python's
function decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from math import prod
from operator import itemgetter
from types import MappingProxyType
from typing import Any

import numpy as np

from forms_spec.rule_syntax.limits import FRACTION_DIGITS, SCALE
from forms_spec.rules.runtime.operators import LAZY, STRICT
from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.calendar import LAST_DAY
from generator.validation.columnar.forms import calendar
from generator.validation.columnar.forms.by_distinct import by_distinct
from generator.validation.columnar.forms.value_columns import (
    FALSE,
    FITS,
    TRUE,
    UNKNOWN,
    Array,
    Coded,
    Column,
    Span,
    Truth,
    Whole,
    chosen,
    coded,
    constant,
    known,
    span,
    truth,
    whole,
)

FEW = 2_000
"""So many combinations of values are worked out one by one in no time."""

Function = Callable[..., Any]
Columns = Sequence[Column]


def applied(operator: str, columns: Columns, rows: int) -> Column:
    """The operator in each row.

    ``today`` and ``lookup`` are no functions of columns alone.
    """
    at_once = _AT_ONCE.get(operator)
    result = at_once(columns) if at_once is not None and rows else None
    return by_distinct(FUNCTIONS[operator], columns, rows) if result is None else result


def _strict(function: Function) -> Function:
    """UNKNOWN when an argument is."""
    return lambda *values: None if None in values else function(*values)


def _lazy(maker: Callable[..., Any]) -> Function:
    """A function of values out of one of closures: what is looked up in are the values
    themselves.
    """
    functions: dict[int, Function] = {}

    def call(*values: Any) -> Any:
        if len(values) not in functions:
            functions[len(values)] = maker(tuple(map(itemgetter, range(len(values)))))
        return functions[len(values)](values)

    return call


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        **{name: _strict(function) for name, function in STRICT.items()},
        **{name: _lazy(maker) for name, maker in LAZY.items() if name != "today"},
    }
)
if {*FUNCTIONS, "today", "lookup"} != set(resolved.OPERATORS):
    raise TypeError(
        "operators without a function: "
        f"{set(resolved.OPERATORS) ^ {*FUNCTIONS, 'today', 'lookup'}}"
    )


def _are_few(columns: Columns) -> bool:
    """True where looking at each combination of values is less work than looking at
    each row.
    """
    sizes = [len(column.values) for column in columns if isinstance(column, Coded)]
    return len(sizes) == len(columns) and prod(sizes) <= FEW


def _and(columns: Columns) -> Column:
    return Truth(reduce(np.minimum, map(truth, columns)))


def _or(columns: Columns) -> Column:
    return Truth(reduce(np.maximum, map(truth, columns)))


def _not(columns: Columns) -> Column:
    return Truth(-truth(columns[0]))


def _known(columns: Columns) -> Column:
    return Truth(np.where(known(columns[0]), np.int8(TRUE), np.int8(FALSE)))


def _case(columns: Columns) -> Column | None:
    """The branch of the first condition that is not FALSE; nothing where that is
    UNKNOWN.
    """
    conditions, values = columns[:-1:2], [*columns[1::2], columns[-1]]
    if _are_few(columns):
        return None
    of = np.full(len(truth(conditions[0])), len(conditions), np.int64)

    for index in range(len(conditions) - 1, -1, -1):
        value = truth(conditions[index])
        of = np.where(value == TRUE, index, np.where(value == UNKNOWN, len(values), of))

    return chosen(of, [*values, constant(None, len(of))])


def _coalesce(columns: Columns) -> Column | None:
    if _are_few(columns):
        return None
    of = np.full(len(known(columns[0])), len(columns) - 1, np.int64)
    for index in range(len(columns) - 2, -1, -1):
        of = np.where(known(columns[index]), index, of)
    return chosen(of, columns)


def _ordered(
    compare: Callable[[Array, Array], Array],
) -> Callable[[Columns], Column | None]:
    """A comparison of exact numbers and times."""

    def find(columns: Columns) -> Column | None:
        sides = [] if _are_few(columns) else [whole(column) for column in columns]
        if len(sides) < 2 or sides[0] is None or sides[1] is None:
            return None
        value = compare(sides[0].numbers, sides[1].numbers)
        return _told(value, ~value, sides[0].known & sides[1].known)

    return find


def _told(surely: Array, surely_not: Array, both: Array) -> Truth:
    value = np.where(
        surely, np.int8(TRUE), np.where(surely_not, np.int8(FALSE), np.int8(UNKNOWN))
    )
    return Truth(np.where(both, value, np.int8(UNKNOWN)))


def _eq(columns: Columns) -> Column | None:
    if _are_few(columns):
        return None
    return _ordered(np.equal)(columns) or _same_codes(*map(coded, columns))


def _same_codes(item: Coded, other: Coded) -> Column:
    """Equal texts, by numbers that both columns share."""
    numbers: dict[Any, int] = {}
    sides = [
        np.array(
            [numbers.setdefault(value, len(numbers)) for value in side.values], np.int64
        )[side.codes]
        for side in (item, other)
    ]
    current = sides[0] == sides[1]

    return _told(current, ~current, known(item) & known(other))


def _spans(columns: Columns) -> list[Span] | None:
    sides = [] if _are_few(columns) else [span(column) for column in columns]
    return (
        [side for side in sides if side is not None]
        if sides and None not in sides
        else None
    )


def _span_compared(
    surely: Function, surely_not: Function
) -> Callable[[Columns], Column | None]:
    def find(columns: Columns) -> Column | None:
        sides = _spans(columns)
        if sides is None:
            return None
        first, other = sides

        return _told(
            surely(first, other), surely_not(first, other), first.known & other.known
        )

    return find


def _add(columns: Columns) -> Column | None:
    sides = [] if _are_few(columns) else [whole(column) for column in columns]
    value = [side for side in sides if side is not None]
    if (
        not sides
        or len(value) < len(sides)
        or not _fit(*(item.numbers for item in value))
    ):
        return None

    return Whole(
        sum(item.numbers for item in value),
        np.logical_and.reduce([item.known for item in value]),
    )


def _fit(*numbers: Array) -> bool:
    """True where no sum of one of each leaves what 64 bits hold."""
    return (
        sum(max(abs(int(number.max())), abs(int(number.min()))) for number in numbers)
        < FITS
    )


def _neg(columns: Columns) -> Column | None:
    value = whole(columns[0]) if not _are_few(columns) else None
    return None if value is None else Whole(-value.numbers, value.known)


def _round(columns: Columns) -> Column | None:
    """Half away from zero; the places are a constant."""
    entry, places = whole(columns[0]), columns[1]
    if (
        entry is None
        or not isinstance(places, Coded)
        or len(places.values) > 1
        or _are_few(columns)
    ):
        return None

    [digits] = places.values
    assert isinstance(digits, int)
    step = 10 ** (FRACTION_DIGITS - digits // SCALE)
    if step > FITS // 2 or not _fit(entry.numbers, np.array([step])):
        return None
    size = (np.abs(entry.numbers) + step // 2) // step * step

    return Whole(np.where(entry.numbers < 0, -size, size), entry.known)


def _between(
    count: Callable[[Array, Array], Array],
) -> Callable[[Columns], Column | None]:
    """Least and most that may lie between two dates, as
    ``forms_spec.rules.runtime.operators`` counts it.
    """

    def find(columns: Columns) -> Column | None:
        sides = _spans(columns)
        if sides is None:
            return None
        first, other = sides
        low, high = count(first.high, other.low), count(first.low, other.high)
        return Span(low * SCALE, high * SCALE, first.known & other.known)

    return find


def _moved(move: Callable[[Array, Array], Array]) -> Callable[[Columns], Column | None]:
    """A date moved by a whole number of days or months."""

    def find(columns: Columns) -> Column | None:
        day, count = span(columns[0]), whole(columns[1])
        if day is None or count is None or _are_few(columns):
            return None
        steps, rest = count.numbers // SCALE, count.numbers % SCALE
        low, high = move(day.low, steps), move(day.high, steps)
        inside = (low >= 1) & (high >= 1) & (low <= LAST_DAY) & (high <= LAST_DAY)

        return Span(low, high, day.known & count.known & (rest == 0) & inside)

    return find


def _settle(columns: Columns) -> Column | None:
    value = span(columns[0])
    return (
        None
        if value is None
        else Whole(value.low, value.known & (value.low == value.high))
    )


def _point(columns: Columns) -> Column | None:
    value = whole(columns[0])
    return None if value is None else Span(value.numbers, value.numbers, value.known)


_AT_ONCE: Mapping[str, Callable[[Columns], Column | None]] = MappingProxyType(
    {
        "and": _and,
        "or": _or,
        "not": _not,
        "known": _known,
        "case": _case,
        "coalesce": _coalesce,
        "eq": _eq,
        "lt": _ordered(np.less),
        "le": _ordered(np.less_equal),
        "span_eq": _span_compared(
            lambda item, other: (
                (item.low == item.high)
                & (other.low == other.high)
                & (item.low == other.low)
            ),
            lambda item, other: (item.high < other.low) | (other.high < item.low),
        ),
        "span_lt": _span_compared(
            lambda item, other: item.high < other.low,
            lambda item, other: item.low >= other.high,
        ),
        "span_le": _span_compared(
            lambda item, other: item.high <= other.low,
            lambda item, other: item.low > other.high,
        ),
        "add": _add,
        "neg": _neg,
        "round": _round,
        "days_between": _between(lambda first, second: second - first),
        "months_between": _between(calendar.months_between),
        "age_years": _between(calendar.age_years),
        "add_days": _moved(np.add),
        "add_months": _moved(calendar.add_months),
        "settle": _settle,
        "point": _point,
    }
)
"""Operators over whole arrays.

Each gives None where it does not pay, or cannot be sure.
"""
