"""Operators and aggregates over whole columns give what Python's own functions give row
by row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_spec.rule_syntax.limits import NUMBER_BOUND, SCALE
from forms_spec.rules.runtime.aggregates import FOLD_MAKERS
from forms_spec.rules.runtime.aggregates import nth as nth_in_python
from forms_spec.rules.semantics.calendar import LAST_DAY
from generator.validation.columnar.forms import operators
from generator.validation.columnar.forms.aggregates import FOLDS, AggregatedRows, nth
from generator.validation.columnar.forms.by_distinct import by_distinct
from generator.validation.columnar.forms.value_columns import (
    Coded,
    Column,
    Span,
    Values,
    Whole,
    coded,
    column_of,
    known,
    masked,
    span,
    take_or_unknown,
    truth,
    whole,
)
from tests.parity.column_engine import values_of

TRUTHS = st.sampled_from([True, False, None])
SMALL = st.integers(-50, 50).map(lambda one: one * SCALE)
NUMBERS = (
    st.none()
    | SMALL
    | st.integers(-(NUMBER_BOUND - 1), NUMBER_BOUND - 1)
    | st.integers(-(2**63), 2**63)
)
STEPS = (
    st.integers(-40, 40) | st.integers(-200_000, 200_000) | st.integers(-(10**9), 10**9)
)
WHOLE = st.none() | STEPS.map(lambda one: one * SCALE) | st.integers(-SCALE, SCALE)
TEXTS = st.none() | st.sampled_from(["", "a", "b", "é"])
DAYS = st.integers(1, 400) | st.integers(LAST_DAY - 400, LAST_DAY)
DATES = (
    st.none()
    | st.tuples(DAYS, DAYS).map(sorted).map(tuple)
    | DAYS.map(lambda day: (day, day))
)
SPREADS = st.none() | st.tuples(SMALL, SMALL).map(sorted).map(tuple) | st.tuples(NUMBERS, NUMBERS).filter(
    lambda one: None not in one
).map(sorted).map(tuple)  # fmt: skip
PLACES = st.sampled_from([0, 1, 3, 9]).map(lambda places: places * SCALE)

TAKES: dict[str, tuple[Any, ...]] = {
    "and": (TRUTHS, TRUTHS, TRUTHS),
    "or": (TRUTHS, TRUTHS, TRUTHS),
    "not": (TRUTHS,),
    "known": (NUMBERS,),
    "case": (TRUTHS, NUMBERS, TRUTHS, NUMBERS, NUMBERS),
    "coalesce": (NUMBERS, NUMBERS, NUMBERS),
    "eq": (NUMBERS, NUMBERS),
    "lt": (NUMBERS, NUMBERS),
    "le": (NUMBERS, NUMBERS),
    "span_eq": (DATES, DATES),
    "span_lt": (DATES, DATES),
    "span_le": (SPREADS, SPREADS),
    "add": (NUMBERS, NUMBERS, NUMBERS),
    "neg": (NUMBERS,),
    "days_between": (DATES, DATES),
    "months_between": (DATES, DATES),
    "age_years": (DATES, DATES),
    "add_days": (DATES, WHOLE),
    "add_months": (DATES, WHOLE),
    "settle": (SPREADS,),
    "point": (NUMBERS,),
}
MORE = [
    ("case", (TRUTHS, DATES, DATES)),
    ("coalesce", (TEXTS, TEXTS)),
    ("eq", (TEXTS, TEXTS)),
    ("known", (DATES,)),
]

OPERATORS = [*TAKES.items(), *MORE]


def column(values: Sequence[Any]) -> Column:
    return column_of(np.arange(len(values)), values)


def dense(held: Column) -> Column:
    """The same as arrays of numbers, where they fit."""
    has_truths = isinstance(held, Coded) and any(
        isinstance(one, bool) for one in held.values
    )
    if has_truths or not known(held).any():
        return held
    return whole(held) or span(held) or held


def test_every_operator_over_whole_columns_is_compared() -> None:
    assert {*TAKES, "round"} == set(operators._AT_ONCE)


def most_of_each_kind() -> Counter[Any]:
    """How many columns of a kind an operator takes at most."""
    most: Counter[Any] = Counter()
    for _, takes in OPERATORS:
        most |= Counter(takes)
    return most


def tables(rows: int) -> st.SearchStrategy[dict[Any, list[list[Any]]]]:
    """Columns of each kind, as many as any operator takes of it."""
    values = {
        kind: st.lists(
            st.lists(kind, min_size=rows, max_size=rows), min_size=most, max_size=most
        )
        for kind, most in most_of_each_kind().items()
    }
    return st.fixed_dictionaries(values)


# Drawing columns takes longer than working on them: every operator takes of the same.
@given(table=st.integers(1, 8).flatmap(tables))
def test_operators(table: dict[Any, list[list[Any]]]) -> None:
    for operator, takes in OPERATORS:
        left = {kind: iter(columns) for kind, columns in table.items()}
        columns = [next(left[kind]) for kind in takes]
        compare(operator, [column(values) for values in columns], len(columns[0]))


@given(st.lists(NUMBERS, min_size=1, max_size=8), PLACES)
def test_rounding(numbers: list[int | None], places: int) -> None:
    constant = Coded(np.zeros(len(numbers), np.uint8), Values((places,)))
    compare("round", [column(numbers), constant], len(numbers))


def compare(operator: str, columns: list[Column], rows: int) -> None:
    expected = values_of(by_distinct(operators.FUNCTIONS[operator], columns, rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operators, "FEW", 0)
        for held in (columns, [dense(one) for one in columns]):
            result = values_of(operators.applied(operator, held, rows))
            assert (operator, result) == (operator, expected)


BODIES = {
    "any": None,
    "every": None,
    "count": None,
    "count_distinct": st.one_of(NUMBERS, TEXTS),
    "sum": NUMBERS,
    "min": NUMBERS,
    "max": TEXTS,
    "span_min": DATES,
    "span_max": DATES,
}


@pytest.mark.parametrize("operator", list(FOLDS))
@given(data=st.data())
def test_an_aggregate(operator: str, data: st.DataObject) -> None:
    body = BODIES[operator]
    kinds = (
        data.draw(st.sampled_from([NUMBERS, TEXTS, DATES]))
        if operator == "count_distinct"
        else body
    )
    row = st.tuples(TRUTHS, kinds if kinds is not None else st.none())
    lines = data.draw(st.lists(st.lists(row, max_size=4), min_size=1, max_size=5))
    flat = [(line, *one) for line, rows in enumerate(lines) for one in rows]
    held = truth(column([one[1] for one in flat])) if flat else np.zeros(0, np.int8)
    values = None if body is None else column([one[2] for one in flat])
    of = np.array([one[0] for one in flat], np.int64)
    found = FOLDS[operator](
        AggregatedRows(of=of, lines=len(lines), held=held, body=values)
    )
    expected = [
        FOLD_MAKERS[operator](
            (counts, None if counts is False else value) for counts, value in rows
        )
        for rows in lines
    ]
    assert values_of(found) == expected


@pytest.mark.parametrize("place", [1, 2, -1, -2, 4])
@given(data=st.data())
def test_a_look_up_of_a_row(place: int, data: st.DataObject) -> None:
    row = st.tuples(TRUTHS, data.draw(st.sampled_from([NUMBERS, TEXTS, DATES])))
    lines = data.draw(st.lists(st.lists(row, max_size=4), min_size=1, max_size=5))
    flat = [(line, *one) for line, rows in enumerate(lines) for one in rows]
    held = truth(column([one[1] for one in flat])) if flat else np.zeros(0, np.int8)
    values = column([one[2] for one in flat])
    of = np.array([one[0] for one in flat], np.int64)
    rows = AggregatedRows(of=of, lines=len(lines), held=held, body=values)
    expected = [nth_in_python(place)(iter(rows)) for rows in lines]
    assert values_of(nth(rows, place)) == expected


@given(
    st.one_of(
        *(
            st.lists(one, min_size=1, max_size=6)
            for one in (NUMBERS, TRUTHS, DATES, TEXTS)
        )
    )
)
def test_rows_that_are_nowhere_are_unknown(values: list[Any]) -> None:
    places = np.array([-1, *range(len(values)), -1])
    assert values_of(take_or_unknown(column(values), places)) == [None, *values, None]
    assert values_of(masked(column(values), np.zeros(len(values), bool))) == [
        None
    ] * len(values)


def test_a_column_keeps_its_values_whatever_it_is_held_as() -> None:
    numbers, days = column([1, None, 3, 1]), column([(1, 2), None, (3, 3)])
    assert isinstance(dense(numbers), Whole)
    assert isinstance(dense(days), Span)
    assert values_of(coded(dense(numbers))) == [1, None, 3, 1]
    assert values_of(coded(dense(days))) == [(1, 2), None, (3, 3)]
