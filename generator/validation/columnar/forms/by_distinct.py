"""Any function of some columns: worked out once for each different combination of their
values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from forms_spec.rules.semantics.resolved import RuleValue
from generator.validation.columnar.forms.value_columns import (
    Array,
    Coded,
    Column,
    coded,
    column_of,
    constant,
)

SPARSE = 1 << 16
"""So many combinations may be numbered without a look at which of them there are."""


class Combined(NamedTuple):
    """A number for each row, below ``size``; for each number that occurs a row that has
    it.
    """

    numbers: Array
    size: int
    occurring: Array
    example: Array


def by_distinct(
    function: Callable[..., RuleValue | None], columns: Sequence[Column], rows: int
) -> Column:
    """The function of each row's values; it must have no effect and no memory."""
    if not rows:
        return constant(None, rows)

    by_code = [coded(column) for column in columns]
    varying = [column for column in by_code if len(column.values) > 1]
    if not varying:
        values = [column.values[0] for column in by_code]
        return constant(function(*values), rows)

    # Each combination of values that occurs is worked out once.
    codes = [column.codes for column in varying]
    sizes = [len(column.values) for column in varying]
    distinct = combined(codes, sizes)
    arguments = [_at(column, distinct.example) for column in by_code]
    results = list(map(function, *arguments))

    places = np.zeros(distinct.size, np.int64)
    places[distinct.occurring] = np.arange(len(results))

    return column_of(places[distinct.numbers], results)


def _at(column: Coded, rows: Array) -> list[RuleValue | None]:
    return [column.values[code] for code in column.codes[rows].tolist()]


def combined(codes: Sequence[Array], sizes: Sequence[int]) -> Combined:
    """Numbers the combinations of some codes, each code below its size."""
    numbers, size = codes[0], sizes[0]
    most = max(SPARSE, 2 * len(numbers))

    for code, more in zip(codes[1:], sizes[1:], strict=True):
        # Without the gaps between them, the numbers stay below the rows' own.
        if size * more > most:
            numbers, size = _packed(numbers, size, most)
        numbers, size = numbers.astype(np.int64) * more + code, size * more

    if size > most:
        numbers, size = _packed(numbers, size, most)

    example = np.full(size, -1)
    example[numbers] = np.arange(len(numbers))
    occurring = np.flatnonzero(example >= 0)

    return Combined(numbers, size, occurring, example[occurring])


def _packed(numbers: Array, size: int, most: int) -> tuple[Array, int]:
    """The same numbers without those that do not occur."""
    if size <= most:
        there = np.zeros(size, bool)
        there[numbers] = True
        return (np.cumsum(there) - 1)[numbers], int(np.count_nonzero(there))

    different, packed = np.unique(numbers, return_inverse=True)

    return packed, len(different)
