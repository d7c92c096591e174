"""The operators of the rule language over columns.

Each is Python's own function, applied once to every different combination of values.
Those that large tables use most are also written over whole arrays; where such a one
cannot be sure of the same result (a number that does not fit in 64 bits), Python's
function decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
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
    if at_once is not None and rows:
        column = at_once(columns)
        if column is not None:
            return column

    return by_distinct(FUNCTIONS[operator], columns, rows)


def _strict(function: Function) -> Function:
    """UNKNOWN when an argument is."""
    return lambda *values: None if None in values else function(*values)


def _lazy(maker: Callable[..., Any]) -> Function:
    """A function of values out of one of closures: what is looked up in are the values
    themselves.
    """
    # One for each number of arguments that is met.
    functions: dict[int, Function] = {}

    def call(*values: Any) -> Any:
        if len(values) not in functions:
            functions[len(values)] = maker(tuple(map(itemgetter, range(len(values)))))
        return functions[len(values)](values)

    return call


def _functions() -> Iterator[tuple[str, Function]]:
    for name, function in STRICT.items():
        yield name, _strict(function)

    for name, maker in LAZY.items():
        if name != "today":
            yield name, _lazy(maker)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(dict(_functions()))
if {*FUNCTIONS, "today", "lookup"} != set(resolved.OPERATORS):
    raise TypeError(
        "operators without a function: "
        f"{set(resolved.OPERATORS) ^ {*FUNCTIONS, 'today', 'lookup'}}"
    )


def _are_few(columns: Columns) -> bool:
    """True where looking at each combination of values is less work than looking at
    each row.
    """
    combinations = 1
    for column in columns:
        if not isinstance(column, Coded):
            return False

        combinations *= len(column.values)

    return combinations <= FEW


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
    if _are_few(columns):
        return None

    conditions, values = columns[:-1:2], [*columns[1::2], columns[-1]]
    otherwise, nothing = len(conditions), len(values)
    of = np.full(len(truth(conditions[0])), otherwise, np.int64)
    # From the last to the first, so that the first one has the last word.
    for index in reversed(range(len(conditions))):
        holds = truth(conditions[index])
        of = np.where(holds == FALSE, of, np.where(holds == TRUE, index, nothing))

    return chosen(of, [*values, constant(None, len(of))])


def _coalesce(columns: Columns) -> Column | None:
    if _are_few(columns):
        return None

    last = len(columns) - 1
    of = np.full(len(known(columns[0])), last, np.int64)
    for index in reversed(range(last)):
        of = np.where(known(columns[index]), index, of)

    return chosen(of, columns)


def _ordered(
    compare: Callable[[Array, Array], Array],
) -> Callable[[Columns], Column | None]:
    """A comparison of exact numbers and times."""

    def find(columns: Columns) -> Column | None:
        sides = _numbers(columns)
        if not sides:
            return None

        first, second = sides
        holds = compare(first.numbers, second.numbers)

        return _truth(holds, ~holds, first.known & second.known)

    return find


def _numbers(columns: Columns) -> list[Whole]:
    """All columns as numbers; none where it does not pay, or they do not fit."""
    if _are_few(columns):
        return []

    sides: list[Whole] = []
    for column in columns:
        side = whole(column)
        if side is None:
            return []

        sides.append(side)

    return sides


def _truth(surely: Array, surely_not: Array, both: Array) -> Truth:
    """UNKNOWN where it is neither surely so nor surely not, or not ``both`` are known."""
    otherwise = np.where(surely_not, np.int8(FALSE), np.int8(UNKNOWN))
    holds = np.where(surely, np.int8(TRUE), otherwise)

    return Truth(np.where(both, holds, np.int8(UNKNOWN)))


def _eq(columns: Columns) -> Column | None:
    if _are_few(columns):
        return None

    return _ordered(np.equal)(columns) or _same_codes(*map(coded, columns))


def _same_codes(first: Coded, second: Coded) -> Column:
    """Equal texts, by numbers that both columns share."""
    numbers: dict[Any, int] = {}

    def numbered(side: Coded) -> Array:
        places = [numbers.setdefault(value, len(numbers)) for value in side.values]
        return np.array(places, np.int64)[side.codes]

    same = numbered(first) == numbered(second)

    return _truth(same, ~same, known(first) & known(second))


def _spans(columns: Columns) -> list[Span]:
    """All columns as intervals; none where it does not pay, or they do not fit."""
    if _are_few(columns):
        return []

    sides: list[Span] = []
    for column in columns:
        side = span(column)
        if side is None:
            return []

        sides.append(side)

    return sides


def _span_compared(
    surely: Function, surely_not: Function
) -> Callable[[Columns], Column | None]:
    def find(columns: Columns) -> Column | None:
        sides = _spans(columns)
        if not sides:
            return None

        first, other = sides
        both = first.known & other.known

        return _truth(surely(first, other), surely_not(first, other), both)

    return find


def _add(columns: Columns) -> Column | None:
    sides = _numbers(columns)
    numbers = [side.numbers for side in sides]
    if not sides or not _fit(*numbers):
        return None

    known_everywhere = np.logical_and.reduce([side.known for side in sides])

    return Whole(sum(numbers), known_everywhere)


def _fit(*numbers: Array) -> bool:
    """True where no sum of one of each leaves what 64 bits hold."""
    # As Python's numbers: the least of 64 bits has no positive counterpart.
    largest = (max(abs(int(side.max())), abs(int(side.min()))) for side in numbers)
    return sum(largest) < FITS


def _neg(columns: Columns) -> Column | None:
    sides = _numbers(columns)
    if not sides:
        return None

    return Whole(-sides[0].numbers, sides[0].known)


def _round(columns: Columns) -> Column | None:
    """Half away from zero; the places are a constant."""
    column, places = columns[:2]
    if not isinstance(places, Coded) or len(places.values) > 1:
        return None
    if _are_few(columns):
        return None

    rounded = whole(column)
    if rounded is None:
        return None

    [digits] = places.values
    assert isinstance(digits, int)
    step = 10 ** (FRACTION_DIGITS - digits // SCALE)
    if step > FITS // 2 or not _fit(rounded.numbers, np.array([step])):
        return None

    # Half away from zero on both sides, so the sign is put back at the end.
    size = (np.abs(rounded.numbers) + step // 2) // step * step

    return Whole(np.where(rounded.numbers < 0, -size, size), rounded.known)


def _between(
    count: Callable[[Array, Array], Array],
) -> Callable[[Columns], Column | None]:
    """Least and most that may lie between two dates, as
    ``forms_spec.rules.runtime.operators`` counts it.
    """

    def find(columns: Columns) -> Column | None:
        sides = _spans(columns)
        if not sides:
            return None

        first, other = sides
        low, high = count(first.high, other.low), count(first.low, other.high)

        return Span(low * SCALE, high * SCALE, first.known & other.known)

    return find


def _moved(move: Callable[[Array, Array], Array]) -> Callable[[Columns], Column | None]:
    """A date moved by a whole number of days or months."""

    def find(columns: Columns) -> Column | None:
        if _are_few(columns):
            return None

        day, count = span(columns[0]), whole(columns[1])
        if day is None or count is None:
            return None

        steps, rest = count.numbers // SCALE, count.numbers % SCALE
        low, high = move(day.low, steps), move(day.high, steps)
        inside = (low >= 1) & (high >= 1) & (low <= LAST_DAY) & (high <= LAST_DAY)

        return Span(low, high, day.known & count.known & (rest == 0) & inside)

    return find


def _settle(columns: Columns) -> Column | None:
    ends = span(columns[0])
    if ends is None:
        return None

    return Whole(ends.low, ends.known & (ends.low == ends.high))


def _point(columns: Columns) -> Column | None:
    exact = whole(columns[0])
    if exact is None:
        return None

    return Span(exact.numbers, exact.numbers, exact.known)


def _same_day(first: Span, second: Span) -> Array:
    exact = (first.low == first.high) & (second.low == second.high)
    return exact & (first.low == second.low)


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
            _same_day,
            lambda first, second: (first.high < second.low) | (second.high < first.low),
        ),
        "span_lt": _span_compared(
            lambda first, second: first.high < second.low,
            lambda first, second: first.low >= second.high,
        ),
        "span_le": _span_compared(
            lambda first, second: first.high <= second.low,
            lambda first, second: first.low > second.high,
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
