"""Values of many rows at once, as the rule language has them: each different value
once, or as numbers.

A column has one value a row; None is UNKNOWN. ``Coded`` holds any value, ``Truth``
conditions, ``Whole`` numbers and times that fit in 64 bits, ``Span`` dates and numbers
known within limits. Numbers are written in 10^-9, days as ``date.toordinal``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from forms_spec.rules.semantics.resolved import RuleValue

Array = Any
"""A NumPy array."""
FALSE, UNKNOWN, TRUE = -1, 0, 1
"""The truth values, in an order in which ``and`` is the least and ``or`` the greatest.
"""
FITS = 2**62
"""Numbers below it are added without overflow."""
_TRUTHS = {False: FALSE, None: UNKNOWN, True: TRUE}


@dataclass(frozen=True, eq=False)
class Truth:
    """``held`` has FALSE, UNKNOWN or TRUE for each row."""

    held: Array


@dataclass(frozen=True, eq=False)
class Whole:
    """``numbers`` count where ``known``; none is as large as FITS."""

    numbers: Array
    known: Array


@dataclass(frozen=True, eq=False)
class Span:
    """``low`` to ``high`` where ``known``."""

    low: Array
    high: Array
    known: Array


class Values(tuple[RuleValue | None, ...]):
    """The values that codes stand for.

    Columns share them, and what is made of them once.
    """

    @cached_property
    def known(self) -> Array:
        return np.array([value is not None for value in self], bool)

    @cached_property
    def nothing(self) -> int | None:
        """The code of UNKNOWN, if one stands for it."""
        if None not in self:
            return None

        return self.index(None)

    @cached_property
    def truths(self) -> Array:
        return np.array([_TRUTHS[value] for value in self], np.int8)  # type: ignore[index]

    @cached_property
    def whole(self) -> Array | None:
        """The numbers, 0 for UNKNOWN; None where one does not fit, or is no number."""
        if not set(map(type, self)) <= {int, type(None)}:
            return None

        try:
            numbers = np.array(self._filled(0), np.int64)
        except OverflowError:
            return None

        return numbers if _fits(numbers) else None

    @cached_property
    def span(self) -> tuple[Array, Array] | None:
        """Both ends, 0 for UNKNOWN; None where one does not fit, or is no interval."""
        if not set(map(type, self)) <= {tuple, type(None)}:
            return None

        try:
            ends = np.array(self._filled((0, 0)), np.int64).reshape(-1, 2)
        except OverflowError:
            return None

        return (ends[:, 0], ends[:, 1]) if _fits(ends) else None

    def _filled(self, unknown: RuleValue) -> list[RuleValue]:
        return [unknown if value is None else value for value in self]


def _fits(numbers: Array) -> bool:
    if not numbers.size:
        return True

    return bool(numbers.min() > -FITS and numbers.max() < FITS)


@dataclass(frozen=True, eq=False)
class Coded:
    """``values[codes[row]]`` is the value of a row; a value may stand more than once,
    or not at all.
    """

    codes: Array
    values: Values


Column = Truth | Whole | Span | Coded
_OF_TRUTH = Values((False, None, True))


def constant(value: RuleValue | None, rows: int) -> Coded:
    """The same value in every row."""
    return Coded(np.broadcast_to(np.zeros(1, np.uint8), (rows,)), Values((value,)))


def column_of(codes: Array, values: Sequence[RuleValue | None]) -> Column:
    """A column whose rows have the values with these codes; a truth where they are
    truths.
    """
    if bool in set(map(type, values)):
        return Truth(Values(values).truths[codes])

    different = dict.fromkeys(values)
    if len(different) == len(values):
        return Coded(codes.astype(code_type(len(values)), copy=False), Values(values))

    # Equal values get one code, so that fewer combinations have to be worked out.
    places = {value: place for place, value in enumerate(different)}
    numbers = [places[value] for value in values]
    of_code: Array = np.array(numbers, code_type(len(different)))

    return Coded(of_code[codes], Values(different))


def code_type(size: int) -> type:
    """The smallest type of codes for so many values."""
    if size <= 2**8:
        return np.uint8

    return np.uint16 if size <= 2**16 else np.uint32


def truth(column: Column) -> Array:
    """A condition's truth values."""
    if isinstance(column, Truth):
        return column.held

    assert isinstance(column, Coded)

    return column.values.truths[column.codes]


def whole(column: Column) -> Whole | None:
    """A column of numbers, where they fit."""
    if not isinstance(column, Coded):
        return column if isinstance(column, Whole) else None

    values, codes = column.values, column.codes
    if values.whole is None:
        return None

    return Whole(values.whole[codes], values.known[codes])


def span(column: Column) -> Span | None:
    """A column of intervals, where they fit."""
    if not isinstance(column, Coded):
        return column if isinstance(column, Span) else None

    values, codes = column.values, column.codes
    if values.span is None:
        return None

    low, high = values.span

    return Span(low[codes], high[codes], values.known[codes])


def coded(column: Column) -> Coded:
    """The same values, each different one once."""
    if isinstance(column, Coded):
        return column
    if isinstance(column, Truth):
        return Coded((column.held + 1).astype(np.uint8), _OF_TRUTH)

    there = column.known
    if isinstance(column, Whole):
        numbers, of = np.unique(column.numbers[there], return_inverse=True)
        values: list[RuleValue | None] = numbers.tolist()
    else:
        pairs = np.stack([column.low[there], column.high[there]], axis=1)
        ends, of = np.unique(pairs, axis=0, return_inverse=True)
        values = list(map(tuple, ends.tolist()))

    codes: Array = np.full(len(there), len(values), code_type(len(values) + 1))
    codes[there] = of

    return Coded(codes, Values((*values, None)))


def known(column: Column) -> Array:
    """Where there is a value."""
    if isinstance(column, Truth):
        return column.held != UNKNOWN
    if isinstance(column, Coded):
        return column.values.known[column.codes]

    return column.known


def at_places(array: Array, places: Array | None) -> Array:
    """An array at some places; None for all as they are."""
    return array if places is None else array[places]


def take(column: Column, rows: Array | None) -> Column:
    """The values of these rows; None for all as they are."""
    if rows is None:
        return column
    if isinstance(column, Truth):
        return Truth(column.held[rows])
    if isinstance(column, Coded):
        return Coded(column.codes[rows], column.values)

    return type(column)(*(part[rows] for part in _parts(column)))


def take_or_unknown(column: Column, rows: Array) -> Column:
    """The values of these rows, UNKNOWN where a row is negative."""
    if not len(known(column)):
        return constant(None, len(rows))

    there = rows >= 0
    if there.all():
        return take(column, rows)

    return masked(take(column, np.where(there, rows, 0)), there)


def masked(column: Column, kept: Array) -> Column:
    """UNKNOWN in all other rows."""
    if isinstance(column, Truth):
        return Truth(np.where(kept, column.held, np.int8(UNKNOWN)))

    if isinstance(column, Coded):
        values = column.values
        if values.nothing is None:
            values = Values((*values, None))

        assert values.nothing is not None
        nothing = code_type(len(values))(values.nothing)
        return Coded(np.where(kept, column.codes, nothing), values)

    if isinstance(column, Whole):
        return Whole(column.numbers, column.known & kept)

    return Span(column.low, column.high, column.known & kept)


def chosen(of: Array, columns: Sequence[Column]) -> Column:
    """In each row the value of the column with the number ``of``."""
    return _together(columns, lambda parts: _picked(of, parts))


def joined(columns: Sequence[Column]) -> Column:
    """The rows of one column after those of another."""
    if len(columns) == 1:
        return columns[0]

    return _together(columns, np.concatenate)


def _together(
    columns: Sequence[Column], together: Callable[[Sequence[Array]], Array]
) -> Column:
    """One column out of several: as they are where they are all of one kind, else by
    their values.
    """
    kinds = set(map(type, columns))
    if kinds == {Truth}:
        return Truth(together([truth(column) for column in columns]))

    # Where all are values by code, to stay with their codes is less work.
    if kinds != {Coded}:
        dense = _dense(columns)
        if dense:
            parts = zip(*map(_parts, dense), strict=True)
            return type(dense[0])(*map(together, parts))

    values: list[RuleValue | None] = []
    codes = []

    for column in map(coded, columns):
        codes.append(column.codes.astype(np.int64) + len(values))
        values += column.values

    return column_of(together(codes), values)


def _dense(columns: Sequence[Column]) -> list[Whole] | list[Span]:
    """All columns as numbers, else all as intervals; none where they do not fit."""
    numbers: list[Whole] = [*filter(None, map(whole, columns))]
    if len(numbers) == len(columns):
        return numbers

    spans: list[Span] = [*filter(None, map(span, columns))]
    if len(spans) == len(columns):
        return spans

    return []


def _picked(of: Array, arrays: Sequence[Array]) -> Array:
    """In each row the value of the array with the number ``of``."""
    picked = arrays[0]
    for number, array in enumerate(arrays[1:], start=1):
        picked = np.where(of == number, array, picked)

    return picked


def _parts(column: Whole | Span) -> tuple[Array, ...]:
    if isinstance(column, Whole):
        return column.numbers, column.known
    return column.low, column.high, column.known
